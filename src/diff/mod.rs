//! Differences: a unified patch in, rows out that a screen or a pager can show.
//!
//! [`patch`] reads what `git diff` wrote, [`changeset`] joins it with the server's list of files,
//! [`pairs`] says which removed line became which added one, [`rows`] which row of a screen shows
//! what without building them all, [`fit`] breaks long lines, [`search`] finds text, [`since`]
//! compares two patches, [`paint`] finds words, moved blocks and syntax, and [`review`] holds what a
//! person notes: marks and comments.
//!
//! Not for: fetching (`api`), keys (`app`), colors (`theme`, `view`).

pub mod changeset;
pub mod fit;
pub mod generated;
pub mod paint;
pub mod pairs;
pub mod patch;
pub mod review;
pub mod rows;
pub mod search;
pub mod since;
