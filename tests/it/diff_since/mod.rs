//! What changed between two patches of one change request, held against git's own difference of the
//! two heads.

mod moved;
mod properties;
mod same_base;
mod texts;

use std::{error::Error, fs};

use kortix_tui::diff::{patch::Patch, since::between};

use crate::diff_repo::DiffRepo;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What `head` changed since it left `base`.
fn patch(repo: &DiffRepo, base: &str, head: &str) -> Outcome<Patch> {
    Ok(Patch::parse(repo.difference(base, head)?.patch))
}

/// Whether a patch leads from one commit to another, as git applies it.
fn assert_leads(repo: &DiffRepo, text: &str, from: &str, to: &str) -> Outcome {
    repo.git(&["reset", "-q", "--hard", from])?;
    repo.git(&["clean", "-qfd"])?;
    if !text.is_empty() {
        let file = repo.path().join(".git/since.patch");
        fs::write(&file, text)?;
        let applied = repo.output(&["apply", "--index", "--unidiff-zero", ".git/since.patch"])?;
        let complaint = String::from_utf8_lossy(&applied.stderr).into_owned();
        assert!(applied.status.success(), "{complaint}\n{text}");
    }
    let left = repo.git(&["diff", "--cached", to])?;
    assert_eq!(left, "", "what is missing after\n{text}");
    Ok(())
}

/// Each file of a patch as status, paths and counts.
fn files(patch: &Patch) -> Vec<String> {
    let show = |file: &kortix_tui::diff::patch::PatchFile| {
        let from = file.old_path.as_deref().filter(|_| file.new_path.is_some());
        let from = from.filter(|path| *path != file.path());
        let from = from.map(|path| format!(" < {path}")).unwrap_or_default();
        let (status, path) = (file.status.as_str(), file.path());
        format!("{status} {path}{from} +{} -{}", file.added, file.removed)
    };
    patch.files().iter().map(show).collect()
}

/// The difference of the two heads by both patches, which start from one base: it leads from the one
/// head to the other and has as many lines as git's.
fn exact(repo: &DiffRepo, base: &str, before: &str, now: &str) -> Outcome<Patch> {
    let text = between(&patch(repo, base, before)?, &patch(repo, base, now)?);
    assert_leads(repo, &text, before, now)?;
    let ours = Patch::parse(text.as_str());
    assert!(!ours.is_cut(), "{text}");
    let git = Patch::parse(repo.git(&["diff", "-M", before, now])?);
    let count = |patch: &Patch| {
        let files = patch.files().iter();
        files.fold((0, 0), |(added, removed), file| {
            (added + file.added, removed + file.removed)
        })
    };
    assert_eq!(count(&ours), count(&git), "{text}");
    Ok(ours)
}

fn numbered(count: u32) -> String {
    (1..=count)
        .map(|number| format!("line {number}\n"))
        .collect()
}
