//! Meaning to style: every color of the program comes from a role.
//!
//! A theme is a TOML file under `themes/` (three are compiled in) that gives each [`Role`] a
//! foreground, a background and attributes; a role that a theme leaves out falls back to another
//! role, at last to plain text. Colors are mapped down to what the terminal can show. A fourth theme,
//! `mono`, uses attributes only. Not for: finding out what the terminal can show (`runtime`).

mod color;
mod file;
mod sgr;
mod symbols;
mod tone;

use ratatui::style::{Modifier, Style};

pub use color::ColorDepth;
pub use file::{Problem, ProblemKind};
pub use sgr::{Ground, push_color};
pub use symbols::Symbols;

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Plain text.
    Text,
    /// Old or secondary text.
    Dim,
    /// The one accent: keys, the title of what has the focus.
    Accent,
    /// A heading.
    Title,
    /// Borders of panes without the focus.
    Border,
    /// Borders of the pane with the focus.
    BorderFocused,
    /// The selected row of the list that has the focus.
    Selection,
    /// The selected row of another list.
    SelectionInactive,
    /// Something waits for a person.
    Waiting,
    /// Something works.
    Working,
    /// Something is done or fine.
    Good,
    /// Something is off but not broken.
    Warning,
    /// Something failed.
    Bad,
    /// Something new that was not looked at.
    Fresh,
    /// The bar at the foot.
    Bar,
    /// Keys in hints.
    Key,
    /// What a person typed.
    Prompt,
    /// What the agent thinks.
    Reasoning,
    /// The head of a tool card.
    Tool,
    /// What a tool printed.
    ToolOutput,
    /// Added lines of a diff.
    DiffAdded,
    /// Removed lines of a diff.
    DiffRemoved,
    /// Heads of hunks and files of a diff.
    DiffHead,
    /// Headings in Markdown.
    MarkdownHeading,
    /// Code in Markdown.
    MarkdownCode,
    /// Links in Markdown.
    MarkdownLink,
    /// Quotes in Markdown.
    MarkdownQuote,
    /// A match of the filter or search.
    Match,
}

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

impl Role {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 28] = [
        Self::Text,
        Self::Dim,
        Self::Accent,
        Self::Title,
        Self::Border,
        Self::BorderFocused,
        Self::Selection,
        Self::SelectionInactive,
        Self::Waiting,
        Self::Working,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Fresh,
        Self::Bar,
        Self::Key,
        Self::Prompt,
        Self::Reasoning,
        Self::Tool,
        Self::ToolOutput,
        Self::DiffAdded,
        Self::DiffRemoved,
        Self::DiffHead,
        Self::MarkdownHeading,
        Self::MarkdownCode,
        Self::MarkdownLink,
        Self::MarkdownQuote,
        Self::Match,
    ];

    /// The word in a theme file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Accent => "accent",
            Self::Title => "title",
            Self::Border => "border",
            Self::BorderFocused => "border-focused",
            Self::Selection => "selection",
            Self::SelectionInactive => "selection-inactive",
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Fresh => "fresh",
            Self::Bar => "bar",
            Self::Key => "key",
            Self::Prompt => "prompt",
            Self::Reasoning => "reasoning",
            Self::Tool => "tool",
            Self::ToolOutput => "tool-output",
            Self::DiffAdded => "diff-added",
            Self::DiffRemoved => "diff-removed",
            Self::DiffHead => "diff-head",
            Self::MarkdownHeading => "markdown-heading",
            Self::MarkdownCode => "markdown-code",
            Self::MarkdownLink => "markdown-link",
            Self::MarkdownQuote => "markdown-quote",
            Self::Match => "match",
        }
    }

    /// The role of this name in a theme file.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The role that stands in where a theme says nothing; `None` for plain text.
    fn fallback(self) -> Option<Self> {
        Some(match self {
            Self::Text => return None,
            Self::Dim | Self::Accent | Self::Good => Self::Text,
            Self::Title
            | Self::BorderFocused
            | Self::Selection
            | Self::Working
            | Self::Warning
            | Self::Fresh
            | Self::Key
            | Self::Prompt
            | Self::DiffHead
            | Self::MarkdownCode
            | Self::MarkdownLink => Self::Accent,
            Self::Border | Self::Bar | Self::Reasoning | Self::ToolOutput | Self::MarkdownQuote => {
                Self::Dim
            }
            Self::SelectionInactive => Self::Selection,
            Self::Waiting | Self::Bad => Self::Warning,
            Self::Tool | Self::MarkdownHeading => Self::Title,
            Self::DiffAdded => Self::Good,
            Self::DiffRemoved => Self::Bad,
            Self::Match => Self::Waiting,
        })
    }
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
        self
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
            theme.set(role, Style::new().add_modifier(mono_attributes(role)));
        }
        theme
    }

    fn set(&mut self, role: Role, style: Style) {
        self.styles[role as usize] = style;
    }
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

fn mono_attributes(role: Role) -> Modifier {
    match role {
        Role::Text | Role::Good | Role::ToolOutput | Role::DiffAdded | Role::Bar => {
            Modifier::empty()
        }
        Role::Dim | Role::Border | Role::Reasoning | Role::DiffRemoved | Role::MarkdownQuote => {
            Modifier::DIM
        }
        Role::Accent
        | Role::Title
        | Role::BorderFocused
        | Role::Waiting
        | Role::Working
        | Role::Warning
        | Role::Fresh
        | Role::Key
        | Role::Prompt
        | Role::Tool
        | Role::DiffHead
        | Role::MarkdownHeading
        | Role::MarkdownCode => Modifier::BOLD,
        Role::Selection => Modifier::REVERSED,
        Role::SelectionInactive | Role::MarkdownLink | Role::Match => Modifier::UNDERLINED,
        Role::Bad => Modifier::BOLD.union(Modifier::UNDERLINED),
    }
}
