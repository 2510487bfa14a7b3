//! The token that every request to the embedded control plane must carry.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What official tokens begin with; the official CLI accepts nothing else.
const PREFIX: &str = "kortix_pat_";

/// A token; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The given token, or 122 random bits in the form of the real ones.
    pub(crate) fn given_or_random(given: Option<&str>) -> Self {
        match given {
            Some(text) => Self(text.to_owned()),
            None => Self(format!("{PREFIX}{}", Uuid::new_v4().simple())),
        }
    }

    /// The token itself, for the client that is to use it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `offered` is this token; takes the same time whatever the answer is.
    pub(crate) fn admits(&self, offered: &str) -> bool {
        let [expected, offered] = [self.0.as_str(), offered].map(Sha256::digest);
        expected.as_slice().ct_eq(offered.as_slice()).into()
    }

    /// Whether a text has the form of a personal access token.
    pub(crate) fn is_personal(text: &str) -> bool {
        text.starts_with(PREFIX)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_token_admits_itself_only_and_never_shows_itself() {
        let token = Token::given_or_random(None);
        assert!(token.admits(token.expose()));
        assert!(!token.admits(""));
        assert!(!token.admits(&token.expose()[..20]));
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_eq!(token.expose().len(), "kortix_pat_".len() + 32);
    }
}
