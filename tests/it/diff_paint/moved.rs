//! Which blocks of lines count as moved.

use kortix_tui::diff::{
    paint,
    patch::{LineId, Patch},
};

use super::{file_patch, patch_of};
use crate::diff_repo::DiffRepo;

/// The moved lines as `old place -> new place: text`, in the order of the old places.
fn moves(patch: &Patch) -> Vec<String> {
    let moved = paint::moved(patch).lines;
    for (from, to) in &moved {
        assert_eq!(moved.get(to), Some(from), "both ends know each other");
    }
    let removed = moved
        .iter()
        .filter(|(from, _)| patch.line(**from).is_some_and(|line| line.old > 0));
    removed
        .map(|(from, to)| format!("{} -> {}: {}", from.0, to.0, patch.line_text(*from).trim()))
        .collect()
}

#[test]
fn a_function_that_went_to_another_file_is_moved() {
    let block = [
        "fn greet(name: &str) {",
        "    println!(\"hello {name}\");",
        "}",
    ];
    let removed = block.map(|line| format!("-{line}"));
    let added = block.map(|line| format!("+{line}"));
    let one: Vec<&str> = std::iter::once(" mod a;")
        .chain(removed.iter().map(String::as_str))
        .collect();
    let other: Vec<&str> = added
        .iter()
        .map(String::as_str)
        .chain([" mod b;"])
        .collect();
    let text = file_patch("a.rs", &[(1, &one)]) + &file_patch("b.rs", &[(1, &other)]);
    assert_eq!(
        moves(&Patch::parse(text)),
        [
            "1 -> 4: fn greet(name: &str) {",
            "2 -> 5: println!(\"hello {name}\");",
            "3 -> 6: }",
        ]
    );
}

#[test]
fn another_indentation_is_still_the_same_block() {
    let one: &[&str] = &["-alpha();", "-", "-beta();", "-gamma();", " x"];
    let other: &[&str] = &[" y", "+    alpha();", "+", "+    beta();", "+    gamma();"];
    let text = file_patch("a.js", &[(1, one), (40, other)]);
    assert_eq!(
        moves(&Patch::parse(text)),
        [
            "0 -> 6: alpha();",
            "1 -> 7: ",
            "2 -> 8: beta();",
            "3 -> 9: gamma();"
        ]
    );
}

#[test]
fn lines_that_changed_in_their_place_are_not_moved() {
    let patch = patch_of(
        "a.rs",
        &[
            "-first_statement_of_the_block(with, arguments);",
            "-second_statement_of_the_block(with, arguments);",
            "+if condition {",
            "+    first_statement_of_the_block(with, arguments);",
            "+    second_statement_of_the_block(with, arguments);",
            "+}",
        ],
    );
    assert_eq!(moves(&patch), [""; 0]);
}

#[test]
fn braces_and_other_small_lines_alone_are_not_moved() {
    let one: &[&str] = &["-}", "-", "-}", "-end", "-end", "-end", " x"];
    let other: &[&str] = &[" y", "+}", "+", "+}", "+end", "+end", "+end"];
    let text = file_patch("a.js", &[(1, one), (40, other)]);
    assert_eq!(moves(&Patch::parse(text)), [""; 0]);
}

#[test]
fn a_single_long_line_is_moved_if_it_is_the_only_one_of_its_kind() {
    let import = "use crate::transcript::blocks::revisions;";
    let removed = format!("-{import}");
    let added = format!("+{import}");
    let one: &[&str] = &[&removed, " x"];
    let other: &[&str] = &[" y", &added];
    let text = file_patch("a.rs", &[(1, one), (40, other)]);
    assert_eq!(moves(&Patch::parse(text)), [format!("0 -> 3: {import}")]);

    let twice: &[&str] = &[&removed, " x", &removed];
    let text = file_patch("a.rs", &[(1, twice), (40, other)]);
    assert_eq!(moves(&Patch::parse(text)), [""; 0]);
}

#[test]
fn each_line_is_moved_once() {
    let block = ["-one_thing(a);", "-another_thing(b);", "-third_thing(c);"];
    let added = ["+one_thing(a);", "+another_thing(b);", "+third_thing(c);"];
    let copies = [added, added].concat();
    let one = [block.as_slice(), &[" x"]].concat();
    let other = [[" y"].as_slice(), &copies].concat();
    let text = file_patch("a.js", &[(1, &one), (40, &other)]);
    let patch = Patch::parse(text);
    assert_eq!(moves(&patch).len(), 3);
    assert_eq!(paint::moved(&patch).lines.get(&LineId(0)), Some(&LineId(5)));
}

#[test]
fn git_shows_a_function_that_went_down_as_moved() {
    let function = |name: &str| {
        let body: String = (0..6)
            .map(|step| format!("    step_{name}_{step}();\n"))
            .collect();
        format!("fn {name}() {{\n{body}}}\n\n")
    };
    let [a, b, c] = ["alpha", "beta", "gamma"].map(function);
    let repo = DiffRepo::new().unwrap();
    repo.write("lib.rs", format!("{a}{b}{c}")).unwrap();
    let before = repo.commit("before").unwrap();
    repo.write("lib.rs", format!("{b}{c}{a}")).unwrap();
    let after = repo.commit("after").unwrap();
    let patch = Patch::parse(repo.difference(&before, &after).unwrap().patch);
    let moved = moves(&patch);
    let text = |line: &String| line.split(": ").nth(1).unwrap().to_owned();
    assert_eq!(moved.first().map(text).as_deref(), Some("fn alpha() {"));
    assert_eq!(moved.last().map(text).as_deref(), Some("}"));
    assert_eq!(moved.len(), 8);
}
