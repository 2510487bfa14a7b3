//! Writing prompts: drafts, history, and the states of a prompt on its way.

use std::time::{Duration, Instant};

use kortix_tui::{
    api,
    app::{
        call::{AgentCall, Call, Reply},
        event::{EditPurpose, Effect, Event, OpId},
        session::Focus,
    },
    model::session::SessionStatus,
};

use super::story::{busy_turn, open, open_in, prompt, status};
use crate::screen::{Screen, goes_idle};

fn last_call(screen: &Screen) -> OpId {
    let calls = screen.effects.iter().rev();
    let mut ops = calls.filter_map(|effect| match effect {
        Effect::Call { op, .. } => Some(*op),
        _ => None,
    });
    ops.next().unwrap()
}

fn prompts(screen: &Screen) -> Vec<String> {
    let calls = screen.calls().into_iter();
    let texts = calls.filter_map(|call| match call {
        Call::Agent(_, AgentCall::Prompt { text, .. }) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

fn refused() -> Result<Reply, api::Error> {
    Err(api::Error::Unreachable {
        host: "h".to_owned(),
        reason: "connection refused".to_owned(),
    })
}

#[test]
fn a_prompt_is_shown_in_its_states_until_the_transcript_shows_it() {
    let (mut screen, key) = open(80, 24);
    screen.text("fix it");
    screen.keys("enter");
    assert_eq!(prompts(&screen), ["fix it"]);
    assert!(screen.screen().contains("sent › fix it"));
    let op = last_call(&screen);
    screen.event(Event::Reply(op, Ok(Reply::Done)));
    assert!(screen.screen().contains("accepted › fix it"));
    screen.agent(&key, &prompt("msg_1", "fix it", 0));
    let text = screen.screen();
    assert!(!text.contains("accepted"), "{text}");
    assert_eq!(text.matches("fix it").count(), 1, "{text}");
    screen.agent(&key, &[status("ses_s1", "busy")]);
    assert!(screen.screen().contains("working"));
}

#[test]
fn the_same_prompt_sent_twice_is_shown_twice() {
    let (mut screen, key) = open(80, 24);
    for _ in 0..2 {
        screen.text("go on");
        screen.keys("enter");
        let op = last_call(&screen);
        screen.event(Event::Reply(op, Ok(Reply::Done)));
    }
    screen.agent(&key, &prompt("msg_1", "go on", 0));
    assert_eq!(screen.state.panes[&key].outbox.len(), 1);
    screen.agent(&key, &prompt("msg_2", "go on", -1));
    assert_eq!(screen.state.panes[&key].outbox.len(), 0);
}

#[test]
fn an_old_prompt_of_the_same_text_is_not_taken_for_a_new_one() {
    let (mut screen, key) = open(80, 24);
    screen.text("continue");
    screen.keys("enter");
    screen.agent(&key, &prompt("msg_0", "continue", 86_400));
    assert_eq!(screen.state.panes[&key].outbox.len(), 1);
}

#[test]
fn a_refused_prompt_returns_to_the_composer() {
    let (mut screen, key) = open(80, 24);
    screen.text("fix it");
    screen.keys("enter");
    let op = last_call(&screen);
    screen.event(Event::Reply(op, refused()));
    assert_eq!(screen.state.panes[&key].composer.text(), "fix it");
    insta::assert_snapshot!(screen.screen());
    insta::assert_snapshot!(screen.roles());
}

#[test]
fn a_refused_prompt_comes_before_what_was_typed_meanwhile() {
    let (mut screen, key) = open(80, 24);
    screen.text("fix it");
    screen.keys("enter");
    screen.text("and th");
    let op = last_call(&screen);
    screen.event(Event::Reply(op, refused()));
    screen.text("en rest");
    let text = screen.state.panes[&key].composer.text();
    assert_eq!(text, "fix it\n\nand then rest");
}

#[test]
fn a_prompt_to_a_sleeping_session_starts_it_and_waits() {
    let (mut screen, key) = open_in(80, 24, SessionStatus::Stopped);
    screen.text("wake up");
    screen.keys("enter");
    assert_eq!(prompts(&screen), Vec::<String>::new());
    assert!(matches!(screen.calls()[..], [Call::Start(..)]));
    assert!(screen.screen().contains("waits for the agent › wake up"));
    let op = last_call(&screen);
    screen.event(Event::Reply(op, refused()));
    assert_eq!(screen.state.panes[&key].composer.text(), "wake up");
}

#[test]
fn what_is_not_with_the_agent_is_kept_for_the_next_run() {
    let (mut screen, key) = open(80, 24);
    screen.text("fix it");
    screen.keys("enter");
    screen.text("draft");
    screen.effects.clear();
    screen.wait(Duration::from_secs(5));
    let kept = screen.effects.iter().find_map(|effect| match effect {
        Effect::Remember(memory) => memory.drafts.clone(),
        _ => None,
    });
    let kept = kept.unwrap().prompts.get("s1").cloned();
    assert_eq!(kept.as_deref(), Some("fix it\n\ndraft"));
    assert_eq!(screen.state.panes[&key].unsent(), "fix it\n\ndraft");
}

#[test]
fn walking_through_history_keeps_the_draft() {
    let (mut screen, key) = open(80, 24);
    for text in ["one", "two"] {
        screen.text(text);
        screen.keys("enter");
    }
    screen.text("draft");
    screen.keys("alt-p");
    assert_eq!(screen.state.panes[&key].composer.text(), "two");
    screen.keys("alt-p alt-p");
    assert_eq!(screen.state.panes[&key].composer.text(), "one");
    screen.keys("alt-n alt-n");
    assert_eq!(screen.state.panes[&key].composer.text(), "draft");
}

#[test]
fn a_cleared_draft_comes_back_by_undo() {
    let (mut screen, key) = open(80, 24);
    screen.text("long thought");
    screen.keys("ctrl-k");
    assert_eq!(screen.state.panes[&key].composer.text(), "");
    screen.keys("alt-u");
    assert_eq!(screen.state.panes[&key].composer.text(), "long thought");
}

#[test]
fn the_editor_gets_the_draft_and_gives_the_prompt() {
    let (mut screen, key) = open(80, 24);
    screen.text("draft");
    screen.keys("ctrl-x ctrl-e");
    screen.wait(Duration::from_secs(1));
    let purpose = EditPurpose::Composer(key.clone());
    let text = "draft".to_owned();
    let edit = Effect::Edit {
        purpose: purpose.clone(),
        text,
    };
    assert!(screen.effects.contains(&edit), "{:?}", screen.effects);
    let text = Ok("from the editor\n".to_owned());
    screen.event(Event::Edited { purpose, text });
    assert_eq!(screen.state.panes[&key].composer.text(), "from the editor");
}

#[test]
fn pasted_control_characters_become_visible_signs() {
    let (mut screen, key) = open(80, 24);
    screen.event(Event::Paste("a\u{1b}]0;title\u{7}b\r\nc\td".to_owned()));
    let text = screen.state.panes[&key].composer.text();
    assert_eq!(text, "a␛]0;title␇b\nc\td");
}

#[test]
fn a_megabyte_can_be_pasted_and_typed_into() {
    let (mut screen, key) = open(80, 24);
    let began = Instant::now();
    screen.event(Event::Paste("0123456789abcde\n".repeat(65_536)));
    screen.text("end");
    screen.event(Event::Paste("x".repeat(1_000_000)));
    screen.text("!");
    assert!(screen.state.panes[&key].composer.text().ends_with("x!"));
    assert!(screen.screen().contains("xx!"));
    // Far from the limit unless something is quadratic.
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_composer_grows_with_its_text_and_shows_the_line_of_the_cursor() {
    let (mut screen, _) = open(80, 24);
    for line in 0..12 {
        screen.text(&format!("line {line}"));
        screen.keys("alt-enter");
    }
    let text = screen.screen();
    assert!(!text.contains("line 4"), "{text}");
    assert!(
        text.contains("line 5") && text.contains("line 11"),
        "{text}"
    );
}

#[test]
fn escape_leaves_the_composer_even_when_another_key_follows_at_once() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &busy_turn());
    screen.text("draft");
    screen.keys("esc k");
    assert_eq!(screen.state.panes[&key].focus, Focus::Transcript);
    assert_eq!(screen.state.panes[&key].composer.text(), "draft");
}

#[test]
fn escape_twice_aborts_a_turn_and_only_a_turn() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &busy_turn());
    screen.keys("esc esc");
    assert!(matches!(
        screen.calls()[..],
        [Call::Agent(_, AgentCall::Abort(_))]
    ));
    screen.agent(&key, &[goes_idle("s1")]);
    screen.effects.clear();
    screen.keys("i esc");
    assert_eq!(screen.calls(), Vec::<&Call>::new());
}

#[test]
fn a_queued_prompt_is_marked_while_the_agent_is_busy() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &busy_turn());
    screen.text("later");
    screen.keys("enter");
    screen.agent(&key, &prompt("msg_9", "later", 0));
    assert!(
        screen.screen().contains("queued: the agent reads it"),
        "{}",
        screen.screen()
    );
}
