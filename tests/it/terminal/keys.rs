//! Keys as a person writes them, to the bytes that an xterm sends.
//!
//! `fix it <enter>` is seven letters, a blank and the enter key; names stand in angle brackets:
//! `<esc>`, `<up>`, `<ctrl-p>`, `<alt-x>`, `<lt>` for `<` itself.

/// The bytes for `keys`; panics on a name that it does not know.
pub fn bytes(keys: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = keys;
    while let Some(open) = rest.find('<') {
        out.extend_from_slice(&rest.as_bytes()[..open]);
        let Some(length) = rest[open..].find('>') else {
            panic!("`{keys}` opens a key name and does not close it");
        };
        out.extend(named(&rest[open + 1..open + length]));
        rest = &rest[open + length + 1..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn named(name: &str) -> Vec<u8> {
    if let Some(letter) = name.strip_prefix("ctrl-").filter(|rest| rest.len() == 1) {
        return letter.bytes().map(|byte| byte & 0x1f).collect();
    }
    if let Some(key) = name.strip_prefix("alt-") {
        return [b"\x1b", key.as_bytes()].concat();
    }
    let bytes: &[u8] = match name {
        "enter" => b"\r",
        "esc" => b"\x1b",
        "tab" => b"\t",
        "backtab" => b"\x1b[Z",
        "space" => b" ",
        "backspace" => b"\x7f",
        "delete" => b"\x1b[3~",
        "up" => b"\x1b[A",
        "down" => b"\x1b[B",
        "right" => b"\x1b[C",
        "left" => b"\x1b[D",
        "home" => b"\x1b[H",
        "end" => b"\x1b[F",
        "pageup" => b"\x1b[5~",
        "pagedown" => b"\x1b[6~",
        "lt" => b"<",
        _ => panic!("no key is named `{name}`"),
    };
    bytes.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_keys_and_the_rest_stays_text() {
        assert_eq!(bytes("fix é<enter><up>"), "fix é\r\x1b[A".as_bytes());
        assert_eq!(bytes("<ctrl-p><alt-x><lt>"), b"\x10\x1bx<");
    }
}
