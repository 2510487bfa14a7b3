//! Heads whose base moved in between: rebased, merged, squashed.

use kortix_tui::diff::{patch::Patch, since::between};

use super::{Outcome, assert_leads, files, numbered, patch};
use crate::diff_repo::DiffRepo;

/// A file at four points: base and head of then, base and head of now.
struct History<'a> {
    base: &'a str,
    before: &'a str,
    moved: &'a str,
    now: &'a str,
}

/// What the two patches tell, as signs and texts.
fn told(history: &History<'_>) -> Outcome<Vec<String>> {
    let repo = DiffRepo::new()?;
    let commit = |text: &str| {
        repo.write("x", text)?;
        repo.commit("x")
    };
    let base = commit(history.base)?;
    let before = commit(history.before)?;
    repo.git(&["checkout", "-q", &base])?;
    let moved = commit(history.moved)?;
    let now = commit(history.now)?;
    let text = between(&patch(&repo, &base, &before)?, &patch(&repo, &moved, &now)?);
    let found = Patch::parse(text.as_str());
    assert!(!found.is_cut(), "{text}");
    let changes = text.lines().filter(|line| {
        let is_sign = line.starts_with(['+', '-', '@']);
        is_sign && !line.starts_with("+++") && !line.starts_with("---")
    });
    Ok(changes.map(str::to_owned).collect())
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        text.replace(&format!("{from}\n"), to)
    })
}

#[test]
fn a_rebase_that_only_moves_lines_shows_nothing() -> Outcome {
    let base = numbered(60);
    let work = [("line 20", "twenty\n"), ("line 40", "")];
    for upstream in [
        &[("line 1", "0\n1\n1.5\n")][..],
        &[("line 1", ""), ("line 30", "30\n30.5\n"), ("line 60", "")],
        // Next to the work, where both patches show it.
        &[("line 22", "two and twenty\n"), ("line 39", "a\nb\n")],
        &[("line 18", "")],
    ] {
        let moved = edited(&base, upstream);
        let told = told(&History {
            before: &edited(&base, &work),
            now: &edited(&moved, &work),
            base: &base,
            moved: &moved,
        })?;
        assert_eq!(told, [""; 0], "{upstream:?}");
    }
    Ok(())
}

#[test]
fn what_was_changed_in_a_rebase_is_shown() -> Outcome {
    let base = numbered(60);
    let moved = edited(&base, &[("line 1", "0\n1\n1.5\n"), ("line 30", "")]);
    let told = told(&History {
        before: &edited(&base, &[("line 20", "twenty\n"), ("line 40", "")]),
        now: &edited(&moved, &[("line 20", "zwanzig\n"), ("line 42", "")]),
        base: &base,
        moved: &moved,
    })?;
    assert_eq!(
        told,
        [
            "@@ -17,7 +19,7 @@ line 16",
            "-twenty",
            "+zwanzig",
            "@@ -37,8 +38,8 @@ line 36",
            "+line 40",
            "-line 42",
        ]
    );
    Ok(())
}

#[test]
fn work_that_the_base_took_over_is_not_shown_again() -> Outcome {
    let base = numbered(60);
    let before = edited(&base, &[("line 20", "twenty\n")]);
    let now = edited(&before, &[("line 22", "and two\n")]);
    let told = told(&History {
        base: &base,
        before: &before,
        moved: &before,
        now: &now,
    })?;
    assert_eq!(told, ["@@ -19,7 +19,7 @@ line 18", "-line 22", "+and two"]);
    Ok(())
}

#[test]
fn a_file_that_the_base_took_over_shows_what_is_new_in_it() -> Outcome {
    let repo = DiffRepo::new()?;
    repo.write("y", "y\n")?;
    let base = repo.commit("base")?;
    repo.write("x", numbered(30))?;
    let before = repo.commit("before")?;
    repo.write("x", numbered(29))?;
    let now = repo.commit("now")?;
    let text = between(
        &patch(&repo, &base, &before)?,
        &patch(&repo, &before, &now)?,
    );
    assert_eq!(files(&Patch::parse(text.as_str())), ["modified x +0 -1"]);
    assert_leads(&repo, &text, &before, &now)?;

    repo.write("x", format!("{}squashed\n", numbered(30)))?;
    let moved = repo.commit("moved")?;
    repo.write("x", format!("{}squashed\n", numbered(28)))?;
    let now = repo.commit("now")?;
    let text = between(&patch(&repo, &base, &before)?, &patch(&repo, &moved, &now)?);
    assert_eq!(files(&Patch::parse(text)), ["modified x +0 -2"]);
    Ok(())
}

#[test]
fn files_of_the_base_alone_are_not_shown() -> Outcome {
    let repo = DiffRepo::new()?;
    repo.write("x", numbered(30))?;
    repo.write("theirs", numbered(30))?;
    let base = repo.commit("base")?;
    repo.write("x", numbered(29))?;
    let before = repo.commit("before")?;
    repo.git(&["checkout", "-q", "-b", "upstream", &base])?;
    repo.write("theirs", numbered(20))?;
    repo.write("more", "1\n")?;
    let moved = repo.commit("moved")?;
    repo.git(&["cherry-pick", &before])?;
    let now = repo.git(&["rev-parse", "HEAD"])?.trim().to_owned();
    let text = between(&patch(&repo, &base, &before)?, &patch(&repo, &moved, &now)?);
    assert_eq!(text, "");
    Ok(())
}
