//! What stands where there is no manifest: why, what would be there, and which key makes the first one.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    action::Action,
    app::manifest::{checkup::Lack, sources::Source},
    theme::Role,
    validation::MANIFEST,
    view::{manifest::Drawing, pen::paragraphs},
};

/// Draws the words.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, drawing: &Drawing<'_>) {
    paragraphs(buffer, area, &words(drawing), drawing.style(Role::Dim));
}

fn words(drawing: &Drawing<'_>) -> Vec<String> {
    let pane = drawing.pane;
    let would = format!(
        "Here would be what is wrong in {MANIFEST} and in the Dockerfiles that it names, beside their source."
    );
    let other = format!(
        "{} chooses a folder, a project or a change request.",
        drawing.key(Action::PickSource)
    );
    let again = format!("{} tries again.", drawing.key(Action::Refresh));
    let Some(source) = &pane.source else {
        let start = "Start the program in a repository, or sign in to a host.".to_owned();
        return vec![would, start];
    };
    if let Some(trouble) = &pane.trouble {
        let mut words = vec![format!("The files cannot be read: {}.", trouble.reason)];
        words.extend(trouble.hint.map(str::to_owned));
        words.push(format!("{again} {other}"));
        return words;
    }
    let Some(checkup) = &pane.checkup else {
        let words = match source {
            Source::Folder(_) => "Checking.",
            Source::Branch(_) | Source::Change(_) => "Fetching the files.",
        };
        return vec![words.to_owned()];
    };
    let lack = match &checkup.lack {
        Some(Lack::Unreadable(why)) => {
            return vec![format!("{MANIFEST} cannot be read: {why}."), again];
        }
        Some(Lack::Absent) | None => format!("There is no {MANIFEST} here."),
    };
    match source {
        Source::Folder(_) => {
            let make = format!(
                "{} writes the first one in $EDITOR. {other}",
                drawing.key(Action::EditFile)
            );
            vec![lack, would, make]
        }
        Source::Branch(_) | Source::Change(_) => vec![
            lack,
            would,
            format!("Sessions start from the platform's own image then. {other}"),
        ],
    }
}
