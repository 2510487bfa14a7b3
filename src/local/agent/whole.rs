//! Writes small files so that a reader, or a crash, meets the old content or the new, never a part.

use std::{io, io::Write, path::Path};

/// Replaces a file as a whole; only its owner can read it.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_data()?;
    file.persist(path)?;
    Ok(())
}
