//! Draws the builds screen: templates above, builds below, over all projects.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{
        State,
        builds::{Pane, builds, templates, troubles},
        event::Measures,
    },
    model::{
        id::ProjectKey,
        load::Load,
        template::{Build, BuildStatus, Template},
        time::Millis,
    },
    text,
    theme::{Role, Symbols, Theme},
    view::pen::{Pen, write},
};

/// Draws the builds screen.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) -> Measures {
    let mut sheet = Sheet {
        buffer,
        area,
        state,
        theme,
        symbols: Symbols::choose(state.setup.ascii),
    };
    sheet.draw()
}

struct Sheet<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    state: &'a State,
    theme: &'a Theme,
    symbols: &'static Symbols,
}

impl Sheet<'_> {
    fn draw(&mut self) -> Measures {
        let used = self.troubles();
        let templates = templates(self.state);
        let builds = builds(self.state);
        // Two headings and an empty line between the lists.
        let room = usize::from(self.area.height).saturating_sub(used + 3);
        let above = templates.len().clamp(1, (room / 2).max(1)).min(room);
        let below = room - above;

        self.heading(used, "Templates", Pane::Templates);
        if templates.is_empty() {
            self.nothing(used + 1);
        }
        let cursor = self.state.builds.template_row(self.state);
        let first = first_row(cursor, above, templates.len());
        for (place, (key, template)) in templates.iter().enumerate().skip(first).take(above) {
            let selected = place == cursor;
            self.template(used + 1 + place - first, key, template, selected);
        }

        let top = used + above + 2;
        self.heading(top, "Builds", Pane::Builds);
        if builds.is_empty() && !templates.is_empty() {
            let text = "   The first session of a template builds it; that would be here.";
            self.write(top + 1, text, Role::Dim);
        }
        let cursor = self.state.builds.build_row(self.state);
        let first = first_row(cursor, below, builds.len());
        for (place, (key, build)) in builds.iter().enumerate().skip(first).take(below) {
            let selected = place == cursor;
            self.build(top + 1 + place - first, key, build, selected);
        }
        let viewport_rows = match self.state.builds.pane {
            Pane::Templates => above,
            Pane::Builds => below,
        };
        Measures {
            viewport_rows,
            ..Measures::default()
        }
    }

    fn write(&mut self, row: usize, text: &str, role: Role) {
        write(self.buffer, self.area, row, text, self.theme.style(role));
    }

    /// Writes why something cannot be shown, and says how many rows that took.
    fn troubles(&mut self) -> usize {
        let troubles: Vec<String> = troubles(self.state)
            .into_iter()
            .take(3)
            .map(|(project, trouble)| {
                let name = self.project(project);
                format!(" {} {name}: {trouble}", self.symbols.bad)
            })
            .collect();
        for (row, text) in troubles.iter().enumerate() {
            self.write(row, text, Role::Bad);
        }
        troubles.len()
    }

    fn project(&self, key: &ProjectKey) -> String {
        let project = self.state.fleet.projects.get(key);
        project.map_or_else(|| key.project.0.clone(), |project| project.row.name.clone())
    }

    fn heading(&mut self, row: usize, name: &str, pane: Pane) {
        let role = if self.state.builds.pane == pane {
            Role::Title
        } else {
            Role::Dim
        };
        self.write(row, &format!(" {name}"), role);
    }

    /// Why there is no template.
    fn nothing(&mut self, row: usize) {
        let mut projects = self.state.fleet.projects.values();
        let text = if self.state.fleet.projects.is_empty() {
            "   There is no project yet; its templates and builds would be here."
        } else if projects.any(|project| matches!(project.snapshots, Load::Absent | Load::Loading))
        {
            "   Asking for templates and builds."
        } else {
            "   No project has a template."
        };
        self.write(row, text, Role::Dim);
    }

    fn template(&mut self, row: usize, key: &ProjectKey, template: &Template, selected: bool) {
        let project = self.project(key);
        let (glyph, role) = if template.ready {
            (self.symbols.good, Role::Good)
        } else {
            (self.symbols.idle, Role::Dim)
        };
        let origin = template
            .dockerfile_path
            .as_deref()
            .or(template.image.as_deref())
            .unwrap_or(&template.source);
        let mut size = format!("{} cpu {} GB", template.cpu, template.memory_gb);
        if !self.is_narrow() {
            size = format!("{size}, {} GB disk", template.disk_gb);
        }
        let cells = [
            (glyph, 2, role),
            (&*template.provider_state, 10, role),
            (&*project, 16, Role::Dim),
            (&*template.slug, 16, Role::Text),
            (text::short_hash(&template.content_hash), 10, Role::Dim),
            (&*size, 24, Role::Dim),
            (origin, usize::MAX, Role::Dim),
        ];
        self.cells(row, &cells, selected, Pane::Templates);
    }

    fn build(&mut self, row: usize, key: &ProjectKey, build: &Build, selected: bool) {
        let project = self.project(key);
        let (glyph, role) = match build.status {
            BuildStatus::Building => (self.symbols.working, Role::Working),
            BuildStatus::Ready => (self.symbols.good, Role::Good),
            BuildStatus::Failed => (self.symbols.bad, Role::Bad),
            BuildStatus::Other(_) => (self.symbols.warning, Role::Warning),
        };
        let (age, took) = times(build, self.state.now);
        let category = build.error_category.as_deref().unwrap_or_default();
        let first_line = build.error.as_deref().unwrap_or_default();
        let first_line = first_line
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let error = match category {
            "" => first_line.to_owned(),
            _ => format!("{category}: {first_line}"),
        };
        let cells = [
            (glyph, 2, role),
            (build.status.as_str(), 10, role),
            (&*project, 16, Role::Dim),
            (&*build.slug, 16, Role::Text),
            (&*age, 8, Role::Dim),
            (&*took, 8, Role::Dim),
            (&*build.source, 15, Role::Dim),
            (&*error, usize::MAX, Role::Bad),
        ];
        self.cells(row, &cells, selected, Pane::Builds);
    }

    fn is_narrow(&self) -> bool {
        self.area.width < 84
    }

    /// Writes cells of the widths beside them; those that do not fit any more are left out.
    fn cells(&mut self, row: usize, cells: &[(&str, usize, Role)], selected: bool, pane: Pane) {
        let is_narrow = self.is_narrow();
        let Some(mut pen) = Pen::at(self.buffer, self.area, row) else {
            return;
        };
        let start = pen.column();
        let cursor = if selected { self.symbols.cursor } else { " " };
        pen.put(cursor, self.theme.style(Role::Accent));
        for (place, (text, width, role)) in cells.iter().enumerate() {
            let wide = match *width {
                usize::MAX => usize::MAX,
                width if is_narrow => width.min(11),
                width => width,
            };
            pen.put_padded(text, wide.saturating_sub(1), self.theme.style(*role))
                .skip(1);
            if selected && place == 3 {
                let role = if self.state.builds.pane == pane {
                    Role::Selection
                } else {
                    Role::SelectionInactive
                };
                pen.restyle(start, self.theme.style(role));
            }
        }
    }
}

/// The first row of a list such that the cursor is in view, near its middle.
fn first_row(cursor: usize, height: usize, count: usize) -> usize {
    let last = count.saturating_sub(height);
    cursor.saturating_sub(height / 2).min(last)
}

/// How long ago a build was started and how long it took, or takes.
fn times(build: &Build, now: Millis) -> (String, String) {
    let Some(started) = Millis::from_rfc3339(&build.started_at) else {
        return (String::new(), String::new());
    };
    let finished = build.finished_at.as_deref().and_then(Millis::from_rfc3339);
    let took = match (&build.status, finished) {
        (_, Some(finished)) => text::duration(started.age(finished)),
        (BuildStatus::Building, None) => text::duration(started.age(now)),
        (_, None) => String::new(),
    };
    (text::ago(started.age(now)), took)
}
