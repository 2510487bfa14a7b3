//! Names from outside that may become git arguments or paths: branches, commits, files, sessions.
//!
//! Each type can only be made from text that passed its rule, so a function that takes one need
//! not check again.

use std::fmt;

/// A branch name that is safe as `refs/heads/<name>` and as an argument.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Branch(String);

impl Branch {
    /// Accepts what git accepts, less everything with a meaning to git or a shell.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "._/-+=#,@".contains(letter));
        let has_good_pieces = text
            .split('/')
            .all(|piece| !piece.is_empty() && !piece.starts_with('.') && !piece.ends_with(".lock"));
        let is_good = is_plain
            && has_good_pieces
            && text.len() <= 250
            && !text.starts_with('-')
            && !text.ends_with('.')
            && !text.contains("..")
            && text != "@"
            && text != "HEAD";
        is_good.then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full name of its reference.
    pub fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is a commit hash or the beginning of one.
pub fn is_hash(text: &str) -> bool {
    (4..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A session's id as it names its branch and its folder: a lowercase UUID. `None` when it is none.
pub fn session(text: &str) -> Option<String> {
    let has_form = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    has_form.then(|| text.to_ascii_lowercase())
}

/// A path of a file in a repository: relative, without steps upward. `None` when it is none.
pub fn file(text: &str) -> Option<&str> {
    let is_good = !text.is_empty()
        && text.len() <= 4096
        && !text.contains('\0')
        && text
            .split('/')
            .all(|piece| !piece.is_empty() && piece != "." && piece != "..");
    is_good.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{Branch, file, session};

    #[test]
    fn a_branch_that_git_could_misread_is_refused() {
        for good in ["main", "feature/x", "v1.2", "größe", "a@b"] {
            assert!(Branch::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "-x",
            "--upload-pack",
            "a..b",
            "a b",
            "a~1",
            "a^",
            "a:b",
            "@{u}",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a.lock",
            "a.",
            "HEAD",
            "@",
            "a\nb",
            "a*",
            "a\\b",
        ] {
            assert!(Branch::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn only_a_uuid_names_a_session() {
        assert_eq!(
            session("AAAAAAAA-0000-4000-8000-000000000001").as_deref(),
            Some("aaaaaaaa-0000-4000-8000-000000000001")
        );
        for bad in [
            "nope",
            "../../../../etc/passwd-0000-4000-800000",
            "aaaaaaaa00004000800000000000000100000",
        ] {
            assert!(session(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_path_stays_in_the_repository() {
        assert_eq!(file("a/b c.md"), Some("a/b c.md"));
        for bad in ["", "/etc/passwd", "../x", "a/../../x", "./a", "a//b"] {
            assert!(file(bad).is_none(), "{bad}");
        }
    }
}
