//! Reviewed marks over new heads.

use std::io;

use kortix_tui::diff::{
    changeset::{Changeset, FileId},
    patch::HunkId,
    review::marks::{Digests, Marks, Progress},
};

use super::{changeset, numbered};
use crate::diff_repo::DiffRepo;

/// A repository whose branch `work` changes two places of `a`, and `b`.
fn repository() -> io::Result<DiffRepo> {
    let repo = DiffRepo::new()?;
    repo.write("a", numbered("line", 60))?;
    repo.write("b", numbered("other", 10))?;
    repo.write("c", numbered("third", 10))?;
    repo.commit("base")?;
    repo.git(&["switch", "-qc", "work"])?;
    edit(&repo, "a", "line 10", "first change")?;
    edit(&repo, "a", "line 50", "second change")?;
    edit(&repo, "b", "other 5", "change of b")?;
    repo.commit("work")?;
    Ok(repo)
}

fn edit(repo: &DiffRepo, path: &str, old: &str, new: &str) -> io::Result<()> {
    let text = std::fs::read_to_string(repo.path().join(path))?;
    let edited = text.replacen(&format!("{old}\n"), &format!("{new}\n"), 1);
    assert_ne!(edited, text, "{old}");
    repo.write(path, edited)
}

fn progress(marks: &Marks, changeset: &Changeset) -> (usize, usize) {
    let Progress { done, total } = marks.progress(changeset, &Digests::of(changeset));
    (done, total)
}

/// Which hunks are reviewed, in the order of the patch.
fn hunks(marks: &Marks, changeset: &Changeset) -> Vec<bool> {
    let digests = Digests::of(changeset);
    let count = changeset.patch.hunks().len() as u32;
    let hunks = (0..count).map(HunkId);
    hunks.map(|hunk| marks.has_hunk(&digests, hunk)).collect()
}

/// Marks of a reader who has reviewed everything.
fn all(changeset: &Changeset) -> Marks {
    let mut marks = Marks::default();
    let digests = Digests::of(changeset);
    for file in (0..changeset.files.len() as u32).map(FileId) {
        marks.toggle_file(changeset, &digests, file);
    }
    marks
}

#[test]
fn a_file_is_reviewed_when_all_its_hunks_are() -> io::Result<()> {
    let repo = repository()?;
    let work = changeset(&repo, "work")?;
    let digests = Digests::of(&work);
    let mut marks = Marks::default();
    assert_eq!(progress(&marks, &work), (0, 2));
    marks.toggle_hunk(&digests, HunkId(0));
    assert_eq!(progress(&marks, &work), (0, 2));
    marks.toggle_hunk(&digests, HunkId(1));
    assert_eq!(progress(&marks, &work), (1, 2));
    marks.toggle_hunk(&digests, HunkId(1));
    assert_eq!(hunks(&marks, &work), [true, false, false]);
    Ok(())
}

#[test]
fn marking_a_partly_reviewed_file_marks_the_rest_and_again_takes_all_away() -> io::Result<()> {
    let repo = repository()?;
    let work = changeset(&repo, "work")?;
    let digests = Digests::of(&work);
    let mut marks = Marks::default();
    marks.toggle_hunk(&digests, HunkId(1));
    marks.toggle_file(&work, &digests, FileId(0));
    assert_eq!(hunks(&marks, &work), [true, true, false]);
    marks.toggle_file(&work, &digests, FileId(0));
    assert_eq!(marks, Marks::default());
    Ok(())
}

#[test]
fn an_amend_takes_away_the_marks_of_what_it_changed_only() -> io::Result<()> {
    let repo = repository()?;
    let marks = all(&changeset(&repo, "work")?);
    edit(&repo, "a", "second change", "second change, better")?;
    repo.git(&["commit", "-qa", "--amend", "--no-edit"])?;
    let amended = changeset(&repo, "work")?;
    assert_eq!(hunks(&marks, &amended), [true, false, true]);
    assert_eq!(progress(&marks, &amended), (1, 2));
    Ok(())
}

#[test]
fn a_rebase_that_shifts_lines_and_far_context_keeps_marks() -> io::Result<()> {
    let repo = repository()?;
    let marks = all(&changeset(&repo, "work")?);
    repo.git(&["switch", "-q", "main"])?;
    // Two lines above the first change, and at the top.
    edit(&repo, "a", "line 8", "line eight")?;
    edit(&repo, "a", "line 1", "a new line\nline 1")?;
    repo.commit("main goes on")?;
    repo.git(&["switch", "-q", "work"])?;
    repo.git(&["rebase", "-q", "main"])?;
    let rebased = changeset(&repo, "work")?;
    assert!(rebased.patch.text().contains("line eight"));
    assert_eq!(hunks(&marks, &rebased), [true, true, true]);
    Ok(())
}

