//! Comments over new heads: found again, or outdated; never lost.

use std::{collections::BTreeMap, io};

use kortix_tui::diff::{
    changeset::Changeset,
    patch::{LineId, Side},
    review::{
        Review,
        comment::{Anchor, Comment, CommentId, Placement, Target},
        placing::{Placed, in_order},
    },
    rows::{CommentPlaces, Contents},
};

use super::{changeset, comment, draft, line, numbered, place, stands, target};
use crate::diff_repo::DiffRepo;

const BASE: &str = "use a;\n\nfn one() {\n    begin();\n    step(1);\n    finish();\n}\n\nfn two() {\n    \
                    begin();\n    step(2);\n    finish();\n}\n";

/// A repository whose branch `work` adds a third function behind the two of `src/lib.rs`.
fn repository() -> io::Result<DiffRepo> {
    let repo = DiffRepo::new()?;
    repo.write("src/lib.rs", BASE)?;
    repo.commit("base")?;
    repo.git(&["switch", "-qc", "work"])?;
    repo.write("src/lib.rs", BASE.to_owned() + three())?;
    repo.commit("three")?;
    Ok(repo)
}

fn three() -> &'static str {
    "\nfn three() {\n    begin();\n    step(3);\n    step(33);\n    finish();\n}\n"
}

/// Puts another content of `src/lib.rs` in place of the last commit of `work`.
fn amend(repo: &DiffRepo, content: &str) -> io::Result<Changeset> {
    repo.write("src/lib.rs", content)?;
    repo.git(&["commit", "-qa", "--amend", "--no-edit"])?;
    changeset(repo, "work")
}

fn is_three(change: &Changeset) -> Comment {
    comment(change, "src/lib.rs", "+    step(3);")
}

#[test]
fn an_anchor_remembers_its_lines_and_up_to_three_on_either_end() -> io::Result<()> {
    let work = changeset(&repository()?, "work")?;
    let target = target(&work, "src/lib.rs", "+    step(3);", "+    step(33);");
    assert_eq!(target.location(), "src/lib.rs:17-18");
    let texts = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(
        target,
        Target::Lines {
            path: "src/lib.rs".to_owned(),
            side: Side::New,
            anchor: Anchor {
                first: 17,
                lines: texts(&["    step(3);", "    step(33);"]),
                before: texts(&["", "fn three() {", "    begin();"]),
                after: texts(&["    finish();", "}"]),
            },
        }
    );
    Ok(())
}

#[test]
fn a_range_with_an_added_line_is_on_the_new_side() -> io::Result<()> {
    let repo = repository()?;
    let work = amend(&repo, &BASE.replace("step(2)", "step(4)"))?;
    let location = |first: &str, last: &str| target(&work, "src/lib.rs", first, last).location();
    assert_eq!(
        location("-    step(2);", "-    step(2);"),
        "src/lib.rs:11 (before)"
    );
    assert_eq!(location("-    step(2);", "+    step(4);"), "src/lib.rs:11");
    assert_eq!(location("+    step(4);", "-    step(2);"), "src/lib.rs:11");
    assert_eq!(location(" fn two() {", " }"), "src/lib.rs:9-13");
    Ok(())
}

#[test]
fn lines_of_two_hunks_or_files_make_no_target() -> io::Result<()> {
    let repo = repository()?;
    let long = numbered("line", 40);
    repo.write("a", &long)?;
    repo.commit("a")?;
    repo.git(&["branch", "-f", "main", "work"])?;
    let edited = long
        .replace("line 5\n", "five\n")
        .replace("line 35\n", "much later\n");
    repo.write("a", edited)?;
    repo.write("b", "new\n")?;
    repo.commit("work")?;
    let work = changeset(&repo, "work")?;
    let (a, b) = (work.by_path("a").unwrap(), work.by_path("b").unwrap());
    let (five, later) = (line(&work, "a", "+five"), line(&work, "a", "+much later"));
    assert_eq!(Target::of_lines(&work, a, five, later), None);
    assert_eq!(Target::of_lines(&work, b, five, five), None);
    assert!(Target::of_lines(&work, a, five, five).is_some());
    Ok(())
}

