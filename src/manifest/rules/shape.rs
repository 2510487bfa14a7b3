//! What values look like: the checks that several sections share.
//!
//! Each reports what is wrong with one key and returns the value if it is right.

use std::collections::HashSet;
use std::ops::Range;

use crate::manifest::codes::{self, Code};
use crate::manifest::js;
use crate::manifest::node::{Field, View};
use crate::manifest::sink::Sink;
use crate::text;

/// The longest word that a guess is made for, in bytes.
const LONGEST_GUESS: usize = 64;

/// From which likeness on, 0 to 1, a word is taken for a slip of the pen.
const LEAST_LIKENESS: f32 = 0.7;

/// How many words a guess is made among.
const MOST_GUESSES: usize = 200;

/// The tables of a section that repeats, each with its path; reports what is none.
pub fn tables<'a>(
    sink: &mut Sink,
    parent: View<'a>,
    path: &str,
    key: &str,
) -> Vec<(String, View<'a>)> {
    let Some(field) = parent.field(key) else {
        return Vec::new();
    };
    let path = join(path, key);
    let Some(elements) = field.value.elements() else {
        let draft = sink.report(
            &codes::EXPECTED_ARRAY,
            &path,
            field.key_span.clone(),
            format!(
                "`{path}` is {}; it must be an array of tables",
                field.value.kind()
            ),
        );
        let draft = draft.help(format!(
            "write each entry below its own `[[{path}]]` header"
        ));
        // `[name]` can be made `[[name]]`; another value cannot.
        let span = field.value.span();
        if field.value.is_table() && is_header_of(&field, &span) {
            draft.guess(format!("write `[[{path}]]`"), span, format!("[[{path}]]"));
        }
        return Vec::new();
    };
    let mut tables = Vec::new();
    for (at, element) in elements.enumerate() {
        let path = format!("{path}[{at}]");
        if element.is_table() {
            tables.push((path, element));
        } else {
            not_a_table(sink, path, element);
        }
    }
    tables
}

/// Whether the value's span is the header that ends in the key.
fn is_header_of(field: &Field<'_>, span: &Range<usize>) -> bool {
    span.start < field.key_span.start && span.end == field.key_span.end + 1
}

/// Reports that a value is no table.
pub fn not_a_table(sink: &mut Sink, path: String, value: View<'_>) {
    let message = format!("`{path}` is {}; it must be a table", value.kind());
    sink.report(&codes::EXPECTED_TABLE, path, value.span(), message);
}

/// The table of a key; reports another value.
pub fn table<'a>(sink: &mut Sink, parent: View<'a>, path: &str, key: &str) -> Option<View<'a>> {
    let field = parent.field(key)?;
    if field.value.is_table() {
        return Some(field.value);
    }
    not_a_table(sink, join(path, key), field.value);
    None
}

/// Reports a value of a key that is no string.
pub fn string(sink: &mut Sink, parent: View<'_>, path: &str, key: &str) {
    let Some(field) = parent.field(key) else {
        return;
    };
    if field.value.text().is_none() {
        not_a_string(sink, join(path, key), field.value);
    }
}

/// Reports that a value is no string.
pub fn not_a_string(sink: &mut Sink, path: String, value: View<'_>) {
    let message = format!("`{path}` is {}; it must be a string", value.kind());
    sink.report(&codes::EXPECTED_STRING, path, value.span(), message)
        .help("write it in quotes");
}

/// Reports a value of a key that is not `true` or `false`.
pub fn boolean(sink: &mut Sink, parent: View<'_>, path: &str, key: &str) {
    let Some(value) = parent.field(key).map(|field| field.value) else {
        return;
    };
    if value.boolean().is_some() {
        return;
    }
    let path = join(path, key);
    let message = format!("`{path}` is {}; it must be `true` or `false`", value.kind());
    let draft = sink.report(&codes::EXPECTED_BOOLEAN, path, value.span(), message);
    let word = value.trimmed().map(str::to_ascii_lowercase);
    if let Some(word) = word.filter(|word| word == "true" || word == "false") {
        draft.fix(format!("write `{word}` without quotes"), value.span(), word);
    }
}

/// Reports what is not an array of strings.
pub fn strings(sink: &mut Sink, parent: View<'_>, path: &str, key: &str) {
    let Some(elements) = array(sink, parent, path, key) else {
        return;
    };
    for (at, element) in elements {
        if element.text().is_none() {
            not_a_string(sink, format!("{}[{at}]", join(path, key)), element);
        }
    }
}

/// The numbered elements of the array of a key; reports another value.
pub fn array<'a>(
    sink: &mut Sink,
    parent: View<'a>,
    path: &str,
    key: &str,
) -> Option<impl Iterator<Item = (usize, View<'a>)> + use<'a>> {
    let value = parent.field(key)?.value;
    let elements = value.elements();
    if elements.is_none() {
        let path = join(path, key);
        let message = format!(
            "`{path}` is {}; it must be an array of strings",
            value.kind()
        );
        let draft = sink.report(&codes::EXPECTED_ARRAY, path, value.span(), message);
        if let Some(text) = value.text() {
            draft.guess(
                "put it in an array",
                value.span(),
                format!("[{}]", quoted(text)),
            );
        }
    }
    Some(elements?.enumerate())
}

/// A slug, or a name of the same shape, that is unique in its section.
pub fn slug<'a>(
    sink: &mut Sink,
    parent: View<'a>,
    path: &str,
    key: &str,
    seen: &mut HashSet<&'a str>,
) -> Option<&'a str> {
    let slug = shaped_slug(sink, parent, path, key)?;
    unique(sink, parent, path, key, seen);
    Some(slug)
}

