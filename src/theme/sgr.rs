//! Colors as the numbers of the terminal's `SGR` sequence.

use std::fmt::Write;

use ratatui::style::Color;

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
