//! Variables: what `ARG` and `ENV` set, and what `$NAME` in an argument becomes.

use std::{collections::HashMap, iter::Peekable, str::Chars};

use crate::image::dockerfile::{Command, Instruction, Keyword, words};

/// The most bytes that one substitution may make.
const LONGEST: usize = 4096;
/// The most bytes that all substitutions of a scope may make.
const BUDGET: usize = 8 << 20;
/// How deep substitutions may be inside of each other.
const DEEPEST: usize = 16;

/// What the builder itself sets, for the platform's only architecture.
const PREDEFINED: [(&str, &str); 8] = [
    ("BUILDARCH", "amd64"),
    ("BUILDOS", "linux"),
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDVARIANT", ""),
    ("TARGETARCH", "amd64"),
    ("TARGETOS", "linux"),
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETVARIANT", ""),
];

/// The variables at a place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    environment: HashMap<String, String>,
    arguments: HashMap<String, String>,
    budget: usize,
}

/// A text with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expanded {
    /// The text; what is not known is empty in it.
    pub text: String,
    /// Whether a variable had no value, or a form of substitution is not known.
    pub is_partial: bool,
}

impl Default for Variables {
    fn default() -> Self {
        Self {
            environment: HashMap::new(),
            arguments: HashMap::new(),
            budget: BUDGET,
        }
    }
}

impl Variables {
    /// The variables before the first `FROM`.
    pub fn predefined() -> Self {
        let set = PREDEFINED.into_iter();
        Self {
            arguments: set
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            ..Self::default()
        }
    }

    /// No variables, with what is left of the budget.
    pub fn emptied(&self) -> Self {
        Self {
            budget: self.budget,
            ..Self::default()
        }
    }

    /// The value of a variable; an `ENV` wins over an `ARG`.
    pub fn value(&self, name: &str) -> Option<&str> {
        let value = self.environment.get(name);
        value
            .or_else(|| self.arguments.get(name))
            .map(String::as_str)
    }

    /// Takes in an `ENV` or an `ARG`; `globals` are the variables before the first `FROM`.
    pub fn apply(
        &mut self,
        instruction: &Instruction,
        command: &Command,
        globals: &Self,
        escape: char,
    ) {
        let arguments = instruction.arguments(command);
        if command.keyword == Keyword::Env {
            let pairs = words::pairs(arguments, escape).unwrap_or_default();
            let mut set = Vec::with_capacity(pairs.len());
            for pair in pairs {
                let value = self.expand(pair.value.unwrap_or_default(), escape);
                set.push((pair.name.to_owned(), value.text));
            }
            self.environment.extend(set);
        }
        if command.keyword == Keyword::Arg {
            self.declare(arguments, globals, escape);
        }
    }

    /// Takes in an `ARG` before the first `FROM`.
    pub(super) fn apply_global(&mut self, arguments: &str, escape: char) {
        self.declare(arguments, &Self::default(), escape);
    }

    fn declare(&mut self, arguments: &str, globals: &Self, escape: char) {
        for declared in words::declarations(arguments, escape) {
            let value = match declared.value {
                Some(value) => Some(self.expand(value, escape).text),
                None => globals.value(declared.name).map(str::to_owned),
            };
            if let Some(value) = value {
                self.arguments.insert(declared.name.to_owned(), value);
            }
        }
    }

    /// Replaces the variables of a word and takes its quotes away.
    pub fn expand(&mut self, text: &str, escape: char) -> Expanded {
        let mut expansion = Expansion {
            scope: self,
            letters: text.chars().peekable(),
            escape,
            made: Expanded::default(),
        };
        expansion.until(None, 0);
        let made = expansion.made;
        self.budget = self.budget.saturating_sub(made.text.len());
        made
    }
}

struct Expansion<'a> {
    scope: &'a Variables,
    letters: Peekable<Chars<'a>>,
    escape: char,
    made: Expanded,
}

impl Expansion<'_> {
    /// Goes behind the next `end` outside of quotes, or to the end of the text.
    fn until(&mut self, end: Option<char>, depth: usize) {
        while let Some(letter) = self.letters.next() {
            if Some(letter) == end {
                return;
            }
            match letter {
                '\'' => self.single_quoted(),
                '"' => self.double_quoted(depth),
                '$' => self.variable(depth),
                _ if letter == self.escape => {
                    if let Some(letter) = self.letters.next() {
                        self.push(letter);
                    }
                }
                _ => self.push(letter),
            }
        }
    }

    fn single_quoted(&mut self) {
        while let Some(letter) = self.letters.next().filter(|letter| *letter != '\'') {
            self.push(letter);
        }
    }

    fn double_quoted(&mut self, depth: usize) {
        while let Some(letter) = self.letters.next().filter(|letter| *letter != '"') {
            if letter == '$' {
                self.variable(depth);
                continue;
            }
            let escape = self.escape;
            let escaped = (letter == escape).then(|| {
                self.letters
                    .next_if(|next| *next == '"' || *next == '$' || *next == escape)
            });
            self.push(escaped.flatten().unwrap_or(letter));
        }
    }

    fn variable(&mut self, depth: usize) {
        let is_braced = self.letters.next_if_eq(&'{').is_some();
        let name = self.name();
        if !is_braced {
            match name.as_str() {
                "" => self.push('$'),
                name => self.put(self.scope.value(name)),
            }
            return;
        }
        let is_colon = self.letters.next_if_eq(&':').is_some();
        let Some(operator) = self.letters.next() else {
            self.made.is_partial = true;
            return;
        };
        if operator == '}' && !is_colon {
            self.put(self.scope.value(&name));
            return;
        }
        let word = self.word(depth + 1);
        let value = self.scope.value(&name);
        let value = value.filter(|value| !(is_colon && value.is_empty()));
        match (operator, value) {
            ('-', None) | ('+', Some(_)) => self.put_expanded(word),
            ('-' | '?', Some(value)) => self.put(Some(value)),
            ('+', None) => {}
            _ => self.made.is_partial = true,
        }
    }

    /// The word of a substitution, up to its closing brace.
    fn word(&mut self, depth: usize) -> Expanded {
        let outer = std::mem::take(&mut self.made);
        if depth > DEEPEST {
            // Nobody writes this; what is inside stays unread.
            self.letters.by_ref().for_each(drop);
            self.made.is_partial = true;
        } else {
            self.until(Some('}'), depth);
        }
        std::mem::replace(&mut self.made, outer)
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self
            .letters
            .next_if(|letter| letter.is_alphanumeric() || *letter == '_')
        {
            name.push(letter);
        }
        name
    }

    fn put(&mut self, value: Option<&str>) {
        match value {
            None => self.made.is_partial = true,
            Some(value) => {
                if self.has_room(value.len()) {
                    self.made.text.push_str(value);
                }
            }
        }
    }

    fn put_expanded(&mut self, word: Expanded) {
        self.made.is_partial |= word.is_partial;
        self.put(Some(&word.text));
    }

    fn push(&mut self, letter: char) {
        if self.has_room(letter.len_utf8()) {
            self.made.text.push(letter);
        }
    }

    fn has_room(&mut self, length: usize) -> bool {
        let made = self.made.text.len() + length;
        let has_room = made <= LONGEST && made <= self.scope.budget;
        self.made.is_partial |= !has_room;
        has_room
    }
}
