//! What a manifest asks for, as the running control plane understands it.

use kortix_tui::manifest::cron::Schedule;
use kortix_tui::manifest::{Cause, Manifest, Size, SizeReason, Source, Why, zone};

use super::checked;

fn manifest(lines: &str) -> Manifest {
    checked(&format!("kortix_version = 1\n{lines}"))
        .manifest
        .unwrap()
}

fn cpu(value: &str) -> Size {
    let lines = format!("[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\n{value}");
    manifest(&lines).templates.remove(0).cpu
}

#[test]
fn sizes_are_rounded_clamped_or_left_at_their_defaults() {
    let cases = [
        ("", None, 2, SizeReason::Default),
        ("cpu = 4", Some(4.0), 4, SizeReason::Asked),
        ("cpu = ' 0x10 '", Some(16.0), 16, SizeReason::Asked),
        ("cpu = 0.5", Some(0.5), 1, SizeReason::Rounded),
        ("cpu = 1.5", Some(1.5), 2, SizeReason::Rounded),
        ("cpu = 0.4", Some(0.4), 2, SizeReason::Unusable),
        ("cpu = '4 cores'", None, 2, SizeReason::Unusable),
        ("cpu = 33", Some(33.0), 32, SizeReason::Clamped),
        ("cpus = 3", Some(3.0), 3, SizeReason::Asked),
    ];
    for (text, asked, effective, reason) in cases {
        let size = cpu(text);
        let value = size.asked.map(|asked| asked.value);
        assert_eq!(
            (text, value, size.effective, size.reason),
            (text, asked, effective, reason)
        );
    }
}

#[test]
fn templates_say_what_they_are_made_from_and_why_they_are_dropped() {
    let manifest = manifest(
        "sandbox.default = 'a'\nsandbox.templates = [\n\
         { slug = 'a', image = 'x:1', dockerfile = 'D' }, { slug = 'a', image = 'y:1' },\n\
         { slug = 'default', dockerfile = '/D', image = 'z:1' }, { slug = 'B' },\n]",
    );
    let templates = manifest.templates.iter().map(|template| {
        let source = match &template.source {
            Source::Dockerfile(path) => &*path.value,
            Source::Image(image) => &*image.value,
            Source::Missing => "nothing",
        };
        (source, template.dropped)
    });
    let expected = [
        ("D", None),
        ("y:1", Some(Why::Duplicate)),
        ("z:1", Some(Why::Reserved)),
        ("nothing", Some(Why::Slug)),
    ];
    assert_eq!(templates.collect::<Vec<_>>(), expected);
    assert_eq!(manifest.default_template.unwrap().value, "a");
}

#[test]
fn a_trigger_knows_its_next_runs() {
    let manifest = manifest(
        "[[triggers]]\ntype = 'cron'\ncron = '0 9 * * MON-FRI'\ntimezone = 'Europe/Berlin'\n",
    );
    let Some(Cause::Cron {
        schedule: Some(schedule),
        zone: Some(zone),
        ..
    }) = &manifest.triggers[0].cause
    else {
        panic!("a schedule on a clock");
    };
    let runs = schedule.next_runs("2026-03-27T12:00:00Z".parse().unwrap(), zone, 2);
    let runs: Vec<_> = runs.iter().map(ToString::to_string).collect();
    // The clock is set forward between the two.
    assert_eq!(runs, ["2026-03-30T07:00:00Z", "2026-03-31T07:00:00Z"]);
}

#[test]
fn a_time_that_the_clock_skips_is_made_up_for_and_one_that_it_repeats_comes_once() {
    let new_york = zone::read("America/New_York").unwrap().zone;
    let runs = |text: &str, from: &str| -> Vec<String> {
        let schedule = Schedule::parse(text).unwrap();
        let runs = schedule.next_runs(from.parse().unwrap(), &new_york, 2);
        runs.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        runs("30 2 * * *", "2026-03-08T05:00:00Z"),
        ["2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"]
    );
    assert_eq!(
        runs("30 1 * * *", "2026-11-01T04:00:00Z"),
        ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
    );
}

#[test]
fn a_malformed_expression_says_what_is_wrong() {
    let cases = [
        ("* * * *", "it has 4 fields; five or six are needed"),
        ("* * * * * ", "it has white space around it"),
        ("0 0 15W * *", "the day of the month does not take `W`"),
        ("61 * * * *", "the minute cannot be `61`"),
        ("* * * * 5-1", "the weekday cannot be `5-1`"),
        ("*/61 * * * *", "the minute cannot be `*/61`"),
        ("* * * * 1#6", "the weekday cannot be `1#6`"),
        (
            "10:00",
            "it has a colon but is no time such as `2026-06-01T09:00:00`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Schedule::parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn zones_are_found_in_any_case_and_offsets_are_shaky() {
    let shaky = |name: &str| zone::read(name).map(|known| known.is_shaky);
    assert_eq!(shaky(" europe/berlin "), Some(false));
    assert_eq!(shaky(""), Some(false));
    assert_eq!(shaky("+02:00"), Some(true));
    assert_eq!(shaky("+2"), None);
    assert_eq!(shaky("Europe/Atlantis"), None);
}
