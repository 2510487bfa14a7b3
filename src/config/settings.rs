//! The settings file: TOML in, settings and everything that is wrong with it out.
//!
//! ```toml
//! theme = "dark"            # auto, dark, light, ansi, mono, or the path of a theme file
//! ascii = false
//! animation = true
//! mouse = true
//!
//! [keys]
//! new-session = ["n", "ctrl-n"]
//!
//! [review]
//! fold = ["*.lock", "package-lock.json"]  # in place of the program's own patterns
//!
//! [local]
//! agent = "auto"            # auto, practice, opencode
//! max_sessions = 8
//! ```
//! What is wrong costs only itself: the default stands in. The file is read, never written.

use std::{
    fmt, fs,
    io::{self, Read},
    ops::Range,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    action::{Action, TABLE},
    diff::generated::Generated,
    keymap::{Keymap, Keys},
    text,
};

/// Bytes of a settings file.
const LARGEST: u64 = 1024 * 1024;
const TOP: [&str; 7] = [
    "theme",
    "ascii",
    "animation",
    "mouse",
    "keys",
    "review",
    "local",
];
const REVIEW: [&str; 1] = ["fold"];
const LOCAL: [&str; 4] = ["agent", "opencode", "max_sessions", "idle_stop_minutes"];
/// The words for [`Local::agent`].
pub const AGENTS: [&str; 3] = ["auto", "practice", "opencode"];
/// The words for [`Settings::theme`] beside the paths of files.
pub const THEMES: [&str; 5] = ["auto", "dark", "light", "ansi", "mono"];

/// What a person set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// One of [`THEMES`], or the path of a theme file, which ends in `.toml`.
    pub theme: Option<String>,
    /// Whether frames use ASCII only.
    pub ascii: Option<bool>,
    /// Whether spinners move.
    pub animation: Option<bool>,
    /// Whether the wheel of the mouse scrolls.
    pub mouse: Option<bool>,
    /// The keys.
    pub keymap: Keymap,
    /// Files that reviews show folded, in place of the program's own patterns.
    pub generated: Option<Generated>,
    /// The embedded control plane.
    pub local: Local,
}

/// Settings of the embedded control plane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// One of [`AGENTS`].
    pub agent: Option<String>,
    /// The OpenCode program.
    pub opencode: Option<PathBuf>,
    /// How many sessions run at once.
    pub max_sessions: Option<usize>,
    /// After how many minutes without anything to do a session is stopped; 0 is never.
    pub idle_stop_minutes: Option<u64>,
}

/// Something wrong in the settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What is wrong in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is not TOML.
    #[error("{0}")]
    Syntax(String),
    /// There is no such setting, action or word.
    #[error("`{name}` is not {wanted}{}", text::did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The word in the file.
        name: String,
        /// What is wanted there.
        wanted: &'static str,
        /// The valid word that is most like it.
        nearest: Option<String>,
    },
    /// The value is of another type or size than wanted.
    #[error("`{name}` wants {wanted}")]
    Type {
        /// The key.
        name: String,
        /// What it wants.
        wanted: &'static str,
    },
    /// A pattern of file names cannot be read.
    #[error("`{pattern}` is not a pattern of file names: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A key cannot be read.
    #[error("{0}")]
    Key(String),
    /// Two actions want the same keys.
    #[error("`{keys}` is wanted by `{wants}` but `{had}` has it")]
    Clash {
        /// The keys.
        keys: String,
        /// The action that keeps them.
        had: &'static str,
        /// The action that does not get them.
        wants: &'static str,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        self.kind.fmt(f)
    }
}

