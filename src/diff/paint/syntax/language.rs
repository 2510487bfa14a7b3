//! Which grammar reads a hunk: by the file's name, else by what its first line says.
//!
//! The grammars are loaded when the first one is asked for; each compiles its patterns when they are
//! tried first.

use std::sync::OnceLock;

use syntect::parsing::{SyntaxReference, SyntaxSet};

use crate::diff::patch::{Hunk, LineId, Patch};

/// Endings and names that the grammars do not know, or know as something less likely. The grammar of
/// SystemVerilog takes seconds for many parentheses; the one of Verilog does not.
const KNOWN_AS: [(&str, &str); 18] = [
    ("containerfile", "dockerfile"),
    ("cu", "cpp"),
    ("fs", "fsi"),
    ("h", "hpp"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("jsonl", "json"),
    ("ksh", "bash"),
    ("mdx", "md"),
    ("ndjson", "json"),
    ("pgsql", "sql"),
    ("psql", "sql"),
    ("sv", "v"),
    ("svh", "v"),
    ("tofu", "tf"),
    ("vh", "v"),
    ("webmanifest", "json"),
    ("xsl", "xml"),
];

/// All grammars and the one for a hunk; `None` when no grammar knows its file.
pub(super) fn of(
    patch: &Patch,
    hunk: &Hunk,
    path: &str,
) -> Option<(&'static SyntaxSet, &'static SyntaxReference)> {
    let text = |line| patch.line_text(LineId(line));
    let is_top = hunk.new_start == 1 || hunk.old_start == 1;
    let first = is_top.then(|| text(hunk.lines.start));
    let (grammars, syntax) = of_text(path, first)?;
    // A hunk from the middle of a file does not show that it is inside of the code.
    let is_inside =
        syntax.name == "PHP" && !hunk.lines.clone().any(|line| text(line).contains("<?"));
    let inner = is_inside.then(|| grammars.find_syntax_by_name("PHP Source"));
    let syntax = inner.flatten().unwrap_or(syntax);
    Some((grammars, syntax))
}

/// All grammars and the one for a text with this first line; `None` when no grammar knows it.
pub(super) fn of_text(
    path: &str,
    first: Option<&str>,
) -> Option<(&'static SyntaxSet, &'static SyntaxReference)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let grammars = grammars();
    let syntax = by_name(grammars, name).or_else(|| {
        // Only this kind of first line is looked at: the grammars guess at others.
        let first = first.filter(|first| first.len() < 200 && first.starts_with("#!"))?;
        grammars.find_syntax_by_first_line(first)
    })?;
    (syntax.name != "Plain Text").then_some((grammars, syntax))
}

fn grammars() -> &'static SyntaxSet {
    static GRAMMARS: OnceLock<SyntaxSet> = OnceLock::new();
    GRAMMARS.get_or_init(two_face::syntax::extra_newlines)
}

/// By the whole name, then by its endings from the longest on, then by what stands before the first
/// dot, as in `Dockerfile.dev`.
fn by_name(grammars: &'static SyntaxSet, name: &str) -> Option<&'static SyntaxReference> {
    let endings = name
        .match_indices('.')
        .filter_map(|(at, _)| name.get(at + 1..));
    let stem = name.split('.').next().filter(|stem| stem.ends_with("file"));
    let mut words = std::iter::once(name).chain(endings).chain(stem);
    words.find_map(|word| {
        let lower = word.to_ascii_lowercase();
        let known = KNOWN_AS.iter().find(|(ending, _)| *ending == lower);
        let word = known.map_or(word, |(_, ending)| *ending);
        grammars.find_syntax_by_extension(word)
    })
}
