//! Where this program's own files are, by the XDG rules.
//!
//! In: the environment. Out: paths; nothing is made. A relative XDG folder is ignored, as the rules
//! want.

use std::path::{Path, PathBuf};

use crate::config::environment::Environment;

/// The name of the program's folders.
const NAME: &str = "kortix-tui";

/// The program's files and folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The settings, `config.toml`, or the file that `KORTIX_TUI_CONFIG` names.
    pub settings: PathBuf,
    /// What may be lost: lists as they were last fetched.
    pub cache: PathBuf,
    /// What must not be lost: drafts, history, reviews; and the log.
    pub state: PathBuf,
    /// The embedded control plane's data.
    pub data: PathBuf,
}

impl Paths {
    /// Finds them; `None` when neither a home folder nor XDG folders are known.
    pub fn find(environment: &Environment) -> Option<Self> {
        let home = environment.home.as_deref();
        let folder = |variable: &str, below_home: &str| -> Option<PathBuf> {
            let given = environment.var(variable).map(Path::new);
            let base = match given.filter(|path| path.is_absolute()) {
                Some(path) => path.to_owned(),
                None => home?.join(below_home),
            };
            Some(base.join(NAME))
        };
        let settings = match environment.var("KORTIX_TUI_CONFIG") {
            Some(path) => environment.cwd.join(path),
            None => folder("XDG_CONFIG_HOME", ".config")?.join("config.toml"),
        };
        Some(Self {
            settings,
            cache: folder("XDG_CACHE_HOME", ".cache")?,
            state: folder("XDG_STATE_HOME", ".local/state")?,
            data: folder("XDG_DATA_HOME", ".local/share")?,
        })
    }

    /// The last lists of projects and sessions of one host.
    pub fn fleet(&self, host: &str) -> PathBuf {
        let name: String = host
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '-' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        self.cache.join(format!("fleet-{name}.json"))
    }

    /// Drafts and the history of prompts.
    pub fn drafts(&self) -> PathBuf {
        self.state.join("drafts.json")
    }

    /// The folder of what was noted about change requests.
    pub fn reviews(&self) -> PathBuf {
        self.state.join("reviews")
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.state.join("kortix-tui.log")
    }
}
