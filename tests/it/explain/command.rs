//! The command in real repositories: what it prints, and its exit codes.

use std::{fs, io::Result, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    cli::{run, text},
    home::Home,
    stage::git,
};

/// A repository `shop` in a home of its own, with three templates and one commit.
pub struct Shop {
    pub home: Home,
    pub folder: PathBuf,
}

const MANIFEST: &str = "kortix_version = 1

[project]
name = \"shop\"

[sandbox]
default = \"web\"

[[sandbox.templates]]
slug = \"web\"
name = \"Web box\"
dockerfile = \".kortix/Dockerfile\"
cpu = 4
memory = 200

[[sandbox.templates]]
slug = \"py\"
image = \"ghcr.io/acme/python:3.12-slim\"

[[sandbox.templates]]
slug = \"tools\"
dockerfile = \"tools/Dockerfile\"
";

const DOCKERFILE: &str = "# syntax=docker/dockerfile:1.7
FROM golang:1.24-bookworm AS build
RUN go install example.test/app@latest
FROM ubuntu:24.04
ENV API_TOKEN=abcdefgh
RUN apt-get update \\
    && apt-get install -y --no-install-recommends build-essential libssl-dev postgresql-client \\
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /go/bin/app /usr/local/bin/app
";

impl Shop {
    pub fn new() -> Result<Self> {
        let home = Home::new()?;
        let folder = home.path().join("shop");
        let shop = Self { home, folder };
        shop.write("kortix.toml", MANIFEST)?;
        shop.write(".kortix/Dockerfile", DOCKERFILE)?;
        shop.write(
            "tools/Dockerfile",
            "FROM debian:bookworm-slim\nCOPY src/ /opt/\n",
        )?;
        shop.write("tools/src/a.txt", "1\n")?;
        git(&shop.folder, &["init", "--quiet", "--initial-branch=main"]);
        shop.commit();
        Ok(shop)
    }

