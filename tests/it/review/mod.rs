//! The review of a change request: keys and replies in, rows and notes out.

mod comments;
mod context;
mod desk;
mod folding;
mod hostile;
mod loading;
mod marks;
mod reading;
mod searching;
mod since;
mod tree;
