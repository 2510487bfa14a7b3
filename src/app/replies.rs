//! What a reply or a feed's news changes: confirm what was done, or take it back and say why.

use std::time::Duration;

use crate::{
    api,
    app::{
        Screen, State,
        call::Reply,
        changes,
        event::{Effect, Level, OpId},
        holds::{LONGEST_REFUSED, backoff},
        manifest,
        ops::{Op, Purpose},
        overlay, refusals, review,
    },
    model::{
        agent::stream::{LinkState, StreamEvent},
        id::{ProjectKey, SessionKey},
        sandbox::{Stage, StartResult},
        session::SessionStatus,
        time::Millis,
    },
    text,
};

/// The longest that a host that fails is left alone.
const LONGEST_HOLD: Duration = Duration::from_secs(30);

/// Takes a reply. One that nobody waits for any more is dropped.
pub(super) fn take(state: &mut State, id: OpId, reply: Result<Reply, api::Error>) {
    let Some(op) = state.ops.take(id) else { return };
    if op.purpose.is_background() && !is_about_a_sandbox(&op.purpose, &reply) {
        note_health(state, &op, reply.as_ref().err());
    }
    let revision = state.fleet.revision;
    let is_routine = reply.is_ok() && is_routine(&op.purpose);
    match reply {
        Ok(reply) => confirm(state, &op, reply),
        Err(error) => refusals::take(state, &op.purpose, &op.host, error),
    }
    state.poll_now();
    // A list that says what the last one said makes no frame and is not written to the disk.
    if !is_routine || state.fleet.revision != revision {
        state.touch();
        if is_routine {
            state.remember_soon();
        }
    }
}

fn is_list(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::Projects | Purpose::Sessions(_))
}

/// Whether the answer says the same again most of the time.
fn is_routine(purpose: &Purpose) -> bool {
    is_list(purpose) || matches!(purpose, Purpose::Changes(_) | Purpose::Look(..))
}

/// Takes news of a followed agent.
pub(super) fn stream(state: &mut State, key: &SessionKey, events: &[StreamEvent]) {
    let now = state.now;
    let Some(entry) = state.fleet.sessions.get_mut(key) else {
        return;
    };
    let worked = entry.transcript.is_working();
    let asked = entry.transcript.asks().count();
    for event in events {
        entry.transcript.apply(event, now);
    }
    let works = entry.transcript.is_working();
    let asks = entry.transcript.asks().count();
    let is_open = matches!(&state.screen, Screen::Session(open) if open == key);
    if worked && !works && !is_open {
        entry.unseen_since = Some(now);
    }
    if worked != works || asked != asks {
        state.fleet.revision += 1;
    }
    if asks > asked && !is_open {
        state.effects.push(Effect::Bell);
    }
    if let Some(pane) = state.panes.get_mut(key) {
        pane.took_news(&entry.transcript, entry.root());
    }
    // Agents open change requests at the end of their work.
    if worked && !works {
        changes::ask_soon(state, &key.project_key());
    }
    // Only what is on the screen makes a frame: the open session, or any on the board.
    match &state.screen {
        Screen::Session(open) if open != key && works == worked && asks == asked => {}
        Screen::Changes | Screen::Review(_) | Screen::Builds | Screen::Manifest
            if works == worked && asks == asked => {}
        Screen::Session(_)
        | Screen::Changes
        | Screen::Review(_)
        | Screen::Builds
        | Screen::Manifest
        | Screen::Board => state.touch(),
    }
    state.send_waiting(key);
}

/// Takes the health of a feed.
pub(super) fn link(state: &mut State, key: &SessionKey, link: LinkState) {
    let Some(entry) = state.fleet.sessions.get_mut(key) else {
        return;
    };
    if entry.link == link {
        return;
    }
    entry.link = link;
    state.fleet.revision += 1;
    state.touch();
    state.send_waiting(key);
}