#[test]
fn a_squash_of_many_commits_keeps_marks() -> io::Result<()> {
    let repo = repository()?;
    edit(&repo, "c", "third 5", "change of c")?;
    repo.commit("more")?;
    let marks = all(&changeset(&repo, "work")?);
    repo.git(&["reset", "-q", "--soft", "main"])?;
    repo.commit("all in one")?;
    assert_eq!(progress(&marks, &changeset(&repo, "work")?), (3, 3));
    Ok(())
}

#[test]
fn a_hunk_that_grew_into_another_is_not_reviewed() -> io::Result<()> {
    let repo = repository()?;
    let marks = all(&changeset(&repo, "work")?);
    edit(&repo, "a", "line 15", "close to the first change")?;
    repo.commit("closer")?;
    let merged = changeset(&repo, "work")?;
    assert_eq!(hunks(&marks, &merged), [false, true, true]);
    Ok(())
}

#[test]
fn equal_hunks_of_a_file_have_marks_of_their_own() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    let block = "begin\nmiddle\nend\n";
    let apart = numbered("x", 10);
    repo.write("a", [block, &apart, block].concat())?;
    repo.commit("base")?;
    repo.git(&["switch", "-qc", "work"])?;
    let edited = block.replace("middle", "changed");
    repo.write("a", [&edited, &*apart, &edited].concat())?;
    repo.commit("work")?;
    let work = changeset(&repo, "work")?;
    let mut marks = Marks::default();
    marks.toggle_hunk(&Digests::of(&work), HunkId(1));
    assert_eq!(hunks(&marks, &work), [false, true]);
    Ok(())
}

#[test]
fn the_same_words_in_another_file_are_not_reviewed() -> io::Result<()> {
    let repo = repository()?;
    let marks = all(&changeset(&repo, "work")?);
    repo.git(&["mv", "b", "elsewhere"])?;
    repo.commit("moved")?;
    assert_eq!(
        hunks(&marks, &changeset(&repo, "work")?),
        [true, true, false]
    );
    Ok(())
}

#[test]
fn a_file_that_becomes_executable_has_to_be_looked_at_again() -> io::Result<()> {
    let repo = repository()?;
    let marks = all(&changeset(&repo, "work")?);
    repo.mode("b", 0o755)?;
    repo.commit("run it")?;
    assert_eq!(
        hunks(&marks, &changeset(&repo, "work")?),
        [true, true, false]
    );
    Ok(())
}

#[test]
fn a_last_line_that_loses_its_line_feed_has_to_be_looked_at_again() -> io::Result<()> {
    let repo = repository()?;
    repo.write("new", "one\ntwo\n")?;
    repo.commit("new")?;
    let marks = all(&changeset(&repo, "work")?);
    repo.write("new", "one\ntwo")?;
    repo.commit("new")?;
    assert_eq!(
        hunks(&marks, &changeset(&repo, "work")?),
        [true, true, true, false]
    );
    Ok(())
}

#[test]
fn files_without_lines_are_marked_by_what_they_hold() -> io::Result<()> {
    let repo = repository()?;
    repo.write("picture", [0_u8, 1, 2])?;
    repo.mode("c", 0o755)?;
    repo.commit("no lines")?;
    let before = changeset(&repo, "work")?;
    let mut marks = all(&before);
    assert_eq!(progress(&marks, &before), (4, 4));
    repo.git(&["commit", "-q", "--amend", "-m", "other words"])?;
    assert_eq!(progress(&marks, &changeset(&repo, "work")?), (4, 4));
    repo.write("picture", [0_u8, 1, 3])?;
    repo.git(&["commit", "-qa", "--amend", "--no-edit"])?;
    let after = changeset(&repo, "work")?;
    assert_eq!(progress(&marks, &after), (3, 4));
    let picture = after.by_path("picture").unwrap();
    marks.toggle_file(&after, &Digests::of(&after), picture);
    assert_eq!(progress(&marks, &after), (4, 4));
    Ok(())
}

#[test]
fn files_of_a_patch_that_was_left_out_are_marked_for_one_head() -> io::Result<()> {
    let repo = repository()?;
    let mut difference = repo.difference("main", "work")?;
    difference.patch.clear();
    let now = Changeset::new(difference.clone());
    let marks = all(&now);
    assert_eq!(progress(&marks, &now), (2, 2));
    difference.head_sha = "another".to_owned();
    assert_eq!(progress(&marks, &Changeset::new(difference)), (0, 2));
    Ok(())
}
