//! Carries the engine's effects out: calls, feeds, the editor, the clipboard, the files.

use crate::{
    api::feed::{FeedCommand, Wake},
    app::{
        call::Call,
        event::{EditPurpose, Effect, Event, Level, OpId, Urgency},
        memory::Memory,
    },
    model::id::HostName,
    runtime::{
        Exit, calls, clipboard,
        handover::{self, Tool},
        shell::{Message, Shell},
    },
};

impl Shell {
    /// Does what the engine asks for; never waits.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.carry_out_one(effect);
        }
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Call {
                op,
                host,
                call,
                urgency,
            } => self.call(op, &host, call, urgency),
            Effect::Cancel(op) => {
                if let Some(task) = self.calls.remove(&op) {
                    task.abort();
                }
            }
            Effect::Follow {
                session,
                wake,
                detail,
            } => {
                let wake = if wake { Wake::Once } else { Wake::Never };
                self.feeds
                    .follow(&self.state, &self.clients, &session, detail, wake);
            }
            Effect::Unfollow(session) => self.feeds.unfollow(&session),
            Effect::LoadOlder {
                session,
                agent,
                before,
            } => {
                let command = FeedCommand::LoadOlder {
                    session: agent,
                    before,
                };
                self.feeds.tell(&session, command);
            }
            Effect::Resync(session) => self.feeds.tell(&session, FeedCommand::Resync),
            Effect::RecallReview(_)
            | Effect::KeepReview(..)
            | Effect::KeepPatch(..)
            | Effect::Paint { .. }
            | Effect::FindMoved { .. }
            | Effect::Compare { .. }
            | Effect::Export { .. } => self.review(effect),
            Effect::CheckFolder { edition, folder } => self.check_folder(edition, folder),
            Effect::Watch(paths) => self.watch(paths),
            Effect::EditFile { path, line, column } => self.edit_file(path, line, column),
            Effect::Mend { path, digest, fix } => self.mend(path, digest, fix),
            Effect::WakeAt(at) => self.wake_at = Some(at),
            Effect::Copy(text) => self.copy(&text),
            Effect::Edit { purpose, text } => self.edit(purpose, text),
            Effect::Open(path) => self.open(&path),
            Effect::Remember(memory) => self.remember(*memory),
            Effect::Bell => self.frames.send(b"\x07"),
            Effect::Redraw => self.frames.repaint(b""),
            Effect::Suspend => self.stop(),
            Effect::Quit => self.exit = Some(Exit::Quit),
        }
    }

    fn call(&mut self, op: OpId, host: &HostName, call: Call, urgency: Urgency) {
        let client = self.clients.wait(host);
        let scope = self.scope.clone();
        let messages = self.messages.clone();
        let task = self.tasks.spawn(async move {
            let outcome = match client.await {
                Ok(client) => {
                    let client = match urgency {
                        Urgency::Now => client,
                        Urgency::Background => client.background(),
                    };
                    calls::carry_out(&client, &scope, call).await
                }
                Err(error) => Err(error),
            };
            let reply = Message::Reply(op, Event::Reply(op, outcome));
            let _ = messages.send(reply).await;
        });
        self.calls.insert(op, task);
    }

    fn copy(&mut self, text: &str) {
        let is_in_tmux = self.environment.var("TMUX").is_some();
        match clipboard::copy(text, is_in_tmux) {
            Some(bytes) => self.frames.send(&bytes),
            None => self.say(Level::Warning, "too large for the terminal's clipboard"),
        }
    }

    fn say(&mut self, level: Level, text: &str) {
        let effects = self.state.update(Event::Notice(level, text.to_owned()));
        self.carry_out(effects);
    }

    fn remember(&mut self, memory: Memory) {
        let Some(keeper) = self.keeper.clone() else {
            return;
        };
        if !keeper.wish(memory) {
            return;
        }
        let messages = self.messages.clone();
        self.tasks.spawn_blocking(move || {
            if let Err(problem) = keeper.write() {
                let notice = Event::Notice(Level::Warning, problem.to_string());
                // Once in a while is enough: a full inbox may swallow it.
                let _ = messages.try_send(Message::Event(notice));
            }
        });
    }

    fn edit(&mut self, purpose: EditPurpose, text: String) {
        let tool = Tool::editor(&self.environment);
        self.hand_over(async move {
            let text = tool.edit(text).await.map_err(|error| error.to_string());
            Event::Edited { purpose, text }
        });
    }

    fn open(&mut self, path: &std::path::Path) {
        let tool = Tool::pager(&self.environment);
        let path = handover::absolute(&self.environment, path);
        self.hand_over(async move {
            match tool.open(&path).await {
                Ok(()) => Event::Notice(Level::Info, format!("closed `{}`", path.display())),
                Err(error) => Event::Notice(Level::Error, error.to_string()),
            }
        });
    }

    /// Lets a program have the terminal; the network goes on meanwhile.
    pub(super) fn hand_over(&mut self, program: impl Future<Output = Event> + Send + 'static) {
        if self.is_handed_over {
            return;
        }
        self.is_handed_over = true;
        self.reader.pause();
        self.terminal.leave();
        let messages = self.messages.clone();
        self.tasks.spawn(async move {
            let event = program.await;
            let _ = messages.send(Message::Returned(event)).await;
        });
    }
}
