//! How fast an agent's events become blocks: JSON to values to a transcript, first until it has
//! 10,000 blocks, then deltas at its end.

use std::{io, time::Instant};

use kortix_tui::{
    model::agent::{event::Envelope, stream::StreamEvent},
    transcript::Transcript,
};
use serde_json::Value;

use crate::{
    Bench, Effort, Outcome, measure,
    world::{NOON, Script},
};

const EXCHANGES: usize = 1_000;
const DELTAS: usize = 1_000;

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    vec![
        Bench {
            name: "fold: from nothing to 10,000 blocks",
            run: build,
        },
        Bench {
            name: "fold: 1000 deltas after 10,000 blocks",
            run: append,
        },
    ]
}

fn build(effort: Effort) -> io::Result<Outcome> {
    let events = whole(&mut Script::new(0));
    let mut blocks = 0;
    let mut times = Vec::new();
    for _ in 0..effort.rounds(20) {
        let start = Instant::now();
        let mut transcript = Transcript::default();
        fold(&mut transcript, &events);
        times.push(start.elapsed());
        let conversations = transcript.sessions().map(|session| &session.id);
        let conversations = conversations.filter_map(|id| transcript.conversation(id));
        blocks = conversations.map(|conversation| conversation.len()).sum();
    }
    Ok(outcome(times.into_iter().collect(), &events, blocks))
}

fn append(effort: Effort) -> io::Result<Outcome> {
    let mut script = Script::new(0);
    let mut transcript = Transcript::default();
    let mut before = whole(&mut script);
    before.push(text(&script.open_text()));
    fold(&mut transcript, &before);
    let events: Vec<String> = (0..DELTAS).map(|_| text(&script.delta())).collect();
    let times = measure(effort.rounds(200), || fold(&mut transcript, &events));
    Ok(outcome(times, &events, EXCHANGES * 10))
}

fn outcome(times: crate::statistics::Times, events: &[String], blocks: usize) -> Outcome {
    let second = times.percentile(50).as_secs_f64().max(f64::EPSILON);
    let rate = events.len() as f64 / second;
    let note = format!("{rate:.0} events/s, {blocks} blocks");
    Outcome { times, note }
}

fn whole(script: &mut Script) -> Vec<String> {
    let mut events = vec![text(&script.record()), text(&script.busy())];
    for _ in 0..EXCHANGES {
        events.extend(script.exchange().iter().map(text));
    }
    events
}

fn text(event: &Value) -> String {
    event.to_string()
}

fn fold(transcript: &mut Transcript, events: &[String]) {
    for event in events {
        if let Ok(envelope) = Envelope::parse(event.as_bytes()) {
            transcript.apply(&StreamEvent::Event(envelope), NOON);
        }
    }
}