#[test]
fn a_comment_moves_with_its_line_when_lines_come_before_it() -> io::Result<()> {
    let repo = repository()?;
    let noted = is_three(&changeset(&repo, "work")?);
    let before = three().replace("    begin", "    // Now.\n    begin");
    let work = amend(&repo, &(BASE.to_owned() + &before))?;
    assert_eq!(place(&noted, &work), "src/lib.rs [|18] +    step(3);");
    Ok(())
}

#[test]
fn a_rebase_onto_a_base_that_moved_keeps_comments_on_their_lines() -> io::Result<()> {
    let repo = repository()?;
    let noted = is_three(&changeset(&repo, "work")?);
    repo.git(&["switch", "-q", "main"])?;
    repo.write("src/lib.rs", "use b;\nuse c;\n".to_owned() + BASE)?;
    repo.commit("main goes on")?;
    repo.git(&["switch", "-q", "work"])?;
    repo.git(&["rebase", "-q", "main"])?;
    let work = changeset(&repo, "work")?;
    assert_eq!(place(&noted, &work), "src/lib.rs [|19] +    step(3);");
    Ok(())
}

#[test]
fn among_equal_lines_the_one_with_the_same_neighbors_is_meant() -> io::Result<()> {
    let repo = repository()?;
    let work = changeset(&repo, "work")?;
    let noted = comment(&work, "src/lib.rs", "+    finish();");
    // The same line comes in at the old number, in another function.
    let four = "\nfn zero() {\n    one();\n    two();\n    three();\n    finish();\n}\n";
    let work = amend(&repo, &(BASE.to_owned() + four + three()))?;
    assert_eq!(place(&noted, &work), "src/lib.rs [|26] +    finish();");
    Ok(())
}

#[test]
fn among_lines_with_equal_neighbors_the_nearest_is_meant() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    repo.commit("base")?;
    repo.git(&["switch", "-qc", "work"])?;
    repo.write("rows", "row\n".repeat(30))?;
    repo.commit("rows")?;
    let before = changeset(&repo, "work")?;
    let file = before.by_path("rows").unwrap();
    let id = LineId(14);
    let noted = draft(1, Target::of_lines(&before, file, id, id).unwrap(), "");
    assert_eq!(place(&noted, &before), "rows [|15] +row");
    repo.write("rows", format!("head\n{}", "row\n".repeat(30)))?;
    repo.commit("head")?;
    assert_eq!(place(&noted, &changeset(&repo, "work")?), "rows [|15] +row");
    Ok(())
}

#[test]
fn a_comment_stays_when_the_base_takes_its_line_over() -> io::Result<()> {
    let repo = repository()?;
    let before = changeset(&repo, "work")?;
    let noted = is_three(&before);
    // The base gets the function without its last step: the rest of it is unchanged now.
    repo.git(&["switch", "-q", "main"])?;
    let part = three().replace("    step(33);\n", "");
    repo.write("src/lib.rs", BASE.to_owned() + &part)?;
    repo.commit("a part of it")?;
    repo.git(&["switch", "-q", "work"])?;
    repo.git(&["rebase", "-q", "-X", "theirs", "main"])?;
    let work = changeset(&repo, "work")?;
    assert_eq!(place(&noted, &work), "src/lib.rs [17|17]      step(3);");
    Ok(())
}

#[test]
fn a_comment_on_a_removed_line_stays_when_the_line_is_back() -> io::Result<()> {
    let repo = repository()?;
    let without = BASE.replace("    step(2);\n", "");
    let before = amend(&repo, &without)?;
    let noted = comment(&before, "src/lib.rs", "-    step(2);");
    assert_eq!(place(&noted, &before), "src/lib.rs [11|] -    step(2);");
    let work = amend(&repo, &BASE.replace("fn two", "fn second"))?;
    assert_eq!(place(&noted, &work), "src/lib.rs [11|11]      step(2);");
    Ok(())
}

#[test]
fn a_comment_on_an_unchanged_line_stays_when_the_line_is_removed() -> io::Result<()> {
    let repo = repository()?;
    let before = changeset(&repo, "work")?;
    let noted = comment(&before, "src/lib.rs", "     step(2);");
    let without = BASE.replace("    step(2);\n", "") + three();
    let work = amend(&repo, &without)?;
    assert_eq!(place(&noted, &work), "src/lib.rs [11|] -    step(2);");
    Ok(())
}

