//! What an agent asks a person: permissions and questions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::id::{AgentSessionId, CallId, MessageId, PermissionId, QuestionId};

/// A request to be allowed something (`GET /permission`, `permission.asked`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Permission {
    /// The request.
    pub id: PermissionId,
    /// The session that asks; may be a subagent's.
    #[serde(rename = "sessionID")]
    pub session_id: AgentSessionId,
    /// What kind: `bash`, `edit`, `external_directory`, `webfetch`, …
    pub permission: String,
    /// What exactly: the commands, paths or addresses.
    pub patterns: Vec<String>,
    /// What "always" would allow from then on, for all sessions of this agent process.
    pub always: Vec<String>,
    /// Facts: `command`, `filepath`, `diff`, `parentDir`, …; servers differ.
    pub metadata: Value,
    /// The tool call it is about.
    pub tool: Option<ToolCall>,
}

/// Which tool call an ask is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolCall {
    /// Its message.
    #[serde(rename = "messageID")]
    pub message_id: MessageId,
    /// The call.
    #[serde(rename = "callID")]
    pub call_id: CallId,
}

/// Questions to be answered together (`GET /question`, `question.asked`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    /// The request.
    pub id: QuestionId,
    /// The session that asks; may be a subagent's.
    #[serde(rename = "sessionID")]
    pub session_id: AgentSessionId,
    /// The questions, each answered with a list of labels.
    pub questions: Vec<QuestionItem>,
    /// The tool call it is about.
    pub tool: Option<ToolCall>,
}

/// One question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionItem {
    /// The question in full.
    pub question: String,
    /// A few words for it.
    pub header: String,
    /// The answers offered.
    pub options: Vec<QuestionOption>,
    /// Whether several may be chosen.
    pub multiple: bool,
    /// Whether free text is welcome; absent means yes.
    pub custom: Option<bool>,
}

/// One answer offered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionOption {
    /// The answer; this is what is sent.
    pub label: String,
    /// What it means.
    pub description: String,
}

/// An answer to a permission request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionReply {
    /// Allow it this time.
    Once,
    /// Allow it and whatever `always` says, until the agent process ends.
    Always,
    /// Refuse it. Without a reason the turn ends and all asks of the session with it; with a
    /// reason the model reads it and goes on.
    Reject {
        /// What to tell the model.
        reason: Option<String>,
    },
}

/// An answer to questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionReply {
    /// The labels or free texts for each question, in order.
    Answers(Vec<Vec<String>>),
    /// No answer; the turn ends.
    Reject,
}
