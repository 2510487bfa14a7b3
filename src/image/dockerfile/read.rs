//! Reads lines into instructions.

use std::{mem, ops::Range};

use crate::image::dockerfile::{
    Command, Directive, Dockerfile, Heredoc, Instruction, Keyword, Logical, Problem, ProblemKind,
    heredoc::{self, Opener},
    words,
};

/// The directives that there are.
const DIRECTIVES: [&str; 3] = ["check", "escape", "syntax"];

/// How many instructions are read; in memory the shortest take a hundred times their text.
const MOST_INSTRUCTIONS: usize = 500_000;

/// What reads a text from its beginning to its end.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    takes_directives: bool,
    file: Dockerfile,
}

/// A line of the file.
#[derive(Clone)]
struct Line<'a> {
    /// Without the line's end.
    text: &'a str,
    /// Where it begins, in bytes.
    start: usize,
}

impl Line<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Where the first character is that is no blank.
    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    fn is_comment(&self) -> bool {
        self.text.trim_start().starts_with('#')
    }

    fn is_blank(&self) -> bool {
        self.text.trim_start().is_empty()
    }

    /// From the first character that is no blank to the end.
    fn trimmed_span(&self) -> Range<usize> {
        self.start + self.indent()..self.end()
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            takes_directives: true,
            file: Dockerfile {
                escape: '\\',
                directives: Vec::new(),
                instructions: Vec::new(),
                comments: Vec::new(),
                problems: Vec::new(),
            },
        }
    }

    pub(super) fn read(mut self) -> Dockerfile {
        while let Some(line) = self.next_line() {
            if mem::replace(&mut self.takes_directives, false) {
                self.takes_directives = self.directive(&line);
            }
            if line.is_comment() {
                self.file.comments.push(line.trimmed_span());
            } else if self.file.instructions.len() >= MOST_INSTRUCTIONS {
                let kind = ProblemKind::TooMany(MOST_INSTRUCTIONS);
                let span = line.trimmed_span();
                self.file.problems.push(Problem { kind, span });
                break;
            } else if !line.is_blank() {
                self.instruction(&line);
            }
        }
        self.file
    }

    fn next_line(&mut self) -> Option<Line<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let length = memchr::memchr(b'\n', rest.as_bytes());
        let (text, used) = match length {
            Some(length) => (rest.get(..length).unwrap_or_default(), length + 1),
            None => (rest, rest.len()),
        };
        self.at = start + used;
        let text = text.trim_end_matches('\r');
        Some(Line { text, start })
    }

    /// Takes a line for a directive; whether another one may follow.
    fn directive(&mut self, line: &Line<'_>) -> bool {
        let Some((name, value)) = directive_parts(line.text) else {
            return false;
        };
        let name = name.to_ascii_lowercase();
        if !DIRECTIVES.contains(&name.as_str()) {
            return false;
        }
        let span = line.trimmed_span();
        let is_repeated = self.file.directives.iter().any(|known| known.name == name);
        if is_repeated {
            let kind = ProblemKind::RepeatedDirective(name);
            self.file.problems.push(Problem { kind, span });
            return true;
        }
        if name == "escape" {
            match value {
                "\\" => self.file.escape = '\\',
                "`" => self.file.escape = '`',
                _ => self.file.problems.push(Problem {
                    kind: ProblemKind::BadEscape,
                    span: span.clone(),
                }),
            }
        }
        self.file.directives.push(Directive {
            name,
            value: value.to_owned(),
            span,
        });
        true
    }

    fn instruction(&mut self, first: &Line<'a>) {
        let mut text = Logical::default();
        let start = first.start + first.indent();
        let mut line = Line {
            text: first.text.trim_start(),
            start,
        };
        let mut last_end = line.end();
        let is_open = loop {
            let Some(kept) = without_continuation(line.text, self.file.escape) else {
                text.push(line.text, line.start);
                break false;
            };
            text.push(kept, line.start);
            match self.continued() {
                Some(next) => line = next,
                None => break true,
            }
            last_end = line.end();
        };
        let mut instruction = command_line(text);
        instruction.first_line_end = first.end();
        instruction.span = start..last_end;
        if is_open {
            let span = start..first.end();
            let kind = ProblemKind::OpenContinuation;
            self.file.problems.push(Problem { kind, span });
        }
        self.take_heredocs(&mut instruction);
        self.check_form(&instruction);
        self.file.instructions.push(instruction);
    }

    /// The next line that belongs to an instruction that goes on.
    fn continued(&mut self) -> Option<Line<'a>> {
        loop {
            let line = self.next_line()?;
            if line.is_comment() {
                self.file.comments.push(line.trimmed_span());
            } else if !line.is_blank() {
                return Some(line);
            }
        }
    }

    fn take_heredocs(&mut self, instruction: &mut Instruction) {
        let command = instruction.trigger.as_ref().unwrap_or(&instruction.command);
        let takes = matches!(command.keyword, Keyword::Run | Keyword::Copy | Keyword::Add);
        let is_list = words::list(instruction.arguments(command)).is_some();
        if !takes || is_list || !instruction.text.as_str().contains("<<") {
            return;
        }
        for opener in heredoc::openers(instruction.text.as_str()) {
            let Some(heredoc) = self.heredoc(opener, instruction) else {
                return;
            };
            instruction.heredocs.push(heredoc);
        }
    }

    fn heredoc(&mut self, opener: Opener, instruction: &mut Instruction) -> Option<Heredoc> {
        let body = self.at;
        while let Some(line) = self.next_line() {
            instruction.span.end = line.end();
            let ending = if opener.strips_tabs {
                line.text.trim_start_matches('\t')
            } else {
                line.text
            };
            if ending == opener.name {
                return Some(Heredoc {
                    name: opener.name,
                    strips_tabs: opener.strips_tabs,
                    body: body..line.start,
                });
            }
        }
        instruction.heredocs.push(Heredoc {
            name: opener.name.clone(),
            strips_tabs: opener.strips_tabs,
            body: body..self.text.len(),
        });
        self.file.problems.push(Problem {
            span: instruction.place(&opener.place),
            kind: ProblemKind::OpenHeredoc(opener.name),
        });
        None
    }

    /// Notes what BuildKit's parser refuses about the arguments.
    fn check_form(&mut self, instruction: &Instruction) {
        let command = instruction.trigger.as_ref().unwrap_or(&instruction.command);
        let arguments = instruction.arguments(command);
        let kind = match command.keyword {
            Keyword::Env | Keyword::Label if arguments.is_empty() => Some(ProblemKind::NoValue),
            Keyword::Env | Keyword::Label => words::pairs(arguments, self.file.escape).err(),
            Keyword::Run
            | Keyword::Cmd
            | Keyword::Entrypoint
            | Keyword::Shell
            | Keyword::Copy
            | Keyword::Add
            | Keyword::Volume => {
                words::is_list_of_others(arguments).then_some(ProblemKind::NotStrings)
            }
            Keyword::Arg
            | Keyword::Expose
            | Keyword::From
            | Keyword::Healthcheck
            | Keyword::Maintainer
            | Keyword::Onbuild
            | Keyword::Stopsignal
            | Keyword::User
            | Keyword::Workdir
            | Keyword::Unknown => None,
        };
        if let Some(kind) = kind {
            let span = instruction.span.start..instruction.first_line_end;
            self.file.problems.push(Problem { kind, span });
        }
    }
}

