//! Random files edited at random: git's patch, read by us, leads from one text to the other.

use std::{fs, process::Command};

use kortix_tui::diff::patch::Patch;
use proptest::{collection::vec, prelude::*};

use super::{applied, reversed};

/// Lines that look like parts of a patch, besides ordinary ones.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-d]{0,2}",
        1 => Just("- a/x".to_owned()),
        1 => Just("-- a/x".to_owned()),
        1 => Just("++ b/x".to_owned()),
        1 => Just("@@ -1 +1 @@".to_owned()),
        1 => Just("diff --git a/x b/x".to_owned()),
        1 => Just("\\ No newline at end of file".to_owned()),
        1 => "[ -~äß\t\r]{0,6}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    (vec(line(), 0..40), any::<bool>()).prop_map(|(lines, ends)| {
        let end = if ends && !lines.is_empty() { "\n" } else { "" };
        lines.join("\n") + end
    })
}

/// A text and one that was made from it by a few edits.
pub fn edited() -> impl Strategy<Value = (String, String)> {
    let edits = vec((any::<prop::sample::Index>(), 0..3_usize, line()), 0..6);
    (text(), edits).prop_map(|(before, edits)| {
        let mut lines: Vec<String> = before.split_inclusive('\n').map(str::to_owned).collect();
        for (place, kind, new) in edits {
            let place = place.index(lines.len() + 1);
            match kind {
                0 => lines.insert(place, format!("{new}\n")),
                1 if place < lines.len() => lines[place] = format!("{new}\n"),
                _ if place < lines.len() => drop(lines.remove(place)),
                _ => {}
            }
        }
        // A line without its line feed can only be the last.
        let last = lines.len().saturating_sub(1);
        for line in lines.iter_mut().take(last) {
            if !line.ends_with('\n') {
                line.push('\n');
            }
        }
        (before, lines.concat())
    })
}

/// What `git diff --no-index` says of two texts.
pub fn compared(before: &str, after: &str, options: &[&str]) -> std::io::Result<String> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("old"), before)?;
    fs::write(folder.path().join("new"), after)?;
    let output = Command::new("git")
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .current_dir(folder.path())
        .args(["diff", "--no-index", "--text"])
        .args(options)
        .args(["old", "new"])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_patch_leads_from_one_text_to_the_other(
        (before, after) in edited(),
        context in prop::sample::select(vec!["-U0", "-U1", "-U3", "-U100"]),
    ) {
        let diff = compared(&before, &after, &[context]).unwrap();
        let patch = Patch::parse(diff);
        prop_assert!(!patch.is_cut());
        if before == after {
            prop_assert!(patch.files().is_empty());
            return Ok(());
        }
        let file = &patch.files()[0];
        prop_assert_eq!(applied(&before, &patch, file), Ok(after.clone()));
        prop_assert_eq!(reversed(&after, &patch, file), Ok(before));
    }

    #[test]
    fn counts_are_those_of_git((before, after) in edited()) {
        let diff = compared(&before, &after, &[]).unwrap();
        let counts = compared(&before, &after, &["--numstat"]).unwrap();
        let patch = Patch::parse(diff);
        let ours = patch.files().first().map(|file| format!("{}\t{}\t", file.added, file.removed));
        prop_assert!(counts.starts_with(&ours.unwrap_or_default()));
    }
}
