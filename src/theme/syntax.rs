//! Classes of source text to styles.

use ratatui::style::Style;

use crate::{
    diff::paint::Class,
    theme::{Role, Theme},
};

impl Role {
    /// The role of a class of source text.
    pub fn of_class(class: Class) -> Self {
        match class {
            Class::Comment => Self::SyntaxComment,
            Class::Keyword => Self::SyntaxKeyword,
            Class::String => Self::SyntaxString,
            Class::Number => Self::SyntaxNumber,
            Class::Type => Self::SyntaxType,
            Class::Function => Self::SyntaxFunction,
            Class::Constant => Self::SyntaxConstant,
            Class::Property => Self::SyntaxProperty,
            Class::Punctuation => Self::SyntaxPunctuation,
        }
    }
}

impl Theme {
    /// The style of a piece of source, to be patched onto the style of its line's role.
    ///
    /// Where only the color of the letters tells that a line changed, syntax takes no color there.
    pub fn syntax(&self, class: Class, line: Role) -> Style {
        let mut style = self.style(Role::of_class(class));
        let is_change = [Role::DiffAdded, Role::DiffRemoved, Role::DiffMoved].contains(&line);
        if is_change && self.style(line).bg.is_none() {
            style.fg = None;
        }
        style.bg = None;
        style
    }
}
