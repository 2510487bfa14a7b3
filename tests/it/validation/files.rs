//! Dockerfiles that templates name.

use kortix_tui::{
    diagnostic::apply,
    validation::{Entry, MANIFEST, ROOT, Tracked, Tree, codes, wanted},
};

use super::{asked, file, findings, folder, told, tree};

const TEMPLATE: &str = "[[sandbox.templates]]\nslug = 'a'\ndockerfile = 'docker/web'\n";

fn with(tracked: Tracked) -> Entry {
    Entry::File {
        bytes: b"FROM ubuntu:24.04\n".to_vec(),
        tracked,
    }
}

fn told_of(entry: Entry) -> Vec<String> {
    told(&tree(TEMPLATE, &[("docker/web", entry)]))
}

#[test]
fn a_dockerfile_that_git_knows_has_nothing_to_say() {
    for tracked in [Tracked::Yes, Tracked::Unknown] {
        assert_eq!(told_of(with(tracked)), Vec::<String>::new());
    }
}

#[test]
fn a_dockerfile_that_is_not_in_a_commit_is_pointed_out() {
    let cases = [
        (
            Entry::Absent,
            "local/dockerfile-missing sandbox.templates[0].dockerfile: there is no `docker/web`",
        ),
        (
            folder(&[]),
            "local/dockerfile-folder sandbox.templates[0].dockerfile: `docker/web` is a folder",
        ),
        (
            Entry::Unreadable("denied".to_owned()),
            "local/dockerfile-unreadable sandbox.templates[0].dockerfile: cannot read `docker/web`: denied",
        ),
        (
            with(Tracked::No),
            "local/dockerfile-untracked sandbox.templates[0].dockerfile: git does not know `docker/web`, and images are built from commits",
        ),
        (
            with(Tracked::Ignored),
            "local/dockerfile-ignored sandbox.templates[0].dockerfile: git ignores `docker/web`, and images are built from commits",
        ),
        (
            with(Tracked::Submodule),
            "local/dockerfile-submodule sandbox.templates[0].dockerfile: `docker/web` is in a submodule, whose files are not part of a commit",
        ),
        (
            file("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
            "local/dockerfile-lfs sandbox.templates[0].dockerfile: `docker/web` is a Git LFS pointer",
        ),
    ];
    for (entry, expected) in cases {
        assert_eq!(told_of(entry), [expected]);
    }
}

#[test]
fn the_finding_points_at_the_value() {
    let tree = tree(TEMPLATE, &[("docker/web", Entry::Absent)]);
    let text = format!("kortix_version = 1\n{TEMPLATE}");
    let finding = findings(&tree).remove(0);
    assert_eq!(&text[finding.span], "'docker/web'");
}

#[test]
fn a_file_of_nearly_that_name_is_proposed() {
    let cases = [
        ("Web", Some("\"docker/Web\"")),
        ("wep", Some("\"docker/wep\"")),
        ("web/", None),
        ("README.md", None),
    ];
    for (there, expected) in cases {
        let tree = tree(
            TEMPLATE,
            &[("docker/web", Entry::Absent), ("docker/", folder(&[there]))],
        );
        let fix = findings(&tree).remove(0).fix;
        let text = format!("kortix_version = 1\n{TEMPLATE}");
        let fixed = fix.and_then(|fix| apply(&text, &fix));
        let expected = expected.map(|value| text.replace("'docker/web'", value));
        assert_eq!(fixed, expected, "{there}");
    }
}

#[test]
fn a_manifest_that_git_does_not_know_gets_a_hint() {
    let mut tree = Tree::default();
    tree.insert(
        MANIFEST,
        Entry::File {
            bytes: b"kortix_version = 1\n".to_vec(),
            tracked: Tracked::No,
        },
    );
    let found = findings(&tree);
    assert_eq!(found[0].code, codes::MANIFEST_UNTRACKED.name);
}

#[test]
fn only_what_a_check_needs_is_asked_for() {
    assert_eq!(wanted(&Tree::default()), [MANIFEST]);
    assert_eq!(asked(&mut tree("", &[])), Vec::<String>::new());
    assert_eq!(asked(&mut tree(TEMPLATE, &[])), ["docker/web", "docker/"]);
    assert_eq!(
        asked(&mut tree("[[triggers]]\nagent = 'a'\n", &[])),
        [
            ".kortix/opencode/",
            ".opencode/",
            "opencode.json",
            "opencode.jsonc"
        ]
    );
    let mut none = Tree::default();
    assert_eq!(asked(&mut none), [MANIFEST, ROOT]);
}

#[test]
fn a_file_outside_of_the_project_is_never_asked_for() {
    for path in ["/etc/passwd", "../x", "a/../../x"] {
        let lines = format!("[[sandbox.templates]]\nslug = 'a'\ndockerfile = '{path}'\n");
        assert_eq!(asked(&mut tree(&lines, &[])), Vec::<String>::new());
    }
    let config = "[opencode]\nconfig_dir = '../x'\n[[triggers]]\nagent = 'a'\n";
    let asked = asked(&mut tree(config, &[]));
    assert!(asked.iter().all(|path| !path.contains("..")), "{asked:?}");
}
