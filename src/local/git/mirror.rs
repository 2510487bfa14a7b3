//! A project's bare copy of the user's repository, where all work on branches happens; only a merge
//! goes back (`landing`).
//!
//! `refs/upstream/*` is what the user's repository had at the last refresh; `refs/heads/*` is what
//! clients see: those branches, the sessions' branches, and whatever agents pushed. A refresh moves
//! a branch only when nobody here moved it, or forward; session branches are never touched.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use crate::local::git::{COPY_DEADLINE, Error, Git, name::Branch, workspace::Workspace};

/// How often reads look at the user's repository again.
const REFRESH_EVERY: Duration = Duration::from_secs(3);

/// A user's repository as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its top folder, or the folder itself when it is bare.
    pub path: PathBuf,
    /// The branch that work is merged into.
    pub default_branch: Branch,
    /// Whether the default branch is made from a detached `HEAD` because there is no branch at all.
    pub is_branchless: bool,
    /// What the user should know about how the repository was read.
    pub notes: Vec<String>,
}

/// What is wrong with a path as a source.
#[derive(Debug)]
pub enum Unusable {
    /// There is no repository.
    NotARepository,
    /// It has no commits.
    NoCommits,
    /// Git failed in another way.
    Git(Error),
}

impl Source {
    /// Looks at a path in a repository, without writing to it.
    pub async fn inspect(git: &Git, path: &Path) -> Result<Self, Unusable> {
        let ask = |args: &[&str]| git.call(path).args(args).text();
        let locate = |what: &str| git.call(path).args(["rev-parse", what]).path();
        let git_dir = locate("--absolute-git-dir").await.map_err(refusal)?;
        let top = match locate("--show-toplevel").await {
            Ok(top) if !top.as_os_str().is_empty() => top,
            _ => git_dir,
        };
        let listed = ask(&[
            "for-each-ref",
            "--sort=-committerdate",
            "--format=%(refname:lstrip=2)",
            "refs/heads",
        ])
        .await
        .map_err(Unusable::Git)?;
        let branches: Vec<Branch> = listed.lines().filter_map(Branch::parse).collect();
        let has_head = ask(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
            .await
            .is_ok();
        if branches.is_empty() && !has_head {
            return Err(Unusable::NoCommits);
        }
        let current = symbolic(git, path, "HEAD").await;
        let remote = symbolic(git, path, "refs/remotes/origin/HEAD").await;
        let mut notes = Vec::new();
        if current.is_none() {
            notes.push("HEAD is detached".to_owned());
        }
        let is_shallow = ask(&["rev-parse", "--is-shallow-repository"]).await;
        if is_shallow.is_ok_and(|answer| answer == "true") {
            notes.push("the repository is shallow, so older history is missing".to_owned());
        }
        let default_branch = default_branch(&branches, current, remote)?;
        Ok(Self {
            path: top,
            is_branchless: branches.is_empty(),
            default_branch,
            notes,
        })
    }

    /// The repository's name for people.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        let name = name.to_string_lossy();
        let name = name.strip_suffix(".git").unwrap_or(&name);
        if name.is_empty() {
            "repository".to_owned()
        } else {
            name.to_owned()
        }
    }
}

/// Tells a missing repository from one that git refuses to read, for example another user's.
fn refusal(error: Error) -> Unusable {
    match error {
        Error::Refused { text, .. }
            if text.contains("not a git repository") || text.contains("cannot change to") =>
        {
            Unusable::NotARepository
        }
        error => Unusable::Git(error),
    }
}

/// The branch that a symbolic reference names, by its last part below `refs/heads` or `origin`.
async fn symbolic(git: &Git, path: &Path, reference: &str) -> Option<Branch> {
    let target = git
        .call(path)
        .args(["symbolic-ref", "--quiet", reference])
        .text()
        .await
        .ok()?;
    let name = target
        .strip_prefix("refs/heads/")
        .or_else(|| target.strip_prefix("refs/remotes/origin/"))?;
    Branch::parse(name)
}

