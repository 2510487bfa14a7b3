//! What a terminal sends, at any cut, and what it means.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kortix_tui::{
    app::event::Event,
    runtime::input::{Answer, Input, Parser},
};
use proptest::prelude::*;

const ESCAPE: Duration = Duration::from_millis(50);

fn whole(bytes: &[u8]) -> Vec<Input> {
    Parser::new(ESCAPE).feed(bytes, Instant::now())
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

fn plain(code: KeyCode) -> Input {
    key(code, KeyModifiers::NONE)
}

#[test]
fn keys_of_both_protocols_are_read() {
    let ctrl = KeyModifiers::CONTROL;
    for (bytes, wanted) in [
        (&b"a"[..], plain(KeyCode::Char('a'))),
        (b"\r", plain(KeyCode::Enter)),
        (b"\n", key(KeyCode::Char('j'), ctrl)),
        (b"\x1f", key(KeyCode::Char('_'), ctrl)),
        (b"\x1b[A", plain(KeyCode::Up)),
        (b"\x1bOQ", plain(KeyCode::F(2))),
        (b"\x1b[15~", plain(KeyCode::F(5))),
        (b"\x1b[1;5C", key(KeyCode::Right, ctrl)),
        (b"\x1b[27u", plain(KeyCode::Esc)),
        (b"\x1b[13;2u", key(KeyCode::Enter, KeyModifiers::SHIFT)),
        (b"\x1b[112;5u", key(KeyCode::Char('p'), ctrl)),
        (b"\x1bp", key(KeyCode::Char('p'), KeyModifiers::ALT)),
        (b"\x1b[27;5;13~", key(KeyCode::Enter, ctrl)),
        ("é".as_bytes(), plain(KeyCode::Char('é'))),
    ] {
        assert_eq!(whole(bytes), [wanted], "{bytes:?}");
    }
    assert_eq!(whole(b"\x1b[97;1:3u"), [], "a key that is let go");
}

#[test]
fn escape_alone_is_told_from_a_sequence_by_time() {
    let mut parser = Parser::new(ESCAPE);
    let start = Instant::now();
    assert_eq!(parser.feed(b"\x1b", start), []);
    assert_eq!(parser.due(), Some(start + ESCAPE));
    let soon = start + Duration::from_millis(30);
    assert_eq!(parser.feed(b"[A", soon), [plain(KeyCode::Up)]);
    assert_eq!(parser.feed(b"\x1b", start), []);
    assert_eq!(parser.feed(b"", start + ESCAPE), [plain(KeyCode::Esc)]);
    assert_eq!(parser.due(), None);
}

#[test]
fn answers_are_no_keys_and_unknown_ones_vanish() {
    let bytes = b"\x1b]11;rgb:ffff/8080/0\x07\x1b[?1u\x1b[?62;4c\x1b[0n\x1b]4;1;rgb:0/0/0\x1b\\\x1bP>|xterm\x1b\\\x1b[24;80R";
    assert_eq!(
        whole(bytes),
        [
            Input::Answer(Answer::Background(0xffff, 0x8080, 0)),
            Input::Answer(Answer::Keyboard),
            Input::Answer(Answer::Device),
            Input::Answer(Answer::Ready),
        ]
    );
}

#[test]
fn an_answer_that_is_cut_for_good_is_never_typed() {
    let mut parser = Parser::new(ESCAPE);
    let start = Instant::now();
    assert_eq!(parser.feed(b"\x1b]11;rgb:ff", start), []);
    assert_eq!(parser.feed(b"", start + Duration::from_secs(3)), []);
    assert_eq!(parser.feed(b"x", start), [plain(KeyCode::Char('x'))]);
}

#[test]
fn an_end_mark_inside_a_paste_does_not_run_what_follows() {
    let bytes = b"\x1b[200~one\x1b[201~q\rtwo\x1b[201~";
    let wanted = Input::Event(Event::Paste("oneq\ntwo".to_owned()));
    assert_eq!(whole(bytes), [wanted]);
}

#[test]
fn a_paste_of_a_megabyte_is_one_event() {
    let text = "word ".repeat(200_000);
    let bytes = format!("\x1b[200~{text}\x1b[201~");
    let mut parser = Parser::new(ESCAPE);
    let now = Instant::now();
    let chunks = bytes.as_bytes().chunks(1_000);
    let found: Vec<Input> = chunks.flat_map(|chunk| parser.feed(chunk, now)).collect();
    assert_eq!(found, [Input::Event(Event::Paste(text))]);
}

proptest! {
    #[test]
    fn any_cut_means_the_same(cuts in proptest::collection::vec(1_usize..9, 1..60)) {
        let bytes = "aé\x1b[1;5A\x1b[<64;10;3M\x1b[200~p\r\nq\x1b[201~\x1b]11;rgb:00/00/00\x1b\\\x1bOPz\x1b[I漢"
            .as_bytes();
        let now = Instant::now();
        let mut parser = Parser::new(ESCAPE);
        let mut found = Vec::new();
        let mut rest = bytes;
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            found.extend(parser.feed(head, now));
            rest = tail;
        }
        prop_assert_eq!(found, whole(bytes));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut parser = Parser::new(ESCAPE);
        let now = Instant::now();
        parser.feed(&bytes, now);
        parser.feed(b"", now + Duration::from_secs(5));
    }
}
