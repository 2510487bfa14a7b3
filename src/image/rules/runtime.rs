//! What the platform's layer and its agent change about the last stage.

use std::ops::Range;

use crate::image::{
    codes,
    dockerfile::{Keyword, substitute::Variables, words},
    layer::AGENT_PORT,
    rules::{Lint, Step, base::clipped, walk},
};

/// The shells in which the layer's commands work.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];
/// The place of packages that conflict with the layer's.
const NODESOURCE: &str = "deb.nodesource.com";

/// What the walk along the chain leaves behind.
#[derive(Default)]
struct Last<'a> {
    /// The last `USER`, with its user where that is not root.
    user: Option<(Step<'a>, Option<String>)>,
    /// The last `SHELL`.
    shell: Option<Step<'a>>,
    /// The last `ENV` that set `PORT`, and whether it is the agent's.
    port: Option<(Step<'a>, bool)>,
    /// Every `EXPOSE` of the agent's port, with the word.
    exposed: Vec<(Step<'a>, Range<usize>)>,
}

pub(super) fn check(lint: &mut Lint<'_>) {
    note_inert(lint);
    note_starts(lint);
    let (file, stages) = (lint.file, lint.stages);
    let mut last = Last::default();
    walk(file, stages, |step, scope| {
        last.take(step, scope, file.escape)
    });
    note_ports(lint, &last);
    note_user(lint, &last);
    note_shell(lint, &last);
}

impl<'a> Last<'a> {
    fn take(&mut self, step: Step<'a>, scope: &mut Variables, escape: char) {
        let arguments = step.instruction.arguments(step.command);
        let keyword = step.command.keyword;
        if keyword == Keyword::User {
            let user = scope.expand(arguments, escape);
            let name = user.text.split(':').next().unwrap_or_default().trim();
            let is_root = matches!(name, "root" | "0" | "");
            self.user = Some((step, (!is_root).then(|| name.to_owned())));
        } else if keyword == Keyword::Shell {
            self.shell = Some(step);
        } else if keyword == Keyword::Env {
            for pair in words::pairs(arguments, escape).unwrap_or_default() {
                if pair.name == "PORT" {
                    let value = scope.expand(pair.value.unwrap_or_default(), escape);
                    self.port = Some((step, value.text == AGENT_PORT.to_string()));
                }
            }
        } else if keyword == Keyword::Expose {
            let word = exposes(step, scope, escape, &[AGENT_PORT]);
            self.exposed.extend(word.map(|word| (step, word)));
        }
    }
}

/// The first word of an `EXPOSE` that has one of some ports over TCP.
pub(super) fn exposes(
    step: Step<'_>,
    scope: &mut Variables,
    escape: char,
    meant: &[u16],
) -> Option<Range<usize>> {
    let text = step.instruction.text.as_str();
    let words = words::split(text, &step.command.arguments);
    words.into_iter().find(|word| {
        let expanded = scope.expand(step.instruction.text.slice(word), escape);
        let mut ports = expanded.text.split_whitespace();
        ports.any(|port| has_port(port, meant))
    })
}

/// Whether `[host:]port[-port][/protocol]` has one of some ports over TCP.
fn has_port(text: &str, meant: &[u16]) -> bool {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let ports = ports.rsplit(':').next().unwrap_or_default();
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let range = first.parse::<u16>().ok().zip(last.parse::<u16>().ok());
    protocol.eq_ignore_ascii_case("tcp")
        && range.is_some_and(|(first, last)| meant.iter().any(|port| (first..=last).contains(port)))
}

/// `ONBUILD` in the last stage.
fn note_inert(lint: &mut Lint<'_>) {
    let Some(last) = lint.stages.last() else {
        return;
    };
    let body = last.body(lint.file);
    let inert = body.filter(|(_, instruction)| instruction.command.keyword == Keyword::Onbuild);
    for (_, instruction) in inert {
        let edit = lint.without(instruction);
        lint.add(
            &codes::ONBUILD_INERT,
            instruction.name_place(),
            "a trigger of the last stage never runs".to_owned(),
            "write the instruction without `ONBUILD`",
        )
        .fix("remove the trigger", edit);
    }
}

/// `ENTRYPOINT`, `CMD`, and commands that add NodeSource.
fn note_starts(lint: &mut Lint<'_>) {
    let (file, stages) = (lint.file, lint.stages);
    for step in stages.final_commands(file) {
        let instruction = step.instruction;
        let place = instruction.place(&step.command.name);
        let keyword = step.command.keyword;
        if keyword == Keyword::Entrypoint {
            let edit = lint.without(instruction);
            let message = "the platform replaces the entrypoint with its agent".to_owned();
            let help = "start what you need from a session's boot script instead";
            lint.add(&codes::ENTRYPOINT_OVERRIDDEN, place, message, help)
                .fix("remove the entrypoint", edit);
        } else if keyword == Keyword::Cmd {
            let edit = lint.without(instruction);
            let message = "the platform starts its agent, not this command".to_owned();
            lint.add(&codes::CMD_IGNORED, place, message, "remove it")
                .fix("remove the command", edit);
        } else if matches!(keyword, Keyword::Run | Keyword::Add | Keyword::Copy)
            && let Some(place) = nodesource(lint.text, step)
        {
            let message =
                "NodeSource's packages conflict with the `npm` that the platform installs";
            let help = "install Node.js from its tarball into `/usr/local`, or start from a `node` \
                        image";
            lint.add(&codes::NODESOURCE, place, message.to_owned(), help);
        }
    }
}

fn nodesource(text: &str, step: Step<'_>) -> Option<Range<usize>> {
    let arguments = step.instruction.arguments(step.command);
    if let Some(at) = arguments.find(NODESOURCE) {
        let start = step.command.arguments.start + at;
        return Some(step.instruction.place(&(start..start + NODESOURCE.len())));
    }
    let mut bodies = step.instruction.heredocs.iter();
    bodies.find_map(|heredoc| {
        let at = text.get(heredoc.body.clone())?.find(NODESOURCE)?;
        let start = heredoc.body.start + at;
        let place = start..start + NODESOURCE.len();
        Some(step.instruction.on_first_line(place))
    })
}

fn note_ports(lint: &mut Lint<'_>, last: &Last<'_>) {
    let help = "use another port, such as 3000";
    for (step, word) in &last.exposed {
        let message = format!("port {AGENT_PORT} is the agent's");
        let place = step.instruction.place(word);
        lint.add(&codes::PORT_RESERVED, place, message, help);
    }
    if let Some((step, true)) = &last.port {
        let message = format!("`PORT` is {AGENT_PORT}, the port of the agent");
        let place = step.instruction.place(&step.command.name);
        lint.add(&codes::PORT_RESERVED, place, message, help);
    }
}

fn note_user(lint: &mut Lint<'_>, last: &Last<'_>) {
    if let Some((step, Some(user))) = &last.user {
        let message = format!("the sandbox runs as root, not as `{}`", clipped(user));
        let help = "nothing to do; use `su` or `sudo -u` where a program must not be root";
        let place = step.instruction.place(&step.command.name);
        lint.add(&codes::USER_OVERRIDDEN, place, message, help);
    }
}

fn note_shell(lint: &mut Lint<'_>, last: &Last<'_>) {
    let Some(step) = last.shell else { return };
    let Some(words) = words::list(step.instruction.arguments(step.command)) else {
        return;
    };
    let Some(shell) = words.first() else { return };
    let name = shell.rsplit('/').next().unwrap_or_default();
    if !SHELLS.contains(&name) {
        let message = format!("the platform's layer would run with `{}`", clipped(shell));
        let help = "set the shell back with `SHELL [\"/bin/sh\", \"-c\"]` at the end";
        let place = step.instruction.place(&step.command.name);
        lint.add(&codes::SHELL_UNSUPPORTED, place, message, help);
    }
}
