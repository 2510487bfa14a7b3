//! Files kept for the next run: whole, private, and never in the way.

use std::{collections::BTreeMap, fs, io, os::unix::fs::PermissionsExt, path::Path};

use kortix_tui::{
    app::memory::{Drafts, Memory},
    config::cache::{self, Problem},
    runtime::keeper::{Keeper, Places},
};

fn places(folder: &Path) -> Places {
    Places {
        fleet: folder.join("cache/fleet.json"),
        drafts: folder.join("state/drafts.json"),
        reviews: folder.join("state/reviews"),
    }
}

fn with_draft(key: &str, text: &str) -> Memory {
    Memory {
        fleet: None,
        drafts: Some(Drafts {
            prompts: BTreeMap::from([(key.to_owned(), text.to_owned())]),
            new_session: None,
        }),
        history: Some(Vec::new()),
    }
}

fn keep(keeper: &Keeper, memory: Memory) -> Result<(), Problem> {
    keeper.wish(memory);
    keeper.write()
}

fn prompts(memory: &Memory) -> Vec<(&str, &str)> {
    let drafts = memory.drafts.iter().flat_map(|drafts| &drafts.prompts);
    drafts
        .map(|(key, text)| (key.as_str(), text.as_str()))
        .collect()
}

#[test]
fn what_is_kept_comes_back_and_only_its_owner_can_read_it() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let places = places(folder.path());
    keep(&Keeper::new(places.clone()), with_draft("s1", "fix it")).map_err(io::Error::other)?;
    let (memory, problems) = Keeper::new(places.clone()).read();
    assert_eq!(problems, Vec::new());
    assert_eq!(prompts(&memory), [("s1", "fix it")]);
    let mode = |path: &Path| fs::metadata(path).map(|meta| meta.permissions().mode() & 0o777);
    assert_eq!(mode(&places.drafts)?, 0o600);
    assert_eq!(mode(&folder.path().join("state"))?, 0o700);
    Ok(())
}

#[test]
fn a_damaged_file_is_set_aside_and_said() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("drafts.json");
    fs::write(&path, b"{\"version\":1,\"value\":{\"dra")?;
    let read = cache::read::<Drafts>(&path);
    assert_eq!(read, Err(Problem::Damaged { path: path.clone() }));
    assert!(!path.exists());
    assert!(folder.path().join("drafts.json.bad").exists());
    assert_eq!(cache::read::<Drafts>(&path), Ok(None));
    Ok(())
}

#[test]
fn the_file_of_a_newer_program_is_left_alone() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("drafts.json");
    fs::write(&path, b"{\"version\":99,\"value\":{\"prompts\":{}}}")?;
    assert_eq!(cache::read::<Drafts>(&path), Ok(None));
    assert!(path.exists());
    Ok(())
}

#[test]
fn two_instances_keep_each_others_drafts() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let places = places(folder.path());
    let (one, other) = (Keeper::new(places.clone()), Keeper::new(places.clone()));
    one.read();
    other.read();
    keep(&one, with_draft("s1", "from one")).map_err(io::Error::other)?;
    keep(&other, with_draft("s2", "from the other")).map_err(io::Error::other)?;
    let (memory, _) = Keeper::new(places).read();
    assert_eq!(
        prompts(&memory),
        [("s1", "from one"), ("s2", "from the other")]
    );
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_made_is_a_problem_and_no_panic() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(
        folder.path().join("state"),
        b"a file where a folder should be",
    )?;
    let kept = keep(&Keeper::new(places(folder.path())), with_draft("s1", "x"));
    assert!(matches!(kept, Err(Problem::Unwritable { .. })));
    Ok(())
}
