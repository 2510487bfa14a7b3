//! Which sessions match what was typed.

use crate::{
    app::{
        board::Row,
        fleet::{Fleet, SessionEntry},
        matching::Search,
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
        let mut search = Search::new(filter);
        self.lines().map(|line| search.finds(line)).collect()
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
