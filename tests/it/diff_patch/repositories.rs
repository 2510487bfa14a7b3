//! Patches of real repositories, held against what git itself lists, counts and stores.

use std::{collections::HashMap, error::Error, ffi::OsStr, os::unix::ffi::OsStrExt};

use kortix_tui::diff::patch::{FileContent, Patch, PatchFile};

use super::{applied, reversed};
use crate::diff_repo::DiffRepo;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What git says of one file.
struct Listed {
    status: char,
    old_mode: u32,
    new_mode: u32,
    old_blob: String,
    new_blob: String,
    path: String,
    old_path: String,
    /// `None` for binary files.
    counts: Option<(u32, u32)>,
}

/// The blobs of a repository, read once each.
struct Blobs<'a> {
    repo: &'a DiffRepo,
    known: HashMap<String, String>,
}

impl Blobs<'_> {
    fn text(&mut self, id: &str) -> Outcome<String> {
        if id.bytes().all(|byte| byte == b'0') {
            return Ok(String::new());
        }
        if let Some(text) = self.known.get(id) {
            return Ok(text.clone());
        }
        let text = self.repo.git(&["cat-file", "blob", id])?;
        self.known.insert(id.to_owned(), text.clone());
        Ok(text)
    }
}

fn listed(raw: &str, counts: &str) -> Vec<Listed> {
    let mut raw = raw.split('\0').filter(|token| !token.is_empty());
    let mut counts = counts.split('\0').filter(|token| !token.is_empty());
    let mut files = Vec::new();
    while let (Some(meta), Some(first)) = (raw.next(), raw.next()) {
        let fields: Vec<&str> = meta.trim_start_matches(':').split(' ').collect();
        let status = fields[4].chars().next().unwrap();
        let is_pair = matches!(status, 'R' | 'C');
        let path = if is_pair { raw.next().unwrap() } else { first };
        let row = counts.next().unwrap();
        if is_pair {
            counts.nth(1);
        }
        let mut columns = row.split('\t').map(|count| count.parse().ok());
        files.push(Listed {
            status,
            old_mode: u32::from_str_radix(fields[0], 8).unwrap(),
            new_mode: u32::from_str_radix(fields[1], 8).unwrap(),
            old_blob: fields[2].to_owned(),
            new_blob: fields[3].to_owned(),
            path: path.to_owned(),
            old_path: first.to_owned(),
            counts: columns.next().flatten().zip(columns.next().flatten()),
        });
    }
    files
}

fn letter(file: &PatchFile) -> char {
    match file.status.as_str() {
        "added" => 'A',
        "deleted" => 'D',
        "renamed" => 'R',
        "copied" => 'C',
        "typechange" => 'T',
        _ => 'M',
    }
}

/// Holds one file against git's word; modes and ids that a patch leaves out are not held against it.
fn compare(file: &PatchFile, git: &Listed) {
    let path = &git.path;
    assert_eq!(letter(file), git.status, "{path}");
    let old = (git.status != 'A').then_some(&git.old_path);
    let new = (git.status != 'D').then_some(&git.path);
    assert_eq!(file.old_path.as_ref(), old, "{path}");
    assert_eq!(file.new_path.as_ref(), new, "{path}");
    assert_eq!(
        file.old_mode.unwrap_or(git.old_mode),
        git.old_mode,
        "{path}"
    );
    assert_eq!(
        file.new_mode.unwrap_or(git.new_mode),
        git.new_mode,
        "{path}"
    );
    let has_blob = |id: &Option<String>, full: &str| {
        id.as_ref().is_none_or(|id| full.starts_with(id.as_str()))
    };
    assert!(has_blob(&file.old_blob, &git.old_blob), "{path}");
    assert!(has_blob(&file.new_blob, &git.new_blob), "{path}");
    assert_eq!(
        (file.added, file.removed),
        git.counts.unwrap_or_default(),
        "{path}"
    );
    if git.counts.is_none() {
        assert_eq!(file.content, FileContent::Binary, "{path}");
    }
}

