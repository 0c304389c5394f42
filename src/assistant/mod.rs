//! The library for assistants, through the Model Context Protocol (MCP): its tools and their answers.
//!
//! Each tool returns the API's object as structured content and as text. An error is also returned as a result of the
//! tool, so that the assistant can correct its request. The transport is up to the caller: [`crate::commands`] serves
//! stdin and stdout, and [`crate::serve`] serves HTTP. A [`LibraryDesk`] decides where and under which limits a question
//! is answered.

mod brief;
mod desk;
mod parameters;
mod tools;

pub use desk::{DeskFuture, DeskQuestion, LibraryDesk};
pub use tools::Assistant;
