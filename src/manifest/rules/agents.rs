//! `[[agents]]`: what each agent may use.

use std::collections::HashSet;

use super::shape;
use crate::manifest::codes;
use crate::manifest::js;
use crate::manifest::node::View;
use crate::manifest::sink::Sink;

/// What can be granted in `kortix_cli`.
const ACTIONS: [&str; 26] = [
    "project.read",
    "project.write",
    "project.delete",
    "project.deploy",
    "project.cr.open",
    "project.cr.merge",
    "project.session.read",
    "project.session.start",
    "project.session.exec",
    "project.session.stop",
    "project.members.read",
    "project.members.manage",
    "project.trigger.read",
    "project.trigger.create",
    "project.trigger.update",
    "project.trigger.delete",
    "project.trigger.fire",
    "project.gateway.logs.read",
    "project.gateway.spend.read",
    "project.gateway.routing.edit",
    "project.gateway.budget.set",
    "project.gateway.keys.manage",
    "channel.read",
    "channel.connect",
    "channel.send",
    "channel.disconnect",
];

/// Checks the agents.
pub fn check(root: View<'_>, sink: &mut Sink) {
    let mut seen = HashSet::new();
    for (path, agent) in shape::tables(sink, root, "", "agents") {
        shape::slug(sink, agent, &path, "name", &mut seen);
        check_grant(sink, agent, &path, "connectors");
        check_grant(sink, agent, &path, "kortix_cli");
    }
}

fn check_grant(sink: &mut Sink, agent: View<'_>, path: &str, key: &str) {
    let Some(field) = agent.field(key) else {
        return;
    };
    let path = shape::join(path, key);
    let span = field.value.span();
    if let Some(text) = field.value.trimmed() {
        if !matches!(text.to_lowercase().as_str(), "all" | "none") {
            let message = format!("`{}` is neither `all` nor `none`", shape::shown(text));
            let draft = sink.report(&codes::GRANT, path, span.clone(), message);
            let draft = draft.help("write \"all\", \"none\" or an array of names");
            if !text.is_empty() && key == "connectors" {
                draft.guess(
                    "put it in an array",
                    span,
                    format!("[{}]", shape::quoted(text)),
                );
            }
        }
        return;
    }
    let Some(elements) = field.value.elements() else {
        let message = format!(
            "`{path}` is {}; it must be \"all\", \"none\" or an array",
            field.value.kind()
        );
        sink.report(&codes::GRANT, path, span, message);
        return;
    };
    for (at, element) in elements.enumerate() {
        check_element(sink, element, || format!("{path}[{at}]"), key);
    }
}

fn check_element(sink: &mut Sink, element: View<'_>, path: impl Fn() -> String, key: &str) {
    let Some(name) = element.filled() else {
        let path = path();
        let why = if element.text().is_some() {
            "empty"
        } else {
            "not a string"
        };
        sink.report(
            &codes::GRANT,
            &path,
            element.span(),
            format!("`{path}` is {why}"),
        )
        .help("write the name of what is granted");
        return;
    };
    if key == "kortix_cli" && name != "*" && !ACTIONS.contains(&name) {
        unknown_action(sink, element, path(), name);
    }
}

fn unknown_action(sink: &mut Sink, element: View<'_>, path: String, name: &str) {
    let folded = js::trim(name).to_lowercase();
    let nearest = ACTIONS
        .iter()
        .copied()
        .find(|action| action.strip_prefix("project.") == Some(&folded));
    let nearest = nearest.or_else(|| shape::nearest(sink, &folded, &ACTIONS));
    let mean = crate::text::did_you_mean(nearest);
    let message = format!(
        "`{}` is no action that can be granted{mean}",
        shape::shown(name)
    );
    let draft = sink.report(&codes::GRANT_UNKNOWN, path, element.span(), message);
    let draft = draft.help("write an action such as `project.read`, or `*` for all");
    if let Some(action) = nearest {
        draft.guess(
            format!("write `{action}`"),
            element.span(),
            shape::quoted(action),
        );
    }
}
