//! Cairn gathers public study material on machine-learning system design, makes it searchable, and links it into a
//! knowledge graph. It is one program with one index folder, and needs no separate database or search server; an OpenSearch
//! cluster can search instead of the program, if the user sets one. This page describes the architecture: the modules, the
//! data that they exchange, and the guarantees that users can rely on.
//!
//! # Data flow
//!
//! ```text
//! sources/    catalogue, policy, vocabulary, own notes      files that people edit; also compiled into the program
//!    v
//! catalogue, vocabulary                                     load, validate, report all faults together
//!    v
//! http_client                                               builds every HTTP client
//!    v
//! crawl       archives, folders; GitHub's API via octocrab  bytes of files; one paced transport
//!    v
//! extract     one file per format; pure                     documents -> sections, links
//!    v
//! annotate    pure: what a section is about                 topics, steps, language, copies, resources; uses meaning
//!    v
//! store       index/library.db (SQLite)                     the only durable source of truth for refresh
//!    |------------------.
//!    v                  v
//! search  tantivy,   graph  petgraph                        never import each other; search uses meaning: vectors of texts
//!    |    OpenSearch    |
//!    '--------.---------'
//!             v
//! generation  on-disk form: write, publish, verify, open    the format, read by everything below
//!             v
//! replicate   folder, static server, S3                     copies generations to where many readers take them, and from there
//!             v
//! refresh     runs all of the above                         to produce a new generation
//!             v
//! backup      one file with the store and a generation; refresh applies today's policy before it is restored
//!             v
//! library     one open generation, swapped as a whole       everything that readers see
//!             v
//! eval        judged queries                                how well search ranks
//!             v
//! typeset                                                   TeX -> MathML, for pages
//!             v
//! assistant                                                 the tools for assistants (MCP), for both below
//!             v
//! serve, commands                                           formatting only
//! ```
//!
//! The modules are declared in order at the end of this file. A module imports only modules that are declared before
//! it; a test reads the `use` lines and enforces this. [`extract`] and [`annotate`] are pure: they use no files and no
//! network, and the same input gives the same output. Only [`http_client`] makes HTTP clients, and only [`crawl`],
//! [`replicate`] and [`search::cluster`] use them. Only [`crawl::github`] uses octocrab, and only for its types of GitHub's API. octocrab sends no
//! requests: all requests go through our session, which enforces rate limits, quotas, and the rules for hosts and the
//! token. Only [`replicate`] uses object_store.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | source | an entry of the catalogue: a repository, an archive or a folder ([`catalogue::Source`]) |
//! | voice | an independent author, who counts once wherever Cairn counts how many say, use or cite something; for example, all repositories of one owner are one voice ([`catalogue::voice`]) |
//! | document | the extracted content of one file of a source, or of one thread ([`extract::Document`]) |
//! | section | the unit of search: a heading with its text ([`extract::Section`]), at an address ([`extract::Address`]: lines, page, cell of a notebook, card, comment) |
//! | part | one of several sections that contain the text below one heading, because the text is too long for one section; [`extract::Section::chunk`] numbers the parts |
//! | passage | a section in the results that readers get: source, address, link, and as much text as its licence allows ([`library::view::PassageView`]); in [`eval`], judged lines of a file |
//! | topic | a concept of the vocabulary, with labels, definition and relations ([`vocabulary::Topic`]) |
//! | mention | the occurrence of a topic's label in a section, with the words that matched and how much the section is about the topic ([`annotate::Mention`]) |
//! | vector | the meaning of a section or a query as 128 small numbers; texts that say the same have nearly the same direction ([`meaning::MeaningVector`]) |
//! | step | one of the eight steps of a design answer, from problem framing to monitoring |
//! | tie | a connection of two topics, with weight and evidence; the evidence is relations of the vocabulary, sentences that name both topics, or both kinds ([`graph::Edge`]; in results [`library::view::Tie`]) |
//! | case | a topic below `case-studies`, such as video recommendation, with what the sources say about it ([`graph::CaseStudy`]) |
//! | cell | the coverage of one step of one case: the number of voices that say something, how much they say, and the best sections ([`graph::cases::MatrixCell`]) |
//! | resource | a work that sources cite; sources that cite it by different URLs cite the same resource ([`annotate::resources::CitedResource`]) |
//! | generation | a complete, immutable index that readers open ([`generation`]) |
//! | run | one refresh, and its record in `runs.json` ([`generation::run::RunRecord`]) |
//!
//! # On disk
//!
//! ```text
//! library.db            SQLite, opened only by refresh: sources, files, threads with the cursors of fetching them,
//!                       blobs (zstd, by git's id), what was derived from them, keyed by content and versions, and
//!                       digests of documents: what each contributes to the results over all documents
//! building/             tantivy's writer directory
//! engine.spool          only while a refresh writes to a cluster: the sections that are to be sent
//! generations/0007/     immutable: search/ (tantivy segments, hard-linked), graph.bin, resources/ (the cited works,
//!                       with hashes of what each file is made of; files that did not change are hard-linked), copies.bin, contents.bin (documents and sections,
//!                       with hashes), earlier.bin (ids of sections that are not current, and where they lead),
//!                       papers.bin (metadata of cited papers, only if it was fetched), news.json (what is new),
//!                       manifest.json (format, counts, per-source state, problems, length and checksum of each file;
//!                       with a cluster also the name of its index, and search/ is an outline without texts)
//! current               the number of the generation that readers open; replaced by rename, as the last step. If it
//!                       is missing, they open the newest intact generation
//! runs.json             the last 200 runs, and the last full ones: results, requests, bytes, points, quota, changes;
//!                       how many runs ended how
//! queries.json          only with query_log: what readers searched for, by week; written by serve
//! discover.json         what READMEs on GitHub are about, with their ETags, for `cairn sources discover`
//! restoring/, restored/ only while a backup is restored: what is being prepared, and what counts and is being moved
//! lock                  locked by the process that writes the index; contains its process id and start time
//! replica.json          only in a replica: where its generations come from, and when the last one came
//! publisher.json        the id under which the index publishes; in a published copy, the id of the index that may publish
//! ```
//!
//! A generation and `runs.json` contain everything that readers need. Readers never open `library.db`, and they write
//! nothing, so an index on read-only storage or of another account can be searched. The only exceptions are
//! `cairn sources discover`, which updates `discover.json`, and `serve` with `query_log`, which updates `queries.json`, if
//! they can.
//!
//! A refresh may be killed at any instruction. `current` then still names a complete generation, and the next refresh
//! continues from the content of the store and the index. It also rebuilds damaged files from the store, and derives or
//! fetches damaged rows of the store again. [`generation`] defines what is checked when, and which formats can be read.
//! If the disk is full, a refresh ends without changing the published generations. If the store or the sources are
//! lost, a refresh that would lose more than a tenth of the documents publishes nothing ([`generation::loss`]).
//!
//! # Search engines
//!
//! The engine turns a plan into ranked candidates ([`search`]). Everything before and after is the same code, and [`library`],
//! [`serve`] and [`commands`] do not know which engine answers.
//!
//! | engine | where postings and texts are |
//! |---|---|
//! | embedded, the default | in each generation, with tantivy |
//! | OpenSearch ([`search::opensearch`]) | in a cluster; each section says in which generations it is valid. The generation has an outline: words with their counts, and columns. With `fallback`, it also has what the embedded engine needs |
//!
//! A refresh writes to the cluster first, compares it with the generation, and publishes the generation last. If the cluster
//! can't be written, the last generation stays.
//!
//! # Processes
//!
//! `serve` responds to requests and starts refreshes on schedule. Each of these refreshes is a child process of the
//! server (`cairn refresh`). Each refresh has two child processes that read documents under limits on memory and time
//! (`cairn read`). So a crawl can't exhaust the server's memory, and a broken file can't make the crawl fail. A run
//! respects the rate limits of hosts: it sends few concurrent requests to a host, and waits when a host asks for it.
//! Work that would take too long is deferred to a later run.
//!
//! # Replicas
//!
//! Generations are immutable and complete, so readers scale by copying. `cairn refresh --publish` copies the current
//! generation to a folder or to S3-compatible storage; `cairn pull` takes from there, or from any static server, what a
//! reader lacks ([`replicate`]). A published copy has the layout of an index. `current` is written last on both sides, and
//! nothing is used before its length and checksum are verified. Older generations stay for readers that still have them
//! open, except if material was withdrawn from them ([`generation::withdrawal`]).
//!
//! # The server
//!
//! Pages are rendered on the server, and the templates escape all text. All Markdown by authors goes through one
//! renderer. The renderer does not output the author's HTML, and receives only text that it can render in bounded time.
//! The ETag of a response is derived from its address, the generation, the last run and the server, so a response that
//! the client already has is not generated again. Requests with a foreign host name are refused. What a proxy says about a
//! request is believed only if the settings trust the proxy. Pages and redirects are written as if the server were at the
//! root of its host; one middleware adds the path below which a proxy serves it.
//!
//! There are limits for the requests and connections of one peer, for all requests together, for the head and the
//! parameters of a request, and for the time of a response. Searches have a bounded queue and their own threads. Each
//! search has a budget of work and time. It ends early when the budget is spent or no client waits for the response any
//! more. Requests without a search bypass the queue.
//!
//! [`library`] decides how much of a text is shown, in the same way for pages, API, cards, guides and assistants.
//!
//! # Rules that hold everywhere
//!
//! - Everything that is fetched is hostile: paths, archives, Markdown, HTML, notebooks, addresses. Fetched content is
//!   never executed, never written outside the store, and never printed unescaped: [`printable`] defines what is
//!   escaped where.
//! - Files that Cairn finds in the current folder are hostile too. [`config`] defines which settings they may change.
//! - If a failure does not stop the run, the stage reports it as a [`problem::Problem`], in addition to the stage's
//!   result. One bad file, repository or query never stops the rest.
//! - Stages have error enums with `thiserror`; [`refresh`], [`backup`] and [`commands`] use `anyhow`. A message names what failed
//!   and why; the remedy is a separate hint.
//! - Every quote that Cairn outputs is a [`catalogue::rights::Showable`]. Only [`catalogue::rights::show`] and
//!   [`catalogue::rights::show_whole`] can make one: they apply the source's rights to the text. [`catalogue::rights`]
//!   defines which texts are quotes.
//! - The text of private sources is shown only to readers of this index. Feeds and files omit it unless the user asks
//!   for it ([`library::Audience`]).

// The integration tests also compile a fixture of `search`. The fixture refers to this crate as `cairn`, so the unit
// tests need this name too.
#[cfg(test)]
extern crate self as cairn;

pub mod printable;

pub mod problem;

pub mod disk;

pub mod recent;

pub mod config;

pub mod catalogue;

pub mod vocabulary;

pub mod http_client;

pub mod crawl;

pub mod extract;

pub mod meaning;

pub mod annotate;

pub mod store;

pub mod search;

pub mod graph;

pub mod generation;

pub mod replicate;

pub mod refresh;

pub mod backup;

pub mod library;

pub mod eval;

pub mod typeset;

pub mod assistant;

pub mod serve;

pub mod commands;
