//! The progress of a refresh on stderr.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::{output, pager};
use crate::generation::run::SourceResult;
use crate::printable::{escape, log};
use crate::refresh::RefreshEvent;

/// Shows the progress of a refresh on stderr: as bars if stderr is a terminal that can draw them, else as lines.
pub(super) struct RefreshBars {
    quiet: bool,
    terminal: bool,
    bar: Option<ProgressBar>,
    /// Lines about hosts that could not be reached, until another host is. Without a network, one line by the caller
    /// replaces them.
    held: Option<Vec<String>>,
}

impl RefreshBars {
    pub(super) fn new(quiet: bool) -> RefreshBars {
        let terminal = std::io::stderr().is_terminal() && !pager::is_dumb() && !log::is_json();
        RefreshBars { quiet, terminal, bar: None, held: Some(Vec::new()) }
    }

    pub(super) fn on_event(&mut self, event: &RefreshEvent) {
        if self.quiet {
            return;
        }
        match event {
            RefreshEvent::Fetching(sources) => self.begin(*sources, "fetching", "source"),
            RefreshEvent::Fetched(result) => self.fetched(result),
            RefreshEvent::Listing(lists) => self.begin(*lists, "fetching", "thread list"),
            RefreshEvent::Listed(source) => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                    bar.set_message(escape(source).into_owned());
                }
            }
            RefreshEvent::FetchingPapers(papers) => {
                self.begin(*papers, "fetching from arXiv", "cited paper")
            }
            RefreshEvent::Reading(documents) => self.begin(*documents, "reading", "document"),
            RefreshEvent::Read(done) | RefreshEvent::FetchedPapers(done) => {
                if let Some(bar) = &self.bar {
                    bar.inc(*done as u64);
                }
            }
            RefreshEvent::Building => {
                self.end();
                self.say("building the index and the graph");
            }
            RefreshEvent::Looking(addresses) => {
                self.begin(*addresses, "looking at", "cited address")
            }
            RefreshEvent::Looked => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
        }
    }

    fn begin(&mut self, count: usize, doing: &str, what: &str) {
        self.end();
        if !self.terminal {
            self.say(&format!("{doing} {}", output::count(count, what)));
            return;
        }
        // The bar shows the number itself, so only the noun is kept.
        let what = output::count(count, what);
        let what = what.split_once(' ').map_or("", |(_, noun)| noun);
        let template = format!("{doing} {{bar:30}} {{pos}}/{{len}} {what}  {{msg}}");
        let style = ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar = Some(ProgressBar::new(count as u64).with_style(style));
    }

    fn fetched(&mut self, result: &SourceResult) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            bar.set_message(escape(&result.source).into_owned());
        }
        let happened = result.outcome.as_str();
        let line = match (&result.error, &self.bar) {
            (Some(error), _) => Some(format!("{}: {happened}: {error}", result.source)),
            (None, None) => Some(format!("{}: {happened}", result.source)),
            (None, Some(_)) => None,
        };
        match &mut self.held {
            Some(held) if result.unreachable => return held.extend(line),
            Some(_) if result.traffic.requests > 0 => {
                self.held.take().iter().flatten().for_each(|line| self.above_bar(line));
            }
            _ => {}
        }
        if let Some(line) = line {
            self.above_bar(&line);
        }
    }

    /// Prints `text` as a line that stays.
    fn above_bar(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(escape(text)),
            None => self.say(text),
        }
    }

    fn say(&self, text: &str) {
        log::notice(text);
    }

    pub(super) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
