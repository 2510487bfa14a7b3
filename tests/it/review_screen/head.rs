//! The head: what a merge would do, what is to be known first, and what gives way when it is narrow.

use kortix_tui::{
    app::review::{merge_state::MergeState, since::Since},
    diff::changeset::Changeset,
    model::{
        change::{ChangeRequest, ChangeStatus, ChangedFile, Difference, MergePreview},
        load::Load,
        time::Millis,
    },
};

use super::story::{PATCH, open, pane, show, world};
use crate::screen::{NOON, Screen, unreachable_host};

fn row(status: ChangeStatus) -> ChangeRequest {
    ChangeRequest {
        status,
        merge_commit_sha: Some("c0ffee00112233".to_owned()),
        ..ChangeRequest::default()
    }
}

fn preview() -> MergePreview {
    MergePreview {
        base_sha: "aaaa".to_owned(),
        head_sha: "bbbb".to_owned(),
        merge_base: Some("0000".to_owned()),
        ..MergePreview::default()
    }
}

fn words(status: ChangeStatus, preview: MergePreview) -> String {
    let state = MergeState::of(&row(status), &Load::Ready(preview), None);
    state.words_in_full().into_owned()
}

#[test]
fn what_a_merge_would_do_is_said_in_words() {
    let open = |preview| words(ChangeStatus::Open, preview);
    let clean = MergePreview {
        can_merge: true,
        ..preview()
    };
    assert_eq!(open(clean.clone()), "merges cleanly");
    let forward = MergePreview {
        can_fast_forward: true,
        ..clean.clone()
    };
    assert_eq!(open(forward), "fast-forward");
    let same = MergePreview {
        is_up_to_date: true,
        ..preview()
    };
    assert_eq!(
        open(same),
        "up to date: both branches are at the same commit"
    );
    let behind = MergePreview {
        merge_base: Some("bbbb".to_owned()),
        ..clean.clone()
    };
    assert_eq!(open(behind), "behind: nothing new to merge");
    let unrelated = MergePreview {
        merge_base: None,
        ..preview()
    };
    assert_eq!(open(unrelated), "unrelated histories: cannot be merged");
    assert_eq!(
        words(ChangeStatus::Merged, clean.clone()),
        "merged as c0ffee00"
    );
    assert_eq!(words(ChangeStatus::Closed, clean), "closed, not merged");
}

#[test]
fn conflicts_are_named_with_their_files() {
    let conflicts = |paths: &[&str]| {
        let conflicts = paths.iter().map(|path| (*path).to_owned()).collect();
        words(
            ChangeStatus::Open,
            MergePreview {
                conflicts,
                ..preview()
            },
        )
    };
    assert_eq!(conflicts(&[]), "conflicts: cannot be merged");
    assert_eq!(conflicts(&["a.rs"]), "conflicts in 1 file: a.rs");
    assert_eq!(
        conflicts(&["\"caf\\303\\251.rs\"", "b\u{1b}[2J.rs"]),
        "conflicts in 2 files: café.rs, b␛[2J.rs"
    );
}

#[test]
fn what_the_host_did_not_say_is_said_to_be_unknown() {
    let open = row(ChangeStatus::Open);
    let asking = MergeState::of(&open, &Load::Loading, None);
    assert_eq!(asking, MergeState::Asking);
    let failed = Load::Failed {
        reason: unreachable_host(),
        stale: None,
    };
    assert_eq!(
        MergeState::of(&open, &failed, None).words(),
        "what a merge would do is not known: cannot reach `http://127.0.0.1:1`: connection refused"
    );
    let closed = row(ChangeStatus::Closed);
    assert_eq!(MergeState::of(&closed, &failed, None), MergeState::Closed);
}

fn conflicting(columns: u16, count: usize) -> String {
    let (mut world, key) = world(PATCH);
    let paths = (0..count).map(|number| format!("src/part_{number}/login.rs"));
    let preview = MergePreview {
        conflicts: paths.collect(),
        ..preview()
    };
    world.previews.insert(key.change.clone(), preview);
    let mut screen = Screen::new(columns, 20);
    screen.settle(&world);
    show(&mut screen, &world, &key);
    let text = screen.screen();
    text.lines().nth(2).unwrap_or_default().to_owned()
}

#[test]
fn the_verdict_stays_when_the_head_is_narrow() {
    assert_eq!(
        conflicting(120, 2),
        " ✗ conflicts in 2 files: src/part_0/login.rs, src/part_1/login.rs · 0 of 6 files reviewed · +8 −7"
    );
    assert_eq!(
        conflicting(60, 2),
        " ✗ conflicts in 2 files · 0 of 6 files reviewed · +8 −7"
    );
    assert_eq!(conflicting(30, 2), " ✗ conflicts in 2 files");
}

#[test]
fn a_title_never_pushes_the_state_out() {
    for columns in [40, 60, 80] {
        let (mut world, key) = world(PATCH);
        world.changes[0].1.title = format!("Long \u{1b}[31m {}", "title ".repeat(40));
        world.changes[0].1.head_ref = "0b8f3a52-1c1c-4f6c-9d3e-0123456789ab".to_owned();
        let mut screen = Screen::new(columns, 20);
        screen.settle(&world);
        show(&mut screen, &world, &key);
        let text = screen.screen();
        let first = text.lines().nth(1).unwrap_or_default();
        assert!(first.contains("◇ open"), "{first}");
        assert!(!first.contains('\u{1b}'), "{first}");
    }
}

#[test]
fn bars_say_what_is_to_be_known_first() {
    let (mut screen, key) = open(120, 30);
    let shown = pane(&mut screen, &key);
    shown.newer_head = Some("1a2b3c4d5e6f7a8b".to_owned());
    let changeset = shown.sheet.changeset.clone().unwrap();
    shown.since = Since::Changed {
        changeset,
        at: Millis(NOON.0 - 2 * 60 * 60 * 1_000),
    };
    let text = screen.screen();
    let bars: Vec<&str> = text.lines().skip(3).take(2).collect();
    assert_eq!(
        bars,
        [
            " * the branch has moved to 1a2b3c4d: R shows it",
            " * 6 files changed since you last looked, 2h ago: u shows only that",
        ]
    );
    screen.keys("u");
    let text = screen.screen();
    let bar = text.lines().nth(4).unwrap_or_default();
    assert_eq!(
        bar,
        " * only what changed since you last looked, 2h ago: u shows all"
    );
}

#[test]
fn a_difference_that_was_too_large_says_how_to_see_it() {
    let (mut world, key) = world(PATCH);
    let difference = Difference {
        base_ref: "main".to_owned(),
        head_ref: "work".to_owned(),
        head_sha: "b".repeat(40),
        files: vec![ChangedFile {
            path: "data/huge.csv".to_owned(),
            additions: 900_000,
            ..ChangedFile::default()
        }],
        files_changed: 1,
        additions: 900_000,
        ..Difference::default()
    };
    let changeset = Changeset::new(difference);
    world
        .differences
        .insert(key.change.clone(), changeset.into());
    let mut screen = Screen::new(120, 20);
    screen.settle(&world);
    show(&mut screen, &world, &key);
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_change_request_that_is_gone_is_said_to_be_gone() {
    let (mut screen, key) = open(80, 20);
    let project = screen.state.fleet.projects.get_mut(&key.project_key());
    let project = project.unwrap();
    project.changes = Load::Ready(Vec::new());
    assert!(screen.screen().contains("not listed any more"));
    let project = screen.state.fleet.projects.get_mut(&key.project_key());
    project.unwrap().changes = Load::Loading;
    assert!(screen.screen().contains("asking for the change request"));
}