    pub fn write(&self, path: &str, content: &str) -> Result<()> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap())?;
        fs::write(path, content)
    }

    fn replace(&self, path: &str, from: &str, to: &str) -> Result<()> {
        let text = fs::read_to_string(self.folder.join(path))?;
        assert!(text.contains(from), "{path} has `{from}`");
        self.write(path, &text.replace(from, to))
    }

    pub fn commit(&self) -> String {
        git(&self.folder, &["add", "--all"]);
        git(&self.folder, &["commit", "--quiet", "--message=Go on"]);
        git(&self.folder, &["rev-parse", "HEAD"])
    }

    /// What the command prints for the shop, with its exit code; nothing on standard error.
    fn explain(&self, arguments: &[&str]) -> Result<(Option<i32>, String)> {
        let arguments = [&["explain", "shop"], arguments].concat();
        let output = run(&self.home, &arguments, &[], "")?;
        assert_eq!(text(&output.stderr), "");
        Ok((output.status.code(), text(&output.stdout)))
    }

    fn json(&self, arguments: &[&str]) -> Result<Value> {
        let (_, printed) = self.explain(&[arguments, &["--json"]].concat())?;
        Ok(serde_json::from_str(&printed)?)
    }

    /// The first lines on a change, one for each template, without those of the heading.
    fn verdicts(&self, arguments: &[&str]) -> Result<Vec<String>> {
        let told = self.json(arguments)?;
        let rows = told["comparison"]["templates"].as_array().unwrap().clone();
        let row = |row: Value| {
            format!(
                "{}: {}",
                row["slug"].as_str().unwrap(),
                row["words"].as_str().unwrap()
            )
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

#[test]
fn every_template_is_told_at_80_columns() -> Result<()> {
    let shop = Shop::new()?;
    let (code, printed) = shop.explain(&[])?;
    assert_eq!(code, Some(0));
    let widest = printed.lines().map(kortix_tui::text::width).max();
    assert!(widest <= Some(80), "{printed}");
    assert!(!printed.contains('\u{1b}'));
    insta::assert_snapshot!(printed);
    Ok(())
}

#[test]
fn a_change_is_judged_template_by_template() -> Result<()> {
    let shop = Shop::new()?;
    shop.replace(".kortix/Dockerfile", "build-essential", "make")?;
    shop.replace("kortix.toml", "3.12-slim", "3.13-slim")?;
    shop.write("tools/src/a.txt", "2\n")?;
    let head = git(&shop.folder, &["rev-parse", "HEAD"]);
    let (code, printed) = shop.explain(&["--base", "HEAD"])?;
    assert_eq!(code, Some(0));
    let (short, _) = head.split_at(8);
    insta::assert_snapshot!(printed.replace(short, "aaaaaaaa"));
    Ok(())
}

#[test]
fn two_commits_are_compared_without_the_files_in_the_folder() -> Result<()> {
    let shop = Shop::new()?;
    shop.replace(".kortix/Dockerfile", "ubuntu:24.04", "ubuntu:26.04")?;
    shop.commit();
    shop.write("kortix.toml", "broken [")?;
    assert_eq!(
        shop.verdicts(&["--base", "HEAD~1", "--head", "HEAD"])?,
        [
            "default: reuses the snapshot",
            "web: rebuilds: Dockerfile changed",
            "py: reuses the snapshot",
            "tools: reuses the snapshot",
        ]
    );
    let told = shop.json(&["--base", "HEAD~1", "--head", "HEAD"])?;
    assert_eq!(told["revision"], "HEAD");
    assert_eq!(
        told["commit"],
        git(&shop.folder, &["rev-parse", "HEAD"]).as_str()
    );
    assert_eq!(told["uncommitted"], json!([]));
    Ok(())
}

#[test]
fn files_that_git_does_not_know_yet_count_as_changed_but_ignored_ones_do_not() -> Result<()> {
    let shop = Shop::new()?;
    shop.write(".gitignore", "*.log\n")?;
    shop.commit();
    shop.write("tools/src/x.log", "x")?;
    let tools = |told: Vec<String>| {
        told.into_iter()
            .find(|row| row.starts_with("tools"))
            .unwrap()
    };
    assert_eq!(
        tools(shop.verdicts(&["--base", "main"])?),
        "tools: reuses the snapshot"
    );
    shop.write("tools/src/new.txt", "x")?;
    let row = tools(shop.verdicts(&["--base", "main"])?);
    assert!(row.contains("(files it copies changed"), "{row}");
    Ok(())
}

#[test]
fn a_base_without_a_manifest_makes_every_template_new() -> Result<()> {
    let shop = Shop::new()?;
    git(&shop.folder, &["checkout", "--quiet", "--orphan", "bare"]);
    git(
        &shop.folder,
        &["rm", "--quiet", "--cached", "-r", "--", "."],
    );
    git(
        &shop.folder,
        &["commit", "--quiet", "--allow-empty", "--message=Empty"],
    );
    assert_eq!(
        shop.verdicts(&["--base", "bare", "--head", "main"])?,
        [
            "default: reuses the snapshot",
            "web: new: built when a session first boots it",
            "py: new: built when a session first boots it",
            "tools: new: built when a session first boots it",
        ]
    );
    Ok(())
}

#[test]
fn a_project_below_the_root_of_its_repository_is_found() -> Result<()> {
    let shop = Shop::new()?;
    shop.write("deep/kortix.toml", &MANIFEST.replace("3.12", "3.11"))?;
    shop.write("deep/.kortix/Dockerfile", "FROM a:1\n")?;
    shop.write("deep/tools/Dockerfile", "FROM a:1\nCOPY src/ /x\n")?;
    shop.write("deep/tools/src/a", "1")?;
    shop.commit();
    shop.write("deep/tools/src/a", "2")?;
    let arguments = ["explain", "shop/deep", "--base", "HEAD", "--json"];
    let output = run(&shop.home, &arguments, &[], "")?;
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let rows = &told["comparison"]["templates"];
    assert_eq!(rows[1]["words"], "reuses the snapshot");
    let tools = rows[3]["words"].as_str().unwrap();
    assert!(tools.contains("files it copies changed"), "{tools}");
    let tree = &told["templates"][3]["inputs"]["context"]["git_tree"];
    let wanted = git(&shop.folder, &["rev-parse", "HEAD:deep/tools"]);
    assert_eq!(*tree, wanted.as_str());
    Ok(())
}

#[test]
fn what_is_not_committed_is_named_because_a_server_sees_commits() -> Result<()> {
    let shop = Shop::new()?;
    shop.replace("kortix.toml", "cpu = 4", "cpu = 2")?;
    shop.write("README.md", "not of interest")?;
    let told = shop.json(&[])?;
    assert_eq!(told["uncommitted"], json!(["kortix.toml"]));
    Ok(())
}

#[test]
fn a_folder_without_a_repository_is_told_without_git() -> Result<()> {
    let home = Home::new()?;
    let folder = home.path().join("shop");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("kortix.toml"), super::ONE)?;
    let output = run(&home, &["explain", "shop"], &[], "")?;
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("there is no `.kortix/Dockerfile`"));
    assert!(
        printed.contains("the folder is in no git repository"),
        "{printed}"
    );
    let output = run(&home, &["explain", "shop", "--base", "HEAD"], &[], "")?;
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("cannot look at a commit: the folder is in no git repository"),
        "{said}"
    );
    Ok(())
}

