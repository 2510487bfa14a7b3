//! Texts that once broke a law, as fuzzing and property tests found them.

use crate::laws;

/// Each with what it was about.
const FOUND: &[(&str, &str)] = &[
    (
        "brackets that end a broken string do not close a header",
        "[['triggers]]\ntype = 'cron'\n",
    ),
    (
        "a mark at the beginning that hides two errors",
        "\u{feff}kortix_version = 1\n[[sandbox.templates]]\n",
    ),
    (
        "two errors of syntax that hide two errors together",
        "kortix_version = 1,\n[sandbox]\ndefault = 1\n[[sandbox.templates]\n",
    ),
];

#[test]
fn what_once_broke_a_law_keeps_it_now() {
    for (about, text) in FOUND {
        let kept =
            laws::manifest::check(text.as_bytes()).and_then(|()| laws::manifest::fixes(text));
        assert_eq!(kept, Ok(()), "{about}");
    }
}

#[test]
fn a_mark_at_the_beginning_is_deleted_where_that_is_all_there_is() {
    let safe = |text: &str| {
        let checked = super::checked(text);
        let fix = checked.findings.into_iter().find_map(|finding| finding.fix);
        fix.map(|fix| fix.is_safe)
    };
    assert_eq!(safe("\u{feff}kortix_version = 1\n"), Some(true));
    let hides_two = "\u{feff}kortix_version = 1\n[[sandbox.templates]]\n";
    assert_eq!(safe(hides_two), Some(false));
}
