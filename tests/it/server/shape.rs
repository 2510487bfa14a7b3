//! The shape of JSON: its keys and the types of its values, without the values.

use std::collections::BTreeSet;

use serde_json::Value;

/// Where `ours` has other keys or types than `theirs`, as paths.
///
/// `null` fits everything, because a field that can be absent is `null` then. Below a key of
/// `open`, objects may have any keys. Arrays compare by their first elements.
pub fn differences(theirs: &Value, ours: &Value, open: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    compare("", theirs, ours, open, &mut found);
    found
}

fn compare(path: &str, theirs: &Value, ours: &Value, open: &[&str], found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let below = format!("{path}.{key}");
                match (left.get(key), right.get(key)) {
                    (Some(_), Some(_)) if open.contains(&key.as_str()) => {}
                    (Some(left), Some(right)) => compare(&below, left, right, open, found),
                    (Some(_), None) => found.push(format!("{below} is missing")),
                    (None, _) => found.push(format!("{below} is ours only")),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            if let (Some(left), Some(right)) = (left.first(), right.first()) {
                compare(&format!("{path}[]"), left, right, open, found);
            }
        }
        (left, right) if kind(left) == kind(right) => {}
        (left, right) => found.push(format!("{path} is {} and ours {}", kind(left), kind(right))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_missing_key_and_another_type_are_differences() {
    let theirs = serde_json::json!({"a": 1, "b": [{"c": "x"}], "d": null, "m": {"x": 1}});
    let ours = serde_json::json!({"a": "1", "b": [{}], "d": 5, "m": {}});
    assert_eq!(
        differences(&theirs, &ours, &["m"]),
        [".a is number and ours string", ".b[].c is missing"]
    );
}
