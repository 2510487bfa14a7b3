//! Reading a transcript: following, scrolling, folding, searching.

use std::time::Instant;

use kortix_tui::{
    app::event::{Effect, Event},
    model::agent::{
        event::AgentEvent,
        event::Envelope,
        stream::{MessagePage, Snapshot, StreamEvent},
    },
};
use serde_json::{Value, json};

use super::story::{
    busy_turn, child, finished, message, open, part, prompt, root, says, status, tool,
};
use crate::screen::Screen;

/// Many messages of the agent, one text each.
fn long(count: usize) -> Vec<Value> {
    let mut events = vec![root(), status("ses_s1", "busy")];
    for number in 0..count {
        let id = format!("msg_{number:05}");
        let ago = i64::try_from(100_000 - number).unwrap();
        if number % 50 == 0 {
            events.extend(prompt(&id, &format!("prompt {number}"), ago));
        } else {
            events.push(message(&id, "assistant", ago));
            events.push(says(
                &id,
                &format!("prt_{number:05}"),
                &format!("text {number}"),
            ));
        }
    }
    events
}

/// Many messages of the agent, many short texts each.
fn many_parts(messages: usize, parts: usize) -> Vec<Value> {
    let mut events = vec![root(), status("ses_s1", "busy")];
    for number in 0..messages {
        let id = format!("msg_{number:05}");
        let ago = i64::try_from(100_000 - number).unwrap();
        events.push(message(&id, "assistant", ago));
        for part in 0..parts {
            let text = format!("text {number}.{part}");
            events.push(says(&id, &format!("prt_{number:05}_{part:03}"), &text));
        }
    }
    events
}

/// The rows of the transcript: what is between head and composer.
fn rows(screen: &mut Screen) -> Vec<String> {
    let text = screen.screen();
    let rows = text.lines().skip(2).take(15);
    rows.map(str::to_owned).collect()
}

#[test]
fn new_text_is_followed_at_the_end() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &long(100));
    assert!(screen.screen().contains("text 99"));
    screen.agent(
        &key,
        &[
            message("msg_90000", "assistant", 1),
            says("msg_90000", "prt_9", "newest"),
        ],
    );
    assert!(screen.screen().contains("newest"));
}

#[test]
fn what_is_being_read_does_not_move_while_text_streams_in() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &long(100));
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("ctrl-u ctrl-u");
    let before = rows(&mut screen);
    assert!(!before.join("\n").contains("text 99"));
    for number in 0..12 {
        let id = format!("msg_9{number:04}");
        let events = [
            message(&id, "assistant", 1),
            says(&id, &format!("{id}p"), "newer"),
        ];
        screen.agent(&key, &events);
    }
    let after = rows(&mut screen);
    assert_eq!(after[..14], before[..14]);
    assert!(screen.screen().contains("↓ 12 new"), "{}", screen.screen());
    screen.keys("G");
    assert!(screen.screen().contains("newer"));
    assert!(!screen.screen().contains("new ·"));
}

#[test]
fn what_is_being_read_does_not_move_when_older_messages_come() {
    let (mut screen, key) = open(80, 24);
    let page = MessagePage {
        messages: Vec::new(),
        older: Some("cursor-1".to_owned()),
    };
    let snapshot = Snapshot {
        messages: [("ses_s1".into(), page)].into(),
        ..Snapshot::default()
    };
    screen.event(Event::Stream(
        key.clone(),
        vec![StreamEvent::Snapshot(Box::new(snapshot))],
    ));
    screen.agent(&key, &long(100));
    screen.effects.clear();
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("g");
    let asked = screen.effects.iter().filter(
        |effect| matches!(effect, Effect::LoadOlder { before, .. } if before == "cursor-1"),
    );
    assert_eq!(asked.count(), 1);
    assert!(screen.screen().contains("loading older"));
    let before = rows(&mut screen);
    let history = StreamEvent::History {
        session: "ses_s1".into(),
        messages: old_messages(),
        older: None,
    };
    screen.event(Event::Stream(key, vec![history]));
    let after = rows(&mut screen);
    assert_eq!(after[1..], before[1..]);
    screen.keys("k k k");
    assert!(screen.screen().contains("ancient"), "{}", screen.screen());
}

