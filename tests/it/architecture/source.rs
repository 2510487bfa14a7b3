//! Reads Rust source as tokens: which modules it names, how long its functions are.
//!
//! In: the text of a file and its path below `src`. Out: plain facts with line numbers. Comments
//! and strings are not tokens, so words in them count for nothing. It judges nothing.

use std::iter::Peekable;
use std::str::FromStr;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A module of the crate's root that a file names, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Counted from one.
    pub line: usize,
    /// `api` for `crate::api::Error`.
    pub module: String,
}

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// Where `fn` stands, counted from one.
    pub line: usize,
    /// From `fn` to the closing brace.
    pub lines: usize,
}

/// What one file says.
#[derive(Debug, Default)]
pub struct Facts {
    pub mentions: Vec<Mention>,
    pub functions: Vec<Function>,
    /// Lines where a path goes through `Color::`.
    pub colors: Vec<usize>,
    /// Lines with `todo!(` or `unimplemented!(`.
    pub unfinished: Vec<usize>,
}

/// Reads `text`, the file at `path` relative to `src` (`app/board.rs`).
pub fn read(path: &str, text: &str) -> Result<Facts, proc_macro2::LexError> {
    let mut reader = Reader {
        facts: Facts::default(),
    };
    reader.walk(TokenStream::from_str(text)?, depth_of(path));
    Ok(reader.facts)
}

/// How many `super::` lead from a file to the crate's root.
fn depth_of(path: &str) -> usize {
    let parts = path.split('/').count();
    match path.rsplit('/').next() {
        Some("mod.rs" | "lib.rs" | "main.rs") => parts - 1,
        _ => parts,
    }
}

struct Reader {
    facts: Facts,
}

impl Reader {
    fn walk(&mut self, stream: TokenStream, depth: usize) {
        let mut tokens = stream.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.walk(group.stream(), depth),
                TokenTree::Ident(word) => {
                    let line = word.span().start().line;
                    match word.to_string().as_str() {
                        "crate" => self.mentions(&mut tokens, line),
                        "super" => self.upward(&mut tokens, depth, line),
                        "mod" => self.inline_module(&mut tokens, depth),
                        "fn" => self.function(&mut tokens, depth, line),
                        "Color" if eat_colons(&mut tokens) => self.facts.colors.push(line),
                        "todo" | "unimplemented" if next_is(&mut tokens, '!') => {
                            self.facts.unfinished.push(line);
                        }
                        _ => {}
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// After `crate`: one name, or a brace group with a name at the start of each entry.
    fn mentions(&mut self, tokens: &mut Peekable<IntoIter>, line: usize) {
        if !eat_colons(tokens) {
            return;
        }
        match tokens.peek() {
            Some(TokenTree::Ident(word)) => {
                let module = word.to_string();
                self.facts.mentions.push(Mention { line, module });
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                self.entries(group);
            }
            _ => {}
        }
    }

    fn entries(&mut self, group: &Group) {
        let mut at_start = true;
        for token in group.stream() {
            match token {
                TokenTree::Ident(word) if at_start => {
                    let line = word.span().start().line;
                    let module = word.to_string();
                    self.facts.mentions.push(Mention { line, module });
                    at_start = false;
                }
                TokenTree::Punct(mark) => at_start = mark.as_char() == ',',
                TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// A chain of `super::` that reaches the root names a module of the root.
    fn upward(&mut self, tokens: &mut Peekable<IntoIter>, depth: usize, line: usize) {
        let mut climbed = 1;
        while climbed < depth {
            if !eat_colons(tokens) {
                return;
            }
            match tokens.peek() {
                Some(TokenTree::Ident(word)) if word == "super" => {
                    tokens.next();
                    climbed += 1;
                }
                _ => return,
            }
        }
        self.mentions(tokens, line);
    }

    fn inline_module(&mut self, tokens: &mut Peekable<IntoIter>, depth: usize) {
        if let Some(TokenTree::Ident(_)) = tokens.peek() {
            tokens.next();
        }
        if let Some(body) = take_braces(tokens) {
            self.walk(body.stream(), depth + 1);
        }
    }

    fn function(&mut self, tokens: &mut Peekable<IntoIter>, depth: usize, line: usize) {
        let Some(TokenTree::Ident(name)) = tokens.peek() else {
            return;
        };
        let name = name.to_string();
        let mut signature = TokenStream::new();
        loop {
            if let Some(body) = take_braces(tokens) {
                let lines = body.span_close().end().line - line + 1;
                self.facts.functions.push(Function { name, line, lines });
                self.walk(signature, depth);
                self.walk(body.stream(), depth);
                return;
            }
            match tokens.next() {
                Some(TokenTree::Punct(mark)) if mark.as_char() == ';' => break,
                Some(token) => signature.extend([token]),
                None => break,
            }
        }
        self.walk(signature, depth);
    }
}

fn take_braces(tokens: &mut Peekable<IntoIter>) -> Option<Group> {
    match tokens.peek() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let group = group.clone();
            tokens.next();
            Some(group)
        }
        _ => None,
    }
}

fn next_is(tokens: &mut Peekable<IntoIter>, mark: char) -> bool {
    matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// Takes `::` if it is next.
fn eat_colons(tokens: &mut Peekable<IntoIter>) -> bool {
    if !next_is(tokens, ':') {
        return false;
    }
    tokens.next();
    if !next_is(tokens, ':') {
        return false;
    }
    tokens.next();
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a broken sample is a broken test")]

    use super::*;

    fn modules(path: &str, text: &str) -> Vec<String> {
        let facts = read(path, text).unwrap();
        facts.mentions.into_iter().map(|m| m.module).collect()
    }

    #[test]
    fn every_way_to_name_a_module_is_seen() {
        let text = "use crate::{app::{State, event::Event}, view};\n\
                    fn f(key: crate::model::Key) -> Vec<u8> { vec![crate::local::serve(key)] }";
        assert_eq!(
            modules("api/mod.rs", text),
            ["app", "view", "model", "local"]
        );
    }

    #[test]
    fn words_in_strings_and_comments_are_not_paths() {
        let text = "//! crate::view\n/// crate::app\nfn f() -> &'static str { \"crate::cli\" }";
        assert!(modules("model/id.rs", text).is_empty());
    }

    #[test]
    fn a_climb_to_the_root_counts_and_a_climb_inside_the_folder_does_not() {
        assert_eq!(
            modules("api/feed.rs", "use super::super::view::draw;"),
            ["view"]
        );
        assert_eq!(
            modules("api/mod.rs", "fn f() { super::cli::run() }"),
            ["cli"]
        );
        assert!(modules("api/feed.rs", "use super::client::Client;").is_empty());
        let tests = "mod tests { use super::super::client; use super::super::super::app; }";
        assert_eq!(modules("api/feed.rs", tests), ["app"]);
    }

    #[test]
    fn functions_are_measured_from_fn_to_the_closing_brace() {
        let text = "trait T { fn open(&self); }\nfn a<F: Fn(fn(u8))>(f: F)\nwhere\n    F: Send,\n{\n    f(|_| {})\n}\n";
        let functions = read("model/id.rs", text).unwrap().functions;
        let a = Function {
            name: "a".to_owned(),
            line: 2,
            lines: 6,
        };
        assert_eq!(functions, [a]);
    }

    #[test]
    fn colors_and_unfinished_code_are_seen() {
        let facts = read(
            "view/mod.rs",
            "fn f() {\n    todo!();\n    paint(Color::Red)\n}",
        )
        .unwrap();
        assert_eq!(facts.unfinished, [2]);
        assert_eq!(facts.colors, [3]);
    }
}
