//! What clients read of a repository: branches, commits, files.

use serde::Serialize;

use crate::local::git::{
    Call, Error,
    mirror::Mirror,
    name::{Branch, is_hash},
};

/// How many files a listing shows.
const MOST_FILES: usize = 1000;

/// The empty tree, what a first commit is compared with.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// One branch in the control plane's form.
#[derive(Debug, Clone, Serialize)]
pub struct BranchRow {
    name: String,
    is_default: bool,
    tip: String,
    tip_short: String,
    subject: String,
    committer_name: String,
    committer_email: String,
    committed_at: String,
    ahead: Option<u64>,
    behind: Option<u64>,
}

/// One commit in the control plane's form.
#[derive(Debug, Clone, Serialize)]
pub struct CommitRow {
    hash: String,
    short_hash: String,
    parents: Vec<String>,
    author_name: String,
    author_email: String,
    authored_at: String,
    committer_name: String,
    committer_email: String,
    committed_at: String,
    subject: String,
    body: String,
}

/// One changed file between two commits.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedFile {
    path: String,
    old_path: Option<String>,
    status: &'static str,
    /// Lines that came; none for a binary file.
    pub additions: u64,
    /// Lines that went; none for a binary file.
    pub deletions: u64,
}

/// Which part of a history to read.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// How many commits, at most.
    pub limit: usize,
    /// How many to leave out first.
    pub skip: usize,
}

/// What git printed with `-z`, piece by piece; invalid UTF-8 is replaced.
pub fn tokens(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    bytes
        .split(|byte| *byte == 0)
        .map(|token| String::from_utf8_lossy(token).into_owned())
}

/// All branches, the newest first.
pub async fn branches(mirror: &Mirror) -> Result<Vec<BranchRow>, Error> {
    let default = &mirror.source.default_branch;
    let counted = format!("%(ahead-behind:{})", default.reference());
    match list_branches(mirror, &counted).await {
        // Git before 2.41 cannot count while it lists.
        Err(Error::Refused { .. }) => list_branches(mirror, "").await,
        outcome => outcome,
    }
}

async fn list_branches(mirror: &Mirror, counted: &str) -> Result<Vec<BranchRow>, Error> {
    let format = [
        "%(refname:lstrip=2)",
        "%(objectname)",
        "%(objectname:short)",
        "%(contents:subject)",
        "%(committername)",
        "%(committeremail:trim)",
        "%(committerdate:iso-strict)",
        counted,
    ]
    .join("%00");
    let listed = mirror
        .call()
        .args(["for-each-ref", "--sort=-committerdate"])
        .arg(format!("--format={format}"))
        .arg("refs/heads")
        .run()
        .await?;
    let default = mirror.source.default_branch.as_str();
    Ok(listed
        .split(|byte| *byte == b'\n')
        .filter_map(|line| branch_row(tokens(line).collect(), default))
        .collect())
}

fn branch_row(fields: Vec<String>, default: &str) -> Option<BranchRow> {
    let [
        name,
        tip,
        tip_short,
        subject,
        committer_name,
        committer_email,
        committed_at,
        counted,
    ] = <[String; 8]>::try_from(fields).ok()?;
    let mut counts = counted.split(' ').map(|count| count.parse().ok());
    Some(BranchRow {
        is_default: name == default,
        ahead: counts.next().flatten(),
        behind: counts.next().flatten(),
        name,
        tip,
        tip_short,
        subject,
        committer_name,
        committer_email,
        committed_at,
    })
}

/// What a client calls a `ref`, as a commit: a branch, a tag, or a hash. `None` when there is none.
pub async fn resolve(mirror: &Mirror, branch: &Branch) -> Option<String> {
    if let Some(commit) = mirror.tip(branch).await {
        return Some(commit);
    }
    if let Some(commit) = mirror.commit(&format!("refs/tags/{branch}")).await {
        return Some(commit);
    }
    if is_hash(branch.as_str()) {
        return mirror.commit(branch.as_str()).await;
    }
    None
}

const COMMIT_FORMAT: &str =
    "--format=%H%x00%h%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%s%x00%b";

/// A piece of the history of a commit, or of one path in it, and whether there is more.
pub async fn log(
    mirror: &Mirror,
    commit: &str,
    path: Option<&str>,
    page: Page,
) -> Result<(Vec<CommitRow>, bool), Error> {
    let mut call = mirror
        .call()
        .args(["log", "-z", COMMIT_FORMAT, "--no-show-signature"])
        .arg(format!("--max-count={}", page.limit + 1))
        .arg(format!("--skip={}", page.skip))
        .arg(commit)
        .arg("--");
    if let Some(path) = path {
        call = call.arg(path);
    }
    let mut commits = commit_rows(&call.run().await?);
    let has_more = commits.len() > page.limit;
    commits.truncate(page.limit);
    Ok((commits, has_more))
}

