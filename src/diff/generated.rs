//! Files that nobody wrote by hand: lock files, generated code. A review shows them folded.
//!
//! In: patterns such as `*.lock`, by the settings or the program's own. A pattern with a slash is held
//! against the whole path, one without against the name of the file.

use glob::Pattern;

/// The patterns that are used when the settings have none.
pub const PATTERNS: [&str; 14] = [
    "*.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "bun.lockb",
    "go.sum",
    "*.min.js",
    "*.min.css",
    "*.map",
    "*.pb.go",
    "*_pb2.py",
    "*.generated.*",
    "*.snap",
    "vendor/**",
];

/// Patterns of files that nobody wrote by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    patterns: Vec<Pattern>,
}

impl Default for Generated {
    fn default() -> Self {
        // Each of the program's own is held to be one by a test.
        let patterns = PATTERNS.iter().filter_map(|text| Pattern::new(text).ok());
        Self {
            patterns: patterns.collect(),
        }
    }
}

impl Generated {
    /// No pattern.
    pub fn none() -> Self {
        Self {
            patterns: Vec::new(),
        }
    }

    /// Adds a pattern; what is wrong with it otherwise.
    pub fn add(&mut self, pattern: &str) -> Result<(), String> {
        let pattern = Pattern::new(pattern).map_err(|error| error.to_string())?;
        self.patterns.push(pattern);
        Ok(())
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a file is one of them.
    pub fn covers(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.patterns.iter().any(|pattern| {
            let is_of_path = pattern.as_str().contains('/');
            pattern.matches(if is_of_path { path } else { name })
        })
    }
}
