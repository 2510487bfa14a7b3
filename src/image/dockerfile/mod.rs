//! A Dockerfile as BuildKit reads it, with the place of everything in the text.
//!
//! In: a text. Out: [`Dockerfile`]: instructions with their heredocs, comments, parser directives,
//! and what keeps it from being read; reading goes on behind each problem. [`stages`] groups the
//! instructions, [`words`] and [`substitute`] take their arguments apart.
//!
//! The crates for this were no match: one stops at its first error and knows a heredoc only as the
//! first word of `RUN`, one knows none, and one is a whole linter with its command line.
//!
//! Not for: judging, which is [`crate::image::rules`].

pub mod stages;

pub mod words;

pub mod substitute;

pub mod heredoc;

mod logical;

mod read;

use std::ops::Range;

pub use logical::Logical;

/// A file, read as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// The character that continues lines: `\` unless a directive says otherwise.
    pub escape: char,
    /// The parser directives, at the top of the file.
    pub directives: Vec<Directive>,
    /// The instructions in their order, with unknown ones.
    pub instructions: Vec<Instruction>,
    /// The comment lines in bytes, with directives and with comments inside of instructions.
    pub comments: Vec<Range<usize>>,
    /// What keeps the file from being read.
    pub problems: Vec<Problem>,
}

/// A parser directive such as `# escape=\`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its name in lower case.
    pub name: String,
    /// What is behind the equals sign.
    pub value: String,
    /// The line in bytes.
    pub span: Range<usize>,
}

/// An instruction with all its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// From the keyword to the end of the last line, with heredocs, in bytes.
    pub span: Range<usize>,
    /// The end of the line on which it begins.
    pub first_line_end: usize,
    /// The lines as one, without comments, empty lines, and what continued them.
    pub text: Logical,
    /// What it does.
    pub command: Command,
    /// What an `ONBUILD` does later.
    pub trigger: Option<Command>,
    /// The heredocs in their order.
    pub heredocs: Vec<Heredoc>,
}

/// A keyword with its flags and arguments, as ranges of the logical text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Which keyword it is.
    pub keyword: Keyword,
    /// The keyword as written.
    pub name: Range<usize>,
    /// The leading words that begin with two dashes.
    pub flags: Vec<Range<usize>>,
    /// What follows, without blanks around it.
    pub arguments: Range<usize>,
}

/// The keywords that BuildKit knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// `ADD`
    Add,
    /// `ARG`
    Arg,
    /// `CMD`
    Cmd,
    /// `COPY`
    Copy,
    /// `ENTRYPOINT`
    Entrypoint,
    /// `ENV`
    Env,
    /// `EXPOSE`
    Expose,
    /// `FROM`
    From,
    /// `HEALTHCHECK`
    Healthcheck,
    /// `LABEL`
    Label,
    /// `MAINTAINER`
    Maintainer,
    /// `ONBUILD`
    Onbuild,
    /// `RUN`
    Run,
    /// `SHELL`
    Shell,
    /// `STOPSIGNAL`
    Stopsignal,
    /// `USER`
    User,
    /// `VOLUME`
    Volume,
    /// `WORKDIR`
    Workdir,
    /// None of them.
    Unknown,
}

/// All keywords by their names.
pub const KEYWORDS: [(&str, Keyword); 18] = [
    ("ADD", Keyword::Add),
    ("ARG", Keyword::Arg),
    ("CMD", Keyword::Cmd),
    ("COPY", Keyword::Copy),
    ("ENTRYPOINT", Keyword::Entrypoint),
    ("ENV", Keyword::Env),
    ("EXPOSE", Keyword::Expose),
    ("FROM", Keyword::From),
    ("HEALTHCHECK", Keyword::Healthcheck),
    ("LABEL", Keyword::Label),
    ("MAINTAINER", Keyword::Maintainer),
    ("ONBUILD", Keyword::Onbuild),
    ("RUN", Keyword::Run),
    ("SHELL", Keyword::Shell),
    ("STOPSIGNAL", Keyword::Stopsignal),
    ("USER", Keyword::User),
    ("VOLUME", Keyword::Volume),
    ("WORKDIR", Keyword::Workdir),
];

/// A heredoc of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it, without quotes.
    pub name: String,
    /// Whether tabs in front of its lines go.
    pub strips_tabs: bool,
    /// Its lines in bytes, without the one that ends it.
    pub body: Range<usize>,
}

/// Something that keeps the file from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Where it is, beginning on the first line of its instruction.
    pub span: Range<usize>,
}

/// What keeps a file from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// A parser directive twice.
    RepeatedDirective(String),
    /// An escape character other than a backslash or a backtick.
    BadEscape,
    /// The last instruction goes on behind the end of the file.
    OpenContinuation,
    /// A heredoc does not end; this is the word that it waits for.
    OpenHeredoc(String),
    /// An array with something else than strings.
    NotStrings,
    /// An `ENV` or `LABEL` without a value.
    NoValue,
    /// A word without an equals sign among pairs.
    NoEquals,
    /// There are more instructions than this; the rest is not read.
    TooMany(usize),
}

impl Keyword {
    /// The keyword of a word in any case.
    pub fn of(word: &str) -> Self {
        let known = KEYWORDS.iter();
        known
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map_or(Self::Unknown, |(_, keyword)| *keyword)
    }
}

impl Dockerfile {
    /// Reads a text; never fails, see [`Dockerfile::problems`].
    pub fn parse(text: &str) -> Self {
        read::Reader::new(text).read()
    }
}

impl Instruction {
    /// The text of the arguments of a command of this instruction.
    pub fn arguments(&self, command: &Command) -> &str {
        self.text.slice(&command.arguments)
    }

    /// The value of a flag, such as `base` for `--from=base`; `None` when it is not there.
    pub fn flag<'a>(&'a self, command: &'a Command, name: &str) -> Option<&'a str> {
        self.flags(command, name).next()
    }

    /// The values of all flags of a name; empty for a flag without a value.
    pub fn flags<'a>(&'a self, command: &'a Command, name: &str) -> impl Iterator<Item = &'a str> {
        command.flags.iter().filter_map(move |range| {
            let flag = self.text.slice(range).strip_prefix("--")?;
            match flag.split_once('=') {
                Some((key, value)) => (key == name).then_some(value.trim_matches(['"', '\''])),
                None => (flag == name).then_some(""),
            }
        })
    }

    /// The place of a piece of the logical text, beginning on the instruction's first line: the
    /// piece itself when it is there, else everything from the keyword to its end.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        self.on_first_line(self.text.source(range))
    }

    /// Like [`Instruction::place`] for a range of the file.
    pub fn on_first_line(&self, source: Range<usize>) -> Range<usize> {
        if source.start < self.first_line_end {
            source
        } else {
            self.span.start..source.end
        }
    }

    /// The place of the keyword.
    pub fn name_place(&self) -> Range<usize> {
        self.place(&self.command.name)
    }
}
