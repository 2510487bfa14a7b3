//! Moving through findings and source, filtering, copying, folding, and what newer looks change.

use kortix_tui::{
    app::{
        Screen as Shown,
        event::{Effect, Event},
        manifest::{Focus, rows::Row},
    },
    validation::Tree,
};

use super::{DOCKERFILE, MANIFEST, answer, checkup, garden, looks, said, shown, tree};
use crate::screen::Screen;

/// Path, line and code of the finding under the cursor.
fn selected(screen: &Screen) -> String {
    let pane = &screen.state.manifest;
    pane.selected()
        .map(|(file, finding, place)| {
            format!("{}:{} {}", file.report.path, place.line, finding.code)
        })
        .unwrap_or_default()
}

/// All findings from top to bottom, by going from one to the next.
fn walk(screen: &mut Screen, key: &str) -> Vec<String> {
    let mut all = vec![selected(screen)];
    for _ in 0..50 {
        screen.keys(key);
        let now = selected(screen);
        if Some(&now) == all.last() {
            break;
        }
        all.push(now);
    }
    all
}

#[test]
fn brackets_go_through_the_findings_of_all_files() {
    let mut screen = shown(120, 30, &garden());
    let down = walk(&mut screen, "]");
    assert_eq!(
        down,
        [
            "kortix.toml:6 local/misspelled-key",
            "kortix.toml:10 local/name-reserved",
            "kortix.toml:13 manifest/slug-invalid",
            "kortix.toml:15 manifest/size-fraction",
            "kortix.toml:20 image/base-unknown",
            ".kortix/Dockerfile:1 dockerfile/base-not-debian",
            ".kortix/Dockerfile:2 dockerfile/secret-env",
            ".kortix/Dockerfile:2 dockerfile/secret-value",
            ".kortix/Dockerfile:4 dockerfile/cmd-ignored",
        ]
    );
    assert_eq!(said(&screen), "this is the last finding");
    let mut up = walk(&mut screen, "[");
    up.reverse();
    assert_eq!(up, down);
}

#[test]
fn the_source_follows_the_finding_and_the_finding_follows_the_source() {
    let mut screen = shown(80, 24, &garden());
    screen.keys("] ]");
    assert_eq!(screen.state.manifest.reading.line, 12);
    assert!(screen.screen().contains("✗  13 slug = \"Web App\""));
    screen.keys("tab j j");
    assert_eq!(screen.state.manifest.reading.line, 14);
    assert_eq!(selected(&screen), "kortix.toml:15 manifest/size-fraction");
    // From a line between two findings the next is the one below it.
    screen.keys("k k k k");
    assert_eq!(screen.state.manifest.reading.line, 10);
    screen.keys("]");
    assert_eq!(selected(&screen), "kortix.toml:13 manifest/slug-invalid");
    screen.keys("k k [");
    assert_eq!(selected(&screen), "kortix.toml:10 local/name-reserved");
}

#[test]
fn braces_go_through_the_files_and_the_facts() {
    let mut screen = shown(120, 30, &garden());
    let row = |screen: &Screen| screen.state.manifest.row();
    screen.keys("}");
    assert_eq!(row(&screen), Some(Row::File(1)));
    assert!(screen.screen().contains("FROM alpine:3.20"));
    screen.keys("}");
    assert_eq!(row(&screen), Some(Row::Facts));
    screen.keys("}");
    assert_eq!(said(&screen), "this is the last file");
    screen.keys("{ {");
    assert_eq!(row(&screen), Some(Row::File(0)));
}

#[test]
fn escape_goes_back_from_the_source_then_from_the_screen() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("enter");
    assert_eq!(screen.state.manifest.focus, Focus::Source);
    screen.keys("esc");
    assert_eq!(screen.state.manifest.focus, Focus::Findings);
    assert_eq!(screen.state.screen, Shown::Manifest);
    screen.keys("esc");
    assert_eq!(screen.state.screen, Shown::Board);
}

#[test]
fn the_screen_is_as_it_was_left() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("] ] tab j");
    let before = screen.screen();
    screen.keys("2 4");
    assert_eq!(looks(&mut screen), Vec::<u64>::new());
    assert_eq!(screen.screen(), before);
}

#[test]
fn a_filter_leaves_what_matches_and_is_taken_back() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("/");
    screen.text("secret");
    screen.keys("enter");
    let codes: Vec<String> = walk(&mut screen, "]");
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(screen.screen().contains("match `secret`"));
    screen.keys("/");
    screen.text("nothing like it");
    screen.keys("enter");
    assert!(screen.screen().contains("No finding matches."));
    screen.keys("esc g ]");
    assert_eq!(selected(&screen), "kortix.toml:6 local/misspelled-key");
}

#[test]
fn what_is_copied_has_place_code_and_message() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("] ] y Y");
    let copied: Vec<&Effect> = screen
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Copy(_)))
        .collect();
    let wanted = "kortix.toml:13:8 manifest/slug-invalid `Web App` is not a valid slug";
    assert_eq!(
        copied,
        [
            &Effect::Copy(wanted.to_owned()),
            &Effect::Copy("manifest/slug-invalid".to_owned())
        ]
    );
}

