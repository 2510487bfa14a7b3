//! The manifest screen: findings beside their source, moving, fixing, editing, and where files come
//! from.

mod looks;
mod moving;
mod properties;
mod sources;

#[cfg(target_os = "linux")]
mod journey;

use std::{path::PathBuf, sync::Arc};

use kortix_tui::{
    app::{
        LocalFolder, Setup,
        event::{Effect, Event},
        manifest::checkup::Checkup,
    },
    validation::{Entry, Tracked, Tree, wanted},
};

use crate::screen::{Screen, World, noon};

/// A manifest with a finding of every severity, and one that has a safe fix.
const MANIFEST: &str = r#"# The garden's manifest.
kortix_version = 1

[project]
name = "Garden"
descripton = "Rakes and spades"

[env]
required = ["MODEL_KEY"]
optional = ["kortix_token"]

[[sandbox.templates]]
slug = "Web App"
dockerfile = ".kortix/Dockerfile"
cpu = 3.6
memory = 64

[[sandbox.templates]]
slug = "tools"
image = "ghcr.io/garden/tools:1.2"
cpu = 3
memory = 64

[[triggers]]
slug = "nightly"
name = "Nightly"
type = "cron"
cron = "0 0 3 * * *"
timezone = "Europe/Berlin"
prompt = "Water the plants."
"#;

/// A Dockerfile with a credential.
const DOCKERFILE: &str = "FROM alpine:3.20
ENV OPENAI_API_KEY=sk-abcdefghijklmnopqrstuvwxyz012345
RUN true
CMD [\"sleep\", \"infinity\"]
";

/// A tree of these files, in which there is nothing else.
pub fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    loop {
        let wanted = wanted(&tree);
        if wanted.is_empty() {
            return tree;
        }
        for path in wanted {
            let file = files.iter().find(|(name, _)| *name == path);
            let entry = file.map_or(Entry::Absent, |(_, text)| Entry::File {
                bytes: text.as_bytes().to_vec(),
                tracked: Tracked::Yes,
            });
            tree.insert(path, entry);
        }
    }
}

/// The files of the garden.
pub fn garden() -> Tree {
    tree(&[
        ("kortix.toml", MANIFEST),
        (".kortix/Dockerfile", DOCKERFILE),
    ])
}

/// What is found in a tree at noon.
pub fn checkup(tree: &Tree) -> Arc<Checkup> {
    Arc::new(Checkup::of(tree, noon()))
}

/// A program that was started in the garden's folder.
pub fn setup() -> Setup {
    Setup {
        folders: vec![LocalFolder {
            path: PathBuf::from("/srv/garden"),
            name: "~/garden".to_owned(),
            project: Some("garden".into()),
        }],
        ..Setup::default()
    }
}

/// The manifest screen with what is in a tree.
pub fn shown(columns: u16, rows: u16, tree: &Tree) -> Screen {
    let mut screen = Screen::with_setup(columns, rows, setup());
    screen.settle(&World::with_projects(&["garden"]));
    screen.keys("4");
    answer(&mut screen, tree);
    screen
}

/// Answers all looks at folders with what is in a tree.
pub fn answer(screen: &mut Screen, tree: &Tree) {
    for edition in looks(screen) {
        screen.event(Event::ManifestChecked {
            edition,
            outcome: Ok(checkup(tree)),
        });
    }
    screen.draw();
}

/// Takes the looks at folders that were asked for, by their numbers.
pub fn looks(screen: &mut Screen) -> Vec<u64> {
    let effects = std::mem::take(&mut screen.effects);
    let (looks, rest): (Vec<Effect>, Vec<Effect>) = effects
        .into_iter()
        .partition(|effect| matches!(effect, Effect::CheckFolder { .. }));
    screen.effects = rest;
    let number = |effect| match effect {
        Effect::CheckFolder { edition, .. } => Some(edition),
        _ => None,
    };
    looks.into_iter().filter_map(number).collect()
}

/// The last thing that was said.
pub fn said(screen: &Screen) -> String {
    let message = screen.state.log.current();
    message
        .map(|message| message.text.clone())
        .unwrap_or_default()
}
