//! Theme files: TOML in, styles for roles and problems out.
//!
//! ```toml
//! [palette]
//! sea = "#5fafd7"
//!
//! [roles]
//! accent = "sea"
//! selection = { bg = "#303030", bold = true }
//! ```
//! A color is `#rrggbb`, one of 16 names such as `bright-blue`, `default`, a number from 0 to 255, or
//! a word of the file's palette.

use std::{collections::BTreeMap, fmt, ops::Range};

use ratatui::style::{Color, Modifier, Style};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    text,
    theme::{Role, color},
};

/// Something wrong in a theme file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What is wrong in a theme file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// It is not TOML.
    #[error("{0}")]
    Syntax(String),
    /// No role, table or attribute has this name.
    #[error("`{name}` is not {wanted}{}", text::did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The word in the file.
        name: String,
        /// What is wanted there.
        wanted: &'static str,
        /// The valid word that is most like it.
        nearest: Option<String>,
    },
    /// The value is of another type than wanted.
    #[error("`{name}` wants {wanted}")]
    Type {
        /// The key.
        name: String,
        /// What it wants.
        wanted: &'static str,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.kind)
    }
}

const ATTRIBUTES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// Reads a theme file.
pub(super) fn read(text: &str) -> (BTreeMap<Role, Style>, Vec<Problem>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        palette: BTreeMap::new(),
        problems: Vec::new(),
    };
    for error in errors {
        let span = error.span().unwrap_or_default();
        reader.report(
            &span,
            ProblemKind::Syntax(error.message().replace('\n', ", ")),
        );
    }
    let root = root.get_ref();
    reader.check_tables(root);
    if let Some(palette) = root.get("palette") {
        reader.palette(palette);
    }
    let roles = root
        .get("roles")
        .map(|roles| reader.roles(roles))
        .unwrap_or_default();
    (roles, reader.problems)
}

struct Reader<'a> {
    text: &'a str,
    palette: BTreeMap<String, Color>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn check_tables(&mut self, root: &DeTable<'_>) {
        const TABLES: [&str; 2] = ["palette", "roles"];
        for key in root.keys() {
            if !TABLES.contains(&key.get_ref().as_ref()) {
                self.unknown(&key.span(), key.get_ref(), "a table of a theme", &TABLES);
            }
        }
    }

    fn palette(&mut self, table: &Spanned<DeValue<'_>>) {
        let Some(entries) = self.table("palette", table) else {
            return;
        };
        for (name, value) in entries {
            if let Some(color) = self.color(name.get_ref(), value) {
                self.palette.insert(name.get_ref().to_string(), color);
            }
        }
    }

    fn roles(&mut self, table: &Spanned<DeValue<'_>>) -> BTreeMap<Role, Style> {
        let mut styles = BTreeMap::new();
        let Some(entries) = self.table("roles", table) else {
            return styles;
        };
        for (name, value) in entries {
            match Role::by_name(name.get_ref()) {
                Some(role) => {
                    styles.insert(role, self.style(name.get_ref(), value));
                }
                None => {
                    let names = Role::ALL.map(Role::name);
                    self.unknown(&name.span(), name.get_ref(), "a role", &names);
                }
            }
        }
        styles
    }

    /// A color for the foreground, or a table.
    fn style(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Style {
        let mut style = Style::new();
        let Some(entries) = value.get_ref().as_table() else {
            style.fg = self.color(name, value);
            return style;
        };
        for (key, value) in entries {
            let word = key.get_ref().as_ref();
            let attribute = ATTRIBUTES.iter().find(|(name, _)| *name == word);
            match (word, attribute) {
                ("fg", _) => style.fg = self.color(word, value),
                ("bg", _) => style.bg = self.color(word, value),
                (_, Some((_, modifier))) => match value.get_ref().as_bool() {
                    Some(true) => style = style.add_modifier(*modifier),
                    Some(false) => {}
                    None => self.wrong_type(&value.span(), word, "`true` or `false`"),
                },
                (_, None) => {
                    let mut words: Vec<&str> = ATTRIBUTES.iter().map(|(name, _)| *name).collect();
                    words.extend(["fg", "bg"]);
                    self.unknown(&key.span(), word, "a part of a style", &words);
                }
            }
        }
        style
    }

    fn color(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Color> {
        let number = value
            .get_ref()
            .as_integer()
            .map(|number| number.as_str().to_owned());
        let word = value.get_ref().as_str().map(str::to_owned).or(number);
        let Some(word) = word else {
            self.wrong_type(&value.span(), name, "a color");
            return None;
        };
        let known = self.palette.get(&word).copied();
        let found = known.or_else(|| color::parse(&word));
        if found.is_none() {
            let mut names: Vec<&str> = color::NAMES.iter().map(|(name, _)| *name).collect();
            let palette = self.palette.clone();
            names.extend(palette.keys().map(String::as_str));
            self.unknown(&value.span(), &word, "a color", &names);
        }
        // No color at all is how a style says "the terminal's own".
        found.filter(|color| *color != Color::Reset)
    }

    fn table<'v, 'i>(
        &mut self,
        name: &str,
        value: &'v Spanned<DeValue<'i>>,
    ) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(&value.span(), name, "a table");
        }
        table
    }

    fn unknown(&mut self, span: &Range<usize>, name: &str, wanted: &'static str, valid: &[&str]) {
        let nearest = similar::get_close_matches(name, valid, 1, 0.6);
        let kind = ProblemKind::Unknown {
            name: name.to_owned(),
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
