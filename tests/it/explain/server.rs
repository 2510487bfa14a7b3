//! What a host has, beside the plans.

use std::{fs, process::Output};

use kortix_tui::{
    local::FINGERPRINT,
    validation::plan::{Plan, Plans},
};
use serde_json::{Value, json};

use super::{command::Shop, of_templates, plan};
use crate::{
    cli::{run, text},
    fake::{self, Fake},
    home::Home,
    stage::{Stage, git},
};

/// Templates as a host with this fingerprint lists them.
fn listed(plans: &Plans, fingerprint: &str) -> Value {
    let rows = plans.kept().map(|plan| row(plan, fingerprint));
    rows.collect()
}

fn row(plan: &Plan, fingerprint: &str) -> Value {
    let inputs = plan.inputs().unwrap();
    let identity = inputs.identity(fingerprint);
    let image = inputs.dockerfile().trim().replace("FROM ", "");
    let is_default = plan.slug == "default";
    json!({
        "template_id": null,
        "slug": plan.slug,
        "name": plan.slug,
        "is_default": is_default,
        "source": if is_default { "platform" } else { "toml" },
        "provider": "daytona",
        "image": (!is_default).then_some(image),
        "dockerfile_path": null,
        "cpu": plan.cpu.effective,
        "memory_gb": plan.memory.effective,
        "disk_gb": plan.disk.effective,
        "snapshot_name": identity.snapshot_name,
        "content_hash": identity.content_hash,
        "built_from_commit": null,
        "provider_state": "active",
        "ready": true,
    })
}

/// A host that lists these templates and builds for the project `p1`.
async fn host(templates: Value, builds: Value) -> Fake {
    let body = json!({"templates": templates, "templates_error": null, "builds": builds});
    Fake::start(move |request| {
        if request.is("GET /v1/projects/p1/snapshots") {
            fake::json(200, &body.to_string())
        } else {
            fake::json(200, r#"[{"project_id":"p1","name":"shop"}]"#)
        }
    })
    .await
}

/// Runs the command in a shop with a host that the environment names.
async fn explain(shop: Shop, url: String, arguments: &'static [&'static str]) -> Output {
    let ran = tokio::task::spawn_blocking(move || {
        let environment = [
            ("KORTIX_CLI_TOKEN", fake::TOKEN),
            ("KORTIX_API_URL", url.as_str()),
        ];
        let arguments = [&["explain", "shop"], arguments].concat();
        run(&shop.home, &arguments, &environment, "").unwrap()
    });
    ran.await.unwrap()
}

async fn told(shop: Shop, fake: &Fake, arguments: &'static [&'static str]) -> Value {
    let output = explain(shop, fake.url(), arguments).await;
    serde_json::from_slice(&output.stdout).unwrap()
}

const PY: &str = "[[sandbox.templates]]\nslug = \"py\"\nimage = \"python:3.12-slim\"\nmemory = 8\n";

/// A shop with one image.
fn shop(manifest: &str) -> Shop {
    let shop = Shop::new().unwrap();
    let manifest = format!("kortix_version = 1\n[project]\nname = \"shop\"\n{manifest}");
    shop.write("kortix.toml", &manifest).unwrap();
    shop.commit();
    shop
}

#[tokio::test]
async fn an_image_of_the_same_size_is_the_same_content_on_any_host() {
    let fake = host(listed(&of_templates(PY), "secret"), json!([])).await;
    let told = told(shop(PY), &fake, &["--project", "shop", "--json"]).await;
    assert_eq!(told["templates"][1]["server"]["content"], "same");
    // The platform's text is the host's own affair.
    assert_eq!(told["templates"][0]["server"]["content"], "unknown");
    assert_eq!(told["server"]["runtime"], Value::Null);
    assert_eq!(told["templates"][1]["inputs"]["content_hash"], Value::Null);
}

#[tokio::test]
async fn what_differs_on_the_host_is_named() {
    let there = PY
        .replace("memory = 8", "memory = 4")
        .replace("3.12", "3.11");
    let fake = host(listed(&of_templates(&there), "secret"), json!([])).await;
    let output = explain(shop(PY), fake.url(), &["--project", "p1"]).await;
    let printed = text(&output.stdout);
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains(
            "not as here: the image `python:3.11-slim` there, the image `python:3.12-slim` here; \
             memory 4 there, 8 here"
        ),
        "{printed}"
    );
}

#[tokio::test]
async fn hashes_are_told_beforehand_where_the_fingerprint_is_known() {
    let fake = host(listed(&of_templates(PY), FINGERPRINT), json!([])).await;
    let edited = PY.replace("3.12", "3.13");
    let told = told(shop(&edited), &fake, &["--project", "p1", "--json"]).await;
    assert_eq!(told["server"]["runtime"], FINGERPRINT);
    assert_eq!(told["templates"][0]["server"]["content"], "same");
    assert_eq!(told["templates"][1]["server"]["content"], "other");
    let plans = of_templates(&edited);
    let identity = plan(&plans, "py").inputs().unwrap().identity(FINGERPRINT);
    assert_eq!(
        told["templates"][1]["inputs"]["content_hash"],
        identity.content_hash.as_str()
    );
}

#[tokio::test]
async fn the_embedded_control_plane_is_recognized() {
    let stage = Stage::practice(1.0).await;
    let token = stage.token();
    let url = stage.url().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let home = Home::new().unwrap();
        let environment = [
            ("KORTIX_CLI_TOKEN", token.as_str()),
            ("KORTIX_API_URL", &url),
        ];
        let arguments = ["explain", "--project", "demo", "--json"];
        run(&home, &arguments, &environment, "").unwrap()
    });
    let output = output.await.unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["server"]["runtime"], FINGERPRINT, "{told}");
    let platform = &told["templates"][0];
    assert_eq!(platform["server"]["content"], "same");
    assert_eq!(
        platform["server"]["content_hash"],
        platform["inputs"]["content_hash"]
    );
    stage.end().await;
}

