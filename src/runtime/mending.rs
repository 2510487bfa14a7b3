//! Changes files of people: the whole file or nothing of it, and only if it is still what was looked at.
//!
//! In: a file, what it was, and a fix or the new bytes. Out: the file with it, under the same name and
//! with the same permissions; behind a symbolic link the file that it leads to. Not for: which fixes
//! are safe (`diagnostic`), and for files of this program (`config::cache`).

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, fchown},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::{
    app::manifest::checkup::Digest,
    diagnostic::{self, Fix},
};

/// Why a file was not changed.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Somebody changed it since it was looked at.
    #[error("the file changed meanwhile and is as it was left; look at it again")]
    Changed,
    /// It is no text.
    #[error("the file is not UTF-8")]
    NotText,
    /// The fix does not fit its text.
    #[error("the fix does not fit the file")]
    Unfit,
    /// It cannot be read.
    #[error("cannot read the file: {0}")]
    Unreadable(#[source] io::Error),
    /// It cannot be written; it is as it was.
    #[error("cannot write the file: {0}")]
    Unwritable(#[source] io::Error),
}

/// Makes a fix in a file whose bytes have this digest.
pub fn mend(path: &Path, digest: &Digest, fix: &Fix) -> Result<(), Problem> {
    let before = fs::read(path).map_err(Problem::Unreadable)?;
    let now: Digest = Sha256::digest(&before).into();
    if now != *digest {
        return Err(Problem::Changed);
    }
    let text = std::str::from_utf8(&before).map_err(|_| Problem::NotText)?;
    let after = diagnostic::apply(text, fix).ok_or(Problem::Unfit)?;
    replace(path, &before, after.as_bytes())
}

/// Puts other bytes into a file that still has these.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), Problem> {
    let path = fs::canonicalize(path).map_err(Problem::Unreadable)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    // A rename needs no right to write the file; who took that right away meant it.
    let file = fs::OpenOptions::new().write(true).open(&path);
    let old = file.and_then(|file| file.metadata());
    let old = old.map_err(Problem::Unwritable)?;
    let written = || {
        let mut file = tempfile::Builder::new()
            .prefix(".kortix-tui-")
            .tempfile_in(folder)?;
        file.write_all(after)?;
        // Only root can give a file back to its owner; to everybody else it is theirs already.
        let _ = fchown(file.as_file(), Some(old.uid()), Some(old.gid()));
        file.as_file().set_permissions(old.permissions())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file: tempfile::NamedTempFile = written().map_err(Problem::Unwritable)?;
    // As late as possible: an editor may save at any time.
    if fs::read(&path).map_err(Problem::Unreadable)? != before {
        return Err(Problem::Changed);
    }
    file.persist(&path)
        .map_err(|error| Problem::Unwritable(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::diagnostic::Edit;

    fn fix() -> Fix {
        Fix {
            title: "rename `b` to `c`".to_owned(),
            edits: vec![Edit {
                span: 2..3,
                text: "c".to_owned(),
            }],
            is_safe: true,
        }
    }

    #[test]
    fn a_fix_keeps_the_permissions_and_the_link_that_leads_to_the_file() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "a b")?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640))?;
        symlink("file", &link)?;
        let outcome = mend(&link, &Sha256::digest("a b").into(), &fix());
        assert!(outcome.is_ok());
        assert_eq!(fs::read_to_string(&file)?, "a c");
        assert!(fs::symlink_metadata(&link)?.is_symlink());
        let mode = fs::metadata(&file)?.permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path())?.count(), 2);
        Ok(())
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("file");
        fs::write(&file, "a b!")?;
        let outcome = mend(&file, &Sha256::digest("a b").into(), &fix());
        assert!(matches!(outcome, Err(Problem::Changed)));
        let outcome = replace(&file, b"a b", b"a c");
        assert!(matches!(outcome, Err(Problem::Changed)));
        assert_eq!(fs::read_to_string(&file)?, "a b!");
        assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    }
}
