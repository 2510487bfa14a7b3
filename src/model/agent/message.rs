//! Messages and their parts.

use serde_json::Value;

use crate::model::{
    agent::{AgentError, Tokens, millis, optional_text, text},
    id::{AgentSessionId, CallId, MessageId, PartId},
    time::Millis,
};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A person, or a program in their name.
    User,
    /// The agent; one prompt gets one such message for every step of the model.
    Assistant,
}

/// A message without its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageInfo {
    /// The message.
    pub id: MessageId,
    /// Its session.
    pub session_id: AgentSessionId,
    /// Who wrote it.
    pub role: Role,
    /// The user message that an assistant's message answers.
    pub parent_id: Option<MessageId>,
    /// When it was begun.
    pub created: Millis,
    /// When it was finished; absent while it is written, and for ever after a crash.
    pub completed: Option<Millis>,
    /// The agent that writes or is asked.
    pub agent: Option<String>,
    /// The model as `provider/model`.
    pub model: Option<String>,
    /// What it cost, in US dollars.
    pub cost: f64,
    /// The tokens it used.
    pub tokens: Tokens,
    /// Why the step ended: `stop`, `tool-calls`, `length`, …; absent while it runs.
    pub finish: Option<String>,
    /// How it failed.
    pub error: Option<AgentError>,
    /// Whether it is the summary of a compaction.
    pub is_summary: bool,
}

impl MessageInfo {
    /// Reads the `info` of a message; `None` without an id.
    pub fn from_json(value: &Value) -> Option<Self> {
        let id = optional_text(value, "id")?;
        let time = value.get("time").unwrap_or(&Value::Null);
        let role = if text(value, "role") == "user" {
            Role::User
        } else {
            Role::Assistant
        };
        let nested = value.get("model").unwrap_or(&Value::Null);
        let of_model = |key| optional_text(value, key).or_else(|| optional_text(nested, key));
        let model = match (of_model("providerID"), of_model("modelID")) {
            (Some(provider), Some(model)) => Some(format!("{provider}/{model}")),
            (None, model) => model,
            (provider, None) => provider,
        };
        let tokens = value
            .get("tokens")
            .cloned()
            .map(serde_json::from_value)
            .and_then(Result::ok);
        Some(Self {
            id: id.into(),
            session_id: text(value, "sessionID").into(),
            role,
            parent_id: optional_text(value, "parentID").map(Into::into),
            created: millis(time, "created").unwrap_or_default(),
            completed: millis(time, "completed"),
            agent: optional_text(value, "agent"),
            model,
            cost: value.get("cost").and_then(Value::as_f64).unwrap_or(0.0),
            tokens: tokens.unwrap_or_default(),
            finish: optional_text(value, "finish"),
            error: value
                .get("error")
                .filter(|error| !error.is_null())
                .cloned()
                .map(Into::into),
            is_summary: value
                .get("summary")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        })
    }
}

/// One part of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The part.
    pub id: PartId,
    /// Its session.
    pub session_id: AgentSessionId,
    /// Its message.
    pub message_id: MessageId,
    /// What it is.
    pub body: PartBody,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub enum PartBody {
    /// Prose of the person or of the agent.
    Text(Prose),
    /// The model thinking aloud.
    Reasoning(Prose),
    /// A tool call.
    Tool(Box<Tool>),
    /// A step of the model begins.
    StepStart,
    /// A step of the model ended.
    StepFinish {
        /// Why: `stop`, `tool-calls`, …
        reason: String,
    },
    /// Files that a step changed.
    Patch {
        /// Their paths, absolute inside the sandbox.
        files: Vec<String>,
    },
    /// An attached file; its content is not kept.
    File {
        /// Its media type.
        mime: String,
        /// Its name, where it has one.
        filename: Option<String>,
    },
    /// A task handed to a subagent by command.
    Subtask {
        /// The subagent.
        agent: String,
        /// What it is to do.
        description: String,
    },
    /// The conversation was compacted here.
    Compaction {
        /// Whether the agent did it by itself.
        auto: bool,
    },
    /// A part of a type that this version does not know.
    Unknown {
        /// The type's word.
        kind: String,
    },
}

/// Text that may still grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prose {
    /// The text so far.
    pub text: String,
    /// When it was begun.
    pub start: Option<Millis>,
    /// When it was finished; text without an end may still grow.
    pub end: Option<Millis>,
    /// Not typed by a person: file contents, reminders; not shown.
    pub synthetic: bool,
    /// Left out of what the model sees.
    pub ignored: bool,
}

