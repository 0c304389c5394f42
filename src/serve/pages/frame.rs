//! The frame of every page: head, search box, navigation, help, and a summary of the index.

use maud::{DOCTYPE, Markup, html};

use super::super::assets;
use super::super::state::ServerState;
use super::format::{plural, time};

/// The data that a page passes to the frame, the layout that all pages share.
#[derive(Default)]
pub(super) struct PageFrame<'a> {
    pub title: &'a str,
    /// The text in the search box.
    pub query: &'a str,
    /// The names and values of the filters that a new search keeps.
    pub kept: Vec<(&'a str, &'a str)>,
    /// The URL of the feed about the page's subject. If it is `None`, the page links to the feed of all news.
    pub feed: Option<String>,
}

/// The whole page, with `body` inside a frame whose search box is empty.
pub(super) fn layout(state: &ServerState, title: &str, body: Markup) -> Markup {
    PageFrame { title, ..PageFrame::default() }.round(state, body)
}

impl PageFrame<'_> {
    /// The whole page, with `body` inside the frame.
    pub fn round(&self, state: &ServerState, body: Markup) -> Markup {
        let assets = assets::folder(state);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Cairn" }
                    link rel="stylesheet" href={ (assets) "/cairn.css" };
                    link rel="icon" href={ (assets) "/icon.svg" } type="image/svg+xml";
                    link rel="search" href="/opensearch.xml" type="application/opensearchdescription+xml" title="Cairn";
                    link rel="alternate" type="application/atom+xml" title="What is new"
                        href=(self.feed.as_deref().unwrap_or("/feed.atom"));
                    script type="module" src={ (assets) "/main.js" } {}
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header {
                        a.brand href="/" { "Cairn" }
                        (self.search())
                        nav aria-label="Pages" {
                            a href="/topics" { "Topics" }
                            a href="/cases" { "Cases" }
                            a href="/resources" { "Resources" }
                            a href="/new" { "New" }
                            a href="/sources" { "Sources" }
                        }
                    }
                    p #status .unseen role="status" aria-live="polite" {}
                    main #main { (body) }
                    (help())
                    (footer(state))
                }
            }
        }
    }

    fn search(&self) -> Markup {
        html! {
            form #search role="search" action="/" {
                div.combo {
                    input #q type="search" name="q" value=(self.query) maxlength="1000"
                        role="combobox" aria-expanded="false" aria-controls="options"
                        aria-autocomplete="list" autocomplete="off" autocapitalize="off"
                        spellcheck="false" aria-label="Search"
                        placeholder="position bias, CTR, \"feature store\" source:mercari …";
                    ul #options role="listbox" aria-label="Suggestions" hidden {}
                }
                @for (name, value) in &self.kept { input type="hidden" name=(name) value=(value); }
                button { "Search" }
            }
        }
    }
}

/// The help dialog: the keyboard shortcuts and the query syntax.
fn help() -> Markup {
    let keys = [
        ("/ or Ctrl-K", "search"),
        ("↓ ↑", "through suggestions and results"),
        ("Enter", "open; with Ctrl in a new tab"),
        ("Esc", "close the suggestions, then empty the box"),
        ("[ and ]", "the section before and the next"),
        ("?", "this help"),
    ];
    let words = [
        ("\"two tower\"", "these words, one after the other"),
        ("ranking -ads", "without a word"),
        ("ndcg OR map", "one of them"),
        ("source:mercari topic:ctr step:serving", "only in this source, topic and step"),
        ("has:code since:2025-01", "with code; from 2025 on"),
    ];
    html! {
        dialog #help aria-labelledby="help-title" {
            h2 #help-title { "Help" }
            dl.keys { @for (key, what) in keys { dt { kbd { (key) } } dd { (what) } } }
            dl.keys { @for (word, what) in words { dt { code { (word) } } dd { (what) } } }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// The footer: the size of the index, the time of the last refresh, and what failed in it.
fn footer(state: &ServerState) -> Markup {
    let status = state.shelf.library().map(|library| state.status(&library));
    html! {
        footer {
            @if let Some(status) = &status {
                p {
                    (plural(status.counts.sections, "section")) " of "
                    (plural(status.counts.documents, "document")) ", "
                    @match &status.last_run {
                        Some(run) => {
                            "last refreshed " (time(&run.ended_at))
                            @if !status.failing.is_empty() {
                                ", " a href="/sources" { (plural(status.failing.len(), "source")) " could not be fetched" }
                            }
                            @if run.error.is_some() { ", which " a href="/sources" { "failed" } }
                            @if run.refused.is_some() || run.over_budget.is_some() { ", which " a href="/sources" { "published nothing" } }
                            "."
                        }
                        None => { "never refreshed." }
                    }
                }
            }
            p {
                "Excerpts belong to their authors; every one links to its source. "
                a href="/about#searching" { "How to search" } " · "
                a href="/about" { "About, rights, and how to be left out" } " · "
                a href="/path" { "Paths between topics" } " · "
                a href="/feed.atom" { "Feed" } " · "
                a href="/openapi.json" { "API" }
            }
        }
    }
}
