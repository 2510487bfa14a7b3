//! What holds for every project's reports, however they are printed.

use jiff::Timestamp;
use kortix_tui::{
    diagnostic::render::{self, Look},
    manifest::Options,
    validation::{Entry, MANIFEST, Tracked, Tree, check, facts, wanted},
};

use super::{Law, findings_fit, must};

/// How often a check may ask for more files.
const ROUNDS: usize = 8;

/// A manifest, and one text for every file that it names, are checked and printed in all formats.
pub fn printed(manifest: &[u8], other: &[u8]) -> Law {
    let tree = tree(manifest, other)?;
    let validated = check(&tree, Options::default());
    let reports = &validated.reports;
    for report in reports {
        findings_fit(&report.text, &report.findings)?;
    }
    let facts = validated.manifest.as_ref().map(|manifest| {
        let facts = facts::of(manifest, Timestamp::constant(1_790_000_000, 0));
        facts.lines().join("\n")
    });
    for text in [
        render::text(reports, &Look::plain(80)),
        render::agent(reports),
        render::github(reports),
        facts.unwrap_or_default(),
    ] {
        let controls = text.chars().find(|it| it.is_control() && *it != '\n');
        must(controls.is_none(), || format!("{controls:?} in {text:?}"))?;
    }
    for json in [render::json(reports), render::sarif(reports, &[], "0")] {
        let read = serde_json::from_str::<serde_json::Value>(&json);
        must(read.is_ok(), || format!("{read:?} in {json}"))?;
    }
    Ok(())
}

/// What a check asks for: every second path is there, every fourth is not known to git.
fn tree(manifest: &[u8], other: &[u8]) -> Result<Tree, String> {
    let mut tree = Tree::default();
    for _ in 0..ROUNDS {
        let wanted = wanted(&tree);
        if wanted.is_empty() {
            return Ok(tree);
        }
        for (at, path) in wanted.into_iter().enumerate() {
            let bytes = if path == MANIFEST { manifest } else { other };
            let tracked = if at % 4 == 0 {
                Tracked::Yes
            } else {
                Tracked::No
            };
            let entry = if path.ends_with('/') {
                Entry::Folder(vec!["kortix.md".to_owned(), "agents/".to_owned()])
            } else if path == MANIFEST || at % 2 == 0 {
                let bytes = bytes.to_vec();
                Entry::File { bytes, tracked }
            } else {
                Entry::Absent
            };
            tree.insert(path, entry);
        }
    }
    Err(format!("still asks for {:?}", wanted(&tree)))
}
