//! The practice agent's tools, with the wire states of OpenCode's: pending, running, completed or error.
//!
//! Reading, editing and asking live here; running commands is in `command`. Files are touched only
//! inside the workspace, and never through a symbolic link that leaves it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use similar::TextDiff;

use super::{
    ids::now,
    state::Verdict,
    turn::{Flow, Stop, Turn},
};

/// How much of a file is read.
const READ_LIMIT: u64 = 256 * 1024;

/// A person said no, and how to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declined {
    /// What the person said.
    pub reason: String,
}

/// A tool call that was begun; names it to the turn.
pub(super) struct Call(String);

/// What a permission is asked for.
pub(super) struct Request {
    /// The kind: `bash` or `edit`.
    pub permission: &'static str,
    /// The command or path.
    pub pattern: String,
    /// What "always" allows.
    pub always: String,
    /// Facts for the person.
    pub metadata: Value,
}

impl Turn {
    /// Begins a tool call; its arguments are not known yet.
    pub fn open(&mut self, tool: &str) -> Call {
        self.begin_step();
        let id = format!(
            "call_{}",
            self.desk.ids.rising("c").split_off(14).to_lowercase()
        );
        let part = self.put(json!({
            "type": "tool",
            "tool": tool,
            "callID": id,
            "state": {"status": "pending", "input": {}, "raw": ""},
        }));
        self.calls.push(part);
        Call(id)
    }

    /// Starts a tool call with its arguments.
    pub fn run(&mut self, call: &Call, input: &Value) {
        self.update(call, |state| {
            *state = json!({"status": "running", "input": input, "time": {"start": now()}});
        });
    }

    /// Announces what a running call has to show so far.
    pub fn progress(&mut self, call: &Call, title: Option<&str>, metadata: &Value) {
        self.update(call, |state| {
            state["metadata"] = metadata.clone();
            if let Some(title) = title {
                state["title"] = title.into();
            }
        });
    }

    /// Ends a tool call well.
    pub fn complete(&mut self, call: &Call, title: &str, output: &str, mut metadata: Value) {
        metadata["truncated"] = false.into();
        self.update(call, |state| {
            state["status"] = "completed".into();
            state["title"] = title.into();
            state["output"] = output.into();
            state["metadata"] = metadata;
            state["time"]["end"] = now().into();
        });
        self.forget(call);
    }

    /// Ends a tool call with an error.
    pub fn fail(&mut self, call: &Call, error: &str) {
        self.update(call, |state| {
            state["status"] = "error".into();
            state["error"] = error.into();
            state["time"]["end"] = now().into();
        });
        self.forget(call);
    }

    fn update(&mut self, call: &Call, change: impl FnOnce(&mut Value)) {
        if let Some(part) = self.calls.iter_mut().find(|part| part["callID"] == call.0) {
            change(&mut part["state"]);
            self.desk.put_part(part.clone());
        }
    }

    fn forget(&mut self, call: &Call) {
        self.calls.retain(|part| part["callID"] != call.0);
    }

    /// Asks a person before a call goes on; the call is shown as running meanwhile.
    pub async fn permit(
        &mut self,
        call: &Call,
        input: &Value,
        request: Request,
    ) -> Flow<Result<(), Declined>> {
        let body = json!({
            "sessionID": self.session,
            "permission": request.permission,
            "patterns": [request.pattern],
            "metadata": request.metadata,
            "always": [request.always],
            "tool": {"messageID": self.message_id(), "callID": call.0},
        });
        let asked = self.desk.ask_permission(body);
        self.run(call, input);
        let Some(verdict) = asked else {
            return Ok(Ok(()));
        };
        let verdict = tokio::select! {
            () = self.token.cancelled() => return Err(Stop::Aborted),
            verdict = verdict => verdict.unwrap_or(Verdict::Refused(None)),
        };
        match verdict {
            Verdict::Allowed => Ok(Ok(())),
            Verdict::Refused(None) => {
                self.fail(
                    call,
                    "The user rejected permission to use this specific tool call.",
                );
                Err(Stop::Refused)
            }
            Verdict::Refused(Some(reason)) => {
                self.fail(
                    call,
                    &format!(
                        "The user rejected permission to use this specific tool call with the following feedback: {reason}"
                    ),
                );
                Ok(Err(Declined { reason }))
            }
        }
    }

