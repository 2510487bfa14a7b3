//! The fields of the form, in the order of the tab key.

/// A field of the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field {
    /// The project.
    Project,
    /// The first prompt.
    #[default]
    Prompt,
    /// The branch to start from.
    Base,
    /// The agent.
    Agent,
    /// The name.
    Name,
}

impl Field {
    /// All fields in the order of the screen.
    pub const ALL: [Self; 5] = [
        Self::Project,
        Self::Prompt,
        Self::Base,
        Self::Agent,
        Self::Name,
    ];

    /// The word before it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Prompt => "Prompt",
            Self::Base => "Base",
            Self::Agent => "Agent",
            Self::Name => "Name",
        }
    }

    pub(super) fn next(self) -> Self {
        match self {
            Self::Project => Self::Prompt,
            Self::Prompt => Self::Base,
            Self::Base => Self::Agent,
            Self::Agent => Self::Name,
            Self::Name => Self::Project,
        }
    }

    pub(super) fn previous(self) -> Self {
        match self {
            Self::Project => Self::Name,
            Self::Prompt => Self::Project,
            Self::Base => Self::Prompt,
            Self::Agent => Self::Base,
            Self::Name => Self::Agent,
        }
    }
}
