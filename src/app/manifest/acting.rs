//! What keys do on the manifest screen, and how other screens lead to it.

use crossterm::event::MouseEvent;

use crate::{
    action::Action,
    app::{
        Screen, State, cursor,
        event::{Effect, Level},
        input::Done,
        manifest::{
            Focus, ManifestPane,
            geometry::Geometry,
            loading,
            moving::Way,
            rows::Row,
            sources::{self, Source},
        },
        overlay::{self, LinePurpose, Reader, mend, picker, reader},
    },
    image, manifest, text,
    validation::MANIFEST,
};

/// Lines that one turn of the wheel moves by.
const WHEEL: usize = 3;

/// Does an action on the manifest screen.
pub(in crate::app) fn act(state: &mut State, action: Action) -> Done {
    if step(state, action) {
        return Done::Yes;
    }
    let size = state.size;
    match action {
        Action::Filter => overlay::open_line(state, LinePurpose::FilterFindings),
        Action::Open => open(state),
        Action::Back => return back(state),
        Action::OtherPane => turn(state),
        Action::NextFinding => say_unless(state, "this is the last finding", |pane| {
            pane.step_finding(Way::On, size)
        }),
        Action::PreviousFinding => say_unless(state, "this is the first finding", |pane| {
            pane.step_finding(Way::Back, size)
        }),
        Action::NextCheckedFile => say_unless(state, "this is the last file", |pane| {
            pane.step_file(Way::On, size)
        }),
        Action::PreviousCheckedFile => say_unless(state, "this is the first file", |pane| {
            pane.step_file(Way::Back, size)
        }),
        Action::SourceLeft => state.manifest.scroll_sideways(Way::Back, size),
        Action::SourceRight => state.manifest.scroll_sideways(Way::On, size),
        Action::FoldGroup => fold(state),
        Action::PickSource => picker::open(state, None),
        Action::Explain => explain(state),
        Action::EditFile => edit(state),
        Action::ApplyFix => mend::open(state),
        Action::Refresh => {
            loading::check(state);
            state.say(Level::Info, "checking again");
        }
        Action::Copy => copy(state, |state| {
            let (file, finding, place) = state.manifest.selected()?;
            Some(format!(
                "{}:{}:{} {} {}",
                file.report.path, place.line, place.column, finding.code, finding.message
            ))
        }),
        Action::CopyId => copy(state, |state| {
            let (_, finding, _) = state.manifest.selected()?;
            Some(finding.code.to_owned())
        }),
        _ => return Done::No,
    }
    Done::Yes
}

/// Moves the cursor of the pane with the focus; false when the action is no movement.
fn step(state: &mut State, action: Action) -> bool {
    let size = state.size;
    let geometry = Geometry::of(size);
    let pane = &mut state.manifest;
    let (at, height) = match pane.focus {
        Focus::Findings => (pane.place(), usize::from(geometry.list.height)),
        Focus::Source => (pane.reading.line, geometry.code_rows()),
    };
    let Some(to) = cursor::target(action, at, height) else {
        return false;
    };
    match pane.focus {
        Focus::Findings => pane.go(to, size),
        Focus::Source => pane.go_to_line(to, size),
    }
    true
}

fn say_unless(state: &mut State, words: &str, step: impl FnOnce(&mut ManifestPane) -> bool) {
    if !step(&mut state.manifest) {
        state.say(Level::Info, words);
    }
}

/// Goes into the source; what is folded under the cursor is unfolded first.
fn open(state: &mut State) {
    let head = state.manifest.row().filter(|row| row.is_head());
    if head == Some(Row::Facts) || head.is_some_and(|head| state.manifest.is_folded(head)) {
        return fold(state);
    }
    go_into_source(state);
}

fn go_into_source(state: &mut State) {
    if state.manifest.file().is_some() {
        state.manifest.focus = Focus::Source;
    }
}

/// Goes back to the findings, then takes the filter back, then leaves.
fn back(state: &mut State) -> Done {
    let pane = &mut state.manifest;
    if pane.focus == Focus::Source {
        pane.focus = Focus::Findings;
    } else if !pane.filter().is_empty() {
        pane.set_filter(String::new());
    } else {
        return Done::No;
    }
    Done::Yes
}

fn turn(state: &mut State) {
    match state.manifest.focus {
        Focus::Findings => go_into_source(state),
        Focus::Source => state.manifest.focus = Focus::Findings,
    }
}

/// Folds or unfolds what the row under the cursor belongs to; the cursor goes to its head.
fn fold(state: &mut State) {
    let size = state.size;
    let pane = &mut state.manifest;
    let head = match pane.row() {
        Some(Row::File(file) | Row::Finding { file, .. }) => Row::File(file),
        Some(Row::Facts | Row::Fact(_)) => Row::Facts,
        None => return,
    };
    let checkup = pane.checkup.as_deref();
    let file = checkup.and_then(|checkup| checkup.files.get(head.file()));
    let path = file
        .map(|file| file.report.path.clone())
        .unwrap_or_default();
    if head == Row::Facts {
        pane.folds.facts = !pane.folds.facts;
    } else if !pane.folds.files.remove(&path) {
        pane.folds.files.insert(path);
    }
    pane.list_again();
    if let Some(place) = pane.rows.iter().position(|row| *row == head) {
        let height = usize::from(Geometry::of(size).list.height);
        pane.cursor.go(place, pane.rows.len(), height);
    }
}

