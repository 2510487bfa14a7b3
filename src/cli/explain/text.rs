//! The account for people, readable at 80 columns.

use crate::{
    cli::explain::{
        account::{Account, Change, View},
        page::Page,
        server::{Answer, Server},
    },
    image::layer::STEPS,
    manifest::SizeReason,
    text::{self, short_hash},
    theme::Role,
    validation::{
        MANIFEST,
        plan::{
            BaseImage, Inputs, LeftOut, Origin, Outcome, Part, Plan, Plans, Reading, Verdict, words,
        },
    },
};

/// How many digits of a hash are shown.
const DIGITS: usize = 12;

/// Writes the account.
pub(super) fn write(account: &Account, page: &mut Page) {
    match &account.change {
        None => plans(account, page),
        Some(change) => verdicts(account, change, page),
    }
    notes(account, page);
}

/// What every sandbox is made from.
fn plans(account: &Account, page: &mut Page) {
    let View {
        label,
        commit,
        plans,
    } = &account.head;
    let commit = commit
        .as_deref()
        .map_or_else(String::new, |commit| format!(" ({})", short_hash(commit)));
    let booted = match &plans.manifest {
        Reading::Understood { .. } | Reading::Absent => {
            format!("sessions that name no template boot `{}`", plans.booted)
        }
        Reading::Unknown { why } => format!("which template sessions boot is not known; {why}"),
    };
    page.heading(&account.path, &format!("{label}{commit} · {booted}"));
    for plan in &plans.plans {
        page.gap();
        let is_kept = !matches!(plan.outcome, Outcome::Dropped(_));
        let boots = if is_kept && plan.slug == plans.booted {
            " · booted unless another one is named"
        } else {
            ""
        };
        let name = plan.name.as_deref().unwrap_or(match &plan.origin {
            Origin::Platform(_) => "the platform's template",
            Origin::Dockerfile { .. } | Origin::Image(_) | Origin::Missing => "",
        });
        let rest = format!("{name}{boots}");
        page.heading(title(plan), rest.trim_start_matches(" · "));
        one(account, plan, page);
    }
    page.gap();
    page.heading(&words::injected(), "behind the last stage of each of them");
    let widest = STEPS.iter().map(|step| step.instruction.len()).max();
    for step in STEPS {
        page.pair(step.instruction, widest.unwrap_or(0), Role::Dim, step.does);
    }
}

fn title(plan: &Plan) -> &str {
    if plan.slug.is_empty() {
        "(no slug)"
    } else {
        &plan.slug
    }
}

fn one(account: &Account, plan: &Plan, page: &mut Page) {
    if let Outcome::Dropped(why) = plan.outcome {
        page.field("dropped", Role::Bad, words::dropped(why));
        return;
    }
    page.field("source", Role::Text, &source(&plan.origin));
    if let Outcome::Fails(fault) = &plan.outcome {
        page.field("fails", Role::Bad, &fault.words());
    }
    sizes(plan, page);
    layers(plan, page);
    if let Some(inputs) = plan.inputs() {
        identity(account, inputs, page);
    }
    if let Some(answer) = account.server.answer() {
        server(answer, plan, page);
    }
}

fn source(origin: &Origin) -> String {
    let from = |base: &BaseImage| match &base.registry {
        Some(registry) => format!("`{}` from {registry}", base.reference),
        None => format!("`{}`", base.reference),
    };
    match origin {
        Origin::Platform(base) => format!("the platform's Dockerfile, on {}", from(base)),
        Origin::Dockerfile {
            path,
            base: Some(base),
        } => format!("`{path}`, on {}", from(base)),
        Origin::Dockerfile { path, base: None } => format!("`{path}`"),
        Origin::Image(image) => format!("the image {}", from(image)),
        Origin::Missing => "none".to_owned(),
    }
}

fn sizes(plan: &Plan, page: &mut Page) {
    let sizes = plan.sizes();
    if sizes
        .iter()
        .all(|(_, _, size)| size.reason == SizeReason::Default)
    {
        let sizes = sizes.map(|(name, unit, size)| format!("{name} {}{unit}", size.effective));
        let value = format!("{}: the defaults", sizes.join(", "));
        page.field("size", Role::Text, &value);
        return;
    }
    for (number, (name, unit, size)) in sizes.into_iter().enumerate() {
        let label = if number == 0 { "size" } else { "" };
        let effective = format!("{}{unit}", size.effective);
        let value = format!("{name:<8}{effective:<9}{}", words::size(size));
        page.field(label, Role::Text, &value);
    }
}

