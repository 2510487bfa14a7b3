//! Recorded streams of real agents folded to the transcripts that their servers told afterwards.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use kortix_tui::{
    model::{
        agent::{
            AgentStatus,
            event::Envelope,
            message::{MessageInfo, Part, PartBody},
            stream::{Message, MessagePage, Snapshot, StreamEvent},
        },
        id::AgentSessionId,
        time::Millis,
    },
    transcript::{Block, BlockBody, Conversation, State, Transcript},
};
use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Streams that ended before their server did, which was restarted before the state was recorded.
const EXCEPTIONS: [&str; 2] = ["/crash_", "1.15.13/dispose"];

struct Trace {
    name: String,
    events: Vec<StreamEvent>,
    rest: Value,
}

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("KORTIX_TUI_SHARED")?;
    Some(PathBuf::from(shared).join("opencode/traces"))
}

/// All traces with their recorded state; `None` with a message where they are not.
fn traces() -> Result<Option<Vec<Trace>>, Box<dyn std::error::Error>> {
    let Some(folder) = folder() else {
        skipped();
        return Ok(None);
    };
    let mut traces = Vec::new();
    for version in ["1.15.13", "1.18.33"] {
        for entry in fs::read_dir(folder.join(version))? {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let Some(scenario) = file.strip_suffix(".event.jsonl") else {
                continue;
            };
            let rest = path.with_file_name(format!("{scenario}.rest.json"));
            if !rest.exists() {
                continue;
            }
            traces.push(Trace {
                name: format!("{version}/{scenario}"),
                events: events(&fs::read_to_string(&path)?)?,
                rest: serde_json::from_slice(&fs::read(rest)?)?,
            });
        }
    }
    Ok(Some(traces))
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: KORTIX_TUI_SHARED is not set");
}

fn events(text: &str) -> Result<Vec<StreamEvent>, Box<dyn std::error::Error>> {
    let mut events = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line)?;
        let data = serde_json::to_vec(line.get("event").unwrap_or(&Value::Null))?;
        events.push(StreamEvent::Event(Envelope::parse(&data)?));
    }
    Ok(events)
}

fn snapshot(rest: &Value) -> Result<Snapshot, Box<dyn std::error::Error>> {
    let empty = serde_json::Map::new();
    let states = rest["snapshot"].as_object();
    let states = states.or(rest["sessions"].as_object()).unwrap_or(&empty);
    let mut snapshot = Snapshot {
        statuses: Some(BTreeMap::new()),
        permissions: Some(serde_json::from_value(rest["permission"].clone())?),
        questions: Some(serde_json::from_value(rest["question"].clone())?),
        ..Snapshot::default()
    };
    let mut sessions = Vec::new();
    for (id, state) in states {
        let session = AgentSessionId::from(id.as_str());
        if let Ok(record) = serde_json::from_value(state["session"].clone()) {
            sessions.push(record);
        }
        let messages = state["messages"].as_array().cloned().unwrap_or_default();
        let page = MessagePage {
            messages: messages.iter().filter_map(message).collect(),
            older: None,
        };
        snapshot.messages.insert(session.clone(), page);
        if let Ok(todos) = serde_json::from_value(state["todo"].clone()) {
            snapshot.todos.insert(session, todos);
        }
    }
    snapshot.sessions = Some(sessions);
    Ok(snapshot)
}

fn message(value: &Value) -> Option<Message> {
    let parts = value["parts"].as_array()?;
    Some(Message {
        info: MessageInfo::from_json(&value["info"])?,
        parts: parts.iter().filter_map(Part::from_json).collect(),
    })
}

fn fold<'a>(events: impl IntoIterator<Item = &'a StreamEvent>) -> Transcript {
    let mut transcript = Transcript::default();
    for event in events {
        transcript.apply(event, Millis(0));
    }
    transcript
}

/// What must be the same however it came about.
fn contents(conversation: Option<&Conversation>) -> Vec<String> {
    let blocks = conversation.map(Conversation::blocks).unwrap_or_default();
    blocks.iter().map(content).collect()
}

