//! `cpu`, `memory` and `disk` of a template.

use super::shape;
use crate::manifest::codes;
use crate::manifest::js;
use crate::manifest::node::View;
use crate::manifest::sink::Sink;

/// The sizes of a sandbox with their ceilings.
pub const SIZES: [(&str, u32); 3] = [("cpu", 32), ("memory", 128), ("disk", 500)];

/// The number that a size asks for: a number or a string of one; `None` for anything else.
pub fn asked(value: View<'_>) -> Option<f64> {
    value.number().or_else(|| js::number(value.text()?))
}

/// Checks one size of a template.
pub fn check(sink: &mut Sink, template: View<'_>, path: &str, key: &str, ceiling: u32) {
    let Some(field) = template.field(key) else {
        return;
    };
    let (path, span) = (format!("{path}.{key}"), field.value.span());
    let written = match (asked(field.value), field.value.text()) {
        (Some(number), _) => format!("{number}"),
        (None, Some(text)) => format!("\"{}\"", shape::shown(text)),
        (None, None) => field.value.kind().to_owned(),
    };
    match asked(field.value).filter(|number| number.is_finite() && *number > 0.0) {
        None => {
            let message = format!("`{key}` is {written}; it must be a positive integer");
            let draft = sink.report(&codes::SIZE_INVALID, path, span.clone(), message);
            let draft = draft.help(format!(
                "write a number from 1 to {ceiling}, without a unit"
            ));
            if let Some(number) = field.value.text().and_then(without_unit) {
                draft.guess(format!("write {number}"), span, number.to_string());
            }
        }
        Some(number) if number.fract() != 0.0 => {
            let message = format!("`{key}` is {number}; it must be a whole number");
            let whole = number.round().clamp(1.0, f64::from(ceiling));
            sink.report(&codes::SIZE_FRACTION, path, span.clone(), message)
                .guess(format!("write {whole}"), span, whole.to_string());
        }
        Some(number) if number > f64::from(ceiling) => {
            let message = format!("`{key}` is {number}; the sandbox gets {ceiling}");
            sink.report(&codes::SIZE_CEILING, path, span.clone(), message)
                .help(format!("{ceiling} is the ceiling"))
                .guess(format!("write {ceiling}"), span, ceiling.to_string());
        }
        Some(_) => {}
    }
}

/// The number before a unit such as `GiB`.
fn without_unit(text: &str) -> Option<u32> {
    let text = js::trim(text);
    let digits = text
        .trim_end_matches(|character: char| character.is_ascii_alphabetic() || character == ' ');
    let unit = text.get(digits.len()..)?.trim();
    let is_known =
        ["g", "gb", "gi", "gib", "core", "cores"].contains(&unit.to_ascii_lowercase().as_str());
    digits.parse().ok().filter(|number| is_known && *number > 0)
}
