//! Colors by name and number, and the nearest color that a terminal can show.

use ratatui::style::Color;

/// How many colors a terminal shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// None; attributes only.
    None,
    /// The 16 of its palette.
    Ansi,
    /// 256.
    Indexed,
    /// All.
    #[default]
    True,
}

/// The words for the 16 colors and the default.
pub(super) const NAMES: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// The palette of xterm, for finding the nearest of the 16.
const PALETTE: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// Reads `#rrggbb`, a name of [`NAMES`], or a number from 0 to 255.
pub(super) fn parse(text: &str) -> Option<Color> {
    if let Some(digits) = text.strip_prefix('#') {
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
        let [_, red, green, blue] = number.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    let named = NAMES.iter().find(|(name, _)| *name == text);
    named
        .map(|(_, color)| *color)
        .or_else(|| text.parse().ok().map(Color::Indexed))
}

/// The nearest color of a depth. Colors of the palette stay as they are.
pub(super) fn reduce(color: Color, depth: ColorDepth) -> Color {
    match (depth, color) {
        (ColorDepth::None, _) => Color::Reset,
        (ColorDepth::True, _) => color,
        (ColorDepth::Indexed, Color::Rgb(red, green, blue)) => {
            Color::Indexed(nearest_indexed(red, green, blue))
        }
        (ColorDepth::Ansi, Color::Rgb(red, green, blue)) => nearest_named(red, green, blue),
        (ColorDepth::Ansi, Color::Indexed(index)) => {
            let (red, green, blue) = rgb_of(index);
            nearest_named(red, green, blue)
        }
        (ColorDepth::Indexed | ColorDepth::Ansi, _) => color,
    }
}

/// The levels of the 6×6×6 cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_indexed(red: u8, green: u8, blue: u8) -> u8 {
    let wanted = (red, green, blue);
    // The first 16 are left out: what they look like is the terminal's choice.
    (16..=255)
        .min_by_key(|index| distance(rgb_of(*index), wanted))
        .unwrap_or(15)
}

fn nearest_named(red: u8, green: u8, blue: u8) -> Color {
    let wanted = (red, green, blue);
    let nearest = PALETTE
        .iter()
        .zip(NAMES.iter().skip(1))
        .min_by_key(|(rgb, _)| distance(**rgb, wanted));
    nearest.map_or(Color::Reset, |(_, (_, color))| *color)
}

/// What a color of the 256 looks like.
fn rgb_of(index: u8) -> (u8, u8, u8) {
    let level = |place: u8| LEVELS[usize::from(place % 6)];
    match index {
        0..=15 => PALETTE[usize::from(index)],
        16..=231 => {
            let cube = index - 16;
            (level(cube / 36), level(cube / 6), level(cube))
        }
        232..=255 => {
            let gray = 8 + (index - 232) * 10;
            (gray, gray, gray)
        }
    }
}

/// How different two colors look: the weights follow the eye, roughly.
fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    2 * square(one.0, other.0) + 4 * square(one.1, other.1) + 3 * square(one.2, other.2)
}
