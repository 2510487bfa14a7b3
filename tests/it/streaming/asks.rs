//! What an agent asks, answered by the program's own calls, and a turn that is stopped.

use kortix_tui::{
    model::{
        agent::{
            ask::{PermissionReply, QuestionReply},
            message::ToolState,
        },
        id::MessageId,
    },
    transcript::{AskBody, BlockBody, State},
};

use super::follow;
use crate::{follower::Follower, stage::Stage};

/// Prompts for a permission and answers it.
async fn answered(follower: &mut Follower, stage: &Stage, reply: PermissionReply) -> MessageId {
    let prompt = follower.prompt("/ask").await;
    follower
        .until("a permission", |one| one.permission().is_some())
        .await;
    assert_eq!(follower.state(), State::AwaitingPermission);
    let asked = follower.permission().unwrap();
    assert_eq!(asked.metadata["command"], "git log -n 3 --oneline");
    let tools = follower.tools();
    let call = tools.iter().find(|tool| {
        let about = asked.tool.as_ref();
        about.is_some_and(|about| about.call_id == tool.call_id)
    });
    assert_eq!(call.unwrap().state, ToolState::Running);
    let project = stage.project();
    let session = stage
        .client()
        .session(&project, &follower.key.session)
        .await;
    let agent = stage.agent(&session.unwrap());
    agent.reply_permission(&asked.id, &reply).await.unwrap();
    follower.settled(&prompt).await;
    assert_eq!(follower.permission(), None);
    follower.equals_the_agents_state().await;
    prompt
}

#[tokio::test]
async fn a_permission_is_given_once_or_always() {
    let stage = Stage::practice(60.0).await;
    let mut follower = follow(&stage, &stage.session().await);
    answered(&mut follower, &stage, PermissionReply::Once).await;
    assert!(follower.says("Thank you. That was all."));
    answered(&mut follower, &stage, PermissionReply::Always).await;
    let prompt = follower.prompt("/ask").await;
    follower
        .until("the end or an ask", |one| {
            one.is_settled(&prompt) || one.permission().is_some()
        })
        .await;
    assert_eq!(follower.permission(), None, "it was allowed for always");
    let calls = follower.tools();
    let is_done = |state: &ToolState| *state == ToolState::Completed;
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| is_done(&call.state)));
    stage.end().await;
}

#[tokio::test]
async fn a_refusal_with_a_reason_is_read_and_one_without_ends_the_turn() {
    let stage = Stage::practice(60.0).await;
    let mut follower = follow(&stage, &stage.session().await);
    let reason = Some("Not on a Friday".to_owned());
    answered(&mut follower, &stage, PermissionReply::Reject { reason }).await;
    assert!(follower.says("Not on a Friday"));
    let before = follower.told().len();
    let bare = PermissionReply::Reject { reason: None };
    answered(&mut follower, &stage, bare).await;
    assert_eq!(follower.state(), State::Idle);
    let after = follower.told();
    let texts = after[before..].iter().filter(|told| told.0 == "text");
    assert_eq!(texts.count(), 0, "it says nothing more: {after:#?}");
    let last = follower.tools().pop().unwrap();
    assert!(matches!(last.state, ToolState::Error { .. }), "{last:?}");
    stage.end().await;
}

#[tokio::test]
async fn questions_are_answered_with_one_several_and_free_text() {
    let stage = Stage::practice(60.0).await;
    let session = stage.session().await;
    let mut follower = follow(&stage, &session);
    let prompt = follower.prompt("/question").await;
    follower
        .until("a question", |one| one.question().is_some())
        .await;
    assert_eq!(follower.state(), State::AwaitingAnswer);
    let asked = follower.question().unwrap();
    let is_multiple: Vec<bool> = asked.questions.iter().map(|item| item.multiple).collect();
    assert_eq!(is_multiple, [false, true, false]);
    let answers = [
        vec!["Tea".to_owned()],
        vec!["A phone".to_owned(), "A server".to_owned()],
        vec!["Grüße".to_owned()],
    ];
    let reply = QuestionReply::Answers(answers.into());
    let agent = stage.agent(&session);
    agent.reply_question(&asked.id, &reply).await.unwrap();
    follower.settled(&prompt).await;
    assert!(follower.says("- Tea\n- A phone, A server\n- Grüße"));
    follower.equals_the_agents_state().await;
    stage.end().await;
}

#[tokio::test]
async fn what_a_subagent_asks_rises_to_its_root() {
    let stage = Stage::practice(60.0).await;
    let mut follower = follow(&stage, &stage.session().await);
    let prompt = follower.prompt("/task").await;
    follower
        .until("a permission", |one| one.permission().is_some())
        .await;
    assert_eq!(follower.state(), State::AwaitingPermission);
    let ask = follower.transcript.asks().next().unwrap();
    assert!(matches!(ask.body, AskBody::Permission(_)));
    assert_ne!(*ask.session, follower.root);
    assert_eq!(*ask.root, follower.root);
    follower.agree().await;
    follower.settled(&prompt).await;
    assert_eq!(follower.transcript.children(&follower.root).len(), 1);
    follower.equals_the_agents_state().await;
    stage.end().await;
}

#[tokio::test]
async fn a_stopped_turn_is_no_failure_and_the_next_prompt_works() {
    let stage = Stage::practice(20.0).await;
    let session = stage.session().await;
    let mut follower = follow(&stage, &session);
    let prompt = follower.prompt("/long 400").await;
    follower
        .until("some text", |one| one.says("control plane"))
        .await;
    let agent = stage.agent(&session);
    agent.abort(&follower.root).await.unwrap();
    follower.settled(&prompt).await;
    assert_eq!(follower.state(), State::Idle);
    follower.equals_the_agents_state().await;
    let mut blocks = follower.conversation().blocks().iter();
    assert!(blocks.any(|block| matches!(&block.body, BlockBody::Error(why) if why.is_abort())));
    follower.agreeably("/help").await;
    assert!(follower.says("/flood"));
    stage.end().await;
}

#[tokio::test]
async fn a_provider_that_fails_is_a_failure_until_the_next_prompt() {
    let stage = Stage::practice(60.0).await;
    let mut follower = follow(&stage, &stage.session().await);
    for prompt in ["/fail", "/error"] {
        follower.agreeably(prompt).await;
        follower.equals_the_agents_state().await;
        let state = follower.state();
        assert!(matches!(state, State::Failed { .. }), "{prompt}: {state:?}");
    }
    follower.agreeably("/retry").await;
    assert_eq!(follower.state(), State::Idle);
    assert!(follower.says("It worked at the third attempt."));
    assert!(!follower.says("This attempt is abandoned"));
    follower.equals_the_agents_state().await;
    stage.end().await;
}