    /// Asks questions in one go and returns the answers, one list for each.
    pub async fn ask(&mut self, questions: Value) -> Flow<Vec<Vec<String>>> {
        let call = self.open("question");
        self.pause(150.0).await?;
        let input = json!({"questions": questions});
        let asked = self.desk.ask_questions(json!({
            "sessionID": self.session,
            "questions": questions,
            "tool": {"messageID": self.message_id(), "callID": call.0},
        }));
        self.run(&call, &input);
        let answers = tokio::select! {
            () = self.token.cancelled() => return Err(Stop::Aborted),
            answers = asked => answers.unwrap_or_default(),
        };
        let Some(answers) = answers else {
            self.fail(&call, "The user dismissed this question");
            return Err(Stop::Refused);
        };
        let count = questions.as_array().map_or(0, Vec::len);
        let output = told(&questions, &answers);
        let title = format!(
            "Asked {count} question{}",
            if count == 1 { "" } else { "s" }
        );
        self.complete(&call, &title, &output, json!({"answers": answers}));
        Ok(answers)
    }

    /// Replaces the todo list; each item is its text and its status.
    pub async fn todos(&mut self, items: &[(&str, &str)]) -> Flow {
        let call = self.open("todowrite");
        self.pause(120.0).await?;
        let todos: Vec<Value> = items
            .iter()
            .map(|(content, status)| json!({"content": content, "status": status, "priority": "medium"}))
            .collect();
        let todos = Value::from(todos);
        self.desk.set_todos(&self.session, &todos);
        self.run(&call, &json!({"todos": todos}));
        let open = items
            .iter()
            .filter(|(_, status)| *status != "completed")
            .count();
        let output = serde_json::to_string_pretty(&todos).unwrap_or_default();
        self.complete(
            &call,
            &format!("{open} todos"),
            &output,
            json!({"todos": todos}),
        );
        Ok(())
    }

    /// Reads a file of the workspace; `None` when it is no text file inside it.
    pub async fn read(&mut self, path: &str) -> Flow<Option<String>> {
        let call = self.open("read");
        self.pause(180.0).await?;
        let file = self.desk.absolute(Path::new(path));
        self.run(&call, &json!({"filePath": file}));
        self.pause(250.0).await?;
        let Some(text) = inside(&self.desk.workspace, path).and_then(|path| text_of(&path)) else {
            self.fail(&call, &format!("File not found: {file}"));
            return Ok(None);
        };
        let lines = text.lines().count();
        let preview: String = text.lines().take(20).collect::<Vec<_>>().join("\n");
        let numbered: String = text
            .lines()
            .take(400)
            .enumerate()
            .map(|(at, line)| format!("{}: {line}\n", at + 1))
            .collect();
        let output = format!(
            "<path>{file}</path>\n<type>file</type>\n<content>\n{numbered}\n(End of file - total {lines} lines)\n</content>"
        );
        let metadata = json!({"preview": preview, "loaded": []});
        self.complete(&call, path, &output, metadata);
        Ok(Some(text))
    }

    /// The text of a file of the workspace, without showing that it is read.
    pub fn peek(&self, path: &str) -> Option<String> {
        inside(&self.desk.workspace, path).and_then(|path| text_of(&path))
    }

