//! All that `explain` tells, gathered from files, git and a host.

use std::path::Path;

use crate::{
    cli::{Failure, args::Explain, console::Code, explain::server::Server, line},
    config::environment::Environment,
    local::git::{Error, Git},
    runtime::{
        checkout,
        context::{Repository, Side},
    },
    validation::{
        MANIFEST,
        plan::{Changed, Compared, Origin, Outcome, Plans, Reading, compare},
    },
};

/// All that is told.
pub(super) struct Account {
    /// The folder as it was given.
    pub path: String,
    /// What is looked at, or the later side of a change.
    pub head: View,
    /// The change since the earlier side, where one was asked for.
    pub change: Option<Change>,
    /// The files that plans are made from and that no commit has as they are.
    pub uncommitted: Vec<String>,
    /// Why git says nothing; `None` when it does.
    pub no_git: Option<String>,
    /// What a host says.
    pub server: Server,
}

/// One side.
pub(super) struct View {
    /// How people call it.
    pub label: String,
    /// Its commit; `None` for the files in the folder.
    pub commit: Option<String>,
    pub plans: Plans,
}

/// What happened between two sides.
pub(super) struct Change {
    pub base: View,
    pub rows: Vec<Compared>,
}

/// The files in the folder, as people call them.
const WORK_TREE: &str = "working tree";

impl Account {
    /// Gathers everything.
    pub(super) async fn give(
        options: &Explain,
        folder: &Path,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let git = Git::find();
        let repository = match &git {
            Some(git) => Repository::find(git, folder).await.map_err(|error| {
                let why = line(&error.to_string());
                format!("the folder is in no git repository that can be read ({why})")
            }),
            None => Err("git is not on the PATH".to_owned()),
        };
        let path = line(&options.path.display().to_string());
        let Ok(repository) = &repository else {
            let why = repository.err().unwrap_or_default();
            return Self::without_git(options, folder, environment, why).await;
        };
        let git = git.as_ref();
        let shelf = Shelf {
            git,
            folder,
            repository,
        };
        let head = match &options.head {
            Some(name) => shelf.revision(name).await?,
            None => shelf.work_tree().await,
        };
        let change = match &options.base {
            Some(name) => Some(shelf.change(name, &head).await?),
            None => None,
        };
        Ok(Self {
            path,
            uncommitted: shelf.uncommitted(&head).await,
            server: Server::ask(options, folder, environment, Some(&shelf)).await?,
            head,
            change,
            no_git: None,
        })
    }

    async fn without_git(
        options: &Explain,
        folder: &Path,
        environment: &Environment,
        why: String,
    ) -> Result<Self, Failure> {
        if options.base.is_some() || options.head.is_some() {
            return Err(
                Failure::new(Code::Usage, format!("cannot look at a commit: {why}"))
                    .hint("leave `--base` and `--head` out to look at the files in the folder"),
            );
        }
        let tree = checkout::folder(folder, None).await;
        Ok(Self {
            path: line(&options.path.display().to_string()),
            head: View {
                label: WORK_TREE.to_owned(),
                commit: None,
                plans: Plans::of(&tree),
            },
            change: None,
            uncommitted: Vec::new(),
            no_git: Some(why),
            server: Server::ask(options, folder, environment, None).await?,
        })
    }

    /// Whether something cannot be built or understood.
    pub(super) fn has_problem(&self) -> bool {
        let plans = &self.head.plans;
        let fails = |outcome: &Outcome| match outcome {
            Outcome::Builds(_) => false,
            Outcome::Fails(_) | Outcome::Dropped(_) => true,
        };
        let is_known = match &plans.manifest {
            Reading::Understood { errors } => *errors == 0,
            Reading::Absent => true,
            Reading::Unknown { .. } => false,
        };
        !is_known || plans.plans.iter().any(|plan| fails(&plan.outcome))
    }
}

/// A repository with a folder of it that holds a project.
pub(super) struct Shelf<'a> {
    git: Option<&'a Git>,
    folder: &'a Path,
    repository: &'a Repository<'a>,
}

impl Shelf<'_> {
    /// The plans of a commit that this repository may not have.
    pub(super) async fn plans_at(&self, commit: &str) -> Option<Plans> {
        self.repository.commit(commit).await.ok().flatten()?;
        let tree = checkout::revision(self.git?, self.folder, commit).await;
        Some(Plans::of(&tree.ok()?))
    }

    async fn work_tree(&self) -> View {
        let tree = checkout::folder(self.folder, self.git).await;
        let mut plans = Plans::of(&tree);
        // The folder's files have no tree of their own; that of the last commit is the nearest.
        let trees = self.repository.trees("HEAD", &plans.folders()).await;
        plans.note_trees(&trees);
        View {
            label: WORK_TREE.to_owned(),
            commit: None,
            plans,
        }
    }

    async fn revision(&self, name: &str) -> Result<View, Failure> {
        let Some(git) = self.git else {
            return Err(Failure::new(Code::Failed, "git is not on the PATH"));
        };
        let found = self.repository.commit(name).await;
        let commit = found.map_err(|error| refused(&error))?.ok_or_else(|| {
            let message = format!("there is no commit `{}`", line(name));
            Failure::new(Code::Usage, message)
                .hint("`git log --oneline --all` lists those there are")
        })?;
        let tree = checkout::revision(git, self.folder, &commit).await;
        let mut plans = Plans::of(&tree.map_err(|error| refused(&error))?);
        let trees = self.repository.trees(&commit, &plans.folders()).await;
        plans.note_trees(&trees);
        Ok(View {
            label: line(name),
            commit: Some(commit),
            plans,
        })
    }

    async fn change(&self, base: &str, head: &View) -> Result<Change, Failure> {
        let base = self.revision(base).await?;
        let to = match &head.commit {
            Some(commit) => Side::Commit(commit.clone()),
            None => Side::WorkTree,
        };
        let from = base.commit.as_deref().unwrap_or_default();
        let paths = self.repository.changed(from, &to).await;
        // A difference that is too large to list is no reason to say nothing.
        let changed = paths.map_or(Changed::Unknown, Changed::Paths);
        let rows = compare(&base.plans, &head.plans, &changed);
        Ok(Change { base, rows })
    }

    /// The files that plans are made from and that differ from the last commit.
    async fn uncommitted(&self, head: &View) -> Vec<String> {
        if head.commit.is_some() {
            return Vec::new();
        }
        let changed = self.repository.changed("HEAD", &Side::WorkTree).await;
        let mut changed = changed.unwrap_or_default();
        let dockerfiles: Vec<&str> = head
            .plans
            .plans
            .iter()
            .filter_map(|plan| match &plan.origin {
                Origin::Dockerfile { path, .. } => Some(path.trim_start_matches("./")),
                Origin::Platform(_) | Origin::Image(_) | Origin::Missing => None,
            })
            .collect();
        changed.retain(|path| path == MANIFEST || dockerfiles.contains(&path.as_str()));
        changed
    }
}

fn refused(error: &Error) -> Failure {
    Failure::new(Code::Failed, line(&error.to_string()))
}
