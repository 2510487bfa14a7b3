//! Names of secrets that cannot be stored.

use std::collections::HashSet;
use std::ops::Range;

use crate::manifest::codes;
use crate::manifest::facts::tables;
use crate::manifest::js;
use crate::manifest::node::View;
use crate::manifest::rules::shape;
use crate::manifest::sink::Sink;

/// The longest name of a secret, in characters.
const LONGEST: usize = 64;

/// Looks at the names in `[env]` and at those that triggers need.
pub fn check(root: View<'_>, sink: &mut Sink) {
    let mut declared = HashSet::new();
    for key in ["required", "optional"] {
        let list = root.field("env").and_then(|env| env.value.field(key));
        let elements = list.and_then(|list| list.value.elements());
        for (at, element) in elements.into_iter().flatten().enumerate() {
            let Some(name) = element.trimmed().map(str::to_uppercase) else {
                continue;
            };
            if !js::is_variable(&name) {
                continue;
            }
            let path = || format!("env.{key}[{at}]");
            storable(sink, path, element.span(), &name);
            if declared.contains(&name) {
                let message = format!("`{}` is named before in `[env]`", shape::shown(&name));
                sink.report(&codes::NAME_TWICE, path(), element.span(), message)
                    .help("delete it");
            } else {
                declared.insert(name);
            }
        }
    }
    for (at, trigger) in tables(root, "triggers") {
        secret(sink, trigger, at, &declared);
    }
}

fn secret(sink: &mut Sink, trigger: View<'_>, at: usize, declared: &HashSet<String>) {
    let is_webhook = trigger
        .field("type")
        .and_then(|field| field.value.trimmed())
        == Some("webhook");
    let field = trigger.field("secret_env").filter(|_| is_webhook);
    let Some(value) = field.map(|field| field.value) else {
        return;
    };
    let Some(name) = value.trimmed().filter(|name| js::is_variable(name)) else {
        return;
    };
    let path = || format!("triggers[{at}].secret_env");
    storable(sink, path, value.span(), name);
    if !declared.contains(name) {
        let message = format!("`{}` is not declared in `[env]`", shape::shown(name));
        sink.report(&codes::SECRET_UNDECLARED, path(), value.span(), message)
            .help(format!(
                "add \"{}\" to `required` of `[env]`",
                shape::shown(name)
            ));
    }
}

fn storable(sink: &mut Sink, path: impl Fn() -> String, span: Range<usize>, name: &str) {
    if name.starts_with("KORTIX_") {
        let message = format!(
            "`{}`: names that begin with `KORTIX_` are reserved",
            shape::shown(name)
        );
        sink.report(&codes::NAME_RESERVED, path(), span.clone(), message)
            .help("choose another name");
    }
    if name.len() > LONGEST {
        let message = format!(
            "the name has {} characters; no secret of more than {LONGEST} can be stored",
            name.len()
        );
        sink.report(&codes::NAME_LONG, path(), span, message)
            .help("choose a shorter name");
    }
}
