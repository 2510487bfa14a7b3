//! Triggers that are accepted and never fire, or not when they seem to.

use jiff::Timestamp;

use crate::manifest::codes;
use crate::manifest::cron::Schedule;
use crate::manifest::facts::tables;
use crate::manifest::moment;
use crate::manifest::node::{Field, View};
use crate::manifest::rules::shape;
use crate::manifest::sink::Sink;
use crate::manifest::zone;
use crate::text;

/// Some time from which on schedules are searched for their next one: 2026-01-01.
const EPOCH_SECOND: i64 = 1_767_225_600;

/// What it costs to look for the next run of a schedule, in words that are compared.
const SCHEDULE: usize = 50;

/// Looks at all triggers that run by the clock.
pub fn check(root: View<'_>, sink: &mut Sink) {
    for (at, trigger) in tables(root, "triggers") {
        if trigger
            .field("type")
            .and_then(|field| field.value.trimmed())
            == Some("cron")
        {
            let path = format!("triggers[{at}]");
            check_run_at(sink, trigger, &path);
            check_cron(sink, trigger, &path);
            check_zone(sink, trigger, &path);
        }
    }
}

fn check_run_at(sink: &mut Sink, trigger: View<'_>, path: &str) {
    let Some(field) = trigger.field("run_at") else {
        return;
    };
    let path = format!("{path}.run_at");
    let span = field.value.span();
    match field.value.filled() {
        None if field.value.text().is_none() => {
            let message = format!(
                "`run_at` is {}, not a string, and counts as absent",
                field.value.kind()
            );
            sink.report(&codes::RUN_AT_UNQUOTED, path, span, message)
                .help("write it in quotes");
        }
        Some(text) if moment::read(text).is_some_and(|moment| !moment.is_iso) => {
            let message = format!(
                "`{}` is not ISO 8601; the control plane guesses",
                shape::shown(text)
            );
            sink.report(&codes::RUN_AT_LAX, path, span, message)
                .help("write it like `2026-06-01T09:00:00Z`");
        }
        Some(_) | None => {}
    }
}

fn check_cron(sink: &mut Sink, trigger: View<'_>, path: &str) {
    let Some(field) = trigger.field("cron") else {
        return;
    };
    let Some(text) = field.value.filled() else {
        return;
    };
    let path = format!("{path}.cron");
    let has_run_at = trigger
        .field("run_at")
        .is_some_and(|field| field.value.filled().is_some());
    if has_run_at {
        sink.report(
            &codes::CRON_IGNORED,
            path,
            field.key_span,
            "`run_at` wins, and `cron` is not read",
        )
        .help("delete one of them");
        return;
    }
    check_expression(sink, &field, path, text);
}

fn check_expression(sink: &mut Sink, field: &Field<'_>, path: String, text: &str) {
    let span = field.value.span();
    match Schedule::parse(text) {
        Err(error) => {
            let message = format!("`{}` never fires: {error}", shape::shown(text));
            sink.report(&codes::CRON_INVALID, path, span, message).help(
                "five fields (minute first) or six (second first), such as `0 9 * * MON-FRI`",
            );
        }
        Ok(schedule) if !schedule.is_single() && sink.may_search(SCHEDULE) => {
            let from = Timestamp::from_second(EPOCH_SECOND).unwrap_or(Timestamp::UNIX_EPOCH);
            if schedule.next(from, &jiff::tz::TimeZone::UTC).is_none() {
                let message = format!("`{}` never fires: no such day comes", shape::shown(text));
                sink.report(&codes::CRON_NEVER, path, span, message)
                    .help("check the day and the month");
            }
        }
        Ok(_) => {}
    }
}

fn check_zone(sink: &mut Sink, trigger: View<'_>, path: &str) {
    let field = trigger.field("timezone");
    let Some((field, name)) = field.and_then(|field| Some((field.clone(), field.value.filled()?)))
    else {
        return;
    };
    let (path, span) = (format!("{path}.timezone"), field.value.span());
    match zone::read(name) {
        None => {
            let may_search = sink.may_search(zone::COUNT);
            let nearest = may_search.then(|| zone::nearest(name)).flatten();
            let mean = text::did_you_mean(nearest.as_deref());
            let message = format!(
                "there is no time zone `{}`; the trigger is dropped{mean}",
                shape::shown(name)
            );
            let draft = sink.report(&codes::TIMEZONE_UNKNOWN, path, span.clone(), message);
            let draft = draft.help("write an IANA name such as `Europe/Berlin`");
            if let Some(zone) = nearest {
                draft.guess(format!("write `{zone}`"), span, shape::quoted(&zone));
            }
        }
        Some(known) if known.is_shaky => {
            let message = format!(
                "`{}` is known only to some engines of the control plane",
                shape::shown(name)
            );
            sink.report(&codes::TIMEZONE_SHAKY, path, span, message)
                .help("write an IANA name such as `Europe/Berlin`");
        }
        Some(_) => {}
    }
}
