//! Colors as the numbers of the terminal's `SGR` sequence.

use std::fmt::Write;

use ratatui::style::{Color, Modifier, Style};

/// Attributes with their numbers.
const ATTRIBUTES: [(Modifier, u8); 6] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

/// Which of the two colors of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The color of the letters.
    Fore,
    /// The color behind them.
    Back,
}

/// Appends a color's parameters to a sequence, each followed by `;`.
pub fn push_color(sequence: &mut String, color: Color, ground: Ground) {
    let base = match ground {
        Ground::Fore => 30,
        Ground::Back => 40,
    };
    let index = match color {
        Color::Reset => 9,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Indexed(index) => {
            let _ = write!(sequence, "{};5;{index};", base + 8);
            return;
        }
        Color::Rgb(red, green, blue) => {
            let _ = write!(sequence, "{};2;{red};{green};{blue};", base + 8);
            return;
        }
    };
    let _ = write!(sequence, "{};", base + index);
}

/// The sequence that makes what follows look like a style, whatever it looked like before.
pub fn sequence(style: Style) -> String {
    let mut numbers = String::from("0;");
    for (modifier, number) in ATTRIBUTES {
        if style.add_modifier.contains(modifier) {
            let _ = write!(numbers, "{number};");
        }
    }
    for (color, ground) in [(style.fg, Ground::Fore), (style.bg, Ground::Back)] {
        if let Some(color) = color.filter(|color| *color != Color::Reset) {
            push_color(&mut numbers, color, ground);
        }
    }
    numbers.pop();
    format!("\x1b[{numbers}m")
}