#[test]
fn bad_names_are_usage_errors() -> Result<()> {
    let shop = Shop::new()?;
    for (arguments, complaint) in [
        (
            &["explain", "shop", "--base", "nowhere"][..],
            "there is no commit `nowhere`",
        ),
        (
            &["explain", "shop", "--head", "--help-me"],
            "unexpected argument",
        ),
        (&["explain", "shop", "--base=-x"], "there is no commit `-x`"),
        (&["explain", "nowhere"], "there is no folder `nowhere`"),
        (
            &["explain", "shop", "--host", "nowhere"],
            "there is no host `nowhere`",
        ),
    ] {
        let output = run(&shop.home, arguments, &[], "")?;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(complaint), "{said}");
        assert_eq!(text(&output.stdout), "");
    }
    Ok(())
}

#[test]
fn a_broken_manifest_is_said_and_the_rest_is_told() -> Result<()> {
    let shop = Shop::new()?;
    shop.write("kortix.toml", "[project\n")?;
    let (code, printed) = shop.explain(&["--base", "HEAD"])?;
    assert_eq!(code, Some(1));
    assert!(
        printed.contains("default  reuses the snapshot"),
        "{printed}"
    );
    assert!(printed.contains("web      cannot tell: the manifest after is not known"));
    assert!(printed.contains("`kortix-tui validate` shows more"));
    Ok(())
}

#[test]
fn a_folder_without_a_manifest_boots_the_platforms_image() -> Result<()> {
    let shop = Shop::new()?;
    let (code, printed) = {
        let output = run(&shop.home, &["explain", "shop/tools"], &[], "")?;
        (output.status.code(), text(&output.stdout))
    };
    assert_eq!(code, Some(0));
    assert!(
        printed.contains("there is no `kortix.toml`, so all sessions boot the platform's image"),
        "{printed}"
    );
    Ok(())
}

#[test]
fn a_manifest_may_be_given_in_place_of_its_folder() -> Result<()> {
    let shop = Shop::new()?;
    let output = run(
        &shop.home,
        &["explain", "shop/kortix.toml", "--json"],
        &[],
        "",
    )?;
    let told: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(told["booted"], "web");
    Ok(())
}

#[test]
fn json_has_every_field_of_a_template() -> Result<()> {
    let shop = Shop::new()?;
    let told = shop.json(&[])?;
    let tree = git(&shop.folder, &["rev-parse", "HEAD:tools"]);
    assert_eq!(
        told["templates"][3],
        json!({
            "slug": "tools",
            "name": null,
            "booted": false,
            "source": {
                "kind": "dockerfile",
                "path": "tools/Dockerfile",
                "image": "debian:bookworm-slim",
                "registry": "docker.io",
            },
            "cpu": { "asked": null, "effective": 2, "reason": "default" },
            "memory": { "asked": null, "effective": 6, "reason": "default" },
            "disk": { "asked": null, "effective": 20, "reason": "default" },
            "layers": [
                { "line": 1, "instruction": "FROM debian:bookworm-slim", "builder": null },
                { "line": 2, "instruction": "COPY src/ /opt/", "builder": null },
            ],
            "inputs": {
                "dockerfile_units": 42,
                "dockerfile_sha256":
                    "f6e660dbb778a57fa2ad5426dc4ce4349bcf494d290ec79b557a2b256264739a",
                "tree": "template:tools",
                "hardware": "cpu:2,memory:6,disk:20",
                "runtime": null,
                "content_hash": null,
                "snapshot_name": null,
                "context": {
                    "folder": "tools",
                    "git_tree": tree,
                    "copies": ["src/"],
                    "hashed": false,
                },
            },
            "problem": null,
            "server": null,
        })
    );
    Ok(())
}

#[test]
fn json_has_every_field_at_its_top() -> Result<()> {
    let told = Shop::new()?.json(&[])?;
    let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "booted",
            "commit",
            "comparison",
            "injected",
            "manifest",
            "manifest_errors",
            "path",
            "problems",
            "revision",
            "server",
            "templates",
            "uncommitted",
        ]
    );
    Ok(())
}
