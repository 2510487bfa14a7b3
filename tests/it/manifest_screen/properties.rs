//! Whatever is pressed and whatever the files become, the screen stays sound.

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};
use kortix_tui::app::event::Event;
use proptest::prelude::*;

use super::{DOCKERFILE, MANIFEST, answer, shown, tree};
use crate::screen::Screen;

/// What may happen.
#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Size(u16, u16),
    Wheel(u16, u16, bool),
    /// The files change: the manifest keeps so many bytes, the Dockerfile is there or not.
    Files(usize, bool),
}

const KEYS: [&str; 28] = [
    "j", "k", "g", "G", "ctrl-d", "ctrl-u", "pageup", "pagedown", "enter", "esc", "tab", "]", "[",
    "}", "{", "o", "H", "L", "y", "Y", "f", "n", "i", "p", "down", "/", "s", "R",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::sample::select(&KEYS[..]).prop_map(Step::Key),
        1 => (1_u16..220, 1_u16..70).prop_map(|(columns, rows)| Step::Size(columns, rows)),
        1 => (0_u16..120, 0_u16..40, any::<bool>()).prop_map(|(x, y, up)| Step::Wheel(x, y, up)),
        1 => (0..=MANIFEST.len(), any::<bool>()).prop_map(|(kept, has)| Step::Files(kept, has)),
    ]
}

fn take(screen: &mut Screen, step: Step) {
    match step {
        Step::Key(key) => screen.keys(key),
        Step::Size(columns, rows) => screen.resize(columns, rows),
        Step::Wheel(column, row, is_up) => screen.event(Event::Mouse(MouseEvent {
            kind: if is_up {
                MouseEventKind::ScrollUp
            } else {
                MouseEventKind::ScrollDown
            },
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })),
        Step::Files(kept, has_dockerfile) => {
            screen.event(Event::FilesChanged);
            let mut files = vec![("kortix.toml", &MANIFEST[..kept])];
            if has_dockerfile {
                files.push((".kortix/Dockerfile", DOCKERFILE));
            }
            answer(screen, &tree(&files));
        }
    }
    screen.draw();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_cursors_stay_on_what_is_there(steps in prop::collection::vec(step(), 1..80)) {
        let mut screen = shown(120, 40, &super::garden());
        for step in steps {
            take(&mut screen, step);
            let pane = &screen.state.manifest;
            prop_assert!(pane.rows().is_empty() || pane.place() < pane.rows().len());
            if let Some(file) = pane.file() {
                prop_assert!(pane.reading.line < file.lines.len());
                prop_assert!(pane.reading.top < file.lines.len());
            }
        }
    }
}
