//! The card with what the agent asks.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Block as Frames, Clear, Widget},
};
use serde_json::Value;

use crate::{
    action::Action,
    app::{
        State,
        fleet::SessionEntry,
        session::{Focus, SessionPane, asking::AskId},
    },
    model::agent::{ask::Permission, message::inside},
    text,
    theme::Role,
    transcript::{Ask, AskBody, BlockBody},
    view::session::{
        brush::{Brush, fit, key_of},
        composer::{draw_line, hints},
        question,
        rows::{diff_rows, tool::about},
    },
};

/// A card made ready: its rows are known before there is a place for it.
pub(super) struct Card<'a> {
    state: &'a State,
    pane: &'a SessionPane,
    title: String,
    rows: Vec<Line<'static>>,
    hints: Line<'static>,
    /// The label of the line that is being typed instead of the hints.
    label: Option<&'static str>,
    has_focus: bool,
    /// The row that must be visible.
    cursor: Option<usize>,
}

impl<'a> Card<'a> {
    /// The card of the ask that is looked at; `None` when nothing is asked.
    pub(super) fn of(
        state: &'a State,
        entry: &'a SessionEntry,
        pane: &'a SessionPane,
        brush: &Brush<'_>,
    ) -> Option<Self> {
        let id = pane.asking.current.as_ref()?;
        let ask = id.find(&entry.transcript)?;
        let brush = Brush {
            columns: brush.columns.saturating_sub(4).max(1),
            ..*brush
        };
        let has_focus = pane.focus == Focus::Ask;
        let is_small = pane.asking.is_aside(id) && !has_focus;
        let (rows, cursor) = match ask.body {
            _ if is_small => (Vec::new(), None),
            AskBody::Permission(permission) => (permission_rows(permission, entry, &brush), None),
            AskBody::Question(asked) => {
                let (rows, cursor) = question::rows(asked, &pane.asking.answers, &brush);
                (rows, Some(cursor))
            }
        };
        let label = match (&pane.asking.reason, &pane.asking.answers.typing) {
            (Some(_), _) if has_focus => Some("reason: "),
            (None, Some(_)) if has_focus => Some("answer: "),
            (_, _) => None,
        };
        Some(Self {
            state,
            pane,
            title: title(&ask, entry, pane),
            rows,
            hints: fit(
                card_hints(state, entry, pane, id, &ask, &brush),
                brush.columns,
            ),
            label,
            has_focus,
            cursor,
        })
    }

    /// How many rows the card would like to have.
    pub(super) fn height(&self) -> u16 {
        u16::try_from(self.rows.len() + 3).unwrap_or(u16::MAX)
    }

