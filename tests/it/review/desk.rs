//! A review on a screen, with a host and a disk that answer.

use std::{fmt::Write, sync::Arc};

use kortix_tui::{
    app::{
        Screen as Place,
        event::{Effect, Event},
        review::{ReviewPane, geometry},
    },
    diff::{
        changeset::Changeset,
        paint::{self, Limits},
        patch::LineKind,
        review::Review,
        rows::Row,
    },
    model::{change::Difference, id::ChangeKey, session::SessionStatus},
};
use similar::TextDiff;

use crate::screen::{Screen, World};

/// A review on a screen.
pub struct Desk {
    /// The program.
    pub screen: Screen,
    /// What the host would answer.
    pub world: World,
    /// The change request.
    pub key: ChangeKey,
    /// The notes on the disk.
    pub disk: Option<Review>,
    /// The patch that was kept on the disk.
    pub looked: Option<Arc<str>>,
    /// What the comparison with it finds.
    pub compared: Result<Arc<Changeset>, String>,
    /// The effects of the shell that were answered, in words.
    pub done: Vec<String>,
}

impl Desk {
    /// A host with one change request, that nobody has opened.
    pub fn closed(size: (u16, u16), patch: &str) -> Self {
        let mut world = World::with_projects(&["app"]);
        world.session("app", "s1", "Fix it", SessionStatus::Running, 60);
        let key = world.change("app", 1, "s1", "Fix the login");
        world.difference(&key, patch);
        let mut screen = Screen::new(size.0, size.1);
        screen.settle(&world);
        Self {
            screen,
            world,
            key,
            disk: None,
            looked: None,
            compared: Err("nothing was kept".to_owned()),
            done: Vec::new(),
        }
    }

    /// An open review of a patch.
    pub fn open(size: (u16, u16), patch: &str) -> Self {
        let mut desk = Self::closed(size, patch);
        desk.enter();
        desk
    }

    /// Opens the review.
    pub fn enter(&mut self) {
        self.begin();
        self.settle();
    }

    /// Opens the review; nobody has answered yet.
    pub fn begin(&mut self) {
        self.screen.state.show(Place::Review(self.key.clone()));
        let now = self.screen.state.now;
        self.screen.event(Event::Clock(now));
    }

    /// Lets host and shell answer all that they are asked.
    pub fn settle(&mut self) {
        for _ in 0..10 {
            self.screen.settle(&self.world);
            let effects = std::mem::take(&mut self.screen.effects);
            let mut is_quiet = true;
            for effect in effects {
                match self.answer(effect) {
                    Ok(Some(event)) => {
                        is_quiet = false;
                        self.screen.event(event);
                    }
                    Ok(None) => {}
                    Err(other) => self.screen.effects.push(*other),
                }
            }
            if is_quiet {
                break;
            }
        }
        self.screen.draw();
    }

    /// What the shell does; an effect of another kind comes back.
    fn answer(&mut self, effect: Effect) -> Result<Option<Event>, Box<Effect>> {
        Ok(match effect {
            Effect::RecallReview(key) => {
                self.done.push("recall".to_owned());
                let review = self.disk.clone().unwrap_or_default();
                Some(Event::ReviewRecalled(key, Box::new(review)))
            }
            Effect::KeepReview(_, review) => {
                self.done.push("keep review".to_owned());
                self.disk = Some(*review);
                None
            }
            Effect::KeepPatch(_, patch) => {
                self.done.push("keep patch".to_owned());
                self.looked = Some(patch);
                None
            }
            Effect::Compare {
                change, edition, ..
            } => {
                self.done.push("compare".to_owned());
                Some(Event::Compared {
                    change,
                    edition,
                    outcome: self.compared.clone(),
                })
            }
            Effect::Paint {
                change,
                edition,
                changeset,
                hunks,
            } => {
                let paint = |(hunk, path): (_, String)| {
                    let painted = paint::hunk(&changeset.patch, hunk, &path, Limits::default());
                    (hunk, painted)
                };
                let hunks = hunks.into_iter().map(paint).collect();
                Some(Event::Painted {
                    change,
                    edition,
                    hunks,
                })
            }
            Effect::FindMoved {
                change,
                edition,
                changeset,
            } => Some(Event::MovedFound {
                change,
                edition,
                moved: paint::moved(&changeset.patch),
            }),
            other => return Err(Box::new(other)),
        })
    }

    /// Presses keys and lets all answers come.
    pub fn keys(&mut self, keys: &str) {
        self.screen.keys(keys);
        self.settle();
    }

    /// The pane.
    pub fn pane(&self) -> &ReviewPane {
        &self.screen.state.reviews[&self.key]
    }

    /// What the cursor is on.
    pub fn at(&self) -> String {
        let reading = &self.pane().sheet.reading;
        self.row(reading.cursor)
    }

    /// The message at the foot.
    pub fn said(&self) -> String {
        let message = self.screen.state.log.current();
        message.map_or(String::new(), |message| message.text.clone())
    }

