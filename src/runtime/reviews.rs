//! Carries out what reviews of change requests need: paint, comparisons, notes on disk, exports.
//!
//! Everything here takes its time on threads that may block; the loop only hears of the results. Of
//! the notes of one change request the newest wish is written, so that typing never piles up.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use crate::{
    app::event::{Effect, Event, Level},
    config::{
        cache::Problem,
        reviews::{Kept, Reviews},
    },
    diff::{
        changeset::Changeset,
        paint::{self, Limits},
        patch::Patch,
        review::Review,
        since,
    },
    model::{change::Difference, id::ChangeKey},
    runtime::shell::{Message, Shell},
};

/// How many numbers are tried for the name of an exported file.
const NAMES: u32 = 1_000;

/// Reads and writes what is noted about change requests.
#[derive(Debug, Clone)]
pub struct ReviewKeeper {
    reviews: Reviews,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Each review as this program last read or wrote it.
    bases: HashMap<ChangeKey, Review>,
    /// What waits to be written.
    next: BTreeMap<ChangeKey, Box<Review>>,
    is_writing: bool,
    is_pruned: bool,
}

impl ReviewKeeper {
    /// A keeper that has read and written nothing.
    pub fn new(reviews: Reviews) -> Self {
        Self {
            reviews,
            shared: Arc::default(),
        }
    }

    /// Reads a review; an empty one when nothing was kept. Old ones are removed on the first call.
    pub fn recall(&self, change: &ChangeKey) -> Result<Review, Problem> {
        if !std::mem::replace(&mut self.shared().is_pruned, true) {
            self.reviews.prune(SystemTime::now(), Kept::default());
        }
        let review = self.reviews.read(change)?.unwrap_or_default();
        self.shared().bases.insert(change.clone(), review.clone());
        Ok(review)
    }

    /// Puts a wish in place of the one that waits; true when [`ReviewKeeper::write`] must be called.
    pub fn wish(&self, change: ChangeKey, review: Box<Review>) -> bool {
        let mut shared = self.shared();
        shared.next.insert(change, review);
        !std::mem::replace(&mut shared.is_writing, true)
    }

    /// Writes until nothing waits; the first problem is returned.
    pub fn write(&self) -> Result<(), Problem> {
        let mut outcome = Ok(());
        loop {
            let next = {
                let mut shared = self.shared();
                let next = shared.next.pop_first();
                shared.is_writing = next.is_some();
                next
            };
            let Some((change, review)) = next else {
                return outcome;
            };
            outcome = outcome.and(self.keep(change, *review));
        }
    }

    /// Writes at once what waits, for at most `patience`; for the way out.
    pub fn flush(&self, patience: Duration) {
        let keeper = self.clone();
        within(patience, move || keeper.write());
    }

    /// Keeps a patch that was looked at, for at most `patience`; for the way out.
    pub fn keep_patch(&self, change: &ChangeKey, patch: &Arc<str>, patience: Duration) {
        let (keeper, change, patch) = (self.clone(), change.clone(), Arc::clone(patch));
        within(patience, move || {
            keeper.reviews.write_patch(&change, &patch)
        });
    }

