//! What a manifest comes to.

use jiff::Timestamp;
use kortix_tui::validation::{
    check,
    facts::{self, Facts, MOST},
};

use super::tree;

fn facts(lines: &str) -> Facts {
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let checked = check(&tree(lines, &[]), kortix_tui::manifest::Options::default());
    facts::of(&checked.manifest.unwrap(), now)
}

fn lines_of(lines: &str) -> Vec<String> {
    facts(lines).lines()
}

#[test]
fn a_template_shows_what_is_asked_for_and_what_the_sandbox_gets() {
    let lines = "sandbox.default = 'dev'\n[[sandbox.templates]]\nslug = 'dev'\ndockerfile = 'D'\n\
                 cpu = 64\nmemory = 1.5\ndisk = 'much'\n\
                 [[sandbox.templates]]\nslug = 'py'\nimage = 'ghcr.io/acme/py:3'\ncpu = 4\n\
                 [[sandbox.templates]]\nslug = 'hub'\nimage = 'python:3'\n\
                 [[sandbox.templates]]\nslug = 'py'\nimage = 'x:1'\n[[sandbox.templates]]\n";
    assert_eq!(
        lines_of(lines),
        [
            "template dev (default): D; cpu 64 → 32 (ceiling), memory 1.5 → 2 (rounded), disk 20 (cannot be used, default)",
            "template py: ghcr.io/acme/py:3 from ghcr.io; cpu 4, memory 6 (default), disk 20 (default)",
            "template hub: python:3 from docker.io; cpu 2 (default), memory 6 (default), disk 20 (default)",
            "template py: dropped, an earlier one has the same slug",
            "template sandbox.templates[4]: dropped, its slug cannot be used",
        ]
    );
}

#[test]
fn a_trigger_shows_its_next_three_runs_on_its_own_clock() {
    let trigger = |slug: &str, rest: &str| {
        format!("[[triggers]]\nslug = '{slug}'\ntype = 'cron'\nprompt = 'p'\n{rest}\n")
    };
    let lines = [
        trigger("nightly", "cron = '0 2 * * *'\ntimezone = 'Europe/Berlin'"),
        trigger("fast", "cron = '*/20 * * * * *'\nenabled = false"),
        trigger("never", "cron = '0 0 30 2 *'"),
        trigger("broken", "cron = '0 0 32 * *'"),
        trigger("nowhere", "cron = '0 2 * * *'\ntimezone = 'Mars/Base'"),
        trigger("soon", "run_at = '2027-01-01T09:00:00+01:00'"),
        trigger("over", "run_at = '2026-01-01'"),
        "[[triggers]]\nslug = 'hook'\ntype = 'webhook'\nprompt = 'p'\nsecret_env = 'S'\n"
            .to_owned(),
    ];
    assert_eq!(
        lines_of(&lines.concat()),
        [
            "trigger nightly: next Mon 2026-11-23 02:00, Tue 2026-11-24 02:00, Wed 2026-11-25 02:00 Europe/Berlin",
            "trigger fast (switched off): next Sun 2026-11-22 12:00:20, Sun 2026-11-22 12:00:40, Sun 2026-11-22 12:01:00 UTC",
            "trigger never: never fires, no such time comes",
            "trigger broken: never fires, the cron expression is malformed",
            "trigger nowhere: never fires, there is no such time zone",
            "trigger soon: once, Fri 2027-01-01 08:00 UTC",
            "trigger over: once, Thu 2026-01-01 00:00 UTC, which is over",
        ]
    );
}

#[test]
fn of_very_many_templates_and_triggers_the_first_are_shown() {
    let template = "[[sandbox.templates]]\nslug = 'a'\n";
    let trigger = "[[triggers]]\ntype = 'cron'\ncron = '0 0 * * *'\n";
    let lines = lines_of(&(template.repeat(60) + &trigger.repeat(70)));
    assert_eq!(lines.len(), 2 * MOST + 1);
    assert_eq!(lines.last().map(String::as_str), Some("and 30 more"));
}

#[test]
fn a_line_cannot_control_a_terminal() {
    let lines = "[[sandbox.templates]]\nslug = \"\\u001b[2J\"\nimage = \"\\u009bx\\n:1\"\n";
    for line in lines_of(lines) {
        assert!(
            !line.contains(|letter: char| letter.is_control()),
            "{line:?}"
        );
    }
}
