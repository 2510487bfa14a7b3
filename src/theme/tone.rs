//! Toned text of the `text` layer to styles.

use ratatui::style::{Color, Modifier, Style};

use crate::{
    text::{AnsiColor, Meaning, Tone},
    theme::{Role, Theme, color},
};

impl Theme {
    /// The style of a tone on top of plain text.
    pub fn tone(&self, tone: Tone) -> Style {
        let mut style = match tone.meaning {
            Meaning::Plain => Style::new(),
            Meaning::Code | Meaning::CodeBlock => self.style(Role::MarkdownCode),
            Meaning::Heading(_) => self.style(Role::MarkdownHeading),
            Meaning::Link => self.style(Role::MarkdownLink),
            Meaning::Quote => self.style(Role::MarkdownQuote),
            Meaning::Marker => self.style(Role::Accent),
            Meaning::Dim => self.style(Role::Dim),
            Meaning::Rule | Meaning::Border => self.style(Role::Border),
            Meaning::Ansi(colors) => self.program_colors(colors.fg, colors.bg),
        };
        let attributes = [
            (tone.bold, Modifier::BOLD),
            (tone.italic, Modifier::ITALIC),
            (tone.underline, Modifier::UNDERLINED),
            (tone.strike, Modifier::CROSSED_OUT),
            (tone.faint, Modifier::DIM),
            (tone.reverse, Modifier::REVERSED),
        ];
        for (is_set, modifier) in attributes {
            if is_set {
                style = style.add_modifier(modifier);
            }
        }
        style
    }

    fn program_colors(&self, foreground: AnsiColor, background: AnsiColor) -> Style {
        let mut style = Style::new();
        style.fg = self.program_color(foreground);
        style.bg = self.program_color(background);
        style
    }

    fn program_color(&self, chosen: AnsiColor) -> Option<Color> {
        let full = match chosen {
            AnsiColor::Default => return None,
            AnsiColor::Index(index @ 0..=15) => color::NAMES
                .get(usize::from(index) + 1)
                .map_or(Color::Reset, |(_, color)| *color),
            AnsiColor::Index(index) => Color::Indexed(index),
            AnsiColor::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
        };
        Some(color::reduce(full, self.depth)).filter(|color| *color != Color::Reset)
    }
}