fn confirm(state: &mut State, op: &Op, reply: Reply) {
    match (&op.purpose, reply) {
        (Purpose::Glance(key), Reply::Glance(snapshot)) => {
            stream(state, key, &[StreamEvent::Snapshot(snapshot)]);
        }
        (Purpose::Manifest(edition), Reply::Manifest(checkup)) => {
            manifest::checked(state, *edition, Ok(checkup));
        }
        (Purpose::Create(ours), Reply::Session(row)) => created(state, ours, *row),
        (Purpose::Start(key), Reply::Start(result)) => started(state, key, &result),
        (Purpose::Prompt(key, number), _) => {
            if let Some(pane) = state.panes.get_mut(key) {
                pane.accepted(*number);
            }
        }
        (Purpose::Permission(key, _) | Purpose::Question(key, _), Reply::AlreadyAnswered) => {
            // The stream may have missed who answered; the agent's own list says what still waits.
            state.effects.push(Effect::Resync(key.clone()));
            state.say(Level::Warning, "that was answered elsewhere meanwhile");
        }
        (Purpose::Uncommitted(key), Reply::Uncommitted(files)) => {
            overlay::take_uncommitted(state, key, files);
        }
        (Purpose::Delete(key), _) => {
            state.fleet.remove_session(key);
            state.say(Level::Info, "the session is deleted; its branch stays");
            if state.screen == Screen::Session(key.clone()) {
                state.show(Screen::Board);
            }
        }
        (Purpose::Stop(key) | Purpose::Restart(key), _) => expect_change(state, key),
        (Purpose::Abort(_), _) => state.say(Level::Info, "the turn is aborted"),
        (_, reply) => fill(state, op, reply),
    }
}

/// Takes data that was fetched.
fn fill(state: &mut State, op: &Op, reply: Reply) {
    let now = state.now;
    match (&op.purpose, reply) {
        (Purpose::Me, Reply::Me(me)) => {
            if let Some(host) = state.fleet.hosts.get_mut(&op.host) {
                host.me.settle(Ok(me));
            }
        }
        (Purpose::Projects, Reply::Projects(rows)) => {
            state.fleet.take_projects(&op.host, rows, Some(now));
        }
        (Purpose::Sessions(key), Reply::Sessions(rows)) => {
            state.fleet.take_sessions(key, rows, Some(now));
            settle_deeds(state, key);
            state.follow_now();
        }
        (Purpose::Snapshots(key), Reply::Snapshots(snapshots)) => {
            if let Some(project) = state.fleet.projects.get_mut(key) {
                project.snapshots.settle(Ok(snapshots));
                project.snapshots_fetched = Some(now);
            }
        }
        (Purpose::Branches(key), Reply::Branches(branches)) => {
            if let Some(project) = state.fleet.projects.get_mut(key) {
                project.branches.settle(Ok(branches));
            }
        }
        (Purpose::Agents(key), Reply::Agents(agents)) => {
            if let Some(project) = state.fleet.projects.get_mut(key) {
                project.agents = agents;
            }
        }
        (Purpose::Merge(key), Reply::Merged(row, outcome)) => {
            review::merging::merged(state, key, *row, &outcome);
        }
        (
            Purpose::EditChange(key) | Purpose::CloseChange(key) | Purpose::ReopenChange(key),
            Reply::Change(row),
        ) => review::merging::settled(state, key, &op.purpose, *row),
        (Purpose::Changes(key), Reply::Changes(rows)) => changes::take(state, key, rows),
        (Purpose::Look(..), reply) => changes::note(state, &op.purpose, &reply),
        (purpose, reply @ (Reply::Change(_) | Reply::Difference(_) | Reply::Preview(_)))
        | (purpose, reply @ (Reply::Merged(..) | Reply::FileText(_))) => {
            changes::note(state, purpose, &reply);
            review::take(state, purpose, reply);
        }
        (_, Reply::Session(row)) => {
            let key = ProjectKey {
                host: op.host.clone(),
                project: row.project_id.clone(),
            };
            if state.fleet.projects.contains_key(&key) {
                state.fleet.take_session(&key, *row, Some(now));
            }
        }
        (_, _) => {}
    }
}

/// Our own row becomes the host's.
fn created(state: &mut State, ours: &SessionKey, row: crate::model::session::Session) {
    let project = ours.project_key();
    let theirs = SessionKey {
        session: row.session_id.clone(),
        ..ours.clone()
    };
    let was_selected = state.board.selected() == Some(ours);
    state.fleet.remove_session(ours);
    let now = state.now;
    state.fleet.take_session(&project, row, Some(now));
    if was_selected {
        state.board.select(&theirs);
    }
    if let Some(pane) = state.panes.remove(ours) {
        state.panes.insert(theirs.clone(), pane);
    }
    if state.screen == Screen::Session(ours.clone()) {
        state.show(Screen::Session(theirs));
    }
}

fn started(state: &mut State, key: &SessionKey, result: &StartResult) {
    let Some(entry) = state.fleet.sessions.get_mut(key) else {
        return;
    };
    if let Some(sandbox) = &result.sandbox {
        entry.address = sandbox.address();
    }
    if let Some(root) = &result.opencode_session_id {
        entry.row.opencode_session_id = Some(root.clone());
    }
    match result.stage {
        Stage::Ready | Stage::Stopped | Stage::Failed => entry.pending = None,
        Stage::Provisioning | Stage::Starting | Stage::Other(_) => {}
    }
    if result.stage == Stage::Failed {
        let reason = result
            .reason
            .clone()
            .unwrap_or_else(|| "the server gives no reason".into());
        state.say(
            Level::Error,
            format!(
                "the session does not start: {}",
                text::sanitize_line(&reason)
            ),
        );
    }
    expect_change(state, key);
}

