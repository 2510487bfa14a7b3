//! What stands where the lines would be when there are none: why, and what to do.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    action::Action,
    app::{State, review::ReviewPane},
    model::load::Load,
    theme::{Role, Theme},
    view::{
        pen::{wrapped, write},
        review::key_of,
    },
};

/// Says why there are no lines.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    state: &State,
    pane: &ReviewPane,
    theme: &Theme,
) {
    let (words, role) = words(state, pane);
    let columns = usize::from(area.width).saturating_sub(4).max(1);
    let first = usize::from(area.height) / 3;
    for (row, text) in wrapped(&words, columns).iter().enumerate() {
        write(
            buffer,
            area,
            first + row,
            &format!("  {text}"),
            theme.style(role),
        );
    }
}

fn words(state: &State, pane: &ReviewPane) -> (String, Role) {
    let again = key_of(state, Action::Refresh);
    match &pane.difference {
        Load::Absent | Load::Loading => ("Asking for the difference.".to_owned(), Role::Dim),
        Load::Failed {
            reason,
            stale: None,
        } => {
            let hint = reason.hint().map_or_else(String::new, |hint| {
                format!(" {}.", hint.trim_end_matches('.'))
            });
            let words =
                format!("The difference cannot be shown: {reason}.{hint} {again} tries again.");
            (words, Role::Bad)
        }
        Load::Ready(_) | Load::Failed { .. } if pane.whole.is_some() => {
            let key = key_of(state, Action::SinceLooked);
            let words = format!("No line changed since you last looked. {key} shows all.");
            (words, Role::Dim)
        }
        Load::Ready(_) | Load::Failed { .. } => {
            let words = "There is no difference: both branches have the same content.";
            (words.to_owned(), Role::Dim)
        }
    }
}
