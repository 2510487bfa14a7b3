//! Text as geometry: display width, wrapping, sanitizing, Markdown and ANSI.
//!
//! Input is text from anywhere: models, tools, servers, people. Output is text that a terminal
//! can be given cell by cell, either plain ([`sanitize`], [`truncate`]) or as [`Line`]s of
//! [`Span`]s that say what a piece of text *means* ([`Tone`]).
//!
//! Not for: colors on the screen, which `theme` derives from tones, or drawing.

mod ansi;
mod markdown;
mod measure;
mod phrase;
mod sanitize;
mod wrap;

pub use ansi::ansi;
pub use markdown::{MarkdownCache, markdown, stable_prefix};
pub use measure::{pad, truncate, truncate_middle, truncate_start, width};
pub use phrase::{ago, count, did_you_mean, duration, money, short_age, short_hash, tokens};
pub use sanitize::{sanitize, sanitize_line};
pub use wrap::wrap;

/// One row of text; holds no line feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its pieces, left to right.
    pub spans: Vec<Span>,
}

/// A piece of a line with one tone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// What it means.
    pub tone: Tone,
}

/// What a piece of text means and how it is stressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Tone {
    /// What it is.
    pub meaning: Meaning,
    /// Strong, bold.
    pub bold: bool,
    /// Emphasized, italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Struck through.
    pub strike: bool,
    /// Fainter than its meaning alone would be.
    pub faint: bool,
    /// Foreground and background exchanged.
    pub reverse: bool,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Ordinary text.
    #[default]
    Plain,
    /// Code inside a sentence.
    Code,
    /// A heading of level 1 to 6.
    Heading(u8),
    /// The text of a link.
    Link,
    /// A quotation.
    Quote,
    /// The mark before a list item, a heading or a quotation.
    Marker,
    /// Secondary text: addresses of links, languages of code blocks, HTML.
    Dim,
    /// A horizontal rule.
    Rule,
    /// The border of a table.
    Border,
    /// A line of a code block.
    CodeBlock,
    /// Output of a program with the colors that it chose.
    Ansi(AnsiColors),
}

/// The colors that a program chose for its output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct AnsiColors {
    /// The foreground.
    pub fg: AnsiColor,
    /// The background.
    pub bg: AnsiColor,
}

/// One color as ANSI sequences name it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum AnsiColor {
    /// The default color.
    #[default]
    Default,
    /// A color of the palette: 0–7 normal, 8–15 bright, 16–255 fixed.
    Index(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

impl Line {
    /// A line of one span.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            spans: vec![Span::new(text, tone)],
        }
    }

    /// A line of ordinary text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::default())
    }

    /// The text of all its spans.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.text)).sum()
    }

    /// Appends text, to the last span when the tone is the same.
    pub fn push(&mut self, text: &str, tone: Tone) {
        if text.is_empty() {
            return;
        }
        match self.spans.last_mut().filter(|last| last.tone == tone) {
            Some(last) => last.text.push_str(text),
            None => self.spans.push(Span::new(text, tone)),
        }
    }
}

impl Span {
    /// A span of `text` in `tone`.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

impl Tone {
    /// The tone of a meaning without stress.
    pub const fn of(meaning: Meaning) -> Self {
        Self {
            meaning,
            bold: false,
            italic: false,
            underline: false,
            strike: false,
            faint: false,
            reverse: false,
        }
    }
}
