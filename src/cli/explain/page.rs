//! Lines for people: labels in a column, long values wrapped behind them.
//!
//! Everything that is put here is sanitized here.

use crate::{
    cli::line,
    text::{self, Line},
    theme::{Role, Theme, sequence},
};

/// Columns of the labels with what is before and behind them.
const LABEL: usize = 12;

/// A page that grows.
pub(super) struct Page {
    out: String,
    columns: usize,
    theme: Option<Theme>,
}

impl Page {
    /// An empty page; without a theme nothing is colored.
    pub(super) fn new(columns: usize, theme: Option<Theme>) -> Self {
        Self {
            out: String::new(),
            columns,
            theme,
        }
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.out.push('\n');
    }

    /// A line that begins something, with what stands behind it.
    pub(super) fn heading(&mut self, title: &str, rest: &str) {
        let (title, rest) = (line(title), line(rest));
        self.put(Role::Title, &title);
        if !rest.is_empty() {
            let indent = text::width(&title) + 2;
            self.out.push_str("  ");
            self.wrapped(Role::Text, &rest, indent.min(LABEL + 12));
        } else {
            self.gap();
        }
    }

    /// A label with its value.
    pub(super) fn field(&mut self, label: &str, role: Role, value: &str) {
        let label = format!("  {}", text::pad(label, LABEL - 2));
        self.put(Role::Dim, &label);
        self.wrapped(role, &line(value), LABEL);
    }

    /// A line under the values that is cut where it is too long.
    pub(super) fn cut(&mut self, mark: &str, value: &str) {
        let mark = format!("{:>1$}  ", mark, LABEL + 4);
        self.put(Role::Dim, &mark);
        let value = line(value);
        let room = self.columns.saturating_sub(text::width(&mark));
        let cut = text::truncate(&value, room).into_owned();
        self.put(Role::Text, &cut);
        self.gap();
    }

    /// Two columns, the second wrapped.
    pub(super) fn pair(&mut self, left: &str, columns: usize, role: Role, right: &str) {
        let left = line(left);
        let shown = text::pad(&left, columns.min(self.columns / 2)).into_owned();
        self.put(Role::Text, &format!("  {shown}  "));
        self.wrapped(role, &line(right), text::width(&shown) + 4);
    }

    /// A paragraph.
    pub(super) fn note(&mut self, role: Role, value: &str) {
        self.wrapped(role, &line(value), 0);
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// A value whose first row begins at a column, and the others too.
    fn wrapped(&mut self, role: Role, value: &str, indent: usize) {
        let room = self.columns.saturating_sub(indent).max(1);
        for (number, row) in text::wrap(&Line::plain(value), room, 0).iter().enumerate() {
            if number > 0 {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            let text = row.text();
            self.put(role, text.trim_end());
            self.gap();
        }
    }

    fn put(&mut self, role: Role, text: &str) {
        let style = self.theme.as_ref().map(|theme| theme.style(role));
        match style.filter(|_| role != Role::Text && !text.trim().is_empty()) {
            None => self.out.push_str(text),
            Some(style) => {
                self.out.push_str(&sequence(style));
                self.out.push_str(text);
                self.out.push_str("\x1b[m");
            }
        }
    }
}
