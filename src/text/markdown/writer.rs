//! Markdown events to rows.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use crate::text::{
    Line, Meaning, Span, Tone, markdown::table::Table, sanitize::sanitize_line, width, wrap,
};

/// How deep blocks may nest before their indents stop growing.
const MAX_DEPTH: usize = 12;

pub(super) struct Writer {
    columns: usize,
    rows: Vec<Line>,
    /// The paragraph being written, one line for each hard break.
    lines: Vec<Line>,
    tone: Tone,
    /// How often each inline style is open.
    open: Open,
    links: Vec<Link>,
    prefixes: Vec<Prefix>,
    /// The next number of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
    table: Option<Table>,
    in_code: bool,
    /// Whether a blank row is due before the next block.
    gap: bool,
}

#[derive(Default)]
struct Open {
    bold: usize,
    italic: usize,
    strike: usize,
}

struct Link {
    address: String,
    text: String,
}

/// What stands before the rows of a block.
struct Prefix {
    /// Before its first row; taken when that is written.
    first: Option<Span>,
    /// Before all others.
    rest: Span,
}

impl Writer {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            columns: columns.max(1),
            rows: Vec::new(),
            lines: vec![Line::default()],
            tone: Tone::default(),
            open: Open::default(),
            links: Vec::new(),
            prefixes: Vec::new(),
            lists: Vec::new(),
            table: None,
            in_code: false,
            gap: false,
        }
    }

    pub(super) fn finish(mut self) -> Vec<Line> {
        self.flush();
        self.rows
    }

    pub(super) fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code(&text),
            Event::Text(text) => self.text(&text, self.tone()),
            Event::Code(text) => self.text(&text, self.stressed(Meaning::Code)),
            Event::Html(text) | Event::InlineHtml(text) => self.html(&text),
            Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text, self.stressed(Meaning::Code));
            }
            Event::FootnoteReference(name) => {
                self.text(&format!("[^{name}]"), Tone::of(Meaning::Marker));
            }
            Event::SoftBreak => self.text(" ", self.tone()),
            Event::HardBreak => self.hard_break(),
            Event::Rule => self.rule(),
            Event::TaskListMarker(done) => {
                let mark = if done { "[x] " } else { "[ ] " };
                self.text(mark, Tone::of(Meaning::Marker));
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin_block(),
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(_) => self.quote(),
            Tag::CodeBlock(kind) => self.code_block(kind),
            Tag::List(number) => self.list(number),
            Tag::Item => self.item(),
            Tag::Table(alignments) => {
                self.begin_block();
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => self.each_table(Table::begin_row),
            Tag::TableCell => self.each_table(Table::begin_cell),
            Tag::Emphasis => self.open.italic += 1,
            Tag::Strong => self.open.bold += 1,
            Tag::Strikethrough => self.open.strike += 1,
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.text("image: ", Tone::of(Meaning::Dim));
                self.link(&dest_url);
            }
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_)
            | Tag::Superscript
            | Tag::Subscript => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.end_block(),
            TagEnd::Heading(_) => {
                self.tone = Tone::default();
                self.end_block();
            }
            TagEnd::BlockQuote(_) => {
                self.end_block();
                self.prefixes.pop();
                self.tone = Tone::default();
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.prefixes.pop();
                self.gap = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = true;
            }
            TagEnd::Item => self.end_item(),
            TagEnd::Table => self.end_table(),
            TagEnd::Emphasis => self.open.italic = self.open.italic.saturating_sub(1),
            TagEnd::Strong => self.open.bold = self.open.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.open.strike = self.open.strike.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_)
            | TagEnd::Superscript
            | TagEnd::Subscript => {}
        }
    }

    /// The tone of ordinary text here.
    fn tone(&self) -> Tone {
        let meaning = if self.links.is_empty() {
            self.tone.meaning
        } else {
            Meaning::Link
        };
        self.stressed(meaning)
    }

    fn stressed(&self, meaning: Meaning) -> Tone {
        Tone {
            meaning,
            bold: self.open.bold > 0,
            italic: self.open.italic > 0,
            strike: self.open.strike > 0,
            ..self.tone
        }
    }

    fn text(&mut self, text: &str, tone: Tone) {
        // Entities such as `&#27;` are decoded by the parser, so its text is outside text again.
        let text = sanitize_line(text);
        if let Some(link) = self.links.last_mut() {
            link.text.push_str(&text);
        }
        match (&mut self.table, self.lines.last_mut()) {
            (Some(table), _) => table.push(&text, tone),
            (None, Some(line)) => line.push(&text, tone),
            (None, None) => {}
        }
    }

    fn html(&mut self, text: &str) {
        for (index, row) in text.trim_end_matches('\n').split('\n').enumerate() {
            if index > 0 {
                self.hard_break();
            }
            self.text(row, Tone::of(Meaning::Dim));
        }
        if text.ends_with('\n') {
            self.hard_break();
        }
    }

    fn hard_break(&mut self) {
        if self.table.is_some() {
            self.text(" ", Tone::default());
        } else {
            self.lines.push(Line::default());
        }
    }

    fn link(&mut self, address: &str) {
        self.links.push(Link {
            address: sanitize_line(address).into_owned(),
            text: String::new(),
        });
    }

    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let shown = link
            .address
            .strip_prefix("mailto:")
            .unwrap_or(&link.address);
        if !shown.is_empty() && shown != link.text {
            self.text(&format!(" ({})", link.address), Tone::of(Meaning::Dim));
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        self.begin_block();
        let level = level as u8;
        let marker = "#".repeat(usize::from(level)) + " ";
        self.text(&marker, Tone::of(Meaning::Marker));
        self.tone = Tone::of(Meaning::Heading(level));
    }

    fn quote(&mut self) {
        self.begin_block();
        let bar = Span::new("│ ", Tone::of(Meaning::Marker));
        self.prefixes.push(Prefix {
            first: None,
            rest: bar,
        });
        self.tone = Tone::of(Meaning::Quote);
    }

    fn list(&mut self, number: Option<u64>) {
        let nested = !self.lists.is_empty();
        if nested {
            self.flush();
            self.gap = false;
        } else {
            self.begin_block();
        }
        self.lists.push(number);
    }

    fn item(&mut self) {
        self.flush();
        self.gap &= self.lists.len() == 1 && self.rows.is_empty();
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            Some(None) | None => "• ".to_owned(),
        };
        let rest = Span::new(" ".repeat(width(&marker)), Tone::default());
        self.prefixes.push(Prefix {
            first: Some(Span::new(marker, Tone::of(Meaning::Marker))),
            rest,
        });
    }

    fn end_item(&mut self) {
        self.flush();
        if self
            .prefixes
            .last()
            .is_some_and(|prefix| prefix.first.is_some())
        {
            self.row(Line::default());
        }
        self.prefixes.pop();
        self.gap = false;
    }

    fn code_block(&mut self, kind: CodeBlockKind<'_>) {
        self.begin_block();
        let indent = Span::new("  ", Tone::of(Meaning::CodeBlock));
        self.prefixes.push(Prefix {
            first: None,
            rest: indent,
        });
        self.in_code = true;
        if let CodeBlockKind::Fenced(language) = kind {
            let language = sanitize_line(language.split_whitespace().next().unwrap_or_default());
            if !language.is_empty() {
                self.line(&Line::new(language, Tone::of(Meaning::Dim)));
            }
        }
    }

    fn code(&mut self, text: &str) {
        let body = text.strip_suffix('\n').unwrap_or(text);
        for row in body.split('\n') {
            let row = sanitize_line(row).into_owned();
            self.line(&Line::new(row, Tone::of(Meaning::CodeBlock)));
        }
    }

    fn rule(&mut self) {
        self.begin_block();
        let columns = self.room().min(40);
        self.row(Line::new("─".repeat(columns), Tone::of(Meaning::Rule)));
        self.gap = true;
    }

    fn each_table(&mut self, change: fn(&mut Table)) {
        if let Some(table) = &mut self.table {
            change(table);
        }
    }

    fn end_table(&mut self) {
        if let Some(table) = self.table.take() {
            for row in table.rows(self.room()) {
                self.row(row);
            }
        }
        self.gap = true;
    }

    fn begin_block(&mut self) {
        self.flush();
        // The first block of an item stands beside its marker.
        let beside_marker = self.prefixes.last().is_some_and(|p| p.first.is_some());
        if self.gap && !self.rows.is_empty() && !beside_marker {
            self.blank();
        }
        self.gap = false;
    }

    fn end_block(&mut self) {
        self.flush();
        self.gap = true;
    }

    /// Writes the paragraph so far.
    fn flush(&mut self) {
        let lines = std::mem::replace(&mut self.lines, vec![Line::default()]);
        if lines.iter().all(|line| line.spans.is_empty()) {
            return;
        }
        if self.gap && !self.rows.is_empty() && self.lists.is_empty() {
            self.blank();
            self.gap = false;
        }
        let last = lines.iter().rposition(|line| !line.spans.is_empty());
        for line in lines.iter().take(last.map_or(0, |last| last + 1)) {
            self.line(line);
        }
    }

    /// Writes one line as rows.
    fn line(&mut self, line: &Line) {
        for row in wrap(line, self.room(), 0) {
            self.row(row);
        }
    }

    fn room(&self) -> usize {
        let used: usize = self.shown_prefixes().map(|p| width(&p.rest.text)).sum();
        self.columns.saturating_sub(used).max(1)
    }

    /// The prefixes that leave at least half of the columns to the text.
    fn shown_prefixes(&self) -> impl Iterator<Item = &Prefix> {
        let room = self.columns / 2;
        self.prefixes
            .iter()
            .take(MAX_DEPTH)
            .scan(0, move |used, prefix| {
                *used += width(&prefix.rest.text);
                (*used <= room).then_some(prefix)
            })
    }

    fn row(&mut self, content: Line) {
        let shown = self.shown_prefixes().count();
        let mut row = Line::default();
        for (index, prefix) in self.prefixes.iter_mut().enumerate() {
            let first = prefix.first.take();
            if index < shown {
                let span = first.as_ref().unwrap_or(&prefix.rest);
                row.push(&span.text, span.tone);
            }
        }
        for span in content.spans {
            row.push(&span.text, span.tone);
        }
        self.rows.push(row);
    }

    fn blank(&mut self) {
        let shown = self.shown_prefixes().count();
        let mut row = Line::default();
        for prefix in self.prefixes.iter().take(shown) {
            row.push(&prefix.rest.text, prefix.rest.tone);
        }
        self.rows.push(row);
    }
}
