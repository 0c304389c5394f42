//! Cairn gathers public study material on machine-learning system design, makes it searchable, and
//! links it into a knowledge graph. One program, one index folder, no server to install. This page
//! is the architecture: what the parts are, what passes between them, what the outside may rely on.
//!
//! # The way the data flows
//!
//! ```text
//! sources/    catalogue, policy, vocabulary, own notes      files that people edit; compiled in too
//!    v
//! catalogue, vocabulary                                     load, validate, report every fault at once
//!    v
//! crawl       archives, folders; GitHub's API by octocrab   bytes of files; one paced transport, the only HTTP client
//!    v
//! extract     one file per format; pure                     documents -> sections, links
//!    v
//! annotate    pure: what a section is about                 topics, step, language, copies, resources
//!    v
//! store       index/library.db (SQLite)                     the one durable truth of refresh
//!    |------------------.
//!    v                  v
//! search  tantivy    graph  petgraph                        never import each other
//!    '--------.---------'
//!             v
//! generation  on-disk form: write, publish, verify, open    the format; read by all below
//!             v
//! refresh     drives all of the above to a new generation
//!             v
//! library     one opened generation, swapped whole          all that readers see
//!             v
//! eval        judged queries                                how well search ranks
//!             v
//! serve, commands                                           formatting only
//! ```
//!
//! A module imports only what stands above it in the list below; a test reads the `use` lines and
//! holds that order. [`extract`] and [`annotate`] are pure: no files, no network, same input, same
//! output. Only [`crawl`] names the HTTP client, and only [`crawl::github`] names octocrab, which is GitHub's API in
//! types: it sends nothing by itself, but through the session that keeps to paces, quotas, hosts and the token.
//!
//! # What is on disk
//!
//! ```text
//! library.db            SQLite, opened by refresh alone: sources, files, threads with the cursors of fetching them,
//!                       blobs (zstd, by git's id), and what was derived from them, keyed by content and versions
//! building/             tantivy's writer directory
//! generations/0007/     immutable: search/ (tantivy segments, hard-linked), graph.bin, copies.bin,
//!                       contents.bin (documents and sections, with hashes), news.json (what is new),
//!                       manifest.json (format, counts, per-source state, problems, length and checksum of
//!                       each file)
//! current               the number of the generation that readers open; replaced by rename, last. Without it they
//!                       open the newest intact one
//! runs.json             the last 200 runs: results, requests, bytes, points, quota, changes
//! discover.json         what READMEs on GitHub are about, with their ETags, for `cairn sources discover`
//! lock                  one writer; says who holds it
//! ```
//!
//! A generation and `runs.json` answer everything by themselves; readers never open `library.db`, and write
//! nothing at all, so that an index on read-only storage or of another account can be searched. A
//! refresh may be killed at any instruction: `current` still names a whole generation, and the next
//! refresh goes on from what the store and the index hold. What is damaged is rebuilt from the store by the next
//! refresh, and a damaged row of the store is made or fetched again ([`generation`] says what is checked when, and which formats are read). A full disk ends a refresh
//! and leaves the generations as they were. Where the store or the sources are lost, a refresh that would lose
//! more than a tenth of the documents publishes nothing ([`generation::loss`]).
//!
//! # Processes
//!
//! `serve` answers and plans; each refresh is a child of it (`cairn refresh`), and each refresh has two
//! children that read documents under limits of memory and time (`cairn read`). What a crawl eats or
//! breaks is thus never the server's, and what a file breaks is never the crawl's. A run keeps to what
//! hosts bear: so many requests at once, waits as they ask for, and what would take too long deferred.
//!
//! # What the server keeps to
//!
//! Pages are rendered on the server and escaped by the templates; an author's Markdown passes one renderer
//! that writes no HTML of his, and that is given only what it renders in bounded time. An answer is named by address,
//! generation, last run and server (its ETag), so that what has not changed is not made again. Requests for hosts that
//! are not the server's are refused. A peer's requests and connections, all requests at once, the head of a request, its
//! parameters and the time of an answer are bounded. Searches have a bounded queue and threads of their own, and each
//! has a budget of work and time; it ends when that is spent or nobody waits for the answer. What needs no search
//! passes beside the queue.
//! What is shown of a text is decided in [`library`], below pages, API, cards, guides and assistants alike.
//!
//! # Rules that hold everywhere
//!
//! - Everything fetched is hostile: paths, archives, Markdown, HTML, notebooks, addresses. Nothing
//!   fetched is ever executed, written outside the store, or printed unescaped: [`printable`] says
//!   what is escaped where.
//! - What Cairn finds in the current folder is hostile too: [`config`] says what it may set.
//! - What goes wrong softly is a [`problem::Problem`] beside a stage's value; one bad file,
//!   repository or query never stops the rest.
//! - Stages have `thiserror` enums; [`refresh`] and [`commands`] use `anyhow`. A message names the
//!   thing and the cause; the remedy is a separate hint.
//! - How much of a text may be shown is said by [`catalogue::policy::Rights`], and one function,
//!   [`catalogue::policy::show`], cuts it.
//! - What private sources say is for readers here: feeds and files leave it out unless the user asks for it
//!   ([`library::Audience`]).

pub mod printable;

pub mod problem;

pub mod disk;

pub mod config;

pub mod catalogue;

pub mod vocabulary;

pub mod crawl;

pub mod extract;

pub mod annotate;

pub mod store;

pub mod search;

pub mod graph;

pub mod generation;

pub mod refresh;

pub mod library;

pub mod eval;

pub mod serve;

pub mod commands;
