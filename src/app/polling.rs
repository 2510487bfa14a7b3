//! Which background calls are due, and when to look again.
//!
//! Gentle on purpose: a check of a token costs the real server some 50 ms of processor time, one
//! after the other. What is on the screen is asked for often, the rest slowly; nothing is asked
//! while the terminal has lost the focus and nothing is under way. A single project is never
//! fetched: that would change the order of the server's list.

use std::time::Duration;

use crate::{
    app::{
        Screen, State,
        call::{AgentCall, Call},
        changes::looks,
        event::{Effect, Urgency},
        fleet::Deed,
        ops::Purpose,
        review,
    },
    model::{
        id::{HostName, ProjectKey, SessionKey},
        template::BuildStatus,
        time::Millis,
    },
};

/// How often the list of projects is fetched.
const PROJECTS: Duration = Duration::from_secs(60);
/// How often sessions are fetched while one of the project lives and the board is shown.
const SESSIONS_LIVE: Duration = Duration::from_secs(5);
/// For every so many sessions of a project its list is fetched that much more rarely.
const CROWD: u32 = 500;
/// How often sessions are fetched while a deed of the person is under way.
const SESSIONS_PENDING: Duration = Duration::from_secs(2);
/// How often sessions are fetched otherwise.
const SESSIONS_QUIET: Duration = Duration::from_secs(30);
/// How often builds are fetched while one runs and the builds screen is shown.
const BUILDS_LIVE: Duration = Duration::from_secs(5);
/// How often builds are fetched while the builds screen is shown.
const BUILDS_SHOWN: Duration = Duration::from_secs(20);
/// How often an agent that is not followed is looked at.
const GLANCE: Duration = Duration::from_secs(20);
/// At most this many background calls are open on a host.
const OPEN_PER_HOST: usize = 3;

/// Something that is due at some time.
#[derive(Debug, Clone, PartialEq)]
struct Due {
    at: Millis,
    host: HostName,
    purpose: Purpose,
}

impl Due {
    fn of((at, host, purpose): looks::Wish) -> Self {
        Self { at, host, purpose }
    }
}

/// Makes the background calls that are due and says when the next one will be.
pub(super) fn run(state: &mut State) -> Option<Millis> {
    if !state.has_focus && !something_pending(state) {
        return None;
    }
    let mut next: Option<Millis> = None;
    let mut due = wishes(state);
    due.sort_by_key(|due| due.at);
    let hosts: Vec<HostName> = state.fleet.hosts.keys().cloned().collect();
    let mut room: Vec<(HostName, usize)> = hosts
        .into_iter()
        .map(|host| {
            let open = state.ops.background_on(&host);
            (host, OPEN_PER_HOST.saturating_sub(open))
        })
        .collect();
    for wish in due {
        if state.ops.is_open(&wish.host, &wish.purpose) {
            continue;
        }
        let at = hold(state, &wish);
        if at > state.now {
            next = Some(next.map_or(at, |earliest| earliest.min(at)));
            continue;
        }
        let Some((_, room)) = room.iter_mut().find(|(host, _)| *host == wish.host) else {
            continue;
        };
        // A reply makes room and runs this function again, so that no timer is needed.
        if *room == 0 {
            continue;
        }
        *room -= 1;
        call(state, wish);
    }
    next
}

fn hold(state: &State, wish: &Due) -> Millis {
    let hold = state
        .fleet
        .hosts
        .get(&wish.host)
        .map(|host| host.hold_until);
    let refused = state.holds.until(&wish.host, &wish.purpose);
    hold.unwrap_or_default().max(refused).max(wish.at)
}

fn something_pending(state: &State) -> bool {
    state
        .fleet
        .sessions
        .values()
        .any(|entry| entry.pending.is_some())
}

fn wishes(state: &State) -> Vec<Due> {
    let mut due = Vec::new();
    for (name, host) in &state.fleet.hosts {
        if host.me.value().is_none() {
            due.push(Due {
                at: Millis(0),
                host: name.clone(),
                purpose: Purpose::Me,
            });
        }
        let at = host
            .fetched
            .map_or(Millis(0), |fetched| fetched.plus(PROJECTS));
        due.push(Due {
            at,
            host: name.clone(),
            purpose: Purpose::Projects,
        });
    }
    for (key, project) in &state.fleet.projects {
        let at = project.sessions_fetched.map_or(Millis(0), |fetched| {
            fetched.plus(session_interval(state, key))
        });
        let purpose = Purpose::Sessions(key.clone());
        due.push(Due {
            at,
            host: key.host.clone(),
            purpose,
        });
        due.extend(builds_wish(state, key));
        due.extend(looks::list_wish(state, key).map(Due::of));
    }
    due.extend(looks::wishes(state).into_iter().map(Due::of));
    due.extend(glances(state));
    let polls = review::polls(state).into_iter();
    due.extend(polls.map(|(at, host, purpose)| Due { at, host, purpose }));
    due
}

