//! Comments under their lines, and the field of the one that is being written.
//!
//! A comment is a line that says whose it is, in what state and how old, its text as Markdown, and a
//! lower border; the frame is open at the right, so that long text needs no cutting. It takes as many
//! rows as `geometry` says. Not for: where comments stand (`diff::rows`).

use ratatui::{Frame, layout::Rect, style::Style};

use crate::{
    action::Action,
    app::{
        review::geometry::{self, INDENT, MARK},
        session::field::Field,
    },
    diff::review::comment::{Comment, CommentId, Target},
    text,
    theme::Role,
    view::{code::over, pen::Pen, review::Drawing, session::composer::lay_out},
};

/// Blanks between the mark of a row and the frame.
const BLANKS: usize = 2;
/// Columns of a frame at most; text is not wider either.
const WIDEST: usize = 100 + INDENT as usize;

/// A comment that is drawn.
pub(super) struct CommentBox<'a> {
    title: String,
    role: Role,
    body: Vec<text::Line>,
    drawing: &'a Drawing<'a>,
}

impl<'a> CommentBox<'a> {
    /// The box of a comment; `None` when it is gone.
    pub fn of(drawing: &'a Drawing<'_>, id: CommentId) -> Option<Self> {
        let comment = geometry::comment(drawing.pane, id)?;
        let is_outdated = drawing.sheet().outdated.contains(&id);
        Some(Self {
            title: title(drawing, comment, is_outdated),
            role: if is_outdated {
                Role::Warning
            } else {
                Role::Comment
            },
            body: geometry::comment_lines(drawing.pane, comment, drawing.geometry),
            drawing,
        })
    }

    /// Draws one of `height` rows behind its mark.
    pub fn draw(&self, pen: &mut Pen<'_>, part: usize, height: usize, ground: Style) {
        let drawing = self.drawing;
        let frame = over(drawing.style(self.role), ground);
        let border = &drawing.symbols.border;
        pen.skip(BLANKS);
        let mut pen = pen.part(WIDEST);
        if part == 0 {
            pen.put(border.top_left, frame)
                .put(" ", frame)
                .put(&self.title, frame)
                .put(" ", frame);
            return rule(drawing, &mut pen, frame);
        }
        if part + 1 >= height {
            pen.put(border.bottom_left, frame);
            return rule(drawing, &mut pen, frame);
        }
        pen.put(border.vertical_left, frame).skip(1);
        if let Some(line) = self.body.get(part - 1) {
            let base = over(drawing.style(Role::Text), ground);
            pen.put_line(line, drawing.theme, base);
        }
    }
}

/// Whose a comment is, in what state, and how old.
fn title(drawing: &Drawing<'_>, comment: &Comment, is_outdated: bool) -> String {
    let state = match comment.round {
        None => "draft",
        Some(_) => "sent",
    };
    let age = text::ago(comment.at.age(drawing.state.now));
    let mut title = format!("you · {state} · {age}");
    let place = match &comment.target {
        target if is_outdated => format!(" · outdated, was at {}", target.location()),
        Target::Change => " · on the whole change".to_owned(),
        Target::File { .. } => " · on the file".to_owned(),
        Target::Lines { anchor, .. } => match anchor.lines.len() {
            0 | 1 => String::new(),
            several => format!(" · on {several} lines"),
        },
    };
    title.push_str(&place);
    title
}

fn rule(drawing: &Drawing<'_>, pen: &mut Pen<'_>, style: Style) {
    let columns = pen.room();
    pen.put(&drawing.symbols.horizontal.repeat(columns), style);
}

/// Draws the comment that is being written into the rows of `area`; `skipped` rows of it are scrolled
/// away above.
pub(super) fn field(
    frame: &mut Frame<'_>,
    area: Rect,
    drawing: &Drawing<'_>,
    field: &Field,
    (height, skipped): (usize, usize),
) {
    let columns = usize::from(drawing.geometry.lines.saturating_sub(INDENT)).max(10);
    let typed = lay_out(field, columns, height.saturating_sub(geometry::FRAME));
    let style = drawing.style(Role::BorderFocused);
    let border = &drawing.symbols.border;
    for part in skipped..height {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), area, part - skipped) else {
            break;
        };
        pen.skip(usize::from(MARK) + BLANKS);
        if part == 0 {
            pen.put(border.top_left, style)
                .put(&field_title(drawing), style);
            rule(drawing, &mut pen, style);
        } else if part + 1 == height {
            pen.put(border.bottom_left, style);
            hints(drawing, &mut pen);
            rule(drawing, &mut pen, style);
        } else {
            pen.put(border.vertical_left, style).skip(1);
            if let Some(row) = typed.rows.get(part - 1) {
                pen.put(row, drawing.style(Role::Text));
            }
        }
    }
    let (row, column) = typed.cursor;
    let y = (row + 1).checked_sub(skipped);
    let y = y.and_then(|y| u16::try_from(y).ok());
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    let x = area.x.saturating_add(INDENT).saturating_add(column);
    if let Some(y) = y.filter(|y| *y < area.height)
        && x < area.right()
    {
        frame.set_cursor_position((x, area.y + y));
    }
}

fn field_title(drawing: &Drawing<'_>) -> String {
    let writing = drawing.pane.review.writing.as_ref();
    let place = writing.map(|writing| writing.target.location());
    match place.filter(|place| !place.is_empty()) {
        Some(place) => format!(" comment on {place} "),
        None => " comment ".to_owned(),
    }
}

fn hints(drawing: &Drawing<'_>, pen: &mut Pen<'_>) {
    let pairs = [
        (Action::Save, "saves"),
        (Action::WriteNewLine, "new line"),
        (Action::LeaveWriting, "leaves; the text is kept"),
    ];
    pen.put(" ", drawing.style(Role::Dim));
    for (action, what) in pairs {
        let key = drawing.key(action);
        if !key.is_empty() && text::width(&key) + what.len() + 4 <= pen.room() {
            pen.put(&key, drawing.style(Role::Key))
                .skip(1)
                .put(what, drawing.style(Role::Dim))
                .put("  ", drawing.style(Role::Dim));
        }
    }
}
