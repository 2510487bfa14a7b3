//! A home folder for one test, so that no test reads or writes the files of who runs it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A temporary home with its XDG folders; removed when dropped.
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// Creates an empty home.
    pub fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("kortix-tui-home-")
            .tempdir()?;
        let home = Self { folder };
        for (_, path) in home.folders() {
            fs::create_dir_all(path)?;
        }
        Ok(home)
    }

    /// The home folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn folders(&self) -> [(&'static str, PathBuf); 6] {
        let home = self.path();
        [
            ("HOME", home.to_owned()),
            ("XDG_CONFIG_HOME", home.join(".config")),
            ("XDG_DATA_HOME", home.join(".local/share")),
            ("XDG_STATE_HOME", home.join(".local/state")),
            ("XDG_CACHE_HOME", home.join(".cache")),
            ("XDG_RUNTIME_DIR", home.join("run")),
        ]
    }

    /// The whole environment of a program that lives here: nothing else is inherited but PATH.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut all: Vec<(OsString, OsString)> = self
            .folders()
            .into_iter()
            .map(|(name, path)| (name.into(), path.into()))
            .collect();
        let fixed = [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
        ];
        all.extend(fixed.map(|(name, value)| (name.into(), value.into())));
        if let Some(path) = std::env::var_os("PATH") {
            all.push(("PATH".into(), path));
        }
        all
    }
}
