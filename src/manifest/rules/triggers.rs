//! `[[triggers]]`.

use std::collections::HashSet;

use super::shape::{self, Spacing};
use crate::manifest::codes;
use crate::manifest::js;
use crate::manifest::moment;
use crate::manifest::node::View;
use crate::manifest::sink::Sink;

/// Checks what starts sessions by itself.
pub fn check(root: View<'_>, sink: &mut Sink) {
    let mut seen = HashSet::new();
    for (path, trigger) in shape::tables(sink, root, "", "triggers") {
        shape::slug(sink, trigger, &path, "slug", &mut seen);
        shape::word(
            sink,
            trigger,
            &path,
            "type",
            &["cron", "webhook"],
            Spacing::Trimmed,
        );
        let filled = |key: &str| trigger.field(key).and_then(|field| field.value.filled());
        if filled("prompt").is_none() {
            shape::missing(sink, &codes::PROMPT_MISSING, trigger, &path, "prompt")
                .help("add `prompt = \"…\"`: what the agent is asked to do");
        }
        match filled("type") {
            Some("cron") => check_cron(sink, trigger, &path),
            Some("webhook") => check_webhook(sink, trigger, &path),
            Some(_) | None => {}
        }
        shape::boolean(sink, trigger, &path, "enabled");
        if trigger.field("session_mode").is_some() {
            shape::word(
                sink,
                trigger,
                &path,
                "session_mode",
                &["fresh", "reuse"],
                Spacing::Trimmed,
            );
        }
    }
}

fn check_cron(sink: &mut Sink, trigger: View<'_>, path: &str) {
    let run_at = trigger
        .field("run_at")
        .filter(|field| field.value.filled().is_some());
    let has_cron = trigger
        .field("cron")
        .is_some_and(|field| field.value.filled().is_some());
    match run_at {
        Some(field) => {
            let text = field.value.filled().unwrap_or_default();
            if moment::read(text).is_none() {
                let message = format!("`{}` is no date and time", shape::shown(text));
                sink.report(
                    &codes::RUN_AT_INVALID,
                    format!("{path}.run_at"),
                    field.value.span(),
                    message,
                )
                .help("write it like `2026-06-01T09:00:00Z`");
            }
        }
        None if !has_cron => {
            shape::missing(sink, &codes::SCHEDULE_MISSING, trigger, path, "cron").help(
                "add `cron = \"0 9 * * *\"`, or `run_at = \"2026-06-01T09:00:00Z\"` to run once",
            );
        }
        None => {}
    }
    shape::string(sink, trigger, path, "timezone");
}

fn check_webhook(sink: &mut Sink, trigger: View<'_>, path: &str) {
    let field = trigger.field("secret_env");
    let Some(name) = field.as_ref().and_then(|field| field.value.filled()) else {
        shape::missing(sink, &codes::SECRET_MISSING, trigger, path, "secret_env")
            .help("add `secret_env = \"NAME\"`: the secret that signs the calls");
        return;
    };
    if js::is_variable(name) {
        return;
    }
    let span = field.map_or(0..0, |field| field.value.span());
    let message = format!(
        "`{}` is not the name of an environment variable",
        shape::shown(name)
    );
    let draft = sink.report(
        &codes::ENV_NAME,
        format!("{path}.secret_env"),
        span.clone(),
        message,
    );
    let draft = draft.help("use capital letters, digits and `_`, not beginning with a digit");
    let upper = name.to_ascii_uppercase().replace('-', "_");
    if js::is_variable(&upper) {
        draft.guess(format!("write `{upper}`"), span, shape::quoted(&upper));
    }
}
