//! Texts that are made to hurt: long, deep, or broken everywhere.

use super::checked;

/// Large enough that anything that grows with the square does not end.
const LARGE: usize = 1 << 19;

#[test]
fn large_hostile_texts_are_checked_in_time_that_grows_with_their_size() {
    let repeated = |piece: &str| piece.repeat(LARGE / piece.len());
    let texts = [
        repeated("["),
        repeated("[ \n"),
        "[".repeat(1000) + &repeated("\n"),
        "a = ".to_owned() + &"[".repeat(1000) + &repeated("#\n"),
        "a = ".to_owned() + &repeated("{a="),
        "a = ".to_owned() + &repeated("[{"),
        repeated("]"),
        repeated("\""),
        repeated("'''\n"),
        repeated("a."),
        repeated("[a.b]\n"),
        repeated("[[a]\n"),
        repeated("[[a]\r"),
        repeated("x\r"),
        repeated("'=' x\r"),
        repeated("a = 1, x\r"),
        repeated("=\r"),
        repeated("\0"),
        repeated("\u{a0}"),
        repeated("a = 1 # \r"),
        "kortix_version = ".to_owned() + &repeated("1"),
        "kortix_version = '".to_owned() + &repeated("x"),
        "a = [".to_owned() + &repeated("1 # c\n"),
        "sandbox.default = '".to_owned() + &repeated("x") + "'",
    ];
    for text in texts {
        let checked = checked(&text);
        assert!(!checked.is_valid, "{:.40}", text);
    }
}

#[test]
fn many_entries_that_are_all_wrong_are_counted_and_not_all_listed() {
    let texts = [
        "[[triggers]]\ntype = 'crn'\ntimezone = 'Europe/Berln'\nprmpt = 1\n",
        "[[triggers]]\ntype = 'cron'\ncron = '0 0 30 2 *'\ntimezone = 'Europe/Berln'\n",
        "[[sandbox.templates]]\nslug = 'default'\nimag = 1\n",
        "[[agents]]\nkortix_cli = ['raed', 'wirte', 'x', 'y', 'z']\n",
        "[[connectors]]\nprovider = 'channels'\nauth = { tpye = 1 }\n",
    ];
    for piece in texts {
        let checked = checked(&piece.repeat(LARGE / piece.len()));
        assert!(!checked.is_valid);
        assert!(checked.findings.len() <= 10_001);
        let last = checked.findings.last().map(|finding| finding.code);
        assert_eq!(last, Some("local/more"), "{piece}");
    }
}

#[test]
fn a_key_that_makes_a_million_tables_is_refused_before_they_fill_the_memory() {
    let checked = checked(&("a.".repeat(1_000_001) + "a = 1\nb = 1\n"));
    let messages = checked.findings.iter().map(|finding| &finding.message);
    let is_told = |message: &String| message.contains("more tables are made by dotted keys");
    assert!(messages.into_iter().any(is_told) && !checked.is_valid);
}
