//! What a piece of the screen means: the words of a theme file and what stands in for a missing one.
//!
//! Not for: colors, which a theme gives.

use ratatui::style::Modifier;

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
    /// How many lines were added; the sign of an added line.
    Additions,
    /// How many lines were removed; the sign of a removed line.
    Deletions,
    /// Words of an added line that its counterpart lacks.
    DiffAddedWord,
    /// Words of a removed line that its counterpart lacks.
    DiffRemovedWord,
    /// Lines of a diff that only changed their place, on both sides.
    DiffMoved,
    /// Line numbers of a diff.
    DiffGutter,
    /// Lines that a diff leaves out.
    DiffGap,
    /// The frame of a review comment.
    Comment,
    /// What cannot be merged.
    Conflict,
    /// Comments in source.
    SyntaxComment,
    /// Keywords in source.
    SyntaxKeyword,
    /// Strings in source.
    SyntaxString,
    /// Numbers in source.
    SyntaxNumber,
    /// Types in source.
    SyntaxType,
    /// Functions in source.
    SyntaxFunction,
    /// Constants, macros, attributes and tags in source.
    SyntaxConstant,
    /// Keys and properties in source.
    SyntaxProperty,
    /// Punctuation and operators in source.
    SyntaxPunctuation,
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

impl Role {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 46] = [
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
        Self::Additions,
        Self::Deletions,
        Self::DiffAddedWord,
        Self::DiffRemovedWord,
        Self::DiffMoved,
        Self::DiffGutter,
        Self::DiffGap,
        Self::Comment,
        Self::Conflict,
        Self::SyntaxComment,
        Self::SyntaxKeyword,
        Self::SyntaxString,
        Self::SyntaxNumber,
        Self::SyntaxType,
        Self::SyntaxFunction,
        Self::SyntaxConstant,
        Self::SyntaxProperty,
        Self::SyntaxPunctuation,
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
            Self::Additions => "additions",
            Self::Deletions => "deletions",
            Self::DiffAddedWord => "diff-added-word",
            Self::DiffRemovedWord => "diff-removed-word",
            Self::DiffMoved => "diff-moved",
            Self::DiffGutter => "diff-gutter",
            Self::DiffGap => "diff-gap",
            Self::Comment => "comment",
            Self::Conflict => "conflict",
            Self::SyntaxComment => "syntax-comment",
            Self::SyntaxKeyword => "syntax-keyword",
            Self::SyntaxString => "syntax-string",
            Self::SyntaxNumber => "syntax-number",
            Self::SyntaxType => "syntax-type",
            Self::SyntaxFunction => "syntax-function",
            Self::SyntaxConstant => "syntax-constant",
            Self::SyntaxProperty => "syntax-property",
            Self::SyntaxPunctuation => "syntax-punctuation",
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
    pub(super) fn fallback(self) -> Option<Self> {
        Some(match self {
            Self::Text => return None,
            Self::Dim
            | Self::Accent
            | Self::Good
            | Self::SyntaxNumber
            | Self::SyntaxType
            | Self::SyntaxFunction
            | Self::SyntaxProperty
            | Self::SyntaxPunctuation => Self::Text,
            Self::Title
            | Self::BorderFocused
            | Self::Selection
            | Self::Working
            | Self::Warning
            | Self::Fresh
            | Self::Key
            | Self::Prompt
            | Self::DiffHead
            | Self::DiffMoved
            | Self::Comment
            | Self::SyntaxKeyword
            | Self::MarkdownCode
            | Self::MarkdownLink => Self::Accent,
            Self::Border
            | Self::Bar
            | Self::Reasoning
            | Self::ToolOutput
            | Self::DiffGutter
            | Self::DiffGap
            | Self::SyntaxComment
            | Self::MarkdownQuote => Self::Dim,
            Self::SelectionInactive => Self::Selection,
            Self::Waiting | Self::Bad => Self::Warning,
            Self::Tool | Self::MarkdownHeading => Self::Title,
            Self::DiffAdded => Self::Additions,
            Self::DiffRemoved => Self::Deletions,
            Self::Additions => Self::Good,
            Self::Deletions | Self::Conflict => Self::Bad,
            Self::DiffAddedWord | Self::DiffRemovedWord => Self::SelectionInactive,
            Self::SyntaxString => Self::MarkdownCode,
            Self::SyntaxConstant => Self::SyntaxNumber,
            Self::Match => Self::Waiting,
        })
    }

    /// What the role looks like without any color.
    pub(super) fn attributes(self) -> Modifier {
        match self {
            Self::Text
            | Self::Good
            | Self::ToolOutput
            | Self::DiffAdded
            | Self::Additions
            | Self::Deletions
            | Self::SyntaxKeyword
            | Self::SyntaxString
            | Self::SyntaxNumber
            | Self::SyntaxType
            | Self::SyntaxFunction
            | Self::SyntaxConstant
            | Self::SyntaxProperty
            | Self::SyntaxPunctuation
            | Self::Bar => Modifier::empty(),
            Self::Dim
            | Self::Border
            | Self::Reasoning
            | Self::DiffRemoved
            | Self::DiffGutter
            | Self::DiffGap
            | Self::MarkdownQuote => Modifier::DIM,
            Self::Accent
            | Self::Title
            | Self::BorderFocused
            | Self::Waiting
            | Self::Working
            | Self::Warning
            | Self::Fresh
            | Self::Key
            | Self::Prompt
            | Self::Tool
            | Self::DiffHead
            | Self::Comment
            | Self::MarkdownHeading
            | Self::MarkdownCode => Modifier::BOLD,
            Self::Selection => Modifier::REVERSED,
            Self::SelectionInactive | Self::DiffRemovedWord | Self::MarkdownLink | Self::Match => {
                Modifier::UNDERLINED
            }
            Self::DiffMoved | Self::SyntaxComment => Modifier::ITALIC,
            Self::Bad | Self::Conflict | Self::DiffAddedWord => {
                Modifier::BOLD.union(Modifier::UNDERLINED)
            }
        }
    }
}
