//! Heads that start from one base: amended, gone on, forced.

use kortix_tui::diff::patch::Patch;

use super::{Outcome, exact, files, numbered};
use crate::diff_repo::DiffRepo;

/// Makes a base and two heads on it, each by one edit of the base's tree.
fn heads(
    base: impl Fn(&DiffRepo) -> std::io::Result<()>,
    before: impl Fn(&DiffRepo) -> std::io::Result<()>,
    now: impl Fn(&DiffRepo) -> std::io::Result<()>,
) -> Outcome<Patch> {
    let repo = DiffRepo::new()?;
    repo.write(".keep", "")?;
    base(&repo)?;
    let root = repo.commit("base")?;
    before(&repo)?;
    let first = repo.commit("before")?;
    repo.git(&["checkout", "-q", &root])?;
    now(&repo)?;
    let second = repo.commit("now")?;
    exact(&repo, &root, &first, &second)
}

fn text(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(numbered(60), |text, (from, to)| {
        text.replace(&format!("{from}\n"), to)
    })
}

#[test]
fn a_line_that_was_amended_is_the_only_change() -> Outcome {
    let found = heads(
        |repo| repo.write("x", text(&[])),
        |repo| repo.write("x", text(&[("line 9", "nine\n"), ("line 40", "forty\n")])),
        |repo| repo.write("x", text(&[("line 9", "neun\n"), ("line 40", "forty\n")])),
    )?;
    assert_eq!(files(&found), ["modified x +1 -1"]);
    let hunk = &found.hunks()[0];
    assert_eq!((hunk.old_start, hunk.old_count, hunk.new_start), (6, 7, 6));
    Ok(())
}

#[test]
fn hunks_that_came_went_and_moved_down_have_their_numbers() -> Outcome {
    let found = heads(
        |repo| repo.write("x", text(&[])),
        |repo| {
            repo.write(
                "x",
                text(&[("line 3", ""), ("line 20", "20\n"), ("line 50", "50\n")]),
            )
        },
        |repo| {
            let more = [
                ("line 20", "20\n20 b\n"),
                ("line 30", ""),
                ("line 50", "50\n50 b\n"),
            ];
            repo.write("x", text(&more))
        },
    )?;
    assert_eq!(files(&found), ["modified x +3 -1"]);
    Ok(())
}

#[test]
fn work_that_was_taken_back_is_shown_backwards() -> Outcome {
    let found = heads(
        |repo| {
            repo.write("edited", text(&[]))?;
            repo.write("gone", numbered(5))?;
            repo.write("script", numbered(5))?;
            repo.write("place", numbered(20))
        },
        |repo| {
            repo.write("edited", text(&[("line 9", "nine\n")]))?;
            repo.remove("gone")?;
            repo.mode("script", 0o755)?;
            repo.write("made", "1\n2\n")?;
            repo.write("empty", "")?;
            repo.rename("place", "moved")?;
            repo.write("moved", numbered(20).replace("line 3\n", ""))
        },
        |_| Ok(()),
    )?;
    assert_eq!(
        files(&found),
        [
            "modified edited +1 -1",
            "deleted empty +0 -0",
            "added gone +5 -0",
            "deleted made +0 -2",
            "renamed place < moved +1 -0",
            "modified script +0 -0",
        ]
    );
    Ok(())
}

#[test]
fn new_work_is_shown_as_it_is() -> Outcome {
    let found = heads(
        |repo| {
            repo.write("edited", text(&[]))?;
            repo.write("gone", numbered(5))?;
            repo.write("place", numbered(20))
        },
        |_| Ok(()),
        |repo| {
            repo.write("edited", text(&[("line 9", "nine\n")]))?;
            repo.remove("gone")?;
            repo.write("ma\"de\tü b", "1\n2")?;
            repo.rename("place", "moved to here")
        },
    )?;
    assert_eq!(
        files(&found),
        [
            "modified edited +1 -1",
            "deleted gone +0 -5",
            "added ma\"de\tü b +2 -0",
            "renamed moved to here < place +0 -0",
        ]
    );
    Ok(())
}