fn commit_rows(bytes: &[u8]) -> Vec<CommitRow> {
    let fields: Vec<String> = tokens(bytes).collect();
    fields
        .chunks_exact(11)
        .filter_map(|chunk| {
            let [
                hash,
                short_hash,
                parents,
                author_name,
                author_email,
                authored_at,
                committer_name,
                committer_email,
                committed_at,
                subject,
                body,
            ] = <&[String; 11]>::try_from(chunk).ok()?.clone();
            Some(CommitRow {
                parents: parents.split_whitespace().map(str::to_owned).collect(),
                body: body.trim_end().to_owned(),
                hash,
                short_hash,
                author_name,
                author_email,
                authored_at,
                committer_name,
                committer_email,
                committed_at,
                subject,
            })
        })
        .collect()
}

/// One commit with its files, compared with its first parent.
pub async fn commit(
    mirror: &Mirror,
    commit: &str,
) -> Result<Option<(CommitRow, Vec<ChangedFile>)>, Error> {
    let page = Page { limit: 1, skip: 0 };
    let (rows, _) = log(mirror, commit, None, page).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let parent = row.parents.first().map_or(EMPTY_TREE, String::as_str);
    let files = changed(mirror, parent, commit).await?;
    Ok(Some((row, files)))
}

/// The files that differ between two commits, with renames found.
pub async fn changed(mirror: &Mirror, old: &str, new: &str) -> Result<Vec<ChangedFile>, Error> {
    let compare = |form: &str| -> Call {
        mirror
            .call()
            .args(["diff-tree", "-r", "-M", "-z", form, old, new])
    };
    let (names, counts) = tokio::join!(compare("--name-status").run(), compare("--numstat").run());
    Ok(changed_files(&names?, &counts?))
}

/// The patch of one commit against its first parent, for one path or for all.
pub async fn patch(
    mirror: &Mirror,
    commit: &str,
    parent: Option<&str>,
    path: Option<&str>,
) -> Result<String, Error> {
    let mut call = mirror
        .call()
        .args([
            "diff-tree",
            "-r",
            "-p",
            "-M",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
        ])
        .args([parent.unwrap_or(EMPTY_TREE), commit, "--"]);
    if let Some(path) = path {
        call = call.arg(path);
    }
    Ok(String::from_utf8_lossy(&call.run().await?).into_owned())
}

fn changed_files(names: &[u8], counts: &[u8]) -> Vec<ChangedFile> {
    let mut names = tokens(names);
    let mut counts = tokens(counts);
    let mut files = Vec::new();
    while let (Some(status), Some(first)) =
        (names.next().filter(|word| !word.is_empty()), names.next())
    {
        let is_pair = status.starts_with(['R', 'C']);
        let second = if is_pair { names.next() } else { None };
        let (additions, deletions) = count(&mut counts);
        let (path, old_path) = match second {
            Some(path) => (path, Some(first)),
            None => (first, None),
        };
        files.push(ChangedFile {
            path,
            old_path,
            status: status_word(&status),
            additions,
            deletions,
        });
    }
    files
}

/// Lines added and removed of the next file; a rename has its two paths in tokens of their own.
fn count(tokens: &mut impl Iterator<Item = String>) -> (u64, u64) {
    let Some(line) = tokens.next() else {
        return (0, 0);
    };
    let mut columns = line.splitn(3, '\t');
    let mut number = || {
        columns
            .next()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    };
    let found = (number(), number());
    if columns.next() == Some("") {
        tokens.next();
        tokens.next();
    }
    found
}

fn status_word(status: &str) -> &'static str {
    match status.as_bytes().first() {
        Some(b'A') => "added",
        Some(b'D') => "deleted",
        Some(b'R') => "renamed",
        Some(b'C') => "copied",
        Some(b'T') => "typechange",
        _ => "modified",
    }
}

/// The files of a commit below a path, at most a thousand.
pub async fn files(
    mirror: &Mirror,
    commit: &str,
    below: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut call = mirror.call().args([
        "ls-tree",
        "-r",
        "-z",
        "--name-only",
        "--full-tree",
        commit,
        "--",
    ]);
    if let Some(path) = below {
        call = call.arg(path);
    }
    let listed = call.run().await?;
    Ok(tokens(&listed)
        .filter(|path| !path.is_empty())
        .take(MOST_FILES)
        .collect())
}

/// The text of a file; invalid UTF-8 is replaced. `None` when there is no such file.
pub async fn file(mirror: &Mirror, commit: &str, path: &str) -> Result<Option<String>, Error> {
    let found = mirror
        .call()
        .args(["cat-file", "blob"])
        .arg(format!("{commit}:{path}"))
        .run()
        .await;
    match found {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
