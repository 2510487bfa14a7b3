//! Markdown as rows of toned text.
//!
//! Input is Markdown as a model writes it, complete or cut anywhere; output is sanitized rows of at
//! most the given columns, laid out for reading: markers for headings and lists, bars for
//! quotations, aligned tables, addresses after links, HTML as text.
//!
//! [`MarkdownCache`] renders text that grows and parses only what may still change.

mod cache;
mod table;
mod writer;

use pulldown_cmark::{Options, Parser};

pub use cache::{MarkdownCache, stable_prefix};

use crate::text::{Line, markdown::writer::Writer, sanitize::clean};

/// Tab stops of CommonMark.
const TAB: usize = 4;

/// Renders Markdown into rows of at most `columns`.
pub fn markdown(text: &str, columns: usize) -> Vec<Line> {
    let text = clean(text, TAB);
    let mut writer = Writer::new(columns);
    for event in Parser::new_ext(&text, options()) {
        writer.write(event);
    }
    writer.finish()
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}
