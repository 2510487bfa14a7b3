//! Finds the heredocs that a line opens.
//!
//! As in BuildKit a heredoc is a word of its own, `[fd]<<[-]NAME`, outside of quotes; a line whose
//! quotes or substitutions do not end has none.

use std::ops::Range;

use crate::image::dockerfile::words;

/// A heredoc whose lines follow.
pub(super) struct Opener {
    /// The word that ends it, without quotes.
    pub(super) name: String,
    /// Whether it was opened with `<<-`.
    pub(super) strips_tabs: bool,
    /// The word, in the logical text.
    pub(super) place: Range<usize>,
}

/// The heredocs that a line opens, in their order.
pub(super) fn openers(line: &str) -> Vec<Opener> {
    let Some(words) = words::shell_words(line) else {
        return Vec::new();
    };
    words
        .into_iter()
        .filter_map(|place| opener(line, place))
        .collect()
}

/// Whether a word of a command opens a heredoc.
pub fn is_opener(word: &str) -> bool {
    opener(word, 0..word.len()).is_some()
}

fn opener(line: &str, place: Range<usize>) -> Option<Opener> {
    let word = line.get(place.clone())?;
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix("<<")?;
    let (strips_tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let name = unquoted(rest)?;
    (!name.is_empty()).then_some(Opener {
        name,
        strips_tabs,
        place,
    })
}

/// A word without its quotes; `None` when one does not end.
fn unquoted(word: &str) -> Option<String> {
    let mut name = String::new();
    let mut letters = word.chars();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', None | Some('"')) => name.extend(letters.next()),
            (_, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => quote = Some(letter),
            _ => name.push(letter),
        }
    }
    quote.is_none().then_some(name)
}
