//! `/report`: opens a prefilled report of something wrong, at the address of the setting `report_url`. Cairn sends
//! nothing itself: the reader sees the text there and decides. Without such an address, the page shows the text.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use url::Url;

use super::super::api::QueryParameters;
use super::super::error::RequestFailure;
use super::super::redirect;
use super::super::state::ServerState;
use super::failure;
use super::format::address;
use super::frame::layout;
use crate::library::Library;
use crate::library::view::{EvidenceView, PassageView};
use crate::printable::strip;
use crate::search::SectionId;

/// The maximum number of characters of a line of a report.
const LONGEST: usize = 300;

/// What is wrong. Parameters without a value are left out of the report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReportParameters {
    /// The id of a section.
    section: String,
    /// A case study and a step of it, if the section is shown in its guide.
    case: String,
    step: String,
    /// The two topics of an edge.
    topic: String,
    other: String,
    /// The source, path and place of a sentence that supports the edge.
    line: String,
}

/// A link to the report of something wrong with what `parameters` name.
fn link(parameters: &[(&str, &str)], subject: &str) -> Markup {
    html! {
        a.wrong href=(address("/report", parameters)) rel="nofollow" aria-label={ "Something wrong here? " (subject) } {
            "Something wrong here?"
        }
    }
}

/// A link that reports the passage.
pub(super) fn wrong_passage(passage: &PassageView) -> Markup {
    link(&[("section", &passage.id)], &passage.trail())
}

/// A link that reports the passage in the guide to `case` at `step`.
pub(super) fn wrong_line(passage: &PassageView, case: &str, step: &str) -> Markup {
    link(&[("section", &passage.id), ("case", case), ("step", step)], &passage.trail())
}

/// A link that reports the edge between two topics, given by their ids, or a sentence that supports it.
pub(super) fn wrong_edge(topic: &str, other: &str, evidence: Option<&EvidenceView>) -> Markup {
    let line = evidence.map(|e| format!("{} {}{}", e.source, e.path, e.place)).unwrap_or_default();
    let subject = format!("{topic} and {other}");
    link(&[("topic", topic), ("other", other), ("line", &line)], &subject)
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<ReportParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(asked) = asked?;
        let report = state.read(move |library| Ok(Report::of(&asked, library))).await?;
        match &state.config.report_url {
            Some(url) => Ok(redirect::found(report.prefilled(url).as_str())),
            None => Ok(layout(&state, "Something wrong?", report.page()).into_response()),
        }
    };
    page.await.unwrap_or_else(|failure| failure::page(&state, failure))
}

/// The text of a report.
struct Report {
    title: String,
    lines: Vec<String>,
}

impl Report {
    fn of(asked: &ReportParameters, library: &Library) -> Report {
        let id = SectionId::parse(&asked.section);
        let passage = id.and_then(|id| library.section(id).ok().flatten()).map(|view| view.passage);
        let mut lines = Vec::new();
        if let Some(PassageView { id, source, path, place, url, .. }) = &passage {
            lines.push(format!("Passage: {source} {path}{place} (id {id})"));
            lines.push(format!("Link: {url}"));
        } else {
            lines.extend(named("Passage: id", &asked.section));
        }
        lines.extend(named("Case guide:", &asked.case));
        lines.extend(named("Step:", &asked.step));
        lines.extend(named("Topic:", &asked.topic));
        lines.extend(named("Related topic:", &asked.other));
        lines.extend(named("Sentence from:", &asked.line));
        let manifest = &library.manifest;
        lines.push(format!(
            "Cairn {}, index of {} (generation {})",
            env!("CARGO_PKG_VERSION"),
            manifest.built_at,
            manifest.generation
        ));
        let subject = match &passage {
            Some(passage) => passage.trail(),
            None if asked.other.is_empty() => asked.topic.clone(),
            None => format!("{} and {}", asked.topic, asked.other),
        };
        let lines = lines.iter().map(|line| plain(line)).collect();
        Report { title: format!("Something wrong: {}", plain(&subject)), lines }
    }

    fn text(&self) -> String {
        format!("What is wrong:\n\n\n{}\n", self.lines.join("\n"))
    }

    /// `url` with the title and text of the report as parameters, under the names that GitHub and GitLab, or mail programs, read.
    fn prefilled(&self, url: &Url) -> Url {
        let mut url = url.clone();
        let is_mail = url.scheme() == "mailto";
        let title = if is_mail { "subject" } else { "title" };
        url.query_pairs_mut().append_pair(title, &self.title).append_pair("body", &self.text());
        if is_mail {
            // Mail programs read "+" as itself.
            let query = url.query().unwrap_or_default().replace('+', "%20");
            url.set_query(Some(&query));
        }
        url
    }

    fn page(&self) -> Markup {
        html! {
            h1 { "Something wrong?" }
            p { "Whoever runs this server has not said where to report it. Copy this text and send it to them." }
            pre tabindex="0" { (self.title) "\n\n" (self.text()) }
            p.quiet { "If you run this server: " code { "[serve] report_url" } " in cairn.toml makes this link open a prefilled report." }
        }
    }
}

/// A line for the parameter `value`, if it has one.
fn named(name: &str, value: &str) -> Option<String> {
    (!value.is_empty()).then(|| format!("{name} {value}"))
}

/// `text` on one line, without control characters, at most [`LONGEST`] characters.
fn plain(text: &str) -> String {
    strip(text).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_prefilled_for_web_forms_and_mail() {
        let report =
            Report { title: "Something wrong: a & b".into(), lines: vec!["Step: x+y".into()] };
        let of = |url: &str| report.prefilled(&Url::parse(url).unwrap()).to_string();
        assert_eq!(
            of("https://example.org/new?labels=content"),
            "https://example.org/new?labels=content&title=Something+wrong%3A+a+%26+b&body=What+is+wrong%3A%0A%0A%0AStep%3A+x%2By%0A"
        );
        assert!(of("mailto:ann@example.org").starts_with(
            "mailto:ann@example.org?subject=Something%20wrong%3A%20a%20%26%20b&body="
        ));
        assert_eq!(plain(&"é\n".repeat(400)).chars().count(), LONGEST);
    }
}
