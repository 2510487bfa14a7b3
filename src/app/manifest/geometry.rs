//! How the manifest screen is divided; moving and drawing both ask here, so that they agree.
//!
//! In: the terminal's size. Out: the parts. Wide terminals have the findings at the left and the
//! source at the right; narrow ones have them below each other. Under the source stands the note: what
//! is to be said of the finding under the cursor.

/// A part of the screen, in cells of the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// The first column.
    pub x: u16,
    /// The first row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// How the screen is divided. The first row below the head line says what is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Geometry {
    /// The findings.
    pub list: Part,
    /// The source with its head, which is one row.
    pub source: Part,
    /// What is to be said of a finding, with the line above it, which is one row.
    pub note: Part,
    /// Whether the source is beside the findings, with a border of one column before it.
    pub is_wide: bool,
}

/// From this many columns on the source is beside the findings.
const WIDE: u16 = 110;
/// Rows that are not this screen's: the head line and the foot line.
const OUTSIDE: u16 = 2;
/// Rows above all parts: what is looked at.
const TITLE: u16 = 1;

impl Geometry {
    /// Divides a terminal of so many columns and rows.
    pub fn of((columns, rows): (u16, u16)) -> Self {
        let top = 1 + TITLE;
        let height = rows.saturating_sub(OUTSIDE + TITLE);
        let is_wide = columns >= WIDE;
        let (list, beside) = if is_wide {
            let width = (columns * 2 / 5).min(80);
            let list = Part {
                x: 0,
                y: top,
                width,
                height,
            };
            let beside = Part {
                x: width + 1,
                width: columns - width - 1,
                ..list
            };
            (list, beside)
        } else {
            let above = (height / 3).min(12);
            let list = Part {
                x: 0,
                y: top,
                width: columns,
                height: above,
            };
            let below = Part {
                y: top + above,
                height: height - above,
                ..list
            };
            (list, below)
        };
        let share = if is_wide {
            beside.height / 4
        } else {
            height / 4
        };
        // The head of the source, one row of it, and the note's own line come first.
        let note = (share.clamp(2, 10) + 1).min(beside.height.saturating_sub(2));
        Self {
            list,
            source: Part {
                height: beside.height - note,
                ..beside
            },
            note: Part {
                y: beside.y + beside.height - note,
                height: note,
                ..beside
            },
            is_wide,
        }
    }

    /// Rows of code.
    pub fn code_rows(&self) -> usize {
        usize::from(self.source.height.saturating_sub(1))
    }

    /// Columns of code, where line numbers take so many digits: the rest is a mark with a blank, the
    /// number, and a blank.
    pub fn code_columns(&self, digits: usize) -> usize {
        usize::from(self.source.width).saturating_sub(digits + 3)
    }
}

/// How many digits the numbers of so many lines have; at least three.
pub fn digits(lines: usize) -> usize {
    let wanted = lines.checked_ilog10().map_or(1, |log| log as usize + 1);
    wanted.max(3)
}
