//! Cron expressions as the running control plane reads them, and when they fire.

use croner::parser::{CronParser, Seconds};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kortix_tui::manifest::{cron::Schedule, zone};
use proptest::prelude::*;

fn runs(expression: &str, name: &str, from: &str) -> Vec<String> {
    let zone = zone::read(name).unwrap().zone;
    let from: Timestamp = from.parse().unwrap();
    let schedule = Schedule::parse(expression).unwrap();
    let runs = schedule.next_runs(from, &zone, 3);
    runs.iter().map(Timestamp::to_string).collect()
}

#[test]
fn what_the_control_plane_takes_is_taken() {
    let expressions = [
        "0  9 * * *",
        "0\t9\n* * *",
        " @Daily ",
        "0 9 1,L * *",
        "0 9 ,L * *",
        "0 9 5L * *",
        "0 9 L/2 * *",
        "00000 0000000009 * * *",
        "0 9 * * SAT-SUN",
        "0 9 * * sun-sun",
        "0 9 * JANFEB *",
        "0 9 * * 5#L",
        "0 9 * * 1#",
        "0 9 * * 1##9",
        "0 9 * * 1/2#3",
        "0 9 * * 1L2",
        "0 9 * * 1-3L",
        "0 9 * * */2L",
        "1* 9 * * *",
        "/20 9 * * *",
        "2026-07-01T09:00:00+02:00",
        "2026-07-01 09:00",
        "July 1, 2026 09:00",
        "2026-02-30T09:00:00",
        "2026-07-01T24:00:00",
    ];
    for expression in expressions {
        assert!(Schedule::parse(expression).is_ok(), "{expression}");
    }
}

#[test]
fn what_the_control_plane_refuses_is_refused() {
    let expressions = [
        "",
        " 0 9 * * *",
        "0 9 * * * ",
        "0 9 * *",
        "0 0 9 * * * 2026",
        "@midnight",
        "@daily x",
        "0 9 l * *",
        "0 9 LL * *",
        "0 9 L,L * *",
        "0 9 L-3 * *",
        "0 9 15W * *",
        "0 9 1, * *",
        "1,,2 9 * * *",
        "0 9 * * 5l",
        "0 9 * * L",
        "0 9 * * *#2",
        "0 9 * * #1",
        "0 9 * * 1#6",
        "0 9 * * 1#0",
        "0 9 * * 1#12",
        "0 9 * * 7-1",
        "0 9 * * 8",
        "0 9 * * +1",
        "0 9 0/5 * *",
        "0 9 * 13 *",
        "0 24 * * *",
        "60 9 * * *",
        "*/61 9 * * *",
        "*/0 9 * * *",
        "*1 9 * * *",
        "** 9 * * *",
        "1-2-3 9 * * *",
        "1/2-3 9 * * *",
        "1-3/2L 9 * * *",
        "3-* 9 * * *",
        "1/ 9 * * *",
        "12:00",
        ":",
        "2026-07-01T25:00:00",
        "2026-7-1T9:0:0",
        "2026-07-01T09:00:00 ",
    ];
    for expression in expressions {
        assert!(Schedule::parse(expression).is_err(), "{expression}");
    }
}

#[test]
fn a_time_that_comes_twice_is_the_one_that_the_control_plane_takes() {
    // The second in Berlin, the first in New York, where it may lie in the past.
    let berlin = runs("30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z");
    assert_eq!(
        berlin,
        [
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:30:00Z",
            "2026-10-25T03:30:00Z"
        ]
    );
    let york = runs("15 * * * *", "America/New_York", "2026-11-01T06:00:00Z");
    assert_eq!(york[0], "2026-11-01T05:15:00Z");
    let once = runs(
        "2026-10-25T02:30:00",
        "Europe/Berlin",
        "2026-01-01T00:00:00Z",
    );
    assert_eq!(once, ["2026-10-25T01:30:00Z"]);
}

