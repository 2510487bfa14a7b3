//! Scopes of a grammar to classes.
//!
//! In: the scopes that a text stands in, from the outermost; each is a dotted name such as
//! `keyword.control.rust`. Out: a class. The longest rule that begins a scope decides; a scope without
//! a rule leaves it to the one around it.

use std::{collections::HashMap, sync::OnceLock};

use syntect::parsing::Scope;

use crate::diff::paint::Class;

/// What a scope says about its text.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// It is of a class.
    Is(Class),
    /// It is a keyword if it has letters, else a sign.
    Word,
    /// It is whatever it stands in.
    Around,
    /// It is plain, whatever it stands in.
    Plain,
}

use Class::{Comment, Constant, Function, Keyword, Number, Property, Punctuation, String, Type};
use Rule::{Around, Is, Plain, Word};

/// The rules, by the names that scopes begin with.
const RULES: [(&str, Rule); 69] = [
    ("comment", Is(Comment)),
    ("constant", Is(Constant)),
    ("constant.language", Is(Number)),
    ("constant.numeric", Is(Number)),
    ("constant.other.database-name", Plain),
    ("constant.other.table-name", Plain),
    ("entity.name", Is(Constant)),
    ("entity.name.class", Is(Type)),
    ("entity.name.enum", Is(Type)),
    ("entity.name.function", Is(Function)),
    ("entity.name.impl", Is(Type)),
    ("entity.name.interface", Is(Type)),
    ("entity.name.module", Is(Type)),
    ("entity.name.namespace", Is(Type)),
    ("entity.name.section", Is(Keyword)),
    ("entity.name.struct", Is(Type)),
    ("entity.name.table", Is(Type)),
    ("entity.name.tag.toml", Is(Property)),
    ("entity.name.tag.yaml", Is(Property)),
    ("entity.name.trait", Is(Type)),
    ("entity.name.type", Is(Type)),
    ("entity.name.union", Is(Type)),
    ("entity.other", Is(Property)),
    ("entity.other.inherited-class", Is(Type)),
    ("keyword", Word),
    ("keyword.other.unit", Is(Number)),
    ("markup.heading", Is(Keyword)),
    ("markup.quote", Is(Comment)),
    ("markup.raw", Is(String)),
    ("markup.raw.code-fence", Plain),
    ("markup.underline.link", Is(Property)),
    ("meta.annotation", Is(Constant)),
    ("meta.brace", Is(Punctuation)),
    ("meta.interpolation", Plain),
    ("meta.mapping.key", Is(Property)),
    ("meta.object-literal.key", Is(Property)),
    ("meta.template.expression", Plain),
    ("punctuation", Is(Punctuation)),
    ("punctuation.definition.annotation", Around),
    ("punctuation.definition.bold", Around),
    ("punctuation.definition.comment", Around),
    ("punctuation.definition.constant", Around),
    ("punctuation.definition.entity", Around),
    ("punctuation.definition.heading", Around),
    ("punctuation.definition.italic", Around),
    ("punctuation.definition.keyword", Around),
    ("punctuation.definition.parameter", Around),
    ("punctuation.definition.raw", Around),
    ("punctuation.definition.string", Around),
    ("punctuation.definition.tag", Is(Punctuation)),
    ("punctuation.definition.variable", Around),
    ("punctuation.separator.decimal", Around),
    ("source", Plain),
    ("storage", Word),
    ("storage.modifier.lifetime", Is(Type)),
    ("storage.type.go", Is(Type)),
    ("storage.type.string", Is(String)),
    ("string", Is(String)),
    ("support", Is(Function)),
    ("support.class", Is(Type)),
    ("support.constant", Is(Constant)),
    ("support.macro", Is(Constant)),
    ("support.type", Is(Type)),
    ("support.type.property-name", Is(Property)),
    ("variable", Plain),
    ("variable.annotation", Is(Constant)),
    ("variable.function", Is(Function)),
    ("variable.language", Is(Keyword)),
    ("variable.other.member", Is(Property)),
];

/// Answers which class a text in some scopes has, and remembers.
#[derive(Default)]
pub(super) struct Classes {
    known: HashMap<Scope, Rule>,
}

impl Classes {
    /// The class of a text in these scopes, the innermost last; `None` for plain text.
    pub(super) fn of(&mut self, scopes: &[Scope], text: &str) -> Option<Class> {
        let rules = scopes.iter().rev().map(|scope| {
            let known = self.known.entry(*scope);
            *known.or_insert_with(|| rule(*scope))
        });
        let mut decided = rules.skip_while(|rule| matches!(rule, Around));
        match decided.next()? {
            // A quoted key is a key.
            Is(String) if decided.any(|rule| matches!(rule, Is(Property))) => Some(Property),
            Is(class) => Some(class),
            Word if text.contains(char::is_alphabetic) => Some(Keyword),
            Word => Some(Punctuation),
            Around | Plain => None,
        }
    }
}

/// What the longest rule says.
fn rule(scope: Scope) -> Rule {
    static COMPILED: OnceLock<Vec<(Scope, Rule)>> = OnceLock::new();
    let rules = COMPILED.get_or_init(|| {
        let scopes = RULES.iter().map(|(name, rule)| (Scope::new(name), *rule));
        scopes
            .filter_map(|(scope, rule)| scope.ok().map(|scope| (scope, rule)))
            .collect()
    });
    let fitting = rules.iter().filter(|(begin, _)| begin.is_prefix_of(scope));
    let longest = fitting.max_by_key(|(begin, _)| begin.len());
    longest.map_or(Around, |(_, rule)| *rule)
}
