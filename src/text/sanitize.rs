//! Text from outside made safe for a terminal row.
//!
//! What could move the cursor, set a title, reorder, hide or stack text is made visible (`␛`, `␍`,
//! `⟨U+202E⟩`) rather than dropped, so that a reader of a command sees that something was there.
//! Dropped silently are only: color sequences (SGR), the emoji style selector and joiner (terminals
//! disagree about the width of what they join), and combining marks beyond [`MAX_MARKS`] on one
//! base. Tabs become spaces. Applying it twice changes nothing.
//!
//! Not for program output with colors and progress bars, which is `ansi`.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// How many combining marks a base may carry.
const MAX_MARKS: usize = 4;

/// How many hidden characters in a row are shown one by one before they are counted.
const MAX_HIDDEN: usize = 3;

const TAB: usize = 8;

/// Makes text of one or more lines safe; line feeds stay.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    clean(text, TAB)
}

/// Makes text safe for one row: line feeds inside become `⏎`, those at the end go.
pub fn sanitize_line(text: &str) -> Cow<'_, str> {
    if is_clean(text) && !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let text = clean(text, TAB);
    let trimmed = text.trim_end_matches('\n');
    Cow::Owned(trimmed.replace('\n', "⏎"))
}

/// [`sanitize`] with tab stops every `tab` columns.
pub(super) fn clean(text: &str, tab: usize) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut cleaner = Cleaner::new(text, tab);
    while let Some(letter) = cleaner.next() {
        cleaner.letter(letter);
    }
    cleaner.end_hidden();
    Cow::Owned(cleaner.out)
}

/// Whether the text is of a kind that needs no look at single characters.
fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n'))
}

/// What a character does.
enum Kind {
    Ordinary,
    /// Stands on the character before.
    Mark,
    /// Shows nothing, or changes how its neighbors show.
    Hidden,
    /// Joins or styles emoji, or nothing.
    Joiner,
}

struct Cleaner<'a> {
    rest: &'a str,
    out: String,
    tab: usize,
    /// Columns since the last line feed, for tabs.
    column: usize,
    /// Marks on the current base; `None` where there is no base.
    marks: Option<usize>,
    /// The base, for the joiners after it.
    base: char,
    /// Hidden characters in a row.
    hidden: usize,
}

impl<'a> Cleaner<'a> {
    fn new(text: &'a str, tab: usize) -> Self {
        Self {
            rest: text,
            out: String::with_capacity(text.len() + 16),
            tab,
            column: 0,
            marks: None,
            base: ' ',
            hidden: 0,
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next()?;
        self.rest = letters.as_str();
        Some(letter)
    }

    fn letter(&mut self, letter: char) {
        if !matches!(kind(letter), Kind::Hidden) {
            self.end_hidden();
        }
        match letter {
            '\n' => self.line_feed(),
            '\r' if self.rest.starts_with('\n') => {}
            '\t' => self.tab(),
            '\u{1b}' => self.escape(),
            '\0'..='\u{1f}' => self.base(picture(letter)),
            '\u{7f}' => self.base('␡'),
            '\u{80}'..='\u{9f}' => self.base(char::REPLACEMENT_CHARACTER),
            // Terminals disagree about dashes wider than a cell.
            '\u{2e3a}' => self.show("——"),
            '\u{2e3b}' => self.show("———"),
            _ => match kind(letter) {
                Kind::Ordinary => self.base(letter),
                Kind::Mark => self.mark(letter),
                Kind::Joiner => self.joiner(letter),
                Kind::Hidden => self.hide(letter),
            },
        }
    }

    fn base(&mut self, letter: char) {
        self.out.push(letter);
        self.column += letter.width().unwrap_or(0);
        self.base = letter;
        self.marks = Some(0).filter(|_| !letter.is_whitespace());
    }

    fn show(&mut self, text: &str) {
        for letter in text.chars() {
            self.base(letter);
        }
    }

    fn line_feed(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.marks = None;
        self.base = ' ';
    }

    fn tab(&mut self) {
        let stop = self.tab - self.column % self.tab;
        for _ in 0..stop {
            self.base(' ');
        }
    }

    fn mark(&mut self, letter: char) {
        // A mark without a base would stand on whatever the screen has to its left.
        if self.marks.is_none() {
            self.base('◌');
        }
        let marks = self.marks.get_or_insert(0);
        if *marks < MAX_MARKS {
            *marks += 1;
            self.out.push(letter);
        }
    }

    /// Drops a color sequence as a whole and shows any other escape.
    fn escape(&mut self) {
        let color = self.rest.strip_prefix('[').and_then(|rest| {
            let end = rest.find(|letter: char| !matches!(letter, '0'..='9' | ';' | ':'))?;
            rest.get(end..)?.strip_prefix('m').filter(|_| end <= 64)
        });
        match color {
            Some(rest) => self.rest = rest,
            None => self.base('␛'),
        }
    }

    /// Drops what styles or joins emoji and keeps what joins letters of scripts that need it.
    fn joiner(&mut self, letter: char) {
        let next = self.rest.chars().next().unwrap_or(' ');
        let between = |is: fn(char) -> bool| is(self.base) && is(next);
        match letter {
            '\u{fe0e}' | '\u{fe0f}' if is_symbol(self.base) => {}
            '\u{200d}' if is_symbol(self.base) && is_symbol(next) => {}
            '\u{200c}' | '\u{200d}' if between(joins_letters) => self.mark(letter),
            _ => self.hide(letter),
        }
    }

    fn hide(&mut self, letter: char) {
        self.hidden += 1;
        if self.hidden <= MAX_HIDDEN {
            self.show(&format!("⟨U+{:04X}⟩", u32::from(letter)));
        }
    }

    fn end_hidden(&mut self) {
        let more = self.hidden.saturating_sub(MAX_HIDDEN);
        self.hidden = 0;
        if more > 0 {
            self.show(&format!("⟨{more} more hidden⟩"));
        }
    }
}

fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn kind(letter: char) -> Kind {
    match letter {
        '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => Kind::Joiner,
        _ if is_hidden(letter) => Kind::Hidden,
        _ if letter.is_control() => Kind::Ordinary,
        _ if letter.width() == Some(0) => Kind::Mark,
        _ => Kind::Ordinary,
    }
}

/// Unicode's default-ignorable characters, bidirectional controls, separators that act as line ends,
/// annotation marks and noncharacters.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(letter) > 0xffff && u32::from(letter) & 0xfffe == 0xfffe
}

/// Whether a style selector after it, or a joiner between two, only changes how an emoji looks.
fn is_symbol(letter: char) -> bool {
    matches!(letter,
        '#' | '*' | '0'..='9' | '©' | '®' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2460}'..='\u{24ff}'
        | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether the letter is of a script in which joiners change the spelling.
fn joins_letters(letter: char) -> bool {
    matches!(letter, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}' | '\u{1800}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}')
        && !is_hidden(letter)
}
