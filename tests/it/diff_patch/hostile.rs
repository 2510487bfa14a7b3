//! Anything is accepted: no text makes reading stop, and what is found stays within the text.

use std::io;

use kortix_tui::diff::patch::{FileContent, Hunk, LineKind, Patch, PatchLine};
use proptest::{collection::vec, prelude::*};

use crate::diff_repo::DiffRepo;

/// Whatever the text was: ranges ascend, stay in the text, and numbers fit their lines.
pub fn assert_sound(patch: &Patch) {
    let mut end = 0;
    for (place, line) in patch.lines().iter().enumerate() {
        assert!(line.start >= end && line.end >= line.start);
        assert!(line.end as usize <= patch.text().len());
        assert!(
            patch
                .text()
                .get(line.start as usize..line.end as usize)
                .is_some()
        );
        assert_eq!(line.old == 0, line.kind == LineKind::Added, "{place}");
        assert_eq!(line.new == 0, line.kind == LineKind::Removed, "{place}");
        end = line.end;
    }
    let (mut hunks, mut lines) = (0, 0);
    for (id, file) in patch.files().iter().enumerate() {
        assert_eq!(file.hunks.start, hunks);
        hunks = file.hunks.end;
        assert!(file.old_path.is_some() || file.new_path.is_some());
        let mut counts = (0, 0);
        for hunk in patch.hunks_of(file) {
            assert_eq!(hunk.file.0 as usize, id);
            assert_eq!(hunk.lines.start, lines);
            lines = hunk.lines.end;
            let (added, removed) = changes(patch, hunk);
            counts = (counts.0 + added, counts.1 + removed);
        }
        assert_eq!(counts, (file.added, file.removed));
        assert!(file.content != FileContent::Nothing || file.hunks.is_empty());
    }
    assert_eq!(hunks as usize, patch.hunks().len());
    assert_eq!(lines as usize, patch.lines().len());
}

fn changes(patch: &Patch, hunk: &Hunk) -> (u32, u32) {
    let count = |kind| {
        let lines = patch.lines_of(hunk).iter();
        u32::try_from(lines.filter(|line| line.kind == kind).count()).unwrap()
    };
    let (added, removed) = (count(LineKind::Added), count(LineKind::Removed));
    let context = count(LineKind::Context);
    assert_eq!(hunk.old_count, context + removed);
    assert_eq!(hunk.new_count, context + added);
    // A side without lines stands behind a line, which may be none; any other begins with one.
    let first = |number: fn(&PatchLine) -> u32| {
        let mut numbers = patch.lines_of(hunk).iter().map(number);
        numbers.find(|number| *number > 0)
    };
    let old = first(|line| line.old).unwrap_or(hunk.old_start);
    let new = first(|line| line.new).unwrap_or(hunk.new_start);
    assert_eq!((old, new), (hunk.old_start, hunk.new_start));
    assert!(
        patch
            .text()
            .get(hunk.section.start as usize..hunk.section.end as usize)
            .is_some()
    );
    (added, removed)
}

/// A patch with many forms, short enough to be cut anywhere.
fn real() -> io::Result<String> {
    let repo = DiffRepo::new()?;
    repo.write("a file", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")?;
    repo.write("crlf", "a\r\nb\r\n")?;
    repo.write("bin", [0, 1])?;
    repo.write("moved", "1\n2\n3\n4\n5\n6\n")?;
    repo.write("link", "text\n")?;
    let base = repo.commit("base")?;
    repo.write("a file", "0\n1\n2\n3\n5\n6\n7\n8\nneun")?;
    repo.write("crlf", "a\r\nc\r\n")?;
    repo.write("bin", [0, 2])?;
    repo.rename("moved", "ünder\tway")?;
    repo.link("link", "crlf")?;
    repo.write("new", "caf\u{e9} \u{fffd}\n-- x\n++ y\n")?;
    repo.mode("crlf", 0o755)?;
    let head = repo.commit("head")?;
    Ok(repo.difference(&base, &head)?.patch)
}

#[test]
fn a_patch_can_be_cut_at_every_byte() -> io::Result<()> {
    let text = real()?;
    let whole = Patch::parse(&*text);
    assert_sound(&whole);
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let patch = Patch::parse(&text[..end]);
        assert_sound(&patch);
        assert!(patch.lines().len() <= whole.lines().len());
        let tail = Patch::parse(&text[end..]);
        assert_sound(&tail);
    }
    Ok(())
}

#[test]
fn a_byte_may_be_any_other() -> io::Result<()> {
    let text = real()?;
    for place in 0..text.len() {
        for byte in [
            0, b'\n', b'\r', b' ', b'"', b'\\', b'9', b'+', b'-', b'@', 0xff,
        ] {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = byte;
            assert_sound(&Patch::parse(String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(())
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("diff --git a/x b/x\n".to_owned()),
        Just("diff --cc x\n".to_owned()),
        "diff --git [ab\"/ \\\\]{0,8}\n",
        Just("--- a/x\n".to_owned()),
        Just("+++ b/x\n".to_owned()),
        Just("--- /dev/null\n".to_owned()),
        Just("+++ /dev/null\r\n".to_owned()),
        "@@ -[0-9]{1,11},?[0-4]? \\+[0-9]{1,11}(,[0-4])? @@ ?[a-z]?\n",
        "[ +-][a-z]{0,3}\n",
        "(index|old mode|new mode|new file mode|deleted file mode|similarity index) [0-9. %]{0,9}\n",
        "(rename|copy) (from|to) [\"\\\\0-9a-c]{0,6}\n",
        Just("\\ No newline\n".to_owned()),
        Just("\n".to_owned()),
        Just("Binary files a/x and b/x differ\n".to_owned()),
        "\\PC{0,12}\n?",
    ]
}

proptest! {
    #[test]
    fn any_text_is_sound(text in any::<String>()) {
        assert_sound(&Patch::parse(text));
    }

    #[test]
    fn any_mixture_of_pieces_is_sound(pieces in vec(piece(), 0..40)) {
        assert_sound(&Patch::parse(pieces.concat()));
    }
}
