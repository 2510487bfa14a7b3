//! The files of a difference as a tree of folders: rows, cursor, folds.
//!
//! Folders that hold nothing but one folder share a row with it. While the lines have the focus the
//! cursor follows the file that is read.

use std::collections::BTreeSet;

use crate::{
    action::Action,
    app::review::{
        Focus, ReviewPane, Sheet,
        geometry::{self, Geometry},
        reading::{self, Landing, Way},
    },
    diff::changeset::FileId,
};

/// The tree's rows, cursor and folds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The rows that are not in folded folders, from the top.
    pub rows: Vec<TreeRow>,
    /// Folders that are folded, by path.
    folded: BTreeSet<String>,
    /// The file that the cursor was put on last.
    followed: Option<FileId>,
}

/// A row of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeRow {
    /// A folder.
    Folder {
        /// Its path, with a slash at the end.
        path: String,
        /// What is shown of the path, with a slash at the end; unsanitized.
        name: String,
        /// How many folders it is in, those that share its row apart.
        depth: usize,
        /// Whether what is in it is left out.
        is_folded: bool,
        /// The files in it and below.
        files: Vec<FileId>,
    },
    /// A file.
    File {
        /// The file.
        file: FileId,
        /// Its name without folders; unsanitized.
        name: String,
        /// How many folders it is in, those that share a row apart.
        depth: usize,
    },
}

/// A folder with all that is in it.
#[derive(Default)]
struct Folder<'a> {
    name: &'a str,
    entries: Vec<Entry<'a>>,
}

