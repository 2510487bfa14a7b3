//! The glyphs of the frame, in Unicode and in ASCII.

use ratatui::symbols::border;

/// The glyphs that stand beside words: color is never the only signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// Waits for a person.
    pub waiting: &'static str,
    /// Works.
    pub working: &'static str,
    /// Starts, or is under way.
    pub starting: &'static str,
    /// Done, and nobody looked yet.
    pub fresh: &'static str,
    /// Fine, or done.
    pub good: &'static str,
    /// Failed.
    pub bad: &'static str,
    /// Off but not broken.
    pub warning: &'static str,
    /// Waits for a prompt.
    pub idle: &'static str,
    /// Stopped; the sandbox is gone or asleep.
    pub asleep: &'static str,
    /// Begins the row under the cursor.
    pub cursor: &'static str,
    /// Marks a row whose state changed since the list was put in order.
    pub changed: &'static str,
    /// Stands between two facts.
    pub separator: &'static str,
    /// Begins what a person typed.
    pub prompt: &'static str,
    /// A folded block.
    pub folded: &'static str,
    /// An unfolded block.
    pub unfolded: &'static str,
    /// An unchecked box.
    pub unchecked: &'static str,
    /// A checked box.
    pub checked: &'static str,
    /// A vertical line.
    pub vertical: &'static str,
    /// A horizontal line.
    pub horizontal: &'static str,
    /// The part of a scroll bar that stands for what is shown.
    pub thumb: &'static str,
    /// Begins a row of the range that is being selected.
    pub range: &'static str,
    /// The side of a difference that has no line.
    pub hatch: &'static str,
    /// More of the row is at the left.
    pub more_left: &'static str,
    /// More of the row is at the right.
    pub more_right: &'static str,
    /// Stands before how many comments there are.
    pub comment: &'static str,
    /// A line of a diff that was moved.
    pub moved: &'static str,
    /// A line of a diff whose words were not compared.
    pub plain: &'static str,
    /// Lines that a diff leaves out.
    pub gap: &'static str,
    /// Continues the line above.
    pub wrapped: &'static str,
    /// A change request that waits.
    pub open: &'static str,
    /// A change request whose work is on the base branch.
    pub merged: &'static str,
    /// A change request that was put aside.
    pub closed: &'static str,
    /// The sign before lines that were removed; `+` stands before those that were added.
    pub minus: &'static str,
    /// From one branch to another.
    pub into: &'static str,
    /// Borders of panes.
    pub border: border::Set<'static>,
}

const UNICODE: Symbols = Symbols {
    waiting: "!",
    working: "●",
    starting: "◌",
    fresh: "✓",
    good: "✓",
    bad: "✗",
    warning: "▲",
    idle: "○",
    asleep: "·",
    cursor: "▌",
    changed: "*",
    separator: "·",
    prompt: "›",
    folded: "▸",
    unfolded: "▾",
    unchecked: "□",
    checked: "■",
    vertical: "│",
    horizontal: "─",
    thumb: "█",
    range: "┃",
    hatch: "╱",
    more_left: "‹",
    more_right: "›",
    comment: "¶",
    moved: "⇄",
    plain: "≈",
    gap: "┄",
    wrapped: "↪",
    open: "◇",
    merged: "◆",
    closed: "×",
    minus: "−",
    into: "→",
    border: border::PLAIN,
};

const ASCII: Symbols = Symbols {
    waiting: "!",
    working: "*",
    starting: "~",
    fresh: "+",
    good: "+",
    bad: "x",
    warning: "?",
    idle: "o",
    asleep: ".",
    cursor: ">",
    changed: "'",
    separator: "-",
    prompt: ">",
    folded: ">",
    unfolded: "v",
    unchecked: "[ ]",
    checked: "[x]",
    vertical: "|",
    horizontal: "-",
    thumb: "#",
    range: "|",
    hatch: " ",
    more_left: "<",
    more_right: ">",
    comment: "c",
    moved: "m",
    plain: "~",
    gap: ".",
    wrapped: "\\",
    open: "o",
    merged: "@",
    closed: "x",
    minus: "-",
    into: "->",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

impl Symbols {
    /// The set to draw with.
    pub fn choose(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }
}
