//! How fast bytes become frames: a stream of many deltas of some 250 bytes and a few whole parts
//! of 30 kB, as a busy agent sends it, cut into chunks of several sizes.

use std::io::{self, Error};

use kortix_tui::api::sse::{Decoder, Frame};

use crate::{Bench, Effort, Outcome, measure, world::Script};

const DELTAS: usize = 20_000;
const BETWEEN_PARTS: usize = 200;
const PART: usize = 30_000;

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    vec![
        Bench {
            name: "sse: chunks of 16 KiB",
            run: |effort| decode(effort, &[16 * 1024]),
        },
        Bench {
            name: "sse: chunks of 64 bytes",
            run: |effort| decode(effort, &[64]),
        },
        Bench {
            name: "sse: chunks of 1 to 64 bytes",
            run: |effort| decode(effort, &[1, 5, 64, 17, 2, 33]),
        },
        Bench {
            name: "sse: chunks of 1 byte",
            run: |effort| decode(effort, &[1]),
        },
    ]
}

fn decode(effort: Effort, sizes: &[usize]) -> io::Result<Outcome> {
    let (bytes, events) = bytes();
    let chunks = cut(&bytes, sizes);
    let found = events_in(&chunks);
    if found != events {
        return Err(Error::other(format!("{found} of {events} events")));
    }
    let times = measure(effort.rounds(30), || {
        std::hint::black_box(events_in(&chunks));
    });
    let second = times.percentile(50).as_secs_f64().max(f64::EPSILON);
    let note = format!(
        "{:.0} MB/s, {:.0} events/s",
        bytes.len() as f64 / 1e6 / second,
        events as f64 / second
    );
    Ok(Outcome { times, note })
}

fn events_in(chunks: &[&[u8]]) -> usize {
    let mut decoder = Decoder::default();
    let frames = chunks.iter().flat_map(|chunk| decoder.push(chunk));
    frames
        .filter(|frame| matches!(frame, Frame::Event(_)))
        .count()
}

fn cut<'a>(bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = bytes;
    let mut chunks = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, tail) = rest.split_at((*size).min(rest.len()));
        chunks.push(chunk);
        rest = tail;
    }
    chunks
}

fn bytes() -> (Vec<u8>, usize) {
    let mut script = Script::new(0);
    let mut events = script.begin();
    for number in 0..DELTAS {
        if number % BETWEEN_PARTS == 0 {
            events.push(script.command(PART));
            events.push(script.open_text());
        }
        events.push(script.delta());
    }
    let text: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    (text.into_bytes(), events.len())
}
