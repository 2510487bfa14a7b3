//! Stages, what they are from, and the ones that the built image consists of.

use std::{collections::HashMap, iter, ops::Range};

use crate::image::dockerfile::{
    Command, Dockerfile, Instruction, Keyword, substitute::Variables, words,
};

/// The stages of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages {
    /// All stages in their order.
    pub all: Vec<Stage>,
    /// The stages that the image consists of, as indexes: the one from outside first, the last
    /// stage last. Empty when there is no stage.
    pub chain: Vec<usize>,
    /// The variables before the first `FROM`.
    pub globals: Variables,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The index of its `FROM`.
    pub from: usize,
    /// Its name as written, if it has one.
    pub name: Option<String>,
    /// What it is from.
    pub base: Base,
    /// The place of what it is from in the logical text of the `FROM`.
    pub base_word: Range<usize>,
    /// The indexes of the instructions behind the `FROM`.
    pub body: Range<usize>,
}

/// What a stage is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage, by its index.
    Stage(usize),
    /// Nothing: `scratch`.
    Scratch,
    /// An image, with its variables replaced.
    Image(String),
    /// A name of which a part has no value.
    Unset,
    /// The `FROM` has not the form of one.
    Malformed,
}

/// A command that runs in a stage: one of its own, or one that its parent's `ONBUILD` left to it.
#[derive(Debug, Clone, Copy)]
pub struct Effective<'a> {
    /// Where it stands in the file.
    pub index: usize,
    /// The instruction that holds it.
    pub instruction: &'a Instruction,
    /// The command.
    pub command: &'a Command,
}

impl Stages {
    /// Groups the instructions of a file.
    pub fn of(file: &Dockerfile) -> Self {
        let mut globals = Variables::predefined();
        let mut all: Vec<Stage> = Vec::new();
        let mut names: HashMap<String, usize> = HashMap::new();
        for (index, instruction) in file.instructions.iter().enumerate() {
            if instruction.command.keyword == Keyword::From {
                let mut stage = stage(instruction, index, file.escape, &mut globals);
                if let Base::Image(image) = &stage.base {
                    let earlier = names.get(&image.to_lowercase());
                    stage.base = earlier.map_or(stage.base, |earlier| Base::Stage(*earlier));
                }
                if let Some(name) = &stage.name {
                    names.insert(name.to_lowercase(), all.len());
                }
                all.push(stage);
            } else if let Some(stage) = all.last_mut() {
                stage.body.end = index + 1;
            } else if instruction.command.keyword == Keyword::Arg {
                let arguments = instruction.arguments(&instruction.command);
                globals.apply_global(arguments, file.escape);
            }
        }
        let chain = chain(&all);
        Self {
            all,
            chain,
            globals,
        }
    }

    /// The commands that run in a stage, those of its parent's triggers first.
    pub fn effective<'a>(
        &'a self,
        file: &'a Dockerfile,
        stage: usize,
    ) -> impl Iterator<Item = Effective<'a>> {
        let stage = self.all.get(stage);
        let parent = stage.and_then(|stage| match stage.base {
            Base::Stage(parent) => self.all.get(parent),
            Base::Scratch | Base::Image(_) | Base::Unset | Base::Malformed => None,
        });
        let left = body(file, parent).filter_map(|(index, instruction)| {
            Some(Effective {
                index,
                instruction,
                command: instruction.trigger.as_ref()?,
            })
        });
        let own = body(file, stage).filter_map(|(index, instruction)| {
            let command = &instruction.command;
            (command.keyword != Keyword::Onbuild).then_some(Effective {
                index,
                instruction,
                command,
            })
        });
        left.chain(own)
    }

    /// The commands that make the image, in their order.
    pub fn final_commands<'a>(
        &'a self,
        file: &'a Dockerfile,
    ) -> impl Iterator<Item = Effective<'a>> {
        let chain = self.chain.iter();
        chain.flat_map(move |stage| self.effective(file, *stage))
    }

    /// The commands of all stages by their places, each once.
    pub fn all_commands<'a>(&'a self, file: &'a Dockerfile) -> Vec<Effective<'a>> {
        // The triggers of a stage with many children run often but stand once in the file.
        let mut has_children = vec![false; self.all.len()];
        for stage in &self.all {
            if let Base::Stage(parent) = stage.base
                && let Some(flag) = has_children.get_mut(parent)
            {
                *flag = true;
            }
        }
        let stages = self.all.iter().zip(has_children);
        let commands = stages.flat_map(|(stage, has_children)| {
            body(file, Some(stage)).filter_map(move |(index, instruction)| {
                let command = if instruction.command.keyword == Keyword::Onbuild {
                    instruction.trigger.as_ref().filter(|_| has_children)
                } else {
                    Some(&instruction.command)
                };
                Some(Effective {
                    index,
                    instruction,
                    command: command?,
                })
            })
        });
        commands.collect()
    }

    /// The stage at which the chain begins.
    pub fn root(&self) -> Option<&Stage> {
        self.all.get(*self.chain.first()?)
    }

    /// The last stage.
    pub fn last(&self) -> Option<&Stage> {
        self.all.last()
    }
}

impl Stage {
    /// The instructions behind the `FROM`, with their indexes.
    pub fn body<'a>(&self, file: &'a Dockerfile) -> impl Iterator<Item = (usize, &'a Instruction)> {
        body(file, Some(self))
    }
}

fn body<'a>(
    file: &'a Dockerfile,
    stage: Option<&Stage>,
) -> impl Iterator<Item = (usize, &'a Instruction)> + use<'a> {
    let range = stage.map_or(0..0, |stage| stage.body.clone());
    let instructions = file.instructions.get(range.clone()).unwrap_or_default();
    iter::zip(range, instructions)
}

fn stage(from: &Instruction, index: usize, escape: char, globals: &mut Variables) -> Stage {
    let words = words::split(from.text.as_str(), &from.command.arguments);
    let mut stage = Stage {
        from: index,
        name: None,
        base: Base::Malformed,
        base_word: from.command.name.clone(),
        body: index + 1..index + 1,
    };
    let (base, name) = match words.as_slice() {
        [base] => (base, None),
        [base, word, name] if from.text.slice(word).eq_ignore_ascii_case("as") => {
            (base, Some(from.text.slice(name).to_owned()))
        }
        _ => return stage,
    };
    stage.name = name;
    stage.base_word = base.clone();
    let expanded = globals.expand(from.text.slice(base), escape);
    let is_cut = expanded.text.is_empty() || expanded.text.ends_with([':', '@', '/']);
    stage.base = if expanded.is_partial || is_cut {
        Base::Unset
    } else if expanded.text == "scratch" {
        Base::Scratch
    } else {
        Base::Image(expanded.text)
    };
    stage
}

fn chain(all: &[Stage]) -> Vec<usize> {
    let mut chain: Vec<usize> = all.len().checked_sub(1).into_iter().collect();
    // A stage can only be from an earlier one, so this ends.
    while let Some(Base::Stage(parent)) = chain
        .last()
        .and_then(|index| all.get(*index))
        .map(|stage| &stage.base)
    {
        chain.push(*parent);
    }
    chain.reverse();
    chain
}