    /// Shows a search for files and its results.
    pub async fn glob(&mut self, pattern: &str, found: &[String]) -> Flow {
        let call = self.open("glob");
        self.pause(120.0).await?;
        self.run(&call, &json!({"pattern": pattern}));
        self.pause(250.0).await?;
        let shown: Vec<String> = found
            .iter()
            .take(100)
            .map(|path| self.desk.absolute(Path::new(path)))
            .collect();
        let metadata = json!({"count": found.len()});
        self.complete(&call, pattern, &shown.join("\n"), metadata);
        Ok(())
    }

    /// Writes a file of the workspace after a person allowed it; new or changed.
    pub async fn edit(&mut self, path: &str, content: &str) -> Flow<Result<(), Declined>> {
        let old = inside(&self.desk.workspace, path).and_then(|path| text_of(&path));
        let tool = if old.is_some() { "edit" } else { "write" };
        let call = self.open(tool);
        self.pause(250.0).await?;
        let file = self.desk.absolute(Path::new(path));
        let before = old.clone().unwrap_or_default();
        let patch = patch(&file, &before, content);
        let input = edit_input(&file, old.as_deref(), content);
        let request = Request {
            permission: "edit",
            pattern: path.to_owned(),
            always: "*".to_owned(),
            metadata: json!({"filepath": file, "diff": patch}),
        };
        if let Err(declined) = self.permit(&call, &input, request).await? {
            return Ok(Err(declined));
        }
        self.pause(200.0).await?;
        if let Err(error) = store(&self.desk.workspace, path, content) {
            self.fail(&call, &format!("Cannot write {file}: {}", error.kind()));
            return Ok(Ok(()));
        }
        self.report_edit(&call, path, &file, &patch, old.is_some());
        Ok(Ok(()))
    }

    fn report_edit(&mut self, call: &Call, path: &str, file: &str, patch: &str, existed: bool) {
        let count = |sign: char, header: &str| {
            let lines = patch.lines().filter(|line| line.starts_with(sign));
            lines.filter(|line| !line.starts_with(header)).count()
        };
        let (additions, deletions) = (count('+', "+++"), count('-', "---"));
        let filediff =
            json!({"file": file, "patch": patch, "additions": additions, "deletions": deletions});
        let mut metadata = json!({"diagnostics": {}, "diff": patch, "filediff": filediff});
        {
            let _state = self.desk.state();
            self.desk.emit("file.edited", &json!({"file": file}));
        }
        if existed {
            self.progress(call, None, &metadata);
        } else {
            metadata["filepath"] = file.into();
            metadata["exists"] = false.into();
        }
        let output = if existed {
            "Edit applied successfully."
        } else {
            "Wrote file successfully."
        };
        self.complete(call, path, output, metadata);
        self.touched.push(file.to_owned());
        self.diffs.retain(|diff| diff["file"] != path);
        self.diffs.push(json!({
            "file": path,
            "patch": patch,
            "additions": additions,
            "deletions": deletions,
            "status": if existed { "modified" } else { "added" },
        }));
        self.announce_diffs();
    }
}

/// The arguments of a write, or of an edit of the lines that differ.
fn edit_input(file: &str, old: Option<&str>, new: &str) -> Value {
    let Some(old) = old else {
        return json!({"filePath": file, "content": new});
    };
    let head: usize = old
        .split_inclusive('\n')
        .zip(new.split_inclusive('\n'))
        .take_while(|(left, right)| left == right)
        .map(|(line, _)| line.len())
        .sum();
    let (old, new) = (old.split_at(head).1, new.split_at(head).1);
    let tail: usize = old
        .split_inclusive('\n')
        .rev()
        .zip(new.split_inclusive('\n').rev())
        .take_while(|(left, right)| left == right)
        .map(|(line, _)| line.len())
        .sum();
    json!({
        "filePath": file,
        "oldString": old.split_at(old.len() - tail).0,
        "newString": new.split_at(new.len() - tail).0,
    })
}

fn patch(file: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let body = diff
        .unified_diff()
        .context_radius(3)
        .header(file, file)
        .to_string();
    format!("Index: {file}\n{}\n{body}", "=".repeat(67))
}

