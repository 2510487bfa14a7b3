//! How the builder reads a file.

use kortix_tui::image::dockerfile::{Dockerfile, Keyword, ProblemKind};

fn keywords(text: &str) -> Vec<Keyword> {
    let file = Dockerfile::parse(text);
    let keywords = file
        .instructions
        .iter()
        .map(|instruction| instruction.command.keyword);
    keywords.collect()
}

fn texts(text: &str) -> Vec<String> {
    let file = Dockerfile::parse(text);
    let texts = file
        .instructions
        .iter()
        .map(|instruction| instruction.text.as_str().to_owned());
    texts.collect()
}

#[test]
fn lines_that_go_on_are_one_instruction_without_comments_and_empty_lines() {
    let text = "RUN a \\\n  # why\n\n  b \\  \n  c\nRUN d\n";
    assert_eq!(texts(text), ["RUN a   b   c", "RUN d"]);
}

#[test]
fn an_escaped_escape_does_not_continue() {
    assert_eq!(texts("RUN a \\\\\nRUN b"), ["RUN a \\\\", "RUN b"]);
}

#[test]
fn another_escape_character_continues_lines() {
    let text = "# syntax=x\n# Escape = `\nRUN a `\nb \\\nRUN c\n";
    assert_eq!(texts(text), ["RUN a b \\", "RUN c"]);
}

#[test]
fn directives_end_at_the_first_line_that_is_none() {
    for before in ["# note", "", "FROM a", "# unknown=1"] {
        let text = format!("{before}\n# escape=`\nRUN a");
        assert_eq!(Dockerfile::parse(&text).escape, '\\', "{before:?}");
    }
}

#[test]
fn a_heredoc_needs_a_word_of_its_own_outside_of_quotes() {
    for line in [
        "RUN cat <<< EOF",
        "RUN echo '<<EOF'",
        "RUN echo \"<<EOF\"",
        "RUN echo $((1<<EOF))",
        "RUN cat<<EOF",
        "RUN echo it's <<EOF",
        "RUN echo ${a[0]} <<EOF",
        "RUN [\"cat\", \"<<EOF\"]",
        "ENV A=<<EOF",
    ] {
        let text = format!("{line}\nCMD x\n");
        assert_eq!(keywords(&text).len(), 2, "{line}");
    }
    for line in [
        "RUN cat <<EOF",
        "run 3<<EOF cat",
        "RUN <<'EOF' cat",
        "RUN cat <<E\"O\"F > /x",
        "COPY <<EOF /x",
        "ADD <<EOF /x",
        "ONBUILD RUN <<EOF",
        "RUN a \\\n <<EOF",
        "RUN echo ${a:-it} \"${b}\" <<EOF",
    ] {
        let text = format!("{line}\nCMD x\nEOF\n");
        assert_eq!(keywords(&text).len(), 1, "{line}");
    }
}

#[test]
fn several_heredocs_follow_each_other() {
    let text = "RUN <<A <<-B\none\nB\nA\ntwo\n\tB\nCMD x";
    let file = Dockerfile::parse(text);
    let bodies = file.instructions[0].heredocs.iter();
    let bodies: Vec<&str> = bodies.map(|heredoc| &text[heredoc.body.clone()]).collect();
    assert_eq!(bodies, ["one\nB\n", "two\n"]);
    assert_eq!(file.instructions[1].command.keyword, Keyword::Cmd);
}

#[test]
fn an_indented_word_does_not_end_a_heredoc() {
    for text in [
        "RUN <<EOF\nx\n EOF\n",
        "RUN <<EOF\nx\n\tEOF\n",
        "RUN <<-EOF\nx\n EOF\n",
    ] {
        let problems = Dockerfile::parse(text).problems;
        let kinds: Vec<_> = problems.into_iter().map(|problem| problem.kind).collect();
        assert_eq!(
            kinds,
            [ProblemKind::OpenHeredoc("EOF".to_owned())],
            "{text:?}"
        );
    }
}

#[test]
fn places_are_those_of_the_file() {
    let text = "\u{feff}FROM a:1\r\n  COPY --from=b \\\r\n# c\r\n  /é /y\r\n";
    let file = Dockerfile::parse(text);
    let copy = &file.instructions[1];
    assert_eq!(
        &text[copy.span.clone()],
        "COPY --from=b \\\r\n# c\r\n  /é /y"
    );
    assert_eq!(copy.flag(&copy.command, "from"), Some("b"));
    assert_eq!(&text[copy.text.source(&copy.command.arguments)], "/é /y");
    assert_eq!(&text[copy.place(&copy.command.name)], "COPY");
    let place = copy.place(&copy.command.arguments);
    assert_eq!(
        place, copy.span,
        "what is on a later line begins at the keyword"
    );
}

#[test]
fn instructions_are_known_in_any_case_and_indented() {
    assert_eq!(
        keywords("  from a\n\tRun b\nsTOPSIGNAL 9"),
        [Keyword::From, Keyword::Run, Keyword::Stopsignal]
    );
}
