//! What the index is on disk: the format of a generation and of the files beside it, and how they are read.
//!
//! A generation is a folder of files that never change once it is published ([`folders`]): [`manifest`] says
//! what it holds, [`contents`] lists its documents, [`news`] says what is new in it; the graph and the
//! search index are read by [`crate::graph`] and [`crate::search`]. Beside the generations are `current`,
//! which names the one that readers open, the record of the runs ([`runs`], [`run`]), and the [`lock`].
//! Readers need nothing else; [`crate::refresh`] makes what is read here.

pub mod contents;
pub mod folders;
pub mod lock;
pub mod manifest;
pub mod news;
pub mod run;
pub mod runs;
