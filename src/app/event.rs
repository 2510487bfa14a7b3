//! What can happen to the program, and what the shell must do next.
//!
//! Plain data: `Debug` and `PartialEq`, no closures, no channels, so that a test compares whole
//! values and a log of events can be replayed.

use std::{path::PathBuf, sync::Arc};

use crossterm::event::{KeyEvent, MouseEvent};

use crate::{
    api,
    app::{
        call::{Call, Reply},
        manifest::checkup::{Checkup, Digest},
        memory::Memory,
    },
    diagnostic::Fix,
    diff::{
        changeset::Changeset,
        paint::{Moved, Painted},
        patch::HunkId,
        review::Review,
    },
    model::{
        agent::stream::{LinkState, StreamEvent},
        id::{AgentSessionId, ChangeKey, HostName, SessionKey},
        time::Millis,
    },
};

/// Names one call to a host, so that a reply finds its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId(pub u64);

/// Everything that can happen to the program.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A key was pressed or repeated.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// The terminal's window won (`true`) or lost the focus.
    Focus(bool),
    /// A host answered a call.
    Reply(OpId, Result<Reply, api::Error>),
    /// A feed brings news of a session's agent.
    Stream(SessionKey, Vec<StreamEvent>),
    /// The health of a session's feed changed.
    Link(SessionKey, LinkState),
    /// What was remembered of the last run.
    Recalled(Box<Memory>),
    /// Drawing found out how large things are.
    Measured(Measures),
    /// The time, at start, after every sleep that was asked for, and before every other event.
    Clock(Millis),
    /// The person comes back from `$EDITOR`.
    Edited {
        /// What was edited.
        purpose: EditPurpose,
        /// The new text, or why there is none.
        text: Result<String, String>,
    },
    /// What was kept of a review.
    ReviewRecalled(ChangeKey, Box<Review>),
    /// Hunks were painted.
    Painted {
        /// For this review.
        change: ChangeKey,
        /// The number of the changeset they belong to.
        edition: u64,
        /// The hunks.
        hunks: Vec<(HunkId, Painted)>,
    },
    /// Moved blocks were looked for.
    MovedFound {
        /// For this review.
        change: ChangeKey,
        /// The number of the changeset they belong to.
        edition: u64,
        /// The lines.
        moved: Moved,
    },
    /// The difference between the head that was last looked at and the present one.
    Compared {
        /// For this review.
        change: ChangeKey,
        /// The number of the changeset it was compared with.
        edition: u64,
        /// The difference, or why there is none.
        outcome: Result<Arc<Changeset>, String>,
    },
    /// A folder's manifest was checked.
    ManifestChecked {
        /// The number of the look.
        edition: u64,
        /// What was found, or why nothing was.
        outcome: Result<Arc<Checkup>, String>,
    },
    /// Files that are watched changed.
    FilesChanged,
    /// The person comes back from `$EDITOR` on a file, or it could not be opened, and why.
    FileEdited(Result<(), String>),
    /// A fix was made in a file, as a sentence's fragment, or was not, and why.
    Mended(Result<String, String>),
    /// The shell has something to say to the person: the disk is full, a settings key is unknown, …
    Notice(Level, String),
    /// The program was asked from outside to end.
    Terminate,
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something happened as it should.
    Info,
    /// Something is off.
    Warning,
    /// Something failed.
    Error,
}

/// What drawing found out, for scrolling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// Rows of the list or transcript that has the focus.
    pub viewport_rows: usize,
    /// Rows that the transcript on the screen has in all, at the present width.
    pub content_rows: usize,
    /// The transcript's first row on the screen.
    pub first_row: usize,
    /// Where a session's transcript was put; `None` where none was drawn.
    pub placed: Option<Placed>,
    /// The most rows that the card with an ask can be scrolled by.
    pub card_scroll: usize,
}

/// Where drawing put a session's transcript, by indexes of its blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    /// How many blocks the transcript had.
    pub blocks: usize,
    /// The block whose row is the first on the screen.
    pub first: usize,
    /// Which of its rows that is.
    pub first_row: usize,
    /// The block under the cursor.
    pub cursor: usize,
    /// How many of the moves at hand this takes into account.
    pub moves: usize,
    /// Whether the first row of all is on the screen.
    pub is_at_top: bool,
    /// Whether the last row of all is on the screen.
    pub is_at_end: bool,
}