impl Settings {
    /// Reads the file; one that does not exist sets nothing.
    pub fn load(path: &Path) -> (Self, Vec<Problem>) {
        let read = fs::File::open(path).and_then(|file| {
            let mut text = String::new();
            file.take(LARGEST).read_to_string(&mut text)?;
            Ok(text)
        });
        match read {
            Ok(text) => Self::read(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::read(""),
            Err(error) => {
                let problem = Problem {
                    line: 0,
                    column: 0,
                    kind: ProblemKind::Unreadable(error.to_string()),
                };
                (Self::default(), vec![problem])
            }
        }
    }

    /// Reads the text of a file.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader {
            text,
            problems: Vec::new(),
        };
        for error in errors {
            let span = error.span().unwrap_or_default();
            let message = error.message().replace('\n', ", ");
            reader.report(&span, ProblemKind::Syntax(message));
        }
        let mut settings = Self::default();
        reader.top(root.get_ref(), &mut settings);
        let mut problems = reader.problems;
        problems.sort_by_key(|problem| (problem.line, problem.column));
        (settings, problems)
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn top(&mut self, root: &DeTable<'_>, settings: &mut Settings) {
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "theme" => settings.theme = self.theme(value),
                "ascii" => settings.ascii = self.switch("ascii", value),
                "animation" => settings.animation = self.switch("animation", value),
                "mouse" => settings.mouse = self.switch("mouse", value),
                "keys" => self.keys(value, &mut settings.keymap),
                "review" => self.review(value, settings),
                "local" => self.local(value, &mut settings.local),
                other => self.unknown(&key.span(), other, "a setting", &TOP),
            }
        }
    }

    fn theme(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.word("theme", value)?;
        if name.ends_with(".toml") {
            return Some(name);
        }
        self.one_of(&name, value, "a theme", &THEMES)
    }

    fn review(&mut self, value: &Value<'_>, settings: &mut Settings) {
        let Some(entries) = self.table("review", value) else {
            return;
        };
        for (key, value) in entries {
            match key.get_ref().as_ref() {
                "fold" => settings.generated = self.patterns("fold", value),
                other => self.unknown(&key.span(), other, "a setting of `review`", &REVIEW),
            }
        }
    }

    /// A list of patterns; what is wrong with one costs only that one.
    fn patterns(&mut self, name: &str, value: &Value<'_>) -> Option<Generated> {
        const WANTED: &str = "a list of patterns such as [\"*.lock\"]";
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(&value.span(), name, WANTED);
            return None;
        };
        let mut generated = Generated::none();
        for item in items {
            let Some(text) = item.get_ref().as_str() else {
                self.wrong_type(&item.span(), name, WANTED);
                continue;
            };
            if let Err(reason) = generated.add(text) {
                let pattern = text::sanitize_line(text).into_owned();
                self.report(&item.span(), ProblemKind::Pattern { pattern, reason });
            }
        }
        Some(generated)
    }

    fn local(&mut self, value: &Value<'_>, local: &mut Local) {
        let Some(entries) = self.table("local", value) else {
            return;
        };
        for (key, value) in entries {
            match key.get_ref().as_ref() {
                "agent" => {
                    local.agent = self
                        .word("agent", value)
                        .and_then(|name| self.one_of(&name, value, "an agent", &AGENTS));
                }
                "opencode" => local.opencode = self.word("opencode", value).map(PathBuf::from),
                "max_sessions" => {
                    let number = self.number("max_sessions", value, 1..1_001);
                    local.max_sessions = number.and_then(|number| usize::try_from(number).ok());
                }
                "idle_stop_minutes" => {
                    local.idle_stop_minutes = self.number("idle_stop_minutes", value, 0..100_001);
                }
                other => self.unknown(&key.span(), other, "a setting of `local`", &LOCAL),
            }
        }
    }

    fn keys(&mut self, value: &Value<'_>, keymap: &mut Keymap) {
        let Some(entries) = self.table("keys", value) else {
            return;
        };
        let mut wishes = Vec::new();
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            match Action::by_name(name) {
                Some(action) => wishes.push((action, self.chords(name, value), value.span())),
                None => {
                    let names: Vec<&str> = TABLE.iter().map(|entry| entry.name).collect();
                    self.unknown(&key.span(), name, "an action", &names);
                }
            }
        }
        // First all that are changed give their keys up, so that two can swap theirs.
        for (action, keys, _) in &wishes {
            if keys.is_some() {
                keymap.rebind(*action, &[]);
            }
        }
        for (action, keys, span) in wishes {
            let Some(keys) = keys else { continue };
            for clash in keymap.rebind(action, &keys) {
                let kind = ProblemKind::Clash {
                    keys: clash.keys.to_string(),
                    had: clash.had.entry().name,
                    wants: clash.wants.entry().name,
                };
                self.report(&span, kind);
            }
        }
    }

    /// Keys of an action: a text with commas, or a list of texts; an empty one takes them all away.
    fn chords(&mut self, name: &str, value: &Value<'_>) -> Option<Vec<Keys>> {
        let texts: Vec<(String, Range<usize>)> = match value.get_ref() {
            DeValue::String(text) => vec![(text.to_string(), value.span())],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| Some((item.get_ref().as_str()?.to_owned(), item.span())))
                .collect(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => {
                self.wrong_type(
                    &value.span(),
                    name,
                    "keys such as \"n\" or [\"n\", \"ctrl-n\"]",
                );
                return None;
            }
        };
        let mut keys = Vec::new();
        let mut is_good = true;
        for (text, span) in texts {
            match Keys::parse_list(&text) {
                Ok(found) => keys.extend(found),
                Err(error) => {
                    is_good = false;
                    self.report(&span, ProblemKind::Key(error.to_string()));
                }
            }
        }
        // Where nothing could be read the default stays.
        (is_good || !keys.is_empty()).then_some(keys)
    }

    fn switch(&mut self, name: &str, value: &Value<'_>) -> Option<bool> {
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            self.wrong_type(&value.span(), name, "`true` or `false`");
        }
        switch
    }

    fn word(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        let word = value.get_ref().as_str().map(str::to_owned);
        if word.is_none() {
            self.wrong_type(&value.span(), name, "a text");
        }
        word
    }

    fn number(&mut self, name: &str, value: &Value<'_>, range: Range<u64>) -> Option<u64> {
        let number = value.get_ref().as_integer();
        let number = number
            .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong_type(&value.span(), name, "a whole number in its range");
        }
        number
    }

    fn one_of(
        &mut self,
        name: &str,
        value: &Value<'_>,
        wanted: &'static str,
        valid: &[&str],
    ) -> Option<String> {
        if valid.contains(&name) {
            return Some(name.to_owned());
        }
        self.unknown(&value.span(), name, wanted, valid);
        None
    }

    fn table<'v, 'i>(&mut self, name: &str, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(&value.span(), name, "a table");
        }
        table
    }

    fn unknown(&mut self, span: &Range<usize>, name: &str, wanted: &'static str, valid: &[&str]) {
        let nearest = similar::get_close_matches(name, valid, 1, 0.6);
        let kind = ProblemKind::Unknown {
            name: text::sanitize_line(name).into_owned(),
            wanted,
            nearest: nearest.first().map(|word| (*word).to_owned()),
        };
        self.report(span, kind);
    }

    fn wrong_type(&mut self, span: &Range<usize>, name: &str, wanted: &'static str) {
        let name = name.to_owned();
        self.report(span, ProblemKind::Type { name, wanted });
    }

    fn report(&mut self, span: &Range<usize>, kind: ProblemKind) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        self.problems.push(Problem {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            kind,
        });
    }
}
