//! What the mock model says: chosen by what the user wrote, step by step.
//!
//! The last line of the last user message that begins with `@` names a script and may carry
//! arguments as JSON: `@bash {"command":"ls"}`. Without such a line the model repeats what it was
//! told. The step is the number of answers that the model already gave to that message, so the
//! loop of tools walks through a script.
//!
//! | script | does |
//! |---|---|
//! | `@text {"words":40}` | plain text in small pieces |
//! | `@think` | reasoning, then text |
//! | `@tools {"file":"notes.txt"}` | runs a command, writes a file, edits it, says so |
//! | `@bash {"command":"…"}` | runs one command; whether it needs permission is OpenCode's matter |
//! | `@question` | asks two questions, one of them with several answers |
//! | `@slow` | one word every 100 ms for a minute: something to abort |
//! | `@refuse {"status":429,"times":2}` | an error of the provider, `times` times, then text |

use std::time::Duration;

use serde_json::{Value, json};

/// One thing that an answer does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Streams text, `pause` before each word.
    Say { text: String, pause: Duration },
    /// Streams reasoning.
    Think { text: String },
    /// Calls a tool with these arguments.
    Call { tool: &'static str, input: Value },
    /// Answers with an error instead; the only act of its step.
    Refuse { status: u16, message: String },
}

/// What the model was asked, as far as a script cares.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The name of the script; `title` and `echo` are not written with an `@`.
    pub script: String,
    /// How many answers were given before this one.
    pub step: usize,
    /// The names of the tools that were offered.
    pub tools: Vec<String>,
    arguments: Value,
    user: String,
}

impl Request {
    /// Reads the body of a chat completion.
    pub fn from_json(body: &Value) -> Self {
        let messages = body["messages"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let tools = names(&body["tools"]);
        let system: String = of(messages, "system").collect::<Vec<_>>().join("\n");
        let asked = messages
            .iter()
            .rposition(|message| message["role"] == "user");
        let user = asked.map(|at| text(&messages[at])).unwrap_or_default();
        let after = messages.get(asked.map_or(0, |at| at + 1)..);
        let step = of(after.unwrap_or_default(), "assistant").count();
        let (script, arguments) = if tools.is_empty() && system.contains("title") {
            ("title".to_owned(), Value::Null)
        } else {
            directive(&user).unwrap_or(("echo".to_owned(), Value::Null))
        };
        Self {
            script,
            step,
            tools,
            arguments,
            user,
        }
    }

    /// What the answer does; `earlier` is how often the same was asked before.
    pub fn acts(&self, earlier: u64) -> Vec<Act> {
        let mut steps = self.steps(earlier);
        let last = steps.len().saturating_sub(1);
        if steps.is_empty() {
            return vec![say("There is nothing to say.")];
        }
        steps.swap_remove(self.step.min(last))
    }

    fn steps(&self, earlier: u64) -> Vec<Vec<Act>> {
        let number = |name: &str, otherwise| self.arguments[name].as_u64().unwrap_or(otherwise);
        let word = |name: &str, otherwise| self.arguments[name].as_str().unwrap_or(otherwise);
        match self.script.as_str() {
            "title" => vec![vec![say("A title from the mock model")]],
            "text" => vec![vec![say(&words(number("words", 40)))]],
            "think" => {
                let text = "First I look, then I leap.".to_owned();
                vec![vec![Act::Think { text }, say("I looked and leaped.")]]
            }
            "tools" => tools(word("file", "notes.txt")),
            "bash" => vec![
                vec![bash(word("command", "echo hello"))],
                vec![say("The command is done.")],
            ],
            "question" => vec![vec![questions()], vec![say("Thank you for the answers.")]],
            "slow" => vec![vec![Act::Say {
                text: words(600),
                pause: Duration::from_millis(100),
            }]],
            "refuse" if earlier < number("times", u64::MAX) => vec![vec![Act::Refuse {
                status: u16::try_from(number("status", 400)).unwrap_or(400),
                message: word("message", "The mock model refuses").to_owned(),
            }]],
            "refuse" => vec![vec![say("Now it worked.")]],
            _ => vec![vec![say(&format!("You said: {}", self.user))]],
        }
    }
}

fn say(text: &str) -> Act {
    Act::Say {
        text: text.to_owned(),
        pause: Duration::ZERO,
    }
}

fn bash(command: &str) -> Act {
    Act::Call {
        tool: "bash",
        input: json!({"command": command, "description": "Run a command"}),
    }
}

fn tools(file: &str) -> Vec<Vec<Act>> {
    let write = json!({"filePath": file, "content": "alpha\nbeta\ngamma\n"});
    let edit = json!({"filePath": file, "oldString": "beta", "newString": "BETA"});
    let call = |tool, input| vec![Act::Call { tool, input }];
    vec![
        vec![
            say("I look around first."),
            bash("echo one && ls && echo two"),
        ],
        call("write", write),
        call("edit", edit),
        vec![say("The file is written.")],
    ]
}

fn questions() -> Act {
    let option = |label: &str| json!({"label": label, "description": format!("Use {label}")});
    let questions = json!([
        {"question": "Which database?", "header": "Database",
         "options": [option("Postgres"), option("SQLite")]},
        {"question": "Which features?", "header": "Features", "multiple": true,
         "options": [option("Login"), option("Search"), option("Billing")]},
    ]);
    Act::Call {
        tool: "question",
        input: json!({ "questions": questions }),
    }
}

fn words(count: u64) -> String {
    let known = ["plain", "words", "from", "a", "model", "that", "is", "none"];
    let many = known.iter().cycle().take(count.try_into().unwrap_or(0));
    many.copied().collect::<Vec<_>>().join(" ")
}

/// The last line that names a script, and its arguments.
fn directive(user: &str) -> Option<(String, Value)> {
    let line = user
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix('@'))?;
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let arguments = serde_json::from_str(rest).unwrap_or(Value::Null);
    Some((name.to_owned(), arguments))
}

