//! The integration tests, one binary: what a user or an operator would see.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets what it does not expect has failed"
)]

mod archives;
mod bounded;
mod cli;
mod content;
mod control;
mod corpus;
mod data;
mod decks;
mod eval;
mod face;
mod faults;
mod formats;
mod golden;
mod hostile;
mod index;
mod knowledge;
mod licences;
mod links;
mod order;
mod polite;
mod refresh;
mod scale;
mod search;
mod serve;
mod shelf;
mod snapshots;
mod soak;
mod states;
mod tidy;
mod world;

#[path = "../github/mod.rs"]
mod github;
