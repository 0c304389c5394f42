//! Cairn gathers public study material on machine-learning system design, makes it searchable, and links it into a
//! knowledge graph. It is one program with one index folder; there is no server to install. This page is the
//! architecture: the parts, what passes between them, and what may be relied on from outside.
//!
//! # Data flow
//!
//! ```text
//! sources/    catalogue, policy, vocabulary, own notes      files that people edit; also compiled into the program
//!    v
//! catalogue, vocabulary                                     load, validate, report all faults together
//!    v
//! crawl       archives, folders; GitHub's API via octocrab  bytes of files; one paced transport, the only HTTP client
//!    v
//! extract     one file per format; pure                     documents -> sections, links
//!    v
//! annotate    pure: what a section is about                 topics, step, language, copies, resources
//!    v
//! store       index/library.db (SQLite)                     the only durable source of truth for refresh
//!    |------------------.
//!    v                  v
//! search  tantivy    graph  petgraph                        never import each other
//!    '--------.---------'
//!             v
//! generation  on-disk form: write, publish, verify, open    the format, read by everything below
//!             v
//! refresh     runs all of the above                         to produce a new generation
//!             v
//! library     one open generation, swapped as a whole       everything that readers see
//!             v
//! eval        judged queries                                how well search ranks
//!             v
//! serve, commands                                           formatting only
//! ```
//!
//! A module imports only modules above it in the list below. A test reads the `use` lines and enforces that order.
//! [`extract`] and [`annotate`] are pure: no files, no network, and the same input gives the same output. Only [`crawl`]
//! names the HTTP client. Only [`crawl::github`] names octocrab, which provides the types of GitHub's API and sends
//! nothing by itself: its requests go through our session, which enforces pace, quotas, hosts and the use of the token.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | source | an entry of the catalogue: a repository, an archive or a folder ([`catalogue::Source`]) |
//! | voice | who counts as one author wherever Cairn counts who says, uses or cites something ([`catalogue::voice`]) |
//! | document | one file of a source, or one thread, as its reader understood it ([`extract::Document`]) |
//! | section | the unit of search: a heading with its text ([`extract::Section`]), at an address ([`extract::Address`]: lines, page, cell of a notebook, card, comment) |
//! | part | one of several sections into which the text below one heading was cut because it is long; [`extract::Section::chunk`] numbers them |
//! | passage | a section as an answer shows it: source, address, link, and as much text as its licence allows ([`library::view::PassageView`]); in [`eval`], judged lines of a file |
//! | topic | a concept of the vocabulary, with labels, definition and relations ([`vocabulary::Topic`]) |
//! | mention | a topic whose label occurs in a section, with the words that matched and how much the section is about it ([`annotate::Mention`]) |
//! | step | one of the eight steps of a design answer, from problem framing to monitoring |
//! | tie | what joins two topics: relations of the vocabulary, sentences that name both, or both, with weight and evidence ([`graph::Edge`]; in answers [`library::view::Tie`]) |
//! | case | a topic below `case-studies`, such as video recommendation, with what the sources say about it ([`graph::CaseStudy`]) |
//! | cell | one case at one step: how many voices say how much, and the best sections ([`graph::cases::MatrixCell`]) |
//! | resource | a work that sources cite, whatever address they use ([`annotate::resources::CitedResource`]) |
//! | generation | a complete, immutable index that readers open ([`generation`]) |
//! | run | one refresh, and its record in `runs.json` ([`generation::run::RunRecord`]) |
//!
//! # On disk
//!
//! ```text
//! library.db            SQLite, opened only by refresh: sources, files, threads with the cursors of fetching them,
//!                       blobs (zstd, by git's id), and what was derived from them, keyed by content and versions
//! building/             tantivy's writer directory
//! generations/0007/     immutable: search/ (tantivy segments, hard-linked), graph.bin, copies.bin,
//!                       contents.bin (documents and sections, with hashes), earlier.bin (ids of sections that are
//!                       not current, and where they lead), papers.bin (metadata of cited papers, only if it was
//!                       fetched), news.json (what is new), manifest.json (format, counts, per-source state,
//!                       problems, length and checksum of each file)
//! current               the number of the generation that readers open; replaced by rename, as the last step. If it
//!                       is missing, they open the newest intact generation
//! runs.json             the last 200 runs: results, requests, bytes, points, quota, changes
//! discover.json         what READMEs on GitHub are about, with their ETags, for `cairn sources discover`
//! lock                  one writer; says who holds it
//! ```
//!
//! A generation and `runs.json` hold everything that readers need. Readers never open `library.db`, and they write
//! nothing, so an index on read-only storage or of another account can be searched. The one exception is
//! `cairn sources discover`, which updates `discover.json` if it can.
//!
//! A refresh may be killed at any instruction: `current` still names a complete generation, and the next refresh continues
//! from what the store and the index hold. The next refresh rebuilds damaged files from the store, and restores or
//! fetches damaged rows of the store ([`generation`] says what is checked when, and which formats can be read). A full
//! disk ends a refresh and leaves the generations as they were. If the store or the sources are lost, a refresh that
//! would lose more than a tenth of the documents publishes nothing ([`generation::loss`]).
//!
//! # Processes
//!
//! `serve` answers requests and plans refreshes. Each refresh is a child process of it (`cairn refresh`), and each refresh
//! has two children that read documents under limits on memory and time (`cairn read`). So a crawl can't exhaust the
//! server, and a broken file can't break the crawl. A run respects the limits of hosts: few requests at the same time, and
//! waits as a host asks for them. What would take too long is deferred.
//!
//! # The server
//!
//! Pages are rendered on the server, and the templates escape all text. An author's Markdown goes through one renderer. It
//! writes none of the author's HTML, and receives only text that it can render in bounded time. Address, generation, last run
//! and server identify an answer (its ETag), so an unchanged answer is not made again. Requests for foreign hosts are
//! refused.
//!
//! Bounds exist for the requests and connections of one peer, for all requests together, for the head and the parameters
//! of a request, and for the time of an answer. Searches have a bounded queue and their own threads. Each search has a
//! budget of work and time, and ends when the budget is spent or nobody waits for the answer. Requests without a search
//! bypass the queue.
//!
//! [`library`] decides how much of a text is shown, for pages, API, cards, guides and assistants alike.
//!
//! # Rules that hold everywhere
//!
//! - Everything that is fetched is hostile: paths, archives, Markdown, HTML, notebooks, addresses. Nothing fetched is ever
//!   executed, written outside the store, or printed unescaped: [`printable`] says what is escaped where.
//! - What Cairn finds in the current folder is hostile too: [`config`] says what it may set.
//! - A soft failure is a [`problem::Problem`] next to the value of a stage. One bad file, repository or query never stops
//!   the rest.
//! - Stages have `thiserror` enums; [`refresh`] and [`commands`] use `anyhow`. A message names the thing and the cause; the
//!   remedy is a separate hint.
//! - A quote that leaves Cairn is a [`catalogue::rights::Showable`]. Only the functions that apply the rights to it,
//!   [`catalogue::rights::show`] and [`catalogue::rights::show_whole`], can make one; [`catalogue::rights`] says which
//!   texts are quotes.
//! - The text of private sources is for readers of this index. Feeds and files omit it unless the user asks for it
//!   ([`library::Audience`]).

// A fixture of `search` is compiled into the integration tests too, where the library has this name.
#[cfg(test)]
extern crate self as cairn;

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