/// The remote's default, else `main`, else `master`, else the current branch, else the newest one.
fn default_branch(
    branches: &[Branch],
    current: Option<Branch>,
    remote: Option<Branch>,
) -> Result<Branch, Unusable> {
    let well_known = ["main", "master"].into_iter().filter_map(Branch::parse);
    remote
        .into_iter()
        .chain(well_known)
        .chain(current)
        .find(|branch| branches.contains(branch))
        .or_else(|| branches.first().cloned())
        .or_else(|| Branch::parse("main"))
        .ok_or(Unusable::NoCommits)
}

/// A project's bare copy.
#[derive(Debug)]
pub struct Mirror {
    /// Where it is.
    pub path: PathBuf,
    /// What it copies.
    pub source: Source,
    git: Git,
    refreshed: Mutex<Option<Instant>>,
    /// Held while commits of sessions come in: two fetches of one branch refuse each other.
    keeping: Mutex<()>,
}

impl Mirror {
    /// Opens the copy at `path`, or makes it; a new one appears whole or not at all.
    pub async fn open(git: &Git, source: Source, path: PathBuf) -> Result<Self, Error> {
        if !path.exists() {
            let draft = path.with_extension("draft");
            crate::local::folder::remove(&draft).map_err(Error::Run)?;
            std::fs::create_dir_all(&draft).map_err(Error::Run)?;
            let made = Self::fill(git, &source, &draft).await;
            if let Err(error) = made {
                let _ = crate::local::folder::remove(&draft);
                return Err(error);
            }
            std::fs::rename(&draft, &path).map_err(Error::Run)?;
        }
        let mirror = Self {
            path,
            source,
            git: git.clone(),
            refreshed: Mutex::new(None),
            keeping: Mutex::default(),
        };
        mirror.refresh_after(Instant::now()).await?;
        Ok(mirror)
    }

    async fn fill(git: &Git, source: &Source, draft: &Path) -> Result<(), Error> {
        git.call(draft)
            .args(["init", "--quiet", "--bare", "--template=", "."])
            .run()
            .await?;
        fetch(git, source, draft).await?;
        settle_branches(git, draft, &BTreeMap::new()).await
    }

    /// The program that works on it.
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// A git command in the mirror.
    pub fn call(&self) -> crate::local::git::Call {
        self.git.call(&self.path)
    }

    /// Looks at the user's repository again unless somebody did a moment ago.
    pub async fn refresh_if_stale(&self) -> Result<(), Error> {
        let now = Instant::now();
        self.refresh_after(now.checked_sub(REFRESH_EVERY).unwrap_or(now))
            .await
    }

    /// Looks at the user's repository unless somebody began to do so after `moment`.
    pub async fn refresh_after(&self, moment: Instant) -> Result<(), Error> {
        let mut refreshed = self.refreshed.lock().await;
        if refreshed.is_some_and(|at| at > moment) {
            return Ok(());
        }
        // A source that cannot be read is not asked again at once either.
        *refreshed = Some(Instant::now());
        self.update().await
    }

    async fn update(&self) -> Result<(), Error> {
        let before = tips(&self.git, &self.path, "refs/upstream").await?;
        fetch(&self.git, &self.source, &self.path).await?;
        settle_branches(&self.git, &self.path, &before).await?;
        let head = self.source.default_branch.reference();
        self.call()
            .args(["symbolic-ref", "HEAD", &head])
            .run()
            .await?;
        Ok(())
    }

    /// Brings what a session's work tree has committed.
    pub async fn keep(&self, workspace: &Workspace) -> Result<(), Error> {
        let _one_at_a_time = self.keeping.lock().await;
        workspace.save(&self.git, &self.path).await
    }

    /// The commit at the tip of a branch; `None` when there is no such branch.
    pub async fn tip(&self, branch: &Branch) -> Option<String> {
        self.commit(&branch.reference()).await
    }