/// A tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// The call.
    pub call_id: CallId,
    /// The tool: `bash`, `edit`, `read`, `task`, …; an unknown one becomes `invalid`.
    pub name: String,
    /// How far it is.
    pub state: ToolState,
    /// Its arguments; empty while pending.
    pub input: Value,
    /// What it prints or returns; while it runs, all that it printed so far (the newest 30,000 characters).
    pub output: String,
    /// Its one-line title, when it has one.
    pub title: Option<String>,
    /// Facts of the tool: `diff`, `exit`, `filediff`, `sessionId`, …; `output` is taken out when it would be doubled.
    pub metadata: Value,
    /// When it started.
    pub start: Option<Millis>,
    /// When it ended.
    pub end: Option<Millis>,
}

/// How far a tool call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolState {
    /// The model is writing its arguments.
    Pending,
    /// It runs, or waits for a permission.
    Running,
    /// It is done.
    Completed,
    /// It failed.
    Error {
        /// Why.
        message: String,
    },
    /// A state this version does not know.
    Unknown {
        /// The word.
        word: String,
    },
}

impl Part {
    /// Reads a part; `None` without an id.
    pub fn from_json(value: &Value) -> Option<Self> {
        let id = optional_text(value, "id")?;
        let kind = text(value, "type");
        let body = match kind.as_str() {
            "text" => PartBody::Text(Prose::from_json(value)),
            "reasoning" => PartBody::Reasoning(Prose::from_json(value)),
            "tool" => PartBody::Tool(Box::new(Tool::from_json(value))),
            "step-start" => PartBody::StepStart,
            "step-finish" => PartBody::StepFinish {
                reason: text(value, "reason"),
            },
            "patch" => PartBody::Patch {
                files: texts(value.get("files")),
            },
            "file" => PartBody::File {
                mime: text(value, "mime"),
                filename: optional_text(value, "filename"),
            },
            "subtask" => PartBody::Subtask {
                agent: text(value, "agent"),
                description: text(value, "description"),
            },
            "compaction" => PartBody::Compaction {
                auto: value.get("auto").and_then(Value::as_bool).unwrap_or(false),
            },
            _ => PartBody::Unknown { kind },
        };
        Some(Self {
            id: id.into(),
            session_id: text(value, "sessionID").into(),
            message_id: text(value, "messageID").into(),
            body,
        })
    }
}

impl Prose {
    fn from_json(value: &Value) -> Self {
        let time = value.get("time").unwrap_or(&Value::Null);
        let flag = |key| value.get(key).and_then(Value::as_bool).unwrap_or(false);
        Self {
            text: text(value, "text"),
            start: millis(time, "start"),
            end: millis(time, "end"),
            synthetic: flag("synthetic"),
            ignored: flag("ignored"),
        }
    }
}

impl Tool {
    /// What a call is about: its command, else its title, else the argument that says most; may be
    /// empty and may have many lines. A path inside `folder`, the session's, is told from there on.
    pub fn about<'a>(&'a self, folder: &str) -> &'a str {
        const FIELDS: [&str; 8] = [
            "command",
            "filePath",
            "pattern",
            "url",
            "query",
            "description",
            "path",
            "name",
        ];
        let argument = || {
            let mut fields = FIELDS.iter();
            fields.find_map(|field| self.input.get(field)?.as_str())
        };
        let title = self.title.as_deref().filter(|title| !title.is_empty());
        let text = match self.name.as_str() {
            "bash" => argument().or(title),
            _ => title.or_else(argument),
        };
        let text = text.unwrap_or_default();
        inside(folder, text).unwrap_or(text)
    }

    fn from_json(value: &Value) -> Self {
        let state = value.get("state").unwrap_or(&Value::Null);
        let time = state.get("time").unwrap_or(&Value::Null);
        let mut metadata = state.get("metadata").cloned().unwrap_or(Value::Null);
        let printed = metadata
            .as_object_mut()
            .and_then(|map| map.remove("output"));
        let output = optional_text(state, "output")
            .or_else(|| printed.as_ref().and_then(Value::as_str).map(str::to_owned))
            .unwrap_or_default();
        Self {
            call_id: text(value, "callID").into(),
            name: text(value, "tool"),
            state: match text(state, "status").as_str() {
                "pending" => ToolState::Pending,
                "running" => ToolState::Running,
                "completed" => ToolState::Completed,
                "error" => ToolState::Error {
                    message: text(state, "error"),
                },
                word => ToolState::Unknown {
                    word: word.to_owned(),
                },
            },
            input: state.get("input").cloned().unwrap_or(Value::Null),
            output,
            title: optional_text(state, "title"),
            metadata,
            start: millis(time, "start"),
            end: millis(time, "end"),
        }
    }
}

/// A path as seen from a folder that holds it; `None` when the folder does not.
pub fn inside<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
    Some(rest).filter(|_| !folder.is_empty())
}

/// The texts of an array, others left out.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