fn told(questions: &Value, answers: &[Vec<String>]) -> String {
    let pairs: Vec<String> = questions
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(at, question)| {
            let answer = answers.get(at).filter(|answer| !answer.is_empty());
            let answer = answer.map_or_else(|| "Unanswered".to_owned(), |all| all.join(", "));
            format!("{}=\"{answer}\"", question["question"])
        })
        .collect();
    format!(
        "User has answered your questions: {}. You can now continue with the user's answers in mind.",
        pairs.join(", ")
    )
}

/// The last state of a call whose turn was broken off.
pub(super) fn broken_off(mut part: Value, error: &str) -> Value {
    let is_command = part["tool"] == "bash" && part["state"]["metadata"]["output"].is_string();
    let is_task = part["tool"] == "task";
    let state = &mut part["state"];
    state["time"]["end"] = now().into();
    if state["time"]["start"].is_null() {
        state["time"]["start"] = now().into();
    }
    if is_command {
        let output = state["metadata"]["output"].as_str().unwrap_or_default();
        let output =
            format!("{output}\n\n<shell_metadata>\nUser aborted the command\n</shell_metadata>");
        state["output"] = output.into();
        state["status"] = "completed".into();
        state["title"] = state["input"]["command"].clone();
        state["metadata"]["exit"] = Value::Null;
        state["metadata"]["truncated"] = false.into();
    } else {
        state["status"] = "error".into();
        state["error"] = if is_task { "Task cancelled" } else { error }.into();
        state["metadata"]["interrupted"] = true.into();
    }
    part
}

/// The place of an existing file of the workspace; `None` when a link leads outside.
fn inside(workspace: &Path, path: &str) -> Option<PathBuf> {
    let root = workspace.canonicalize().ok()?;
    let file = workspace.join(path).canonicalize().ok()?;
    (file.starts_with(&root) && !file.starts_with(root.join(".git"))).then_some(file)
}

/// The text of a regular file, cut at the limit.
fn text_of(path: &Path) -> Option<String> {
    use std::io::Read;

    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(READ_LIMIT).read_to_end(&mut bytes).ok()?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // A letter may be cut at the limit; anything else is no text.
        Err(error) if error.utf8_error().error_len().is_none() => {
            let end = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(end);
            String::from_utf8(bytes).ok()?
        }
        Err(_) => return None,
    };
    (!text.contains('\0')).then_some(text)
}

fn store(workspace: &Path, path: &str, content: &str) -> std::io::Result<()> {
    let outside = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let root = workspace.canonicalize()?;
    let file = root.join(path);
    let folder = file.parent().ok_or_else(outside)?;
    std::fs::create_dir_all(folder)?;
    if !folder.canonicalize()?.starts_with(&root) {
        return Err(outside());
    }
    let is_link = file
        .symlink_metadata()
        .is_ok_and(|entry| entry.is_symlink());
    if is_link && inside(workspace, path).is_none() {
        return Err(outside());
    }
    std::fs::write(file, content)
}

#[cfg(test)]
mod tests {
    use super::{edit_input, told};
    use serde_json::json;

    #[test]
    fn an_edit_names_only_the_lines_that_differ() {
        let input = edit_input("/w/a", Some("one\ntwo\nthree\n"), "one\n2\nthree\n");
        assert_eq!(
            input,
            json!({"filePath": "/w/a", "oldString": "two\n", "newString": "2\n"})
        );
    }

    #[test]
    fn a_question_without_an_answer_is_called_unanswered() {
        let questions = json!([{"question": "A?"}, {"question": "B?"}]);
        let output = told(&questions, &[vec!["x".to_owned(), "y".to_owned()]]);
        assert!(
            output.contains(r#""A?"="x, y", "B?"="Unanswered""#),
            "{output}"
        );
    }
}
