//! The question before a finding's fix is made in a file: it shows which lines go and which come.

use std::path::PathBuf;

use crate::{
    action::{Action, Context},
    app::{
        State,
        event::{Effect, Level},
        input::Done,
        manifest::{acting, checkup::Digest},
        overlay::Overlay,
    },
    diagnostic::{self, Fix},
};

/// The question before a fix is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The file's path in its folder.
    pub name: String,
    /// What is done, as an order.
    pub title: String,
    /// The number of the first line that goes or comes, from 1.
    pub line: usize,
    /// The lines that go; credentials in them are covered.
    pub goes: Vec<String>,
    /// The lines that come; credentials in them are covered.
    pub comes: Vec<String>,
    path: PathBuf,
    digest: Digest,
    fix: Fix,
}

impl Mend {
    /// The contexts of its keys.
    pub(super) fn contexts() -> Vec<Context> {
        vec![Context::Confirm]
    }
}

/// Asks before the fix of the finding under the cursor is made, or says why it cannot be.
pub(in crate::app) fn open(state: &mut State) {
    if let Some(source) = state.manifest.source.clone()
        && source.folder(state).is_none()
    {
        return acting::say_read_only(state, &source);
    }
    match question(state) {
        Ok(question) => state.overlays.push(Overlay::Mend(Box::new(question))),
        Err(reason) => state.say(Level::Info, reason),
    }
}

/// Why no fix can be made.
pub(in crate::app) fn why_not(state: &State) -> Option<&'static str> {
    let source = state.manifest.source.as_ref();
    if source.is_some_and(|source| source.folder(state).is_none()) {
        return Some("it is on the host");
    }
    question(state).err()
}

fn question(state: &State) -> Result<Mend, &'static str> {
    let pane = &state.manifest;
    let (file, finding, _) = pane.selected().ok_or("no finding is selected")?;
    let source = pane.source.as_ref();
    let folder = source.and_then(|source| source.folder(state));
    let folder = folder.ok_or("nothing is looked at")?;
    let fix = finding.fix.as_ref().ok_or("no fix is known for it")?;
    if !fix.is_safe {
        return Err("the fix is a guess; make it by hand in the editor");
    }
    let digest = file
        .digest
        .ok_or("the file is not UTF-8; mend that first")?;
    let before = &file.report.text;
    let after = diagnostic::apply(before, fix).ok_or("the fix does not fit the text")?;
    let (line, goes, comes) = changed_lines(before, &after);
    Ok(Mend {
        name: file.report.path.clone(),
        title: fix.title.clone(),
        line,
        goes,
        comes,
        path: folder.path.join(&file.report.path),
        digest,
        fix: fix.clone(),
    })
}

/// The first line that differs, from 1, and the lines that go and that come.
fn changed_lines(before: &str, after: &str) -> (usize, Vec<String>, Vec<String>) {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let is_same = |(one, other): &(&&str, &&str)| one == other;
    let same = old.iter().zip(&new).take_while(is_same).count();
    let (old, new) = (old.get(same..), new.get(same..));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev());
    let tail = tail.take_while(is_same).count();
    let kept = |lines: &[&str]| {
        let count = lines.len() - tail;
        lines
            .iter()
            .take(count)
            .map(|line| (*line).to_owned())
            .collect()
    };
    (same + 1, kept(old), kept(new))
}

/// Does an action on the question.
pub(super) fn act(state: &mut State, mend: &Mend, action: Action) -> Done {
    match action {
        Action::Yes => {
            state.overlays.pop();
            state.effects.push(Effect::Mend {
                path: mend.path.clone(),
                digest: mend.digest,
                fix: mend.fix.clone(),
            });
        }
        Action::No | Action::Cancel | Action::Back => {
            state.overlays.pop();
        }
        _ => return Done::No,
    }
    Done::Yes
}