    /// Draws the card and says by how many rows it can be scrolled at most.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, brush: &Brush<'_>) -> usize {
        if area.height < 2 || area.width < 4 {
            let line = fit(
                vec![brush.span(self.title.clone(), Role::Waiting)],
                usize::from(area.width),
            );
            frame
                .buffer_mut()
                .set_line(area.x, area.y, &line, area.width);
            return self.rows.len();
        }
        let role = if self.has_focus {
            Role::BorderFocused
        } else {
            Role::Border
        };
        let room = usize::from(area.width.saturating_sub(4));
        let title = text::truncate(&self.title, room).into_owned();
        let frames = Frames::bordered()
            .border_set(brush.symbols.border)
            .border_style(brush.style(role))
            .title(Span::styled(
                format!(" {title} "),
                brush.style(Role::Waiting),
            ));
        let inner = frames.inner(area);
        Clear.render(area, frame.buffer_mut());
        frames.render(area, frame.buffer_mut());
        let inner = Rect {
            x: inner.x.saturating_add(1).min(inner.right()),
            width: inner.width.saturating_sub(2),
            ..inner
        };
        let body = Rect {
            height: inner.height.saturating_sub(1),
            ..inner
        };
        let most = self.body(frame, body, brush);
        let foot = Rect {
            y: body.bottom(),
            height: inner.height.min(1),
            ..inner
        };
        self.foot(frame, foot, brush);
        most
    }

    fn body(&self, frame: &mut Frame<'_>, area: Rect, brush: &Brush<'_>) -> usize {
        let visible = usize::from(area.height);
        let most = self.rows.len().saturating_sub(visible);
        let mut start = self.pane.asking.scroll.min(most);
        if let Some(cursor) = self.cursor {
            let wanted = (cursor + 1).saturating_sub(visible);
            start = wanted.min(most);
        }
        let rows = self.rows.iter().skip(start);
        for (row, y) in rows.zip(area.top()..area.bottom()) {
            frame.buffer_mut().set_line(area.x, y, row, area.width);
        }
        let hidden = most - start;
        if hidden > 0 && visible > 0 {
            let more = text::count(hidden, "row", "rows");
            let key = key_of(self.state, Action::Down);
            let text = format!(" … {more} below · {key} ");
            let width = u16::try_from(text::width(&text)).unwrap_or(u16::MAX);
            if width < area.width {
                let line = brush.row(text, Role::Warning);
                let x = area.right() - width;
                frame
                    .buffer_mut()
                    .set_line(x, area.bottom() - 1, &line, width);
            }
        }
        most
    }

    fn foot(&self, frame: &mut Frame<'_>, area: Rect, brush: &Brush<'_>) {
        if area.height == 0 {
            return;
        }
        match (self.label, self.pane.line()) {
            (Some(label), Some(field)) => draw_line(frame, area, label, field, brush),
            (_, _) => {
                let buffer = frame.buffer_mut();
                buffer.set_line(area.x, area.y, &self.hints, area.width);
            }
        }
    }
}

/// What kind of ask it is, who asks, and how many there are.
fn title(ask: &Ask<'_>, entry: &SessionEntry, pane: &SessionPane) -> String {
    let transcript = &entry.transcript;
    let what = match ask.body {
        AskBody::Permission(permission) => format!("! permission: {}", permission.permission),
        AskBody::Question(question) => match question.questions.len() {
            0 | 1 => "! question".to_owned(),
            count => format!("! question {} of {count}", pane.asking.answers.index + 1),
        },
    };
    let mut title = what;
    if ask.session != ask.root {
        let name = transcript
            .session(ask.session)
            .map(|session| session.title.as_str())
            .filter(|name| !name.is_empty());
        title.push_str(&format!(
            " · subagent {}",
            name.unwrap_or("without a title")
        ));
    }
    let count = transcript.asks().count();
    if count > 1 {
        let place = transcript
            .asks()
            .position(|other| AskId::of(&other) == AskId::of(ask));
        title.push_str(&format!(" · {} of {count}", place.unwrap_or(0) + 1));
    }
    text::sanitize_line(&title).into_owned()
}

fn card_hints(
    state: &State,
    entry: &SessionEntry,
    pane: &SessionPane,
    id: &AskId,
    ask: &Ask<'_>,
    brush: &Brush<'_>,
) -> Vec<Span<'static>> {
    if pane.asking.is_sent(id) {
        let text = format!("{} answer sent…", brush.symbols.starting);
        return vec![brush.span(text, Role::Working)];
    }
    let key = |action| key_of(state, action);
    if pane.focus != Focus::Ask {
        let ask_key = key(Action::NextAsk);
        let keys = match pane.focus {
            Focus::Composer => format!("{} {ask_key}", key(Action::LeaveComposer)),
            Focus::Transcript | Focus::Ask => ask_key,
        };
        return hints(&[(keys, "answers")], brush);
    }
    let mut pairs = match ask.body {
        AskBody::Permission(_) => vec![
            (key(Action::AllowOnce), "once"),
            (key(Action::AllowAlways), "always"),
            (key(Action::Deny), "no, ends turn"),
            (key(Action::DenyWithReason), "no, because…"),
            (key(Action::LaterPermission), "later"),
        ],
        AskBody::Question(_) => vec![
            (key(Action::SubmitAnswers), "answers"),
            (key(Action::Choose), "chooses"),
            (key(Action::FreeText), "own words"),
            (key(Action::RejectQuestion), "no answer"),
            (key(Action::LaterQuestion), "later"),
        ],
    };
    if entry.transcript.asks().nth(1).is_some() && matches!(ask.body, AskBody::Permission(_)) {
        pairs.push((key(Action::NextRequest), "next"));
    }
    hints(&pairs, brush)
}

