//! The fold of agent events into blocks.

use std::{collections::BTreeMap, time::Duration};

use kortix_tui::{
    model::{
        agent::{
            AgentStatus,
            stream::{Snapshot, StreamEvent},
        },
        time::Millis,
    },
    transcript::{BlockBody, Older, State, Transcript},
};
use serde_json::{Value, json};

use super::{Fold, SESSION, assistant, page, part, record, session, streaming_page, tool, user};

#[test]
fn deltas_grow_a_block_and_change_its_revision() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "", Value::Null);
    assert_eq!(fold.shown(), ["> fix it"]);
    let changes = fold.delta("prt_2", "Hel");
    assert_eq!(changes.conversations, [session()]);
    let before = fold.conversation().get(1).unwrap().revision;
    fold.delta("prt_2", "lo");
    assert_eq!(fold.shown(), ["> fix it", "Hello"]);
    assert_ne!(fold.conversation().get(1).unwrap().revision, before);
}

#[test]
fn a_delta_after_the_end_of_its_part_is_ignored() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "Hello", json!(25));
    assert!(fold.delta("prt_2", "lo").is_empty());
    assert_eq!(fold.shown(), ["> fix it", "Hello"]);
}

#[test]
fn an_older_state_of_an_ended_part_does_not_come_back() {
    let mut fold = Fold::answering();
    fold.0.apply(
        &tool("prt_3", "completed", json!({"output": "a"})),
        Millis(0),
    );
    fold.0
        .apply(&tool("prt_3", "running", json!({})), Millis(0));
    assert_eq!(fold.shown(), ["> fix it", "bash Completed"]);
}

#[test]
fn text_known_from_a_snapshot_begins_with_a_gap() {
    let mut fold = Fold(Transcript::default());
    let mut snapshot = streaming_page();
    snapshot.statuses = Some(BTreeMap::from([(session(), AgentStatus::Busy)]));
    fold.snapshot(snapshot);
    fold.delta("prt_2", "world");
    assert_eq!(fold.shown(), ["> fix it", "[…]world"]);
    fold.text("prt_2", "Hello world", json!(25));
    assert_eq!(fold.shown(), ["> fix it", "Hello world"]);
}

#[test]
fn a_gap_keeps_what_was_there_and_is_repaired_at_the_end() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "", Value::Null);
    fold.delta("prt_2", "Hel");
    fold.snapshot(Snapshot {
        gap: Some(Duration::from_secs(4)),
        ..streaming_page()
    });
    fold.delta("prt_2", "world");
    assert_eq!(fold.shown(), ["> fix it", "Hel[…]world", "gap true"]);
    fold.text("prt_2", "Hello world", json!(25));
    assert_eq!(fold.shown(), ["> fix it", "Hello world", "gap false"]);
}

#[test]
fn overlapping_streams_leave_no_gap() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "", Value::Null);
    fold.delta("prt_2", "Hel");
    fold.snapshot(streaming_page());
    fold.delta("prt_2", "lo");
    assert_eq!(fold.shown(), ["> fix it", "Hello"]);
}

#[test]
fn two_gaps_in_a_row_are_one() {
    let mut fold = Fold::answering();
    for _ in 0..3 {
        fold.snapshot(Snapshot {
            gap: Some(Duration::from_secs(4)),
            ..streaming_page()
        });
    }
    assert_eq!(fold.shown(), ["> fix it", "gap true"]);
    let last = fold.conversation().blocks().last().unwrap();
    assert!(matches!(last.body, BlockBody::Gap { lasted, .. } if lasted.as_secs() == 12));
}

#[test]
fn a_retry_takes_back_the_text_of_the_attempt() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "", Value::Null);
    fold.delta("prt_2", "Hel");
    fold.status(json!({"type": "retry", "attempt": 1, "message": "429", "next": 99}));
    assert_eq!(fold.shown(), ["> fix it", "retry 1"]);
    assert!(matches!(fold.state(), State::Retrying { attempt: 1, .. }));
    fold.status(json!({"type": "busy"}));
    fold.text("prt_3", "", Value::Null);
    fold.delta("prt_3", "Hello");
    assert!(fold.delta("prt_2", "lo").is_empty());
    assert_eq!(fold.shown(), ["> fix it", "Hello"]);
}

#[test]
fn messages_stand_in_the_order_of_their_time_not_of_their_ids() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "second", json!(25));
    fold.send("message.updated", json!({"info": user("msg_0", 30)}));
    fold.0.apply(
        &part(
            "msg_0",
            json!({"id": "prt_0", "type": "text", "text": "third"}),
        ),
        Millis(0),
    );
    fold.send("message.updated", json!({"info": user("msg_9", 5)}));
    fold.0.apply(
        &part(
            "msg_9",
            json!({"id": "prt_9", "type": "text", "text": "first"}),
        ),
        Millis(0),
    );
    assert_eq!(
        fold.shown(),
        ["> first", "> fix it", "second", "queued third"]
    );
}

#[test]
fn a_prompt_is_queued_until_an_answer_begins_after_it() {
    let mut fold = Fold::answering();
    fold.send("message.updated", json!({"info": user("msg_3", 30)}));
    fold.0.apply(
        &part(
            "msg_3",
            json!({"id": "prt_4", "type": "text", "text": "and this"}),
        ),
        Millis(0),
    );
    assert_eq!(fold.shown(), ["> fix it", "queued and this"]);
    fold.send(
        "message.updated",
        json!({"info": assistant("msg_4", 40, Value::Null)}),
    );
    assert_eq!(fold.shown(), ["> fix it", "> and this"]);
}