fn layers(plan: &Plan, page: &mut Page) {
    if plan.layers.is_empty() {
        return;
    }
    let steps = text::count(plan.layers.len(), "instruction", "instructions");
    page.field(
        "layers",
        Role::Text,
        &format!("{steps}, then {}", words::injected()),
    );
    let mut last = None;
    for layer in &plan.layers {
        if let Part::Builder(name) = &layer.part
            && last != Some(&layer.part)
        {
            let what = format!("stage `{name}`: in the image is only what is copied from it");
            page.cut("", &what);
        } else if let Some(Part::Builder(_)) = last
            && layer.part == Part::Image
        {
            page.cut("", "the image:");
        }
        page.cut(&layer.line.to_string(), &layer.text);
        last = Some(&layer.part);
    }
}

fn identity(account: &Account, inputs: &Inputs, page: &mut Page) {
    let hash = inputs.text_hash();
    let hash = hash.get(..DIGITS).unwrap_or(&hash);
    let units = text::count(inputs.units(), "unit", "units");
    page.field(
        "identity",
        Role::Text,
        &format!("Dockerfile  {units}, SHA-256 {hash}"),
    );
    page.field("", Role::Text, &format!("tree        {}", inputs.tree()));
    page.field(
        "",
        Role::Text,
        &format!("hardware    {}", inputs.hardware()),
    );
    let answer = account.server.answer();
    let runtime = match answer.and_then(|answer| answer.fingerprint) {
        Some(fingerprint) => {
            let identity = inputs.identity(fingerprint);
            format!("{fingerprint}: {}", identity.snapshot_name)
        }
        None => "known only to the server".to_owned(),
    };
    page.field("", Role::Text, &format!("runtime     {runtime}"));
    if let Some(context) = &inputs.context {
        let folder = match context.folder.as_str() {
            "" => "the project's root",
            folder => folder,
        };
        let tree = match &context.tree {
            Some(tree) => format!("git tree {}", tree.get(..DIGITS).unwrap_or(tree)),
            None => "no git tree is known".to_owned(),
        };
        let whose = match (&account.head.commit, &context.tree) {
            (None, Some(_)) => " at HEAD",
            (Some(_), _) | (None, None) => "",
        };
        let value = format!("{folder}, {tree}{whose} (by servers of mid-2026)");
        page.field("left out", Role::Dim, &value);
    }
}

/// What the host has of a template.
fn server(answer: &Answer, plan: &Plan, page: &mut Page) {
    let Some(told) = answer.on(plan) else {
        page.field("server", Role::Warning, "does not know this template");
        return;
    };
    let template = told.template;
    let role = if template.ready {
        Role::Good
    } else {
        Role::Warning
    };
    let state = match template.provider_state.as_str() {
        "" => "state not known",
        // A provider that does not answer looks the same.
        "missing" => "missing (not built, or its provider is slow)",
        state => state,
    };
    page.field(
        "server",
        role,
        &format!("{state} · {}", template.snapshot_name),
    );
    page.field("", Role::Text, &told.content());
    if let (Some(commit), Some(since)) = (&template.built_from_commit, &told.since_build) {
        let commit = short_hash(commit);
        page.field(
            "",
            Role::Text,
            &format!("since its build from {commit}: {since}"),
        );
    }
    if let Some(failure) = told.failure() {
        page.field("", Role::Bad, &failure);
    }
}

