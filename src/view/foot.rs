//! The foot line: a line being typed, else what was just said, else which keys do what.

use ratatui::{Frame, layout::Rect};

use crate::{
    action::{Action, Context},
    app::{
        State,
        event::Level,
        overlay::{LineInput, Overlay},
    },
    text,
    theme::{Role, Symbols, Theme},
    view::pen::Pen,
};

/// Draws the foot line.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    if let Some(Overlay::Line(line)) = state.overlays.last() {
        return line_input(frame, area, state, line, theme);
    }
    let Some(mut pen) = Pen::at(frame.buffer_mut(), area, 0) else {
        return;
    };
    if state.sequence_begun() {
        pen.put(" waiting for the second key", theme.style(Role::Bar));
        return;
    }
    match state.log.current() {
        Some(message) => {
            let symbols = Symbols::choose(state.setup.ascii);
            let (glyph, role) = match message.level {
                Level::Info => (symbols.separator, Role::Text),
                Level::Warning => (symbols.warning, Role::Warning),
                Level::Error => (symbols.bad, Role::Bad),
            };
            pen.put(" ", theme.style(Role::Text))
                .put(glyph, theme.style(role))
                .skip(1)
                .put(&message.text, theme.style(role));
        }
        None => hints(&mut pen, state, theme),
    }
}

fn line_input(frame: &mut Frame<'_>, area: Rect, state: &State, line: &LineInput, theme: &Theme) {
    let symbols = Symbols::choose(state.setup.ascii);
    let (before, after) = line.typed.halves();
    let Some(mut pen) = Pen::at(frame.buffer_mut(), area, 0) else {
        return;
    };
    pen.put(" ", theme.style(Role::Text))
        .put(line.label(), theme.style(Role::Title))
        .skip(1)
        .put(symbols.prompt, theme.style(Role::Key))
        .skip(1);
    // The end of what stands before the cursor is always in view.
    let room = pen.room().saturating_sub(2);
    let clean = text::sanitize_line(before);
    let shown = tail(&clean, room);
    pen.put(shown, theme.style(Role::Text));
    let column = pen.column();
    pen.put(after, theme.style(Role::Text));
    if area.height > 0 && column < area.right() {
        frame.set_cursor_position((column, area.y));
    }
}

/// The end of a text that fits into `columns`.
fn tail(text: &str, columns: usize) -> &str {
    let mut start = 0;
    while text::width(text.get(start..).unwrap_or_default()) > columns {
        let step = text.get(start..).and_then(|rest| rest.chars().next());
        let Some(letter) = step else { break };
        start += letter.len_utf8();
    }
    text.get(start..).unwrap_or_default()
}

fn hints(pen: &mut Pen<'_>, state: &State, theme: &Theme) {
    let contexts = state.contexts();
    for action in contexts.iter().flat_map(|context| hinted(*context)) {
        let Some(keys) = state.setup.keymap.hint(&contexts, *action) else {
            continue;
        };
        let key = keys.to_string();
        let word = word(*action);
        let width = text::width(&key) + text::width(&word) + 3;
        if width > pen.room() {
            break;
        }
        pen.skip(1)
            .put(&key, theme.style(Role::Key))
            .skip(1)
            .put(&word, theme.style(Role::Bar))
            .skip(1);
    }
}

/// The name of an action as a hint says it: without the context in which it is read, and without
/// what tells it from the same deed on another screen.
fn word(action: Action) -> String {
    let entry = action.entry();
    let words = entry
        .name
        .split('-')
        .filter(|word| *word != entry.context.name() && *word != "listed");
    let words: Vec<&str> = words.collect();
    words.join(" ")
}

/// The actions of a context that are worth a hint, the most useful first.
fn hinted(context: Context) -> &'static [Action] {
    match context {
        Context::Global => GLOBAL,
        Context::List => LIST,
        Context::Board => BOARD,
        Context::Changes => CHANGES,
        Context::Review => REVIEW,
        Context::Builds => BUILDS,
        Context::Manifest => MANIFEST,
        Context::Session => SESSION,
        Context::Composer => COMPOSER,
        Context::Permission => PERMISSION,
        Context::Question => QUESTION,
        Context::Writing => WRITING,
        Context::Form => FORM,
        Context::Input => INPUT,
        Context::Confirm => CONFIRM,
        Context::Reader => READER,
    }
}

const GLOBAL: &[Action] = &[Action::Help, Action::Palette, Action::Quit];
const LIST: &[Action] = &[];
const BOARD: &[Action] = &[
    Action::Open,
    Action::NewSession,
    Action::QuickPrompt,
    Action::NextWaiting,
    Action::Filter,
    Action::Stop,
    Action::Order,
];
const CHANGES: &[Action] = &[
    Action::Open,
    Action::NextStatus,
    Action::MergeListed,
    Action::Filter,
    Action::OpenSession,
];
const REVIEW: &[Action] = &[
    Action::NextHunk,
    Action::NextFile,
    Action::MarkFile,
    Action::Comment,
    Action::SendComments,
    Action::MergeChange,
    Action::SideBySide,
    Action::Back,
];
const BUILDS: &[Action] = &[Action::NextPane, Action::ErrorInFull, Action::Refresh];
const MANIFEST: &[Action] = &[
    Action::NextFinding,
    Action::OtherPane,
    Action::EditFile,
    Action::ApplyFix,
    Action::Explain,
    Action::PickSource,
    Action::Filter,
];
const SESSION: &[Action] = &[
    Action::Compose,
    Action::NextAsk,
    Action::Abort,
    Action::Fold,
    Action::Back,
];
const COMPOSER: &[Action] = &[
    Action::Send,
    Action::NewLine,
    Action::EditExternally,
    Action::LeaveComposer,
];
const PERMISSION: &[Action] = &[
    Action::AllowOnce,
    Action::AllowAlways,
    Action::Deny,
    Action::DenyWithReason,
    Action::LaterPermission,
];
const QUESTION: &[Action] = &[
    Action::Choose,
    Action::SubmitAnswers,
    Action::FreeText,
    Action::LaterQuestion,
];
const WRITING: &[Action] = &[
    Action::Save,
    Action::WriteNewLine,
    Action::WriteExternally,
    Action::LeaveWriting,
];
const FORM: &[Action] = &[
    Action::SubmitForm,
    Action::NextField,
    Action::FormNewLine,
    Action::CancelForm,
];
const INPUT: &[Action] = &[Action::Accept, Action::Cancel];
const CONFIRM: &[Action] = &[Action::Yes, Action::No];
const READER: &[Action] = &[Action::Close, Action::Filter];
