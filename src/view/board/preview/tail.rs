//! The end of a transcript, as many of its newest blocks as there is room for.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{State, fleet::SessionEntry},
    model::agent::message::{Tool, ToolState},
    text::{self, Line},
    theme::{Role, Symbols, Theme},
    transcript::{Block, BlockBody},
    view::pen::{Pen, wrapped},
};

/// How much of the end of a long text is looked at, in bytes.
const LOOKED_AT: usize = 4_000;
/// How many lines of a tool's output are shown.
const OUTPUT_LINES: usize = 4;

/// A row in tones on top of a style.
struct Row {
    line: Line,
    base: Style,
}

/// Draws the end of the transcript at the foot of an area.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    state: &State,
    entry: &SessionEntry,
    theme: &Theme,
) {
    let height = usize::from(area.height);
    let width = usize::from(area.width);
    let root = entry.root();
    let session = root
        .as_ref()
        .and_then(|root| entry.transcript.session(root));
    let folder = session.map_or("", |session| session.directory.as_str());
    let conversation = root.and_then(|root| entry.transcript.conversation(&root));
    let Some(conversation) = conversation.filter(|_| height > 0 && width > 0) else {
        return;
    };
    let mut rows: Vec<Row> = Vec::new();
    for block in conversation.blocks().iter().rev() {
        let mut block_rows = block_rows(block, width, folder, state, theme);
        block_rows.append(&mut rows);
        rows = block_rows;
        if rows.len() >= height {
            break;
        }
    }
    let skipped = rows.len().saturating_sub(height);
    for (place, row) in rows.iter().skip(skipped).enumerate() {
        if let Some(mut pen) = Pen::at(buffer, area, place) {
            pen.put_line(&row.line, theme, row.base);
        }
    }
}

fn block_rows(block: &Block, width: usize, folder: &str, state: &State, theme: &Theme) -> Vec<Row> {
    let symbols = Symbols::choose(state.setup.ascii);
    let styled = |text: &str, role: Role| -> Vec<Row> {
        let base = theme.style(role);
        let lines = wrapped(end_of(text), width).into_iter();
        lines
            .map(|line| Row {
                line: Line::plain(line),
                base,
            })
            .collect()
    };
    let mut rows = match &block.body {
        BlockBody::Prompt(prompt) => {
            let text = format!("{} {}", symbols.prompt, prompt.text);
            styled(&text, Role::Prompt)
        }
        BlockBody::Text(passage) => {
            let lines = text::markdown(end_of(&passage.text), width).into_iter();
            let base = theme.style(Role::Text);
            lines.map(|line| Row { line, base }).collect()
        }
        BlockBody::Reasoning { passage, .. } => styled(&passage.text, Role::Reasoning),
        BlockBody::Tool { tool, stopped } => {
            let about = tool.about(folder).lines().next().unwrap_or_default();
            tool_rows(tool, *stopped, about, width, (symbols, theme))
        }
        BlockBody::Error(error) if error.is_abort() => styled("the turn was stopped", Role::Dim),
        BlockBody::Error(error) => styled(&error.message, Role::Bad),
        BlockBody::Retry { message, .. } => {
            styled(&format!("tries again: {message}"), Role::Warning)
        }
        BlockBody::Gap { lasted, .. } => styled(
            &format!("not connected for {}", text::short_age(*lasted)),
            Role::Warning,
        ),
        BlockBody::Patch { files } => styled(
            &text::count(files.len(), "file changed", "files changed"),
            Role::Dim,
        ),
        BlockBody::Subtask { agent, description } => {
            styled(&format!("{agent}: {description}"), Role::Tool)
        }
        BlockBody::Compaction { .. } => styled("the history was summarized", Role::Dim),
        BlockBody::Reverted => styled("what follows was reverted", Role::Dim),
        BlockBody::Attachment { .. } | BlockBody::StepEnd(_) | BlockBody::Unknown { .. } => {
            return Vec::new();
        }
    };
    rows.push(Row {
        line: Line::default(),
        base: theme.style(Role::Text),
    });
    rows
}

fn tool_rows(
    tool: &Tool,
    stopped: bool,
    about: &str,
    width: usize,
    (symbols, theme): (&Symbols, &Theme),
) -> Vec<Row> {
    let (glyph, role) = match &tool.state {
        _ if stopped => (symbols.warning, Role::Dim),
        ToolState::Pending => (symbols.starting, Role::Working),
        ToolState::Running => (symbols.working, Role::Working),
        ToolState::Completed => (symbols.good, Role::Tool),
        ToolState::Error { .. } => (symbols.bad, Role::Bad),
        ToolState::Unknown { .. } => (symbols.warning, Role::Warning),
    };
    let head = format!("{glyph} {} {about}", tool.name);
    let head = text::truncate(&text::sanitize_line(&head), width).into_owned();
    let mut rows = vec![Row {
        line: Line::plain(head),
        base: theme.style(role),
    }];
    let printed = match &tool.state {
        ToolState::Error { message } => message,
        _ if speaks_to_the_model(tool) => return rows,
        _ => &tool.output,
    };
    let lines = text::ansi(end_of(printed));
    let skipped = lines.len().saturating_sub(OUTPUT_LINES);
    rows.extend(lines.into_iter().skip(skipped).map(|line| {
        let mut indented = Line::plain("  ");
        indented.spans.extend(line.spans);
        Row {
            line: indented,
            base: theme.style(Role::ToolOutput),
        }
    }));
    rows
}

/// Whether what the tool returns is written for the model and says nothing to a person.
fn speaks_to_the_model(tool: &Tool) -> bool {
    let tools = [
        "edit",
        "glob",
        "grep",
        "list",
        "question",
        "read",
        "todoread",
        "todowrite",
        "write",
    ];
    tools.contains(&tool.name.as_str())
}

/// The end of a text, from the start of a line where there is one.
fn end_of(text: &str) -> &str {
    if text.len() <= LOOKED_AT {
        return text;
    }
    let mut start = text.len() - LOOKED_AT;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    rest.split_once('\n').map_or(rest, |(_, lines)| lines)
}