/// What exactly would be allowed.
fn permission_rows(
    permission: &Permission,
    entry: &SessionEntry,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let fact = |key| permission.metadata.get(key).and_then(Value::as_str);
    let mut rows = Vec::new();
    let command = fact("command")
        .map(str::to_owned)
        .or_else(|| command_of(permission, entry));
    if let Some(command) = &command {
        rows.extend(brush.wrapped(&format!("$ {command}"), Role::Text, 0));
    }
    let folder = entry
        .transcript
        .session(&permission.session_id)
        .map(|session| session.directory.as_str())
        .filter(|folder| !folder.is_empty());
    let path = fact("filepath").or_else(|| fact("filePath"));
    if let Some(path) = path {
        let path = folder
            .and_then(|folder| inside(folder, path))
            .unwrap_or(path);
        rows.extend(brush.wrapped(&format!("file {path}"), Role::Text, 0));
    }
    let is_told = |pattern: &String| {
        Some(pattern) == command.as_ref()
            || path.is_some_and(|path| path.ends_with(pattern.as_str()))
    };
    let patterns = permission
        .patterns
        .iter()
        .filter(|pattern| !is_told(pattern));
    for pattern in patterns {
        rows.extend(brush.wrapped(pattern, Role::Text, if rows.is_empty() { 0 } else { 2 }));
    }
    rows.extend(other_facts(permission, brush));
    if let Some(folder) = folder {
        rows.extend(brush.wrapped(&format!("in {folder}"), Role::Dim, 0));
    }
    rows.extend(brush.wrapped(&always(permission), Role::Warning, 0));
    if let Some(diff) = fact("diff").filter(|diff| !diff.is_empty()) {
        rows.extend(diff_rows(diff, brush, 0));
    }
    rows
}

/// What "always" would allow, in words.
fn always(permission: &Permission) -> String {
    let scope = "in all sessions of this sandbox until its agent ends";
    if permission.always.iter().any(|pattern| pattern == "*") {
        let kind = &permission.permission;
        return format!("always allows every later {kind}, {scope}");
    }
    if permission.always.is_empty() {
        return format!("always allows the same again, {scope}");
    }
    format!("always allows {}, {scope}", permission.always.join("  "))
}

/// Facts that have no place of their own.
fn other_facts(permission: &Permission, brush: &Brush<'_>) -> Vec<Line<'static>> {
    const TOLD: [&str; 5] = ["command", "filepath", "filePath", "diff", "filediff"];
    const LONGEST: usize = 2_000;
    let facts = permission.metadata.as_object().into_iter().flatten();
    let others = facts.filter(|(key, value)| !TOLD.contains(&key.as_str()) && !value.is_null());
    let mut rows = Vec::new();
    for (key, value) in others {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let value: String = value.chars().take(LONGEST).collect();
        rows.extend(brush.wrapped(&format!("{key}: {value}"), Role::Dim, 0));
    }
    rows
}

/// The command of the tool call that a request is about, for agents that do not tell it.
fn command_of(permission: &Permission, entry: &SessionEntry) -> Option<String> {
    let call = permission.tool.as_ref()?;
    let conversation = entry.transcript.conversation(&permission.session_id)?;
    let newest = conversation.blocks().iter().rev().take(200);
    newest
        .filter(|block| block.message == call.message_id)
        .find_map(|block| match &block.body {
            BlockBody::Tool { tool, .. } if tool.call_id == call.call_id => {
                let command = tool.input.get("command").and_then(Value::as_str);
                command.map(str::to_owned).or_else(|| {
                    let about = about(tool, "");
                    Some(about).filter(|about| !about.is_empty() && tool.name == "bash")
                })
            }
            _ => None,
        })
}
