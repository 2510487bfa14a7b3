//! Which sessions match what was typed.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization, Pattern},
};

use crate::{
    app::{
        board::Row,
        fleet::{Fleet, SessionEntry},
    },
    model::id::ProjectId,
};

/// What the rows say, kept from letter to letter: making it costs more than searching it.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The revision of the fleet that they show.
    made_for: Option<u64>,
    text: String,
    /// Where each row's line ends in `text`.
    ends: Vec<usize>,
}

impl Lines {
    /// For each row whether it matches; all do when nothing is typed.
    pub fn matches(&mut self, fleet: &Fleet, rows: &[Row], filter: &str) -> Vec<bool> {
        if filter.trim().is_empty() {
            return vec![true; rows.len()];
        }
        if self.made_for != Some(fleet.revision) || self.ends.len() != rows.len() {
            self.make(fleet, rows);
        }
        let (pattern, mut matcher) = searcher(filter);
        let mut letters = Vec::new();
        let mut is_match = |line: &str| {
            let line = Utf32Str::new(line, &mut letters);
            let mut atoms = pattern.atoms.iter();
            atoms.all(|atom| holds(atom, line, &mut matcher))
        };
        self.lines().map(&mut is_match).collect()
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let bounds = starts.zip(&self.ends);
        bounds.map(|(start, end)| self.text.get(*start..*end).unwrap_or_default())
    }

    fn make(&mut self, fleet: &Fleet, rows: &[Row]) {
        self.text.clear();
        self.ends.clear();
        // Sessions of one project follow one another, so that its name is looked up once.
        let mut project: Option<(&ProjectId, &str)> = None;
        for (row, entry) in rows.iter().zip(fleet.sessions.values()) {
            let known = project.filter(|(id, _)| **id == row.key.project);
            let (id, name) =
                known.unwrap_or_else(|| (&row.key.project, fleet.project_name(&row.key)));
            project = Some((id, name));
            self.push(row, entry, name);
        }
        self.made_for = Some(fleet.revision);
    }

    fn push(&mut self, row: &Row, entry: &SessionEntry, project: &str) {
        let words = [
            entry.row.title(),
            project,
            &entry.row.agent_name,
            row.standing.word(),
            entry.row.status.as_str(),
            row.key.host.as_str(),
            row.key.session.short(),
        ];
        for word in words {
            self.text.push_str(word);
            self.text.push(' ');
        }
        self.ends.push(self.text.len());
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
