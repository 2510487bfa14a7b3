//! What sandboxes are made from.

use kortix_tui::{
    manifest::{SizeReason, Why},
    validation::plan::{BaseImage, Fault, Layer, Origin, Outcome, PLATFORM, Part, Reading, words},
};

use super::{of_dockerfile, of_templates, plan, plans};
use crate::image::identity::starter;

fn layer(line: usize, text: &str, part: Part) -> Layer {
    let text = text.to_owned();
    Layer { line, text, part }
}

#[test]
fn the_platforms_template_is_always_there_and_booted_unless_another_one_is_named() {
    let none = plans(&[]);
    assert_eq!(none.manifest, Reading::Absent);
    assert_eq!(none.booted, PLATFORM);
    assert_eq!(none.plans.len(), 1);
    let inputs = plan(&none, PLATFORM).inputs().unwrap();
    assert_eq!(inputs.units(), 258);
    assert_eq!(
        inputs.text_hash(),
        "340693b3fa477948366e6f7d8c1e4b7737841744b83a63561ad317884f82a34f"
    );
    assert_eq!(inputs.tree(), "platform-default");
    assert_eq!(inputs.hardware(), "cpu:2,memory:6,disk:20");
    let named = of_templates(
        "[sandbox]\ndefault = \"py\"\n[[sandbox.templates]]\nslug = \"py\"\nimage = \"a:1\"\n",
    );
    assert_eq!(named.booted, "py");
}

#[test]
fn an_image_is_hashed_as_a_dockerfile_of_one_line() {
    let plans = of_templates(
        "[[sandbox.templates]]\nslug = \"py\"\nimage = \"ghcr.io/acme/python:3.12\"\n",
    );
    let plan = plan(&plans, "py");
    let inputs = plan.inputs().unwrap();
    assert_eq!(inputs.dockerfile(), "FROM ghcr.io/acme/python:3.12\n");
    assert_eq!(inputs.tree(), "template:py");
    assert_eq!(inputs.context, None);
    let image = BaseImage {
        reference: "ghcr.io/acme/python:3.12".to_owned(),
        registry: Some("ghcr.io".to_owned()),
    };
    assert_eq!(plan.origin, Origin::Image(image));
}

#[test]
fn a_predicted_identity_is_that_of_the_real_control_plane() {
    let real = "kortix-runtime:unknown:layer:baked-chromium-v12-llm-catalog:ab:0.27.0:artifacts:2596c218b8b2715b662f7898f258fa5f1ee3c568a98c35580bc652ff3c7f5c68";
    let plans =
        of_templates("[[sandbox.templates]]\nslug = \"python\"\nimage = \"python:3.12-slim\"\n");
    let name = |slug| {
        let inputs = plan(&plans, slug).inputs().unwrap();
        inputs.identity(real).snapshot_name
    };
    assert_eq!(name(PLATFORM), "kortix-default-edbe2b091192");
    assert_eq!(name("python"), "kortix-tpl-bc1789148b41");
}

#[test]
fn layers_have_their_lines_and_stages_and_no_credential() {
    let plans = of_dockerfile(
        "ARG V=24.04\nFROM golang:1.24 AS build\nRUN go build\nFROM alpine:3\nRUN true\n\
         FROM ubuntu:$V\n# comment\nENV API_TOKEN=abcdef\nRUN one && \\\n    two\n\
         RUN echo \u{1b}[31m\nCOPY --from=build /a /b\n",
    );
    let plan = plan(&plans, "web");
    let build = || Part::Builder("build".to_owned());
    let second = || Part::Builder("1".to_owned());
    assert_eq!(
        plan.layers,
        [
            layer(1, "ARG V=24.04", Part::Head),
            layer(2, "FROM golang:1.24 AS build", build()),
            layer(3, "RUN go build", build()),
            layer(4, "FROM alpine:3", second()),
            layer(5, "RUN true", second()),
            layer(6, "FROM ubuntu:$V", Part::Image),
            layer(8, "ENV API_TOKEN=******", Part::Image),
            layer(9, "RUN one && two", Part::Image),
            layer(11, "RUN echo ", Part::Image),
            layer(12, "COPY --from=build /a /b", Part::Image),
        ]
    );
    let base = BaseImage {
        reference: "ubuntu:24.04".to_owned(),
        registry: Some("docker.io".to_owned()),
    };
    let path = ".kortix/Dockerfile".to_owned();
    let base = Some(base);
    assert_eq!(plan.origin, Origin::Dockerfile { path, base });
}