#[test]
fn parts_wait_for_their_message() {
    let mut fold = Fold::answering();
    let early = part(
        "msg_5",
        json!({"id": "prt_5", "type": "text", "text": "early"}),
    );
    assert!(fold.0.apply(&early, Millis(0)).is_empty());
    fold.send("message.updated", json!({"info": user("msg_5", 50)}));
    assert_eq!(fold.shown().last().unwrap(), "queued early");
}

#[test]
fn what_was_removed_does_not_come_back() {
    let mut fold = Fold::answering();
    fold.send(
        "message.part.removed",
        json!({"sessionID": SESSION, "messageID": "msg_1", "partID": "prt_1"}),
    );
    fold.0.apply(
        &part(
            "msg_1",
            json!({"id": "prt_1", "type": "text", "text": "fix it"}),
        ),
        Millis(0),
    );
    fold.send(
        "message.removed",
        json!({"sessionID": SESSION, "messageID": "msg_2"}),
    );
    fold.send(
        "message.updated",
        json!({"info": assistant("msg_2", 20, Value::Null)}),
    );
    fold.text("prt_2", "late", Value::Null);
    assert!(fold.shown().is_empty());
    fold.send(
        "session.deleted",
        json!({"sessionID": SESSION, "info": {"id": SESSION}}),
    );
    assert!(fold.text("prt_2", "later", Value::Null).is_empty());
    assert!(fold.0.conversation(&session()).is_none());
}

#[test]
fn reverted_blocks_are_marked_until_the_revert_is_taken_back() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "done", json!(25));
    let mut info = record(SESSION, 1);
    info["revert"] = json!({"messageID": "msg_2"});
    fold.send(
        "session.updated",
        json!({"sessionID": SESSION, "info": info}),
    );
    assert_eq!(fold.shown(), ["> fix it", "reverted", "done"]);
    let reverted = |fold: &Fold| -> Vec<bool> {
        fold.conversation()
            .blocks()
            .iter()
            .map(|block| block.reverted)
            .collect()
    };
    assert_eq!(reverted(&fold), [false, false, true]);
    fold.send(
        "session.updated",
        json!({"sessionID": SESSION, "info": record(SESSION, 1)}),
    );
    assert_eq!(reverted(&fold), [false, false]);
}

#[test]
fn the_output_of_a_tool_is_bounded_to_its_end() {
    let mut fold = Fold::answering();
    let output = "é".repeat(100_000) + "end";
    fold.0.apply(
        &tool("prt_3", "completed", json!({"output": output})),
        Millis(0),
    );
    let BlockBody::Tool { tool, .. } = &fold.conversation().get(1).unwrap().body else {
        panic!("no tool");
    };
    assert!(tool.output.len() < 31_000 && tool.output.ends_with("end"));
}

#[test]
fn synthetic_text_is_hidden_and_unknown_parts_are_named() {
    let mut fold = Fold::answering();
    fold.0.apply(
        &part(
            "msg_1",
            json!({"id": "prt_7", "type": "text", "text": "file", "synthetic": true}),
        ),
        Millis(0),
    );
    fold.0.apply(
        &part("msg_2", json!({"id": "prt_8", "type": "hologram"})),
        Millis(0),
    );
    assert_eq!(fold.shown(), ["> fix it", "unknown hologram"]);
}

#[test]
fn older_pages_go_before_and_a_hole_drops_what_is_before_it() {
    let mut fold = Fold::answering();
    let prompt = |id: &str, at| {
        (
            user(id, at),
            vec![json!({"id": format!("prt_{id}"), "type": "text", "text": id})],
        )
    };
    fold.snapshot(page(
        &[prompt("msg_8", 80), prompt("msg_9", 90)],
        Some("cursor"),
    ));
    assert_eq!(fold.conversation().older(), &Older::Cursor("cursor".into()));
    assert_eq!(fold.shown(), ["> msg_8", "> msg_9"]);
    let older = page(&[prompt("msg_7", 70)], None)
        .messages
        .remove(&session())
        .unwrap();
    let history = StreamEvent::History {
        session: session(),
        messages: older.messages,
        older: None,
    };
    fold.0.apply(&history, Millis(0));
    assert_eq!(fold.shown(), ["> msg_7", "> msg_8", "> msg_9"]);
    assert_eq!(fold.conversation().older(), &Older::Beginning);
    fold.snapshot(page(&[prompt("msg_9", 90)], Some("newer")));
    assert_eq!(fold.shown(), ["> msg_7", "> msg_8", "> msg_9"]);
}

#[test]
fn a_conversation_keeps_a_bounded_number_of_messages() {
    let mut fold = Fold::answering();
    for number in 0..6_000 {
        fold.send(
            "message.updated",
            json!({"info": user(&format!("msg_x{number:05}"), 100 + number)}),
        );
    }
    assert!(fold.conversation().message_count() <= 5_000);
    assert_eq!(fold.conversation().older(), &Older::Dropped);
}

#[test]
fn positions_follow_their_blocks() {
    let mut fold = Fold::answering();
    fold.text("prt_2", "b", json!(25));
    fold.0
        .apply(&tool("prt_3", "running", json!({})), Millis(0));
    fold.send("message.updated", json!({"info": user("msg_0", 1)}));
    fold.0.apply(
        &part(
            "msg_0",
            json!({"id": "prt_0", "type": "text", "text": "first"}),
        ),
        Millis(0),
    );
    fold.send(
        "message.part.removed",
        json!({"sessionID": SESSION, "messageID": "msg_2", "partID": "prt_2"}),
    );
    let conversation = fold.conversation();
    for (index, block) in conversation.blocks().iter().enumerate() {
        assert_eq!(conversation.position(&block.id), Some(index));
    }
}
