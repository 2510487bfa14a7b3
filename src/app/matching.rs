//! Finds what was typed in lines of words: each word anywhere in the line, its letters in order.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization, Pattern},
};

/// What was typed, ready to be looked for in many lines.
pub(super) struct Search {
    pattern: Pattern,
    matcher: Matcher,
    letters: Vec<char>,
}

impl Search {
    /// Reads what was typed.
    pub fn new(filter: &str) -> Self {
        let (pattern, matcher) = searcher(filter);
        Self {
            pattern,
            matcher,
            letters: Vec::new(),
        }
    }

    /// Whether every word is in a line.
    pub fn finds(&mut self, line: &str) -> bool {
        let line = Utf32Str::new(line, &mut self.letters);
        let mut atoms = self.pattern.atoms.iter();
        atoms.all(|atom| holds(atom, line, &mut self.matcher))
    }
}

/// Capitals count once one is typed, accents once one is typed.
fn searcher(filter: &str) -> (Pattern, Matcher) {
    let is_exact = filter.chars().any(char::is_uppercase);
    let (case, normalization) = match (is_exact, filter.is_ascii()) {
        (true, true) => (CaseMatching::Respect, Normalization::Smart),
        (true, false) => (CaseMatching::Respect, Normalization::Never),
        (false, true) => (CaseMatching::Ignore, Normalization::Smart),
        (false, false) => (CaseMatching::Ignore, Normalization::Never),
    };
    let mut config = Config::DEFAULT;
    config.ignore_case = !is_exact;
    config.normalize = filter.is_ascii();
    let pattern = Pattern::parse(filter, case, normalization);
    (pattern, Matcher::new(config))
}

/// Whether a word of the filter is in a line. Where it is does not matter, so that the first place
/// is as good as the best.
fn holds(atom: &Atom, line: Utf32Str<'_>, matcher: &mut Matcher) -> bool {
    if atom.kind == AtomKind::Fuzzy && !atom.negative {
        let needle = atom.needle_text();
        return matcher.fuzzy_match_greedy(line, needle).is_some();
    }
    atom.score(line, matcher).is_some()
}