fn of<'a>(messages: &'a [Value], role: &'a str) -> impl Iterator<Item = String> + 'a {
    messages
        .iter()
        .filter(move |message| message["role"] == role)
        .map(text)
}

/// The text of a message, which is a string or a list of parts.
fn text(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

fn names(tools: &Value) -> Vec<String> {
    let tools = tools.as_array().map(Vec::as_slice).unwrap_or_default();
    tools
        .iter()
        .filter_map(|tool| tool["function"]["name"].as_str())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(messages: Value) -> Request {
        Request::from_json(&json!({
            "messages": messages,
            "tools": [{"type": "function", "function": {"name": "bash"}}],
        }))
    }

    #[test]
    fn a_script_walks_on_with_every_answer() {
        let user = json!({"role": "user", "content": [{"type": "text", "text": "go\n@bash {\"command\":\"ls\"}"}]});
        let first = request(json!([user]));
        assert_eq!((first.script.as_str(), first.step), ("bash", 0));
        assert_eq!(first.acts(0), [bash("ls")]);
        let second = request(json!([
            {"role": "assistant", "content": "of an earlier turn"},
            user,
            {"role": "assistant", "content": null},
            {"role": "tool", "content": "Cargo.toml"},
        ]));
        assert_eq!(second.step, 1);
        assert_eq!(second.acts(0), [say("The command is done.")]);
    }

    #[test]
    fn a_refusal_ends_after_as_many_times_as_told() {
        let asked =
            request(json!([{"role": "user", "content": "@refuse {\"status\":429,\"times\":1}"}]));
        assert!(matches!(
            asked.acts(0)[..],
            [Act::Refuse { status: 429, .. }]
        ));
        assert_eq!(asked.acts(1), [say("Now it worked.")]);
    }

    #[test]
    fn a_request_for_a_title_is_told_from_a_turn() {
        let body = json!({"messages": [
            {"role": "system", "content": "You are a title generator."},
            {"role": "user", "content": "@slow"},
        ]});
        assert_eq!(Request::from_json(&body).script, "title");
    }
}