/// Holds a patch against git's list, counts and blobs.
fn check(repo: &DiffRepo, range: [&str; 2], options: &[&str]) -> Outcome<Patch> {
    let run = |form: &[&str]| {
        let find = ["-M", "--no-color"];
        let arguments = [&["diff"], &find[..], options, form, &range].concat();
        repo.git(&arguments)
    };
    let text = run(&["-p"])?;
    let files = listed(
        &run(&["--raw", "-z", "--abbrev=40"])?,
        &run(&["--numstat", "-z"])?,
    );
    let patch = Patch::parse(text);
    assert_eq!(patch.files().len(), files.len(), "{options:?}");
    assert!(!patch.is_cut());
    let mut blobs = Blobs {
        repo,
        known: HashMap::new(),
    };
    for (file, git) in patch.files().iter().zip(&files) {
        compare(file, git);
        let is_elsewhere = [git.old_mode, git.new_mode].contains(&0o160_000);
        if git.counts.is_some() && !is_elsewhere {
            let before = blobs.text(&git.old_blob)?;
            let after = blobs.text(&git.new_blob)?;
            assert_eq!(applied(&before, &patch, file)?, after, "{}", git.path);
            if letter(file) != 'T' {
                assert_eq!(reversed(&after, &patch, file)?, before, "{}", git.path);
            }
        }
    }
    Ok(patch)
}

fn numbered(count: u32) -> String {
    (1..=count)
        .map(|number| format!("line {number}\n"))
        .collect()
}

const ONE: &str = "1111111111111111111111111111111111111111";
const TWO: &str = "2222222222222222222222222222222222222222";

/// A repository with every form of change; its base and its head.
fn everything() -> Outcome<(DiffRepo, String, String)> {
    let repo = DiffRepo::new()?;
    before(&repo)?;
    let base = repo.commit("base")?;
    names(&repo)?;
    contents(&repo)?;
    kinds(&repo)?;
    let head = repo.commit("head")?;
    Ok((repo, base, head))
}

fn before(repo: &DiffRepo) -> Outcome {
    for path in [
        "edited.txt",
        "a b/a b",
        "x b/x",
        "moved as is.txt",
        "moved.txt",
        "tab\tname.txt",
        "copied.txt",
        "script.sh",
        "script too.sh",
        "dev/null",
    ] {
        repo.write(path, format!("{path}\n{}", numbered(40)))?;
    }
    repo.write("gone.txt", "-- a\n++ b\n@@ -1 +1 @@\n")?;
    repo.write("gone empty.txt", "")?;
    repo.write("crlf.txt", "a\r\nb\r\n\r\nc\rd\r\n")?;
    repo.write("no-eol.txt", "a\nb")?;
    repo.write("gets-eol.txt", "a\nb")?;
    repo.write("heads.txt", "-- a/x\n++ b/x\n a\n\ndiff --git a/y b/y\n")?;
    repo.write("image.bin", [0, 1, 2, 255])?;
    repo.write("gone.bin", [0, 1, 3, 255])?;
    repo.write("to-link", numbered(3))?;
    repo.write("to-module", numbered(3))?;
    repo.link("from-link", "edited.txt")?;
    repo.link("link", "edited.txt")?;
    repo.submodule("module", ONE)?;
    repo.submodule("gone-module", ONE)?;
    Ok(())
}

fn names(repo: &DiffRepo) -> Outcome {
    for path in [
        "edited.txt",
        "a b/a b",
        "x b/x",
        "tab\tname.txt",
        "dev/null",
    ] {
        let text = numbered(40)
            .replace("line 7\n", "")
            .replace("e 30", "e thirty\nand more");
        repo.write(path, format!("{path}\n{text}"))?;
    }
    for path in [
        "ünï.md",
        "we\"ird\\name",
        "new\nline",
        " blank ",
        "b/ b",
        "\u{1}",
    ] {
        repo.write(path, format!("{}\nname\n", path.len()))?;
    }
    repo.write(OsStr::from_bytes(b"latin\xe9"), "x\ny\n")?;
    repo.rename("moved as is.txt", "b/moved as is.txt")?;
    repo.rename("moved.txt", "moved\tü.txt")?;
    repo.write("moved\tü.txt", format!("moved.txt\n{}more\n", numbered(40)))?;
    Ok(())
}

