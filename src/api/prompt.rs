//! Ids under which a prompt can be sent again without doubling it.
//!
//! OpenCode ids are `prefix_`, 12 hex digits of `(milliseconds · 4096 + n) mod 2^48`, and 14
//! characters of chance. Version 1.15 orders messages by id: one ahead of its clock makes it loop,
//! one behind the newest is never answered. The id right after the newest message of the session is
//! safe on all versions, unless the 48 bits wrapped around since (last on 2026-08-14).

use crate::model::{
    id::{MessageId, PartId},
    time::Millis,
};

const WRAP: i64 = 1 << 48;
/// How far the server's clock may be ahead of ours before an id counts as from the future.
const CLOCKS_DIFFER: i64 = 10 * 60 * 1000;
const TAIL: usize = 14;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The ids of a prompt to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptIds {
    /// For the message.
    pub message: MessageId,
    /// For its only part.
    pub part: PartId,
}

/// Chooses the ids of the next prompt of an agent session, or `None` when no choice is safe and the
/// server must choose.
///
/// `known` are the newest messages with the times at which they were made, `session_created` is
/// when the agent session was made, `now` is this machine's clock.
pub fn prompt_ids(
    known: &[(MessageId, Millis)],
    session_created: Millis,
    now: Millis,
) -> Option<PromptIds> {
    let newest = known.iter().map(|(_, created)| created.0).max();
    // A clock that runs late must not make the newest message look like one of the next round.
    let round = round_of(now.0.max(newest.unwrap_or(0)));
    let is_of_this_round = |created: Millis| round_of(created.0) == round;
    if !is_of_this_round(session_created) || !known.iter().all(|(_, at)| is_of_this_round(*at)) {
        return None;
    }
    let values = known.iter().filter_map(|(id, _)| value_of(id.as_str()));
    let floor = wrapped(session_created.0);
    let next = values.fold(floor, i64::max) + 1;
    let is_ahead = next > wrapped(now.0) + CLOCKS_DIFFER * 4096;
    if is_ahead || next >= WRAP {
        return None;
    }
    Some(PromptIds {
        message: MessageId(format!("msg_{next:012x}{}", tail())),
        part: PartId(format!("prt_{next:012x}{}", tail())),
    })
}

/// The value of the first id in a millisecond.
fn wrapped(millis: i64) -> i64 {
    millis.max(0).wrapping_mul(4096) & (WRAP - 1)
}

/// How often the 48 bits have wrapped around at that time.
fn round_of(millis: i64) -> i64 {
    millis.max(0) / (WRAP / 4096)
}

/// The 48 bits of an id; `None` when it is not made this way.
fn value_of(id: &str) -> Option<i64> {
    let digits = id.strip_prefix("msg_")?.get(..12)?;
    i64::from_str_radix(digits, 16)
        .ok()
        .filter(|value| *value >= 0)
}

fn tail() -> String {
    let letter = |_| fastrand::choice(BASE62).map_or('0', |byte| char::from(*byte));
    (0..TAIL).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T12:00:00Z, after the wrap of 2026-08-14.
    const NOW: Millis = Millis(1_795_176_000_000);
    /// 2026-08-14T11:19:55Z, rounded up: the first millisecond of this round.
    const LAST_WRAP: i64 = (NOW.0 / (WRAP / 4096)) * (WRAP / 4096);

    fn message(at: i64, n: i64) -> (MessageId, Millis) {
        let id = format!("msg_{:012x}abcdefghijklmn", (at * 4096 + n) % WRAP);
        (MessageId(id), Millis(at))
    }

    fn value(ids: &PromptIds) -> i64 {
        value_of(ids.message.as_str()).unwrap_or(-1)
    }

    #[test]
    fn the_id_follows_the_newest_message_and_is_not_ahead_of_the_clock() {
        let newest = message(NOW.0 - 5_000, 7);
        let known = [
            message(NOW.0 - 90_000, 1),
            newest.clone(),
            message(NOW.0 - 50_000, 2),
        ];
        let created = Millis(NOW.0 - 100_000);
        let ids = prompt_ids(&known, created, NOW);
        let expected = value_of(newest.0.as_str()).map(|value| value + 1);
        assert_eq!(ids.as_ref().map(value), expected);
        let ids = ids.map(|ids| (ids.message.0.len(), ids.part.0.len(), ids.part.0));
        let Some((message, part, text)) = ids else {
            unreachable!("ids were chosen above")
        };
        assert_eq!((message, part), (30, 30));
        assert!(text.starts_with("prt_"));
    }

    #[test]
    fn the_first_prompt_follows_the_sessions_own_time() {
        let created = Millis(NOW.0 - 1_000);
        let ids = prompt_ids(&[], created, NOW);
        assert_eq!(ids.as_ref().map(value), Some(wrapped(created.0) + 1));
    }

    #[test]
    fn a_session_from_before_the_wrap_gets_no_ids() {
        let before = LAST_WRAP - 60_000;
        assert_eq!(prompt_ids(&[], Millis(before), NOW), None);
        let known = [message(before, 0)];
        assert_eq!(prompt_ids(&known, Millis(LAST_WRAP + 1), NOW), None);
        let after = [message(LAST_WRAP + 5, 0)];
        assert!(prompt_ids(&after, Millis(LAST_WRAP + 1), NOW).is_some());
    }

    #[test]
    fn the_wrap_is_where_it_was_measured() {
        assert_eq!(
            Millis(LAST_WRAP).to_rfc3339().get(..16),
            Some("2026-08-14T11:19")
        );
    }

    #[test]
    fn an_id_from_the_future_is_not_followed() {
        let (ahead, _) = message(NOW.0 + CLOCKS_DIFFER * 2, 0);
        let known = [(ahead, Millis(NOW.0 - 1_000))];
        assert_eq!(prompt_ids(&known, Millis(NOW.0 - 9_000), NOW), None);
    }

    #[test]
    fn a_clock_that_runs_late_by_minutes_changes_nothing() {
        let known = [message(NOW.0 + 60_000, 3)];
        let created = Millis(NOW.0 - 1_000);
        assert!(prompt_ids(&known, created, NOW).is_some());
    }

    #[test]
    fn ids_of_other_makers_are_passed_over() {
        let known = [
            (MessageId::from("msg_practice"), NOW),
            (MessageId::from("x"), NOW),
        ];
        let ids = prompt_ids(&known, NOW, NOW);
        assert_eq!(ids.as_ref().map(value), Some(wrapped(NOW.0) + 1));
    }
}
