//! What the list asks of hosts, how often, and what is done with the answers.

use std::time::Duration;

use kortix_tui::{
    api,
    app::{
        call::Call,
        changes::facts::Verdict,
        event::{Effect, Event},
        memory::Memory,
    },
    model::{
        change::{ChangeRequest, ChangeStatus},
        id::ChangeKey,
    },
};

use super::{Story, answer, end, listed, looked_at, size, story, titles, trial, watch};
use crate::screen::{Screen, World};

/// Refuses all lists that are asked for while so many seconds pass; how many that were.
pub fn refuse_lists(screen: &mut Screen, world: &World, error: &api::Error, seconds: u64) -> usize {
    let mut refused = 0;
    for second in 0..=seconds {
        if second > 0 {
            screen.wait(Duration::from_secs(1));
        }
        while !screen.calls().is_empty() {
            for effect in std::mem::take(&mut screen.effects) {
                let Effect::Call { op, host, call, .. } = effect else {
                    continue;
                };
                let reply = match call {
                    Call::Changes(_) => {
                        refused += 1;
                        Err(error.clone())
                    }
                    call => world.answer(&host, &call),
                };
                screen.event(Event::Reply(op, reply));
            }
        }
    }
    screen.draw();
    refused
}

/// How many lists were asked for.
fn lists(asked: &[Call]) -> usize {
    asked
        .iter()
        .filter(|call| matches!(call, Call::Changes(_)))
        .count()
}

/// The change requests whose tips and merge were asked for, and the branches whose size was.
fn looks(asked: &[Call]) -> [Vec<&str>; 3] {
    let mut looks = [vec![], vec![], vec![]];
    for call in asked {
        match call {
            Call::Change(_, id) => looks[0].push(id.as_str()),
            Call::Preview(_, id) => looks[1].push(id.as_str()),
            Call::Size { from, .. } => looks[2].push(from.as_str()),
            _ => {}
        }
    }
    looks
}

fn row<'a>(screen: &'a Screen, key: &ChangeKey) -> &'a ChangeRequest {
    screen.state.fleet.change(key).unwrap()
}

/// What a merge would do, as far as the program knows.
fn verdict(screen: &Screen, key: &ChangeKey) -> Option<Verdict> {
    screen
        .state
        .fleet
        .change_facts
        .get(key)?
        .verdict(row(screen, key))
}

#[test]
fn lists_are_fetched_every_quarter_of_a_minute_while_they_are_shown() {
    let Story { world, .. } = story();
    let mut screen = looked_at(100, 20, &world);
    assert_eq!(lists(&watch(&mut screen, &world, 60)), 8, "of two projects");
}

#[test]
fn lists_are_fetched_seldom_beside_the_board_and_never_beside_builds() {
    let Story { world, .. } = story();
    let mut screen = Screen::new(100, 20);
    screen.settle(&world);
    assert_eq!(lists(&watch(&mut screen, &world, 89)), 2);
    screen.keys("3");
    assert_eq!(lists(&watch(&mut screen, &world, 200)), 0);
}

#[test]
fn many_projects_are_asked_more_rarely() {
    let names: Vec<String> = (0..60).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = World::with_projects(&names);
    let mut screen = Screen::new(100, 20);
    watch(&mut screen, &world, 1);
    assert_eq!(lists(&watch(&mut screen, &world, 170)), 0);
    assert_eq!(lists(&watch(&mut screen, &world, 20)), 60);
}

#[test]
fn nothing_is_asked_while_nobody_looks() {
    let Story { world, .. } = story();
    let mut screen = looked_at(100, 20, &world);
    screen.event(Event::Focus(false));
    assert_eq!(watch(&mut screen, &world, 300), []);
}

#[test]
fn the_chosen_one_is_looked_at_when_the_cursor_rests() {
    let Story { world, docs, .. } = story();
    let mut screen = listed(100, 20, &world);
    answer(&mut screen, &world);
    while screen.state.changes.selected() != Some(&docs) {
        screen.keys("j");
    }
    assert_eq!(screen.calls(), Vec::<&Call>::new(), "not while it moves");
    screen.wait(Duration::from_millis(300));
    let asked = answer(&mut screen, &world);
    let docs_id = docs.change.as_str();
    assert_eq!(looks(&asked), [vec![docs_id], vec![docs_id], vec!["bbbb"]]);
    assert_eq!(verdict(&screen, &docs), Some(Verdict::Conflicts));
}

#[test]
fn others_on_the_screen_are_looked_at_one_after_the_other() {
    let mut world = World::with_projects(&["p"]);
    for number in 1..=30 {
        let branch = format!("s{number}");
        let key = world.change("p", number, &branch, "Work");
        trial(&mut world, &key, &[]);
        size(&mut world, &branch, [number, 0, 1]);
    }
    let mut screen = listed(100, 30, &world);
    let first = watch(&mut screen, &world, 9);
    let [_, trials, sizes] = looks(&first);
    assert!(trials.len() + sizes.len() <= 5, "{trials:?} {sizes:?}");
    watch(&mut screen, &world, 120);
    let facts = screen.state.fleet.change_facts.values();
    let tried = facts.filter(|facts| facts.trial.is_some()).count();
    assert_eq!(tried, 12, "the first of those on the screen");
}

