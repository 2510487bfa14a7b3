//! The list of change requests: rows, order, tabs, filters, what is asked of hosts, and the ways in.

mod asking;
mod moving;
mod properties;
mod sessions;
mod views;

use std::time::Duration;

use kortix_tui::{
    app::{
        call::Call,
        event::{Effect, Event},
    },
    model::{
        change::{BranchDifference, ChangeStatus, MergePreview},
        id::{ChangeKey, SessionKey},
        session::SessionStatus,
        time::Millis,
    },
};

use crate::screen::{NOON, Screen, World};

/// Change requests of two projects, and the sessions that made them.
pub struct Story {
    /// What the hosts say.
    pub world: World,
    /// Open, merges cleanly, of a session that runs.
    pub login: ChangeKey,
    /// Open, in conflict.
    pub docs: ChangeKey,
    /// The sessions of these three.
    pub sessions: [SessionKey; 3],
}

/// Five change requests of two projects.
pub fn story() -> Story {
    let mut world = World::with_projects(&["kortix-tui", "website"]);
    let mut session =
        |project: &str, id: &str, name: &str, status| world.session(project, id, name, status, 60);
    let sessions = [
        session(
            "kortix-tui",
            "aaaa",
            "Fix the login",
            SessionStatus::Running,
        ),
        session(
            "kortix-tui",
            "bbbb",
            "Write the docs",
            SessionStatus::Running,
        ),
        session(
            "website",
            "cccc",
            "New landing page",
            SessionStatus::Stopped,
        ),
    ];
    world.change("kortix-tui", 1, "gone", "Begin");
    let docs = world.change("kortix-tui", 2, "bbbb", "Explain the settings");
    let login = world.change("kortix-tui", 3, "aaaa", "Check the password twice");
    world.change("website", 1, "old", "Try another font");
    world.change("website", 2, "cccc", "Tell what it is for");
    for (place, (_, row)) in world.changes.iter_mut().enumerate() {
        let minutes = i64::try_from(place).unwrap() * 20 + 5;
        row.created_at = Millis(NOON.0 - minutes * 60_000).to_rfc3339();
    }
    end(&mut world, "cr-kortix-tui-1", ChangeStatus::Merged, 200);
    end(&mut world, "cr-website-1", ChangeStatus::Closed, 3_000);
    let row = |world: &mut World, key: &ChangeKey| {
        let found = world
            .changes
            .iter()
            .position(|(_, row)| row.cr_id == key.change);
        found.unwrap()
    };
    let place = row(&mut world, &login);
    world.changes[place].1.description =
        "A mistyped password locked people out.\n\n- asks **twice**\n- says *why*\n".to_owned();
    trial(&mut world, &login, &[]);
    trial(
        &mut world,
        &docs,
        &["docs/settings.md", "\"docs/caf\\303\\251.md\""],
    );
    size(&mut world, "aaaa", [12, 3, 4]);
    size(&mut world, "bbbb", [1_240, 80, 1]);
    Story {
        world,
        login,
        docs,
        sessions,
    }
}

/// Says what merging would do.
pub fn trial(world: &mut World, key: &ChangeKey, conflicts: &[&str]) {
    let preview = MergePreview {
        head_sha: "b".repeat(40),
        base_sha: "a".repeat(40),
        merge_base: Some("a".repeat(40)),
        can_fast_forward: conflicts.is_empty(),
        can_merge: conflicts.is_empty(),
        conflicts: conflicts.iter().map(|path| (*path).to_owned()).collect(),
        is_up_to_date: false,
    };
    world.previews.insert(key.change.clone(), preview);
}

/// Says how large a branch's work is: lines added, lines removed, files.
pub fn size(world: &mut World, branch: &str, [additions, deletions, files]: [u64; 3]) {
    let size = BranchDifference {
        from_sha: Some("b".repeat(40)),
        into_sha: Some("a".repeat(40)),
        files_changed: files,
        additions,
        deletions,
    };
    world.sizes.insert(branch.to_owned(), size);
}

/// Ends a change request some minutes ago.
pub fn end(world: &mut World, id: &str, status: ChangeStatus, minutes: i64) {
    let at = Millis(NOON.0 - minutes * 60_000).to_rfc3339();
    let mut rows = world.changes.iter_mut().map(|(_, row)| row);
    let row = rows.find(|row| row.cr_id.as_str() == id).unwrap();
    match status {
        ChangeStatus::Merged => row.merged_at = Some(at.clone()),
        _ => row.closed_at = Some(at.clone()),
    }
    row.status = status;
    row.updated_at = at;
}

/// The list on the screen, with what the hosts say at once.
pub fn listed(columns: u16, rows: u16, world: &World) -> Screen {
    let mut screen = Screen::new(columns, rows);
    screen.settle(world);
    screen.keys("2");
    screen.settle(world);
    screen
}

/// [`listed`], after what is not asked at once was answered too.
pub fn looked_at(columns: u16, rows: u16, world: &World) -> Screen {
    let mut screen = listed(columns, rows, world);
    watch(&mut screen, world, 24);
    screen
}

/// Lets so many seconds pass while the hosts answer at once; what they were asked.
pub fn watch(screen: &mut Screen, world: &World, seconds: u64) -> Vec<Call> {
    let mut asked = answer(screen, world);
    for _ in 0..seconds {
        screen.wait(Duration::from_secs(1));
        asked.extend(answer(screen, world));
    }
    asked
}

/// Lets the hosts answer until they are asked nothing more, while no time passes.
pub fn answer(screen: &mut Screen, world: &World) -> Vec<Call> {
    let mut asked = Vec::new();
    while !screen.calls().is_empty() {
        for effect in std::mem::take(&mut screen.effects) {
            match effect {
                Effect::Call { op, host, call, .. } => {
                    let reply = world.answer(&host, &call);
                    asked.push(call);
                    screen.event(Event::Reply(op, reply));
                }
                other => screen.effects.push(other),
            }
        }
    }
    screen.draw();
    asked
}

/// The numbers and titles on the screen, from top to bottom.
pub fn titles(screen: &mut Screen) -> Vec<String> {
    let known: Vec<String> = screen
        .state
        .fleet
        .changes()
        .map(|(_, row)| row.title.clone())
        .collect();
    let text = screen.screen();
    let on = |row: &str| {
        known
            .iter()
            .find(|title| row.contains(title.as_str()))
            .cloned()
    };
    text.lines().skip(2).filter_map(on).collect()
}
