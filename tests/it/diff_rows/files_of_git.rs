//! Rows of what git itself compared.

use std::io;

use kortix_tui::diff::{
    changeset::{Changeset, FileId},
    rows::{Contents, Layout, Row, Rows, Shape},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use super::edits::{Edits, all_opened, edits, numbered, rebuilt};
use crate::diff_repo::DiffRepo;

#[test]
fn rows_with_all_context_are_the_files_of_git() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    let mut runner = TestRunner::deterministic();
    let all: Vec<Edits> = (0..40)
        .map(|_| edits().new_tree(&mut runner).unwrap().current())
        .collect();
    let mut commits = Vec::new();
    for is_new in [false, true] {
        for (case, edits) in all.iter().enumerate() {
            for (place, file) in edits.files.iter().enumerate() {
                let text = if is_new { &file.new } else { &file.old };
                repo.write(format!("{case}/{place}"), text)?;
            }
        }
        commits.push(repo.commit("a side")?);
    }
    let changeset = &Changeset::new(repo.difference(&commits[0], &commits[1])?);
    assert!(changeset.files.len() > 40);
    let blob = |side: usize, path: &str| -> io::Result<String> {
        let bytes = repo.blob(&commits[side], path)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    for layout in [Layout::Unified, Layout::Split] {
        let mut shape = Shape {
            layout,
            ..Shape::default()
        };
        let mut texts = Vec::new();
        for (id, entry) in (0..).map(FileId).zip(&changeset.files) {
            let contents = Contents::new(blob(1, &entry.path)?);
            assert!(contents.matches(&changeset.patch, entry.patch_file.unwrap()));
            shape.contents.insert(id, contents);
            texts.push([blob(0, &entry.path)?, blob(1, &entry.path)?]);
        }
        let shape = all_opened(changeset, shape);
        let expected: Vec<_> = texts
            .iter()
            .map(|text| text.each_ref().map(|text| numbered(text)))
            .collect();
        assert_eq!(rebuilt(changeset, &shape), expected);
    }
    Ok(())
}

#[test]
fn what_has_no_lines_has_a_note() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    for name in ["binary", "mode", "moved", "gone", "linked"] {
        repo.write(name, format!("{name}\n").repeat(9))?;
    }
    repo.write("binary", [0, 1, 2])?;
    let old = repo.commit("before")?;
    repo.write("binary", [0, 1, 3])?;
    repo.mode("mode", 0o755)?;
    repo.rename("moved", "other")?;
    repo.remove("gone")?;
    repo.write("empty", "")?;
    repo.write("fresh", "new\n")?;
    repo.link("link", "target")?;
    let new = repo.commit("after")?;
    let changeset = Changeset::new(repo.difference(&old, &new)?);
    let rows = Rows::new(&changeset, &Shape::default());
    let mut kinds = Vec::new();
    for row in 0..rows.len() {
        match rows.at(&changeset, &Shape::default(), row).unwrap() {
            Row::File(file) => kinds.push(changeset.file(file).unwrap().path.clone()),
            Row::Note(_) => kinds.push("note".to_owned()),
            Row::Gap(..) => kinds.push("gap".to_owned()),
            Row::Hunk(..)
            | Row::Line(..)
            | Row::Same(..)
            | Row::Pair(..)
            | Row::Context { .. }
            | Row::Comment(_) => {}
        }
    }
    let expected = "binary note empty note fresh gone link note mode note other note";
    assert_eq!(kinds.join(" "), expected);
    Ok(())
}
