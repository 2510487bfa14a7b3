//! Permissions and questions: what a card shows, and which keys answer it.

use std::time::Duration;

use kortix_tui::{
    api,
    app::{
        call::{AgentCall, Call, Reply},
        event::{Effect, Event},
        session::asking::{QUIET, SETTLE},
    },
    model::agent::ask::{PermissionReply, QuestionReply},
};
use serde_json::json;

use super::story::{busy_turn, child, open, permission, questions, status};
use crate::screen::Screen;

/// A screen on which a card has just taken the focus and takes answers.
fn asked(events: &[serde_json::Value]) -> (Screen, kortix_tui::model::id::SessionKey) {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &busy_turn());
    screen.agent(&key, events);
    screen.wait(QUIET);
    screen.wait(SETTLE);
    screen.effects.clear();
    (screen, key)
}

fn permission_replies(screen: &Screen) -> Vec<PermissionReply> {
    let calls = screen.calls().into_iter();
    let replies = calls.filter_map(|call| match call {
        Call::Agent(_, AgentCall::Permission(_, reply)) => Some(reply.clone()),
        _ => None,
    });
    replies.collect()
}

fn question_replies(screen: &Screen) -> Vec<QuestionReply> {
    let calls = screen.calls().into_iter();
    let replies = calls.filter_map(|call| match call {
        Call::Agent(_, AgentCall::Question(_, reply)) => Some(reply.clone()),
        _ => None,
    });
    replies.collect()
}

#[test]
fn a_key_typed_right_after_a_card_appeared_goes_to_the_composer() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &busy_turn());
    screen.agent(&key, &[permission("per_1", "rm -rf target")]);
    screen.wait(Duration::from_millis(600));
    screen.text("yes do it");
    assert_eq!(permission_replies(&screen), []);
    assert_eq!(screen.state.panes[&key].composer.text(), "yes do it");
}

#[test]
fn a_card_never_takes_the_focus_from_a_draft() {
    let (mut screen, key) = open(80, 24);
    screen.text("wait, ");
    screen.agent(&key, &busy_turn());
    screen.agent(&key, &[permission("per_1", "rm -rf target")]);
    screen.wait(Duration::from_secs(60));
    screen.text("yes");
    assert_eq!(permission_replies(&screen), []);
    assert_eq!(screen.state.panes[&key].composer.text(), "wait, yes");
    screen.keys("esc a y");
    assert_eq!(permission_replies(&screen), [PermissionReply::Once]);
}

#[test]
fn a_key_in_the_moment_in_which_a_card_takes_the_focus_does_not_answer_it() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &busy_turn());
    screen.agent(&key, &[permission("per_1", "rm -rf target")]);
    screen.wait(QUIET);
    screen.keys("y");
    assert_eq!(permission_replies(&screen), []);
    screen.wait(SETTLE);
    screen.keys("y");
    assert_eq!(permission_replies(&screen), [PermissionReply::Once]);
}

#[test]
fn the_next_card_is_not_answered_by_the_key_for_the_one_before() {
    let (mut screen, _) = asked(&[permission("per_1", "ls"), permission("per_2", "rm -rf /")]);
    screen.keys("y y");
    assert_eq!(permission_replies(&screen), [PermissionReply::Once]);
    assert!(screen.screen().contains("rm -rf /"));
    screen.wait(QUIET);
    screen.keys("n");
    let no = PermissionReply::Reject { reason: None };
    assert_eq!(permission_replies(&screen), [PermissionReply::Once, no]);
}

#[test]
fn a_permission_can_be_given_always() {
    let (mut screen, _) = asked(&[permission("per_1", "cargo test")]);
    screen.keys("A");
    assert_eq!(permission_replies(&screen), [PermissionReply::Always]);
    assert!(screen.screen().contains("answer sent"));
}

#[test]
fn a_refusal_can_carry_a_reason() {
    let (mut screen, _) = asked(&[permission("per_1", "cargo publish")]);
    screen.keys("r");
    screen.text("not yet, run y first");
    screen.keys("enter");
    let reason = Some("not yet, run y first".to_owned());
    assert_eq!(
        permission_replies(&screen),
        [PermissionReply::Reject { reason }]
    );
}

#[test]
fn a_reason_that_is_left_answers_nothing() {
    let (mut screen, _) = asked(&[permission("per_1", "cargo publish")]);
    screen.keys("r");
    screen.text("hm");
    screen.keys("esc");
    screen.wait(Duration::from_secs(2));
    assert_eq!(permission_replies(&screen), []);
    assert!(screen.screen().contains("cargo publish"));
}

#[test]
fn a_request_whose_answer_was_refused_comes_back() {
    let (mut screen, _) = asked(&[permission("per_1", "cargo test")]);
    screen.keys("y");
    let op = screen
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Call { op, .. } => Some(*op),
            _ => None,
        })
        .unwrap();
    let refused = Err(api::Error::Unreachable {
        host: "h".to_owned(),
        reason: "connection refused".to_owned(),
    });
    screen.event(Event::Reply(op, refused));
    assert!(!screen.screen().contains("answer sent"));
    screen.wait(QUIET * 2);
    screen.keys("y");
    assert_eq!(permission_replies(&screen).len(), 2);
}

