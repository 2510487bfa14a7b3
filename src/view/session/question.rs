//! The rows of a question with its options.

use ratatui::text::Line;

use crate::{
    app::session::answers::Answers,
    model::agent::ask::{Question, QuestionItem},
    theme::Role,
    view::session::brush::Brush,
};

/// The rows of the question that is looked at, and which of them must be visible.
pub(super) fn rows(
    question: &Question,
    answers: &Answers,
    brush: &Brush<'_>,
) -> (Vec<Line<'static>>, usize) {
    let Some(item) = question.questions.get(answers.index) else {
        return (vec![brush.row("the question is empty", Role::Dim)], 0);
    };
    let mut rows = progress(question, answers, brush);
    rows.extend(brush.wrapped(&item.question, Role::Title, 0));
    if item.multiple {
        rows.push(brush.row("several may be chosen", Role::Dim));
    }
    let mut cursor = rows.len();
    for index in 0..Answers::rows(question, answers.index) {
        rows.extend(option_rows(item, index, answers, brush));
        if index == answers.cursor {
            cursor = rows.len().saturating_sub(1);
        }
    }
    (rows, cursor)
}

/// The headers of several questions, with what is answered.
fn progress(question: &Question, answers: &Answers, brush: &Brush<'_>) -> Vec<Line<'static>> {
    if question.questions.len() < 2 {
        return Vec::new();
    }
    let mut spans = Vec::new();
    for (index, item) in question.questions.iter().enumerate() {
        let mark = if answers.is_answered(index) {
            brush.symbols.good
        } else {
            brush.symbols.idle
        };
        let role = if index == answers.index {
            Role::Accent
        } else {
            Role::Dim
        };
        spans.push(brush.span(format!("{mark} "), role));
        spans.push(brush.foreign(&item.header, role));
        spans.push(brush.span("  ", role));
    }
    vec![brush.fit(spans)]
}

fn option_rows(
    item: &QuestionItem,
    index: usize,
    answers: &Answers,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let is_here = index == answers.cursor;
    let pointer = if is_here { brush.symbols.cursor } else { " " };
    let role = if is_here { Role::Accent } else { Role::Text };
    let symbols = brush.symbols;
    let check = |is_chosen| {
        if is_chosen {
            symbols.checked
        } else {
            symbols.unchecked
        }
    };
    let Some(option) = item.options.get(index) else {
        let custom = answers.custom(answers.index);
        let text = custom.unwrap_or("in your own words…");
        return vec![brush.fit(vec![
            brush.span(format!("{pointer} {} ", check(custom.is_some())), role),
            brush.foreign(text, if custom.is_some() { role } else { Role::Dim }),
        ])];
    };
    let is_chosen = answers.is_chosen(answers.index, index);
    let mut rows = vec![brush.fit(vec![
        brush.span(format!("{pointer} {} ", check(is_chosen)), role),
        brush.foreign(&option.label, role),
    ])];
    if !option.description.is_empty() {
        rows.extend(brush.wrapped(&option.description, Role::Dim, 6));
    }
    rows
}