/// Has the session's list fetched soon, because a row is about to change.
fn expect_change(state: &mut State, key: &SessionKey) {
    if let Some(project) = state.fleet.projects.get_mut(&key.project_key()) {
        project.sessions_fetched = project.sessions_fetched.map(|_| Millis(0));
    }
    state.fleet.revision += 1;
    state.poll_now();
    state.follow_now();
}

/// Deeds end when the row shows what was asked for, or that it failed.
fn settle_deeds(state: &mut State, project: &ProjectKey) {
    use crate::app::fleet::Deed;
    let keys: Vec<SessionKey> = state
        .fleet
        .sessions_of(project)
        .filter(|(_, entry)| entry.pending.is_some())
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        let open = [
            Purpose::Stop(key.clone()),
            Purpose::Restart(key.clone()),
            Purpose::Start(key.clone()),
        ];
        if open
            .iter()
            .any(|purpose| state.ops.is_open(&key.host, purpose))
        {
            continue;
        }
        let Some(entry) = state.fleet.sessions.get_mut(&key) else {
            continue;
        };
        let status = &entry.row.status;
        let over = match entry.pending {
            None | Some(Deed::Create | Deed::Delete) => false,
            Some(Deed::Stop) => !status.is_live(),
            Some(Deed::Start | Deed::Restart) => {
                matches!(status, SessionStatus::Running | SessionStatus::Failed)
            }
        };
        if over {
            entry.pending = None;
            state.fleet.revision += 1;
        }
    }
}

/// Whether a host only said that one sandbox is not ready; the proxy answers 503 for that.
fn is_about_a_sandbox(purpose: &Purpose, reply: &Result<Reply, api::Error>) -> bool {
    matches!(purpose, Purpose::Glance(_)) && matches!(reply, Err(api::Error::ServerIll { .. }))
}

fn note_health(state: &mut State, op: &Op, error: Option<&api::Error>) {
    let now = state.now;
    let name = &op.host;
    let Some(host) = state.fleet.hosts.get_mut(name) else {
        return;
    };
    let Some(error) = error else {
        state.holds.release(name, &op.purpose);
        let was_ill = host.trouble.take().is_some();
        host.failures = 0;
        host.hold_until = Millis(0);
        if was_ill {
            state.say(Level::Info, format!("{name} answers again"));
        }
        return;
    };
    // A missing route or a single bad row says nothing about the host, unless nothing works yet.
    let is_first = matches!(op.purpose, Purpose::Me | Purpose::Projects) && host.fetched.is_none();
    if !error.is_about_the_host() && !is_first {
        return note_refusal(state, op, error);
    }
    let is_news = host.trouble.as_ref() != Some(error);
    host.failures = host.failures.saturating_add(1);
    // Asking again does not help as long as the token is the same.
    let backoff = if matches!(error, api::Error::Unauthorized { .. }) {
        LONGEST_REFUSED
    } else {
        backoff(host.failures, LONGEST_HOLD)
    };
    let wait = error
        .retry_after()
        .map_or(backoff, |asked| asked.max(backoff));
    host.hold_until = now.plus(wait);
    host.trouble = Some(error.clone());
    if is_news {
        complain(
            state,
            &format!("{name} does not answer as it should"),
            error,
        );
    }
}

/// Leaves a refused call alone for a while, and says so once.
fn note_refusal(state: &mut State, op: &Op, error: &api::Error) {
    let is_news = state.holds.refuse(&op.host, &op.purpose, state.now);
    let name = if let Purpose::Sessions(key) = &op.purpose {
        let project = state.fleet.projects.get(key);
        project.map(|project| format!("the sessions of {}", project.row.name))
    } else {
        is_list(&op.purpose).then(|| format!("the projects of {}", op.host))
    };
    if let Some(name) = name.filter(|_| is_news) {
        let what = text::sanitize_line(&name);
        complain(state, &format!("cannot list {what}"), error);
    }
}

/// Says what failed, why, and what to do.
pub(super) fn complain(state: &mut State, what: &str, error: &api::Error) {
    let hint = error
        .hint()
        .map(|hint| format!(". {hint}"))
        .unwrap_or_default();
    state.say(Level::Error, format!("{what}: {error}{hint}"));
}
