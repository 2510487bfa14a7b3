//! What keeps the builder from reading the file.

use crate::{
    diagnostic::Edit,
    image::{
        codes,
        dockerfile::{Instruction, KEYWORDS, Keyword, Problem, ProblemKind, stages::Base},
        rules::{Lint, base::clipped},
    },
};

/// How many letters of an unknown word may differ from the keyword that was meant.
const NEAR: usize = 2;
/// The longest word for which a keyword is looked up, in bytes.
const LONGEST_KEYWORD: usize = 16;

pub(super) fn check(lint: &mut Lint<'_>) {
    for problem in &lint.file.problems {
        note_problem(lint, problem);
    }
    let mut has_from = false;
    for instruction in &lint.file.instructions {
        let command = &instruction.command;
        has_from |= command.keyword == Keyword::From;
        if command.keyword == Keyword::Unknown {
            if !command.name.is_empty() {
                note_unknown(lint, instruction);
            }
        } else if !has_from && command.keyword != Keyword::Arg {
            note_early(lint, instruction);
        }
    }
    for stage in &lint.stages.all {
        if stage.base == Base::Malformed
            && let Some(from) = lint.file.instructions.get(stage.from)
        {
            lint.add(
                &codes::SYNTAX_ERROR,
                from.name_place(),
                "`FROM` takes an image, or an image, `AS` and a name".to_owned(),
                "write `FROM image:tag` or `FROM image:tag AS name`",
            );
        }
    }
    let is_readable = lint.findings.is_empty();
    if !has_from && is_readable {
        lint.add(
            &codes::NO_FROM,
            0..0,
            "no `FROM`, so there is nothing to build".to_owned(),
            "begin with `FROM ubuntu:24.04`",
        );
    }
    note_escape(lint);
}

fn note_escape(lint: &mut Lint<'_>) {
    let file = lint.file;
    let directives = file.directives.iter();
    let other = directives
        .filter(|directive| directive.name == "escape" && directive.value == "`")
        .map(|directive| directive.span.clone());
    for span in other.collect::<Vec<_>>() {
        lint.add(
            &codes::ESCAPE_DIRECTIVE,
            span,
            "the escape character is not the backslash, which the appended layer needs".to_owned(),
            "remove the directive and continue lines with `\\`",
        );
    }
}

fn note_early(lint: &mut Lint<'_>, instruction: &Instruction) {
    let name = instruction.text.slice(&instruction.command.name);
    lint.add(
        &codes::SYNTAX_ERROR,
        instruction.name_place(),
        format!(
            "`{}` before the first `FROM`; only `ARG` may be there",
            name.to_uppercase()
        ),
        "move it behind `FROM`",
    );
}

fn note_unknown(lint: &mut Lint<'_>, instruction: &Instruction) {
    if lint.has_no_room(&codes::UNKNOWN_INSTRUCTION) {
        return;
    }
    let word = instruction.text.slice(&instruction.command.name);
    let place = instruction.name_place();
    let nearest = nearest(word);
    let help = match nearest {
        Some(keyword) => format!("write `{keyword}`"),
        None => "begin the line with an instruction such as `RUN`, or end the line before it \
                 with `\\`"
            .to_owned(),
    };
    let added = lint.add(
        &codes::UNKNOWN_INSTRUCTION,
        place.clone(),
        format!("`{}` is no instruction", clipped(word)),
        &help,
    );
    if let Some(keyword) = nearest {
        let edit = Edit {
            span: place,
            text: keyword.to_owned(),
        };
        added.fix(&format!("write `{keyword}`"), edit);
    }
}

/// The keyword that a word is most likely meant to be.
fn nearest(word: &str) -> Option<&'static str> {
    if word.len() > LONGEST_KEYWORD {
        return None;
    }
    let word = word.to_ascii_uppercase();
    let ranked = KEYWORDS.map(|(keyword, _)| (distance(&word, keyword), keyword));
    let (distance, keyword) = ranked.into_iter().min_by_key(|(distance, _)| *distance)?;
    let is_near = distance <= NEAR && distance < keyword.len().saturating_sub(1);
    is_near.then_some(keyword)
}

/// How many letters must be changed, added or left out.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (line, a) in from.chars().enumerate() {
        let mut corner = line;
        let mut left = line + 1;
        for (above, b) in row.iter_mut().skip(1).zip(to.chars()) {
            let here = (corner + usize::from(a != b)).min(left + 1).min(*above + 1);
            corner = std::mem::replace(above, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn note_problem(lint: &mut Lint<'_>, problem: &Problem) {
    let span = problem.span.clone();
    let syntax = &codes::SYNTAX_ERROR;
    match &problem.kind {
        ProblemKind::RepeatedDirective(name) => {
            let message = format!("the directive `{name}` is there twice");
            lint.add(syntax, span, message, "keep one of them");
        }
        ProblemKind::BadEscape => {
            let message = "the escape character can only be `\\` or a backtick".to_owned();
            lint.add(syntax, span, message, "remove the directive");
        }
        ProblemKind::NotStrings => {
            let message = "an array of arguments can only hold strings".to_owned();
            lint.add(syntax, span, message, "put every argument in double quotes");
        }
        ProblemKind::NoValue => {
            let message = "a name without a value".to_owned();
            lint.add(syntax, span, message, "write `NAME=value`");
        }
        ProblemKind::NoEquals => {
            let message = "a word without `=` among pairs of names and values".to_owned();
            lint.add(syntax, span, message, "put values with blanks in quotes");
        }
        ProblemKind::OpenHeredoc(name) => {
            let message = format!(
                "the heredoc does not end: no line is `{}` alone",
                clipped(name)
            );
            let help = "put the word on a line of its own without blanks; with `<<-` tabs may \
                        stand in front of it";
            lint.add(&codes::UNTERMINATED_HEREDOC, span, message, help);
        }
        ProblemKind::TooMany(most) => {
            let message = format!("more than {most} instructions; the rest is not read");
            lint.add(
                syntax,
                span,
                message,
                "build an image elsewhere, and name it",
            );
        }
        ProblemKind::OpenContinuation => note_open_end(lint, span),
    }
}

fn note_open_end(lint: &mut Lint<'_>, span: std::ops::Range<usize>) {
    let last = lint.file.instructions.iter().rfind(|instruction| {
        // The open instruction is the last one, whatever follows it are comments.
        instruction.span.start == span.start
    });
    let escape = lint.file.escape;
    let edit = last.and_then(|last| {
        let text = lint.text.get(last.span.clone())?;
        let kept = text.trim_end().strip_suffix(escape)?.trim_end();
        Some(Edit {
            span: last.span.start + kept.len()..last.span.end,
            text: String::new(),
        })
    });
    let added = lint.add(
        &codes::TRAILING_CONTINUATION,
        span,
        "the last instruction goes on behind the end of the file".to_owned(),
        "take the continuation at the end of its last line out",
    );
    if let Some(edit) = edit {
        added.safe_fix("take the continuation out", edit);
    }
}
