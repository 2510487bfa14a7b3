//! Code in Markdown that cannot get out of its fence.

use std::borrow::Cow;

use crate::text;

/// Bytes of a line that are quoted at most.
const LONGEST: usize = 400;

/// Lines of code in a fence, with a blank line before it.
pub(super) fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let mut out = format!("\n{fence}{language}\n");
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
    out
}

/// Text as code inside of a line.
pub(super) fn code_span(text: &str) -> String {
    let text = text::sanitize_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A space inside keeps ticks at the ends apart from the fence.
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|letter| letter != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// A line of code as it is quoted: [`visible`], and the end of a very long one left out.
pub(super) fn quoted(line: &str) -> String {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let end = line.floor_char_boundary(LONGEST);
    let (shown, more) = line.split_at_checked(end).unwrap_or((line, ""));
    let end = if more.is_empty() { "" } else { "…" };
    visible(shown) + end
}

/// Lines with their tabs; whatever else would not show is made visible.
pub(super) fn visible(lines: &str) -> String {
    let pieces = lines.split('\t').map(text::sanitize);
    pieces.collect::<Vec<Cow<'_, str>>>().join("\t")
}

/// Markdown whose last fence is closed.
pub(super) fn closed(markdown: &str) -> Cow<'_, str> {
    let mut open: Option<&str> = None;
    for line in markdown.lines() {
        let line = line.trim_start_matches(['>', ' ']);
        let Some(fence) = fence_of(line) else {
            continue;
        };
        let is_bare = line
            .get(fence.len()..)
            .is_some_and(|rest| rest.trim().is_empty());
        match open {
            None => open = Some(fence),
            Some(begun) if is_bare && fence.starts_with(begun) => open = None,
            Some(_) => {}
        }
    }
    match open {
        Some(fence) => Cow::Owned(format!("{markdown}\n{fence}")),
        None => Cow::Borrowed(markdown),
    }
}

/// The three or more ticks or tildes that a line begins with.
fn fence_of(line: &str) -> Option<&str> {
    let sign = line
        .chars()
        .next()
        .filter(|sign| matches!(sign, '`' | '~'))?;
    let end = line.find(|letter| letter != sign).unwrap_or(line.len());
    let (fence, rest) = line.split_at_checked(end)?;
    let is_span = sign == '`' && rest.contains('`');
    (fence.len() >= 3 && !is_span).then_some(fence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fence_that_is_left_open_is_closed() {
        for whole in [
            "",
            "a ``` b",
            "```x``` y",
            "```\n~~~\n```",
            "~~~~ sh\n```\n~~~\n~~~~~",
        ] {
            assert_eq!(closed(whole), whole);
        }
        assert_eq!(closed("```rs\nlet a;"), "```rs\nlet a;\n```");
        assert_eq!(closed("````\n```"), "````\n```\n````");
        assert_eq!(closed("```\n``` x"), "```\n``` x\n```");
    }

    #[test]
    fn code_keeps_its_tabs_and_shows_what_would_hide() {
        assert_eq!(quoted("\ta\t\u{1b}[2J\r"), "\ta\t␛[2J");
        let long = "ä".repeat(300);
        assert_eq!(quoted(&long), "ä".repeat(200) + "…");
    }

    #[test]
    fn a_span_holds_any_ticks() {
        assert_eq!(code_span("a.rs"), "`a.rs`");
        assert_eq!(code_span("a``b"), "```a``b```");
        assert_eq!(code_span("`a"), "`` `a ``");
    }
}
