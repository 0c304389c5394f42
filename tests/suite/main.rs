//! The integration tests, in one binary: they check what a user or an operator sees.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets what it does not expect has failed"
)]

mod archives;
mod assumptions;
mod attack;
mod bounded;
mod cli;
mod content;
mod control;
mod corpus;
mod cost;
mod damage;
mod data;
mod decks;
mod differences;
mod discover;
mod docs;
mod documented;
mod eval;
mod face;
mod faults;
mod filters;
mod folders;
mod formats;
mod found;
mod golden;
mod hostile;
mod imports;
mod index;
mod issues;
mod kills;
mod knowledge;
mod licences;
mod links;
mod load;
mod losses;
mod mcp;
mod metadata;
mod names;
mod order;
mod polite;
mod posted;
mod printed;
mod private;
mod proposed;
mod queries;
mod quotes;
mod refresh;
mod requests;
mod scale;
mod search;
mod serve;
mod shelf;
mod skip;
mod snapshots;
mod soak;
mod states;
#[cfg(target_os = "linux")]
mod storage;
mod store;
mod talk;
mod threads;
mod tidy;
mod trust;
mod typing;
mod voices;
mod world;

#[path = "../github/mod.rs"]
mod github;
