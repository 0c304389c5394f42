//! The integration tests, in one binary: they check what a user or an operator sees.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets what it does not expect has failed"
)]

mod api_changes;
mod archives;
mod asked;
mod assistant;
mod assumptions;
mod attack;
mod audits;
mod backup_faults;
mod backups;
mod base_path;
mod books;
mod bounded;
mod budget;
mod changing;
mod cli;
mod cluster;
mod content;
mod control;
mod corpus;
mod cost;
mod damage;
mod damage_served;
mod data;
mod decks;
mod differences;
mod discover;
mod doc_pages;
mod docs;
mod doctor;
mod doctor_engine;
mod documented;
mod earlier;
mod engine_state;
mod eval;
mod face;
mod faults;
mod filters;
mod folders;
mod formats;
mod formulas;
mod found;
mod gate;
mod golden;
mod hostile;
mod imports;
mod index;
mod installed;
mod issues;
mod kills;
mod knowledge;
mod licences;
mod links;
mod load;
mod load_client;
#[cfg(unix)]
mod logs;
mod losses;
mod mcp;
mod mcp_http;
mod meaning;
mod metadata;
mod monitoring;
mod names;
mod news;
mod no_network;
mod node;
mod opensearch;
mod opensearch_faults;
mod opensearch_states;
mod order;
mod own_catalogue;
mod own_files;
mod papers;
mod papers_client;
mod polite;
mod posted;
mod posted_elsewhere;
mod printed;
mod private;
mod private_exports;
mod proposed;
mod proxies;
mod queries;
#[cfg(unix)]
mod query_log;
mod questions;
mod quotes;
mod reader;
mod readers;
mod refresh;
mod replica_faults;
mod replica_figures;
mod replica_kills;
mod replica_publish;
mod replicas;
mod requests;
mod scale;
mod search;
mod search_properties;
mod search_sources;
mod serve;
mod shelf;
mod signals;
mod size;
mod skip;
mod snapshots;
mod soak;
mod states;
#[cfg(target_os = "linux")]
mod stopping;
#[cfg(target_os = "linux")]
mod storage;
mod store;
mod store_rows;
mod stores;
mod talk;
#[cfg(target_os = "linux")]
mod terminals;
mod thread_faults;
mod threads;
mod tidy;
mod trust;
mod typing;
mod upgrades;
mod voices;
mod web_programs;
mod week;
mod withdrawal;
mod world;
mod wrong_uses;

#[path = "../github/mod.rs"]
mod github;

#[path = "../arxiv/mod.rs"]
mod arxiv;
