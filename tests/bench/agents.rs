//! The agents that the bench of many streams listens to, in a process of their own, so that what
//! they cost is not counted: an HTTP server on loopback where each stream sends events at a steady
//! pace.

use std::{
    convert::Infallible,
    io::{self, BufRead, BufReader, Error, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, Interval, interval_at};

use crate::world::{Script, agent_id};

/// The hidden argument that makes this program the agents.
pub const ARGUMENT: &str = "--serve-agents";
/// Events of each stream in a second.
pub const RATE: u32 = 50;
/// Every so many events one is a whole part.
const BETWEEN_PARTS: u64 = 50;
const PART: usize = 2_000;

/// The running process of the agents; they end when this is dropped.
pub struct Agents {
    /// Where they answer.
    pub url: String,
    child: Child,
    /// The process ends with its standard input.
    _input: Option<ChildStdin>,
}

impl Agents {
    /// Starts the process.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take();
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        Ok(Self {
            url: line.trim().to_owned(),
            child,
            _input: input,
        })
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is the agents until standard input ends.
pub fn serve() -> io::Result<()> {
    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        writeln!(io::stdout(), "http://{address}")?;
        let router = Router::new().fallback(answer);
        axum::serve(listener, router).await.map_err(Error::other)
    })
}

/// Answers what a feed asks: `/v1/p/sbx-{number}/4096/…`.
async fn answer(uri: Uri) -> Response {
    let path = uri.path();
    let after = path.split_once("/p/sbx-").map_or("", |(_, after)| after);
    let (number, rest) = after.split_once('/').unwrap_or((after, ""));
    let number: usize = number.parse().unwrap_or_default();
    let what = rest.split_once('/').map_or("", |(_, what)| what);
    match what {
        "event" => stream(number),
        "session" => {
            let record = Script::new(number).record();
            as_json(&json!([record["properties"]["info"]]))
        }
        "session/status" => as_json(&json!({agent_id(number): {"type": "busy"}})),
        _ => as_json(&json!([])),
    }
}

fn as_json(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// A stream in the making.
struct Speaker {
    script: Script,
    pace: Interval,
    said: u64,
}

fn stream(number: usize) -> Response {
    let period = Duration::from_secs(1) / RATE;
    // Not all at the same moment.
    let phase = period / 16 * u32::try_from(number % 16).unwrap_or_default();
    let speaker = Speaker {
        script: Script::new(number),
        pace: interval_at(Instant::now() + phase, period),
        said: 0,
    };
    let chunks = futures_util::stream::unfold(speaker, |mut speaker| async {
        let chunk = speaker.next().await;
        Some((Ok::<_, Infallible>(chunk), speaker))
    });
    let body = Body::from_stream(chunks);
    ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
}

impl Speaker {
    async fn next(&mut self) -> Bytes {
        let script = &mut self.script;
        let events = match self.said {
            0 => {
                let connected = json!({"type": "server.connected", "properties": {}});
                let mut events = vec![connected, script.record(), script.busy()];
                events.extend(script.begin());
                events.push(script.open_text());
                events
            }
            said => {
                self.pace.tick().await;
                match said % BETWEEN_PARTS {
                    0 => vec![script.command(PART)],
                    1 => vec![script.open_text()],
                    _ => vec![script.delta()],
                }
            }
        };
        self.said += 1;
        let text: String = events
            .iter()
            .map(|event| format!("data: {event}\n\n"))
            .collect();
        text.into()
    }
}
