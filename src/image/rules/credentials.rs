//! Credentials in the file: by name, by shape, in URLs. Values never leave this module.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use regex::Regex;

use crate::image::{
    codes::{self, Code},
    dockerfile::{
        Command, Dockerfile, Instruction, Keyword,
        stages::Stages,
        words::{self, Pair},
    },
    rules::{Lint, base::clipped},
};

/// Words of a name that stand for a credential.
const SECRET_WORDS: [&str; 10] = [
    "apikey",
    "auth",
    "credential",
    "credentials",
    "key",
    "passwd",
    "password",
    "pword",
    "secret",
    "token",
];

/// The shapes of credentials, with who gives them out.
const SHAPES: [(&str, &str); 11] = [
    ("an AWS access key", r"(?-u:\b)AKIA[0-9A-Z]{16}(?-u:\b)"),
    (
        "a GitHub token",
        r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    (
        "an Anthropic or OpenAI key",
        r"(?-u:\b)sk-(?:ant-[A-Za-z0-9_-]{10,}|proj-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,})",
    ),
    ("a Stripe key", r"(?-u:\b)[sr]k_live_[A-Za-z0-9]{10,}"),
    ("a Slack token", r"(?-u:\b)xox[a-z]-[A-Za-z0-9-]{10,}"),
    ("a Google API key", r"(?-u:\b)AIza[A-Za-z0-9_-]{35}"),
    ("a GitLab token", r"(?-u:\b)glpat-[A-Za-z0-9_-]{20,}"),
    ("an npm token", r"(?-u:\b)npm_[A-Za-z0-9]{36}"),
    ("a Hugging Face token", r"(?-u:\b)hf_[A-Za-z0-9]{30,}"),
    (
        "a private key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\r\n\t :,.]*",
    ),
    ("a private key", r"BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"),
];

/// A URL with a user and a password; the group is the password.
const URL: &str =
    r#"(?-u:\b)[A-Za-z][A-Za-z0-9+.-]{0,31}://[^\t\n\r /?\#:@"'`<>]*:([^\t\n\r /?\#@"'`]+)@"#;

/// All shapes as one, so that a text is read once; groups are numbered like [`SHAPES`].
static ANY_SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let groups = SHAPES.map(|(_, shape)| format!("({shape})"));
    Regex::new(&groups.join("|")).ok()
});

static CREDENTIALS_IN_URL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(URL).ok());

pub(super) fn check(lint: &mut Lint<'_>) {
    let (file, stages) = (lint.file, lint.stages);
    note_names(lint, file, stages);
    let text = lint.text;
    for comment in &file.comments {
        let line = text.get(comment.clone()).unwrap_or_default();
        if let Some((who, found)) = shape(line) {
            note_value(
                lint,
                who,
                comment.start + found.start..comment.start + found.end,
            );
        }
        if let Some(found) = url_password(line) {
            note_url(lint, comment.start + found.start..comment.start + found.end);
        }
    }
    for instruction in &file.instructions {
        if let Some((who, place)) = first(text, instruction, shape) {
            note_value(lint, who, place);
        }
        let password = |text: &str| url_password(text).map(|found| ((), found));
        if let Some(((), place)) = first(text, instruction, password) {
            note_url(lint, place);
        }
    }
}

/// The first place of an instruction and its heredocs at which something is found.
fn first<T>(
    text: &str,
    instruction: &Instruction,
    find: impl Fn(&str) -> Option<(T, Range<usize>)>,
) -> Option<(T, Range<usize>)> {
    if let Some((what, found)) = find(instruction.text.as_str()) {
        return Some((what, instruction.place(&found)));
    }
    let mut bodies = instruction.heredocs.iter();
    bodies.find_map(|heredoc| {
        let (what, found) = find(text.get(heredoc.body.clone())?)?;
        let start = heredoc.body.start;
        let place = start + found.start..start + found.end;
        Some((what, instruction.on_first_line(place)))
    })
}

fn note_value(lint: &mut Lint<'_>, who: &str, place: Range<usize>) {
    let message = format!("{who} is written into the file");
    let help = "withdraw it where it was given out, remove it from the file, and declare a secret \
                in the manifest";
    lint.add(&codes::SECRET_VALUE, place, message, help);
}

fn note_url(lint: &mut Lint<'_>, place: Range<usize>) {
    let message = "a URL holds a password".to_owned();
    let help = "change the password, and read it from a secret at run time";
    lint.add(&codes::URL_CREDENTIALS, place, message, help);
}

