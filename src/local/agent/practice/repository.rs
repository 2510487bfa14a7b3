//! What the practice agent finds out about the repository it works in.
//!
//! Everything is looked up by git or read from files; nothing is guessed. Text from the repository
//! is bounded, because it is repeated in answers.

use std::{collections::BTreeMap, path::Path, process::Stdio, time::Duration};

/// The longest a question to git may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// What is known about a repository at a glance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// The tracked files, in git's order.
    pub files: Vec<String>,
    /// The languages by number of files, most first.
    pub languages: Vec<(&'static str, usize)>,
    /// The last commits, one line each, newest first.
    pub commits: Vec<String>,
    /// How many commits the branch has.
    pub commit_count: usize,
    /// The current branch.
    pub branch: String,
    /// The file that introduces the project.
    pub readme: Option<String>,
    /// The files that look like tests.
    pub tests: Vec<String>,
}

/// Asks git and returns what it prints; nothing when it fails.
pub(super) async fn git(workspace: &Path, arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::new("git");
    command
        .arg("-c")
        .arg("core.quotePath=false")
        .args(arguments)
        .current_dir(workspace)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    match tokio::time::timeout(TIME_LIMIT, command.output()).await {
        Ok(Ok(output)) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        Ok(_) | Err(_) => String::new(),
    }
}

impl Survey {
    /// Looks at a repository.
    pub async fn of(workspace: &Path) -> Self {
        let files: Vec<String> = git(workspace, &["ls-files", "-z"])
            .await
            .split('\0')
            .filter(|path| !path.is_empty() && !path.contains(['\n', '\r', '\x1b']))
            .map(str::to_owned)
            .collect();
        let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let commits = lines(git(workspace, &["log", "-n", "8", "--format=%h %s"]).await);
        let count = git(workspace, &["rev-list", "--count", "HEAD"]).await;
        let branch = git(workspace, &["branch", "--show-current"]).await;
        Self {
            languages: languages(&files),
            readme: files
                .iter()
                .filter(|path| !path.contains('/'))
                .find(|path| path.to_lowercase().starts_with("readme"))
                .cloned(),
            tests: files.iter().filter(|path| is_test(path)).cloned().collect(),
            files,
            commits,
            commit_count: count.trim().parse().unwrap_or_default(),
            branch: branch.trim().to_owned(),
        }
    }

    /// A source file worth a look: the first that is neither a test nor a document.
    pub fn main_source(&self) -> Option<&String> {
        let is_source = |path: &&String| {
            !is_test(path) && language(path).is_some_and(|name| !DOCUMENTS.contains(&name))
        };
        let mut sources: Vec<&String> = self.files.iter().filter(is_source).collect();
        sources.sort_by_key(|path| !path.contains("main") && !path.contains("lib"));
        sources.first().copied()
    }

    /// The languages as a short list in words.
    pub fn in_words(&self) -> String {
        let named: Vec<String> = self
            .languages
            .iter()
            .take(4)
            .map(|(name, count)| format!("{name} ({count})"))
            .collect();
        if named.is_empty() {
            "no language I know".to_owned()
        } else {
            named.join(", ")
        }
    }

    /// The languages as a Markdown table.
    pub fn table(&self) -> String {
        let rows: String = self
            .languages
            .iter()
            .take(8)
            .map(|(name, count)| format!("| {name} | {count} |\n"))
            .collect();
        format!("| Language | Files |\n|---|---:|\n{rows}")
    }
}

const DOCUMENTS: [&str; 5] = ["Markdown", "TOML", "YAML", "JSON", "Text"];

fn languages(files: &[String]) -> Vec<(&'static str, usize)> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for name in files.iter().filter_map(|path| language(path)) {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn language(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    Some(match extension {
        "rs" => "Rust",
        "py" => "Python",
        "ts" | "tsx" | "mts" => "TypeScript",
        "js" | "jsx" | "mjs" => "JavaScript",
        "go" => "Go",
        "c" | "h" => "C",
        "cc" | "cpp" | "hpp" => "C++",
        "java" => "Java",
        "kt" => "Kotlin",
        "rb" => "Ruby",
        "php" => "PHP",
        "cs" => "C#",
        "swift" => "Swift",
        "sh" | "bash" => "Shell",
        "sql" => "SQL",
        "html" => "HTML",
        "css" | "scss" => "CSS",
        "md" => "Markdown",
        "toml" => "TOML",
        "yml" | "yaml" => "YAML",
        "json" => "JSON",
        "txt" => "Text",
        _ => return None,
    })
}

fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let is_code = language(path).is_some_and(|name| !DOCUMENTS.contains(&name));
    let in_folder = path
        .split('/')
        .rev()
        .skip(1)
        .any(|folder| folder == "tests" || folder == "test");
    is_code && (in_folder || name.contains("test") || name.contains("spec"))
}

#[cfg(test)]
mod tests {
    use super::{is_test, languages};

    #[test]
    fn tests_are_known_by_folder_or_name() {
        assert!(is_test("tests/it/board.rs"));
        assert!(is_test("pkg/thing_test.go"));
        assert!(!is_test("tests/README.md"));
        assert!(!is_test("src/main.rs"));
    }

    #[test]
    fn the_commonest_language_comes_first() {
        let files = ["a.py", "b.rs", "c.rs"].map(str::to_owned);
        assert_eq!(languages(&files), [("Rust", 2), ("Python", 1)]);
    }
}
