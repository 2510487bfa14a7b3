//! Hosts and tokens: the official CLI's file, the environment, the folder's link.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use kortix_tui::{
    config::{
        environment::Environment,
        hosts::{self, CLOUD_URL, Hosts, Problem, Source},
    },
    model::host::{Host, Token},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "kortix_pat_canary0000000000000000000000000";

struct Home {
    folder: TempDir,
    environment: Environment,
}

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let environment = Environment {
            vars: [].into(),
            home: Some(folder.path().join("home")),
            cwd: folder.path().join("work"),
        };
        fs::create_dir_all(&environment.cwd).unwrap();
        Self {
            folder,
            environment,
        }
    }

    fn with(vars: &[(&str, &str)]) -> Self {
        let mut home = Self::new();
        for (name, value) in vars {
            home.environment
                .vars
                .insert((*name).to_owned(), (*value).to_owned());
        }
        home
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("home/.config/kortix/config.json")
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::write(self.file(), text).unwrap();
        mode(&self.file(), 0o600);
    }

    fn load(&self) -> Hosts {
        Hosts::load(&self.environment)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file()).unwrap()).unwrap()
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn host(name: &str, url: &str) -> Host {
    Host {
        name: name.into(),
        url: url.to_owned(),
        token: Token::new(SECRET),
    }
}

fn two_hosts() -> String {
    json!({
        "active": "lab",
        "extra": 1,
        "hosts": {
            "lab": {"url": "https://lab.test", "token": "t1", "user_id": "u", "user_email": "a@b.test",
                    "account_id": "acc", "logged_in_at": "2026-01-01T00:00:00Z", "default_project": {"project_id": "p"}},
            "cloud": {"url": "https://api.kortix.com", "token": ""},
        }
    })
    .to_string()
}

#[test]
fn without_a_file_there_is_the_cloud_and_nobody_is_signed_in() {
    let hosts = Home::new().load();
    let active = hosts.active().unwrap();
    assert_eq!(hosts.problems, []);
    assert_eq!(active.host.url, CLOUD_URL);
    assert_eq!(active.source, Source::BuiltIn);
    assert!(active.host.token.is_empty());
}

#[test]
fn the_file_of_the_official_cli_is_read() {
    let home = Home::new();
    home.write(&two_hosts());
    let hosts = home.load();
    let active = hosts.active().unwrap();
    assert_eq!(hosts.problems, []);
    assert_eq!(active.host.name.as_str(), "lab");
    assert_eq!(active.host.token.expose(), "t1");
    assert_eq!(active.user_email.as_deref(), Some("a@b.test"));
    let names: Vec<&str> = hosts.hosts.iter().map(|h| h.host.name.as_str()).collect();
    assert_eq!(names, ["cloud", "lab"]);
}

#[test]
fn a_token_of_the_environment_wins_over_the_file() {
    let home = Home::with(&[
        ("KORTIX_CLI_TOKEN", "env"),
        ("KORTIX_EXECUTOR_TOKEN", "other"),
        ("KORTIX_API_URL", "https://box.test/v1"),
        ("KORTIX_PROJECT_ID", "p9"),
    ]);
    home.write(&two_hosts());
    let hosts = home.load();
    let active = hosts.for_project().unwrap();
    assert_eq!(active.source, Source::Environment);
    assert_eq!(active.host.token.expose(), "env");
    assert_eq!(active.host.url, "https://box.test/v1");
    assert_eq!(hosts.project, Some("p9".into()));
}

#[test]
fn an_address_of_the_environment_moves_the_active_host() {
    let home = Home::with(&[("KORTIX_API_URL", "http://127.0.0.1:1")]);
    home.write(&two_hosts());
    let hosts = home.load();
    assert_eq!(hosts.active().unwrap().host.url, "http://127.0.0.1:1");
    assert_eq!(hosts.active().unwrap().host.token.expose(), "t1");
    assert_eq!(hosts.find("cloud").unwrap().host.url, CLOUD_URL);
}

#[test]
fn the_folders_link_names_the_project_and_its_host() {
    let home = Home::new();
    home.write(&two_hosts());
    let folder = home.environment.cwd.join(".kortix");
    fs::create_dir(&folder).unwrap();
    let link = r#"{"project_id": "p1", "account_id": "", "host": "cloud"}"#;
    fs::write(folder.join("link.json"), link).unwrap();
    let hosts = home.load();
    assert_eq!(hosts.project, Some("p1".into()));
    assert_eq!(hosts.for_project().unwrap().host.name.as_str(), "cloud");
    assert_eq!(hosts.active.as_str(), "lab");
}

#[test]
fn a_corrupt_file_is_told_with_its_place_and_never_overwritten() {
    let home = Home::new();
    let text = "{\n  \"active\": \"lab\",\n  \"hosts\": {,}\n}\n";
    home.write(text);
    let problems = home.load().problems;
    let [
        Problem::Corrupt {
            line: 3, column, ..
        },
    ] = problems.as_slice()
    else {
        panic!("{problems:?}");
    };
    assert_eq!(*column, 13);
    let lab = host("lab", "https://lab.test");
    let outcomes = [
        hosts::add(&home.environment, &lab),
        hosts::activate(&home.environment, &lab.name),
        hosts::remove(&home.environment, &lab.name),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Problem::Corrupt { line: 3, .. })));
    }
    assert_eq!(fs::read_to_string(home.file()).unwrap(), text);
}

#[test]
fn hosts_that_are_no_object_are_corrupt_too() {
    let home = Home::new();
    home.write("{\n  \"hosts\": [1]}");
    let problems = home.load().problems;
    assert!(matches!(
        problems.as_slice(),
        [Problem::Corrupt {
            line: 2,
            column: 3,
            ..
        }]
    ));
}

