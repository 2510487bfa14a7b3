//! What a person does to sessions: shown at once, asked of the host, taken back when refused.

use crate::{
    app::{
        Screen, State,
        call::{AgentCall, Call, KnownMessages},
        event::{Effect, Level, Urgency},
        fleet::Deed,
        ops::Purpose,
        session::Outgoing,
    },
    model::{
        agent::ask::{PermissionReply, QuestionReply},
        id::{AgentSessionId, HostName, PermissionId, ProjectKey, QuestionId, SessionKey},
        session::{NewSession, Session, SessionStatus},
    },
};

impl State {
    /// Asks a host something for which a person waits.
    pub(crate) fn ask(&mut self, host: &HostName, purpose: Purpose, call: Call) {
        let op = self.ops.open(host.clone(), purpose);
        self.effects.push(Effect::Call {
            op,
            host: host.clone(),
            call,
            urgency: Urgency::Now,
        });
    }

    /// Makes a session; its row is shown at once under an id of ours until the host answers.
    ///
    /// `key` makes a repeated call harmless and is also the row's id until then.
    pub fn create_session(&mut self, project: &ProjectKey, new: NewSession, key: String) {
        let mut row = Session {
            session_id: key.as_str().into(),
            project_id: project.project.clone(),
            status: SessionStatus::Provisioning,
            created_at: self.now.to_rfc3339(),
            updated_at: self.now.to_rfc3339(),
            name: new.name.clone(),
            base_ref: new.base_ref.clone().unwrap_or_default(),
            agent_name: new.agent_name.clone().unwrap_or_default(),
            ..Session::default()
        };
        if let Some(prompt) = &new.initial_prompt {
            row.metadata = serde_json::json!({ "initial_prompt": prompt });
            self.remember_prompt(prompt.clone());
        }
        let session = SessionKey {
            host: project.host.clone(),
            project: project.project.clone(),
            session: row.session_id.clone(),
        };
        self.fleet.take_session(project, row, Some(self.now));
        if let Some(entry) = self.fleet.sessions.get_mut(&session) {
            entry.pending = Some(Deed::Create);
        }
        let call = Call::Create {
            project: project.project.clone(),
            new,
            key,
        };
        self.ask(&project.host, Purpose::Create(session.clone()), call);
        self.board.select(&session);
        self.touch();
    }

    /// A key that no other call has: a UUID made of the time, a counter and chance from outside.
    pub(crate) fn fresh_key(&mut self) -> String {
        self.keys_made += 1;
        let time = u64::from_ne_bytes(self.now.0.to_ne_bytes());
        let start = mixed(self.setup.seed ^ mixed(time)).wrapping_add(mixed(self.keys_made));
        let bytes = (u128::from(mixed(start)) << 64) | u128::from(mixed(!start));
        let uuid = uuid::Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid();
        uuid.to_string()
    }

    /// A number that no other call has, nor another program's.
    pub(crate) fn fresh_number(&mut self) -> u64 {
        let key = self.fresh_key();
        let digits: String = key
            .chars()
            .filter(char::is_ascii_hexdigit)
            .take(16)
            .collect();
        // Sixteen hexadecimal digits always make a number.
        u64::from_str_radix(&digits, 16).unwrap_or_default()
    }

    /// Starts a session's sandbox again.
    pub fn start_session(&mut self, key: &SessionKey) {
        if self.begin(key, Deed::Start) {
            let call = Call::Start(key.project.clone(), key.session.clone());
            self.ask(&key.host, Purpose::Start(key.clone()), call);
        }
    }

    /// Stops a session.
    pub fn stop_session(&mut self, key: &SessionKey) {
        if self.begin(key, Deed::Stop) {
            let call = Call::Stop(key.project.clone(), key.session.clone());
            self.ask(&key.host, Purpose::Stop(key.clone()), call);
        }
    }