#[test]
fn a_comment_stays_on_lines_that_were_only_indented() -> io::Result<()> {
    let repo = repository()?;
    let noted = is_three(&changeset(&repo, "work")?);
    let deeper = three().replace("    step(3);", "    if ready() {\n        step(3);\n    }");
    let work = amend(&repo, &(BASE.to_owned() + &deeper))?;
    assert_eq!(place(&noted, &work), "src/lib.rs [|18] +        step(3);");
    Ok(())
}

#[test]
fn a_range_is_outdated_as_soon_as_one_of_its_lines_changed() -> io::Result<()> {
    let repo = repository()?;
    let before = changeset(&repo, "work")?;
    let range = target(&before, "src/lib.rs", "+    step(3);", "+    finish();");
    let noted = draft(1, range, "Three of them?");
    assert_eq!(place(&noted, &before), "src/lib.rs [|17-19] +    finish();");
    let other = three().replace("step(33)", "step(34)");
    let work = amend(&repo, &(BASE.to_owned() + &other))?;
    assert_eq!(place(&noted, &work), "outdated in src/lib.rs");
    Ok(())
}

#[test]
fn a_brace_without_its_neighbors_is_any_brace() -> io::Result<()> {
    let repo = repository()?;
    repo.write("new.rs", "fn new() {\n    here();\n}\n")?;
    repo.commit("new")?;
    let before = changeset(&repo, "work")?;
    let noted = comment(&before, "new.rs", "+}");
    assert_eq!(place(&noted, &before), "new.rs [|3] +}");
    repo.write("new.rs", "x\ny\nz\nfn old() {\n    there();\n}\n")?;
    repo.commit("other")?;
    assert_eq!(
        place(&noted, &changeset(&repo, "work")?),
        "outdated in new.rs"
    );
    Ok(())
}

#[test]
fn a_comment_follows_a_file_that_was_renamed() -> io::Result<()> {
    let repo = repository()?;
    let before = changeset(&repo, "work")?;
    let noted = is_three(&before);
    let of_file = draft(
        2,
        Target::File {
            path: "src/lib.rs".to_owned(),
        },
        "",
    );
    repo.git(&["mv", "src/lib.rs", "src/steps.rs"])?;
    repo.commit("rename")?;
    let work = changeset(&repo, "work")?;
    assert_eq!(place(&noted, &work), "src/steps.rs [|17] +    step(3);");
    assert_eq!(place(&of_file, &work), "src/steps.rs");
    // And back, after which nothing tells of the rename.
    let later = comment(&work, "src/steps.rs", "+    step(3);");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"])?;
    assert_eq!(
        place(&later, &changeset(&repo, "work")?),
        "src/lib.rs [|17] +    step(3);"
    );
    Ok(())
}

#[test]
fn a_comment_follows_a_new_file_to_another_name_in_a_force_push() -> io::Result<()> {
    let repo = repository()?;
    repo.write("src/new.rs", three())?;
    repo.commit("new")?;
    let before = changeset(&repo, "work")?;
    let noted = comment(&before, "src/new.rs", "+    step(33);");
    assert_eq!(place(&noted, &before), "src/new.rs [|5] +    step(33);");

    repo.git(&["reset", "-q", "--hard", "main"])?;
    repo.write("src/other.rs", "// Steps.\n".to_owned() + three())?;
    repo.commit("new again")?;
    let work = changeset(&repo, "work")?;
    assert_eq!(place(&noted, &work), "src/other.rs [|6] +    step(33);");
    // Two files with the lines: nothing tells which is meant.
    repo.write("src/third.rs", "// Steps.\n".to_owned() + three())?;
    repo.commit("and another")?;
    assert_eq!(place(&noted, &changeset(&repo, "work")?), "outdated");
    Ok(())
}

#[test]
fn a_comment_on_a_file_that_left_the_change_is_outdated() -> io::Result<()> {
    let repo = repository()?;
    let noted = is_three(&changeset(&repo, "work")?);
    repo.git(&["reset", "-q", "--hard", "main"])?;
    repo.write("else", "else\n")?;
    repo.commit("something else")?;
    let work = changeset(&repo, "work")?;
    assert_eq!(place(&noted, &work), "outdated");
    let file = Target::File {
        path: "src/lib.rs".to_owned(),
    };
    assert_eq!(place(&draft(2, file, ""), &work), "outdated");
    assert_eq!(place(&draft(3, Target::Change, ""), &work), "the change");
    Ok(())
}

