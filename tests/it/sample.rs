//! The sample project.

use std::{error::Error, path::Path, process::Command};

use kortix_tui::local::sample::{SampleError, create};

type Outcome = Result<(), Box<dyn Error>>;

fn git(folder: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[test]
fn the_sample_has_a_history_branches_and_a_clean_tree() -> Outcome {
    let dir = tempfile::tempdir()?;
    let place = create(dir.path())?;
    assert_eq!(git(&place, &["rev-list", "--count", "main"])?, "7");
    let branches = git(&place, &["branch", "--format=%(refname:short)"])?;
    assert_eq!(branches, "json-output\nmain\nstop-words");
    assert_eq!(git(&place, &["status", "--porcelain"])?, "");
    assert!(place.join("kortix.toml").is_file() && place.join(".kortix/Dockerfile").is_file());
    Ok(())
}

#[test]
fn the_sample_is_the_same_everywhere_and_made_once() -> Outcome {
    let (one, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (first, second) = (create(one.path())?, create(other.path())?);
    let head = git(&first, &["rev-parse", "main"])?;
    assert_eq!(head, git(&second, &["rev-parse", "main"])?);
    std::fs::write(first.join("mine.txt"), "kept")?;
    assert_eq!(create(one.path())?, first);
    assert!(first.join("mine.txt").is_file());
    Ok(())
}

#[test]
fn a_broken_sample_is_made_again() -> Outcome {
    let dir = tempfile::tempdir()?;
    let place = create(dir.path())?;
    std::fs::remove_dir_all(place.join(".git/refs"))?;
    std::fs::remove_dir_all(place.join(".git/objects"))?;
    create(dir.path())?;
    assert_eq!(git(&place, &["rev-list", "--count", "main"])?, "7");
    Ok(())
}

#[test]
fn a_strange_folder_in_its_place_is_left_alone() -> Outcome {
    let dir = tempfile::tempdir()?;
    let strange = dir.path().join("wordtally");
    std::fs::create_dir(&strange)?;
    std::fs::write(strange.join("thesis.txt"), "years of work")?;
    assert!(matches!(
        create(dir.path()),
        Err(SampleError::Occupied { .. })
    ));
    assert!(strange.join("thesis.txt").is_file());
    Ok(())
}

#[test]
fn the_sample_passes_its_own_tests() -> Outcome {
    let dir = tempfile::tempdir()?;
    let place = create(dir.path())?;
    let python = Command::new("python3")
        .args(["-m", "unittest", "discover", "-s", "tests", "-t", "."])
        .current_dir(&place)
        .output();
    match python {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
    Ok(())
}