#[test]
fn a_time_that_is_left_out_comes_later() {
    let daily = runs("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z");
    assert_eq!(
        daily,
        [
            "2026-03-29T01:30:00Z",
            "2026-03-30T00:30:00Z",
            "2026-03-31T00:30:00Z"
        ]
    );
}

#[test]
fn the_first_of_march_is_passed_over_on_the_way_to_the_31st_of_february() {
    let tenth = runs("0 0 */10 * *", "UTC", "2026-02-11T00:00:00Z");
    assert_eq!(
        tenth,
        [
            "2026-02-21T00:00:00Z",
            "2026-03-11T00:00:00Z",
            "2026-03-21T00:00:00Z"
        ]
    );
}

#[test]
fn a_single_time_with_an_offset_is_an_instant_and_another_one_is_local() {
    let from = "2026-01-01T00:00:00Z";
    for (text, expected) in [
        ("2026-07-01T09:00:00", "2026-07-01T07:00:00Z"),
        ("2026-07-01T09:00:00z", "2026-07-01T07:00:00Z"),
        ("2026-07-01T09:00:00Z", "2026-07-01T09:00:00Z"),
        ("2026-07-01T09:00:00-05:00", "2026-07-01T14:00:00Z"),
        ("2026-07-01T09:00:00.999", "2026-07-01T07:00:00Z"),
    ] {
        assert_eq!(runs(text, "Europe/Berlin", from), [expected], "{text}");
    }
}

/// A field of numbers in a range, in a form that every dialect reads alike.
fn field(low: u8, high: u8) -> impl Strategy<Value = String> {
    let number = move || low..=high;
    prop_oneof![
        3 => Just("*".to_owned()),
        2 => (1..=high).prop_map(|step| format!("*/{step}")),
        3 => number().prop_map(|number| number.to_string()),
        2 => (number(), number()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => (number(), number(), 1..=high)
            .prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b))),
        1 => proptest::collection::vec(number(), 2..4).prop_map(|numbers| {
            let words: Vec<String> = numbers.iter().map(u8::to_string).collect();
            words.join(",")
        }),
    ]
}

/// Days and weekdays, never both: the dialects join them alike, but one of them passes days over.
fn days() -> impl Strategy<Value = (String, String)> {
    let weekday = prop_oneof![
        field(0, 6),
        Just("MON-FRI".to_owned()),
        Just("sun".to_owned())
    ];
    prop_oneof![
        field(1, 28).prop_filter_map("beyond the 28th", |day| {
            (!day.contains('/')).then(|| (day, "*".to_owned()))
        }),
        weekday.prop_map(|weekday| ("*".to_owned(), weekday)),
    ]
}

proptest! {
    #[test]
    fn where_the_dialects_agree_an_expression_fires_as_another_library_says(
        (second, minute, hour) in (field(0, 59), field(0, 59), field(0, 23)),
        month in field(1, 12),
        (day, weekday) in days(),
        from in 1_700_000_000_i64..2_000_000_000,
    ) {
        let text = format!("{second} {minute} {hour} {day} {month} {weekday}");
        let parser = CronParser::builder().seconds(Seconds::Required).build();
        let other = parser.parse(&text).unwrap();
        let from = Timestamp::from_second(from).unwrap();
        let mut expected = Vec::new();
        let mut last = from.to_zoned(TimeZone::UTC);
        while expected.len() < 3 {
            let Ok(next) = other.find_next_occurrence(&last, false) else { break };
            expected.push(next.timestamp());
            last = next;
        }
        let ours = Schedule::parse(&text).unwrap().next_runs(from, &TimeZone::UTC, 3);
        prop_assert_eq!(ours, expected, "{}", text);
    }

    #[test]
    fn no_expression_makes_the_reader_stop(text in "[0-9*/,#?LWa-zA-Z:TZ+@ -]{0,24}") {
        if let Ok(schedule) = Schedule::parse(&text) {
            schedule.next_runs(Timestamp::UNIX_EPOCH, &TimeZone::UTC, 2);
        }
    }
}