    fn keep(&self, change: ChangeKey, ours: Review) -> Result<(), Problem> {
        let base = self.shared().bases.get(&change).cloned();
        self.reviews
            .write(&change, &base.unwrap_or_default(), &ours)?;
        self.shared().bases.insert(change, ours);
        Ok(())
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does something on a thread of its own that is waited for at most `patience`.
fn within(patience: Duration, write: impl FnOnce() -> Result<(), Problem> + Send + 'static) {
    let (sender, done) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().spawn(move || {
        if let Err(problem) = write() {
            tracing::warn!(%problem, "what was noted last about a change request is not kept");
        }
        let _ = sender.send(());
    });
    if thread.is_ok() {
        let _ = done.recv_timeout(patience);
    }
}

impl Shell {
    /// Does what a review asks for; never waits.
    pub(super) fn review(&mut self, effect: Effect) {
        let keeper = self.review_keeper.clone();
        if let (Some(keeper), Effect::KeepReview(change, review)) = (&keeper, &effect)
            && !keeper.wish(change.clone(), review.clone())
        {
            return;
        }
        let messages = self.messages.clone();
        let folder = self.environment.cwd.clone();
        self.tasks.spawn_blocking(move || {
            for event in outcome(effect, keeper.as_ref(), &folder) {
                let _ = messages.blocking_send(Message::Event(event));
            }
        });
    }
}

fn outcome(effect: Effect, keeper: Option<&ReviewKeeper>, folder: &Path) -> Vec<Event> {
    match effect {
        Effect::RecallReview(change) => recall(change, keeper),
        Effect::KeepReview(..) => trouble(keeper.map(ReviewKeeper::write)),
        Effect::KeepPatch(change, patch) => {
            trouble(keeper.map(|keeper| keeper.reviews.write_patch(&change, &patch)))
        }
        Effect::Export { name, text } => vec![export(folder, &name, &text)],
        effect => computed(effect, keeper).into_iter().collect(),
    }
}

/// What is computed from a changeset; `None` for effects that are not about reviews.
fn computed(effect: Effect, keeper: Option<&ReviewKeeper>) -> Option<Event> {
    match effect {
        Effect::Paint {
            change,
            edition,
            changeset,
            hunks,
        } => {
            let painted = hunks.into_iter().map(|(hunk, path)| {
                let painted = paint::hunk(&changeset.patch, hunk, &path, Limits::default());
                (hunk, painted)
            });
            Some(Event::Painted {
                change,
                edition,
                hunks: painted.collect(),
            })
        }
        Effect::FindMoved {
            change,
            edition,
            changeset,
        } => Some(Event::MovedFound {
            change,
            edition,
            moved: paint::moved(&changeset.patch),
        }),
        Effect::Compare {
            change,
            edition,
            changeset,
        } => Some(Event::Compared {
            outcome: compare(&change, &changeset, keeper),
            change,
            edition,
        }),
        _ => None,
    }
}

/// What was kept; a review that cannot be read begins anew, and it is said why.
fn recall(change: ChangeKey, keeper: Option<&ReviewKeeper>) -> Vec<Event> {
    let kept = keeper.map_or(Ok(Review::default()), |keeper| keeper.recall(&change));
    let (review, problem) = match kept {
        Ok(review) => (review, None),
        Err(problem) => (Review::default(), Some(problem)),
    };
    let recalled = Event::ReviewRecalled(change, Box::new(review));
    let mut events = trouble(problem.map(Err));
    events.push(recalled);
    events
}

fn trouble(outcome: Option<Result<(), Problem>>) -> Vec<Event> {
    let problem = outcome.and_then(Result::err);
    problem
        .map(|problem| Event::Notice(Level::Warning, problem.to_string()))
        .into_iter()
        .collect()
}

/// The difference between the head that was last looked at and the present one.
fn compare(
    change: &ChangeKey,
    changeset: &Changeset,
    keeper: Option<&ReviewKeeper>,
) -> Result<Arc<Changeset>, String> {
    let before = keeper.and_then(|keeper| keeper.reviews.read_patch(change));
    let before = before.ok_or("the patch that was looked at last is not kept any more")?;
    let patch = since::between(&Patch::parse(before), &changeset.patch);
    Ok(Arc::new(Changeset::new(Difference {
        base_ref: changeset.base_ref.clone(),
        head_ref: changeset.head_ref.clone(),
        base_sha: changeset.base_sha.clone(),
        head_sha: changeset.head_sha.clone(),
        merge_base: changeset.merge_base.clone(),
        patch,
        ..Difference::default()
    })))
}

/// Writes a text to a new file and says where it is.
fn export(folder: &Path, name: &str, text: &str) -> Event {
    match write_new(folder, name, text) {
        Ok(path) => Event::Notice(Level::Info, format!("wrote `{}`", path.display())),
        Err(error) => {
            let path = folder.join(name);
            let said = format!("cannot write `{}`: {error}", path.display());
            Event::Notice(Level::Error, said)
        }
    }
}

/// Writes a file that was not there: `name`, else the name with a number before its ending.
fn write_new(folder: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "md"));
    for number in 1..NAMES {
        let name = match number {
            1 => name.to_owned(),
            _ => format!("{stem}-{number}.{ending}"),
        };
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
