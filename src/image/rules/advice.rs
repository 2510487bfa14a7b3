//! What follows from how the platform builds, beyond the rules that it documents.

use std::ops::Range;

use crate::image::{
    codes,
    dockerfile::{Instruction, Keyword, heredoc, stages::Base, words},
    layer::{RUNTIME_PORTS, WORKSPACE},
    reference::Reference,
    rules::{Lint, Step, base::clipped, runtime, script, walk},
};

pub(super) fn check(lint: &mut Lint<'_>) {
    note_references(lint);
    note_forms(lint);
    note_heredocs(lint);
    note_folders(lint);
    note_ports(lint);
}

fn note_references(lint: &mut Lint<'_>) {
    for stage in &lint.stages.all {
        let Some(from) = lint.file.instructions.get(stage.from) else {
            continue;
        };
        if let Base::Image(image) = &stage.base
            && let Err(why) = Reference::parse(image)
        {
            let message = format!("`{}` is no image reference: {why}", clipped(image));
            let help = "write `name:tag`, in lower case";
            lint.add(
                &codes::FROM_INVALID,
                from.place(&stage.base_word),
                message,
                help,
            );
        }
    }
}

/// Instructions that the builder refuses although their lines can be read.
fn note_forms(lint: &mut Lint<'_>) {
    for instruction in &lint.file.instructions {
        let command = instruction.trigger.as_ref().unwrap_or(&instruction.command);
        if let Some(wants) = wants(instruction, command.keyword) {
            let name = instruction.text.slice(&command.name).to_uppercase();
            let message = format!("`{name}` {wants}");
            let place = instruction.place(&command.name);
            lint.add(&codes::INSTRUCTION_INCOMPLETE, place, message, "");
        }
        let mut mounts = instruction.flags(command, "mount");
        let is_secret = |mount: &str| mount.split(',').any(|option| option == "type=secret");
        if command.keyword == Keyword::Run && mounts.any(is_secret) {
            let message = "the platform passes no secrets to a build, so this mount is empty";
            let help = "read the secret at run time";
            let place = instruction.place(&command.name);
            lint.add(&codes::SECRET_MOUNT, place, message.to_owned(), help);
        }
    }
}

/// What an instruction lacks.
fn wants(instruction: &Instruction, keyword: Keyword) -> Option<&'static str> {
    let command = instruction.trigger.as_ref().unwrap_or(&instruction.command);
    let arguments = instruction.arguments(command);
    let list = words::list(arguments);
    let count = match &list {
        Some(list) => list.len(),
        None => words::split(instruction.text.as_str(), &command.arguments).len(),
    };
    if instruction.trigger.is_some()
        && matches!(
            keyword,
            Keyword::Onbuild | Keyword::From | Keyword::Maintainer
        )
    {
        return Some("cannot be a trigger");
    }
    match keyword {
        Keyword::Copy | Keyword::Add => (count < 2).then_some("takes a source and a destination"),
        Keyword::Shell => list
            .is_none_or(|list| list.is_empty())
            .then_some("takes an array of strings"),
        Keyword::Arg
        | Keyword::Expose
        | Keyword::Onbuild
        | Keyword::Stopsignal
        | Keyword::User
        | Keyword::Volume
        | Keyword::Workdir => (count == 0).then_some("takes an argument"),
        Keyword::Cmd
        | Keyword::Entrypoint
        | Keyword::Env
        | Keyword::From
        | Keyword::Healthcheck
        | Keyword::Label
        | Keyword::Maintainer
        | Keyword::Run
        | Keyword::Unknown => None,
    }
}

fn note_heredocs(lint: &mut Lint<'_>) {
    for instruction in &lint.file.instructions {
        if instruction.heredocs.is_empty() {
            continue;
        }
        let line = instruction.text.as_str().trim_end();
        let last = line.rsplit(words::is_blank).next().unwrap_or_default();
        if heredoc::is_opener(last) {
            let message = "newer servers refuse a line that ends with the beginning of a heredoc";
            let help = "write the lines with `printf` instead";
            let place = instruction.name_place();
            lint.add(&codes::HEREDOC_LINE, place, message.to_owned(), help);
        }
        if let Some(place) = copy_line(lint.text, instruction) {
            let message = "a line of a heredoc begins with `COPY` and is taken for an instruction";
            let help = "let the line begin with something else, such as a blank";
            let place = instruction.on_first_line(place);
            lint.add(&codes::COPY_IN_HEREDOC, place, message.to_owned(), help);
        }
    }
}

