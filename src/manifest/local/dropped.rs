//! Templates, connectors and apps that the validation accepts and the running control plane drops.

use std::ops::Range;

use crate::manifest::codes::{self, Code};
use crate::manifest::facts::{LONGEST_SLUG, tables};
use crate::manifest::js;
use crate::manifest::node::{Field, View};
use crate::manifest::rules::{PROVIDERS, shape};
use crate::manifest::sink::Sink;

/// Slugs of connectors that nobody else may have. The last one is no name of the platform, but of
/// something that every object of its language has.
const RESERVED: [&str; 4] = ["kortix_slack", "kortix_email", "computer", "constructor"];

/// Looks at what may be dropped.
pub fn check(root: View<'_>, sink: &mut Sink) {
    let sandbox = root.field("sandbox").map(|field| field.value);
    let templates = sandbox
        .into_iter()
        .flat_map(|sandbox| tables(sandbox, "templates"));
    for (at, template) in templates {
        check_template(sink, template, &format!("sandbox.templates[{at}]"));
    }
    for (at, connector) in tables(root, "connectors") {
        check_connector(sink, connector, &format!("connectors[{at}]"));
    }
    for (at, app) in tables(root, "apps") {
        check_app(sink, app, &format!("apps[{at}]"));
    }
}

fn check_template(sink: &mut Sink, template: View<'_>, path: &str) {
    let Some(field) = template.field("slug") else {
        return;
    };
    let Some(slug) = field.value.filled().filter(|slug| js::is_slug(slug)) else {
        return;
    };
    if slug.len() > LONGEST_SLUG {
        let message = format!(
            "the slug has {} characters; a template with more than {LONGEST_SLUG} is dropped",
            slug.len()
        );
        sink.report(
            &codes::SLUG_LONG,
            format!("{path}.slug"),
            field.value.span(),
            message,
        )
        .help("choose a shorter slug");
    }
}

fn text<'a>(table: View<'a>, key: &str) -> Option<&'a str> {
    table.field(key)?.value.filled()
}

/// Reports a key that is missing or blank although the running control plane needs it.
fn needed(
    sink: &mut Sink,
    code: &'static Code,
    table: View<'_>,
    path: &str,
    key: &str,
    what: &str,
) {
    if text(table, key).is_none() {
        let field = table.field(key);
        let span: Range<usize> = field.map_or_else(|| table.gap(), |field| field.value.span());
        let message = format!("{what} without `{key}` is dropped");
        sink.report(code, format!("{path}.{key}"), span, message)
            .help(format!("add `{key} = \"…\"`"));
    }
}

fn check_connector(sink: &mut Sink, connector: View<'_>, path: &str) {
    let provider = text(connector, "provider").unwrap_or_default();
    if let Some(field) = connector.field("slug")
        && let Some(slug) = field.value.filled().filter(|slug| RESERVED.contains(slug))
        && provider != "channel"
    {
        let message =
            format!("the slug `{slug}` belongs to the platform; the connector is dropped");
        let path = format!("{path}.slug");
        sink.report(&codes::CONNECTOR_SLUG, path, field.value.span(), message)
            .help("choose another slug");
    }
    let key = PROVIDERS
        .iter()
        .find(|(name, _)| *name == provider)
        .and_then(|(_, key)| *key);
    if let Some(key) = key {
        // A key that is no string at all is a matter of the verdict.
        if connector
            .field(key)
            .is_some_and(|field| field.value.trimmed() == Some(""))
        {
            needed(
                sink,
                &codes::CONNECTOR_BLANK,
                connector,
                path,
                key,
                &format!("a `{provider}` connector"),
            );
        }
    }
    if provider == "openapi" {
        needed(
            sink,
            &codes::SPEC_MISSING,
            connector,
            path,
            "spec",
            "an `openapi` connector",
        );
    }
    if let Some(auth) = connector.field("auth") {
        check_auth(sink, provider, &auth, format!("{path}.auth"));
    }
}

fn check_auth(sink: &mut Sink, provider: &str, auth: &Field<'_>, path: String) {
    let kind = text(auth.value, "type").unwrap_or("none");
    if kind == "custom" {
        needed(
            sink,
            &codes::AUTH_NAME,
            auth.value,
            &path,
            "name",
            "a connector with `custom` auth",
        );
    }
    if provider == "pipedream" && matches!(kind, "bearer" | "basic" | "custom") {
        let message = "a `pipedream` connector with `auth` is dropped; pipedream holds the credentials itself";
        sink.report(&codes::AUTH_REFUSED, path, auth.key_span.clone(), message)
            .help("delete `auth`");
    }
}

fn check_app(sink: &mut Sink, app: View<'_>, path: &str) {
    match app.field("source").map(|field| field.value) {
        None => {
            sink.report(
                &codes::APP_SOURCE,
                format!("{path}.source"),
                app.gap(),
                "an app without `source` is dropped",
            )
            .help("add a `source` table with `type = \"git\"` or `type = \"tar\"`");
        }
        Some(source) if text(source, "type") == Some("tar") => {
            needed(
                sink,
                &codes::APP_SOURCE,
                source,
                &format!("{path}.source"),
                "url",
                "an app from a `tar`",
            );
        }
        Some(_) => {}
    }
    let domains = app
        .field("domains")
        .and_then(|field| field.value.elements());
    for (at, domain) in domains.into_iter().flatten().enumerate() {
        if domain.trimmed() == Some("") {
            let path = format!("{path}.domains[{at}]");
            let message = "the domain is empty; the app is dropped";
            sink.report(&codes::APP_DOMAIN, path, domain.span(), message)
                .help("delete it");
        }
    }
    let env = app.field("env");
    for field in env.iter().flat_map(|field| field.value.fields()) {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_right = field.key.bytes().all(is_name)
            && !field.key.starts_with(|first: char| first.is_ascii_digit());
        let path = format!("{path}.env.{}", field.key);
        if !is_right || field.key.is_empty() {
            let message = format!(
                "`{}` is not the name of a variable; the app is dropped",
                shape::shown(field.key)
            );
            sink.report(&codes::APP_ENV, path, field.key_span, message)
                .help("use letters, digits and `_`, not beginning with a digit");
        } else if field.value.text().is_none() {
            let message = format!(
                "`{}` is {}, not a string; the app is dropped",
                field.key,
                field.value.kind()
            );
            sink.report(&codes::APP_ENV, path, field.value.span(), message)
                .help("write it in quotes");
        }
    }
}
