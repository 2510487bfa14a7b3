//! The bars below the head of a review: one row for each thing to know before reading.
//!
//! Which there are is said by `app::review::bars`. Each says what happened, then what to do.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    action::Action,
    app::{
        State,
        review::{
            ReviewPane,
            bars::{Bar, bars},
        },
    },
    model::time::Millis,
    text,
    theme::{Role, Symbols, Theme},
    view::{pen::Pen, review::key_of},
};

/// Draws the bars from the first row of the area on.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    state: &State,
    pane: &ReviewPane,
    theme: &Theme,
) {
    let symbols = Symbols::choose(state.setup.ascii);
    for (row, bar) in bars(pane).iter().enumerate() {
        let Some(mut pen) = Pen::at(buffer, area, row) else {
            return;
        };
        let (glyph, role) = mark(bar, symbols);
        let style = theme.style(role);
        pen.put(" ", style)
            .put(glyph, style)
            .skip(1)
            .put(&words(bar, state, pane), style);
    }
}

fn mark(bar: &Bar, symbols: &Symbols) -> (&'static str, Role) {
    match bar {
        Bar::Moved { .. } => (symbols.changed, Role::Accent),
        Bar::Changed { .. } | Bar::Since { .. } => (symbols.changed, Role::Accent),
        Bar::TooLarge | Bar::Cut | Bar::Stale { .. } => (symbols.warning, Role::Warning),
    }
}

/// What happened, and what to do.
fn words(bar: &Bar, state: &State, pane: &ReviewPane) -> String {
    let key = |action: Action| key_of(state, action);
    let ago = |at: Millis| text::ago(at.age(state.now));
    match bar {
        Bar::Moved { head } => {
            let head = text::short_hash(head);
            format!(
                "the branch has moved to {head}: {} shows it",
                key(Action::Refresh)
            )
        }
        Bar::Changed { files: 0, at } => {
            format!(
                "the commits are other ones than {}, but no line changed",
                ago(*at)
            )
        }
        Bar::Changed { files, at } => {
            let files = text::count(*files, "file", "files");
            let key = key(Action::SinceLooked);
            format!(
                "{files} changed since you last looked, {}: {key} shows only that",
                ago(*at)
            )
        }
        Bar::Since { at } => {
            let when = at.map_or_else(String::new, |at| format!(", {}", ago(at)));
            let key = key(Action::SinceLooked);
            format!("only what changed since you last looked{when}: {key} shows all")
        }
        Bar::TooLarge => {
            format!(
                "too large for the host to send; in a clone: {}",
                command(pane)
            )
        }
        Bar::Cut => {
            format!("the lines end too early; in a clone: {}", command(pane))
        }
        Bar::Stale { reason } => {
            format!(
                "not fetched anew: {reason}; {} tries again",
                key(Action::Refresh)
            )
        }
    }
}

/// What shows the whole difference in a clone of the repository.
fn command(pane: &ReviewPane) -> String {
    let all = pane.whole_sheet().changeset.as_deref();
    all.map_or_else(String::new, |all| {
        let (base, head) = (&all.base_ref, &all.head_ref);
        format!("git fetch origin {base} {head} && git diff origin/{base}...origin/{head}")
    })
}
