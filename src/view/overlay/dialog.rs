//! Questions before a deed, and permission requests answered from the list.

use ratatui::{Frame, layout::Rect};

use crate::{
    action::Action,
    app::{
        State,
        fleet::Deed,
        overlay::{Confirm, Leave, Losses, QuickAnswer},
    },
    model::{agent::ask::Permission, id::SessionKey},
    text,
    theme::{Role, Theme},
    view::{
        overlay::boxed,
        pen::{Pen, wrapped, write},
    },
};

/// How many files that would be lost are named.
const NAMED: usize = 8;

pub(super) type Rows = Vec<(String, Role)>;

/// Draws the question before a deed.
pub(super) fn confirm(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    confirm: &Confirm,
    theme: &Theme,
) {
    let width = usize::from(area.width).saturating_sub(6).clamp(1, 72);
    let name = session_title(state, &confirm.session);
    let title = format!("{} {name}?", confirm.verb());
    let mut rows = confirm_rows(confirm, width);
    rows.push((String::new(), Role::Text));
    let last = rows.len();
    match confirm.word() {
        Some(word) => rows.push((format!("Type `{word}` to do it: "), Role::Title)),
        None => rows.push((
            keys(state, &[(Action::Yes, "yes"), (Action::No, "no")]),
            Role::Key,
        )),
    }
    let inside = boxed(frame, area, (width, rows.len()), &title, state, theme);
    write_rows(frame, inside, &rows, theme);
    if confirm.word().is_some()
        && let Some(mut pen) = Pen::at(frame.buffer_mut(), inside, last)
    {
        let (before, after) = confirm.typed.halves();
        pen.skip(text::width(&rows[last].0))
            .put(before, theme.style(Role::Text));
        let column = pen.column();
        pen.put(after, theme.style(Role::Text));
        let row = u16::try_from(last).unwrap_or(0);
        frame.set_cursor_position((column, inside.y + row));
    }
}

fn confirm_rows(confirm: &Confirm, width: usize) -> Rows {
    let mut rows = Rows::new();
    let mut say = |text: &str, role: Role| {
        rows.extend(wrapped(text, width).into_iter().map(|line| (line, role)));
    };
    match confirm.deed {
        Deed::Stop => say(
            "The sandbox goes and a turn that runs ends; the branch with what is committed stays.",
            Role::Text,
        ),
        Deed::Restart => say(
            "The sandbox is thrown away and a new one boots from the branch.",
            Role::Text,
        ),
        Deed::Delete => say(
            "The session leaves the list for good; its branch stays. Before, `b` copies the git command that fetches it.",
            Role::Text,
        ),
        Deed::Create | Deed::Start => {}
    }
    match &confirm.losses {
        Losses::Asking => say("Asking the agent what is not committed.", Role::Dim),
        Losses::Unknown => say(
            "The agent does not say what is not committed; such work would be lost.",
            Role::Warning,
        ),
        Losses::Nothing => say("Nothing that is not committed would be lost.", Role::Good),
        Losses::Files(files) => {
            let verb = if files.len() == 1 { "is" } else { "are" };
            let count = text::count(files.len(), "file", "files");
            say(
                &format!("{count} {verb} not committed and would be lost:"),
                Role::Bad,
            );
            for file in files.iter().take(NAMED) {
                let file = text::sanitize_line(file);
                let file = text::truncate_middle(&file, width.saturating_sub(2));
                say(&format!("  {file}"), Role::Text);
            }
            if files.len() > NAMED {
                say(&format!("  and {} more", files.len() - NAMED), Role::Dim);
            }
        }
    }
    rows
}

/// How many sessions the question before leaving names.
const SESSIONS_NAMED: usize = 8;

