//! The recorded differences of a real control plane.
//!
//! Runs only when `KORTIX_TUI_SHARED` names the folder with the recordings.

use std::{collections::BTreeMap, error::Error, fs, path::PathBuf};

use kortix_tui::{diff::changeset::Changeset, model::change::Difference};
use serde_json::Value;

use super::hostile::assert_sound;

fn recordings() -> Option<Vec<PathBuf>> {
    let shared = PathBuf::from(std::env::var_os("KORTIX_TUI_SHARED")?);
    let folder = fs::read_dir(shared.join("contract/captures")).ok()?;
    let is_difference = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("05-cr-diff-") || name.starts_with("07-cr-diff-")
    };
    let paths = folder.flatten().map(|entry| entry.path());
    Some(paths.filter(is_difference).collect())
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip() {
    eprintln!("skipped: KORTIX_TUI_SHARED does not name the recordings");
}

/// The recorded differences by name.
fn differences(paths: Vec<PathBuf>) -> Result<BTreeMap<String, Difference>, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    for path in paths {
        let mut capture: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        if capture["status"] == 200 {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let body = serde_json::from_value(capture["body"].take())?;
            found.insert(name.into_owned(), body);
        }
    }
    Ok(found)
}

fn sums(changeset: &Changeset) -> (u64, u64) {
    let files = changeset.files.iter();
    files.fold((0, 0), |(added, removed), file| {
        (added + file.additions, removed + file.deletions)
    })
}

#[test]
fn recorded_differences_are_read_whole_and_add_up() -> Result<(), Box<dyn Error>> {
    let Some(paths) = recordings() else {
        skip();
        return Ok(());
    };
    let found = differences(paths)?;
    assert!(found.len() > 10, "only {} were found", found.len());
    let mut wrong = BTreeMap::new();
    let mut too_large = Vec::new();
    for (name, difference) in found {
        let changeset = Changeset::new(difference.clone());
        assert_sound(&changeset.patch);
        assert!(!changeset.patch.is_cut(), "{name}");
        let totals = (difference.additions, difference.deletions);
        assert_eq!(sums(&changeset), totals, "{name}");
        assert_eq!(changeset.files.len(), difference.files.len(), "{name}");
        for (file, known) in changeset.files.iter().zip(&difference.files) {
            assert_eq!(file.patch_file.is_none(), changeset.is_too_large, "{name}");
            assert_eq!((&file.path, &file.old_path), (&known.path, &known.old_path));
            let counts = (file.additions, file.deletions);
            let listed = (known.additions, known.deletions);
            if counts != listed {
                wrong.insert(file.path.clone(), (counts, listed));
            }
        }
        if changeset.is_too_large {
            too_large.push(name);
        }
    }
    assert_eq!(too_large, ["07-cr-diff-huge"]);
    // What the server's list is known to count wrongly: what it has, and that the list says none.
    let known = [
        ("GUIDE.md", (1, 1)),
        ("config.py", (1, 1)),
        ("docs/café.md", (1, 1)),
        ("docs/we\"ird\tname.txt", (1, 0)),
        ("docs/ünï.md", (1, 0)),
    ];
    let known = known.map(|(path, counts)| (path.to_owned(), (counts, (0, 0))));
    assert_eq!(wrong, known.into());
    Ok(())
}
