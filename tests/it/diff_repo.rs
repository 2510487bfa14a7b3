//! A repository for one test, and the difference of two of its commits as the control plane gives it.
//!
//! Git runs without anybody's settings, hooks or variables. The list of files has the wrong counts
//! that the control plane's list has: none for quoted names and for renames without a common folder.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Output},
};

use kortix_tui::model::change::{ChangedFile, Difference, FileStatus};
use tempfile::TempDir;

/// The patch of a larger difference is left out.
const MOST_PATCH: usize = 10 * 1024 * 1024;

/// A repository in a temporary folder, on the branch `main`, without a commit.
pub struct DiffRepo {
    folder: TempDir,
}

impl DiffRepo {
    /// Makes an empty repository.
    pub fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("diff-repo-").tempdir()?;
        let repo = Self { folder };
        repo.git(&["init", "-q", "-b", "main"])?;
        Ok(repo)
    }

    /// The working tree.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> io::Result<()> {
        let path = self.at(path)?;
        fs::write(path, content)
    }

    /// Removes a file or link.
    pub fn remove(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::remove_file(self.path().join(path))
    }

    /// Moves a file.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
        let to = self.at(to)?;
        fs::rename(self.path().join(from), to)
    }

    /// Makes a symbolic link, in place of what is there.
    pub fn link(&self, path: impl AsRef<Path>, target: &str) -> io::Result<()> {
        let path = self.at(path)?;
        if path.symlink_metadata().is_ok() {
            fs::remove_file(&path)?;
        }
        symlink(target, path)
    }

    /// Gives a file a mode, such as `0o755`.
    pub fn mode(&self, path: impl AsRef<Path>, mode: u32) -> io::Result<()> {
        fs::set_permissions(self.path().join(path), fs::Permissions::from_mode(mode))
    }

    /// Puts a submodule at a commit; the commit need not exist.
    pub fn submodule(&self, path: &str, commit: &str) -> io::Result<()> {
        fs::create_dir_all(self.path().join(path))?;
        let entry = format!("160000,{commit},{path}");
        self.git(&["update-index", "--add", "--cacheinfo", &entry])?;
        Ok(())
    }

    /// Commits the whole working tree on the present branch and gives the commit's id.
    pub fn commit(&self, subject: &str) -> io::Result<String> {
        self.git(&["add", "-A"])?;
        self.git(&["commit", "-q", "--allow-empty", "-m", subject])?;
        Ok(self.git(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// What git prints, invalid UTF-8 replaced; an error when it refuses.
    pub fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> io::Result<String> {
        let bytes = self.bytes(arguments)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What git prints.
    pub fn bytes<S: AsRef<OsStr>>(&self, arguments: &[S]) -> io::Result<Vec<u8>> {
        let output = self.output(arguments)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(io::Error::other(complaint))
    }

    /// How a git command ends.
    pub fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> io::Result<Output> {
        let mut command = Command::new("git");
        command.env_clear().current_dir(self.path()).args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "commit.gpgSign=false",
            "-c",
            "core.autocrlf=false",
            "-c",
            "user.name=Ada Example",
            "-c",
            "user.email=ada@example.test",
        ]);
        command
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z");
        command.args(arguments).output()
    }

    /// The bytes of a file in a commit; nothing when it is not there.
    pub fn blob(&self, commit: &str, path: &str) -> io::Result<Vec<u8>> {
        let name = format!("{commit}:{path}");
        let output = self.output(&["cat-file", "blob", &name])?;
        Ok(output.stdout)
    }

    /// What `head` changed since it left `base`, as the control plane answers.
    pub fn difference(&self, base: &str, head: &str) -> io::Result<Difference> {
        let range = format!("{base}...{head}");
        let merge_base = self.output(&["merge-base", base, head])?;
        let merge_base = String::from_utf8_lossy(&merge_base.stdout)
            .trim()
            .to_owned();
        if merge_base.is_empty() {
            return Ok(Difference::default());
        }
        let counts = self.git(&["diff", "-M", "--numstat", &range])?;
        let names = self.git(&["diff", "-M", "--name-status", "-z", &range])?;
        let total = |column| -> u64 { rows(&counts).map(|row| number(row.get(column))).sum() };
        let files = listed(&names, &counts);
        let mut patch = self.git(&["diff", "-M", "--no-color", &range])?;
        if patch.len() > MOST_PATCH {
            patch.clear();
        }
        Ok(Difference {
            base_ref: "main".to_owned(),
            head_ref: "feature".to_owned(),
            base_sha: self.git(&["rev-parse", base])?.trim().to_owned(),
            head_sha: self.git(&["rev-parse", head])?.trim().to_owned(),
            merge_base: Some(merge_base),
            files_changed: files.len() as u64,
            additions: total(0),
            deletions: total(1),
            files,
            patch,
        })
    }

    fn at(&self, path: impl AsRef<Path>) -> io::Result<std::path::PathBuf> {
        let path = self.path().join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(path)
    }
}

fn rows(counts: &str) -> impl Iterator<Item = Vec<&str>> {
    counts.lines().map(|line| line.splitn(3, '\t').collect())
}

fn number(text: Option<&&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The list of files: names from one command, counts looked up in the other's by path.
fn listed(names: &str, counts: &str) -> Vec<ChangedFile> {
    let counts: BTreeMap<String, (u64, u64)> = rows(counts)
        .filter_map(|row| {
            let found = (number(row.first()), number(row.get(1)));
            Some((expanded(row.get(2)?), found))
        })
        .collect();
    let mut names = names.split('\0').map(str::to_owned);
    let mut files = Vec::new();
    while let (Some(letter), Some(first)) = (names.next(), names.next()) {
        let second = letter
            .starts_with(['R', 'C'])
            .then(|| names.next())
            .flatten();
        let (path, old_path) = match second {
            Some(path) => (path, Some(first)),
            None => (first, None),
        };
        let (additions, deletions) = counts.get(&path).copied().unwrap_or_default();
        files.push(ChangedFile {
            path,
            old_path,
            status: status(&letter),
            additions,
            deletions,
        });
    }
    files
}

/// The path after of `docs/{old.md => new.md}`; other names as they are.
fn expanded(name: &str) -> String {
    let parts = name.split_once('{').and_then(|(before, rest)| {
        let (middle, after) = rest.split_once('}')?;
        let (_, new) = middle.split_once(" => ")?;
        Some(format!("{before}{new}{after}").replace("//", "/"))
    });
    parts.unwrap_or_else(|| name.to_owned())
}

fn status(letter: &str) -> FileStatus {
    match letter.as_bytes().first() {
        Some(b'A') => FileStatus::Added,
        Some(b'D') => FileStatus::Deleted,
        Some(b'R') => FileStatus::Renamed,
        Some(b'C') => FileStatus::Copied,
        Some(b'T') => FileStatus::TypeChanged,
        _ => FileStatus::Modified,
    }
}

#[test]
fn a_difference_lists_files_with_the_wrong_counts_of_the_control_plane() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    repo.write("src/config.py", "a\nb\nc\nd\ne\n")?;
    repo.write("top.py", "1\n2\n3\n4\n5\n6\n")?;
    repo.write("run.sh", "true\n")?;
    repo.write("gone", "old\n")?;
    let base = repo.commit("base")?;
    repo.rename("src/config.py", "src/pkg/settings.py")?;
    repo.write("src/pkg/settings.py", "a\nb\nc\nd\nE\n")?;
    repo.rename("top.py", "bottom.py")?;
    repo.write("bottom.py", "1\n2\n3\n4\n5\n7\n")?;
    repo.write("docs/ünï.md", "one\n")?;
    repo.mode("run.sh", 0o755)?;
    repo.link("gone", "run.sh")?;
    repo.submodule("vendor/lib", &base)?;
    repo.write("extra", "")?;
    repo.remove("extra")?;
    let head = repo.commit("head")?;

    let difference = repo.difference(&base, &head)?;
    let files: Vec<String> = difference
        .files
        .iter()
        .map(|file| {
            let (path, status) = (&file.path, file.status.as_str());
            format!("{status} {path} +{} -{}", file.additions, file.deletions)
        })
        .collect();
    assert_eq!(
        files,
        [
            "renamed bottom.py +0 -0",
            "added docs/ünï.md +0 -0",
            "typechange gone +1 -1",
            "modified run.sh +0 -0",
            "renamed src/pkg/settings.py +1 -1",
            "added vendor/lib +1 -0",
        ]
    );
    assert_eq!((difference.additions, difference.deletions), (5, 3));
    assert_eq!(repo.blob(&head, "bottom.py")?, b"1\n2\n3\n4\n5\n7\n");
    assert!(difference.patch.contains("@@ -3,4 +3,4 @@"));
    Ok(())
}