fn note_names(lint: &mut Lint<'_>, file: &Dockerfile, stages: &Stages) {
    let code: &Code = &codes::SECRET_ENV;
    for (instruction, pairs) in settings(file, stages) {
        for pair in pairs.into_iter().filter(|pair| is_secret_name(pair.name)) {
            let message = format!("`{}` looks like a credential", clipped(pair.name));
            let help = "declare it as a secret in the manifest; sessions get it at run time";
            let place = instruction.name_place();
            lint.add(code, place, message, help);
        }
    }
}

/// Every `ENV` and `ARG` that has an effect, with its names and values.
fn settings<'a>(file: &'a Dockerfile, stages: &'a Stages) -> Vec<(&'a Instruction, Vec<Pair<'a>>)> {
    let first_stage = stages
        .all
        .first()
        .map_or(file.instructions.len(), |stage| stage.from);
    let globals = file.instructions.get(..first_stage).unwrap_or_default();
    let globals = globals.iter().map(|global| (global, &global.command));
    let staged = stages.all_commands(file).into_iter();
    let commands = globals.chain(staged.map(|step| (step.instruction, step.command)));
    commands
        .map(|(instruction, command)| (instruction, pairs(instruction, command, file.escape)))
        .collect()
}

/// The names and values that a command sets; none for another one than `ENV` and `ARG`.
fn pairs<'a>(instruction: &'a Instruction, command: &Command, escape: char) -> Vec<Pair<'a>> {
    let arguments = instruction.arguments(command);
    if command.keyword == Keyword::Env {
        words::pairs(arguments, escape).unwrap_or_default()
    } else if command.keyword == Keyword::Arg {
        words::declarations(arguments, escape)
    } else {
        Vec::new()
    }
}

fn is_secret_name(name: &str) -> bool {
    let words: HashSet<String> = name.split('_').map(str::to_ascii_lowercase).collect();
    !words.contains("public") && SECRET_WORDS.iter().any(|word| words.contains(*word))
}

/// Whose credential is in a text, and where the first one is.
fn shape(text: &str) -> Option<(&'static str, Range<usize>)> {
    let found = ANY_SHAPE.as_ref()?.captures(text)?;
    let which = (1..=SHAPES.len()).find(|group| found.get(*group).is_some())?;
    let (who, _) = SHAPES.get(which - 1)?;
    Some((who, found.get(which)?.range()))
}

/// Where the first password of a URL is that is no variable.
fn url_password(text: &str) -> Option<Range<usize>> {
    let mut urls = CREDENTIALS_IN_URL.as_ref()?.captures_iter(text);
    urls.find_map(|url| {
        let password = url.get(1)?;
        (!password.as_str().contains('$')).then(|| password.range())
    })
}

/// The text with credentials of known shapes covered.
pub(in crate::image) fn cover(text: &str) -> String {
    let mut covered = text.as_bytes().to_vec();
    if let Some(shapes) = ANY_SHAPE.as_ref() {
        for found in shapes.find_iter(text) {
            hide(&mut covered, found.range());
        }
    }
    if let Some(urls) = CREDENTIALS_IN_URL.as_ref() {
        for url in urls.captures_iter(text) {
            hide(&mut covered, url.get(1).map_or(0..0, |found| found.range()));
        }
    }
    String::from_utf8(covered).unwrap_or_default()
}

/// The text with every credential covered, also values of variables with such names.
pub(in crate::image) fn masked(text: &str) -> String {
    let file = Dockerfile::parse(text);
    let mut covered = cover(text).into_bytes();
    for instruction in &file.instructions {
        let command = instruction.trigger.as_ref().unwrap_or(&instruction.command);
        let pairs = pairs(instruction, command, file.escape).into_iter();
        for pair in pairs.filter(|pair| is_secret_name(pair.name)) {
            let value = pair.value_place();
            let start = command.arguments.start;
            let place = start + value.start..start + value.end;
            hide(&mut covered, instruction.text.source(&place));
        }
    }
    String::from_utf8(covered).unwrap_or_default()
}

/// Puts `*` in place of all bytes but line ends.
fn hide(text: &mut [u8], range: Range<usize>) {
    for byte in text.get_mut(range).unwrap_or_default() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b'*';
        }
    }
}
