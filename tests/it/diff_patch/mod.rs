//! Reading patches: every form that git writes, hostile text, and the recordings of the control plane.

mod apply;
mod changeset;
mod forms;
mod hostile;
mod properties;
mod recorded;
mod repositories;

pub use apply::{applied, reversed};
pub use properties::compared;
