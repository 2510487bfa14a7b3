//! Values without an inside: strings, numbers, truth values, dates and times.
//!
//! In: the text of one value. Out: a [`Value`], and faults where it is none.

use std::borrow::Cow;
use std::ops::Range;

use toml::value::Datetime;
use toml_parser::Raw;
use toml_parser::decoder::ScalarKind;

use super::faults::{Fault, Faults, edit};
use crate::manifest::node::Value;

/// The largest whole number that the control plane holds exactly, 2^53 - 1.
const LARGEST: i64 = 9_007_199_254_740_991;

/// Reads a value that is written at `span`; one that is wrong becomes a string.
pub fn read(raw: &Raw<'_>, span: Range<usize>, faults: &mut Faults) -> Value {
    let mut text = Cow::Borrowed("");
    let kind = raw.decode_scalar(&mut text, &mut |error| faults.push_error(&error));
    match kind {
        ScalarKind::String => Value::Text(text.into()),
        ScalarKind::Boolean(value) => Value::Bool(value),
        // An overflow is infinity here and there.
        ScalarKind::Float => match text.parse() {
            Ok(number) => Value::Float(number),
            Err(_) => wrong(span, "invalid float", &text, faults),
        },
        ScalarKind::Integer(radix) => match i64::from_str_radix(&text, radix.value()) {
            Ok(number) => integer(number, span, faults),
            Err(_) => wrong(span, "integer out of range", &text, faults),
        },
        ScalarKind::DateTime => {
            moment(&text, span, faults);
            Value::Moment
        }
    }
}

fn wrong(span: Range<usize>, what: &str, text: &str, faults: &mut Faults) -> Value {
    faults.push(Fault::new(span, what));
    Value::Text(text.into())
}

fn integer(number: i64, span: Range<usize>, faults: &mut Faults) -> Value {
    if !(-LARGEST..=LARGEST).contains(&number) {
        faults.push(Fault::dialect(
            span,
            "the integer is beyond ±(2^53 - 1), which the control plane cannot hold exactly",
            "write a smaller number, or a string",
        ));
    }
    Value::Integer(number)
}

fn moment(text: &str, span: Range<usize>, faults: &mut Faults) {
    match text.parse::<Datetime>() {
        Ok(moment) if moment.time.is_some_and(|time| time.second == Some(60)) => {
            faults.push(Fault::dialect(
                span,
                "the second 60, which the control plane refuses",
                "write 59",
            ));
        }
        Ok(_) => {}
        Err(error) => {
            let what = if is_past_month_end(text) {
                Some("the month has fewer days")
            } else {
                has_stray_offset(text).then_some("an offset needs both a date and a time")
            };
            let mut fault = Fault::new(
                span.clone(),
                what.map_or_else(|| error.to_string(), str::to_owned),
            );
            if what.is_some() {
                fault.let_through(edit(span, "2026-01-01"));
            }
            faults.push(fault);
        }
    }
}

/// `2026-02-30`: right but for a day that the month does not have.
fn is_past_month_end(text: &str) -> bool {
    let is_late = matches!(text.get(8..10), Some("29" | "30" | "31"));
    let (Some(month), Some(rest)) = (text.get(..8), text.get(10..)) else {
        return false;
    };
    is_late && format!("{month}28{rest}").parse::<Datetime>().is_ok()
}

/// `2026-06-01Z`, `09:00Z`, `09:00:00+02:00`.
fn has_stray_offset(text: &str) -> bool {
    let is_time = text.as_bytes().get(2) == Some(&b':');
    let bare = text.strip_suffix(['Z', 'z']);
    let bare = bare.or_else(|| {
        let at = text.len().checked_sub(6).filter(|_| is_time)?;
        let (time, offset) = text.split_at_checked(at)?;
        format!("2026-01-01T09:00:00{offset}")
            .parse::<Datetime>()
            .ok()?;
        Some(time)
    });
    let is_bare = |text: &str| {
        let moment = text.parse::<Datetime>();
        moment.is_ok_and(|moment| moment.offset.is_none()) || is_past_month_end(text)
    };
    bare.is_some_and(is_bare)
}
