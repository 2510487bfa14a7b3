//! What Kortix has: accounts, projects, sessions, sandboxes, templates, builds, and what an agent says.
//!
//! Plain data with serde, as it is on the wire, read leniently: an unknown field is ignored, a
//! missing one takes its default, an unknown word of an enumeration is kept as it was sent. Field
//! names follow the control plane's JSON so that a reader can compare them with a response.
//!
//! Not for: URLs (`api`), how anything looks (`view`), or rules about state over time
//! (`transcript`, `attention`).

pub mod account;
pub mod agent;
pub mod change;
pub mod git;
pub mod host;
pub mod id;
pub mod json;
pub mod load;
pub mod project;
pub mod sandbox;
pub mod server;
pub mod session;
pub mod template;
pub mod time;

/// Declares an enumeration of words that servers may extend: every unknown word is kept verbatim.
macro_rules! open_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A word this version does not know, as the server sent it.
            Other(String),
        }

        impl $name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word),
                }
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use open_words;