enum Entry<'a> {
    Folder(Folder<'a>),
    File(FileId, &'a str),
}

impl<'a> Folder<'a> {
    fn of(sheet: &'a Sheet) -> Self {
        let mut root = Self::default();
        for file in sheet.files() {
            root.put(file, sheet.path(file));
        }
        root
    }

    fn put(&mut self, file: FileId, path: &'a str) {
        let mut folder = self;
        let mut rest = path;
        while let Some((name, below)) = rest.split_once('/') {
            folder = folder.folder(name);
            rest = below;
        }
        folder.entries.push(Entry::File(file, rest));
    }

    /// The folder of this name in this one.
    fn folder(&mut self, name: &'a str) -> &mut Self {
        let known = self.entries.iter().rposition(|entry| match entry {
            Entry::Folder(folder) => folder.name == name,
            Entry::File(..) => false,
        });
        let place = known.unwrap_or(self.entries.len());
        if known.is_none() {
            let entries = Vec::new();
            self.entries.push(Entry::Folder(Self { name, entries }));
        }
        match self.entries.get_mut(place) {
            Some(Entry::Folder(folder)) => folder,
            Some(Entry::File(..)) | None => unreachable!("a folder was found or put there"),
        }
    }

    fn files(&self, found: &mut Vec<FileId>) {
        for entry in &self.entries {
            match entry {
                Entry::Folder(folder) => folder.files(found),
                Entry::File(file, _) => found.push(*file),
            }
        }
    }

    /// Puts the rows of what is in this folder.
    fn rows(&self, above: &str, depth: usize, folded: &BTreeSet<String>, rows: &mut Vec<TreeRow>) {
        for entry in &self.entries {
            match entry {
                Entry::File(file, name) => rows.push(TreeRow::File {
                    file: *file,
                    name: (*name).to_owned(),
                    depth,
                }),
                Entry::Folder(folder) => folder.row(above, depth, folded, rows),
            }
        }
    }

    /// Puts the row of this folder and, unless it is folded, of what is in it.
    fn row(&self, above: &str, depth: usize, folded: &BTreeSet<String>, rows: &mut Vec<TreeRow>) {
        let mut folder = self;
        let mut name = format!("{}/", folder.name);
        while let [Entry::Folder(only)] = folder.entries.as_slice() {
            name.push_str(only.name);
            name.push('/');
            folder = only;
        }
        let path = format!("{above}{name}");
        let is_folded = folded.contains(&path);
        let mut files = Vec::new();
        folder.files(&mut files);
        rows.push(TreeRow::Folder {
            path: path.clone(),
            name,
            depth,
            is_folded,
            files,
        });
        if !is_folded {
            folder.rows(&path, depth + 1, folded, rows);
        }
    }
}

impl Tree {
    /// Makes the rows anew; the cursor stays on the same file or folder where it is still there.
    pub(super) fn build(&mut self, sheet: &Sheet) {
        let before = self.rows.get(self.cursor).cloned();
        let mut rows = Vec::new();
        Folder::of(sheet).rows("", 0, &self.folded, &mut rows);
        self.rows = rows;
        self.followed = None;
        let same = |row: &TreeRow| match (row, &before) {
            (TreeRow::Folder { path, .. }, Some(TreeRow::Folder { path: old, .. })) => path == old,
            (TreeRow::File { file, .. }, Some(TreeRow::File { file: old, .. })) => file == old,
            (TreeRow::Folder { .. } | TreeRow::File { .. }, _) => false,
        };
        let last = self.rows.len().saturating_sub(1);
        let found = self.rows.iter().position(same);
        self.cursor = found.unwrap_or(self.cursor).min(last);
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&TreeRow> {
        self.rows.get(self.cursor)
    }

    fn go(&mut self, row: usize, height: usize) {
        let last = self.rows.len().saturating_sub(1);
        self.cursor = row.min(last);
        self.show(height);
    }

    /// Moves the screen; the cursor goes along when it would leave it.
    pub(super) fn scroll(&mut self, way: Way, rows: usize, height: usize) {
        let last = self.rows.len().saturating_sub(height);
        self.top = match way {
            Way::Up => self.top.saturating_sub(rows),
            Way::Down => (self.top + rows).min(last),
        };
        let bottom = (self.top + height).saturating_sub(1);
        self.cursor = self.cursor.clamp(self.top, bottom.max(self.top));
    }

    /// Keeps the cursor on the screen.
    pub(super) fn show(&mut self, height: usize) {
        let height = height.max(1);
        let lowest = (self.cursor + 1).saturating_sub(height);
        self.top = self.top.clamp(lowest, self.cursor.max(lowest));
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    /// Puts the cursor on a file, or on the folded folder that it is in.
    fn follow(&mut self, file: FileId, height: usize) {
        if self.followed == Some(file) {
            return;
        }
        self.followed = Some(file);
        let row = self.rows.iter().rposition(|row| match row {
            TreeRow::File { file: shown, .. } => *shown == file,
            TreeRow::Folder {
                is_folded, files, ..
            } => *is_folded && files.contains(&file),
        });
        if let Some(row) = row {
            self.go(row, height);
        }
    }
}

impl ReviewPane {
    /// Whether the files are on the screen.
    pub(super) fn is_tree_shown(&self, size: (u16, u16)) -> bool {
        geometry::divided(size, self).tree > 0
    }

    /// Lets the tree's cursor follow the file that is read.
    pub(super) fn follow_in_tree(&mut self) {
        let file = self.sheet.current_file();
        let height = self.fitted.map_or(1, |fitted| usize::from(fitted.height));
        if self.focus == Focus::Lines
            && let Some(file) = file
        {
            self.tree.follow(file, height);
        }
    }

    /// The files under the tree's cursor: one, or those of a folder.
    pub(super) fn tree_files(&self) -> Vec<FileId> {
        match self.tree.current() {
            Some(TreeRow::File { file, .. }) => vec![*file],
            Some(TreeRow::Folder { files, .. }) => files.clone(),
            None => Vec::new(),
        }
    }

    /// Goes to the head of a file in the lines.
    pub(in crate::app) fn go_to_file(&mut self, size: (u16, u16), file: FileId) {
        self.focus = Focus::Lines;
        let geometry = geometry::divided(size, self);
        if let Some(row) = self.sheet.rows.of_file(file) {
            reading::jump(self, geometry, row, Landing::Top);
        }
    }

    /// Folds or unfolds the folder under the tree's cursor; false when it is on a file.
    fn toggle_folder(&mut self) -> bool {
        let Some(TreeRow::Folder { path, .. }) = self.tree.current() else {
            return false;
        };
        let path = path.clone();
        if !self.tree.folded.remove(&path) {
            self.tree.folded.insert(path);
        }
        self.tree.build(&self.sheet);
        true
    }
}

/// Moves in the tree, folds, opens; false when the action means nothing there.
pub(super) fn act(
    pane: &mut ReviewPane,
    size: (u16, u16),
    geometry: Geometry,
    action: Action,
) -> bool {
    let height = usize::from(geometry.height).max(1);
    let tree = &mut pane.tree;
    let half = (height / 2).max(1);
    match action {
        Action::Up => tree.go(tree.cursor.saturating_sub(1), height),
        Action::Down => tree.go(tree.cursor + 1, height),
        Action::HalfPageUp => tree.go(tree.cursor.saturating_sub(half), height),
        Action::HalfPageDown => tree.go(tree.cursor + half, height),
        Action::PageUp => tree.go(tree.cursor.saturating_sub(height), height),
        Action::PageDown => tree.go(tree.cursor + height, height),
        Action::Top => tree.go(0, height),
        Action::Bottom => tree.go(usize::MAX, height),
        Action::Open | Action::EditComment => {
            if let Some(TreeRow::File { file, .. }) = tree.current() {
                let file = *file;
                pane.go_to_file(size, file);
            } else {
                pane.toggle_folder();
            }
        }
        Action::FoldPart => {
            pane.toggle_folder();
        }
        Action::Back => pane.focus = Focus::Lines,
        _ => return false,
    }
    true
}
