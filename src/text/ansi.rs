//! Output of programs: colors become tones, progress bars their last state.
//!
//! Carriage return, backspace and "erase line" act on the row as a terminal would; every other
//! sequence is dropped. A sequence ends at the latest with its line. Bounded: the newest
//! [`MAX_ROWS`] rows (a note says how many were before them) and the first [`MAX_CELLS`] characters of a row are kept.

use vte::{Params, Parser, Perform};

use crate::text::{AnsiColor, AnsiColors, Line, Meaning, Tone, count, sanitize::sanitize_line};

const MAX_ROWS: usize = 5_000;
const MAX_CELLS: usize = 10_000;
const TAB: usize = 8;

/// Reads a program's output into sanitized lines with [`Meaning::Ansi`] where it chose colors.
pub fn ansi(text: &str) -> Vec<Line> {
    let mut screen = Screen::default();
    let mut parser: Parser = Parser::new();
    let body = text.strip_suffix('\n').unwrap_or(text);
    if body.is_empty() {
        return Vec::new();
    }
    let rows = body.split('\n');
    let skipped = rows.clone().count().saturating_sub(MAX_ROWS);
    let mut lines = Vec::new();
    if skipped > 0 {
        let note = format!("… {}", count(skipped, "earlier line", "earlier lines"));
        lines.push(Line::new(note, Tone::of(Meaning::Dim)));
    }
    lines.extend(rows.skip(skipped).map(|row| {
        // CAN ends a sequence that was left open, so that it cannot swallow later lines.
        parser.advance(&mut screen, b"\x18");
        parser.advance(&mut screen, row.trim_end_matches('\r').as_bytes());
        screen.finish_row()
    }));
    lines
}

/// One row as a terminal would hold it, and the pen.
#[derive(Default)]
struct Screen {
    cells: Vec<(char, Tone)>,
    cursor: usize,
    pen: Pen,
}

#[derive(Default, Clone, Copy)]
struct Pen {
    colors: AnsiColors,
    tone: Tone,
}

impl Pen {
    fn tone(&self) -> Tone {
        let meaning = if self.colors == AnsiColors::default() {
            Meaning::Plain
        } else {
            Meaning::Ansi(self.colors)
        };
        Tone {
            meaning,
            ..self.tone
        }
    }
}

impl Screen {
    fn finish_row(&mut self) -> Line {
        let mut raw = Line::default();
        let mut letter_text = [0; 4];
        for (letter, tone) in self.cells.drain(..) {
            raw.push(letter.encode_utf8(&mut letter_text), tone);
        }
        self.cursor = 0;
        let mut line = Line::default();
        for span in raw.spans {
            line.push(&sanitize_line(&span.text), span.tone);
        }
        line
    }

    fn write(&mut self, letter: char) {
        if self.cursor >= MAX_CELLS {
            return;
        }
        let cell = (letter, self.pen.tone());
        while self.cells.len() < self.cursor {
            self.cells.push((' ', Tone::default()));
        }
        match self.cells.get_mut(self.cursor) {
            Some(place) => *place = cell,
            None => self.cells.push(cell),
        }
        self.cursor += 1;
    }

    fn erase_line(&mut self, mode: u16) {
        match mode {
            0 => self.cells.truncate(self.cursor),
            1 => {
                let blank = (' ', Tone::default());
                let until = self.cells.len().min(self.cursor + 1);
                self.cells.iter_mut().take(until).for_each(|c| *c = blank);
            }
            _ => self.cells.clear(),
        }
    }

    fn select_graphics(&mut self, params: &Params) {
        let mut groups = params.iter();
        if params.is_empty() {
            self.pen = Pen::default();
        }
        while let Some(group) = groups.next() {
            let code = group.first().copied().unwrap_or(0);
            match code {
                38 | 48 | 58 => {
                    let color = extended(group, &mut groups);
                    match (code, color) {
                        (38, Some(color)) => self.pen.colors.fg = color,
                        (48, Some(color)) => self.pen.colors.bg = color,
                        _ => {}
                    }
                }
                _ => self.attribute(code, group.get(1).copied()),
            }
        }
    }

    fn attribute(&mut self, code: u16, style: Option<u16>) {
        let Pen { colors, tone } = &mut self.pen;
        match code {
            0 => self.pen = Pen::default(),
            1 => tone.bold = true,
            2 => tone.faint = true,
            3 => tone.italic = true,
            4 => tone.underline = style != Some(0),
            7 => tone.reverse = true,
            9 => tone.strike = true,
            21 => tone.underline = true,
            22 => (tone.bold, tone.faint) = (false, false),
            23 => tone.italic = false,
            24 => tone.underline = false,
            27 => tone.reverse = false,
            29 => tone.strike = false,
            30..=37 => colors.fg = palette(code - 30),
            39 => colors.fg = AnsiColor::Default,
            40..=47 => colors.bg = palette(code - 40),
            49 => colors.bg = AnsiColor::Default,
            90..=97 => colors.fg = palette(code - 90 + 8),
            100..=107 => colors.bg = palette(code - 100 + 8),
            _ => {}
        }
    }
}

impl Perform for Screen {
    fn print(&mut self, letter: char) {
        self.write(letter);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\r' => self.cursor = 0,
            b'\x08' => self.cursor = self.cursor.saturating_sub(1),
            b'\t' => {
                let stop = self.cursor - self.cursor % TAB + TAB;
                while self.cursor < stop.min(MAX_CELLS) {
                    self.write(' ');
                }
            }
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _: bool, action: char) {
        if !intermediates.is_empty() {
            return;
        }
        let first = params.iter().next().and_then(|group| group.first());
        match action {
            'm' => self.select_graphics(params),
            'K' => self.erase_line(first.copied().unwrap_or(0)),
            _ => {}
        }
    }
}

fn palette(index: u16) -> AnsiColor {
    AnsiColor::Index(u8::try_from(index).unwrap_or(u8::MAX))
}

/// Reads `38:5:n`, `38:2::r:g:b`, `38;5;n` or `38;2;r;g;b` after its first number.
fn extended<'a>(group: &[u16], groups: &mut impl Iterator<Item = &'a [u16]>) -> Option<AnsiColor> {
    let byte = |number: u16| u8::try_from(number).ok();
    match group {
        [_, 5, index, ..] => return byte(*index).map(AnsiColor::Index),
        [_, 2, _, r, g, b] | [_, 2, r, g, b] => {
            return Some(AnsiColor::Rgb(byte(*r)?, byte(*g)?, byte(*b)?));
        }
        _ => {}
    }
    let mut number = || groups.next().and_then(|group| group.first().copied());
    match number()? {
        5 => number().and_then(byte).map(AnsiColor::Index),
        2 => {
            let (r, g, b) = (number()?, number()?, number()?);
            Some(AnsiColor::Rgb(byte(r)?, byte(g)?, byte(b)?))
        }
        _ => None,
    }
}