/// Shows all that is to be said of the finding, with what its code means.
fn explain(state: &mut State) {
    let Some((file, finding, place)) = state.manifest.selected() else {
        return state.say(Level::Info, "there is no finding under the cursor");
    };
    let mut words = vec![
        format!("{}: {}", finding.severity.name(), finding.message),
        format!("{}:{}:{}", file.report.path, place.line, place.column),
    ];
    if !finding.path.is_empty() {
        words.push(format!("at `{}`", finding.path));
    }
    words.extend(finding.help.as_ref().map(|help| format!("help: {help}")));
    words.extend(
        finding
            .fix
            .as_ref()
            .map(|fix| format!("fix: {}", fix.title)),
    );
    words.extend(explanation(finding.code).map(|text| format!("{}: {text}", finding.code)));
    let title = finding.code.to_owned();
    reader::open(state, Reader::text(title, words.join("\n\n")));
}

/// What a code means in general.
fn explanation(code: &str) -> Option<&'static str> {
    let manifest = manifest::codes::ALL.iter().find(|it| it.name == code);
    let image = image::codes::CODES.iter().find(|it| it.name == code);
    manifest
        .map(|code| code.explanation)
        .or(image.map(|code| code.explanation))
}

/// Opens the file in the editor, at the line under the cursor; a manifest that is not there yet too.
fn edit(state: &mut State) {
    let pane = &state.manifest;
    let Some(source) = pane.source.clone() else {
        return state.say(Level::Info, "nothing is looked at");
    };
    let Some(folder) = source.folder(state).map(|folder| folder.path.clone()) else {
        return say_read_only(state, &source);
    };
    let at_cursor = match pane.focus {
        Focus::Findings => pane
            .selected()
            .map(|(_, _, place)| (place.line, place.column)),
        Focus::Source => {
            let place = pane.selected().map(|(_, _, place)| place);
            let line = pane.reading.line + 1;
            let column = place.filter(|place| place.line == line);
            Some((line, column.map_or(1, |place| place.column)))
        }
    };
    let (line, column) = at_cursor.unwrap_or((1, 1));
    let path = pane.file().map_or(MANIFEST, |file| &file.report.path);
    let path = folder.join(path);
    state.effects.push(Effect::EditFile { path, line, column });
}

/// Says why a file on a host cannot be changed, and offers the folder that is its work tree.
pub(in crate::app) fn say_read_only(state: &mut State, source: &Source) {
    let named = source.named(state);
    let project = source.project(state);
    let folder = project.and_then(|project| sources::folder_of(state, &project));
    let words = format!("read-only: {} on the host", named.short());
    match folder {
        Some(folder) => {
            let name = folder.named(state).name;
            let words = format!("{words}; enter looks at its folder `{name}`");
            state.say(Level::Warning, words);
            picker::open(state, Some(folder));
        }
        None => {
            let words = format!("{words}; start the program in its folder to change it");
            state.say(Level::Warning, words);
        }
    }
}

fn copy(state: &mut State, of: impl Fn(&State) -> Option<String>) {
    let Some(value) = of(state) else {
        return state.say(Level::Info, "there is no finding under the cursor");
    };
    let value = text::sanitize_line(&value).into_owned();
    let shown = text::truncate(&value, 40);
    state.say(Level::Info, format!("copied {shown}"));
    state.effects.push(Effect::Copy(value));
}

/// Turns the wheel: over the source its lines go by, else the cursor of the list moves.
pub(in crate::app) fn wheel(state: &mut State, mouse: MouseEvent, to: Action) {
    let size = state.size;
    let geometry = Geometry::of(size);
    let way = if to == Action::Up { Way::Back } else { Way::On };
    state.touch();
    let list = geometry.list;
    let is_over_list = mouse.column < list.x + list.width && mouse.row < list.y + list.height;
    if !is_over_list {
        return state.manifest.scroll(way, WHEEL, size);
    }
    let place = state.manifest.place();
    let to = match way {
        Way::On => place + WHEEL,
        Way::Back => place.saturating_sub(WHEEL),
    };
    state.manifest.go(to, size);
}

/// Shows the manifest of the project on the screen: its folder when there is one, else its default
/// branch.
pub(in crate::app) fn check_project(state: &mut State) {
    let Some(project) = sources::project_on_screen(state) else {
        return state.say(Level::Info, "no project is selected");
    };
    let folder = sources::folder_of(state, &project);
    look_from_elsewhere(state, folder.unwrap_or(Source::Branch(project)));
}

/// Shows the manifest at the head of the change request on the screen.
pub(in crate::app) fn check_change(state: &mut State) {
    match sources::change_on_screen(state) {
        Some(key) => look_from_elsewhere(state, Source::Change(key)),
        None => state.say(Level::Info, "no change request is selected"),
    }
}

fn look_from_elsewhere(state: &mut State, source: Source) {
    loading::look_at(state, source);
    state.overlays.clear();
    state.show(Screen::Manifest);
}

/// Why an action does nothing on the manifest screen.
pub(in crate::app) fn why_not(state: &State, action: Action) -> Option<&'static str> {
    match action {
        Action::CheckProject => sources::project_on_screen(state)
            .is_none()
            .then_some("no project is selected"),
        Action::CheckChange => sources::change_on_screen(state)
            .is_none()
            .then_some("no change request is selected"),
        _ if state.screen != Screen::Manifest => None,
        Action::ApplyFix => mend::why_not(state),
        Action::Explain | Action::Copy | Action::CopyId => state
            .manifest
            .selected()
            .is_none()
            .then_some("no finding is selected"),
        Action::Open | Action::OtherPane => state
            .manifest
            .file()
            .is_none()
            .then_some("there is no file"),
        Action::EditFile => {
            let source = state.manifest.source.as_ref();
            match source.map(|source| source.folder(state).is_some()) {
                None => Some("nothing is looked at"),
                Some(true) => None,
                Some(false) => Some("it is on the host"),
            }
        }
        _ => None,
    }
}