#[test]
fn one_bad_entry_costs_only_that_entry() {
    let home = Home::new();
    home.write(r#"{"active":"b","hosts":{"a":{"url":"https://a.test"},"b":{"token":"t"},"\u001b[2J":{"token":"x"}}}"#);
    let hosts = home.load();
    assert_eq!(hosts.active().unwrap().host.token.expose(), "t");
    assert_eq!(hosts.problems.len(), 2);
    assert!(
        hosts
            .problems
            .iter()
            .all(|p| !p.to_string().contains('\u{1b}'))
    );
}

#[test]
fn adding_keeps_what_it_does_not_know_and_closes_the_file() {
    let home = Home::new();
    home.write(&two_hosts());
    hosts::add(&home.environment, &host("new", "http://new.test")).unwrap();
    hosts::add(&home.environment, &host("lab", "https://lab2.test")).unwrap();
    let content = home.json();
    assert_eq!(content["extra"], 1);
    assert_eq!(content["active"], "lab");
    assert_eq!(
        content["hosts"]["lab"]["default_project"]["project_id"],
        "p"
    );
    assert_eq!(content["hosts"]["lab"]["url"], "https://lab2.test");
    assert_eq!(
        content["hosts"]["lab"]["user_email"], "",
        "the token is another one's now"
    );
    assert_eq!(content["hosts"]["new"]["token"], SECRET);
    assert_eq!(mode_of(&home.file()), 0o600);
    assert!(fs::read_to_string(home.file()).unwrap().ends_with("}\n"));
    let folder = fs::read_dir(home.file().parent().unwrap()).unwrap();
    assert_eq!(folder.count(), 1, "no temporary file is left");
}

#[test]
fn the_first_host_makes_the_folder_and_becomes_active() {
    let home = Home::new();
    hosts::add(&home.environment, &host("lab", "https://lab.test")).unwrap();
    assert_eq!(home.load().active.as_str(), "lab");
    assert_eq!(mode_of(&home.file()), 0o600);
    assert_eq!(mode_of(home.file().parent().unwrap()), 0o700);
}

#[test]
fn using_and_removing_hosts() {
    let home = Home::new();
    home.write(&two_hosts());
    hosts::activate(&home.environment, &"cloud".into()).unwrap();
    assert_eq!(home.load().active.as_str(), "cloud");
    let unknown = hosts::activate(&home.environment, &"nope".into());
    assert!(matches!(unknown, Err(Problem::UnknownHost { .. })));
    hosts::activate(&home.environment, &"lab".into()).unwrap();
    hosts::remove(&home.environment, &"lab".into()).unwrap();
    assert_eq!(home.load().active.as_str(), "cloud");
    assert!(home.load().find("lab").is_none());
}

#[test]
fn names_and_addresses_are_checked_before_anything_is_written() {
    let home = Home::new();
    for name in ["", "1a", "a b", "a/b", &"a".repeat(65)] {
        let outcome = hosts::add(&home.environment, &host(name, "https://x.test"));
        assert!(
            matches!(outcome, Err(Problem::InvalidName { .. })),
            "{name}"
        );
    }
    for url in [
        "x.test",
        "ftp://x.test",
        "https://",
        "https:///x",
        "http://a b",
    ] {
        let outcome = hosts::add(&home.environment, &host("a", url));
        assert!(matches!(outcome, Err(Problem::InvalidUrl { .. })), "{url}");
    }
    assert!(!home.file().exists());
}

#[test]
fn a_file_that_others_can_read_is_closed_and_that_is_said() {
    let home = Home::new();
    home.write(&two_hosts());
    mode(&home.file(), 0o644);
    let problems = home.load().problems;
    assert!(matches!(
        problems.as_slice(),
        [Problem::ModeRepaired { mode: 0o644, .. }]
    ));
    assert_eq!(mode_of(&home.file()), 0o600);
    assert_eq!(home.load().problems, []);
}

#[test]
fn a_symbolic_link_is_not_written_through() {
    let home = Home::new();
    let target = home.folder.path().join("target.json");
    fs::write(&target, two_hosts()).unwrap();
    mode(&target, 0o644);
    fs::create_dir_all(home.file().parent().unwrap()).unwrap();
    symlink(&target, home.file()).unwrap();
    assert_eq!(home.load().active.as_str(), "lab");
    let outcome = hosts::activate(&home.environment, &"cloud".into());
    assert!(matches!(outcome, Err(Problem::Symlink { .. })));
    assert_eq!(fs::read_to_string(&target).unwrap(), two_hosts());
    assert_eq!(mode_of(&target), 0o644);
}

#[test]
fn the_old_forms_of_the_file_are_understood() {
    let home = Home::with(&[("KORTIX_CONFIG_FILE", "old.json")]);
    let path = home.environment.cwd.join("old.json");
    fs::write(
        &path,
        r#"{"token":"t","api_base":"https://old.test","keep":true}"#,
    )
    .unwrap();
    mode(&path, 0o600);
    let hosts = home.load();
    assert_eq!(hosts.active().unwrap().host.url, "https://old.test");
    hosts::add(&home.environment, &host("lab", "https://lab.test")).unwrap();
    let content: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(content["hosts"]["cloud"]["token"], "t");
    assert_eq!(content["keep"], true);
    assert_eq!(content["active"], "cloud");
}

#[test]
fn tokens_show_nowhere() {
    let home = Home::new();
    hosts::add(&home.environment, &host("lab", "https://lab.test")).unwrap();
    let hosts = home.load();
    let shown = format!("{hosts:?} {}", hosts.active().unwrap().host.token);
    assert!(!shown.contains("canary"));
}
