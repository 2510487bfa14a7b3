//! Makes a document of the parser's events.
//!
//! In: keys, headers, values in the order of the text. Out: a [`Document`] and faults. Which tables
//! may be reopened is decided as the control plane does, which is stricter than TOML in one point:
//! a dotted key may not go through a table that only a deeper header implied.
//!
//! Not for: grading errors of the grammar, which `faults` does.

use std::borrow::Cow;
use std::ops::Range;

use toml_parser::decoder::Encoding;
use toml_parser::parser::EventReceiver;
use toml_parser::{ErrorSink, ParseError, Raw, Span};

use super::faults::{Fault, Faults, edit};
use super::tail::Tail;
use super::{Last, Shared, scalar, tail};
use crate::manifest::node::{Document, Entry, List, NodeId, Origin, Value};

/// How deep arrays and inline tables may nest in the control plane.
const DEEPEST: usize = 1000;

/// How many tables parts of keys may make: two bytes of text are enough for one of some hundred.
const MOST_IMPLIED: usize = 1_000_000;

/// Listens to the parser.
pub struct Builder<'t> {
    text: &'t str,
    shared: &'t Shared,
    document: Document,
    faults: Faults,
    /// The table that keys go to.
    current: NodeId,
    key: Vec<Key<'t>>,
    is_key_broken: bool,
    header: Option<Header>,
    /// The arrays and inline tables that are open, outermost first.
    open: Vec<NodeId>,
    equals: Equals,
    /// How many tables were made by parts of keys.
    implied: usize,
    /// Whether an opening bracket or a comma was the last that was read.
    is_element_due: bool,
}

/// One part of a dotted key.
struct Key<'t> {
    name: Cow<'t, str>,
    span: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    start: usize,
    is_list: bool,
}

/// Where in a key-value pair of an inline table the parser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Equals {
    /// Not in one.
    Outside,
    /// Between the key and the value.
    Around,
}

impl<'t> Builder<'t> {
    /// Begins with an empty document.
    pub fn new(text: &'t str, shared: &'t Shared) -> Self {
        Self {
            text,
            shared,
            document: Document::new(),
            faults: Faults::default(),
            current: 0,
            key: Vec::new(),
            is_key_broken: false,
            header: None,
            open: Vec::new(),
            equals: Equals::Outside,
            implied: 0,
            is_element_due: false,
        }
    }

    /// The document and what is wrong with it.
    pub fn finish(mut self) -> (Document, Faults) {
        let end = self.text.len();
        self.open_header(end);
        (self.document, self.faults)
    }

    fn is_muted(&self, span: Span) -> bool {
        span.start() < self.shared.muted_to.get()
    }

    fn slice(&self, place: &Range<usize>) -> &'t str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Raw<'t> {
        Raw::new_unchecked(self.slice(&(span.start()..span.end())), encoding, span)
    }

    /// What only the control plane takes behind a bare value.
    fn tail(&self, place: &Range<usize>) -> Option<Tail> {
        if self.open.is_empty() {
            tail::on_line(self.text, place)
        } else {
            tail::in_brackets(self.text, place)
        }
    }

    /// Makes the table of the header that was read last.
    fn open_header(&mut self, end: usize) {
        let Some(header) = self.header.take() else {
            return;
        };
        let key = std::mem::take(&mut self.key);
        let span = header.start..end;
        let is_broken = std::mem::take(&mut self.is_key_broken) || key.is_empty();
        let table = if is_broken {
            None
        } else {
            self.header_table(&key, header, &span)
        };
        // Keys below a header that cannot be go to a table that nothing refers to.
        self.current = table.unwrap_or_else(|| {
            let table = Value::table(Origin::Header);
            self.document.add(table, span)
        });
    }

