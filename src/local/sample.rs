//! The sample project: a small word counter with a history, to try sessions on.
//!
//! Its repository is made by git in a folder aside and moved into place when it is complete, so
//! that there is either all of it or none. The commits have made-up authors and fixed dates, hence
//! the same identifiers everywhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The folder of the repository, below the one it is made in.
const NAME: &str = "wordtally";

/// A file inside `.git` that says whose repository it is; only such a one is ever replaced.
const MARK: &str = "kortix-tui-sample";

/// Why the sample project could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// There is no git.
    #[error("cannot find `git`; install it first")]
    NoGit,
    /// git refused.
    #[error("git could not {what}: {answer}")]
    Git {
        /// What it was to do.
        what: &'static str,
        /// The last line it printed.
        answer: String,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Something else stands in the place of the sample.
    #[error("`{path}` is in the way: it is no sample project; move it away")]
    Occupied {
        /// The place.
        path: PathBuf,
    },
}

/// One commit: who, when, why, and the files it writes.
struct Commit {
    author: &'static str,
    date: &'static str,
    message: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const INES: &str = "Ines Example <ines@example.org>";
const TOMAS: &str = "Tomas Example <tomas@example.org>";
const MEI: &str = "Mei Example <mei@example.org>";

const MAIN: [Commit; 7] = [
    Commit {
        author: INES,
        date: "2026-03-02T09:15:00+00:00",
        message: "Count the words of a text",
        files: &[
            ("README.md", include_str!("sample/readme-1.md")),
            ("wordtally/__init__.py", ""),
            ("wordtally/words.py", include_str!("sample/words-1.py")),
        ],
    },
    Commit {
        author: TOMAS,
        date: "2026-03-03T14:40:00+00:00",
        message: "Test the counting",
        files: &[
            ("tests/__init__.py", ""),
            (
                "tests/test_words.py",
                include_str!("sample/test_words-1.py"),
            ),
        ],
    },
    Commit {
        author: INES,
        date: "2026-03-05T10:05:00+00:00",
        message: "Print a table from the command line",
        files: &[
            ("wordtally/report.py", include_str!("sample/report-1.py")),
            ("wordtally/__main__.py", include_str!("sample/main.py")),
        ],
    },
    Commit {
        author: MEI,
        date: "2026-03-11T16:20:00+00:00",
        message: "Let an apostrophe belong to its word",
        files: &[
            ("wordtally/words.py", include_str!("sample/words-2.py")),
            (
                "tests/test_words.py",
                include_str!("sample/test_words-2.py"),
            ),
        ],
    },
    Commit {
        author: TOMAS,
        date: "2026-03-18T08:30:00+00:00",
        message: "Describe the sandbox",
        files: &[
            ("kortix.toml", include_str!("sample/kortix.toml")),
            (".kortix/Dockerfile", include_str!("sample/Dockerfile")),
        ],
    },
    Commit {
        author: MEI,
        date: "2026-03-24T11:55:00+00:00",
        message: "Order words of equal count by their letters",
        files: &[
            ("wordtally/report.py", include_str!("sample/report-2.py")),
            (
                "tests/test_report.py",
                include_str!("sample/test_report.py"),
            ),
        ],
    },
    Commit {
        author: INES,
        date: "2026-04-01T13:10:00+00:00",
        message: "Say how to run it and its tests",
        files: &[("README.md", include_str!("sample/readme-2.md"))],
    },
];

/// The branches beside the main one, each with one commit on top of it.
const BRANCHES: [(&str, Commit); 2] = [
    (
        "json-output",
        Commit {
            author: TOMAS,
            date: "2026-04-08T15:00:00+00:00",
            message: "Write the counts as JSON too",
            files: &[("wordtally/report.py", include_str!("sample/report-3.py"))],
        },
    ),
    (
        "stop-words",
        Commit {
            author: MEI,
            date: "2026-04-09T09:45:00+00:00",
            message: "Leave out words that say little",
            files: &[("wordtally/words.py", include_str!("sample/words-3.py"))],
        },
    ),
];

/// Makes the sample project's repository inside a folder, unless it stands there, and returns its place.
pub fn create(dir: &Path) -> Result<PathBuf, SampleError> {
    let place = dir.join(NAME);
    if is_complete(&place)? {
        return Ok(place);
    }
    clear(&place)?;
    fs::create_dir_all(dir).map_err(cannot_write(dir))?;
    let aside = tempfile::Builder::new()
        .prefix(".sample-")
        .tempdir_in(dir)
        .map_err(cannot_write(dir))?;
    build(aside.path())?;
    // The folder is ours now, not a temporary one that goes by itself.
    let made = aside.keep();
    match fs::rename(&made, &place) {
        Ok(()) => Ok(place),
        Err(source) => {
            // Another process may have been faster; then its repository serves as well.
            let _ = fs::remove_dir_all(&made);
            if is_complete(&place)? {
                Ok(place)
            } else {
                Err(cannot_write(&place)(source))
            }
        }
    }
}

fn cannot_write(path: &Path) -> impl FnOnce(io::Error) -> SampleError {
    let path = path.to_owned();
    move |source| SampleError::Write { path, source }
}

/// Whether the whole sample stands in its place.
fn is_complete(place: &Path) -> Result<bool, SampleError> {
    if !place.join(".git").join(MARK).is_file() {
        return Ok(false);
    }
    let branches = BRANCHES.iter().map(|(branch, _)| *branch);
    for branch in branches.chain(["main"]) {
        let commit = format!("refs/heads/{branch}^{{tree}}");
        let check = prepare(place)
            .args(["rev-parse", "--verify", "--quiet", &commit])
            .output();
        if !check.map_err(missing)?.status.success() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes what is left of a broken sample; anything else is left alone.
fn clear(place: &Path) -> Result<(), SampleError> {
    if place.join(".git").join(MARK).is_file() {
        return fs::remove_dir_all(place).map_err(cannot_write(place));
    }
    match fs::remove_dir(place) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => Err(SampleError::Occupied {
            path: place.to_owned(),
        }),
    }
}

fn build(folder: &Path) -> Result<(), SampleError> {
    run(
        prepare(folder).args(["init", "--quiet", "--template=", "--initial-branch=main"]),
        "make a repository",
    )?;
    let mark = folder.join(".git").join(MARK);
    fs::write(&mark, "").map_err(cannot_write(&mark))?;
    for commit in &MAIN {
        record(folder, commit)?;
    }
    for (branch, commit) in &BRANCHES {
        run(
            prepare(folder).args(["checkout", "--quiet", "-b", branch, "main"]),
            "make a branch",
        )?;
        record(folder, commit)?;
    }
    run(
        prepare(folder).args(["checkout", "--quiet", "main"]),
        "go back to the main branch",
    )
}

fn record(folder: &Path, commit: &Commit) -> Result<(), SampleError> {
    for (path, content) in commit.files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(cannot_write(parent))?;
        fs::write(&path, content).map_err(cannot_write(&path))?;
    }
    run(prepare(folder).args(["add", "--all"]), "add the files")?;
    let (name, email) = commit
        .author
        .split_once(" <")
        .unwrap_or((commit.author, ""));
    let email = email.trim_end_matches('>');
    run(
        prepare(folder)
            .args(["commit", "--quiet", "--no-verify", "-m", commit.message])
            .envs([("GIT_AUTHOR_NAME", name), ("GIT_COMMITTER_NAME", name)])
            .envs([("GIT_AUTHOR_EMAIL", email), ("GIT_COMMITTER_EMAIL", email)])
            .envs([
                ("GIT_AUTHOR_DATE", commit.date),
                ("GIT_COMMITTER_DATE", commit.date),
            ]),
        "commit",
    )
}

/// A git command in a folder, without the user's settings and any other repository around it.
fn prepare(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_DIR", folder.join(".git"))
        .env("GIT_WORK_TREE", folder)
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null());
    command
}

fn missing(error: io::Error) -> SampleError {
    if error.kind() == io::ErrorKind::NotFound {
        SampleError::NoGit
    } else {
        SampleError::Git {
            what: "start",
            answer: error.kind().to_string(),
        }
    }
}

fn run(command: &mut Command, what: &'static str) -> Result<(), SampleError> {
    let output = command.output().map_err(missing)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    let answer = last
        .unwrap_or("no reason given")
        .chars()
        .filter(|one| !one.is_control());
    Err(SampleError::Git {
        what,
        answer: answer.collect(),
    })
}
