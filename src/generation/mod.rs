//! What the index is on disk: the format of a generation and of the files beside it, and how they are read.
//!
//! A generation is a folder of files that never change once it is published ([`folders`]): [`manifest`] says
//! what it holds, [`contents`] lists its documents, [`news`] says what is new in it; the graph and the
//! search index are read by [`crate::graph`] and [`crate::search`]. Beside the generations are `current`,
//! which names the one that readers open (where it is missing, they open the newest intact one), the record of the runs ([`runs`], [`run`]), and the [`lock`].
//! Readers need nothing else; [`crate::refresh`] makes what is read here.
//!
//! # Formats
//!
//! [`format::FORMAT`] grows with every change of a file's form, the search index's fields included. A program
//! reads its own format and the one before ([`format::OLDEST`]): after an update, readers go on with what
//! is there until a refresh has built a generation of the new format. A generation of any other format
//! counts as damaged.
//!
//! # Damage
//!
//! The manifest lists each file's length and checksum ([`checksums`]). [`open`] checks the lengths and, but for
//! the segments of the search index, the checksums; a refresh does the same with the current generation, and
//! checks the segments too with `--offline` or `--full`. What is wrong is a [`damage::Damage`]: a reader
//! says it with the remedy, a refresh rebuilds the generation from the store.

pub mod checksums;
pub mod contents;
pub mod damage;
pub mod folders;
pub mod format;
pub mod lock;
pub mod loss;
pub mod manifest;
pub mod news;
pub mod open;
pub mod run;
pub mod runs;
