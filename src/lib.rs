//! kortix-tui: a full-screen terminal program for people who run many Kortix agent sessions.
//!
//! The layers, lower ones first (a test keeps the order): [`model`] and [`text`] are data and text
//! as geometry; [`diagnostic`] is how a judgment of a file is put; [`manifest`] and [`image`] judge
//! `kortix.toml` and Dockerfiles; [`diff`] reads patches; [`transcript`] folds agent events; [`api`] is
//! the only code that knows URLs; [`config`] reads settings; [`local`] is the embedded control plane;
//! `app` is the pure engine, `view` draws it, and `runtime` and `cli` are the shell around them.

pub mod model;

pub mod text;

pub mod diagnostic;

pub mod manifest;

pub mod image;

pub mod validation;

pub mod diff;

pub mod transcript;

pub mod attention;

pub mod theme;

pub mod action;

pub mod keymap;

pub mod config;

pub mod api;

pub mod local;

pub mod app;

pub mod view;

pub mod runtime;

pub mod cli;
