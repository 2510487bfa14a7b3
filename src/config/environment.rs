//! What the process was started with, as a value, so that tests need no globals.

use std::{collections::BTreeMap, path::PathBuf};

/// The variables and folders that decide where settings are and what they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The environment's variables; those that are not Unicode are left out.
    pub vars: BTreeMap<String, String>,
    /// The user's home folder; absent when nobody knows it.
    pub home: Option<PathBuf>,
    /// The current folder.
    pub cwd: PathBuf,
}

impl Environment {
    /// Reads that of this process.
    pub fn of_process() -> Self {
        let vars = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            vars,
            home: directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()),
            cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        }
    }

    /// A variable's value, `None` when it is unset or blank.
    pub fn var(&self, name: &str) -> Option<&str> {
        let value = self.vars.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }
}
