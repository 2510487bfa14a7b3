//! The server's list and the patch as one.

use std::io;

use kortix_tui::{
    diff::{changeset::Changeset, patch::PatchFileId},
    model::change::{ChangedFile, Difference, FileStatus},
};

use crate::diff_repo::DiffRepo;

fn listed(path: &str, status: FileStatus, additions: u64, deletions: u64) -> ChangedFile {
    ChangedFile {
        path: path.to_owned(),
        old_path: None,
        status,
        additions,
        deletions,
    }
}

/// Each file as status, paths, counts and its place in the patch.
fn files(changeset: &Changeset) -> Vec<String> {
    let show = |file: &kortix_tui::diff::changeset::FileEntry| {
        let from = file.old_path.as_ref().map(|path| format!(" < {path}"));
        let place = file.patch_file.map(|id| format!(" @{}", id.0));
        format!(
            "{} {}{} +{} -{}{}",
            file.status.as_str(),
            file.path,
            from.unwrap_or_default(),
            file.additions,
            file.deletions,
            place.unwrap_or_default()
        )
    };
    changeset.files.iter().map(show).collect()
}

const PATCH: &str = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-1\n+2\n+3\n\
    diff --git a/y b/y\nnew file mode 100644\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+1\n";

#[test]
fn counts_that_the_server_gets_wrong_come_from_the_patch() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    repo.write("top.py", "1\n2\n3\n4\n5\n6\n")?;
    repo.write("plain", "a\nb\n")?;
    repo.write("link", "a\nb\n")?;
    let base = repo.commit("base")?;
    repo.rename("top.py", "bottom.py")?;
    repo.write("bottom.py", "1\n2\n3\n4\n5\n7\n")?;
    repo.write("plain", "a\n")?;
    repo.write("ünï \"x\"", "1\n")?;
    repo.write("bin", [0])?;
    repo.link("link", "plain")?;
    let head = repo.commit("head")?;
    let changeset = Changeset::new(repo.difference(&base, &head)?);
    assert_eq!(
        files(&changeset),
        [
            "added bin +0 -0 @0",
            "renamed bottom.py < top.py +1 -1 @1",
            "typechange link +1 -2 @2",
            "modified plain +0 -1 @3",
            "added ünï \"x\" +1 -0 @4",
        ]
    );
    assert_eq!((changeset.additions, changeset.deletions), (3, 4));
    assert!(!changeset.is_too_large);
    assert_eq!(changeset.by_path("plain").map(|id| id.0), Some(3));
    Ok(())
}

#[test]
fn the_order_is_that_of_the_patch_and_the_rest_of_the_list_follows() {
    let changeset = Changeset::new(Difference {
        files: vec![
            listed("z", FileStatus::Other("sent".to_owned()), 4, 5),
            listed("y", FileStatus::Other("made".to_owned()), 1, 0),
        ],
        patch: PATCH.to_owned(),
        ..Difference::default()
    });
    assert_eq!(
        files(&changeset),
        ["modified x +2 -1 @0", "made y +1 -0 @1", "sent z +4 -5"]
    );
    assert_eq!((changeset.additions, changeset.deletions), (7, 6));
    assert_eq!(changeset.files[0].patch_file, Some(PatchFileId(0)));
}

#[test]
fn where_list_and_patch_disagree_the_totals_decide() {
    let with_totals = |additions, deletions| {
        Changeset::new(Difference {
            files: vec![
                listed("x", FileStatus::Modified, 5, 5),
                listed("y", FileStatus::Added, 1, 0),
            ],
            patch: PATCH.to_owned(),
            additions,
            deletions,
            ..Difference::default()
        })
    };
    let list = with_totals(6, 5);
    assert_eq!(files(&list), ["modified x +5 -5 @0", "added y +1 -0 @1"]);
    let patch = with_totals(3, 1);
    assert_eq!(files(&patch), ["modified x +2 -1 @0", "added y +1 -0 @1"]);
    assert_eq!((patch.additions, patch.deletions), (3, 1));
    let neither = with_totals(0, 0);
    assert_eq!(files(&neither), ["modified x +2 -1 @0", "added y +1 -0 @1"]);
    assert_eq!((neither.additions, neither.deletions), (3, 1));
}

#[test]
fn a_difference_without_its_patch_was_too_large() {
    let large = Difference {
        files: vec![listed("x", FileStatus::Added, 400_000, 0)],
        files_changed: 1,
        additions: 400_000,
        ..Difference::default()
    };
    let changeset = Changeset::new(large.clone());
    assert!(changeset.is_too_large);
    assert_eq!(files(&changeset), ["added x +400000 -0"]);
    let small = Changeset::new(Difference {
        patch: PATCH.to_owned(),
        ..large
    });
    assert!(!small.is_too_large);
    assert!(!Changeset::new(Difference::default()).is_too_large);
}

#[test]
fn a_cut_patch_leaves_the_counts_of_the_list() {
    let changeset = Changeset::new(Difference {
        files: vec![listed("x", FileStatus::Modified, 9, 9)],
        patch: PATCH[..PATCH.find("+3").unwrap()].to_owned(),
        additions: 12,
        deletions: 9,
        ..Difference::default()
    });
    assert_eq!(files(&changeset), ["modified x +9 -9 @0"]);
}

#[test]
fn quoted_paths_of_a_list_are_known_too() {
    let patch = "diff --git \"a/\\303\\274\" \"b/\\303\\274\"\nold mode 100644\nnew mode 100755\n\
        diff --git \"a/\\\"q\\\"\" \"b/\\\"q\\\"\"\nold mode 100644\nnew mode 100755\n";
    let changeset = Changeset::new(Difference {
        files: vec![
            listed("\"q\"", FileStatus::Modified, 1, 0),
            listed("\"\\303\\274\"", FileStatus::Modified, 2, 0),
        ],
        patch: patch.to_owned(),
        ..Difference::default()
    });
    assert_eq!(
        files(&changeset),
        ["modified ü +2 -0 @0", "modified \"q\" +1 -0 @1"]
    );
}
