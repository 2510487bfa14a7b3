//! Reads TOML with places, goes on after errors, and knows the control plane's dialect.
//!
//! `toml_parser` lexes and parses; [`builder`] makes a [`Document`] of its events by the control
//! plane's rules on tables; [`faults`] and [`tail`] say of each error whether the control plane's
//! parser refuses it too, lets it pass through a bug, or never ends on it; [`judge`] says the same of
//! the whole text.
//!
//! Not for: what the values mean.

mod builder;
mod faults;
mod judge;
mod scalar;
mod tail;

use std::cell::Cell;

use toml_parser::lexer::{Token, TokenKind};
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Source};

use super::node::Document;
use builder::Builder;
use faults::Grader;
pub use faults::{Fault, Grade};
pub use judge::{Verdict, judge};

/// What was read of a file.
pub struct Parsed {
    /// All values that could be made out.
    pub document: Document,
    /// What is wrong with the syntax, by place; only the first few of very many.
    pub faults: Vec<Fault>,
}

/// What the parser's two listeners tell each other.
#[derive(Debug, Default)]
pub struct Shared {
    /// The last value.
    last: Cell<Last>,
    /// The end of the last key.
    key_end: Cell<usize>,
    /// Up to where everything belongs to a comment that the parser takes for code.
    muted_to: Cell<usize>,
}

/// The last value that was read.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    end: usize,
    /// Whether it is without quotes.
    is_bare: bool,
    /// Whether it is a string.
    is_text: bool,
    /// Whether it is outside of arrays and inline tables.
    is_top: bool,
}

/// How deep brackets may nest on the caller's stack; the parser calls itself once for each.
const SHALLOW: usize = 64;

/// The stack for deeper nesting, in bytes; enough for the deepest that is read.
const DEEP_STACK: usize = 64 << 20;

/// Reads a whole file; takes time in proportion to its length.
pub fn read(text: &str) -> Parsed {
    let tokens = Source::new(text).lex().into_vec();
    if depth(&tokens) <= SHALLOW {
        return read_tokens(text, tokens);
    }
    let deep = std::thread::Builder::new().stack_size(DEEP_STACK);
    std::thread::scope(|scope| {
        let reader = deep.spawn_scoped(scope, || read_tokens(text, tokens));
        let parsed = reader.ok().and_then(|reader| reader.join().ok());
        parsed.unwrap_or_else(|| Parsed {
            document: Document::new(),
            faults: vec![Fault::new(0..0, "nested too deep to be read here")],
        })
    })
}

/// How deep brackets nest at most.
fn depth(tokens: &[Token]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in tokens {
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn read_tokens(text: &str, mut tokens: Vec<Token>) -> Parsed {
    let shared = Shared::default();
    let trailing = split_trailing(&mut tokens);
    let mut builder = Builder::new(text, &shared);
    let mut grader = Grader::new(text, &shared);
    parse_document(&tokens, &mut builder, &mut grader);
    read_trailing(&trailing, &mut builder, &mut grader);
    let (document, mut faults) = builder.finish();
    faults.append(grader.finish());
    Parsed {
        document,
        faults: faults.into_sorted(text),
    }
}

/// Takes comments and line ends from the end of the file.
///
/// The parser looks back over them once for each array that is still open there.
fn split_trailing(tokens: &mut Vec<Token>) -> Vec<Token> {
    let is_trivia = |token: &Token| {
        matches!(
            token.kind(),
            TokenKind::Whitespace | TokenKind::Comment | TokenKind::Newline | TokenKind::Eof
        )
    };
    let last = tokens.iter().rposition(|token| !is_trivia(token));
    let last = last.map_or(0, |last| last + 1);
    // The rest of the last line stays, so that errors at its end are found there.
    let line_end = tokens
        .iter()
        .skip(last)
        .position(|token| token.kind() == TokenKind::Newline);
    let kept = line_end.map_or(last, |at| last + at + 1);
    let mut trailing = tokens.split_off(kept);
    tokens.extend(trailing.pop());
    trailing
}

fn read_trailing(tokens: &[Token], builder: &mut Builder<'_>, error: &mut dyn ErrorSink) {
    for token in tokens {
        match token.kind() {
            TokenKind::Comment => builder.comment(token.span(), error),
            TokenKind::Newline => builder.newline(token.span(), error),
            // Nothing else is split off.
            _ => {}
        }
    }
}