/// A string that has the shape of a slug; reports any other.
pub fn shaped_slug<'a>(
    sink: &mut Sink,
    parent: View<'a>,
    path: &str,
    key: &str,
) -> Option<&'a str> {
    let field = parent.field(key);
    let Some(value) = field.as_ref().and_then(|field| field.value.filled()) else {
        missing(sink, &codes::SLUG_MISSING, parent, path, key).help(format!(
            "add `{key} = \"…\"` with lower-case letters, digits, `-` and `_`"
        ));
        return None;
    };
    if js::is_slug(value) {
        return Some(value);
    }
    let span = field.map_or(0..0, |field| field.value.span());
    let message = format!("`{}` is not a valid {key}", shown(value));
    let draft = sink.report(&codes::SLUG_INVALID, join(path, key), span.clone(), message);
    let draft = draft.help("use lower-case letters, digits, `-` and `_`, at most 128, beginning with a letter or digit");
    let proposal = slugified(value);
    if js::is_slug(&proposal) {
        draft.guess(format!("write `{proposal}`"), span, quoted(&proposal));
    }
    None
}

fn slugified(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| {
        !character.is_ascii_lowercase() && !character.is_ascii_digit() && character != '_'
    });
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").trim_start_matches('_').to_owned()
}

/// Reports a value that was used before; counts it otherwise.
pub fn unique<'a>(
    sink: &mut Sink,
    parent: View<'a>,
    path: &str,
    key: &str,
    seen: &mut HashSet<&'a str>,
) {
    let Some(field) = parent.field(key) else {
        return;
    };
    let Some(value) = field.value.filled() else {
        return;
    };
    if !seen.insert(value) {
        let message = format!(
            "the {key} `{}` is used before in this section",
            shown(value)
        );
        sink.report(
            &codes::DUPLICATE,
            join(path, key),
            field.value.span(),
            message,
        )
        .help(format!("give each entry a {key} of its own"));
    }
}

/// Reports a key that is missing, blank, or of a type that counts as missing.
pub fn missing<'s>(
    sink: &'s mut Sink,
    code: &'static Code,
    parent: View<'_>,
    path: &str,
    key: &str,
) -> crate::manifest::sink::Draft<'s> {
    let (span, why) = match parent.field(key).map(|field| field.value) {
        None => (parent.gap(), "missing"),
        Some(value) if value.text().is_some() => (value.span(), "empty"),
        Some(value) => (value.span(), "not a string"),
    };
    let path = join(path, key);
    let message = format!("`{path}` is {why}");
    sink.report(code, path, span, message)
}

/// How a word is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// With the white space around it.
    Exact,
    /// Without.
    Trimmed,
}

/// Reports a key whose value is none of the words; one that is missing too.
pub fn word(
    sink: &mut Sink,
    parent: View<'_>,
    path: &str,
    key: &str,
    words: &[&str],
    spacing: Spacing,
) {
    let field = parent.field(key);
    let value = field.as_ref().and_then(|field| field.value.text());
    let compared = match spacing {
        Spacing::Exact => value,
        Spacing::Trimmed => value.map(js::trim),
    };
    if compared.is_some_and(|value| words.contains(&value)) {
        return;
    }
    let span = field.map_or_else(|| parent.gap(), |field| field.value.span());
    let path = join(path, key);
    let Some(value) = value else {
        let why = if span.is_empty() {
            "missing"
        } else {
            "not a string"
        };
        sink.report(
            &codes::UNKNOWN_WORD,
            &path,
            span,
            format!("`{path}` is {why}"),
        )
        .help(format!("write one of {}", listed(words)));
        return;
    };
    not_a_word(sink, &codes::UNKNOWN_WORD, path, span, value, words);
}

/// Reports a value that is none of the words, with the nearest.
pub fn not_a_word(
    sink: &mut Sink,
    code: &'static Code,
    path: String,
    span: Range<usize>,
    value: &str,
    words: &[&str],
) {
    let folded = js::trim(value).to_lowercase();
    let same = words
        .iter()
        .copied()
        .find(|word| word.to_lowercase() == folded);
    let nearest = same.or_else(|| nearest(sink, &folded, words));
    let mean = text::did_you_mean(nearest);
    let message = format!("`{}` is not understood here{mean}", shown(value));
    let draft = sink.report(code, path, span.clone(), message);
    let draft = draft.help(format!("write one of {}", listed(words)));
    match (same, nearest) {
        (Some(word), _) => {
            draft.fix(format!("write `{word}`"), span, quoted(word));
        }
        (None, Some(word)) => {
            draft.guess(format!("write `{word}`"), span, quoted(word));
        }
        (None, None) => {}
    }
}

/// The word most like another, if one is and there were not too many such questions.
pub fn nearest<'w>(sink: &mut Sink, word: &str, words: &[&'w str]) -> Option<&'w str> {
    // The comparison is quadratic, and no long text is a slip of the pen.
    let words = words.get(..MOST_GUESSES).unwrap_or(words);
    if word.len() > LONGEST_GUESS || !sink.may_search(words.len()) {
        return None;
    }
    let words = words
        .iter()
        .copied()
        .filter(|word| word.len() <= LONGEST_GUESS);
    let words: Vec<&'w str> = words.collect();
    let found = similar::get_close_matches(word, &words, 1, LEAST_LIKENESS);
    let at = found
        .first()
        .and_then(|found| words.iter().position(|word| word == found))?;
    words.get(at).copied()
}

/// The words in backticks, with commas.
pub fn listed(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// A dotted path one key longer.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The text as a TOML string.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The beginning of a text that may be long.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(64).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