#[test]
fn a_file_and_the_facts_are_folded_and_unfolded() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("o");
    assert!(!screen.screen().contains("slug-invalid"));
    screen.keys("enter");
    assert!(screen.screen().contains("slug-invalid"));
    screen.keys("G o");
    let text = screen.screen();
    assert!(text.contains("▸ Facts"), "{text}");
    assert!(!text.contains("trigger nightly"), "{text}");
}

#[test]
fn a_fact_leads_to_where_it_is_made() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("G");
    let fact = screen.state.manifest.fact().unwrap();
    assert_eq!(
        fact.words,
        "trigger nightly: next Sun 2026-11-22 03:00, Mon 2026-11-23 03:00, \
         Tue 2026-11-24 03:00 Europe/Berlin"
    );
    assert_eq!(screen.state.manifest.reading.line, 23);
    screen.keys("k");
    let fact = screen.state.manifest.fact().unwrap();
    assert_eq!(
        fact.words,
        "template tools: ghcr.io/garden/tools:1.2 from ghcr.io; cpu 3, memory 64, disk 20 (default)"
    );
}

#[test]
fn long_lines_scroll_to_the_finding_and_by_hand() {
    let long = "a = 1, ".repeat(30);
    let manifest = format!("kortix_version = 1\nenv = {{ {long} required = 7 }}\n");
    let mut screen = shown(80, 24, &tree(&[("kortix.toml", &manifest)]));
    screen.keys("/");
    screen.text("env.required");
    screen.keys("enter g ]");
    assert!(
        screen.screen().contains("required = 7"),
        "{}",
        screen.screen()
    );
    let skipped = screen.state.manifest.reading.skipped;
    assert!(skipped > 100);
    screen.keys("H");
    assert_eq!(screen.state.manifest.reading.skipped, skipped - 8);
}

#[test]
fn an_older_look_never_replaces_a_newer_one() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("R R");
    let [older, newer] = looks(&mut screen).try_into().unwrap();
    let mended = MANIFEST.replace("Web App", "web-app");
    let newest = tree(&[("kortix.toml", &mended), (".kortix/Dockerfile", DOCKERFILE)]);
    screen.event(Event::ManifestChecked {
        edition: newer,
        outcome: Ok(checkup(&newest)),
    });
    screen.event(Event::ManifestChecked {
        edition: older,
        outcome: Ok(checkup(&garden())),
    });
    let text = screen.screen();
    assert!(text.contains("slug = \"web-app\""), "{text}");
}

#[test]
fn after_a_change_the_cursor_is_on_the_same_finding() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("] ] ]");
    assert_eq!(selected(&screen), "kortix.toml:15 manifest/size-fraction");
    let changed = MANIFEST
        .replace("descripton", "description")
        .replace("[project]", "# More.\n\n[project]");
    screen.event(Event::FilesChanged);
    answer(
        &mut screen,
        &tree(&[
            ("kortix.toml", &changed),
            (".kortix/Dockerfile", DOCKERFILE),
        ]),
    );
    assert_eq!(selected(&screen), "kortix.toml:17 manifest/size-fraction");
    assert_eq!(screen.state.manifest.reading.line, 16);
}

#[test]
fn files_that_go_leave_a_sound_screen() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("G [ tab");
    screen.event(Event::FilesChanged);
    answer(&mut screen, &tree(&[]));
    assert!(screen.screen().contains("There is no kortix.toml here."));
    screen.keys("j k G ] [ } { H L tab enter o f i y esc");
    screen.keys("4");
    screen.event(Event::FilesChanged);
    answer(&mut screen, &garden());
    assert!(screen.screen().contains("slug-invalid"));
}

#[test]
fn a_change_on_another_screen_is_looked_at_on_return() {
    let mut screen = shown(120, 30, &garden());
    screen.keys("1");
    screen.event(Event::FilesChanged);
    assert_eq!(looks(&mut screen), Vec::<u64>::new());
    screen.keys("4");
    assert_eq!(looks(&mut screen).len(), 1);
}

#[test]
fn thousands_of_findings_cost_a_step_no_more_than_a_few() {
    let mut manifest = String::from("kortix_version = 1\n");
    for number in 0..4_000 {
        manifest.push_str(&format!("[[triggers]]\nslug = \"Bad {number}\"\n"));
    }
    let mut screen = shown(120, 30, &tree(&[("kortix.toml", &manifest)]));
    screen.keys("G k k pageup ctrl-u [ ] tab G g tab g");
    assert!(screen.state.manifest.rows().len() > 4_000);
}

#[test]
fn an_empty_manifest_is_checked_too() {
    let empty: Tree = tree(&[("kortix.toml", "")]);
    let mut screen = shown(100, 20, &empty);
    let text = screen.screen();
    assert!(text.contains("refused"), "{text}");
}

#[test]
fn the_line_of_the_finding_stays_on_the_screen_when_the_terminal_shrinks() {
    let mut screen = shown(120, 60, &garden());
    screen.keys("] ] ] ] enter");
    let line = screen.state.manifest.reading.line;
    screen.resize(80, 24);
    let text = screen.screen();
    let shown = format!(" {} ", line + 1);
    assert!(line > 14, "line {line}");
    let is_shown = text.lines().skip(10).any(|row| row.contains(&shown));
    assert!(is_shown, "line {} in\n{text}", line + 1);
}
