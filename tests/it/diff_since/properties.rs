//! Random heads of random bases.

use kortix_tui::diff::{patch::Patch, since::between};
use proptest::{collection::vec, prelude::*};

use crate::diff_patch::{applied, compared};

fn edits(text: &str, edits: &[(prop::sample::Index, u8, u8)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (place, kind, word) in edits {
        let place = place.index(lines.len() + 1);
        match kind % 3 {
            0 => lines.insert(place, format!("new {word}")),
            1 if place < lines.len() => lines[place] = format!("set {word}"),
            _ if place < lines.len() => drop(lines.remove(place)),
            _ => {}
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Two heads of one base.
fn heads() -> impl Strategy<Value = (String, String, String)> {
    let few = || vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..7);
    (vec(0..30_u8, 0..60), few(), few()).prop_map(|(base, before, now)| {
        let base: String = base.iter().map(|word| format!("{word}\n")).collect();
        let (before, now) = (edits(&base, &before), edits(&base, &now));
        (base, before, now)
    })
}

fn patch(base: &str, head: &str, context: &str) -> Patch {
    Patch::parse(compared(base, head, &[context]).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_way_from_head_to_head_is_exact(
        (base, before, now) in heads(),
        context in prop::sample::select(vec!["-U0", "-U1", "-U3", "-U9"]),
    ) {
        let text = between(&patch(&base, &before, context), &patch(&base, &now, context));
        let found = Patch::parse(text.as_str());
        prop_assert!(!found.is_cut());
        let Some(file) = found.files().first() else {
            prop_assert_eq!(before, now, "nothing was told");
            return Ok(());
        };
        prop_assert_eq!(applied(&before, &found, file), Ok(now), "{}", text);
    }

    #[test]
    fn nothing_changed_between_a_patch_and_itself((base, before, _) in heads()) {
        let diff = compared(&base, &before, &[]).unwrap();
        let (one, other) = (Patch::parse(diff.as_str()), Patch::parse(format!("{diff}\n")));
        prop_assert_eq!(between(&one, &other), "");
    }

    #[test]
    fn a_longer_base_alone_is_no_change((base, before, _) in heads(), above in 1..9_usize) {
        let above: String = (0..above).map(|line| format!("above {line}\n")).collect();
        // Lines that both patches show once tell how far the base moved.
        let named = |text: &str| -> String {
            text.lines().enumerate().map(|(place, line)| format!("{line} at {place}\n")).collect()
        };
        let base = named(&base);
        prop_assume!(!base.is_empty());
        let gap = "gap 1\ngap 2\ngap 3\ngap 4\n";
        let then = patch(&format!("{gap}{base}"), &format!("{gap}{before}"), "-U3");
        let now = patch(&format!("{above}{gap}{base}"), &format!("{above}{gap}{before}"), "-U3");
        prop_assert_eq!(between(&then, &now), "");
    }

    #[test]
    fn any_two_texts_can_be_compared(
        (base, before, now) in heads(),
        other in "[a-d]?(\n[a-d]?){0,20}\n",
        cut in any::<prop::sample::Index>(),
    ) {
        let then = patch(&base, &before, "-U3");
        let text = compared(&other, &now, &[]).unwrap();
        let mut end = cut.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let found = Patch::parse(between(&then, &Patch::parse(&text[..end])));
        prop_assert!(!found.is_cut());
        let back = Patch::parse(between(&Patch::parse(&text[..end]), &then));
        prop_assert!(!back.is_cut());
    }
}
