//! Which snapshots a change builds again.

use kortix_tui::validation::plan::{Changed, Plans, compare};
use proptest::prelude::*;

use super::{of_dockerfile, of_templates, plans};
use crate::image::identity::starter;

/// The verdicts as lines, without the platform's template, which never changes here.
fn told(old: &Plans, new: &Plans, changed: &[&str]) -> Vec<String> {
    let changed = changed.iter().map(|path| (*path).to_owned()).collect();
    let rows = compare(old, new, &Changed::Paths(changed));
    assert_eq!(rows[0].slug, "default");
    assert_eq!(rows[0].verdict.words(), "reuses the snapshot");
    let rows = rows.iter().skip(1);
    rows.map(|row| format!("{}: {}", row.slug, row.verdict.words()))
        .collect()
}

/// The verdict on an edit of one Dockerfile.
fn edited(old: &str, new: &str, changed: &[&str]) -> String {
    let told = told(&of_dockerfile(old), &of_dockerfile(new), changed);
    told.join("\n")
}

const BASE: &str = "FROM ubuntu:24.04\nCOPY src/ package.json /opt/\nRUN one && \\\n    two\n";

const FILE: &str = ".kortix/Dockerfile";

#[test]
fn an_edit_of_an_instruction_rebuilds() {
    let new = BASE.replace("two", "three");
    assert_eq!(
        edited(BASE, &new, &[FILE]),
        "web: rebuilds: Dockerfile changed"
    );
}

#[test]
fn comments_and_whitespace_rebuild_and_it_is_said() {
    let words = "web: rebuilds: Dockerfile changed (only comments or whitespace, but they are \
                 hashed too)";
    for new in [
        format!("# a comment\n{BASE}"),
        BASE.replace("\\\n    two", "two"),
        BASE.replace('\n', "\r\n"),
        BASE.replace("RUN one", "RUN  one"),
        BASE.trim_end().to_owned(),
    ] {
        assert_eq!(edited(BASE, &new, &[FILE]), words, "{new}");
    }
    let directive = format!("# syntax=docker/dockerfile:1.7\n{BASE}");
    assert_eq!(
        edited(BASE, &directive, &[FILE]),
        "web: rebuilds: Dockerfile changed"
    );
    let heredoc = |body| format!("FROM a:1\nRUN <<EOF\n{body}\nEOF\n");
    assert_eq!(
        edited(&heredoc("a b"), &heredoc("a  b"), &[FILE]),
        "web: rebuilds: Dockerfile changed"
    );
}

#[test]
fn a_commit_of_code_reuses_the_snapshot() {
    assert_eq!(
        edited(BASE, BASE, &["app/main.rs", "kortix.toml"]),
        "web: reuses the snapshot"
    );
}

#[test]
fn files_that_are_copied_do_not_rebuild_on_servers_of_mid_2026() {
    let words = "web: reuses the snapshot (files it copies changed, but servers of mid-2026 leave \
                 the context tree out; a server that follows the documents rebuilds)";
    for path in [
        ".kortix/src/a/b.rs",
        ".kortix/package.json",
        "package.json",
        "src/main.rs",
    ] {
        assert_eq!(edited(BASE, BASE, &[path]), words, "{path}");
    }
    let glob = "FROM a:1\nCOPY *.lock /x/\n";
    assert_eq!(edited(glob, glob, &[".kortix/a.lock"]), words);
    assert_ne!(edited(glob, glob, &[".kortix/deep/a.lock"]), words);
    let all = "FROM a:1\nCOPY . /x\n";
    assert_eq!(edited(all, all, &[".kortix/any"]), words);
    assert_ne!(edited(all, all, &["elsewhere/any"]), words);
}

#[test]
fn other_files_of_the_build_context_are_told_apart() {
    assert_eq!(
        edited(BASE, BASE, &[".kortix/opencode/agent.md"]),
        "web: reuses the snapshot (other files of its build context changed, which servers of \
         mid-2026 leave out)"
    );
    // A folder of which the name only begins alike is another one.
    assert_eq!(
        edited(BASE, BASE, &[".kortix-old/a"]),
        "web: reuses the snapshot"
    );
}

#[test]
fn the_starter_block_changes_nothing() {
    assert_eq!(
        edited(BASE, &format!("{BASE}{}", starter()), &[FILE]),
        "web: reuses the snapshot (only the starter block changed, which is never built)"
    );
}

fn image(slug: &str, image: &str, rest: &str) -> String {
    format!("[[sandbox.templates]]\nslug = \"{slug}\"\nimage = \"{image}\"\n{rest}")
}

#[test]
fn several_inputs_are_named_together() {
    let old = of_templates(&image("py", "python:3.12", "memory = 4\n"));
    let new = of_templates(&image("py", "python:3.13", "memory = 8\ncpu = 4\n"));
    assert_eq!(
        told(&old, &new, &["kortix.toml"]),
        [
            "py: rebuilds: image changed (`python:3.12` to `python:3.13`), hardware changed (cpu 2 \
             to 4, memory 4 to 8 GiB)"
        ]
    );
}