#[tokio::test]
async fn the_commit_of_the_last_build_says_what_happened_since() {
    let shop = Shop::new().unwrap();
    let built = git(&shop.folder, &["rev-parse", "HEAD"]);
    let path = ".kortix/Dockerfile";
    let old = fs::read_to_string(shop.folder.join(path)).unwrap();
    shop.write(path, &format!("{old}RUN more\n")).unwrap();
    shop.commit();
    let row = json!({
        "slug": "web", "dockerfile_path": path, "cpu": 4, "memory_gb": 128, "disk_gb": 20,
        "snapshot_name": "kortix-tpl-0", "content_hash": "0", "provider_state": "build_failed",
        "built_from_commit": built,
    });
    let build = json!({
        "build_id": "b1", "slug": "web", "status": "failed", "error_category": "dockerfile",
        "error": "failed to solve\nmore", "source": "cr-merge", "started_at": "",
    });
    let fake = host(json!([row]), json!([build])).await;
    let told = told(shop, &fake, &["--project", "shop", "--json"]).await;
    let server = &told["templates"][1]["server"];
    assert_eq!(server["since_build"], "rebuilds: Dockerfile changed");
    assert_eq!(server["content"], "unknown");
    assert_eq!(
        server["last_failure"],
        "its last build failed (dockerfile): failed to solve"
    );
}

#[tokio::test]
async fn a_linked_folder_is_asked_for_without_being_told_to() {
    let fake = host(listed(&of_templates(PY), "secret"), json!([])).await;
    let linked = || {
        let shop = shop(PY);
        shop.write(".kortix/link.json", r#"{"project_id":"p1"}"#)
            .unwrap();
        shop
    };
    let told_linked = told(linked(), &fake, &["--json"]).await;
    assert_eq!(told_linked["server"]["project_id"], "p1");
    assert_eq!(fake.requests("GET /v1/projects/p1/snapshots").len(), 1);
    let offline = told(linked(), &fake, &["--json", "--offline"]).await;
    assert_eq!(offline["server"], Value::Null);
    let unlinked = told(shop(PY), &fake, &["--json"]).await;
    assert_eq!(unlinked["server"], Value::Null);
    assert_eq!(fake.requests("GET").len(), 1);
}

#[tokio::test]
async fn a_host_that_does_not_answer_costs_a_line() {
    let linked = || {
        let shop = shop(PY);
        shop.write(".kortix/link.json", r#"{"project_id":"p1"}"#)
            .unwrap();
        shop
    };
    let nowhere = "http://127.0.0.1:9".to_owned();
    let output = explain(linked(), nowhere.clone(), &[]).await;
    assert_eq!(output.status.code(), Some(0));
    let printed = text(&output.stdout);
    assert!(printed.contains("template:py"), "{printed}");
    assert!(
        printed.contains("nothing is known from a server: sandbox: cannot reach"),
        "{printed}"
    );
    // Who names a host wants its answer.
    let output = explain(linked(), nowhere, &["--project", "p1"]).await;
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("template:py"));
}

#[tokio::test]
async fn a_slow_host_is_not_waited_for_and_an_old_one_is_forgiven() {
    let slow = Fake::start(|_| fake::Reply::Hang(Vec::new())).await;
    let told_slow = told(shop(PY), &slow, &["--project", "p1", "--json"]).await;
    assert_eq!(told_slow["templates"][1]["slug"], "py");
    let problem = told_slow["problems"][0].as_str().unwrap();
    assert!(problem.contains("did not answer within"), "{problem}");
    let refusal = r#"{"error":true,"message":"Not found","status":404}"#;
    let old = Fake::start(move |request| {
        if request.is("GET /v1/projects/p1/snapshots") {
            fake::json(404, refusal)
        } else {
            fake::json(200, r#"[{"project_id":"p1","name":"shop"}]"#)
        }
    })
    .await;
    let told_old = told(shop(PY), &old, &["--project", "p1", "--json"]).await;
    assert_eq!(
        told_old["problems"],
        json!(["sandbox: this server tells nothing of snapshots"])
    );
}

#[tokio::test]
async fn words_of_a_host_control_no_terminal() {
    let mut rows = listed(&of_templates(PY), "secret");
    rows[1]["snapshot_name"] = json!("\u{1b}[2Jx");
    rows[1]["provider_state"] = json!("act\u{7}ive");
    let extra = json!({"slug": "old\u{1b}]0;x\u{7}", "source": "ui", "provider_state": "active"});
    rows.as_array_mut().unwrap().push(extra);
    let fake = host(rows, json!([])).await;
    let output = explain(shop(PY), fake.url(), &["--project", "p1"]).await;
    let printed = text(&output.stdout);
    assert!(printed.contains("only the server has `old"), "{printed}");
    let is_control = |c: char| c.is_control() && c != '\n';
    assert!(!printed.contains(is_control), "{printed:?}");
}

#[tokio::test]
async fn a_linked_folder_without_a_sign_in_is_told_offline() {
    let shop = shop(PY);
    shop.write(".kortix/link.json", r#"{"project_id":"p1","host":"cloud"}"#)
        .unwrap();
    let output = tokio::task::spawn_blocking(move || {
        run(&shop.home, &["explain", "shop"], &[], "").unwrap()
    });
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    let printed = text(&output.stdout);
    assert!(
        printed.contains("nothing is known from a server: nobody is signed in to `cloud`"),
        "{printed}"
    );
}