/// What a change does to every snapshot.
fn verdicts(account: &Account, change: &Change, page: &mut Page) {
    let name = |view: &View| match &view.commit {
        Some(commit) if !commit.starts_with(&view.label) => {
            format!("{} ({})", view.label, short_hash(commit))
        }
        Some(_) | None => view.label.clone(),
    };
    let sides = format!("{} to {}", name(&change.base), name(&account.head));
    page.heading(&account.path, &sides);
    let is_known = |plans: &Plans| !matches!(plans.manifest, Reading::Unknown { .. });
    let are_known = is_known(&change.base.plans) && is_known(&account.head.plans);
    let before = &change.base.plans.booted;
    let after = &account.head.plans.booted;
    if before != after && are_known {
        page.note(
            Role::Text,
            &format!("sessions that name no template boot `{after}` in place of `{before}`"),
        );
    }
    page.gap();
    let slugs = change.rows.iter().map(|row| text::width(&row.slug));
    let widest = slugs.max().unwrap_or(0);
    for row in &change.rows {
        page.pair(&row.slug, widest, role(&row.verdict), &row.verdict.words());
        if let Verdict::Reuses(left_out) = &row.verdict
            && let Some(files) = left_out.files()
        {
            page.pair("", widest, Role::Dim, &format!("changed: {files}"));
        }
        let plan = account.head.plans.find(&row.slug);
        let told = plan.and_then(|plan| account.server.answer()?.on(plan));
        if let Some(told) = told {
            let template = told.template;
            let server = format!(
                "server: {} · {} · {}",
                template.provider_state,
                template.snapshot_name,
                told.content()
            );
            page.pair("", widest, Role::Dim, &server);
        }
    }
}

fn role(verdict: &Verdict) -> Role {
    match verdict {
        Verdict::Reuses(LeftOut::Copied(_)) => Role::Warning,
        Verdict::Reuses(LeftOut::Nothing | LeftOut::Starter | LeftOut::Context) => Role::Good,
        Verdict::Rebuilds { .. } | Verdict::New(_) => Role::Working,
        Verdict::Gone => Role::Dim,
        Verdict::Fails(_) => Role::Bad,
        Verdict::CannotTell(_) => Role::Warning,
    }
}

/// What holds for all of it.
fn notes(account: &Account, page: &mut Page) {
    page.gap();
    if let Some(note) = reading(&account.head.plans.manifest) {
        page.note(Role::Warning, &note);
    }
    if !account.uncommitted.is_empty() {
        let files: Vec<String> = account
            .uncommitted
            .iter()
            .map(|path| format!("`{path}`"))
            .collect();
        let note = format!(
            "not committed as they are: {}; a server sees commits only",
            files.join(", ")
        );
        page.note(Role::Warning, &note);
    }
    if let Some(why) = &account.no_git {
        page.note(Role::Warning, &format!("nothing is known from git: {why}"));
    }
    match &account.server {
        Server::NotAsked => {}
        Server::Silent(failure) => {
            page.note(
                Role::Warning,
                &format!("nothing is known from a server: {failure}"),
            );
        }
        Server::Answered(answer) => told(account, answer, page),
    }
    let is_known = account
        .server
        .answer()
        .is_some_and(|it| it.fingerprint.is_some());
    let whose = if is_known {
        ""
    } else {
        " and known only to the server"
    };
    page.note(
        Role::Dim,
        &format!(
            "The runtime's fingerprint is an input of every identity{whose}: a new release of the \
             platform builds all snapshots again."
        ),
    );
    page.note(
        Role::Dim,
        "Servers of mid-2026 leave the git tree of the build context out and hash a constant in its \
         place, although the documents name it: files that a Dockerfile copies change nothing there.",
    );
}

fn told(account: &Account, answer: &Answer, page: &mut Page) {
    let Answer {
        host,
        project,
        snapshots,
        ..
    } = answer;
    page.note(Role::Text, &format!("server: {host}, project {project}"));
    if let Some(problem) = &snapshots.templates_error {
        page.note(
            Role::Warning,
            &format!("the server cannot read all templates: {problem}"),
        );
    }
    for template in answer.others(&account.head.plans) {
        let note = format!(
            "only the server has `{}` ({}, {})",
            template.slug, template.source, template.provider_state
        );
        page.note(Role::Text, &note);
    }
    if answer.fingerprint.is_some() {
        page.note(
            Role::Text,
            "the server is an embedded control plane, whose fingerprint is known, so that its hashes \
             can be told beforehand",
        );
    }
}

fn reading(reading: &Reading) -> Option<String> {
    match reading {
        Reading::Understood { errors: 0 } => None,
        Reading::Understood { errors } => {
            let errors = text::count(*errors, "error", "errors");
            Some(format!(
                "`{MANIFEST}` has {errors}, which keep a change from being merged; \
                 `kortix-tui validate` shows them"
            ))
        }
        Reading::Absent => Some(format!(
            "there is no `{MANIFEST}`, so all sessions boot the platform's image"
        )),
        Reading::Unknown { why } => Some(format!(
            "the templates of `{MANIFEST}` are not known: {why}; `kortix-tui validate` shows more"
        )),
    }
}