#[test]
fn an_answer_holds_until_a_tip_moves() {
    let Story {
        mut world, login, ..
    } = story();
    let mut screen = looked_at(100, 20, &world);
    let asked = watch(&mut screen, &world, 120);
    let known = |id: &&str| *id == login.change.as_str();
    assert_eq!(looks(&asked)[1].iter().filter(|id| known(id)).count(), 0);
    assert_eq!(verdict(&screen, &login), Some(Verdict::Clean));
    let moved = world
        .changes
        .iter_mut()
        .find(|(_, row)| row.cr_id == login.change);
    moved.unwrap().1.head_commit_sha = Some("c".repeat(40));
    let preview = world.previews.get_mut(&login.change).unwrap();
    preview.head_sha = "c".repeat(40);
    preview.can_merge = false;
    preview.can_fast_forward = false;
    watch(&mut screen, &world, 60);
    assert_eq!(verdict(&screen, &login), Some(Verdict::Conflicts));
}

#[test]
fn what_is_about_another_head_is_not_shown() {
    let Story {
        mut world, login, ..
    } = story();
    let mut screen = looked_at(100, 20, &world);
    let moved = world
        .changes
        .iter_mut()
        .find(|(_, row)| row.cr_id == login.change);
    let moved = &mut moved.unwrap().1;
    moved.head_commit_sha = Some("c".repeat(40));
    let moved = moved.clone();
    screen.state.fleet.take_change(&login.project_key(), moved);
    assert_eq!(verdict(&screen, &login), None);
    let facts = &screen.state.fleet.change_facts[&login];
    assert_eq!(facts.size_of(row(&screen, &login)), None);
}

#[test]
fn a_tip_that_the_list_does_not_know_yet_is_not_asked_about_for_ever() {
    let Story {
        mut world, login, ..
    } = story();
    // The server's list and detail lag behind what its preview fetches.
    world.previews.get_mut(&login.change).unwrap().head_sha = "c".repeat(40);
    let mut screen = looked_at(100, 20, &world);
    let asked = watch(&mut screen, &world, 60);
    assert!(!looks(&asked)[1].contains(&login.change.as_str()));
}

#[test]
fn a_merge_has_the_other_merges_tried_again() {
    let Story {
        mut world,
        login,
        docs,
        ..
    } = story();
    let mut screen = looked_at(100, 20, &world);
    trial(&mut world, &login, &["main.py"]);
    end(&mut world, docs.change.as_str(), ChangeStatus::Merged, 0);
    watch(&mut screen, &world, 60);
    assert_eq!(verdict(&screen, &login), Some(Verdict::Conflicts));
}

#[test]
fn a_server_that_cannot_count_is_asked_once() {
    let Story { mut world, .. } = story();
    world.sizes.clear();
    world.has_sizes = false;
    let mut screen = Screen::new(100, 20);
    screen.keys("2");
    let asked = watch(&mut screen, &world, 120);
    assert_eq!(looks(&asked)[2].len(), 1);
}

#[test]
fn a_list_that_was_on_its_way_does_not_undo_a_merge() {
    let Story { world, login, .. } = story();
    let mut screen = looked_at(100, 20, &world);
    let mut merged = row(&screen, &login).clone();
    merged.status = ChangeStatus::Merged;
    merged.updated_at = screen.state.now.to_rfc3339();
    screen.state.fleet.take_change(&login.project_key(), merged);
    watch(&mut screen, &world, 20);
    assert_eq!(row(&screen, &login).status, ChangeStatus::Merged);
}

#[test]
fn the_first_paint_shows_the_list_of_the_last_run_with_its_age() {
    let Story { world, .. } = story();
    let mut before = looked_at(120, 20, &world);
    before.keys("q q");
    let kept = before.effects.iter().rev().find_map(|effect| match effect {
        Effect::Remember(memory) => memory.fleet.clone(),
        _ => None,
    });
    let text = serde_json::to_string(&kept).unwrap();
    let memory = Memory {
        fleet: serde_json::from_str(&text).unwrap(),
        ..Memory::default()
    };
    let mut screen = Screen::new(120, 20);
    screen.wait(Duration::from_secs(600));
    screen.event(Event::Recalled(Box::new(memory)));
    screen.keys("2 j");
    screen.wait(Duration::from_millis(300));
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn refusals_of_a_project_are_named_and_tried_again_later() {
    let Story { world, .. } = story();
    let mut screen = looked_at(100, 20, &world);
    let error = api::Error::Forbidden {
        message: "your role does not let you".to_owned(),
    };
    let refused = refuse_lists(&mut screen, &world, &error, 90);
    assert!((6..=12).contains(&refused), "{refused}");
    let text = screen.screen();
    assert!(text.contains("✗ website: not allowed: your role"), "{text}");
    assert_eq!(titles(&mut screen).len(), 3, "what was known stays");
}
