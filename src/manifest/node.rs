//! A TOML document as a flat list of values, each with its place in the text.
//!
//! In: what `syntax` read. Out: [`View`]s on which rules read. Flat, so that a document nested a
//! million deep is dropped without recursion.
//!
//! Not for: reading text, or judging values.

use std::collections::HashMap;
use std::ops::Range;

use super::js;

/// From how many keys on a table is searched through an index.
const INDEXED_FROM: usize = 8;

/// The number of a value in its document; 0 is the root table.
pub type NodeId = usize;

/// All values of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    nodes: Vec<Node>,
}

/// One value and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Its text; for a table with a header the header, for one without the key that made it.
    pub span: Range<usize>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string, unescaped.
    Text(Box<str>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or exponent; may be infinite.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A date, a time or both.
    Moment,
    /// An array.
    List(List),
    /// A table.
    Table(Box<Table>),
}

/// The elements of an array.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    /// Its values in order.
    pub elements: Vec<NodeId>,
    /// Whether it is made of `[[headers]]`, so that another header may add to it.
    pub is_open: bool,
}

/// The keys of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it came about.
    pub origin: Origin,
    entries: Vec<Entry>,
    index: Option<HashMap<Box<str>, usize>>,
}

/// How a table came about, which says what may still be added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// By its own header; also the root.
    Header,
    /// By a header of a table below it.
    Implied,
    /// By a dotted key.
    Dotted,
    /// Between braces.
    Inline,
}

/// One key of a table with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, unquoted.
    pub key: Box<str>,
    /// Where the key is written.
    pub key_span: Range<usize>,
    /// The value.
    pub node: NodeId,
}

impl Document {
    /// A document with an empty root table.
    pub fn new() -> Self {
        Self {
            nodes: vec![Node {
                value: Value::table(Origin::Header),
                span: 0..0,
            }],
        }
    }

    /// The root table.
    pub fn root(&self) -> View<'_> {
        View {
            document: self,
            id: 0,
        }
    }

    /// A value by its number.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// A value by its number, to change it.
    pub fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id)
    }

    /// Adds a value that nothing refers to yet.
    pub fn add(&mut self, value: Value, span: Range<usize>) -> NodeId {
        self.nodes.push(Node { value, span });
        self.nodes.len() - 1
    }

    /// The table with that number, if it is one.
    pub fn table(&self, id: NodeId) -> Option<&Table> {
        match self.node(id).map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// The table with that number, to change it, if it is one.
    pub fn table_mut(&mut self, id: NodeId) -> Option<&mut Table> {
        match self.node_mut(id).map(|node| &mut node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        }
    }
}

impl Value {
    /// An empty table.
    pub fn table(origin: Origin) -> Self {
        Self::Table(Box::new(Table {
            origin,
            entries: Vec::new(),
            index: None,
        }))
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Table {
    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.index {
            Some(index) => index.get(key).and_then(|at| self.entries.get(*at)),
            None => self.entries.iter().find(|entry| &*entry.key == key),
        }
    }

    /// Adds a key that is not there yet.
    pub fn insert(&mut self, entry: Entry) {
        if let Some(index) = &mut self.index {
            index.insert(entry.key.clone(), self.entries.len());
        }
        // Most tables of a deep document have one key.
        if self.entries.is_empty() {
            self.entries.reserve_exact(1);
        }
        self.entries.push(entry);
        if self.index.is_none() && self.entries.len() >= INDEXED_FROM {
            let keys = self.entries.iter().enumerate();
            let index = keys.map(|(at, entry)| (entry.key.clone(), at)).collect();
            self.index = Some(index);
        }
    }
}

/// A value in its document.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    document: &'a Document,
    id: NodeId,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// The key, unquoted.
    pub key: &'a str,
    /// Where the key is written.
    pub key_span: Range<usize>,
    /// The value.
    pub value: View<'a>,
}

impl<'a> View<'a> {
    fn value(self) -> Option<&'a Value> {
        self.document.node(self.id).map(|node| &node.value)
    }

    /// Where it is written; for a table with a header, the header.
    pub fn span(self) -> Range<usize> {
        let node = self.document.node(self.id);
        node.map_or(0..0, |node| node.span.clone())
    }

    /// The empty place at which a missing key of this table is pointed out.
    pub fn gap(self) -> Range<usize> {
        let span = self.span();
        let is_inline =
            matches!(self.value(), Some(Value::Table(table)) if table.origin == Origin::Inline);
        let at = if is_inline { span.start + 1 } else { span.end };
        at..at
    }

    /// Whether the control plane takes it for a table: a table, or a date or time.
    pub fn is_table(self) -> bool {
        matches!(self.value(), Some(Value::Table(_) | Value::Moment))
    }

    /// Its value for a key; `None` without the key, or when it is no table.
    pub fn field(self, key: &str) -> Option<Field<'a>> {
        let entry = self.document.table(self.id)?.entry(key)?;
        Some(self.view(entry))
    }

    /// All its keys in the order of the text; none when it is no table.
    pub fn fields(self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let table = self.document.table(self.id);
        let entries = table.map_or(&[][..], |table| table.entries.as_slice());
        entries.iter().map(move |entry| self.view(entry))
    }

    fn view(self, entry: &'a Entry) -> Field<'a> {
        Field {
            key: &entry.key,
            key_span: entry.key_span.clone(),
            value: View {
                document: self.document,
                id: entry.node,
            },
        }
    }

    /// Its elements; `None` when it is no array.
    pub fn elements(self) -> Option<impl Iterator<Item = View<'a>> + use<'a>> {
        let Some(Value::List(list)) = self.value() else {
            return None;
        };
        let document = self.document;
        let elements = list.elements.iter();
        Some(elements.map(move |id| View { document, id: *id }))
    }

    /// Its text; `None` when it is no string.
    pub fn text(self) -> Option<&'a str> {
        match self.value() {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Its text without white space around; `None` when it is no string.
    pub fn trimmed(self) -> Option<&'a str> {
        self.text().map(js::trim)
    }

    /// Its text without white space around; `None` when it is no string or blank.
    pub fn filled(self) -> Option<&'a str> {
        self.trimmed().filter(|text| !text.is_empty())
    }

    /// Its number; `None` when it is none.
    pub fn number(self) -> Option<f64> {
        match self.value() {
            // Integers beyond 2^53 are refused before, so this is exact.
            Some(Value::Integer(number)) => Some(*number as f64),
            Some(Value::Float(number)) => Some(*number),
            _ => None,
        }
    }

    /// Its truth value; `None` when it is none.
    pub fn boolean(self) -> Option<bool> {
        match self.value() {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// What it is, for a sentence: `a string`.
    pub fn kind(self) -> &'static str {
        match self.value() {
            Some(Value::Text(_)) => "a string",
            Some(Value::Integer(_)) => "an integer",
            Some(Value::Float(_)) => "a float",
            Some(Value::Bool(_)) => "a boolean",
            Some(Value::Moment) => "a date or time",
            Some(Value::List(_)) => "an array",
            Some(Value::Table(_)) | None => "a table",
        }
    }
}