    /// The commit that a full reference or a hash names; the caller has checked its form.
    pub async fn commit(&self, name: &str) -> Option<String> {
        self.call()
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .text()
            .await
            .ok()
            .filter(|hash| !hash.is_empty())
    }

    /// Cuts a branch at a commit; it must not exist yet.
    pub async fn cut(&self, branch: &Branch, commit: &str) -> Result<(), Error> {
        self.call()
            .args(["update-ref", "--create-reflog"])
            .args([
                branch.reference().as_str(),
                commit,
                &"0".repeat(commit.len()),
            ])
            .run()
            .await
            .map(drop)
    }
}

async fn fetch(git: &Git, source: &Source, mirror: &Path) -> Result<(), Error> {
    let mut call = git
        .call(mirror)
        .args([
            "fetch",
            "--quiet",
            "--prune",
            "--tags",
            "--force",
            "--no-write-fetch-head",
        ])
        .args([
            "--update-shallow",
            "--no-recurse-submodules",
            "--end-of-options",
        ])
        .arg(&source.path)
        .arg("+refs/heads/*:refs/upstream/*")
        .within(COPY_DEADLINE);
    if source.is_branchless {
        call = call.arg(format!("+HEAD:refs/upstream/{}", source.default_branch));
    }
    call.run().await.map(drop)
}

/// References below a prefix with their commits.
pub async fn tips(
    git: &Git,
    folder: &Path,
    prefix: &str,
) -> Result<BTreeMap<String, String>, Error> {
    let listed = git
        .call(folder)
        .args([
            "for-each-ref",
            "--format=%(objectname) %(refname:lstrip=2)",
            prefix,
        ])
        .text()
        .await?;
    Ok(listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
        .collect())
}

/// Brings `refs/heads` after `refs/upstream`, given what upstream was before.
async fn settle_branches(
    git: &Git,
    mirror: &Path,
    before: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let upstream = tips(git, mirror, "refs/upstream").await?;
    let ours = tips(git, mirror, "refs/heads").await?;
    let mut deletions = Vec::new();
    for (name, tip) in before {
        if !upstream.contains_key(name) && ours.get(name) == Some(tip) {
            deletions.push(format!("delete refs/heads/{name} {tip}\n"));
        }
    }
    let mut changes = Vec::new();
    for (name, tip) in &upstream {
        match ours.get(name) {
            Some(here) if here == tip => {}
            Some(here) => {
                let is_untouched = before.get(name) == Some(here);
                if is_untouched || is_ancestor(git, mirror, here, tip).await {
                    changes.push(format!("update refs/heads/{name} {tip} {here}\n"));
                }
            }
            None => changes.push(format!("create refs/heads/{name} {tip}\n")),
        }
    }
    // Deletions first: a branch `a` has to go before there can be an `a/b`.
    change_references(git, mirror, &deletions).await?;
    change_references(git, mirror, &changes).await
}

/// Changes references all at once, or, when one of them cannot be changed, all the others.
async fn change_references(git: &Git, mirror: &Path, orders: &[String]) -> Result<(), Error> {
    let change = |input: String| {
        let call = git.call(mirror).args(["update-ref", "--stdin"]);
        call.input(input.into_bytes()).run()
    };
    if orders.is_empty() {
        return Ok(());
    }
    match change(orders.concat()).await {
        Err(Error::Refused { .. }) if orders.len() > 1 => {}
        outcome => return outcome.map(drop),
    }
    for order in orders {
        if let Err(error) = change(order.clone()).await {
            tracing::warn!(%error, "a branch cannot follow the repository");
        }
    }
    Ok(())
}

async fn is_ancestor(git: &Git, mirror: &Path, old: &str, new: &str) -> bool {
    git.call(mirror)
        .args(["merge-base", "--is-ancestor", old, new])
        .run()
        .await
        .is_ok()
}