    /// Boots a session again from its branch.
    pub fn restart_session(&mut self, key: &SessionKey) {
        if self.begin(key, Deed::Restart) {
            let call = Call::Restart(key.project.clone(), key.session.clone());
            self.ask(&key.host, Purpose::Restart(key.clone()), call);
        }
    }

    /// Deletes a session.
    pub fn delete_session(&mut self, key: &SessionKey) {
        if self.begin(key, Deed::Delete) {
            let call = Call::Delete(key.project.clone(), key.session.clone());
            self.ask(&key.host, Purpose::Delete(key.clone()), call);
        }
    }

    /// Names a session; an empty name takes the custom name away.
    pub fn rename_session(&mut self, key: &SessionKey, name: &str) {
        let name = Some(name.trim())
            .filter(|name| !name.is_empty())
            .map(str::to_owned);
        let Some(entry) = self.fleet.sessions.get_mut(key) else {
            return;
        };
        let before = std::mem::replace(&mut entry.row.name, name.clone());
        self.fleet.revision += 1;
        let call = Call::Rename(key.project.clone(), key.session.clone(), name);
        self.ask(&key.host, Purpose::Rename(key.clone(), before), call);
        self.touch();
    }

    /// Sends a prompt to a session's agent. The text is kept until the agent has it.
    pub fn send_prompt(&mut self, key: &SessionKey, text: String) {
        self.remember_prompt(text.clone());
        let number = {
            let pane = self.panes.entry(key.clone()).or_default();
            pane.sent += 1;
            pane.outbox.push(Outgoing::new(pane.sent, text, self.now));
            pane.sent
        };
        self.touch();
        self.remember_soon();
        self.send_outgoing(key, number);
    }

    /// Sends a prompt to the session's own agent, also when a subagent is being looked at.
    pub(crate) fn send_prompt_to_root(&mut self, key: &SessionKey, text: String) {
        self.panes.entry(key.clone()).or_default().show(None);
        self.send_prompt(key, text);
    }

    /// Sends what waits in a session's outbox, once its agent can be reached.
    pub(crate) fn send_waiting(&mut self, key: &SessionKey) {
        let Some(pane) = self.panes.get(key) else {
            return;
        };
        let waiting: Vec<u64> = pane.waiting().collect();
        for number in waiting {
            self.send_outgoing(key, number);
        }
    }

    fn send_outgoing(&mut self, key: &SessionKey, number: u64) {
        let Some(entry) = self.fleet.sessions.get(key) else {
            return;
        };
        let (Some(address), Some(root)) = (entry.address(), entry.root()) else {
            // A sleeping session is woken; the prompt goes out when its agent answers.
            if entry.pending.is_none() {
                self.start_session(key);
            }
            return;
        };
        let target = self
            .panes
            .get(key)
            .and_then(|pane| pane.shown.clone())
            .unwrap_or(root);
        let known = known_messages(entry, &target);
        let Some(pane) = self.panes.get_mut(key) else {
            return;
        };
        let Some(text) = pane.depart(number) else {
            return;
        };
        let prompt = AgentCall::Prompt {
            session: target,
            text,
            agent: None,
            known,
        };
        let call = Call::Agent(address, prompt);
        self.ask(&key.host, Purpose::Prompt(key.clone(), number), call);
    }

    /// Aborts the turn of a session's agent.
    pub fn abort_turn(&mut self, key: &SessionKey) {
        let Some(entry) = self.fleet.sessions.get(key) else {
            return;
        };
        let (Some(address), Some(root)) = (entry.address(), entry.root()) else {
            return self.say(Level::Warning, "the agent cannot be reached");
        };
        let call = Call::Agent(address, AgentCall::Abort(root));
        self.ask(&key.host, Purpose::Abort(key.clone()), call);
        self.say(Level::Info, "aborting the turn");
    }