fn content(block: &Block) -> String {
    format!("{:?} {} {:?}", block.id, block.reverted, block.body)
}

fn is_exception(name: &str) -> bool {
    EXCEPTIONS.iter().any(|exception| name.contains(exception))
}

#[test]
fn a_recorded_stream_folds_to_the_recorded_transcript() -> Outcome {
    let Some(traces) = traces()? else {
        return Ok(());
    };
    let mut differing = Vec::new();
    for trace in traces.iter().filter(|trace| !is_exception(&trace.name)) {
        let streamed = fold(&trace.events);
        let snapshot = snapshot(&trace.rest)?;
        let ids: Vec<_> = snapshot.messages.keys().cloned().collect();
        let has_todos: Vec<_> = snapshot.todos.keys().cloned().collect();
        let fetched = fold(&[StreamEvent::Snapshot(Box::new(snapshot))]);
        for id in ids {
            let (a, b) = (
                contents(streamed.conversation(&id)),
                contents(fetched.conversation(&id)),
            );
            if a != b {
                let first = a.iter().zip(&b).position(|(a, b)| a != b);
                let at = first.unwrap_or(a.len().min(b.len()));
                differing.push(format!(
                    "{} {id} at {at} of {}/{}:\n  streamed {:.900}\n  fetched  {:.900}",
                    trace.name,
                    a.len(),
                    b.len(),
                    a.get(at).map_or("-", |s| s),
                    b.get(at).map_or("-", |s| s),
                ));
            }
            if has_todos.contains(&id) {
                assert_eq!(streamed.todos(&id), fetched.todos(&id), "{}", trace.name);
            }
            assert_eq!(streamed.state(&id), fetched.state(&id), "{}", trace.name);
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    Ok(())
}

#[test]
fn a_fetched_transcript_holds_every_recorded_text_in_order() -> Outcome {
    let Some(traces) = traces()? else {
        return Ok(());
    };
    for trace in &traces {
        let snapshot = snapshot(&trace.rest)?;
        let expected: Vec<_> = snapshot
            .messages
            .iter()
            .map(|(id, page)| {
                (
                    id.clone(),
                    page.messages.iter().flat_map(texts).collect::<Vec<_>>(),
                )
            })
            .collect();
        let transcript = fold(&[StreamEvent::Snapshot(Box::new(snapshot))]);
        for (id, expected) in expected {
            let conversation = transcript.conversation(&id);
            let blocks = conversation.map(Conversation::blocks).unwrap_or_default();
            let shown: Vec<String> = blocks.iter().filter_map(text).collect();
            assert_eq!(shown, expected, "{} {id}", trace.name);
        }
    }
    Ok(())
}

fn texts(message: &Message) -> Vec<String> {
    let text = |part: &Part| match &part.body {
        PartBody::Text(prose) if prose.synthetic || prose.text.is_empty() => None,
        PartBody::Text(prose) => Some(prose.text.clone()),
        PartBody::Reasoning(prose) => Some(prose.text.clone()).filter(|text| !text.is_empty()),
        PartBody::Tool(tool) => Some(format!("{} {:?}", tool.name, tool.state)),
        _ => None,
    };
    message.parts.iter().filter_map(text).collect()
}

fn text(block: &Block) -> Option<String> {
    match &block.body {
        BlockBody::Prompt(prompt) => Some(prompt.text.clone()),
        BlockBody::Text(passage) | BlockBody::Reasoning { passage, .. } => {
            Some(passage.text.clone())
        }
        BlockBody::Tool { tool, .. } => Some(format!("{} {:?}", tool.name, tool.state)),
        _ => None,
    }
}

#[test]
fn a_snapshot_in_the_middle_of_a_recorded_stream_changes_nothing_at_the_end() -> Outcome {
    let Some(traces) = traces()? else {
        return Ok(());
    };
    for trace in traces.iter().filter(|trace| !is_exception(&trace.name)) {
        let whole = fold(&trace.events);
        // What the server tells at the end is fetched, and then the last events come out of the buffer.
        let cut = trace.events.len() * 2 / 3;
        let (before, buffered) = trace.events.split_at(cut);
        let mut snapshot = snapshot(&trace.rest)?;
        snapshot.statuses = None;
        snapshot.permissions = None;
        snapshot.questions = None;
        let again = StreamEvent::Snapshot(Box::new(snapshot.clone()));
        let resynced = fold(before.iter().chain([&again, &again]).chain(buffered));
        for id in snapshot.messages.keys() {
            let (a, b) = (
                contents(resynced.conversation(id)),
                contents(whole.conversation(id)),
            );
            assert_eq!(a, b, "{} {id}", trace.name);
        }
    }
    Ok(())
}

#[test]
fn a_crash_leaves_an_interrupted_session_with_stopped_tools() -> Outcome {
    let Some(folder) = folder() else {
        skipped();
        return Ok(());
    };
    for version in ["1.15.13", "1.18.33"] {
        let path = folder.join(version).join("crash_tool.event.jsonl");
        if !path.exists() {
            continue;
        }
        let mut transcript = fold(&events(&fs::read_to_string(&path)?)?);
        let id = transcript
            .sessions()
            .next()
            .map(|s| s.id.clone())
            .unwrap_or_default();
        assert_eq!(*transcript.status(&id), AgentStatus::Busy);
        let restarted = Snapshot {
            statuses: Some(BTreeMap::new()),
            ..Snapshot::default()
        };
        transcript.apply(&StreamEvent::Snapshot(Box::new(restarted)), Millis(0));
        assert_eq!(transcript.state(&id), State::Interrupted);
        let conversation = transcript.conversation(&id);
        let blocks = conversation.map(Conversation::blocks).unwrap_or_default();
        let is_stopped = |b: &Block| matches!(b.body, BlockBody::Tool { stopped: true, .. });
        assert!(blocks.iter().any(is_stopped));
        assert!(transcript.activity(&id).is_none());
    }
    Ok(())
}

#[test]
fn text_lost_in_a_gap_is_marked_and_repaired_when_its_part_ends() -> Outcome {
    let Some(folder) = folder() else {
        skipped();
        return Ok(());
    };
    for version in ["1.15.13", "1.18.33"] {
        let file = |name: &str| fs::read_to_string(folder.join(version).join(name));
        let mut transcript = fold(&events(&file("reconnect.before_drop.event.jsonl")?)?);
        let at_reconnect = Snapshot {
            gap: Some(Duration::from_millis(1500)),
            ..snapshot(&serde_json::from_str(&file(
                "reconnect.snapshot_at_reconnect.json",
            )?)?)?
        };
        let at_reconnect = StreamEvent::Snapshot(Box::new(at_reconnect));
        transcript.apply(&at_reconnect, Millis(0));
        let gaps = |transcript: &Transcript| -> Vec<bool> {
            let ids: Vec<_> = transcript.sessions().map(|s| s.id.clone()).collect();
            let blocks = ids.iter().filter_map(|id| transcript.conversation(id));
            let blocks = blocks.flat_map(Conversation::blocks);
            blocks.filter_map(|block| missing(&block.body)).collect()
        };
        assert_eq!(gaps(&transcript), [true], "{version}");
        for event in events(&file("reconnect.after_drop.event.jsonl")?)? {
            transcript.apply(&event, Millis(0));
        }
        assert_eq!(gaps(&transcript), [false], "{version}");
        let rest = snapshot(&serde_json::from_str(&file("reconnect.rest.json")?)?)?;
        for (id, page) in rest.messages {
            let expected: Vec<_> = page.messages.iter().flat_map(texts).collect();
            let conversation = transcript.conversation(&id);
            let blocks = conversation.map(Conversation::blocks).unwrap_or_default();
            let shown: Vec<String> = blocks.iter().filter_map(text).collect();
            assert_eq!(shown, expected, "{version} {id}");
        }
    }
    Ok(())
}

fn missing(body: &BlockBody) -> Option<bool> {
    match body {
        BlockBody::Gap { text_missing, .. } => Some(*text_missing),
        _ => None,
    }
}