/// A line of a heredoc that the upload of the context takes for a `COPY`.
fn copy_line(text: &str, instruction: &Instruction) -> Option<Range<usize>> {
    let mut bodies = instruction.heredocs.iter();
    bodies.find_map(|heredoc| {
        let body = text.get(heredoc.body.clone())?;
        let mut start = heredoc.body.start;
        for line in body.split('\n') {
            let is_copy = line.starts_with("COPY ");
            if is_copy && !line.contains("--from=") && !line.contains("<<") {
                return Some(start..start + line.trim_end().len());
            }
            start += line.len() + 1;
        }
        None
    })
}

fn note_folders(lint: &mut Lint<'_>) {
    let (file, stages) = (lint.file, lint.stages);
    let mut last: Option<(Step<'_>, String)> = None;
    for step in stages.final_commands(file) {
        let arguments = step.instruction.arguments(step.command);
        let folder = last.as_ref().map_or("/", |(_, folder)| folder);
        let is_copy = matches!(step.command.keyword, Keyword::Copy | Keyword::Add);
        let is_run = step.command.keyword == Keyword::Run;
        let is_cleared = is_copy && copies_into(arguments, folder)
            || is_run
                && script::commands(arguments)
                    .concat()
                    .iter()
                    .any(|word| is_below(word));
        if is_cleared {
            let message = format!("what this puts into `{WORKSPACE}` is deleted while building");
            let help = "put it elsewhere, such as below `/opt`; a session's clone goes there";
            let place = step.instruction.place(&step.command.name);
            lint.add(&codes::WORKSPACE_CLEARED, place, message, help);
        }
        if step.command.keyword == Keyword::Workdir {
            let path = arguments.trim_matches(['"', '\'']);
            let path = if path.starts_with('/') {
                path.trim_end_matches('/').to_owned()
            } else {
                clipped(&format!("{}/{path}", folder.trim_end_matches('/')))
            };
            last = Some((step, path));
        }
    }
    if let Some((step, folder)) = last
        && folder != WORKSPACE
    {
        let message = format!(
            "sessions start in `{WORKSPACE}`, not in `{}`",
            clipped(&folder)
        );
        let help = "use absolute paths in what runs later";
        let place = step.instruction.place(&step.command.name);
        lint.add(&codes::WORKDIR_OVERRIDDEN, place, message, help);
    }
}

fn is_below(path: &str) -> bool {
    let rest = path.strip_prefix(WORKSPACE);
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

/// Whether a `COPY` in a working directory has its destination in the workspace.
fn copies_into(arguments: &str, folder: &str) -> bool {
    let target = match words::list(arguments) {
        Some(mut list) => list.pop(),
        None => arguments
            .split(words::is_blank)
            .next_back()
            .map(str::to_owned),
    };
    let target = target.unwrap_or_default();
    let is_workspace = |path: &str| path.trim_end_matches('/') == WORKSPACE || is_below(path);
    if target.starts_with('/') {
        is_workspace(&target)
    } else {
        is_workspace(folder)
    }
}

fn note_ports(lint: &mut Lint<'_>) {
    let (file, stages) = (lint.file, lint.stages);
    let mut exposed = Vec::new();
    walk(file, stages, |step, scope| {
        if step.command.keyword == Keyword::Expose {
            let word = runtime::exposes(step, scope, file.escape, &RUNTIME_PORTS);
            exposed.extend(word.map(|word| (step, word)));
        }
    });
    for (step, word) in exposed {
        let message = "the runtime inside a sandbox uses this port".to_owned();
        let place = step.instruction.place(&word);
        lint.add(&codes::RUNTIME_PORT, place, message, "use another port");
    }
}
