//! A session followed into a transcript, as the program does it, and what the agent itself says.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::{collections::BTreeSet, time::Duration};

use kortix_tui::{
    api::{
        Agent, Client,
        feed::{FeedHandle, FeedOptions, FeedOutput, Pace, follow},
        prompt_ids,
    },
    model::{
        agent::{
            AgentStatus,
            ask::{Permission, PermissionReply, Question, QuestionReply},
            message::{PartBody, Prose, Role, Tool},
            stream::{LinkState, Message, Snapshot, StreamEvent},
        },
        id::{AgentSessionId, MessageId, SessionKey},
        session::Session,
        time::Millis,
    },
    transcript::{AskBody, Block, BlockBody, Conversation, State, Transcript},
};
use tokio::{sync::mpsc, time::timeout};

/// How long a test waits for the next thing to come; real agents on a busy machine are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A follower of one session.
pub struct Follower {
    _handle: FeedHandle,
    outputs: mpsc::Receiver<FeedOutput>,
    agent: Agent,
    /// The session.
    pub key: SessionKey,
    /// The agent's root session.
    pub root: AgentSessionId,
    /// What it made of everything.
    pub transcript: Transcript,
    /// The links, in order.
    pub links: Vec<LinkState>,
    /// How many snapshots told of a gap.
    pub gaps: usize,
    /// The ids of all events, in order.
    pub events: Vec<String>,
}

/// One piece of a conversation without its ids and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told(pub &'static str, pub String);

impl Follower {
    /// Follows a session by `client`, and asks its agent directly.
    pub fn start(
        client: &Client,
        agent: Agent,
        key: SessionKey,
        session: &Session,
        pace: Pace,
    ) -> Self {
        let root = session.opencode_session_id.clone().unwrap();
        let options = FeedOptions {
            address: session.sandbox_address(),
            watch: BTreeSet::from([root.clone()]),
            pace,
            ..FeedOptions::default()
        };
        let (sender, outputs) = mpsc::channel(64);
        Self {
            _handle: follow(client, key.clone(), options, sender),
            outputs,
            agent,
            key,
            root,
            transcript: Transcript::default(),
            links: Vec::new(),
            gaps: 0,
            events: Vec::new(),
        }
    }

    /// Asks and prompts another agent from now on, after a restart.
    pub fn ask_instead(&mut self, agent: Agent) {
        self.agent = agent;
    }

