//! The practice agent over HTTP and SSE, as a client meets it.

mod asks;
mod control;
mod harness;
mod order;
mod scripts;
