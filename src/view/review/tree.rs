//! The files at the left of a review, as a tree of folders.
//!
//! A row is indentation, the letter of what happened, the name, and at the right how many comments,
//! how many lines came and went, and whether it is reviewed. Counts give way to the name when there is
//! no room. Not for: which rows there are (`app::review::tree`).

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::review::{Focus, tree::TreeRow},
    diff::changeset::{FileEntry, FileId},
    text,
    theme::Role,
    view::{
        code::over,
        pen::Pen,
        review::{
            Drawing,
            heads::{counts, letter},
        },
    },
};

/// Columns that the name of a file keeps, whatever else is to be said.
const NAME: usize = 12;

/// Draws the tree with its border at the right.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, drawing: &Drawing<'_>) {
    let has_focus = drawing.pane.focus == Focus::Tree;
    let border = match has_focus {
        true => Role::BorderFocused,
        false => Role::Border,
    };
    let inside = Rect {
        width: area.width.saturating_sub(1),
        ..area
    };
    let tree = &drawing.pane.tree;
    let rows = tree.rows.iter().enumerate().skip(tree.top);
    for (row, (place, shown)) in rows.take(usize::from(area.height)).enumerate() {
        let Some(mut pen) = Pen::at(buffer, inside, row) else {
            break;
        };
        let is_current = place == tree.cursor;
        let ground = match (is_current, has_focus) {
            (true, true) => drawing.style(Role::Selection),
            (true, false) => drawing.style(Role::SelectionInactive),
            (false, _) => Style::new(),
        };
        let columns = pen.room();
        pen.fill(columns, ground);
        let cursor = match is_current && has_focus {
            true => drawing.symbols.cursor,
            false => " ",
        };
        pen.put(cursor, over(drawing.style(Role::Accent), ground));
        draw_row(drawing, &mut pen, shown, ground);
    }
    for row in 0..usize::from(area.height) {
        if let Some(mut pen) = Pen::at(buffer, area, row) {
            pen.skip(usize::from(inside.width))
                .put(drawing.symbols.vertical, drawing.style(border));
        }
    }
}

fn draw_row(drawing: &Drawing<'_>, pen: &mut Pen<'_>, row: &TreeRow, ground: Style) {
    match row {
        TreeRow::Folder {
            name,
            depth,
            is_folded,
            files,
            ..
        } => {
            let style = over(drawing.style(Role::Dim), ground);
            let glyph = match is_folded {
                true => drawing.symbols.folded,
                false => drawing.symbols.unfolded,
            };
            pen.skip(indent(*depth, pen.room()))
                .put(glyph, style)
                .skip(1);
            let done = files.iter();
            let done = done.filter(|file| drawing.sheet().reviewed.contains(file));
            let count = match is_folded {
                true => format!(" {}/{}", done.count(), files.len()),
                false => String::new(),
            };
            let name = text::sanitize_line(name);
            let room = pen.room().saturating_sub(text::width(&count));
            pen.put(&text::truncate_middle(&name, room), style)
                .put(&count, style);
        }
        TreeRow::File { file, name, depth } => {
            pen.skip(indent(*depth, pen.room()));
            if let Some(entry) = drawing.all.file(*file) {
                draw_file(drawing, pen, (*file, entry), name, ground);
            }
        }
    }
}

/// Columns before a row of this depth; deep ones are not pushed out.
fn indent(depth: usize, room: usize) -> usize {
    (2 * depth).min(room / 3)
}

fn draw_file(
    drawing: &Drawing<'_>,
    pen: &mut Pen<'_>,
    (file, entry): (FileId, &FileEntry),
    name: &str,
    ground: Style,
) {
    let style = |role: Role| over(drawing.style(role), ground);
    let sheet = drawing.sheet();
    let is_reviewed = sheet.reviewed.contains(&file);
    let (letter, letter_role) = letter(&entry.status);
    pen.put(letter, style(letter_role)).skip(1);
    let places = &sheet.shape.comments;
    let on_file = places.files.get(&file).map_or(0, Vec::len);
    let comments = match on_file + places.in_file(drawing.all, file) {
        0 => String::new(),
        count => format!("{}{count}", drawing.symbols.comment),
    };
    let (added, removed) = counts(entry, drawing.symbols);
    let mark = match is_reviewed {
        true => drawing.symbols.good,
        false => " ",
    };
    let name = text::sanitize_line(name);
    let room = pen.room().saturating_sub(text::width(&name).min(NAME));
    // From the right: what is cut first stands first.
    let facts = [
        vec![(&*added, Role::Additions), (&*removed, Role::Deletions)],
        vec![(&*comments, Role::Comment)],
        vec![(mark, Role::Good)],
    ];
    let mut ends = Vec::new();
    let mut taken = 1;
    for fact in facts.into_iter().rev() {
        let fact: Vec<_> = fact.into_iter().filter(|(it, _)| !it.is_empty()).collect();
        let wide: usize = fact.iter().map(|(it, _)| text::width(it) + 1).sum();
        if taken + wide > room {
            break;
        }
        taken += wide;
        ends.extend(fact.into_iter().rev());
    }
    let room = pen.room().saturating_sub(taken);
    let role = match is_reviewed {
        true => Role::Dim,
        false => Role::Text,
    };
    pen.put_padded(&text::truncate_middle(&name, room), room, style(role));
    for (fact, role) in ends.into_iter().rev() {
        pen.skip(1).put(fact, style(role));
    }
}