#[test]
fn a_size_that_is_clamped_to_the_same_reuses_the_snapshot() {
    let old = of_templates(&image("py", "python:3.12", "cpu = 40\n"));
    let new = of_templates(&image("py", "python:3.12", "cpu = 64\nname = \"Python\"\n"));
    assert_eq!(told(&old, &new, &[]), ["py: reuses the snapshot"]);
}

#[test]
fn a_new_slug_for_the_same_content_is_one_row_that_says_so() {
    let old = of_templates(&(image("a", "x:1", "") + &image("b", "y:1", "")));
    let new = of_templates(&(image("b", "y:1", "") + &image("c", "x:1", "")));
    assert_eq!(
        told(&old, &new, &[]),
        [
            "b: reuses the snapshot",
            "c: rebuilds: slug changed (was `a`, with the same content)",
        ]
    );
}

#[test]
fn templates_come_and_go() {
    let old = of_templates(&image("a", "x:1", ""));
    let new = of_templates(&image("b", "y:1", ""));
    assert_eq!(
        told(&old, &new, &[]),
        [
            "b: new: built when a session first boots it",
            "a: gone: no longer in the manifest",
        ]
    );
}

#[test]
fn an_image_in_place_of_a_dockerfile_with_the_same_text_is_the_same_snapshot() {
    let old = of_dockerfile("FROM a:1\n");
    let same = of_templates(&image("web", "a:1", ""));
    assert_eq!(told(&old, &same, &[]), ["web: reuses the snapshot"]);
    let other = of_templates(&image("web", "b:1", ""));
    assert_eq!(
        told(&old, &other, &[]),
        ["web: rebuilds: source changed (an image or a Dockerfile in place of the other)"]
    );
}

#[test]
fn a_dockerfile_that_goes_or_comes_is_told() {
    let (there, missing) = (
        of_dockerfile("FROM a:1\n"),
        plans(&[("kortix.toml", super::ONE)]),
    );
    assert_eq!(
        told(&there, &missing, &[]),
        ["web: cannot be built: there is no `.kortix/Dockerfile`"]
    );
    assert_eq!(
        told(&missing, &there, &[]),
        ["web: new: could not be built before (there is no `.kortix/Dockerfile`)"]
    );
}

#[test]
fn where_a_manifest_does_not_parse_nothing_is_claimed() {
    let broken = plans(&[("kortix.toml", "[project\n")]);
    let good = of_templates(&image("a", "x:1", ""));
    for (old, new, side) in [(&broken, &good, "before"), (&good, &broken, "after")] {
        let told = told(old, new, &[]);
        let start = format!("a: cannot tell: the manifest {side} is not known: not valid TOML");
        assert!(told.len() == 1 && told[0].starts_with(&start), "{told:?}");
    }
}

#[test]
fn a_template_that_becomes_a_duplicate_is_judged_by_the_one_that_is_kept() {
    let old = of_templates(&image("a", "x:1", ""));
    let new = of_templates(&(image("a", "y:1", "") + &image("a", "x:1", "")));
    assert_eq!(
        told(&old, &new, &[]),
        ["a: rebuilds: image changed (`x:1` to `y:1`)"]
    );
}

proptest! {
    #[test]
    fn a_verdict_is_reuse_exactly_where_the_identities_are_equal(
        [old, new] in [any_dockerfile(), any_dockerfile()],
        [cpu_before, cpu_after] in [0u32..40, 0..40],
    ) {
        let made = |text: &str, cpu: u32| {
            let manifest = format!("{}cpu = {cpu}\n", super::ONE);
            plans(&[("kortix.toml", &manifest), (FILE, text)])
        };
        let (old, new) = (made(&old, cpu_before), made(&new, cpu_after));
        let hash = |plans: &Plans| {
            let inputs = plans.find("web").and_then(|plan| plan.inputs().cloned());
            inputs.map(|inputs| inputs.identity("r").content_hash)
        };
        let rows = compare(&old, &new, &Changed::Unknown);
        let name = rows[1].verdict.name();
        let wanted = match (hash(&old), hash(&new)) {
            (_, None) => "fails",
            (None, Some(_)) => "new",
            (old, new) if old == new => "reuses",
            _ => "rebuilds",
        };
        prop_assert_eq!(name, wanted);
    }

    #[test]
    fn any_text_can_be_planned(text in "\\PC{0,80}(\n\\PC{0,40}){0,6}") {
        let plans = of_dockerfile(&text);
        let rows = compare(&plans, &plans, &Changed::Unknown);
        prop_assert_eq!(rows.len(), 2);
        for layer in &plans.find("web").unwrap().layers {
            let is_safe = !layer.text.contains(char::is_control);
            prop_assert!(is_safe, "{}", layer.text);
        }
    }
}

fn any_dockerfile() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("FROM a:1"),
        Just("RUN x"),
        Just("RUN x "),
        Just("# c"),
        Just("")
    ];
    let lines = proptest::collection::vec(line, 0..4);
    lines.prop_map(|lines| lines.join("\n"))
}