    fn header_table(
        &mut self,
        key: &[Key<'_>],
        header: Header,
        span: &Range<usize>,
    ) -> Option<NodeId> {
        let (last, parents) = key.split_last()?;
        let mut at = 0;
        for part in parents {
            let found = self.document.table(at)?.entry(&part.name);
            at = match found.map(|entry| entry.node) {
                Some(node) => self.enter(node, part)?,
                None => self.imply(at, part, Origin::Implied)?,
            };
        }
        let found = self.document.table(at)?.entry(&last.name);
        match found.map(|entry| entry.node) {
            None if header.is_list => {
                let list = Value::List(List {
                    elements: Vec::new(),
                    is_open: true,
                });
                let list = self.attach(at, last, list, span.clone());
                self.add_element(list, span)
            }
            None => Some(self.attach(at, last, Value::table(Origin::Header), span.clone())),
            Some(node) if header.is_list => self
                .add_element(node, span)
                .or_else(|| self.duplicate(last)),
            Some(node) => self.claim(node, span).or_else(|| self.duplicate(last)),
        }
    }

    /// The table that a header's path goes on in, behind a part of it that is there already.
    fn enter(&mut self, node: NodeId, part: &Key<'_>) -> Option<NodeId> {
        let next = match &self.document.node(node)?.value {
            Value::Table(table) if table.origin != Origin::Inline => Some(node),
            Value::List(list) if list.is_open => list.elements.last().copied(),
            _ => None,
        };
        next.or_else(|| self.duplicate(part))
    }

    /// Gives an implied table its header.
    fn claim(&mut self, node: NodeId, span: &Range<usize>) -> Option<NodeId> {
        let table = self.document.table_mut(node)?;
        if table.origin != Origin::Implied {
            return None;
        }
        table.origin = Origin::Header;
        self.document.node_mut(node)?.span = span.clone();
        Some(node)
    }

    /// Adds a table to an array of tables.
    fn add_element(&mut self, list: NodeId, span: &Range<usize>) -> Option<NodeId> {
        let Value::List(List { is_open: true, .. }) = self.document.node(list)?.value else {
            return None;
        };
        let table = self
            .document
            .add(Value::table(Origin::Header), span.clone());
        if let Value::List(list) = &mut self.document.node_mut(list)?.value {
            list.elements.push(table);
        }
        Some(table)
    }

    /// Makes a table that only a part of a longer key asks for.
    fn imply(&mut self, table: NodeId, part: &Key<'_>, origin: Origin) -> Option<NodeId> {
        self.implied += 1;
        if self.implied > MOST_IMPLIED {
            if self.implied == MOST_IMPLIED + 1 {
                let what = "more tables are made by dotted keys than are read here";
                self.faults.push(Fault::new(part.span.clone(), what));
            }
            return None;
        }
        Some(self.attach(table, part, Value::table(origin), part.span.clone()))
    }

    fn attach(&mut self, table: NodeId, key: &Key<'_>, value: Value, span: Range<usize>) -> NodeId {
        let node = self.document.add(value, span);
        if let Some(table) = self.document.table_mut(table) {
            table.insert(Entry {
                key: key.name.as_ref().into(),
                key_span: key.span.clone(),
                node,
            });
        }
        node
    }

    fn duplicate(&mut self, key: &Key<'_>) -> Option<NodeId> {
        let name: String = key.name.chars().take(64).collect();
        let mut fault = Fault::new(key.span.clone(), format!("`{name}` is defined twice"));
        fault.help = Some("keep one of them".to_owned());
        self.faults.push(fault);
        None
    }

    /// Puts a value where the parser is, and gives its number.
    fn put(&mut self, value: Value, span: Range<usize>) -> NodeId {
        self.is_element_due = false;
        self.equals = Equals::Outside;
        let key = std::mem::take(&mut self.key);
        let is_broken = std::mem::take(&mut self.is_key_broken);
        let container = self.open.last().copied().unwrap_or(self.current);
        let is_list = matches!(
            self.document.node(container).map(|node| &node.value),
            Some(Value::List(_))
        );
        if is_list {
            let node = self.document.add(value, span);
            if let Some(Value::List(list)) = self
                .document
                .node_mut(container)
                .map(|node| &mut node.value)
            {
                list.elements.push(node);
            }
            return node;
        }
        match self.dotted(container, &key).filter(|_| !is_broken) {
            Some((table, last)) => self.attach(table, last, value, span),
            None => self.document.add(value, span),
        }
    }

    /// The table and the last part of a dotted key; makes the tables on its way.
    fn dotted<'k>(&mut self, from: NodeId, key: &'k [Key<'t>]) -> Option<(NodeId, &'k Key<'t>)> {
        let (last, parents) = key.split_last()?;
        let mut at = from;
        for part in parents {
            let found = self.document.table(at)?.entry(&part.name);
            at = match found.map(|entry| entry.node) {
                None => self.imply(at, part, Origin::Dotted)?,
                Some(node) => match self.document.table(node).map(|table| table.origin) {
                    Some(Origin::Dotted) => node,
                    Some(Origin::Implied) => {
                        self.faults.push(Fault::dialect(
                            part.span.clone(),
                            format!("`{}` is made by a header further up; the control plane adds no dotted keys to it", part.name),
                            "write the key below a header of its own",
                        ));
                        return None;
                    }
                    Some(Origin::Header | Origin::Inline) | None => self.duplicate(part)?,
                },
            };
        }
        if self.document.table(at)?.entry(&last.name).is_some() {
            self.duplicate(last);
            return None;
        }
        Some((at, last))
    }

    fn enter_value(&mut self, value: Value, span: Span) -> bool {
        let node = self.put(value, span.start()..span.end());
        self.open.push(node);
        self.is_element_due = true;
        let is_allowed = self.open.len() <= DEEPEST;
        if !is_allowed {
            self.faults.push(Fault::new(
                span.start()..span.end(),
                format!("nested deeper than {DEEPEST}"),
            ));
        }
        is_allowed
    }

    /// Whether the control plane takes a lone carriage return for white space there: inside of
    /// brackets where an element may begin, and behind a string that is the last one.
    fn takes_carriage_return(&self, at: usize) -> bool {
        let next = self.text.as_bytes().get(at + 1);
        let is_last = self.shared.last.get().is_text && matches!(next, Some(b']' | b'}'));
        !self.open.is_empty() && (self.is_element_due || is_last)
    }

    fn leave_value(&mut self, span: Span) {
        self.is_element_due = false;
        self.key.clear();
        self.equals = Equals::Outside;
        let node = self
            .open
            .pop()
            .and_then(|node| self.document.node_mut(node));
        if let Some(node) = node {
            node.span.end = span.end();
        }
        self.shared.last.set(Last {
            end: span.end(),
            is_bare: false,
            is_text: false,
            is_top: self.open.is_empty(),
        });
    }
}

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.open_header(span.start());
        self.key.clear();
        self.header = Some(Header {
            start: span.start(),
            is_list: false,
        });
    }

    fn std_table_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.open_header(span.end());
    }

    fn array_table_open(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.open_header(span.start());
        self.key.clear();
        self.header = Some(Header {
            start: span.start(),
            is_list: true,
        });
    }

    fn array_table_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.open_header(span.end());
    }

    fn inline_table_open(&mut self, span: Span, _error: &mut dyn ErrorSink) -> bool {
        self.enter_value(Value::table(Origin::Inline), span)
    }

    fn inline_table_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.leave_value(span);
    }

    fn array_open(&mut self, span: Span, _error: &mut dyn ErrorSink) -> bool {
        self.enter_value(Value::List(List::default()), span)
    }

    fn array_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.leave_value(span);
    }

    fn simple_key(&mut self, span: Span, kind: Option<Encoding>, _error: &mut dyn ErrorSink) {
        if self.is_muted(span) {
            return;
        }
        let mut name = Cow::Borrowed("");
        let mut is_broken = false;
        let (raw, faults) = (self.raw(span, kind), &mut self.faults);
        raw.decode_key(&mut name, &mut |error| {
            is_broken = true;
            faults.push_error(&error);
        });
        self.is_key_broken |= is_broken;
        self.is_element_due = false;
        self.shared.key_end.set(span.end());
        if kind.is_some()
            && let Some(tail) =
                tail::behind_key(self.text, span.start()..span.end(), self.header.is_some())
        {
            self.faults.push(tail.fault);
            self.shared.muted_to.set(tail.until);
        }
        if !self.open.is_empty() {
            self.equals = Equals::Around;
        }
        self.key.push(Key {
            name,
            span: span.start()..span.end(),
        });
    }

    fn scalar(&mut self, span: Span, kind: Option<Encoding>, _error: &mut dyn ErrorSink) {
        if self.is_muted(span) {
            return;
        }
        let mut place = span.start()..span.end();
        if kind.is_none()
            && let Some(tail) = self.tail(&place)
        {
            self.faults.push(tail.fault);
            self.shared.muted_to.set(tail.until);
            place.end = place.start + tail::value(self.slice(&place)).len();
        }
        let raw = self.raw(Span::new_unchecked(place.start, place.end), kind);
        let value = scalar::read(&raw, place.clone(), &mut self.faults);
        self.put(value, place);
        // The parser makes up an empty one where a value is missing.
        if span.start() < span.end() {
            self.shared.last.set(Last {
                end: span.end(),
                is_bare: kind.is_none(),
                is_text: kind.is_some(),
                is_top: self.open.is_empty(),
            });
        }
    }

    fn value_sep(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.is_element_due = true;
        self.key.clear();
        self.is_key_broken = false;
        self.equals = Equals::Outside;
    }

    fn comment(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        if self.is_muted(span) {
            return;
        }
        let (raw, faults) = (self.raw(span, None), &mut self.faults);
        raw.decode_comment(&mut |error: ParseError| faults.push_error(&error));
    }

    fn newline(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        if self.is_muted(span) {
            return;
        }
        if self.equals == Equals::Around && !self.open.is_empty() {
            self.equals = Equals::Outside;
            self.faults.push(Fault::dialect(
                span.start()..span.end(),
                "a line end around `=` inside an inline table, which the control plane refuses",
                "keep the key, `=` and the value on one line",
            ));
        }
        let is_blank = self.takes_carriage_return(span.start());
        let (raw, faults) = (self.raw(span, None), &mut self.faults);
        raw.decode_newline(&mut |error: ParseError| {
            if !is_blank {
                faults.push_error(&error);
            } else if faults.has_room() {
                let mut fault = Fault::of(&error);
                fault.let_through(edit(span.start()..span.end(), " "));
                faults.push(fault);
            }
        });
        if self.header.is_some() {
            self.open_header(span.start());
        }
        if self.open.is_empty() {
            self.key.clear();
            self.is_key_broken = false;
        }
    }
}
