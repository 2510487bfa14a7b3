//! `apt-get clean` that leaves the package lists.

use crate::{
    diagnostic::Edit,
    image::{
        codes,
        dockerfile::{Keyword, words},
        rules::{Lint, Step, script},
    },
};

/// Where the lists are.
const LISTS: &str = "/var/lib/apt/lists";
/// The folder above them.
const APT: &str = "/var/lib/apt";
/// The flags of `apt-get` that take the next word as their value.
const WITH_VALUE: [&str; 8] = [
    "-a",
    "-c",
    "-o",
    "-t",
    "--config-file",
    "--host-architecture",
    "--option",
    "--target-release",
];

pub(super) fn check(lint: &mut Lint<'_>) {
    let (file, stages) = (lint.file, lint.stages);
    let mut open: Vec<Step<'_>> = Vec::new();
    for step in stages.final_commands(file) {
        if step.command.keyword != Keyword::Run {
            continue;
        }
        let commands = commands(lint.text, step);
        if commands.iter().any(|words| removes_lists(words)) {
            open.clear();
        } else if commands.iter().any(|words| cleans(words)) && !has_cache(step) {
            open.push(step);
        }
    }
    for step in open {
        let added = lint.add(
            &codes::APT_CLEAN,
            step.instruction.place(&step.command.name),
            "`apt-get clean` leaves the package lists in the image".to_owned(),
            "add `&& rm -rf /var/lib/apt/lists/*` to the same `RUN`",
        );
        let edit = removal(step);
        if let Some(edit) = edit {
            added.safe_fix("remove the lists too", edit);
        }
    }
}

/// The change that makes a `RUN` remove the lists; `None` where more words at its end would not do
/// so, such as in a comment or in quotes that do not end.
fn removal(step: Step<'_>) -> Option<Edit> {
    let arguments = step.instruction.arguments(step.command);
    let more = format!(" && rm -rf {LISTS}/*");
    let mended = script::commands(&format!("{arguments}{more}"));
    let is_mended = mended.last().is_some_and(|words| removes_lists(words));
    let is_plain = step.instruction.heredocs.is_empty() && words::list(arguments).is_none();
    let end = step.instruction.span.end;
    (is_plain && is_mended).then_some(Edit {
        span: end..end,
        text: more,
    })
}

/// The simple commands that a `RUN` runs.
fn commands(text: &str, step: Step<'_>) -> Vec<Vec<String>> {
    let arguments = step.instruction.arguments(step.command);
    if let Some(words) = words::list(arguments) {
        return script::commands_of_list(words);
    }
    let mut commands = script::commands(arguments);
    if script::reads_script(&commands) {
        for heredoc in &step.instruction.heredocs {
            let body = text.get(heredoc.body.clone()).unwrap_or_default();
            commands.extend(script::commands(body));
        }
    }
    commands
}

/// Whether this is `apt-get clean`.
fn cleans(words: &[String]) -> bool {
    let Some((name, arguments)) = words.split_first() else {
        return false;
    };
    let mut arguments = arguments.iter();
    let verb = loop {
        match arguments.next() {
            Some(flag) if WITH_VALUE.contains(&flag.as_str()) => {
                arguments.next();
            }
            Some(flag) if flag.starts_with('-') => {}
            verb => break verb,
        }
    };
    matches!(script::base_name(name), "apt" | "apt-get") && verb.is_some_and(|verb| verb == "clean")
}

/// Whether this takes the lists away.
fn removes_lists(words: &[String]) -> bool {
    let Some((name, arguments)) = words.split_first() else {
        return false;
    };
    let has = |wanted: &dyn Fn(&str) -> bool| arguments.iter().any(|word| wanted(word));
    match script::base_name(name) {
        "rm" => has(&is_recursive) && has(&is_lists),
        "find" => {
            has(&|word| word.trim_end_matches('/') == LISTS) && has(&|word| word == "-delete")
        }
        _ => false,
    }
}

fn is_recursive(word: &str) -> bool {
    let short = word.strip_prefix('-');
    word == "--recursive"
        || short.is_some_and(|flags| !flags.starts_with('-') && flags.contains(['r', 'R']))
}

fn is_lists(word: &str) -> bool {
    let path = word.strip_suffix("/*").unwrap_or(word);
    let path = path.trim_end_matches('/');
    path == LISTS || path == APT
}

/// Whether the lists are in a cache mount, not in the image.
fn has_cache(step: Step<'_>) -> bool {
    let mut mounts = step.instruction.flags(step.command, "mount");
    mounts.any(|mount| {
        let is_cache = mount.split(',').any(|option| option == "type=cache");
        let targets = mount.split(',').filter_map(|option| {
            let (key, value) = option.split_once('=')?;
            matches!(key, "target" | "dst" | "destination").then_some(value)
        });
        let mut targets = targets.map(|target| target.trim_end_matches('/'));
        is_cache && targets.any(|target| target == LISTS || target == APT)
    })
}
