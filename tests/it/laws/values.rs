//! What holds for every value that is a small language of its own.

use jiff::{Timestamp, tz::TimeZone};
use kortix_tui::{
    image::{
        identity::{Hardware, Identity, Source},
        lint_reference,
        reference::Reference,
    },
    manifest::{cron::Schedule, zone as zones},
};

use super::{Law, must};

/// How many runs of a schedule are looked at.
const RUNS: usize = 4;

/// A schedule either is malformed, in words, or runs at times that only go on.
pub fn schedule(text: &str) -> Law {
    let schedule = match Schedule::parse(text) {
        Ok(schedule) => schedule,
        Err(why) => return must(!why.to_string().is_empty(), || "no reason".to_owned()),
    };
    for zone in [
        TimeZone::UTC,
        TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC),
    ] {
        let from = Timestamp::constant(1_790_000_000, 0);
        let runs = schedule.next_runs(from, &zone, RUNS);
        let ascends = [from]
            .iter()
            .chain(&runs)
            .is_sorted_by(|one, next| one < next);
        must(ascends, || format!("{text:?} runs back in time: {runs:?}"))?;
        must(!schedule.is_single() || runs.len() <= 1, || {
            format!("{text:?} is single and runs {runs:?}")
        })?;
    }
    Ok(())
}

/// A zone is known, or the nearest name is one that is known.
pub fn zone(text: &str) -> Law {
    let is_known = zones::read(text).is_some();
    let nearest = (!is_known).then(|| zones::nearest(text)).flatten();
    must(
        nearest
            .as_deref()
            .is_none_or(|name| zones::read(name).is_some()),
        || format!("{nearest:?} for {text:?} is no zone"),
    )
}

/// A reference is judged at its place; a valid one has parts that it was written with.
pub fn reference(text: &str) -> Law {
    for finding in lint_reference(text, 3..7) {
        must(finding.span == (3..7), || format!("elsewhere: {finding:?}"))?;
    }
    let Ok(known) = Reference::parse(text) else {
        return Ok(());
    };
    must(
        !known.registry.is_empty() && !known.repository.is_empty(),
        || format!("a part is empty: {known:?}"),
    )?;
    let parts = [known.tag, known.digest];
    let lost = parts.iter().flatten().find(|part| !text.contains(*part));
    must(lost.is_none(), || format!("{lost:?} is not in {text:?}"))
}

/// A hash is 64 digits, and changes with the text.
pub fn identity(text: &str) -> Law {
    let of = |text: &str| Identity::of(Source::Dockerfile(text), "a", Hardware::default(), "r");
    let identity = of(text);
    let is_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    must(
        identity.content_hash.len() == 64 && identity.content_hash.bytes().all(is_hex),
        || format!("no hash: {identity:?}"),
    )?;
    must(identity.snapshot_name.ends_with(identity.short()), || {
        format!("another name: {identity:?}")
    })?;
    must(of(&format!("{text}\n#")) != identity, || {
        format!("another text, the same hash: {text:?}")
    })
}