fn session_interval(state: &State, project: &ProjectKey) -> Duration {
    let mut is_live = false;
    let mut count = 0;
    for (_, entry) in state.fleet.sessions_of(project) {
        if entry.pending.is_some_and(|deed| deed != Deed::Create) {
            return SESSIONS_PENDING;
        }
        is_live |= entry.row.status.is_live();
        count += 1;
    }
    match state.screen {
        // A long list is dear to both sides, and what lives is heard by its stream as well.
        Screen::Board | Screen::Session(_) if is_live => {
            (SESSIONS_LIVE * (1 + count / CROWD)).min(SESSIONS_QUIET)
        }
        Screen::Board
        | Screen::Session(_)
        | Screen::Changes
        | Screen::Review(_)
        | Screen::Builds
        | Screen::Manifest => SESSIONS_QUIET,
    }
}

fn builds_wish(state: &State, key: &ProjectKey) -> Option<Due> {
    let project = state.fleet.projects.get(key)?;
    if state.screen != Screen::Builds {
        return None;
    }
    let building = project.snapshots.value().is_some_and(|all| {
        all.builds
            .iter()
            .any(|build| build.status == BuildStatus::Building)
    });
    let interval = if building { BUILDS_LIVE } else { BUILDS_SHOWN };
    let at = project
        .snapshots_fetched
        .map_or(Millis(0), |fetched| fetched.plus(interval));
    let purpose = Purpose::Snapshots(key.clone());
    Some(Due {
        at,
        host: key.host.clone(),
        purpose,
    })
}

fn glances(state: &State) -> impl Iterator<Item = Due> + '_ {
    state.fleet.sessions.iter().filter_map(|(key, entry)| {
        if !entry.is_running() || state.following.contains_key(key) || entry.address().is_none() {
            return None;
        }
        let at = entry
            .glanced
            .map_or(Millis(0), |glanced| glanced.plus(GLANCE));
        let purpose = Purpose::Glance(key.clone());
        Some(Due {
            at,
            host: key.host.clone(),
            purpose,
        })
    })
}

fn call(state: &mut State, wish: Due) {
    let call = match &wish.purpose {
        Purpose::Me => Call::Me,
        Purpose::Projects => Call::Projects,
        Purpose::Sessions(key) => Call::Sessions(key.project.clone()),
        Purpose::Snapshots(key) => Call::Snapshots(key.project.clone()),
        Purpose::Glance(key) => match glance(state, key) {
            Some(call) => call,
            None => return,
        },
        Purpose::Changes(key) => Call::Changes(key.project.clone()),
        Purpose::Look(key, look) => match looks::call(state, key, *look) {
            Some(call) => {
                looks::asked(state);
                call
            }
            None => return,
        },
        Purpose::Change(_) | Purpose::Difference(_) | Purpose::Preview(_) => {
            match review::call(&wish.purpose) {
                Some(call) => call,
                None => return,
            }
        }
        Purpose::EditChange(_)
        | Purpose::Merge(_)
        | Purpose::CloseChange(_)
        | Purpose::ReopenChange(_)
        | Purpose::FileText(..)
        | Purpose::Manifest(_)
        | Purpose::Branches(_)
        | Purpose::Agents(_)
        | Purpose::Create(_)
        | Purpose::Start(_)
        | Purpose::Refetch(_)
        | Purpose::Stop(_)
        | Purpose::Restart(_)
        | Purpose::Delete(_)
        | Purpose::Rename(..)
        | Purpose::Uncommitted(_)
        | Purpose::Prompt(..)
        | Purpose::Abort(_)
        | Purpose::Permission(..)
        | Purpose::Question(..) => return,
    };
    let op = state.ops.open(wish.host.clone(), wish.purpose);
    state.effects.push(Effect::Call {
        op,
        host: wish.host,
        call,
        urgency: Urgency::Background,
    });
}

fn glance(state: &mut State, key: &SessionKey) -> Option<Call> {
    let now = state.now;
    let entry = state.fleet.sessions.get_mut(key)?;
    entry.glanced = Some(now);
    Some(Call::Agent(entry.address()?, AgentCall::Glance))
}
