//! Text for the terminal's clipboard, which works over SSH (`OSC 52`).

use base64::{Engine, engine::general_purpose::STANDARD};

/// Bytes of text beyond which terminals drop the sequence.
const LARGEST: usize = 74_000;

/// The sequence that puts text into the clipboard; `None` when the text is too large for terminals.
///
/// Inside tmux it is also sent wrapped, for setups in which tmux only passes it on.
pub fn copy(text: &str, is_in_tmux: bool) -> Option<Vec<u8>> {
    if text.len() > LARGEST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    let mut bytes = plain.clone();
    if is_in_tmux {
        let doubled = plain.replace('\x1b', "\x1b\x1b");
        bytes.push_str(&format!("\x1bPtmux;{doubled}\x1b\\"));
    }
    Some(bytes.into_bytes())
}
