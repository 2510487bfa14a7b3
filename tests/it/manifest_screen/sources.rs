//! Where files come from: folders, default branches, heads of change requests; editing and fixing.

use std::path::PathBuf;

use kortix_tui::{
    api,
    app::{
        Screen as Shown,
        call::Call,
        event::{Effect, Event},
    },
    model::session::SessionStatus,
    validation::Tree,
};

use super::{DOCKERFILE, MANIFEST, answer, checkup, garden, looks, said, setup, shown, tree};
use crate::screen::{Screen, World};

/// A host with a garden that has a session and a change request, and a shed without a manifest.
fn world() -> World {
    let mut world = World::with_projects(&["garden", "shed"]);
    world.session("garden", "aaaa", "Rake", SessionStatus::Stopped, 10);
    world.session("shed", "bbbb", "Paint", SessionStatus::Stopped, 20);
    world.change("garden", 7, "aaaa", "Rake the leaves");
    world.trees.insert("main".to_owned(), garden());
    let mended = MANIFEST.replace("Web App", "web-app");
    let head = tree(&[("kortix.toml", &mended), (".kortix/Dockerfile", DOCKERFILE)]);
    world.trees.insert("b".repeat(40), head);
    world
}

fn on_board(world: &World) -> Screen {
    let mut screen = Screen::with_setup(120, 30, setup());
    screen.settle(world);
    screen
}

/// Runs an action by its name in the palette.
fn palette(screen: &mut Screen, name: &str) {
    screen.keys("ctrl-p");
    screen.text(name);
    screen.keys("enter");
}

/// The manifest calls that came out and were not answered.
fn manifest_calls(screen: &Screen) -> Vec<Call> {
    let calls = screen.calls().into_iter();
    calls
        .filter(|call| matches!(call, Call::Manifest { .. }))
        .cloned()
        .collect()
}

#[test]
fn the_project_of_a_session_is_looked_at_in_its_folder_when_it_has_one() {
    let world = world();
    let mut screen = on_board(&world);
    palette(&mut screen, "check-project");
    assert_eq!(screen.state.screen, Shown::Manifest);
    answer(&mut screen, &garden());
    assert!(
        screen.screen().contains("folder ~/garden"),
        "{}",
        screen.screen()
    );
}

#[test]
fn the_project_of_a_session_without_a_folder_is_looked_at_on_its_host() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("j");
    palette(&mut screen, "check-project");
    assert_eq!(
        manifest_calls(&screen),
        [Call::Manifest {
            project: "shed".into(),
            path: "kortix.toml".to_owned(),
            commit: String::new(),
            branch: "main".to_owned(),
        }]
    );
    assert!(screen.screen().contains("Fetching the files."));
    screen.settle(&world);
    let text = screen.screen();
    assert!(
        text.contains("branch shed · main · fetched just now · read-only"),
        "{text}"
    );
    assert!(text.contains("slug-invalid"), "{text}");
}

#[test]
fn a_change_request_is_looked_at_at_its_head() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("2");
    screen.settle(&world);
    palette(&mut screen, "check-change");
    assert_eq!(
        manifest_calls(&screen),
        [Call::Manifest {
            project: "garden".into(),
            path: "kortix.toml".to_owned(),
            commit: "b".repeat(40),
            branch: "aaaa".to_owned(),
        }]
    );
    screen.settle(&world);
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn the_palette_says_why_nothing_can_be_checked() {
    let mut screen = on_board(&world());
    palette(&mut screen, "check-change");
    assert_eq!(said(&screen), "check-change: no change request is selected");
}

#[test]
fn a_host_that_shows_no_files_says_so() {
    let mut world = world();
    world.trees.clear();
    let mut screen = on_board(&world);
    screen.keys("j");
    palette(&mut screen, "check-project");
    screen.settle(&world);
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_branch_without_a_manifest_says_so() {
    let mut world = world();
    world.trees.remove("main");
    let mut screen = on_board(&world);
    screen.keys("j");
    palette(&mut screen, "check-project");
    screen.settle(&world);
    let text = screen.screen();
    assert!(text.contains("There is no kortix.toml here."), "{text}");
    assert!(!text.contains("$EDITOR"), "{text}");
}

#[test]
fn what_was_found_before_stays_when_a_host_fails() {
    let mut world = world();
    let mut screen = on_board(&world);
    screen.keys("j");
    palette(&mut screen, "check-project");
    screen.settle(&world);
    world.is_down = true;
    screen.keys("R");
    screen.settle(&world);
    let text = screen.screen();
    assert!(text.contains("not read anew: cannot reach"), "{text}");
    assert!(text.contains("slug-invalid"), "{text}");
}

#[test]
fn a_newer_wish_gives_up_the_call_before() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("j");
    palette(&mut screen, "check-project");
    let op = screen.effects.iter().find_map(|effect| match effect {
        Effect::Call {
            op,
            call: Call::Manifest { .. },
            ..
        } => Some(*op),
        _ => None,
    });
    screen.keys("R");
    assert!(screen.effects.contains(&Effect::Cancel(op.unwrap())));
    screen.event(Event::Reply(
        op.unwrap(),
        Err(api::Error::NotFound {
            what: "the file".to_owned(),
        }),
    ));
    assert!(screen.screen().contains("Fetching the files."));
}