#[test]
fn sizes_are_those_that_a_sandbox_gets_with_the_reason() {
    let plans = of_templates(
        "[[sandbox.templates]]\nslug = \"a\"\nimage = \"a:1\"\ncpu = 1.5\nmemory = 200\ndisk = 30\n\
         [[sandbox.templates]]\nslug = \"b\"\nimage = \"a:1\"\ncpu = -1\nmem = \"8\"\n",
    );
    let told = |slug| {
        plan(&plans, slug)
            .sizes()
            .map(|(name, _, size)| format!("{name} {} {}", size.effective, words::size(size)))
    };
    assert_eq!(
        told("a"),
        [
            "cpu 2 asked for 1.5; rounded",
            "memory 128 asked for 200; the most there is",
            "disk 30 as asked",
        ]
    );
    assert_eq!(
        told("b"),
        [
            "cpu 2 default; what is asked for cannot be used",
            "memory 8 as asked",
            "disk 20 default",
        ]
    );
    let inputs = plan(&plans, "a").inputs().unwrap();
    assert_eq!(inputs.hardware(), "cpu:2,memory:128,disk:30");
    assert_eq!(plan(&plans, "b").cpu.reason, SizeReason::Unusable);
}

#[test]
fn what_cannot_be_built_says_why() {
    let outcome = |text: &str| plan(&of_dockerfile(text), "web").outcome.clone();
    let path = || ".kortix/Dockerfile".to_owned();
    assert_eq!(
        outcome(&starter()),
        Outcome::Fails(Fault::OnlyStarter(path()))
    );
    assert_eq!(outcome("\u{feff} \n"), Outcome::Fails(Fault::Blank(path())));
    let missing = plans(&[("kortix.toml", super::ONE)]);
    let missing = &plan(&missing, "web").outcome;
    assert_eq!(*missing, Outcome::Fails(Fault::NoDockerfile(path())));
    let nothing = of_templates("[[sandbox.templates]]\nslug = \"x\"\n");
    let nothing = &plan(&nothing, "x").outcome;
    assert_eq!(*nothing, Outcome::Fails(Fault::NoSource));
}

#[test]
fn dropped_templates_are_listed_but_never_found() {
    let plans = of_templates(
        "[[sandbox.templates]]\nslug = \"a\"\nimage = \"a:1\"\n\
         [[sandbox.templates]]\nslug = \"a\"\nimage = \"b:1\"\n\
         [[sandbox.templates]]\nslug = \"default\"\nimage = \"c:1\"\n\
         [[sandbox.templates]]\nslug = \"No Slug\"\nimage = \"d:1\"\n",
    );
    let dropped: Vec<Option<Why>> = plans
        .plans
        .iter()
        .map(|plan| match plan.outcome {
            Outcome::Dropped(why) => Some(why),
            Outcome::Builds(_) | Outcome::Fails(_) => None,
        })
        .collect();
    assert_eq!(
        dropped,
        [
            None,
            None,
            Some(Why::Duplicate),
            Some(Why::Reserved),
            Some(Why::Slug)
        ]
    );
    assert_eq!(plans.kept().count(), 2);
    assert!(plans.find("No Slug").is_none());
    let platform = plan(&plans, PLATFORM);
    assert!(matches!(platform.origin, Origin::Platform(_)));
}

#[test]
fn a_manifest_that_does_not_parse_leaves_the_platforms_template() {
    let plans = plans(&[("kortix.toml", "[project\n")]);
    assert!(matches!(&plans.manifest, Reading::Unknown { why } if why.contains("not valid TOML")));
    assert_eq!(plans.plans.len(), 1);
}

#[test]
fn errors_that_keep_a_manifest_from_being_merged_are_counted() {
    let plans = of_templates("[[sandbox.templates]]\nslug = \"web\"\nimage = \"nginx\"\ncpu = 0\n");
    assert_eq!(plans.manifest, Reading::Understood { errors: 2 });
    assert!(plans.find("web").is_some());
}

#[test]
fn the_build_context_is_the_dockerfiles_folder_with_what_is_copied_from_it() {
    let plans = of_dockerfile(
        "FROM a:1 AS b\nCOPY [\"src/\", \"/x\"]\nFROM a:1\nADD https://x.test/y /y\n\
         COPY --from=b /o /o\nCOPY ./package.json *.lock ./\nCOPY <<EOF /z\nz\nEOF\n",
    );
    let context = plan(&plans, "web")
        .inputs()
        .unwrap()
        .context
        .clone()
        .unwrap();
    assert_eq!(context.folder, ".kortix");
    assert_eq!(context.copies, ["*.lock", "./package.json", "src/"]);
    assert_eq!(plans.folders(), [".kortix"]);
}
