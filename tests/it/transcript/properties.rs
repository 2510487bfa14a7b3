//! What holds for every order and every cut of a stream.

use kortix_tui::{
    model::{agent::stream::StreamEvent, time::Millis},
    transcript::Transcript,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Fold, SESSION, assistant, beginning, delta_event, event, streaming_page, text_part, tool,
};

/// A turn with two streamed texts and a tool, its deltas in the given pieces.
fn turn(pieces: &[String]) -> Vec<StreamEvent> {
    let mut events = beginning();
    events.push(text_part("prt_2", "", Value::Null));
    events.extend(pieces.iter().map(|piece| delta_event("prt_2", piece)));
    events.push(tool("prt_3", "pending", json!({})));
    events.push(tool(
        "prt_3",
        "running",
        json!({"metadata": {"output": "x"}}),
    ));
    events.push(tool("prt_3", "completed", json!({"output": "xy"})));
    events.push(text_part("prt_2", &pieces.concat(), json!(40)));
    events.push(text_part("prt_4", "", Value::Null));
    events.extend(pieces.iter().map(|piece| delta_event("prt_4", piece)));
    events.push(text_part("prt_4", &pieces.concat(), json!(50)));
    events.push(event(
        "message.updated",
        json!({"info": assistant("msg_2", 20, json!(60))}),
    ));
    events.push(event("session.idle", json!({"sessionID": SESSION})));
    events
}

fn folded<'a>(events: impl IntoIterator<Item = &'a StreamEvent>) -> Vec<String> {
    let mut fold = Fold(Transcript::default());
    for event in events {
        fold.0.apply(event, Millis(0));
    }
    fold.shown()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn merged_deltas_fold_like_single_ones(pieces in prop::collection::vec("[a-zé ]{1,5}", 1..12), cut in 0_usize..12) {
        let cut = cut.min(pieces.len());
        let (a, b) = pieces.split_at(cut);
        let merged: Vec<String> = [a.concat(), b.concat()].into_iter().filter(|piece| !piece.is_empty()).collect();
        prop_assert_eq!(folded(&turn(&pieces)), folded(&turn(&merged)));
    }

    #[test]
    fn repeated_snapshots_without_a_gap_change_nothing(pieces in prop::collection::vec("[a-z]{1,4}", 1..8), at in 6_usize..20) {
        let events = turn(&pieces);
        let (before, after) = events.split_at(at.min(6 + pieces.len()));
        let again = StreamEvent::Snapshot(Box::new(streaming_page()));
        let resynced = folded(before.iter().chain([&again, &again]).chain(after));
        prop_assert_eq!(resynced, folded(&events));
    }

    #[test]
    fn every_prefix_and_repetition_of_a_stream_is_foldable(order in prop::collection::vec(0_usize..16, 0..40)) {
        let pieces = ["a".to_owned(), "b".to_owned()];
        let events = turn(&pieces);
        let mut fold = Fold::answering();
        for index in order {
            if let Some(event) = events.get(index) {
                fold.0.apply(event, Millis(0));
            }
        }
        let conversation = fold.conversation();
        let mut revisions: Vec<u64> = conversation.blocks().iter().map(|block| block.revision).collect();
        revisions.sort_unstable();
        revisions.dedup();
        prop_assert_eq!(revisions.len(), conversation.len());
        for (index, block) in conversation.blocks().iter().enumerate() {
            prop_assert_eq!(conversation.position(&block.id), Some(index));
        }
    }
}
