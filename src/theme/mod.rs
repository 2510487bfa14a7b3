//! Meaning to style: every color of the program comes from a role.
//!
//! A theme is a TOML file under `themes/` (three are compiled in) that gives each [`Role`] a
//! foreground, a background and attributes; a role that a theme leaves out falls back to another
//! role, at last to plain text. Colors are mapped down to what the terminal can show. A fourth theme,
//! `mono`, uses attributes only. Not for: finding out what the terminal can show (`runtime`).

mod color;
mod file;
mod role;
mod sgr;
mod symbols;
mod syntax;
mod tone;

use std::collections::HashSet;

use ratatui::style::{Color, Modifier, Style};

pub use color::ColorDepth;
pub use file::{Problem, ProblemKind};
pub use role::Role;
pub use sgr::{Ground, push_color, sequence};
pub use symbols::Symbols;

/// Styles for roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
    depth: ColorDepth,
}

/// How bright the terminal's background is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Background {
    /// Light letters on dark ground.
    Dark,
    /// Dark letters on light ground.
    Light,
    /// The terminal did not tell.
    #[default]
    Unknown,
}

/// The themes that are compiled in, by name.
const BUILT_IN: [(&str, &str); 3] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("ansi", include_str!("../../themes/ansi.toml")),
];

impl Theme {
    /// The names that [`Theme::by_name`] knows.
    pub const NAMES: [&'static str; 4] = ["dark", "light", "ansi", "mono"];

    /// A theme that is compiled in, in full color.
    pub fn by_name(name: &str) -> Option<Self> {
        if name == "mono" {
            return Some(Self::mono());
        }
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Self::read(text).0)
    }

    /// The theme that suits a terminal.
    ///
    /// Where the background is unknown the terminal's own 16 colors are used: people have set them
    /// so that they can be read.
    pub fn for_background(background: Background, depth: ColorDepth) -> Self {
        let name = match (depth, background) {
            (ColorDepth::None, _) => "mono",
            (ColorDepth::Ansi, _) | (_, Background::Unknown) => "ansi",
            (ColorDepth::Indexed | ColorDepth::True, Background::Dark) => "dark",
            (ColorDepth::Indexed | ColorDepth::True, Background::Light) => "light",
        };
        Self::by_name(name)
            .unwrap_or_else(Self::mono)
            .at_depth(depth)
    }

    /// Reads a theme file. What is wrong in it costs only itself; all problems are returned.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        let (given, problems) = file::read(text);
        let mut theme = Self::default();
        for role in Role::ALL {
            let mut source = Some(role);
            while let Some(candidate) = source {
                if let Some(style) = given.get(&candidate) {
                    theme.set(role, *style);
                    break;
                }
                source = candidate.fallback();
            }
        }
        (theme, problems)
    }

    /// This theme in the colors that the terminal can show.
    #[must_use]
    pub fn at_depth(mut self, depth: ColorDepth) -> Self {
        if depth == ColorDepth::None {
            return Self::mono();
        }
        for style in &mut self.styles {
            style.fg = style.fg.map(|color| color::reduce(color, depth));
            style.bg = style.bg.map(|color| color::reduce(color, depth));
        }
        self.depth = depth;
        self.drop_lost_grounds();
        self
    }

    /// Takes the grounds of changed lines and words away where too few colors are left to tell
    /// added from removed by them; the color of the letters says it then.
    fn drop_lost_grounds(&mut self) {
        let ground = |role| self.style(role).bg;
        let lines = [Role::DiffAdded, Role::DiffRemoved, Role::DiffMoved];
        let words = [Role::DiffAddedWord, Role::DiffRemovedWord];
        let lines_are_lost = are_alike(&lines.map(ground));
        let words_are_lost = are_alike(&words.map(ground)) || self.depth == ColorDepth::Ansi;
        if lines_are_lost {
            for role in lines {
                let letters = role.fallback().map(|role| self.style(role));
                let mut style = self.style(role);
                style.bg = None;
                style.fg = style.fg.or(letters.and_then(|style| style.fg));
                self.set(role, style);
            }
        }
        if words_are_lost {
            for role in words {
                let mut style = self.style(role);
                if style.bg.take().is_some() {
                    self.set(role, style.add_modifier(Modifier::REVERSED));
                }
            }
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        // The array has one place for each role.
        self.styles[role as usize]
    }

    /// A theme of attributes only, for people and terminals without color.
    fn mono() -> Self {
        let mut theme = Self {
            depth: ColorDepth::None,
            ..Self::default()
        };
        for role in Role::ALL {
            theme.set(role, Style::new().add_modifier(role.attributes()));
        }
        theme
    }

    fn set(&mut self, role: Role, style: Style) {
        self.styles[role as usize] = style;
    }
}

/// Whether two of these grounds are the same color.
fn are_alike(grounds: &[Option<Color>]) -> bool {
    let given: Vec<Color> = grounds.iter().copied().flatten().collect();
    let different: HashSet<Color> = given.iter().copied().collect();
    different.len() < given.len()
}

impl Default for Theme {
    /// Plain text everywhere, in whatever colors the terminal has.
    fn default() -> Self {
        Self {
            styles: [Style::new(); Role::ALL.len()],
            depth: ColorDepth::True,
        }
    }
}
