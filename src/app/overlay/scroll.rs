//! Movement through text that is longer than its room.

use crate::action::Action;

/// Moves `first` through `rows` rows of which `height` are seen; false when the action is no
/// movement.
pub(super) fn scroll(first: &mut usize, action: Action, rows: usize, height: usize) -> bool {
    let last = rows.saturating_sub(height);
    let half = (height / 2).max(1);
    let to = match action {
        Action::Up => first.saturating_sub(1),
        Action::Down => first.saturating_add(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::HalfPageUp => first.saturating_sub(half),
        Action::HalfPageDown => first.saturating_add(half),
        Action::PageUp => first.saturating_sub(height),
        Action::PageDown => first.saturating_add(height),
        _ => return false,
    };
    *first = to.min(last);
    true
}
