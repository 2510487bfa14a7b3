//! What `COPY` and `ADD` take from a build context that holds no file of the repository.

use std::ops::Range;

use crate::image::{
    codes,
    dockerfile::{Dockerfile, Keyword, heredoc, stages::Stages, substitute::Variables, words},
    rules::{Lint, Step, base::clipped, script::base_name},
};

/// Beginnings of sources that `ADD` loads from elsewhere.
const REMOTE: [&str; 6] = ["http://", "https://", "ftp://", "git://", "ssh://", "git@"];
/// Names of files with credentials.
const SECRET_NAMES: [&str; 14] = [
    ".env",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    "credentials",
    "credentials.json",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "kubeconfig",
];
/// Endings of files with credentials.
const SECRET_ENDINGS: [&str; 5] = [".pem", ".key", ".p12", ".pfx", ".jks"];
/// Endings of `.env` files that are only examples.
const EXAMPLES: [&str; 4] = ["example", "sample", "template", "dist"];

/// A source as written, or as an array holds it.
struct Source {
    text: String,
    place: Range<usize>,
}

pub(super) fn check(lint: &mut Lint<'_>) {
    for (step, local) in local_sources(lint.file, lint.stages) {
        note_context(lint, step, &local);
        note_secret_file(lint, step, &local);
    }
}

/// The sources that come from the build context, without quotes around them, each once.
pub(in crate::image) fn copied(file: &Dockerfile) -> Vec<String> {
    let stages = Stages::of(file);
    let mut copied = Vec::new();
    for (step, local) in local_sources(file, &stages) {
        if step.instruction.flag(step.command, "from").is_none() {
            let texts = local
                .iter()
                .map(|source| source.text.trim_matches(['"', '\'']));
            copied.extend(texts.map(str::to_owned));
        }
    }
    copied.sort();
    copied.dedup();
    copied
}

/// Every `COPY` and `ADD` with its sources, but for those that are loaded from elsewhere.
fn local_sources<'a>(file: &'a Dockerfile, stages: &'a Stages) -> Vec<(Step<'a>, Vec<Source>)> {
    let mut found = Vec::new();
    let mut scope = Variables::default();
    let mut bodies = stages.all.iter().map(|stage| stage.body.start).peekable();
    for step in stages.all_commands(file) {
        // Variables are those of the stage itself; a new one begins with none.
        while bodies.next_if(|start| *start <= step.index).is_some() {
            scope = scope.emptied();
        }
        if matches!(step.command.keyword, Keyword::Env | Keyword::Arg) {
            scope.apply(step.instruction, step.command, &stages.globals, file.escape);
        }
        if matches!(step.command.keyword, Keyword::Copy | Keyword::Add) {
            let is_add = step.command.keyword == Keyword::Add;
            let mut local = sources(step);
            local.retain(|source| {
                let expanded = scope.expand(&source.text, file.escape);
                let is_loaded = is_remote(&source.text) || is_remote(&expanded.text);
                !(is_add && is_loaded)
            });
            found.push((step, local));
        }
    }
    found
}

/// All arguments but the last one, without heredocs.
fn sources(step: Step<'_>) -> Vec<Source> {
    let arguments = step.instruction.arguments(step.command);
    let mut sources: Vec<Source> = match words::list(arguments) {
        Some(texts) => {
            let place = &step.command.arguments;
            let source = |text| Source {
                text,
                place: place.clone(),
            };
            texts.into_iter().map(source).collect()
        }
        None => {
            let text = step.instruction.text.as_str();
            let words = words::split(text, &step.command.arguments).into_iter();
            let source = |place| Source {
                text: step.instruction.text.slice(&place).to_owned(),
                place,
            };
            words.map(source).collect()
        }
    };
    sources.pop();
    sources.retain(|source| !heredoc::is_opener(&source.text));
    sources
}

fn is_remote(source: &str) -> bool {
    let source = source.trim_start_matches(['"', '\'']);
    REMOTE.iter().any(|prefix| source.starts_with(prefix))
}

fn note_context(lint: &mut Lint<'_>, step: Step<'_>, local: &[Source]) {
    if step.instruction.flag(step.command, "from").is_some() {
        return;
    }
    let outside = local.iter().find(|source| is_outside(&source.text));
    if let Some(source) = outside {
        let message = format!(
            "`{}` is outside of the build context",
            clipped(&source.text)
        );
        let help = "download the file in a `RUN`, or write it with `printf` there";
        let place = step.instruction.place(&source.place);
        lint.add(&codes::COPY_OUTSIDE_CONTEXT, place, message, help);
    } else if let Some(source) = local.first() {
        let message = format!(
            "`{}` is not in the build context, which holds no file of the repository",
            clipped(&source.text)
        );
        let help = "use it from the clone at run time, download it in a `RUN`, or write it with \
                    `printf` there; `.dockerignore` changes nothing";
        let place = step.instruction.place(&source.place);
        lint.add(&codes::COPY_FROM_CONTEXT, place, message, help);
    }
}

fn is_outside(source: &str) -> bool {
    source.starts_with('/') || source.split('/').any(|segment| segment == "..")
}

fn note_secret_file(lint: &mut Lint<'_>, step: Step<'_>, sources: &[Source]) {
    let Some(source) = sources.iter().find(|source| is_secret(&source.text)) else {
        return;
    };
    let message = format!(
        "`{}` looks like a file with credentials",
        clipped(&source.text)
    );
    let help = "keep it out of the image; declare the secret in the manifest, and sessions get it";
    let place = step.instruction.place(&source.place);
    lint.add(&codes::SECRET_FILE, place, message, help);
}

fn is_secret(source: &str) -> bool {
    let name = base_name(source.trim_matches(['"', '\'']).trim_end_matches('/'));
    let is_environment = name.strip_prefix(".env.").is_some_and(|rest| {
        let last = rest.rsplit('.').next().unwrap_or_default();
        !rest.is_empty() && !EXAMPLES.contains(&last)
    });
    is_environment
        || SECRET_NAMES.contains(&name)
        || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name.starts_with("service-account") && name.ends_with(".json")
}
