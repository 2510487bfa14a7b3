//! `[sandbox]`, `[[sandbox.templates]]`, and the older `[[sandboxes]]`.

use std::collections::HashSet;

use super::{root, shape, size};
use crate::manifest::codes;
use crate::manifest::node::View;
use crate::manifest::sink::Sink;
use crate::text;

/// Keys that belong to a template but once stood in `[sandbox]`.
const LEGACY: [&str; 10] = [
    "image",
    "dockerfile",
    "slug",
    "cpu",
    "memory",
    "disk",
    "entrypoint",
    "context",
    "context_dir",
    "gpu",
];

/// Checks the images of a project.
pub fn check(root: View<'_>, sink: &mut Sink) {
    if let Some(field) = root.field("sandbox") {
        if field.value.is_table() {
            check_sandbox(field.value, sink);
        } else {
            let kind = field.value.kind();
            let message = format!("`sandbox` is {kind}; it must be a table that holds templates");
            sink.report(
                &codes::EXPECTED_TABLE,
                "sandbox",
                field.value.span(),
                message,
            )
            .help("write each image below `[[sandbox.templates]]`");
        }
    }
    if let Some(field) = root.field("sandboxes") {
        sink.report(
            &codes::SANDBOXES_RENAMED,
            "sandboxes",
            field.key_span,
            "`sandboxes` is called `sandbox.templates` now",
        )
        .help(
            "rename each `[[sandboxes]]` header to `[[sandbox.templates]]`; the keys are the same",
        );
    }
}

fn check_sandbox(sandbox: View<'_>, sink: &mut Sink) {
    legacy(sandbox, sink);
    let mut seen = HashSet::new();
    let templates = shape::tables(sink, sandbox, "sandbox", "templates");
    for (path, template) in &templates {
        check_template(sink, *template, path, &mut seen);
    }
    let slugs = templates
        .iter()
        .filter_map(|(_, template)| template.field("slug")?.value.filled());
    check_default(sink, sandbox, &slugs.collect::<Vec<_>>());
}

fn legacy(sandbox: View<'_>, sink: &mut Sink) {
    let mut keys = LEGACY.iter().filter_map(|key| sandbox.field(key));
    let Some(first) = keys.next() else {
        return;
    };
    let mut names = vec![first.key];
    names.extend(keys.map(|field| field.key));
    let names = shape::listed(&names);
    let message = format!("{names} in `[sandbox]` itself: images are templates now");
    sink.report(&codes::SANDBOX_LEGACY, "sandbox", first.key_span, message)
        .help("move them below `[[sandbox.templates]]` and give it a `slug`");
}

fn check_template<'a>(
    sink: &mut Sink,
    template: View<'a>,
    path: &str,
    seen: &mut HashSet<&'a str>,
) {
    if let Some(slug) = shape::shaped_slug(sink, template, path, "slug") {
        if slug == "default" {
            let span = template
                .field("slug")
                .map_or(0..0, |field| field.value.span());
            sink.report(
                &codes::SLUG_RESERVED,
                format!("{path}.slug"),
                span,
                "the slug `default` is the platform's own image",
            )
            .help("choose another slug");
        } else {
            shape::unique(sink, template, path, "slug", seen);
        }
    }
    check_source(sink, template, path);
    shape::string(sink, template, path, "name");
    shape::string(sink, template, path, "entrypoint");
    for (key, ceiling) in size::SIZES {
        size::check(sink, template, path, key, ceiling);
    }
    if let Some(field) = template.field("gpu") {
        sink.report(
            &codes::GPU,
            format!("{path}.gpu"),
            field.key_span,
            "no GPU can be had; the key is ignored",
        )
        .help("delete it");
    }
}

fn check_source(sink: &mut Sink, template: View<'_>, path: &str) {
    let image = template
        .field("image")
        .filter(|field| field.value.filled().is_some());
    let dockerfile = template
        .field("dockerfile")
        .filter(|field| field.value.filled().is_some());
    match (&image, &dockerfile) {
        (Some(image), Some(dockerfile)) => {
            let later = image.key_span.start.max(dockerfile.key_span.start);
            let later = if later == image.key_span.start {
                image
            } else {
                dockerfile
            };
            let message = "the template has both `image` and `dockerfile`";
            sink.report(&codes::SOURCE_BOTH, path, later.key_span.clone(), message)
                .help("delete one of them");
        }
        (None, None) => {
            let message = "the template has neither `image` nor `dockerfile`";
            sink.report(&codes::SOURCE_MISSING, path, template.gap(), message)
                .help("add `image = \"name:tag\"` or `dockerfile = \"path\"`");
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    if let Some(image) = image {
        check_image(sink, image.value, path);
    }
    if let Some(dockerfile) = dockerfile {
        root::relative_path(sink, &format!("{path}.dockerfile"), dockerfile.value);
    }
}

fn check_image(sink: &mut Sink, value: View<'_>, path: &str) {
    let image = value.filled().unwrap_or_default();
    let path = format!("{path}.image");
    if image.ends_with(":latest") {
        let message = format!("`{}` is another image tomorrow", shape::shown(image));
        sink.report(&codes::IMAGE_LATEST, path, value.span(), message)
            .help("pin a version, such as `python:3.12-slim`");
    } else if !image.contains([':', '@']) {
        let message = format!("`{}` has neither tag nor digest", shape::shown(image));
        sink.report(&codes::IMAGE_UNTAGGED, path, value.span(), message)
            .help("add a tag, such as `:3.12-slim`, or a digest");
    }
}

fn check_default(sink: &mut Sink, sandbox: View<'_>, slugs: &[&str]) {
    let Some(field) = sandbox.field("default") else {
        return;
    };
    const PATH: &str = "sandbox.default";
    let span = field.value.span();
    let Some(default) = field.value.filled() else {
        sink.report(
            &codes::DEFAULT_EMPTY,
            PATH,
            span,
            "`sandbox.default` is not the slug of a template",
        )
        .help("write the slug of a template, or delete the key");
        return;
    };
    if default == "default" || slugs.contains(&default) {
        return;
    }
    let nearest = shape::nearest(sink, default, slugs);
    let mean = text::did_you_mean(nearest);
    let message = format!("no template has the slug `{}`{mean}", shape::shown(default));
    let draft = sink.report(&codes::DEFAULT_UNKNOWN, PATH, span.clone(), message);
    let draft = if slugs.is_empty() {
        draft.help("there is no template; add one below `[[sandbox.templates]]`")
    } else {
        draft.help("write the slug of a template, or `default` for the platform's own image")
    };
    if let Some(slug) = nearest {
        draft.guess(format!("write `{slug}`"), span, shape::quoted(slug));
    }
}