#[test]
fn a_file_may_be_new_in_both_or_gone_in_one() -> Outcome {
    let found = heads(
        |repo| {
            repo.write("a", numbered(9))?;
            repo.write("b", numbered(9))?;
            repo.write("c", "1\n2\n3\n")
        },
        |repo| {
            repo.write("new", numbered(12))?;
            repo.remove("a")?;
            repo.remove("b")?;
            repo.write("c", "1\n2\n")
        },
        |repo| {
            repo.write("new", format!("top\n{}", numbered(11)))?;
            repo.remove("a")?;
            repo.write("b", numbered(7))?;
            repo.remove("c")
        },
    )?;
    assert_eq!(
        files(&found),
        ["added b +7 -0", "deleted c +0 -2", "modified new +1 -1"]
    );
    Ok(())
}

#[test]
fn a_file_may_get_another_name_each_time() -> Outcome {
    let moved = |to: &'static str, last: &'static str| {
        move |repo: &DiffRepo| {
            repo.rename("x", to)?;
            repo.write(to, text(&[("line 60", last)]))
        }
    };
    let base = |repo: &DiffRepo| repo.write("x", text(&[]));
    let found = heads(base, moved("y", "60\n"), moved("z", "sixty\n"))?;
    assert_eq!(files(&found), ["renamed z < y +1 -1"]);
    let found = heads(base, moved("y", "60\n"), |repo| {
        repo.write("x", text(&[("line 1", "")]))
    })?;
    assert_eq!(files(&found), ["renamed x < y +1 -2"]);
    let found = heads(
        base,
        |repo| repo.write("x", text(&[("line 1", "")])),
        moved("y", "60\n"),
    )?;
    assert_eq!(files(&found), ["renamed y < x +2 -1"]);
    Ok(())
}

#[test]
fn a_new_file_may_only_get_another_name() -> Outcome {
    let found = heads(
        |_| Ok(()),
        |repo| repo.write("one", numbered(9)),
        |repo| repo.write("other", numbered(9)),
    )?;
    assert_eq!(files(&found), ["renamed other < one +0 -0"]);
    Ok(())
}

#[test]
fn a_rename_that_git_no_longer_sees_is_still_one() -> Outcome {
    let base = |repo: &DiffRepo| repo.write("x", numbered(10));
    let alike = |repo: &DiffRepo| {
        repo.rename("x", "y")?;
        repo.write("y", numbered(9))
    };
    let unlike = |repo: &DiffRepo| {
        repo.remove("x")?;
        repo.write("y", format!("{}{}", numbered(7), "other\n".repeat(40)))
    };
    assert_eq!(files(&heads(base, alike, unlike)?), ["modified y +40 -2"]);
    assert_eq!(files(&heads(base, unlike, alike)?), ["modified y +2 -40"]);
    Ok(())
}

#[test]
fn links_modes_and_ends_of_files_are_kept() -> Outcome {
    let found = heads(
        |repo| {
            repo.link("link", "a")?;
            repo.write("end", "1\n2")?;
            repo.write("script", numbered(4))?;
            repo.write("crlf", "a\r\nb\r\nc\r\n")
        },
        |repo| {
            repo.link("link", "b")?;
            repo.write("end", "1\n2\n")?;
            repo.mode("script", 0o755)?;
            repo.write("crlf", "a\r\nB\r\nc\r\n")
        },
        |repo| {
            repo.link("link", "c")?;
            repo.write("end", "1\n2\n3")?;
            repo.write("script", numbered(3))?;
            repo.write("crlf", "a\nB\r\nc\r\n")
        },
    )?;
    assert_eq!(
        files(&found),
        [
            "modified crlf +1 -1",
            "modified end +1 -0",
            "modified link +1 -1",
            "modified script +0 -1",
        ]
    );
    Ok(())
}

#[test]
fn further_commits_show_only_what_they_did() -> Outcome {
    let repo = DiffRepo::new()?;
    repo.write("x", text(&[]))?;
    repo.write("y", text(&[]))?;
    let base = repo.commit("base")?;
    repo.write("x", text(&[("line 9", "nine\n")]))?;
    repo.write("y", text(&[("line 9", "nine\n")]))?;
    let before = repo.commit("work")?;
    repo.write("x", text(&[("line 9", "nine\n"), ("line 12", "twelve\n")]))?;
    let now = repo.commit("more work")?;
    let found = exact(&repo, &base, &before, &now)?;
    assert_eq!(files(&found), ["modified x +1 -1"]);
    Ok(())
}
