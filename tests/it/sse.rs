//! The decoder of server-sent events: any cut, any line end, any size.

use std::time::Duration;

use kortix_tui::api::sse::{Decoder, Event, Frame};
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> Vec<Frame> {
    Decoder::default().push(bytes)
}

fn data(bytes: &[u8]) -> Vec<String> {
    texts(decode(bytes))
}

fn texts(frames: Vec<Frame>) -> Vec<String> {
    let text = |frame| match frame {
        Frame::Event(event) => event.data,
        Frame::Retry(pause) => format!("retry {}", pause.as_millis()),
        Frame::Oversized => "oversized".to_owned(),
        Frame::Endless => "endless".to_owned(),
    };
    frames.into_iter().map(text).collect()
}

#[test]
fn all_line_ends_mean_the_same() {
    for end in ["\n", "\r\n", "\r"] {
        let stream = format!("data: a{end}data:b{end}{end}: note{end}data: c{end}{end}");
        assert_eq!(data(stream.as_bytes()), ["a\nb", "c"], "{end:?}");
    }
}

#[test]
fn a_cr_and_its_lf_may_come_apart() {
    let mut decoder = Decoder::default();
    assert_eq!(decoder.push(b"data: a\r"), []);
    assert_eq!(decoder.push(b"\n"), []);
    assert_eq!(texts(decoder.push(b"\r")), ["a"]);
    assert_eq!(decoder.push(b""), []);
    assert_eq!(texts(decoder.push(b"\ndata: b\n\n")), ["b"]);
}

#[test]
fn fields_follow_the_standard() {
    let stream = "\u{feff}id: 7\nevent: note\ndata:  two\nfoo: bar\ndata\n\nid: a\0b\ndata: x\n\nid\ndata: y\n\n";
    let event = |kind: &str, data: &str, id: &str| {
        Frame::Event(Event {
            kind: kind.to_owned(),
            data: data.to_owned(),
            id: id.to_owned(),
        })
    };
    assert_eq!(
        decode(stream.as_bytes()),
        [
            event("note", " two\n", "7"),
            event("", "x", "7"),
            event("", "y", "")
        ]
    );
}

#[test]
fn events_without_data_are_none_and_only_the_first_mark_is_one() {
    assert_eq!(
        data(b"event: a\n\nid: 1\n\ndata:\n\n"),
        Vec::<String>::new()
    );
    assert_eq!(
        data("\u{feff}data: a\n\n\u{feff}data: b\n\n".as_bytes()),
        ["a"]
    );
}

#[test]
fn a_retry_is_a_number_and_has_a_floor() {
    let stream = b"retry: 1\nretry: 4000\nretry: 1s\nretry:\nretry: 99999999999999999999999\n";
    assert_eq!(
        decode(stream),
        [
            Frame::Retry(Duration::from_millis(250)),
            Frame::Retry(Duration::from_secs(4))
        ]
    );
}

#[test]
fn bytes_that_are_no_text_are_marked_and_the_stream_goes_on() {
    assert_eq!(
        data(b"data: a\xffb\xed\xa0\x80\n\ndata: c\n\n"),
        ["a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}", "c"]
    );
}

#[test]
fn an_event_above_the_cap_is_dropped_with_a_notice() {
    let mut decoder = Decoder::with_cap(32);
    let long = format!("data: {}\ndata: more\n\ndata: ok\n\n", "x".repeat(40));
    for cut in 0..long.len() {
        let (head, tail) = long.as_bytes().split_at(cut);
        let mut frames = decoder.push(head);
        frames.extend(decoder.push(tail));
        assert_eq!(texts(frames), ["oversized", "ok"], "cut at {cut}");
    }
    let many = "data: 0123456789\n".repeat(4) + "\ndata: ok\n\n";
    assert_eq!(texts(decoder.push(many.as_bytes())), ["oversized", "ok"]);
}

#[test]
fn a_line_without_end_is_told_once_and_takes_no_room() {
    let mut decoder = Decoder::with_cap(1000);
    let mut frames = decoder.push(b"data: ");
    for _ in 0..100 {
        frames.extend(decoder.push(&[b'x'; 100]));
    }
    assert_eq!(frames, [Frame::Oversized, Frame::Endless]);
    assert_eq!(texts(decoder.push(b"\n\ndata: ok\n\n")), ["ok"]);
}

/// Pieces of which streams are made; joined at random they hit the odd corners.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data: hello".to_vec()),
        Just(b"data:".to_vec()),
        Just("data: \u{1f980}ä\u{2028}".as_bytes().to_vec()),
        Just(b"event: e".to_vec()),
        Just(b": comment".to_vec()),
        Just(b"id: 1".to_vec()),
        Just(b"retry: 500".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..12),
        Just(vec![b'y'; 70]),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn cuts_change_nothing(stream in streams(), cuts in proptest::collection::vec(0usize..400, 0..12)) {
        for cap in [64, 1 << 20] {
            let whole = Decoder::with_cap(cap).push(&stream);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
            cuts.sort_unstable();
            let mut decoder = Decoder::with_cap(cap);
            let mut frames = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([stream.len()]) {
                frames.extend(decoder.push(&stream[from..cut]));
                from = cut;
            }
            prop_assert_eq!(&frames, &whole);
        }
    }

    #[test]
    fn single_bytes_are_as_good(stream in streams()) {
        let mut decoder = Decoder::with_cap(64);
        let frames: Vec<Frame> = stream.iter().flat_map(|byte| decoder.push(&[*byte])).collect();
        prop_assert_eq!(frames, Decoder::with_cap(64).push(&stream));
    }
}
