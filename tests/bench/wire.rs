//! How fast the agent's events become values: one round is a thousand events as a busy turn sends
//! them, nine deltas of text to each whole part of a tool with 2 kB of output.

use std::io::{self, Error};

use kortix_tui::model::agent::event::{AgentEvent, Envelope};
use serde_json::json;

use crate::{Bench, Effort, Outcome, measure};

const EVENTS: usize = 1000;

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    vec![Bench {
        name: "wire: 1000 events to values",
        run: parse,
    }]
}

fn parse(effort: Effort) -> io::Result<Outcome> {
    let events = events();
    let bytes: usize = events.iter().map(Vec::len).sum();
    for event in &events {
        let read = Envelope::parse(event).map_err(Error::other)?;
        if matches!(read.event, AgentEvent::Other { .. }) {
            return Err(Error::other("an event of the bench was not understood"));
        }
    }
    let times = measure(effort.rounds(300), || {
        for event in &events {
            // Errors are ruled out above.
            let _ = std::hint::black_box(Envelope::parse(event));
        }
    });
    let second = times.percentile(50).as_secs_f64().max(f64::EPSILON);
    let note = format!(
        "{:.0} MB/s, {:.0} events/s",
        bytes as f64 / 1e6 / second,
        EVENTS as f64 / second
    );
    Ok(Outcome { times, note })
}

fn events() -> Vec<Vec<u8>> {
    (0..EVENTS)
        .map(|index| {
            let (kind, properties) = if index % 10 == 9 {
                let output = "compiling one more crate\n".repeat(80);
                let state = json!({"status": "running", "input": {"command": "cargo build"},
                    "time": {"start": 1_770_000_000_000_u64}, "metadata": {"output": output}});
                let part = json!({"id": "prt_tool", "sessionID": "ses_1", "messageID": "msg_1",
                    "type": "tool", "callID": "call_1", "tool": "bash", "state": state});
                (
                    "message.part.updated",
                    json!({"sessionID": "ses_1", "part": part, "time": 1}),
                )
            } else {
                let delta = json!({"sessionID": "ses_1", "messageID": "msg_1",
                    "partID": "prt_text", "field": "text", "delta": "a few words "});
                ("message.part.delta", delta)
            };
            let id = format!("evt_{index:024}");
            json!({"id": id, "type": kind, "properties": properties})
                .to_string()
                .into_bytes()
        })
        .collect()
}