#[test]
fn a_request_that_was_answered_elsewhere_leaves_and_gives_the_focus_back() {
    let (mut screen, key) = asked(&[permission("per_1", "cargo test")]);
    let replied = json!({"type": "permission.replied", "properties": {
        "sessionID": "ses_s1", "requestID": "per_1", "reply": "once"}});
    screen.agent(&key, &[replied]);
    screen.text("yes");
    assert_eq!(permission_replies(&screen), []);
    assert_eq!(screen.state.panes[&key].composer.text(), "yes");
}

#[test]
fn a_request_that_was_set_aside_stays_and_does_not_come_back_by_itself() {
    let (mut screen, key) = asked(&[permission("per_1", "cargo test")]);
    screen.keys("esc");
    screen.wait(Duration::from_secs(5));
    screen.text("yes");
    assert_eq!(permission_replies(&screen), []);
    assert_eq!(screen.state.panes[&key].composer.text(), "yes");
    assert!(screen.screen().contains("permission: bash"));
}

#[test]
fn pasted_text_is_never_an_answer() {
    let (mut screen, key) = asked(&[permission("per_1", "cargo test")]);
    screen.event(Event::Paste("y\n".to_owned()));
    assert_eq!(permission_replies(&screen), []);
    assert_eq!(screen.state.panes[&key].composer.text(), "y\n");
}

#[test]
fn an_edit_shows_its_file_its_diff_and_that_always_means_every_edit() {
    let diff = "--- a\n+++ a\n@@ -1 +1 @@\n-old line\n+new line\n";
    let edit = json!({"type": "permission.asked", "properties": {
        "id": "per_1", "sessionID": "ses_s1", "permission": "edit",
        "patterns": ["src/login.rs"], "always": ["*"],
        "metadata": {"filepath": "/workspace/src/login.rs", "diff": diff}}});
    let (mut screen, _) = asked(&[edit]);
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_card_says_which_subagent_asks_and_how_many_wait() {
    let mut asks = permission("per_2", "curl https://example.org");
    asks["properties"]["sessionID"] = json!("ses_child");
    let (mut screen, _) = asked(&[
        child("ses_child", "Explore the code"),
        status("ses_child", "busy"),
        permission("per_1", "ls"),
        asks,
    ]);
    screen.keys("tab");
    let text = screen.screen();
    assert!(text.contains("subagent Explore the code"), "{text}");
    assert!(text.contains("2 of 2"), "{text}");
}

#[test]
fn a_long_command_can_be_scrolled_to_its_end_before_it_is_answered() {
    let command: Vec<String> = (1..=40).map(|n| format!("echo line {n}")).collect();
    let (mut screen, _) = asked(&[permission("per_1", &command.join("\n"))]);
    assert!(!screen.screen().contains("echo line 40"));
    assert!(screen.screen().contains("rows below"));
    screen.keys("G");
    assert!(screen.screen().contains("until its agent ends"));
    screen.keys("k k k");
    assert!(screen.screen().contains("echo line 38"));
}

#[test]
fn hidden_characters_of_a_command_are_visible() {
    let (mut screen, _) = asked(&[permission("per_1", "echo \u{202e}ok\u{1b}[2J; rm -rf /")]);
    let text = screen.screen();
    assert!(text.contains("⟨U+202E⟩"), "{text}");
    assert!(text.contains("rm -rf /"), "{text}");
}

#[test]
fn questions_are_answered_together() {
    let (mut screen, _) = asked(&[questions()]);
    screen.keys("j enter");
    assert_eq!(question_replies(&screen), []);
    screen.keys("space j space enter");
    let answers = vec![
        vec!["Postgres".to_owned()],
        vec!["Lint".to_owned(), "Types".to_owned()],
    ];
    assert_eq!(question_replies(&screen), [QuestionReply::Answers(answers)]);
}

#[test]
fn a_question_can_be_answered_in_own_words() {
    let (mut screen, _) = asked(&[questions()]);
    screen.keys("i");
    screen.text("DuckDB, x");
    screen.keys("enter enter space enter");
    let answers = vec![vec!["DuckDB, x".to_owned()], vec!["Lint".to_owned()]];
    assert_eq!(question_replies(&screen), [QuestionReply::Answers(answers)]);
}

#[test]
fn a_question_without_an_answer_is_not_sent() {
    let (mut screen, _) = asked(&[questions()]);
    screen.keys("enter enter");
    assert_eq!(question_replies(&screen), []);
    assert!(screen.screen().contains("choose an answer first"));
}

#[test]
fn questions_can_be_rejected() {
    let (mut screen, _) = asked(&[questions()]);
    screen.keys("X");
    assert_eq!(question_replies(&screen), [QuestionReply::Reject]);
}

#[test]
fn a_card_with_questions_shows_options_and_progress() {
    let (mut screen, _) = asked(&[questions()]);
    screen.keys("space tab");
    insta::assert_snapshot!(screen.screen());
    insta::assert_snapshot!(screen.roles());
}

#[test]
fn a_call_that_already_was_answered_says_so() {
    let (mut screen, _) = asked(&[permission("per_1", "cargo test")]);
    screen.keys("y");
    let op = screen.effects.iter().find_map(|effect| match effect {
        Effect::Call { op, .. } => Some(*op),
        _ => None,
    });
    screen.event(Event::Reply(op.unwrap(), Ok(Reply::AlreadyAnswered)));
    assert!(screen.screen().contains("answered elsewhere"));
}