/// What a text from `$EDITOR` is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditPurpose {
    /// The composer of a session.
    Composer(SessionKey),
    /// The prompt of the new-session form.
    NewSession,
    /// The comment that is being written.
    Comment(ChangeKey),
    /// The message of the merge that is being asked about.
    MergeMessage(ChangeKey),
}

/// What the shell must do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask a host; the reply comes as [`Event::Reply`] with the same id.
    Call {
        /// Names the call.
        op: OpId,
        /// The host to ask.
        host: HostName,
        /// What to ask.
        call: Call,
        /// Whether a person waits for it.
        urgency: Urgency,
    },
    /// Give up a call; its reply is nobody's.
    Cancel(OpId),
    /// Follow the agent of a session.
    Follow {
        /// The session.
        session: SessionKey,
        /// Whether its sandbox may be started for it.
        wake: bool,
        /// Whether all its messages are wanted (it is open), or just the root's newest.
        detail: Detail,
    },
    /// Stop following the agent of a session.
    Unfollow(SessionKey),
    /// Fetch older messages of a followed agent.
    LoadOlder {
        /// The session.
        session: SessionKey,
        /// The agent's session.
        agent: AgentSessionId,
        /// The cursor of the oldest page at hand.
        before: String,
    },
    /// Fetch a followed agent's state anew.
    Resync(SessionKey),
    /// Send [`Event::Clock`] at this time at the latest; a newer wish replaces an older one.
    WakeAt(Millis),
    /// Put text into the terminal's clipboard.
    Copy(String),
    /// Open `$EDITOR` on a text.
    Edit {
        /// What it is for.
        purpose: EditPurpose,
        /// The text to begin with.
        text: String,
    },
    /// Open `$PAGER` or `$EDITOR` on a file.
    Open(PathBuf),
    /// Keep this for the next run.
    Remember(Box<Memory>),
    /// Read what was kept of a review; comes back as [`Event::ReviewRecalled`].
    RecallReview(ChangeKey),
    /// Keep a review for the next run.
    KeepReview(ChangeKey, Box<Review>),
    /// Keep the patch that is looked at, for "since I last looked".
    KeepPatch(ChangeKey, Arc<str>),
    /// Paint hunks; they come back as [`Event::Painted`].
    Paint {
        /// For this review.
        change: ChangeKey,
        /// The number of the changeset.
        edition: u64,
        /// The changeset.
        changeset: Arc<Changeset>,
        /// The hunks with their files' paths.
        hunks: Vec<(HunkId, String)>,
    },
    /// Look for moved blocks; comes back as [`Event::MovedFound`].
    FindMoved {
        /// For this review.
        change: ChangeKey,
        /// The number of the changeset.
        edition: u64,
        /// The changeset.
        changeset: Arc<Changeset>,
    },
    /// Compare with the patch that was kept; comes back as [`Event::Compared`].
    Compare {
        /// For this review.
        change: ChangeKey,
        /// The number of the changeset.
        edition: u64,
        /// The changeset.
        changeset: Arc<Changeset>,
    },
    /// Write a text to a new file; what became of it comes back as a notice.
    Export {
        /// The file's name; it goes into the folder that the program was started in.
        name: String,
        /// What stands in it.
        text: String,
    },
    /// Read a folder's manifest and the files that it names, and check them; comes back as
    /// [`Event::ManifestChecked`].
    CheckFolder {
        /// The number of the look.
        edition: u64,
        /// The folder.
        folder: PathBuf,
    },
    /// Watch these files instead of those before; changes come as [`Event::FilesChanged`].
    Watch(Vec<PathBuf>),
    /// Open `$EDITOR` on a file; comes back as [`Event::FileEdited`].
    EditFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// Make a fix in a file, if its bytes are still the same; comes back as [`Event::Mended`].
    Mend {
        /// The file.
        path: PathBuf,
        /// What its bytes were when the fix was found.
        digest: Digest,
        /// The fix.
        fix: Fix,
    },
    /// Ring or notify: something needs the person.
    Bell,
    /// Draw every cell again.
    Redraw,
    /// Suspend the program.
    Suspend,
    /// Leave.
    Quit,
}

/// Whether a person waits for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A person waits.
    Now,
    /// It can wait behind calls that a person waits for.
    Background,
}

/// How much of an agent is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The root's newest messages: enough for a preview.
    Preview,
    /// All sessions of the agent: its screen is open.
    Full,
}
