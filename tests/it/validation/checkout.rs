//! A project's files from a folder and from a commit.

use std::{fs, io, os::unix::fs::symlink};

use kortix_tui::{
    local::git::Git,
    runtime::checkout,
    validation::{Entry, Tracked, Tree},
};

use crate::diff_repo::DiffRepo;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

fn git() -> Git {
    Git::find().unwrap()
}

/// A manifest with a template for each of some Dockerfiles.
fn manifest(dockerfiles: &[&str]) -> String {
    let templates = dockerfiles.iter().enumerate().map(|(at, path)| {
        format!("[[sandbox.templates]]\nslug = 't{at}'\ndockerfile = '{path}'\n")
    });
    format!("kortix_version = 1\n{}", templates.collect::<String>())
}

fn folder(repo: &DiffRepo) -> io::Result<Tree> {
    Ok(runtime()?.block_on(checkout::folder(repo.path(), Some(&git()))))
}

fn tracked(tree: &Tree, path: &str) -> Option<Tracked> {
    match tree.get(path) {
        Some(Entry::File { tracked, .. }) => Some(*tracked),
        _ => None,
    }
}

#[test]
fn a_folder_says_what_git_knows_of_each_file() -> Outcome {
    let repo = DiffRepo::new()?;
    let paths = ["./a//D", "new", "out.log", "lib/D", "gone", "a"];
    repo.write("kortix.toml", manifest(&paths))?;
    for path in ["a/D", "new", "out.log", "lib/D"] {
        repo.write(path, "FROM ubuntu:24.04\n")?;
    }
    repo.write(".gitignore", "*.log\n")?;
    repo.git(&["add", "kortix.toml", "a", ".gitignore"])?;
    fs::create_dir(repo.path().join("lib/.git"))?;
    let tree = folder(&repo)?;
    assert_eq!(tracked(&tree, "kortix.toml"), Some(Tracked::Yes));
    assert_eq!(tracked(&tree, "./a//D"), Some(Tracked::Yes));
    assert_eq!(tracked(&tree, "new"), Some(Tracked::No));
    assert_eq!(tracked(&tree, "out.log"), Some(Tracked::Ignored));
    assert_eq!(tracked(&tree, "lib/D"), Some(Tracked::Submodule));
    assert_eq!(tree.get("gone"), Some(&Entry::Absent));
    assert_eq!(tree.names("a"), Some(&["D".to_owned()][..]));
    Ok(())
}

#[test]
fn without_a_repository_nothing_is_known_of_what_git_knows() -> Outcome {
    let outside = tempfile::tempdir()?;
    fs::write(outside.path().join("kortix.toml"), manifest(&["D"]))?;
    fs::write(outside.path().join("D"), "FROM ubuntu:24.04\n")?;
    let tree = runtime()?.block_on(checkout::folder(outside.path(), Some(&git())));
    assert_eq!(tracked(&tree, "D"), Some(Tracked::Unknown));
    Ok(())
}

#[test]
fn nothing_outside_of_the_folder_and_no_pipe_is_read() -> Outcome {
    let repo = DiffRepo::new()?;
    let outside = tempfile::NamedTempFile::new()?;
    repo.write("kortix.toml", manifest(&["out", "pipe", "loop", "in"]))?;
    repo.write("real", "FROM ubuntu:24.04\n")?;
    symlink(outside.path(), repo.path().join("out"))?;
    symlink("loop", repo.path().join("loop"))?;
    symlink("real", repo.path().join("in"))?;
    let pipe = std::process::Command::new("mkfifo")
        .arg(repo.path().join("pipe"))
        .status()?;
    assert!(pipe.success());
    let tree = folder(&repo)?;
    for path in ["out", "pipe", "loop"] {
        let entry = tree.get(path);
        assert!(
            matches!(entry, Some(Entry::Unreadable(_))),
            "{path}: {entry:?}"
        );
    }
    assert!(tree.get("in").and_then(Entry::bytes).is_some());
    Ok(())
}

#[test]
fn a_commit_is_read_as_it_is_also_below_the_root() -> Outcome {
    let repo = DiffRepo::new()?;
    let trigger = "[[triggers]]\nslug = 't'\ntype = 'cron'\nprompt = 'p'\ncron = '0 9 * * *'\nagent = 'one'\n";
    let text = manifest(&["./a//D", "gone", "a", "lib/D"]) + trigger;
    repo.write("shop/kortix.toml", &text)?;
    repo.write("shop/a/D", "FROM ubuntu:24.04\n")?;
    repo.write("shop/.kortix/opencode/opencode.json", "{}")?;
    repo.write("shop/.kortix/opencode/agents/one.md", "x")?;
    repo.commit("all")?;
    repo.submodule("shop/lib", &"1".repeat(40))?;
    repo.git(&["commit", "-q", "-m", "a submodule"])?;
    fs::remove_dir_all(repo.path().join("shop/a"))?;
    let root = repo.path().join("shop");
    let tree = runtime()?.block_on(checkout::revision(&git(), &root, "HEAD"))?;
    assert_eq!(tracked(&tree, "./a//D"), Some(Tracked::Yes));
    assert_eq!(tree.get("gone"), Some(&Entry::Absent));
    assert_eq!(tree.names("a"), Some(&["D".to_owned()][..]));
    assert_eq!(
        tree.names(".kortix/opencode/agents/"),
        Some(&["one.md".to_owned()][..])
    );
    assert!(
        runtime()?
            .block_on(checkout::revision(&git(), &root, "nothing"))
            .is_err()
    );
    Ok(())
}