fn old_messages() -> Vec<kortix_tui::model::agent::stream::Message> {
    let events = prompt("msg_000", "ancient", 900_000);
    let parse = |event: &Value| Envelope::parse(event.to_string().as_bytes()).unwrap().event;
    let (AgentEvent::Message(info), AgentEvent::Part(part)) =
        (parse(&events[0]), parse(&events[1]))
    else {
        return Vec::new();
    };
    vec![kortix_tui::model::agent::stream::Message {
        info: *info,
        parts: vec![*part],
    }]
}

#[test]
fn every_block_can_be_reached_up_and_down() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &long(60));
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    let mut seen = Vec::new();
    for _ in 0..80 {
        screen.keys("k");
        seen.push(screen.cursor_row());
    }
    for number in [1, 20, 41, 58] {
        let text = format!("text {number}");
        assert!(
            seen.iter().any(|row| row.ends_with(&text)),
            "{text}: {seen:?}"
        );
    }
    assert!(
        screen.cursor_row().contains("prompt 0"),
        "{}",
        screen.screen()
    );
    for _ in 0..80 {
        screen.keys("j");
    }
    assert!(
        screen.cursor_row().contains("text 59"),
        "{}",
        screen.screen()
    );
}

#[test]
fn a_block_that_is_taller_than_the_screen_is_scrolled_row_by_row() {
    let (mut screen, key) = open(80, 24);
    let lines: Vec<String> = (0..60).map(|n| format!("- item {n}")).collect();
    let mut events = vec![root(), message("msg_1", "assistant", 50)];
    events.push(says("msg_1", "prt_1", &lines.join("\n")));
    events.extend(prompt("msg_2", "next", 10));
    screen.agent(&key, &events);
    screen.keys("esc");
    let mut seen = screen.screen();
    for _ in 0..60 {
        screen.keys("k");
        seen.push_str(&screen.screen());
    }
    for number in 0..60 {
        assert!(
            seen.contains(&format!("• item {number}\n")),
            "item {number}"
        );
    }
}

#[test]
fn prompts_are_stepped_through() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &long(170));
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("[ [");
    assert!(
        screen.cursor_row().contains("prompt 100"),
        "{}",
        screen.screen()
    );
    screen.keys("]");
    assert!(
        screen.cursor_row().contains("prompt 150"),
        "{}",
        screen.screen()
    );
}

#[test]
fn a_search_goes_from_match_to_match_and_marks_them() {
    let (mut screen, key) = open(80, 24);
    screen.agent(&key, &long(100));
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("/");
    screen.text("TEXT 3");
    screen.keys("enter");
    assert!(
        screen.cursor_row().contains("text 39"),
        "{}",
        screen.screen()
    );
    assert!(
        screen.roles().contains("match[text 3]"),
        "{}",
        screen.roles()
    );
    screen.keys("N");
    assert!(screen.cursor_row().contains("text 38"));
    screen.keys("n n");
    assert!(screen.screen().contains("no later match"));
}

#[test]
fn a_tool_card_unfolds_to_its_input_and_output() {
    let (mut screen, key) = open(80, 24);
    let mut events = busy_turn();
    events.truncate(8);
    screen.agent(&key, &events);
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("o");
    insta::assert_snapshot!(screen.screen());
    screen.keys("o");
    assert!(!screen.screen().contains("$ cargo test"));
}

#[test]
fn reasoning_is_folded_until_it_is_asked_for() {
    let (mut screen, key) = open(80, 40);
    screen.agent(&key, &busy_turn());
    assert!(!screen.screen().contains("I look at it first."));
    screen.keys("esc t");
    assert!(screen.screen().contains("I look at it first."));
}

#[test]
fn a_block_is_copied_without_control_characters() {
    let (mut screen, key) = open(80, 24);
    screen.agent(
        &key,
        &[
            root(),
            message("msg_1", "assistant", 9),
            says("msg_1", "prt_1", "a\u{1b}]52;c;x\u{7}b"),
        ],
    );
    screen.effects.clear();
    screen.keys("esc y Y");
    let copies: Vec<&Effect> = screen
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Copy(_)))
        .collect();
    assert_eq!(
        copies,
        [
            &Effect::Copy("a␛]52;c;x␇b".to_owned()),
            &Effect::Copy("s1".to_owned()),
        ]
    );
}

