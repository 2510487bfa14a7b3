//! Answers to questions while a person chooses them.

use std::collections::BTreeSet;

use crate::{app::session::field::Field, model::agent::ask::Question};

/// Answers to questions while a person chooses them.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Which question is looked at.
    pub index: usize,
    /// Which of its rows the cursor is on; the row after the options is the free text.
    pub cursor: usize,
    /// The free text while it is typed.
    pub typing: Option<Field>,
    items: Vec<Item>,
}

#[derive(Debug, Clone, Default)]
struct Item {
    chosen: BTreeSet<usize>,
    custom: Option<String>,
}

/// What entering an answer led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// The question that is looked at has no answer yet.
    Missing,
    /// Another question was turned to.
    Next,
    /// All are answered, in order.
    Complete(Vec<Vec<String>>),
}

impl Answers {
    /// How many rows a question has: its options and, where welcome, free text.
    pub fn rows(question: &Question, index: usize) -> usize {
        question.questions.get(index).map_or(0, |item| {
            item.options.len() + usize::from(item.custom != Some(false))
        })
    }

    /// Whether an option is chosen.
    pub fn is_chosen(&self, index: usize, option: usize) -> bool {
        self.items
            .get(index)
            .is_some_and(|item| item.chosen.contains(&option))
    }

    /// The free text given to a question.
    pub fn custom(&self, index: usize) -> Option<&str> {
        self.items.get(index)?.custom.as_deref()
    }

    /// Whether a question has an answer.
    pub fn is_answered(&self, index: usize) -> bool {
        self.items
            .get(index)
            .is_some_and(|item| !item.chosen.is_empty() || item.custom.is_some())
    }

    /// Moves the cursor down a row.
    pub fn down(&mut self, question: &Question) {
        let last = Self::rows(question, self.index).saturating_sub(1);
        self.cursor = (self.cursor + 1).min(last);
    }

    /// Moves the cursor up a row.
    pub fn up(&mut self) {
        self.cursor = self.cursor.saturating_sub(1);
    }

    /// Turns to the next question, or the first after the last.
    pub fn next(&mut self, question: &Question) {
        self.turn((self.index + 1) % question.questions.len().max(1));
    }

    /// Turns to the question before, or the last before the first.
    pub fn previous(&mut self, question: &Question) {
        let count = question.questions.len().max(1);
        self.turn((self.index + count - 1) % count);
    }

    fn turn(&mut self, index: usize) {
        self.index = index;
        self.cursor = 0;
        self.typing = None;
    }

    /// Chooses or unchooses the row under the cursor; the free text's row is typed into.
    pub fn choose(&mut self, question: &Question) {
        let Some(asked) = question.questions.get(self.index) else {
            return;
        };
        if self.cursor >= asked.options.len() {
            return self.type_custom(question);
        }
        let (cursor, multiple) = (self.cursor, asked.multiple);
        let item = self.item();
        if item.chosen.remove(&cursor) {
            return;
        }
        if !multiple {
            item.chosen.clear();
            item.custom = None;
        }
        item.chosen.insert(cursor);
    }

    /// Begins to type a free text, where it is welcome.
    pub fn type_custom(&mut self, question: &Question) {
        let Some(asked) = question.questions.get(self.index) else {
            return;
        };
        if asked.custom == Some(false) {
            return;
        }
        self.cursor = asked.options.len();
        let text = self.custom(self.index).unwrap_or_default().to_owned();
        self.typing = Some(Field::with(&text));
    }

    /// Takes the typed free text as the answer, or one of the answers; an empty one as none.
    pub fn accept_custom(&mut self, question: &Question) {
        let Some(field) = self.typing.take() else {
            return;
        };
        let text = field.text().trim().to_owned();
        let multiple = question
            .questions
            .get(self.index)
            .is_some_and(|asked| asked.multiple);
        let item = self.item();
        if !multiple && !text.is_empty() {
            item.chosen.clear();
        }
        item.custom = Some(text).filter(|text| !text.is_empty());
    }

    /// Takes the row under the cursor where one answer is wanted and none chosen, then turns to the
    /// next question without an answer, or completes.
    pub fn submit(&mut self, question: &Question) -> Submission {
        let single = question
            .questions
            .get(self.index)
            .filter(|asked| !asked.multiple);
        if !self.is_answered(self.index)
            && single.is_some_and(|asked| self.cursor < asked.options.len())
        {
            self.choose(question);
        }
        if !self.is_answered(self.index) {
            return Submission::Missing;
        }
        let open = (0..question.questions.len()).find(|index| !self.is_answered(*index));
        match open {
            Some(index) => {
                self.turn(index);
                Submission::Next
            }
            None => Submission::Complete(self.labels(question)),
        }
    }

    fn labels(&self, question: &Question) -> Vec<Vec<String>> {
        let of = |(index, asked): (usize, &crate::model::agent::ask::QuestionItem)| {
            let chosen = asked
                .options
                .iter()
                .enumerate()
                .filter(|(option, _)| self.is_chosen(index, *option))
                .map(|(_, option)| option.label.clone());
            let custom = self.custom(index).map(str::to_owned);
            chosen.chain(custom).collect()
        };
        question.questions.iter().enumerate().map(of).collect()
    }

    fn item(&mut self) -> &mut Item {
        let index = self.index;
        if self.items.len() <= index {
            self.items.resize(index + 1, Item::default());
        }
        &mut self.items[index]
    }
}
