//! The index on disk: the format of a generation and of the files beside it, and how they are read.
//!
//! A generation is a folder of files that never change after it is published ([`folders`]). These modules define its
//! files: [`manifest`] (its sources and files), [`left_out`] (a summary of the files of sources that it leaves out),
//! [`contents`] (its documents), [`news`] (what is new in it), [`earlier`] (the ids of earlier sections), [`copies`]
//! (its folded copies), [`books`] (the chapters of books), [`texts`] (whole documents, as far as they may be shown), and [`papers`] (the metadata of cited
//! papers). [`crate::graph`] and [`crate::search`] read the
//! graph and the search index.
//!
//! The index folder also contains `current`, which names the generation that readers open, the record of runs
//! ([`runs`], [`run`]), and the [`lock`]. [`restored`] replaces all of it by a restored backup. [`withdrawal`] decides when an old generation must go at once. Without a valid `current`, readers open the newest intact generation. Readers
//! need nothing else; [`crate::refresh`] writes these files.
//!
//! # Formats
//!
//! [`format::FORMAT`] is incremented with every change to the form of a file, including the fields of the search index.
//! A program reads its own format and the previous one ([`format::OLDEST`]). So after an update, readers use the
//! existing generation until a refresh has built one of the new format. A generation of any other format counts as
//! damaged. A new key of the manifest needs no new number if it has a default for manifests without it: older programs
//! ignore the key. The integration test
//! `after_an_update_the_previous_format_is_served_at_once_and_then_replaced` checks this for a whole generation.
//!
//! # Damage
//!
//! The manifest lists the length and checksum of each file ([`checksums`]). Opening a generation ([`open`]) checks the
//! lengths, and the checksums of all files but the segments of the search index. A refresh checks the current
//! generation in the same way; with `--offline` or `--full` it checks the segments too. Errors are
//! [`damage::IndexDamage`]: readers report them with the remedy, a refresh rebuilds the generation from the store.

pub mod books;
pub mod budget;
pub mod checksums;
pub mod contents;
pub mod copies;
pub mod damage;
pub mod earlier;
pub mod folders;
pub mod format;
pub mod glance;
pub mod left_out;
pub mod lock;
pub mod loss;
pub mod manifest;
pub mod news;
pub mod open;
pub mod outcome;
pub mod papers;
pub mod replica;
pub(crate) mod restored;
pub mod run;
pub mod runs;
pub(crate) mod served;
pub mod texts;
pub mod usage;
pub mod withdrawal;