    /// Folds what comes until a condition holds.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            match timeout(PATIENCE, self.outputs.recv()).await {
                Ok(Some(output)) => self.take(output),
                Ok(None) => panic!("the feed ended before: {what}; {:?}", self.links.last()),
                Err(_) => panic!(
                    "nothing came before: {what}; {:?}; {:#?}",
                    self.links.last(),
                    self.told(),
                ),
            }
        }
    }

    fn take(&mut self, output: FeedOutput) {
        match output {
            FeedOutput::Link(_, state) => self.links.push(state),
            FeedOutput::Batch(_, events) => {
                for event in &events {
                    self.note(event);
                    self.transcript.apply(event, Millis(0));
                }
            }
        }
    }

    fn note(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::Event(envelope) => {
                let id = envelope.id.as_ref().map(|id| id.0.clone());
                self.events.extend(id);
            }
            StreamEvent::Snapshot(snapshot) => self.gaps += usize::from(snapshot.gap.is_some()),
            StreamEvent::History { .. } => {}
            StreamEvent::Malformed { count } => panic!("{count} events could not be read"),
        }
    }

    /// Whether events come as they happen.
    pub fn is_live(&self) -> bool {
        self.links.last() == Some(&LinkState::Live)
    }

    /// The root's state.
    pub fn state(&self) -> State {
        self.transcript.state(&self.root)
    }

    /// The root's conversation.
    pub fn conversation(&self) -> &Conversation {
        self.transcript.conversation(&self.root).unwrap()
    }

    /// Sends a prompt as the program does, and gives the id of its message.
    pub async fn prompt(&mut self, text: &str) -> MessageId {
        self.until("live", Self::is_live).await;
        let root = self.root.clone();
        let known: Vec<(MessageId, Millis)> = self
            .transcript
            .conversation(&root)
            .into_iter()
            .flat_map(|all| all.messages())
            .map(|info| (info.id.clone(), info.created))
            .collect();
        let created = self.transcript.session(&root).unwrap().time.created;
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let ids = prompt_ids(&known, created, Millis(now.try_into().unwrap())).unwrap();
        let sent = self.agent.prompt_async(&root, text, None, Some(&ids)).await;
        sent.unwrap();
        ids.message
    }

    /// Waits until the turn of a prompt is over.
    pub async fn settled(&mut self, prompt: &MessageId) {
        let what = format!("the end of the turn of {prompt}");
        self.until(&what, |one| one.is_settled(prompt)).await;
    }

    /// Whether the turn of a prompt is over.
    pub fn is_settled(&self, prompt: &MessageId) -> bool {
        let Some(conversation) = self.transcript.conversation(&self.root) else {
            return false;
        };
        let mut answers = conversation
            .messages()
            .filter(|info| info.parent_id.as_ref() == Some(prompt));
        let is_answered = answers
            .next_back()
            .is_some_and(|info| info.completed.is_some());
        is_answered && *self.transcript.status(&self.root) == AgentStatus::Idle
    }

    /// Sends a prompt, agrees to everything that is asked, and waits for the end of the turn.
    pub async fn agreeably(&mut self, text: &str) {
        let prompt = self.prompt(text).await;
        while !self.is_settled(&prompt) {
            self.until("an ask or the end", |one| {
                one.is_settled(&prompt) || one.transcript.asks().next().is_some()
            })
            .await;
            self.agree().await;
        }
    }

    /// Agrees to the first thing that is asked.
    pub async fn agree(&mut self) {
        if let Some(permission) = self.permission() {
            let once = PermissionReply::Once;
            // Somebody else who follows may have been faster, or the ask is left over.
            let _ = self.agent.reply_permission(&permission.id, &once).await;
            self.until("the permission is gone", |one| {
                one.permission().as_ref() != Some(&permission)
            })
            .await;
        } else if let Some(question) = self.question() {
            let first = |offered: Option<String>| vec![offered.unwrap_or("Nothing".to_owned())];
            let items = question.questions.iter();
            let labels = items.map(|item| first(item.options.first().map(|one| one.label.clone())));
            let answers = QuestionReply::Answers(labels.collect());
            let _ = self.agent.reply_question(&question.id, &answers).await;
            self.until("the question is gone", |one| {
                one.question().as_ref() != Some(&question)
            })
            .await;
        }
    }

    /// The first permission that is asked.
    pub fn permission(&self) -> Option<Permission> {
        self.transcript.asks().find_map(|ask| match ask.body {
            AskBody::Permission(permission) => Some(permission.clone()),
            AskBody::Question(_) => None,
        })
    }

    /// The first question that is asked.
    pub fn question(&self) -> Option<Question> {
        self.transcript.asks().find_map(|ask| match ask.body {
            AskBody::Question(question) => Some(question.clone()),
            AskBody::Permission(_) => None,
        })
    }

    /// What the agent's own state says, folded by itself and plain.
    async fn truth(&self) -> (Transcript, Vec<Told>) {
        let page = self.agent.messages(&self.root, 200, None).await.unwrap();
        assert_eq!(page.older, None, "the test is too long for one page");
        let plain = page.messages.iter().flat_map(told_by).collect();
        let root = self.root.clone();
        let todos = self.agent.todos(&root).await.unwrap();
        let snapshot = Snapshot {
            sessions: Some(self.agent.sessions(50).await.unwrap()),
            statuses: Some(self.agent.statuses().await.unwrap()),
            permissions: Some(self.agent.permissions().await.unwrap()),
            questions: Some(self.agent.questions().await.unwrap()),
            messages: [(root.clone(), page)].into(),
            todos: [(root, todos)].into(),
            gap: None,
        };
        let mut transcript = Transcript::default();
        transcript.apply(&StreamEvent::Snapshot(Box::new(snapshot)), Millis(0));
        (transcript, plain)
    }

    /// Waits until what was followed is what the agent's own state says, to the last letter.
    pub async fn equals_the_agents_state(&mut self) {
        let (truth, plain) = self.truth().await;
        let root = self.root.clone();
        let whole = blocks(truth.conversation(&root).unwrap());
        self.until("the agent's own state", |one| {
            let here = one.transcript.conversation(&root);
            here.is_some_and(|here| blocks(here) == whole)
        })
        .await;
        assert_eq!(self.told(), plain);
        assert_eq!(self.transcript.todos(&root), truth.todos(&root));
        assert_eq!(self.transcript.asks().count(), truth.asks().count());
        let titles = |one: &Transcript| -> Vec<String> {
            one.sessions()
                .map(|session| session.title.clone())
                .collect()
        };
        assert_eq!(titles(&self.transcript), titles(&truth));
        let unique: BTreeSet<&String> = self.events.iter().collect();
        assert_eq!(unique.len(), self.events.len(), "no event came twice");
    }

    /// The conversation as it is shown, plain.
    pub fn told(&self) -> Vec<Told> {
        let conversation = self.transcript.conversation(&self.root);
        let blocks = conversation.into_iter().flat_map(Conversation::blocks);
        blocks.filter_map(told).collect()
    }

    /// Whether a text of the agent has these words in it.
    pub fn says(&self, words: &str) -> bool {
        let mut told = self.told().into_iter();
        told.any(|Told(kind, text)| kind == "text" && text.contains(words))
    }

    /// The tool calls: name, state, output.
    pub fn tools(&self) -> Vec<Tool> {
        let blocks = self.conversation().blocks().iter();
        blocks
            .filter_map(|block| block.body.tool().cloned())
            .collect()
    }

    /// Whether a place is shown where the connection was lost.
    pub fn shows_a_gap(&self) -> bool {
        let mut blocks = self.conversation().blocks().iter();
        blocks.any(|block| matches!(block.body, BlockBody::Gap { .. }))
    }
}

