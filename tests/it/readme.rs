//! README's picture and key table are what the program shows.
//!
//! `KORTIX_TUI_WRITE_README=1 cargo test readme` writes them anew.

use std::{fs, path::Path};

use kortix_tui::keymap::key_table_markdown;

use crate::board::busy_board;

fn readme() -> String {
    fs::read_to_string(path()).unwrap()
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// Compares what stands between two marks with what should, or writes it.
fn check(name: &str, wanted: &str) {
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("<!-- {name}:end -->"),
    );
    let text = readme();
    let (head, rest) = text.split_once(&begin).unwrap();
    let (found, tail) = rest.split_once(&end).unwrap();
    if std::env::var_os("KORTIX_TUI_WRITE_README").is_some() {
        fs::write(path(), format!("{head}{begin}{wanted}{end}{tail}")).unwrap();
        return;
    }
    assert_eq!(found, wanted, "README's {name} is not the program's");
}

#[test]
fn the_picture_in_the_readme_is_what_the_program_draws() {
    let (mut screen, _) = busy_board(112, 20);
    check(
        "picture",
        &format!("```text\n{}\n```\n", screen.screen().trim_end()),
    );
}

#[test]
fn the_key_table_in_the_readme_is_the_programs() {
    check("keys", &key_table_markdown());
}

#[test]
fn every_folder_of_the_source_is_on_the_map() {
    let text = readme();
    let map = text.split("## Map of the source").nth(1).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let is_listed = map.contains(&format!("`src/{name}`"));
        assert!(
            is_listed || name == "lib.rs",
            "src/{name} is not on the map"
        );
    }
}