#[test]
fn the_choice_lists_folders_projects_and_change_requests() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("2");
    screen.settle(&world);
    screen.keys("4");
    answer(&mut screen, &garden());
    screen.keys("p");
    insta::assert_snapshot!(screen.screen());
    screen.text("leaves");
    screen.keys("enter");
    screen.settle(&world);
    assert!(screen.screen().contains("#7 Rake the leaves"));
}

#[test]
fn what_a_look_at_another_source_found_is_nobodys() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("4");
    let [folder] = looks(&mut screen).try_into().unwrap();
    screen.keys("p down enter");
    screen.event(Event::ManifestChecked {
        edition: folder,
        outcome: Ok(checkup(&tree(&[("kortix.toml", "nonsense = 1\n")]))),
    });
    assert!(!screen.screen().contains("nonsense"));
    screen.settle(&world);
    assert!(screen.screen().contains("slug-invalid"));
}

#[test]
fn a_folder_is_watched_and_a_host_is_not() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("4");
    answer(&mut screen, &garden());
    let folder = PathBuf::from("/srv/garden");
    let watched = |screen: &mut Screen| {
        let all = std::mem::take(&mut screen.effects);
        let found = all.iter().rev().find_map(|effect| match effect {
            Effect::Watch(paths) => Some(paths.clone()),
            _ => None,
        });
        screen.effects = all;
        found
    };
    let paths = watched(&mut screen).unwrap();
    assert!(paths.contains(&folder.join("kortix.toml")), "{paths:?}");
    assert!(
        paths.contains(&folder.join(".kortix/Dockerfile")),
        "{paths:?}"
    );
    screen.keys("p down enter");
    screen.settle(&world);
    assert_eq!(watched(&mut screen), Some(Vec::new()));
}

#[test]
fn the_editor_opens_at_the_finding_and_then_all_is_checked_again() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("] ] e");
    assert!(screen.effects.contains(&Effect::EditFile {
        path: PathBuf::from("/srv/garden/kortix.toml"),
        line: 13,
        column: 8,
    }));
    screen.event(Event::FileEdited(Ok(())));
    assert_eq!(looks(&mut screen).len(), 1);
    screen.keys("tab j e");
    assert!(screen.effects.contains(&Effect::EditFile {
        path: PathBuf::from("/srv/garden/kortix.toml"),
        line: 14,
        column: 1,
    }));
}

#[test]
fn the_first_manifest_is_written_in_the_editor() {
    let mut screen = shown(120, 30, &tree(&[]));
    screen.keys("e");
    assert!(screen.effects.contains(&Effect::EditFile {
        path: PathBuf::from("/srv/garden/kortix.toml"),
        line: 1,
        column: 1,
    }));
}

#[test]
fn an_editor_that_does_not_start_is_told() {
    let mut screen = shown(120, 30, &garden());
    let reason = "cannot start `vi`; set $EDITOR".to_owned();
    screen.event(Event::FileEdited(Err(reason.clone())));
    assert_eq!(said(&screen), reason);
}

#[test]
fn files_on_a_host_are_read_only_and_their_folder_is_offered() {
    let world = world();
    let mut screen = on_board(&world);
    screen.keys("4 p down enter");
    screen.settle(&world);
    screen.keys("e");
    assert_eq!(
        said(&screen),
        "read-only: main of garden on the host; enter looks at its folder `~/garden`"
    );
    screen.keys("enter");
    answer(&mut screen, &garden());
    assert!(screen.screen().contains("folder ~/garden"));
}

/// A manifest whose only fault has a safe fix.
fn with_safe_fix() -> Tree {
    tree(&[(
        "kortix.toml",
        "\u{feff}kortix_version = 1\n\n[project]\nname = \"Garden\"\n",
    )])
}

#[test]
fn a_safe_fix_is_shown_and_made_when_it_is_wanted() {
    let mut screen = shown(100, 24, &with_safe_fix());
    screen.keys("f");
    insta::assert_snapshot!(screen.screen());
    screen.keys("n");
    let is_mend = |effect: &&Effect| matches!(effect, Effect::Mend { .. });
    assert_eq!(screen.effects.iter().find(is_mend), None);
    screen.keys("f y");
    let Some(Effect::Mend { path, fix, .. }) = screen.effects.iter().find(is_mend) else {
        panic!("no fix was asked for");
    };
    assert_eq!(path, &PathBuf::from("/srv/garden/kortix.toml"));
    assert_eq!(fix.title, "delete the byte order mark");
    screen.event(Event::Mended(Ok(
        "done: delete the byte order mark".to_owned()
    )));
    assert_eq!(said(&screen), "done: delete the byte order mark");
    assert_eq!(looks(&mut screen).len(), 1);
}

#[test]
fn a_fix_that_is_a_guess_is_not_made() {
    let mut screen = shown(100, 24, &garden());
    screen.keys("f");
    assert_eq!(
        said(&screen),
        "the fix is a guess; make it by hand in the editor"
    );
    screen.keys("] f");
    assert_eq!(said(&screen), "no fix is known for it");
}

#[test]
fn a_fix_that_came_too_late_is_told_and_all_is_checked_again() {
    let mut screen = shown(100, 24, &with_safe_fix());
    screen.keys("f y");
    let reason = "the file changed meanwhile and is as it was left; look at it again".to_owned();
    screen.event(Event::Mended(Err(reason.clone())));
    assert_eq!(said(&screen), reason);
    assert_eq!(looks(&mut screen).len(), 1);
}