    /// The rows of the screen from the top; the one with the cursor is marked, those of the range too.
    /// A row that takes several of them is followed by how many.
    pub fn rows(&self) -> String {
        let pane = self.pane();
        let geometry = geometry::divide(&self.screen.state, pane);
        let reading = &pane.sheet.reading;
        let mut text = String::new();
        let mut left = usize::from(geometry.height);
        let mut row = reading.top;
        let mut part = reading.top_part;
        while left > 0 && row < pane.sheet.rows.len() {
            let height = geometry::height(&self.screen.state, pane, geometry, row);
            let mark = match row {
                row if row == reading.cursor => '▌',
                row if reading.rows().contains(&row) => '│',
                _ => ' ',
            };
            let _ = write!(text, "{mark}{}", self.row(row));
            if height > 1 {
                let _ = write!(text, " ×{height}");
            }
            if part > 0 {
                let _ = write!(text, " from {part}");
            }
            text.push('\n');
            left = left.saturating_sub(height - part);
            part = 0;
            row += 1;
        }
        text
    }

    /// All rows.
    pub fn all(&self) -> Vec<String> {
        (0..self.pane().sheet.rows.len())
            .map(|row| self.row(row))
            .collect()
    }

    fn row(&self, row: usize) -> String {
        let sheet = &self.pane().sheet;
        let changeset = sheet.changeset.as_deref().unwrap();
        let patch = &changeset.patch;
        let line = |id| {
            let line = patch.line(id).unwrap();
            let text = patch.line_text(id);
            match line.kind {
                LineKind::Added => format!("{}+{text}", line.new),
                LineKind::Removed => format!("{}-{text}", line.old),
                LineKind::Context => format!("{} {text}", line.new),
            }
        };
        match sheet.row(row).unwrap() {
            Row::File(file) => format!("file {}", changeset.file(file).unwrap().path),
            Row::Note(_) => "note".to_owned(),
            Row::Hunk(_, hunk) => format!("hunk {}", patch.hunk(hunk).unwrap().new_start),
            Row::Gap(_, Some(lines)) => format!("… {lines}"),
            Row::Gap(_, None) => "…".to_owned(),
            Row::Line(_, id) => line(id),
            Row::Same(_, old, new) => format!("{} = {}", line(old), line(new)),
            Row::Pair(_, old, new) if old == new => line(old.unwrap()),
            Row::Pair(_, old, new) => {
                let side = |id: Option<_>| id.map_or(String::new(), line);
                format!("{} | {}", side(old), side(new))
            }
            Row::Context { file, new, .. } => {
                let contents = &sheet.shape.contents[&file];
                format!("{new} {}", contents.line(new))
            }
            Row::Comment(id) => format!("comment {}", id.0),
        }
    }

    /// The host has another head with another difference.
    pub fn push(&mut self, head: &str, patch: &str) {
        let head = head.repeat(40);
        self.world.differences.insert(
            self.key.change.clone(),
            Arc::new(changeset_of(&head, patch)),
        );
        if let Some(preview) = self.world.previews.get_mut(&self.key.change) {
            preview.head_sha.clone_from(&head);
        }
        for (_, row) in &mut self.world.changes {
            row.head_commit_sha = Some(head.clone());
        }
    }

    /// What was copied last.
    pub fn copied(&self) -> String {
        let copies = self.screen.effects.iter().rev();
        let mut copies = copies.filter_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
        copies.next().unwrap_or_default()
    }

    /// The files that are folded, by path.
    pub fn folded(&self) -> Vec<String> {
        let sheet = &self.pane().sheet;
        let changeset = sheet.changeset.as_deref().unwrap();
        let folded = sheet.shape.folded_files.iter();
        folded
            .map(|file| changeset.file(*file).unwrap().path.clone())
            .collect()
    }
}

/// A changeset of a patch, at a head.
pub fn changeset_of(head: &str, patch: &str) -> Changeset {
    Changeset::new(Difference {
        base_ref: "main".to_owned(),
        head_ref: "work".to_owned(),
        base_sha: "a".repeat(40),
        head_sha: head.to_owned(),
        merge_base: Some("a".repeat(40)),
        patch: patch.to_owned(),
        ..Difference::default()
    })
}

/// A patch of files with their texts before and after; an empty one means that the file is not there.
pub fn patch(files: &[(&str, &str, &str)]) -> String {
    let mut text = String::new();
    for (path, old, new) in files {
        let _ = writeln!(text, "diff --git a/{path} b/{path}");
        let (mut from, mut to) = (format!("a/{path}"), format!("b/{path}"));
        if old.is_empty() {
            text.push_str("new file mode 100644\n");
            from = "/dev/null".to_owned();
        } else if new.is_empty() {
            text.push_str("deleted file mode 100644\n");
            to = "/dev/null".to_owned();
        }
        text.push_str("index 1111111..2222222 100644\n");
        let diff = TextDiff::from_lines(*old, *new);
        let _ = write!(text, "{}", diff.unified_diff().header(&from, &to));
    }
    text
}

/// Lines `line 1` to `line count`, some of them replaced.
pub fn lines(count: usize, replaced: &[(usize, &str)]) -> String {
    let line = |number: usize| {
        let new = replaced.iter().find(|(place, _)| *place == number);
        new.map_or(format!("line {number}\n"), |(_, text)| format!("{text}\n"))
    };
    (1..=count).map(line).collect()
}

/// A patch with two files: one with changes at 10, 40 and 70 of 100 lines, a small one behind it.
pub fn two_files() -> String {
    let old = lines(100, &[]);
    let new = lines(100, &[(10, "ten"), (40, "forty"), (70, "seventy")]);
    patch(&[
        ("src/a.rs", &old, &new),
        ("src/b.rs", "one\ntwo\n", "one\nTWO\n"),
    ])
}
