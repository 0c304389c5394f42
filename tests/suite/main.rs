//! The integration tests, one binary: what a user or an operator would see.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets what it does not expect has failed"
)]

mod cli;
mod corpus;
mod data;
mod faults;
mod index;
mod licences;
mod polite;
mod refresh;
mod serve;
mod snapshots;
mod tidy;
mod world;

#[path = "../github/mod.rs"]
mod github;
