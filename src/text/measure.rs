//! How wide text is on a terminal, and cutting it to a width.
//!
//! A grapheme cluster is never cut; its width is that of the cluster as a whole, which is how the
//! screen buffer counts too. Input is expected to be sanitized: control characters count nothing.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

const ELLIPSIS: char = '…';

/// How many columns `text` takes on one row.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(cluster_width).sum()
}

/// The first columns of `text` with `…` at the end when something was cut; never wider than
/// `columns`.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if fits(text, columns) {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut cut = head(text, columns - 1).to_owned();
    cut.push(ELLIPSIS);
    Cow::Owned(cut)
}

/// The last columns of `text` with `…` at the start when something was cut; never wider than
/// `columns`.
pub fn truncate_start(text: &str, columns: usize) -> Cow<'_, str> {
    if fits(text, columns) {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{ELLIPSIS}{}", tail(text, columns - 1)))
}

/// Both ends of `text` with `…` between when something was cut, for paths; the end gets the larger
/// half.
pub fn truncate_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if fits(text, columns) {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let before = (columns - 1) / 2;
    let start = head(text, before);
    let end = tail(text, columns - 1 - width(start));
    Cow::Owned(format!("{start}{ELLIPSIS}{end}"))
}

/// `text` cut or filled with spaces to exactly `columns`.
pub fn pad(text: &str, columns: usize) -> Cow<'_, str> {
    let cut = truncate(text, columns);
    let missing = columns.saturating_sub(width(&cut));
    if missing == 0 {
        return cut;
    }
    let mut filled = cut.into_owned();
    filled.extend(std::iter::repeat_n(' ', missing));
    Cow::Owned(filled)
}

/// The width of one grapheme cluster.
pub(super) fn cluster_width(cluster: &str) -> usize {
    if cluster.contains(char::is_control) {
        0
    } else {
        cluster.width()
    }
}

/// Whether every byte is one printable column.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Whether `text` fits, looking no further than `columns` and a bit.
fn fits(text: &str, columns: usize) -> bool {
    if text.len() <= columns && is_plain(text) {
        return true;
    }
    head(text, columns).len() == text.len()
}

/// The longest start of `text` that fits.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (offset, cluster) in text.grapheme_indices(true) {
        used += cluster_width(cluster);
        if used > columns {
            return text.get(..offset).unwrap_or_default();
        }
    }
    text
}

/// The longest end of `text` that fits.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (offset, cluster) in text.grapheme_indices(true).rev() {
        used += cluster_width(cluster);
        if used > columns {
            return text.get(offset + cluster.len()..).unwrap_or_default();
        }
    }
    text
}