#[test]
fn subagents_are_gone_through_and_left() {
    let (mut screen, key) = open(120, 30);
    let mut events = busy_turn();
    events.push(child("ses_c1", "Explore the code"));
    events.push(child("ses_c2", "Read the docs"));
    screen.agent(&key, &events);
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("c");
    assert!(
        screen
            .screen()
            .contains("subagent Explore the code (1 of 2)")
    );
    screen.keys("c");
    assert!(screen.screen().contains("subagent Read the docs (2 of 2)"));
    screen.keys("c");
    assert!(!screen.screen().contains("(2 of 2)"));
}

#[test]
fn enter_on_a_task_opens_its_subagent_and_escape_comes_back() {
    let (mut screen, key) = open(120, 30);
    let task = json!({"status": "running", "input": {"description": "Explore"},
        "metadata": {"sessionId": "ses_c1"}, "time": {"start": 0}});
    screen.agent(
        &key,
        &[
            root(),
            child("ses_c1", "Explore the code"),
            message("msg_1", "assistant", 9),
            tool("msg_1", "prt_1", "task", task),
        ],
    );
    screen.keys("esc enter");
    assert!(screen.screen().contains("subagent Explore the code"));
    screen.keys("esc");
    assert!(!screen.screen().contains("(1 of 1)"), "{}", screen.screen());
}

#[test]
fn hostile_text_harms_nothing_that_is_drawn() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}abc\u{0}\u{9b}31m\u{200b}";
    let (mut screen, key) = open(100, 40);
    let mut events = vec![root(), status("ses_s1", "busy")];
    events.extend(prompt("msg_1", evil, 90));
    events.push(message("msg_2", "assistant", 80));
    events.push(says("msg_2", "prt_1", evil));
    events.push(tool(
        "msg_2",
        "prt_2",
        evil,
        json!({"status": "error", "error": evil,
        "input": {"command": evil}, "title": evil, "time": {"start": 0, "end": 1}}),
    ));
    events.push(part(
        "msg_2",
        "prt_3",
        json!({"type": "patch", "files": [evil]}),
    ));
    events.push(part("msg_2", "prt_4", json!({"type": evil})));
    events.push(part(
        "msg_2",
        "prt_5",
        json!({"type": "file", "mime": evil, "filename": evil}),
    ));
    events.push(
        json!({"type": "session.error", "properties": {"sessionID": "ses_s1",
        "error": {"name": evil, "data": {"message": evil}}}}),
    );
    events.push(
        json!({"type": "todo.updated", "properties": {"sessionID": "ses_s1",
        "todos": [{"content": evil, "status": evil, "priority": evil}]}}),
    );
    screen.agent(&key, &events);
    screen.keys("esc");
    screen.wait(std::time::Duration::from_secs(1));
    screen.keys("O f");
    let cells = screen.cells();
    for cell in &cells.content {
        let bad = |letter: char| letter.is_control() || "\u{202e}\u{200b}\u{9b}".contains(letter);
        assert!(!cell.symbol().contains(bad), "{:?}", cell.symbol());
    }
}

#[test]
fn ten_thousand_blocks_cost_what_is_on_the_screen() {
    let (mut screen, key) = open(120, 40);
    screen.agent(&key, &many_parts(500, 20));
    screen.keys("esc");
    screen.draw();
    let began = Instant::now();
    for _ in 0..50 {
        screen.keys("k");
    }
    screen.keys("g G");
    // Even unoptimized and on a busy machine; a walk over all blocks would take many times that.
    let per_frame = began.elapsed() / 52;
    assert!(per_frame.as_millis() < 100, "{per_frame:?}");
}

#[test]
fn a_finished_turn_tells_what_it_took() {
    let (mut screen, key) = open(80, 24);
    let mut events = vec![root()];
    events.extend(prompt("msg_1", "hello", 90));
    events.push(message("msg_2", "assistant", 80));
    events.push(says("msg_2", "prt_1", "hi"));
    events.push(finished("msg_2", 80));
    screen.agent(&key, &events);
    let text = screen.screen();
    assert!(
        text.contains("anthropic/claude-sonnet · 19.2k read, 340 written · $0.03 · 20s"),
        "{text}"
    );
}
