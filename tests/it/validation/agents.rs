//! Names of agents.

use kortix_tui::validation::{Entry, wanted};

use super::{file, folder, told, tree};

const TRIGGER: &str = "[[triggers]]\nslug = 't'\ntype = 'cron'\nprompt = 'p'\ncron = '0 9 * * *'\n";

fn trigger(agent: &str) -> String {
    format!("{TRIGGER}agent = '{agent}'\n")
}

/// A folder of configuration with one agent in each of the ways there are.
fn configured() -> Vec<(&'static str, Entry)> {
    vec![
        (
            ".kortix/opencode/",
            folder(&["agent/", "agents/", "opencode.jsonc", "skills/"]),
        ),
        (
            ".kortix/opencode/agent/",
            folder(&["one.md", "team/", "notes.txt"]),
        ),
        (".kortix/opencode/agent/team/", folder(&["two.md"])),
        (".kortix/opencode/agents/", folder(&["three.md", "four.md"])),
        (
            ".kortix/opencode/agents/four.md",
            file("---\ndescription: x\nname: \"renamed\"\n---\nname: no\n"),
        ),
        (
            ".kortix/opencode/opencode.jsonc",
            file("{ // agents\n \"agent\": { \"five\": {}, \"plan\": { \"disable\": true }, }, }"),
        ),
    ]
}

fn told_of(agent: &str) -> Vec<String> {
    told(&tree(&trigger(agent), &configured()))
}

#[test]
fn agents_are_found_wherever_they_may_be() {
    for agent in [
        "one", "team/two", "three", "four", "renamed", "five", "build", "general", "default",
    ] {
        assert_eq!(told_of(agent), Vec::<String>::new(), "{agent}");
    }
}

#[test]
fn an_agent_that_is_nowhere_is_pointed_out_with_the_nearest() {
    assert_eq!(
        told_of("thre"),
        [
            "local/agent-unknown triggers[0].agent: OpenCode knows no agent `thre`; did you mean `three`?"
        ]
    );
    for agent in ["two", "plan", "notes", "no", "Build"] {
        assert_eq!(told_of(agent).len(), 1, "{agent}");
    }
}

#[test]
fn every_section_that_names_agents_is_looked_at() {
    let lines = "[[agents]]\nname = 'x'\n[[agents]]\nname = 'y'\nfile = 'y.md'\n\
                 [[channels]]\nplatform = 'slack'\nagent = 'z'\n";
    assert_eq!(
        told(&tree(lines, &configured())),
        [
            "local/agent-unknown agents[0].name: OpenCode knows no agent `x`",
            "local/agent-unknown channels[0].agent: OpenCode knows no agent `z`",
        ]
    );
}

#[test]
fn nothing_is_said_of_a_folder_that_nobody_looked_into() {
    let unknown = Entry::Unreadable("not listed".to_owned());
    let lines = trigger("x");
    for entries in [vec![], vec![(".kortix/opencode/", unknown)]] {
        assert_eq!(told(&tree(&lines, &entries)), Vec::<String>::new());
    }
    let mut broken = configured();
    broken.push((".kortix/opencode/opencode.jsonc", file("{")));
    assert_eq!(told(&tree(&lines, &broken)), Vec::<String>::new());
}

#[test]
fn files_are_read_only_where_a_name_is_not_found_by_its_path() {
    let tops = |lines: &str| {
        let mut entries = configured();
        entries.retain(|(path, _)| !path.ends_with(".md"));
        let wanted = wanted(&tree(lines, &entries));
        wanted.iter().filter(|path| path.ends_with(".md")).count()
    };
    assert_eq!(tops(&trigger("one")), 0);
    assert_eq!(tops(&trigger("renamed")), 4);
}

#[test]
fn a_folder_without_configuration_is_not_used() {
    let lines = format!("{}[opencode]\nconfig_dir = 'oc/'\n", trigger("one"));
    let mut entries = configured();
    entries.push(("oc/", folder(&["agents/"])));
    assert_eq!(
        told(&tree(&lines, &entries)),
        [
            "local/config-dir-unused opencode.config_dir: `oc/` has no `opencode.json` or `opencode.jsonc`, so `.kortix/opencode` is used instead"
        ]
    );
}

#[test]
fn deep_or_endless_configuration_ends() {
    let deep = "[".repeat(100_000);
    let mut entries = configured();
    entries.push((".kortix/opencode/opencode.jsonc", file(&deep)));
    assert_eq!(told(&tree(&trigger("x"), &entries)), Vec::<String>::new());
}
