//! The screen of a change request's review: what it shows.

mod head;
mod lines;
mod notes;
mod story;
mod whole;
