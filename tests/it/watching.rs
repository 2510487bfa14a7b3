//! Watching files: what rings, and what does not.

use std::{
    fs,
    future::Future,
    io::{Error, Result},
    path::{Path, PathBuf},
    time::Duration,
};

use kortix_tui::runtime::watching::Watching;

/// Longer than any ring takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn on_runtime<T>(work: impl Future<Output = T>) -> Result<T> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?.block_on(work))
}

/// Does something to a file that is watched and waits for the ring.
fn rings_after(watched: &Path, deed: impl FnOnce() -> Result<()>) -> Result<()> {
    on_runtime(async {
        let mut watching = begin(watched)?;
        deed()?;
        ring(&mut watching).await
    })?
}

fn begin(watched: &Path) -> Result<Watching> {
    Watching::new([watched.to_owned()]).map_err(Error::other)
}

async fn ring(watching: &mut Watching) -> Result<()> {
    let rung = tokio::time::timeout(PATIENCE, watching.changed()).await;
    rung.map_err(|_| Error::other("nothing rang"))?
        .map_err(Error::other)
}

/// A folder with a file.
fn folder() -> Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("kortix.toml");
    fs::write(&file, "a = 1\n")?;
    Ok((folder, file))
}

#[test]
fn a_file_that_is_written_rings() -> Result<()> {
    let (_folder, file) = folder()?;
    rings_after(&file, || fs::write(&file, "a = 2\n"))
}

#[test]
fn a_file_that_is_renamed_over_it_rings_every_time() -> Result<()> {
    let (folder, file) = folder()?;
    let other = folder.path().join(".kortix.toml.swp");
    on_runtime(async {
        let mut watching = begin(&file)?;
        for round in 0..3 {
            fs::write(&other, format!("a = {round}\n"))?;
            fs::rename(&other, &file)?;
            ring(&mut watching).await?;
        }
        Ok(())
    })?
}

#[test]
fn a_file_that_appears_in_a_folder_that_appears_rings() -> Result<()> {
    let (folder, _) = folder()?;
    let file = folder.path().join("docker/web/Dockerfile");
    on_runtime(async {
        let mut watching = begin(&file)?;
        fs::create_dir(folder.path().join("docker"))?;
        ring(&mut watching).await?;
        fs::create_dir(folder.path().join("docker/web"))?;
        ring(&mut watching).await?;
        fs::write(&file, "FROM debian:13\n")?;
        ring(&mut watching).await?;
        fs::remove_dir_all(folder.path().join("docker"))?;
        ring(&mut watching).await
    })?
}

#[test]
fn a_file_behind_a_link_rings_when_it_is_written() -> Result<()> {
    let (_elsewhere, file) = folder()?;
    let here = tempfile::tempdir()?;
    let link = here.path().join("kortix.toml");
    std::os::unix::fs::symlink(&file, &link)?;
    rings_after(&link, || fs::write(&file, "a = 2\n"))
}

#[test]
fn reading_a_file_and_writing_its_neighbor_ring_nothing() -> Result<()> {
    let (folder, file) = folder()?;
    on_runtime(async {
        let mut watching = begin(&file)?;
        fs::read(&file)?;
        fs::write(folder.path().join("kortix.toml.bak"), "")?;
        let short = Duration::from_millis(300);
        let rung = tokio::time::timeout(short, watching.changed()).await;
        assert!(rung.is_err(), "it rang");
        Ok(())
    })?
}

#[test]
fn a_folder_rings_when_something_in_it_appears() -> Result<()> {
    let (folder, _) = folder()?;
    rings_after(folder.path(), || fs::write(folder.path().join("new"), ""))
}

#[test]
fn a_wait_that_is_given_up_loses_nothing() -> Result<()> {
    let (_folder, file) = folder()?;
    on_runtime(async {
        let mut watching = begin(&file)?;
        fs::write(&file, "a = 2\n")?;
        // Given up again and again before the burst is over.
        let brief = Duration::from_millis(20);
        for _ in 0..5 {
            if tokio::time::timeout(brief, watching.changed())
                .await
                .is_ok()
            {
                return Ok(());
            }
        }
        ring(&mut watching).await
    })?
}

#[test]
fn other_paths_can_be_watched_later() -> Result<()> {
    let (folder, file) = folder()?;
    let other = folder.path().join("Dockerfile");
    on_runtime(async {
        let mut watching = begin(&file)?;
        let both = [file.clone(), other.clone()];
        assert!(watching.set(both.clone()).map_err(Error::other)?);
        assert!(!watching.set(both).map_err(Error::other)?);
        fs::write(&other, "FROM debian:13\n")?;
        ring(&mut watching).await
    })?
}