#[test]
fn with_the_files_text_a_comment_is_found_outside_of_the_hunks() -> io::Result<()> {
    let repo = repository()?;
    let noted = comment(&changeset(&repo, "work")?, "src/lib.rs", "     step(2);");
    // Another change, far from the second function.
    let text = BASE.replace("use a;", "use a;\nuse b;") + &numbered("// Line", 9);
    repo.write("src/lib.rs", BASE.to_owned() + &numbered("// Line", 9))?;
    repo.git(&["commit", "-qa", "--amend", "--no-edit"])?;
    repo.git(&["branch", "-f", "main", "work"])?;
    repo.write("src/lib.rs", &text)?;
    repo.commit("again")?;
    let work = changeset(&repo, "work")?;
    let file = work.by_path("src/lib.rs").unwrap();
    assert_eq!(place(&noted, &work), "outdated in src/lib.rs");
    let known = BTreeMap::from([(file, Contents::new(text.as_str()))]);
    let placement = noted.place_with(&work, &known);
    assert_eq!(stands(&work, placement), "src/lib.rs after 12");

    let gone = draft(2, target(&work, "src/lib.rs", "+use b;", "+use b;"), "");
    let known = BTreeMap::from([(file, Contents::new(BASE))]);
    let back = noted.place_with(&work, &known);
    assert_eq!(stands(&work, back), "src/lib.rs after 11");
    assert_eq!(place(&gone, &work), "src/lib.rs [|2] +use b;");
    Ok(())
}

#[test]
fn places_are_listed_in_order_with_the_outdated_ones_and_the_texts_that_would_help()
-> io::Result<()> {
    let repo = repository()?;
    let before = changeset(&repo, "work")?;
    let lines = |signed: &str| target(&before, "src/lib.rs", signed, signed);
    let file = Target::File {
        path: "src/lib.rs".to_owned(),
    };
    let gone = Target::File {
        path: "gone".to_owned(),
    };
    let review = Review {
        comments: vec![
            draft(1, lines("+    step(3);"), "one"),
            draft(2, lines("+    step(33);"), "changed since"),
            draft(3, gone, "three"),
            draft(4, file, "four"),
            draft(5, lines("+    step(3);"), "five"),
            draft(6, Target::Change, "six"),
        ],
        ..Review::default()
    };
    let work = amend(
        &repo,
        &(BASE.to_owned() + &three().replace("step(33)", "step(30)")),
    )?;
    let id = CommentId;
    let at = work.by_path("src/lib.rs").unwrap();
    let placed = review.places(&work, &BTreeMap::new());
    assert_eq!(
        placed,
        Placed {
            places: CommentPlaces {
                change: vec![id(3), id(6)],
                files: BTreeMap::from([(at, vec![id(2), id(4)])]),
                lines: BTreeMap::from([(
                    line(&work, "src/lib.rs", "+    step(3);"),
                    vec![id(1), id(5)]
                )]),
                context: BTreeMap::new(),
            },
            outdated: vec![id(2), id(3)],
            wanted: vec![at],
        }
    );
    let ordered = in_order(&work, &review.comments);
    let ordered: Vec<u64> = ordered.iter().map(|comment| comment.id.0).collect();
    assert_eq!(ordered, [6, 4, 1, 5, 2, 3]);
    Ok(())
}

#[test]
fn an_anchor_that_says_nothing_is_outdated() -> io::Result<()> {
    let work = changeset(&repository()?, "work")?;
    for anchor in [
        Anchor::default(),
        Anchor {
            first: u32::MAX,
            lines: vec![String::new(); 3],
            ..Anchor::default()
        },
    ] {
        let target = Target::Lines {
            path: "src/lib.rs".to_owned(),
            side: Side::Old,
            anchor,
        };
        let placement = draft(1, target, "").place(&work);
        assert!(matches!(placement, Placement::Outdated(Some(_))));
    }
    Ok(())
}