    /// Answers a permission request.
    pub fn answer_permission(
        &mut self,
        key: &SessionKey,
        permission: PermissionId,
        reply: PermissionReply,
    ) {
        let Some(address) = self
            .fleet
            .sessions
            .get(key)
            .and_then(|entry| entry.address())
        else {
            return self.say(Level::Warning, "the agent cannot be reached");
        };
        let call = Call::Agent(address, AgentCall::Permission(permission.clone(), reply));
        self.ask(
            &key.host,
            Purpose::Permission(key.clone(), permission),
            call,
        );
        self.touch();
    }

    /// Answers questions.
    pub fn answer_question(
        &mut self,
        key: &SessionKey,
        question: QuestionId,
        reply: QuestionReply,
    ) {
        let Some(address) = self
            .fleet
            .sessions
            .get(key)
            .and_then(|entry| entry.address())
        else {
            return self.say(Level::Warning, "the agent cannot be reached");
        };
        let call = Call::Agent(address, AgentCall::Question(question.clone(), reply));
        self.ask(&key.host, Purpose::Question(key.clone(), question), call);
        self.touch();
    }

    /// Asks what a stop, restart or deletion would lose, for the dialog that asks.
    pub(crate) fn ask_uncommitted(&mut self, key: &SessionKey) {
        let Some(address) = self
            .fleet
            .sessions
            .get(key)
            .and_then(|entry| entry.address())
        else {
            return;
        };
        let call = Call::Agent(address, AgentCall::Uncommitted);
        self.ask(&key.host, Purpose::Uncommitted(key.clone()), call);
    }

    /// Copies the git command that brings the session's branch into the person's own repository.
    pub(crate) fn copy_fetch(&mut self) {
        let key = self.current_session();
        let row = key.and_then(|key| Some(&self.fleet.sessions.get(&key)?.row));
        let Some(row) = row.filter(|row| !row.branch_name.is_empty()) else {
            return self.say(Level::Info, "no session is selected");
        };
        let command = fetch_command(row);
        self.say(Level::Info, format!("copied: {command}"));
        self.effects.push(Effect::Copy(command));
    }

    /// The session that the screen is about: the open one, the selected one, or the one that made the
    /// change request.
    pub fn current_session(&self) -> Option<SessionKey> {
        match &self.screen {
            Screen::Session(key) => Some(key.clone()),
            Screen::Board => self.board.selected().cloned(),
            Screen::Changes => self.fleet.session_of(self.changes.selected()?),
            Screen::Review(key) => self.fleet.session_of(key),
            Screen::Builds | Screen::Manifest => None,
        }
    }

    fn begin(&mut self, key: &SessionKey, deed: Deed) -> bool {
        let Some(entry) = self.fleet.sessions.get_mut(key) else {
            return false;
        };
        if entry.pending.is_some() {
            self.say(
                Level::Warning,
                "something is under way with this session already",
            );
            return false;
        }
        entry.pending = Some(deed);
        self.fleet.revision += 1;
        self.follow_now();
        self.touch();
        true
    }

    fn remember_prompt(&mut self, text: String) {
        const KEPT: usize = 200;
        self.history.retain(|old| *old != text);
        self.history.push(text);
        if self.history.len() > KEPT {
            self.history.remove(0);
        }
        self.remember_soon();
    }
}

/// Spreads a number over all bits (the last step of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// `git fetch` from the mirror of the embedded control plane, or from the remote of the project.
pub fn fetch_command(row: &Session) -> String {
    let mirror = row
        .metadata
        .get("mirror")
        .and_then(serde_json::Value::as_str);
    // Quoted for a shell; a quote in a path ends the quotes, stands escaped, and begins them again.
    let from = mirror.map_or("origin".to_owned(), |path| {
        format!("'{}'", path.replace('\'', r"'\''"))
    });
    format!("git fetch {from} '{}'", row.branch_name.replace('\'', ""))
}

fn known_messages(
    entry: &crate::app::fleet::SessionEntry,
    session: &AgentSessionId,
) -> KnownMessages {
    let session_created = entry
        .transcript
        .session(session)
        .map(|session| session.time.created)
        .unwrap_or_default();
    KnownMessages {
        messages: entry.transcript.message_times(session),
        session_created,
    }
}