fn contents(repo: &DiffRepo) -> Outcome {
    repo.write("copied.txt", format!("copied.txt\n{}x\n", numbered(40)))?;
    repo.write("copy.txt", format!("copied.txt\n{}y\n", numbered(40)))?;
    repo.remove("gone.txt")?;
    repo.remove("gone empty.txt")?;
    repo.write("empty.txt", "")?;
    repo.write("crlf.txt", "a\r\nB\r\n\r\nc\rD\r\n")?;
    repo.write("no-eol.txt", "a\nB")?;
    repo.write("gets-eol.txt", "a\nb\n")?;
    repo.write("loses-eol.txt", "a\nb")?;
    repo.write(
        "heads.txt",
        "- a/x\n+ b/x\n a\n\n\ndiff --git a/y b/z\n\\ No\n",
    )?;
    repo.write("latin1.txt", b"caf\xe9\n\xff\xfe\xc3\n")?;
    repo.write("long.txt", format!("{}\n", "long ".repeat(250_000)))?;
    repo.write("image.bin", [0, 1, 2, 254])?;
    repo.write("new.bin", [0, 7])?;
    repo.remove("gone.bin")?;
    Ok(())
}

fn kinds(repo: &DiffRepo) -> Outcome {
    repo.mode("script.sh", 0o755)?;
    repo.write("script too.sh", numbered(39))?;
    repo.mode("script too.sh", 0o755)?;
    repo.link("to-link", "edited.txt")?;
    repo.remove("from-link")?;
    repo.write("from-link", "a\nb\n")?;
    repo.link("link", "crlf.txt")?;
    repo.link("new-link", "nowhere")?;
    repo.submodule("module", TWO)?;
    repo.submodule("new-module", TWO)?;
    std::fs::remove_dir(repo.path().join("gone-module"))?;
    repo.remove("to-module")?;
    repo.submodule("to-module", TWO)?;
    Ok(())
}

#[test]
fn every_form_is_read_as_git_means_it() -> Outcome {
    let (repo, base, head) = everything()?;
    let patch = check(&repo, [&base, &head], &[])?;
    assert_eq!(patch.files().len(), 38);
    Ok(())
}

#[test]
fn the_way_back_is_read_as_git_means_it() -> Outcome {
    let (repo, base, head) = everything()?;
    check(&repo, [&head, &base], &[])?;
    Ok(())
}

#[test]
fn other_options_of_git_are_read_too() -> Outcome {
    let (repo, base, head) = everything()?;
    for options in [
        &["-C", "--find-copies-harder"][..],
        &["-U0"],
        &["-U10", "--full-index"],
        &["--no-renames"],
        &["--binary"],
        &["--no-prefix"],
        &["--src-prefix=i/", "--dst-prefix=w/"],
        &["-B", "--patience"],
        &["--function-context"],
    ] {
        check(&repo, [&base, &head], options)?;
    }
    repo.git(&["config", "core.quotePath", "false"])?;
    check(&repo, [&base, &head], &[])?;
    Ok(())
}

#[test]
fn a_history_of_its_own_is_read_as_git_means_it() -> Outcome {
    let (repo, _, head) = everything()?;
    let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    check(&repo, [empty, &head], &[])?;
    check(&repo, [&head, empty], &[])?;
    Ok(())
}

#[test]
fn mails_and_files_outside_of_a_repository_are_read() -> Outcome {
    let (repo, base, head) = everything()?;
    let range = format!("{base}..{head}");
    let mail = repo.git(&["format-patch", "--stdout", "-M", &range])?;
    let diff = repo.git(&["diff", "-M", &base, &head])?;
    let (mail, diff) = (Patch::parse(mail), Patch::parse(diff));
    assert_eq!(mail.files().len(), diff.files().len());
    assert_eq!(mail.lines().len(), diff.lines().len());
    repo.write("one", "a\nb\n")?;
    repo.write("other", "a\nc\n")?;
    let output = repo.output(&["diff", "--no-index", "one", "other"])?;
    let patch = Patch::parse(String::from_utf8(output.stdout)?);
    let file = &patch.files()[0];
    assert_eq!(applied("a\nb\n", &patch, file)?, "a\nc\n");
    assert_eq!(file.new_path.as_deref(), Some("other"));
    Ok(())
}