/// The name and the value of `# name = value`; a value of blanks is one of them.
fn directive_parts(line: &str) -> Option<(&str, &str)> {
    let is_blank = |c: char| matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ');
    let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let name = name.trim_matches(is_blank);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let value = match value.trim_matches(is_blank) {
        "" => value.get(value.len().checked_sub(1)?..)?,
        value => value,
    };
    is_name.then_some((name, value))
}

/// A line without what continues it; `None` when it does not go on.
fn without_continuation(line: &str, escape: char) -> Option<&str> {
    let kept = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!kept.ends_with(escape)).then_some(kept)
}

/// Takes the lines of an instruction apart; its places in the file are for the caller to fill in.
fn command_line(text: Logical) -> Instruction {
    let whole = words::trim(text.as_str(), 0..text.as_str().len());
    let command = command(text.as_str(), whole);
    let trigger = (command.keyword == Keyword::Onbuild && !command.arguments.is_empty())
        .then(|| self::command(text.as_str(), command.arguments.clone()));
    Instruction {
        span: 0..0,
        first_line_end: 0,
        text,
        command,
        trigger,
        heredocs: Vec::new(),
    }
}

fn command(text: &str, range: Range<usize>) -> Command {
    let part = text.get(range.clone()).unwrap_or_default();
    let length = part.find(words::is_blank).unwrap_or(part.len());
    let name = range.start..range.start + length;
    let keyword = Keyword::of(text.get(name.clone()).unwrap_or_default());
    let (flags, arguments) = words::flags(text, name.end..range.end);
    Command {
        keyword,
        name,
        flags,
        arguments,
    }
}