/// The blocks without their revisions, and without the places where the connection was lost.
pub fn blocks(conversation: &Conversation) -> Vec<Block> {
    let all = conversation.blocks().iter();
    all.filter(|block| !matches!(block.body, BlockBody::Gap { .. }))
        .map(|block| Block {
            revision: 0,
            ..block.clone()
        })
        .collect()
}

fn told(block: &Block) -> Option<Told> {
    let piece = match &block.body {
        BlockBody::Prompt(prompt) => Told("prompt", prompt.text.clone()),
        BlockBody::Text(passage) => Told("text", passage.text.clone()),
        BlockBody::Reasoning { passage, .. } => Told("reasoning", passage.text.clone()),
        BlockBody::Tool { tool, .. } => Told("tool", tool_line(tool)),
        BlockBody::Patch { .. }
        | BlockBody::Attachment { .. }
        | BlockBody::Subtask { .. }
        | BlockBody::Compaction { .. }
        | BlockBody::Error(_)
        | BlockBody::Retry { .. }
        | BlockBody::Gap { .. }
        | BlockBody::StepEnd(_)
        | BlockBody::Reverted
        | BlockBody::Unknown { .. } => return None,
    };
    Some(piece)
}

/// The same of a message as the agent stores it, by other means.
fn told_by(message: &Message) -> Vec<Told> {
    let is_prompt = message.info.role == Role::User;
    let prose = |kind, prose: &Prose| {
        let is_shown = !prose.synthetic && !prose.text.is_empty();
        is_shown.then(|| Told(kind, prose.text.clone()))
    };
    let parts = message.parts.iter();
    parts
        .filter_map(|part| match &part.body {
            PartBody::Text(text) if is_prompt => prose("prompt", text),
            PartBody::Text(text) => prose("text", text),
            PartBody::Reasoning(text) => prose("reasoning", text),
            PartBody::Tool(tool) => Some(Told("tool", tool_line(tool))),
            PartBody::StepStart
            | PartBody::StepFinish { .. }
            | PartBody::Patch { .. }
            | PartBody::File { .. }
            | PartBody::Subtask { .. }
            | PartBody::Compaction { .. }
            | PartBody::Unknown { .. } => None,
        })
        .collect()
}

fn tool_line(tool: &Tool) -> String {
    format!("{} {:?} {}", tool.name, tool.state, tool.output)
}
