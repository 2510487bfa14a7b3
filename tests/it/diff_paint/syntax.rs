//! Syntax of a hunk: which language, which classes, and both sides apart.

use kortix_tui::diff::{
    paint::{self, Class, Painted},
    patch::Patch,
};

use super::{ENOUGH, classes, file_patch, paint_first, painted_lines, patch_of};

/// One line for each class that a source's pieces have.
fn report(path: &str, source: &str) -> String {
    let lines: Vec<String> = source.lines().map(|line| format!("+{line}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let patch = patch_of(path, &lines);
    let painted = paint_first(&patch, path);
    let mut found: Vec<(Class, Vec<&str>)> = Vec::new();
    for (text, line) in painted_lines(&patch, &painted) {
        for (piece, class) in classes(text, line) {
            match found.iter_mut().find(|(known, _)| *known == class) {
                Some((_, pieces)) => pieces.push(piece),
                None => found.push((class, vec![piece])),
            }
        }
    }
    found.sort_unstable();
    let lines = found
        .iter()
        .map(|(class, pieces)| format!("  {class:?}: {}\n", pieces.join(" ")));
    format!("{path}\n{}", lines.collect::<String>())
}

#[test]
fn common_languages_are_read() {
    let sources = [
        (
            "a.rs",
            "#[test]\n/// Doc.\nfn run(count: u32) -> Option<String> { let x = \"a\\n\"; self.go(x, 1.5, MAX)?; panic!(\"{x}\") }",
        ),
        (
            "a.ts",
            "export const f = async (x: number): Promise<void> => { o.go(`a ${x}`, { key: null }) } // end",
        ),
        (
            "a.tsx",
            "const e = <Row name=\"x\" onClick={() => f(1)}>text</Row>",
        ),
        (
            "a.py",
            "@cached\ndef run(self, n: int = 3) -> str:\n    return f\"a {n}\" if not n else None  # end",
        ),
        (
            "a.go",
            "func (t *T) Run(x int) error { return fmt.Errorf(\"%d\", nil) } // end",
        ),
        (
            "a.sh",
            "if [ -f \"$x\" ]; then echo 'a' && exit 1; fi # end",
        ),
        ("a.yaml", "name: \"x\" # end\non: true\nrun: cargo test\n"),
        ("a.json", "{ \"key\": [1.5, true, \"v\\n\"] }"),
        ("a.toml", "[package] # end\nname = \"x\"\nyear = 2024"),
        (
            "a.md",
            "# Head\ntext `code` [link](http://x)\n```rust\nfn x() {}\n```",
        ),
        (
            "a.sql",
            "SELECT COUNT(*) FROM t WHERE x = 'y' AND n > 3 -- end",
        ),
        ("a.css", ".row > a { color: #fff; margin: 10px } /* end */"),
        (
            "a.java",
            "@Override public String run(int a) { return this.go(\"x\", null); } // end",
        ),
        (
            "a.c",
            "#include <x.h>\nstatic int run(const char *a) { return go(\"x\", 'c', 3); } /* end */",
        ),
        (
            "a.hpp",
            "class Foo : public Bar { std::vector<int> run() const; };",
        ),
        (
            "a.rb",
            "class Foo < Bar\n  def run(a) # end\n    puts \"a #{a}\", :sym, nil\n  end\nend",
        ),
        ("Dockerfile", "FROM rust:1 AS build\nRUN echo \"x\""),
    ];
    let report: String = sources.map(|(path, source)| report(path, source)).concat();
    insta::assert_snapshot!(report);
}

/// Whether a hunk with this line has syntax in a file of this name.
fn is_read(path: &str, line: &str) -> bool {
    let patch = patch_of(path, &[&format!("+{line}")]);
    let painted = paint_first(&patch, path);
    painted.lines.iter().any(|line| !line.syntax.is_empty())
}

#[test]
fn the_language_comes_from_the_name() {
    for (path, line) in [
        ("Cargo.lock", "name = \"x\""),
        ("deep/er/Makefile", "all: x"),
        ("Dockerfile.dev", "FROM x"),
        ("Containerfile", "FROM x"),
        (".bashrc", "export A=1"),
        ("a.mjs", "const a = 1"),
        ("a.jsx", "const a = 1"),
        ("a.d.ts", "let a = 1"),
        ("A.RS", "let a = 1;"),
        ("Gemfile", "gem 'x'"),
        (".env.local", "A=1"),
        ("a.html.erb", "<p>x</p>"),
        ("go.mod", "module x"),
        ("a.h", "class Foo {};"),
    ] {
        assert!(is_read(path, line), "{path}");
    }
    for (path, line) in [
        ("notes.txt", "let a = 1;"),
        ("LICENSE", "let a = 1;"),
        ("a.unknown", "let a = 1;"),
        ("", "let a = 1;"),
        ("dir/", "let a = 1;"),
    ] {
        assert!(!is_read(path, line), "{path}");
    }
}

#[test]
fn a_script_without_an_ending_is_known_by_its_first_line() {
    assert!(is_read("bin/run", "#!/usr/bin/env python3"));
    assert!(is_read("bin/run", "#!/bin/sh"));
    assert!(!is_read("bin/run", "# a note"));
    let patch = Patch::parse(file_patch("bin/run", &[(2, &["+#!/bin/sh"])]));
    let painted = paint_first(&patch, "bin/run");
    assert!(
        painted.lines[0].syntax.is_empty(),
        "line 2 is not the first"
    );
}

#[test]
fn php_from_the_middle_of_a_file_is_read_as_code() {
    assert!(is_read("a.php", "return $this->name;"));
}

fn classes_of<'a>(patch: &'a Patch, painted: &Painted, place: usize) -> Vec<(&'a str, Class)> {
    let line = &painted.lines[place];
    let id = kortix_tui::diff::patch::LineId(u32::try_from(place).unwrap());
    classes(patch.line_text(id), line)
}

#[test]
fn a_removed_quote_does_not_color_what_was_added() {
    let patch = patch_of(
        "a.py",
        &[
            "-x = \"\"\"",
            "+x = 1",
            " y = 2",
            "-\"\"\"",
            "+z = \"\"\"",
            " text",
            "+\"\"\"",
        ],
    );
    let painted = paint_first(&patch, "a.py");
    assert_eq!(
        classes_of(&patch, &painted, 2),
        [("=", Class::Punctuation), ("2", Class::Number)],
        "context takes the classes of the new side"
    );
    assert_eq!(classes_of(&patch, &painted, 3), [("\"\"\"", Class::String)]);
    assert_eq!(classes_of(&patch, &painted, 5), [("text", Class::String)]);
}

#[test]
fn a_comment_over_lines_is_a_comment_on_each() {
    let patch = patch_of("a.ts", &[" /* one", "+two", " three */", " let x = 1"]);
    let painted = paint_first(&patch, "a.ts");
    assert_eq!(classes_of(&patch, &painted, 1), [("two", Class::Comment)]);
    assert_eq!(
        classes_of(&patch, &painted, 3).first(),
        Some(&("let", Class::Keyword))
    );
}

#[test]
fn lines_that_end_with_a_carriage_return_are_read_like_others() {
    let patch = patch_of("a.py", &["+# note\r", "+x = 1\r"]);
    let painted = paint_first(&patch, "a.py");
    assert_eq!(
        classes_of(&patch, &painted, 0),
        [("# note", Class::Comment)]
    );
    assert_eq!(
        classes_of(&patch, &painted, 1),
        [("=", Class::Punctuation), ("1", Class::Number)]
    );
}

#[test]
fn pieces_ascend_and_lie_apart() {
    let source = "fn a<'b>(c: &'b str) -> u8 { \"x\\n{}\".len() as u8 /* d */ + b'e' }";
    let patch = patch_of("a.rs", &[&format!("+{source}")]);
    let painted = paint_first(&patch, "a.rs");
    let pieces = &painted.lines[0].syntax;
    assert!(pieces.len() > 10);
    assert!(
        pieces
            .windows(2)
            .all(|pair| pair[0].0.end <= pair[1].0.start)
    );
    let end = pieces.last().unwrap().0.end as usize;
    assert!(end <= source.len());
}

#[test]
fn a_whole_text_is_read_as_a_hunk_of_its_lines() {
    let toml = "# All.\n[project]\nname = \"a\"\nnote = \"\"\"\nof two\nlines\"\"\"\nsize = 3\n";
    let docker = "FROM debian:12\nRUN echo \"a\" \\\n  && true\n# Done.\n";
    for (path, source) in [("kortix.toml", toml), (".kortix/Dockerfile", docker)] {
        let lines: Vec<String> = source.lines().map(|line| format!("+{line}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let hunk = paint_first(&patch_of(path, &lines), path);
        let text = paint::text(source.lines(), path, ENOUGH.syntax);
        assert_eq!(text, hunk.lines, "{path}");
        assert!(text.iter().any(|line| !line.syntax.is_empty()), "{path}");
    }
}
