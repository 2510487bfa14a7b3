//! The table of all keys for README.

use std::fmt::Write;

use crate::{
    action::{Context, TABLE},
    keymap::Keymap,
};

/// All actions with their default keys, as Markdown tables, one for each context.
pub fn key_table_markdown() -> String {
    let keymap = Keymap::default();
    let mut text = String::new();
    for context in Context::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "**{}**\n", context.name());
        text.push_str("| keys | action | what it does |\n|---|---|---|\n");
        for entry in TABLE.iter().filter(|entry| entry.context == context) {
            let keys = keymap.keys_of(entry.action);
            let keys: Vec<String> = keys.iter().map(|keys| format!("`{keys}`")).collect();
            let (keys, name, doc) = (keys.join(" "), entry.name, entry.doc);
            let _ = writeln!(text, "| {keys} | `{name}` | {doc} |");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