/// Draws the question before the program ends.
pub(super) fn leave(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    leave: &Leave,
    theme: &Theme,
) {
    let width = usize::from(area.width).saturating_sub(6).clamp(1, 72);
    let mut rows = Rows::new();
    let (count, verb, they) = match leave.sessions.len() {
        1 => ("1 session runs".to_owned(), "stops", "Its branch stays"),
        many => (
            format!("{many} sessions run"),
            "stop",
            "Their branches stay",
        ),
    };
    let text =
        format!("{count} in this program and {verb} with it. {they}, with all that is committed.");
    rows.extend(
        wrapped(&text, width)
            .into_iter()
            .map(|line| (line, Role::Text)),
    );
    for (key, losses) in leave.sessions.iter().take(SESSIONS_NAMED) {
        let (said, role) = match losses {
            Losses::Asking => ("asking what is not committed".to_owned(), Role::Dim),
            Losses::Unknown => (
                "may have work that is not committed".to_owned(),
                Role::Warning,
            ),
            Losses::Nothing => ("loses nothing".to_owned(), Role::Good),
            Losses::Files(files) => {
                let files = text::count(files.len(), "file", "files");
                (format!("loses {files} not committed"), Role::Bad)
            }
        };
        let name = session_title(state, key);
        let name = text::truncate(&name, width.saturating_sub(text::width(&said) + 4)).into_owned();
        rows.push((format!("  {name}: {said}"), role));
    }
    if leave.sessions.len() > SESSIONS_NAMED {
        let more = leave.sessions.len() - SESSIONS_NAMED;
        rows.push((format!("  and {more} more"), Role::Dim));
    }
    rows.push((String::new(), Role::Text));
    let choices = [(Action::Yes, "quit"), (Action::No, "stay")];
    rows.push((keys(state, &choices), Role::Key));
    let inside = boxed(frame, area, (width, rows.len()), "Quit?", state, theme);
    write_rows(frame, inside, &rows, theme);
}

/// Draws a permission request.
pub(super) fn permission(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    quick: &QuickAnswer,
    theme: &Theme,
) {
    let width = usize::from(area.width).saturating_sub(6).clamp(1, 92);
    let name = session_title(state, &quick.session);
    let Some(permission) = quick.live(state) else {
        let text = "The request was answered or given up meanwhile.";
        let inside = boxed(frame, area, (width, 1), &name, state, theme);
        write(frame.buffer_mut(), inside, 0, text, theme.style(Role::Dim));
        return;
    };
    let choices = [
        (Action::AllowOnce, "once"),
        (Action::AllowAlways, "always"),
        (Action::Deny, "no"),
        (Action::DenyWithReason, "no, because"),
        (Action::LaterPermission, "later"),
    ];
    let mut rows = permission_rows(permission, width);
    // What is asked may be long; that it goes on, and the keys, stay in view.
    let room = usize::from(area.height).saturating_sub(2);
    if rows.len() + 2 > room {
        rows.truncate(room.saturating_sub(2));
        let text = "more than fits here; open the session to read it";
        rows.push((text.to_owned(), Role::Warning));
    } else {
        rows.push((String::new(), Role::Text));
    }
    rows.push((keys(state, &choices), Role::Key));
    let inside = boxed(frame, area, (width, rows.len()), &name, state, theme);
    write_rows(frame, inside, &rows, theme);
}

/// What would run, and what "always" would allow from then on.
fn permission_rows(permission: &Permission, width: usize) -> Rows {
    let kind = format!("wants to be allowed: {}", permission.permission);
    let mut rows = vec![(kind, Role::Waiting)];
    let command = permission.metadata.get("command").and_then(|v| v.as_str());
    let patterns = permission.patterns.iter().map(String::as_str);
    let patterns = patterns.filter(|pattern| Some(*pattern) != command);
    for text in command.into_iter().chain(patterns) {
        rows.extend(indented(text, width, Role::Text));
    }
    if !permission.always.is_empty() {
        let text = "`always` would allow, for all sessions of this agent:";
        rows.extend(
            wrapped(text, width)
                .into_iter()
                .map(|line| (line, Role::Dim)),
        );
        for pattern in &permission.always {
            rows.extend(indented(pattern, width, Role::Dim));
        }
    }
    rows
}

fn indented(text: &str, width: usize, role: Role) -> impl Iterator<Item = (String, Role)> + use<> {
    wrapped(text, width.saturating_sub(2))
        .into_iter()
        .map(move |line| (format!("  {line}"), role))
}

pub(super) fn write_rows(frame: &mut Frame<'_>, area: Rect, rows: &Rows, theme: &Theme) {
    for (place, (text, role)) in rows.iter().enumerate() {
        write(frame.buffer_mut(), area, place, text, theme.style(*role));
    }
}

fn session_title(state: &State, key: &SessionKey) -> String {
    let entry = state.fleet.sessions.get(key);
    let title = entry.map_or_else(|| key.session.short(), |entry| entry.row.title());
    title.to_owned()
}

/// Keys with what they do, in one line.
pub(super) fn keys(state: &State, choices: &[(Action, &str)]) -> String {
    let words = choices.iter().map(|(action, word)| {
        let keys = state.setup.keymap.keys_of(*action);
        let key = keys.first().map(ToString::to_string).unwrap_or_default();
        format!("{key} {word}")
    });
    words.collect::<Vec<_>>().join("   ")
}
