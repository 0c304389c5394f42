//! Search, sections, sources and status.

use std::time::Instant;

use super::Library;
use super::view::{
    DuplicateView, FacetValue, HitView, PassageView, QueryView, SearchView, SectionView,
    SourcesView, StatusView,
};
use crate::annotate::Salience;
use crate::catalogue::Shown;
use crate::catalogue::policy::show;
use crate::extract::Address;
use crate::refresh::Run;
use crate::search::{Found, Record, Request, SearchError, SectionId};

/// Topics shown with a hit that is about none.
const MENTIONED: usize = 3;

impl Library {
    /// The answer to `request`. No input is an error.
    pub fn search(&self, request: &Request) -> Result<SearchView, SearchError> {
        let started = Instant::now();
        let answer = self.searcher.search(request, &self.graph.vocabulary)?;
        let hits = answer.found.into_iter().map(|found| self.hit(found)).collect();
        let value = |(value, count)| FacetValue { value, count };
        let facets = answer
            .facets
            .into_iter()
            .map(|facet| (facet.field, facet.values.into_iter().map(value).collect::<Vec<_>>()));
        let facets = facets.collect();
        let mut topics: Vec<String> =
            answer.understood.topics.iter().map(|topic| topic.id.clone()).collect();
        topics.dedup();
        Ok(SearchView {
            query: QueryView {
                text: request.text.to_owned(),
                understood: answer.understood,
                corrected: None,
                topics,
            },
            total: answer.total,
            total_is_exact: true,
            took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            hits,
            facets,
        })
    }

    /// The section named `id`, as far as rights allow.
    pub fn section(&self, id: SectionId) -> Result<Option<SectionView>, SearchError> {
        Ok(self.searcher.section(id)?.map(|record| self.section_view(id, record)))
    }

    /// The section of the file `path` in `source` that holds the line or cell `number`; the one
    /// before it where none does.
    pub fn section_at(
        &self,
        source: &str,
        path: &str,
        number: u32,
    ) -> Result<Option<SectionView>, SearchError> {
        let source = self.manifest.source(source).map_or(source, |state| &state.id);
        let begin = |record: &Record| match record.address {
            Address::Lines(first, _) => first,
            Address::Cell(cell) => cell,
        };
        let mut sections = self.searcher.document(source, path)?;
        sections.sort_by_key(|(id, record)| (begin(record), *id));
        let at = sections.partition_point(|(_, record)| begin(record) <= number).max(1) - 1;
        let section = sections.into_iter().nth(at);
        Ok(section.map(|(id, record)| self.section_view(id, record)))
    }

    /// What is held of each source, in the catalogue's order, and why those failed that did so in
    /// `last_run`.
    pub fn sources(&self, last_run: Option<&Run>) -> SourcesView {
        let mut sources = self.manifest.sources.clone();
        for source in &mut sources {
            if let Some(problem) = last_run.and_then(|run| run.problem_of(&source.id)) {
                source.problems.insert(0, problem);
                if source.state == "ok" || source.state == "new" {
                    source.state = "failed".to_owned();
                }
            }
        }
        SourcesView { sources }
    }

    /// The state of the index after `last_run`; `next_run` is known to a server only.
    pub fn status(&self, last_run: Option<Run>, next_run: Option<String>) -> StatusView {
        let manifest = &self.manifest;
        StatusView {
            generation: manifest.generation,
            built_at: manifest.built_at.clone(),
            counts: manifest.counts.clone(),
            problems: self
                .sources(last_run.as_ref())
                .sources
                .into_iter()
                .flat_map(|s| s.problems)
                .collect(),
            last_run,
            next_run,
        }
    }

    pub(super) fn hit(&self, found: Found) -> HitView {
        let duplicates = found.copies.iter().map(|copy| DuplicateView {
            source: copy.source.clone(),
            path: copy.path.clone(),
            url: self.link(&copy.source, &copy.path, copy.address, copy.id),
        });
        HitView {
            duplicates: duplicates.collect(),
            passage: self.passage(found.id, &found.record),
            snippet: found.snippet,
            score: found.score,
        }
    }

    fn section_view(&self, id: SectionId, record: Record) -> SectionView {
        let shown = self.shown(&record.source);
        let passage = self.passage(id, &record);
        let text = show(&record.text, shown, self.manifest.excerpt_chars).into_owned();
        let full = shown == Shown::Full;
        SectionView {
            passage,
            shown,
            text,
            code: if full { record.code } else { String::new() },
            mentions: record.mentions,
            links: if full { record.links } else { Vec::new() },
            previous: record.previous.map(|id| id.to_string()),
            next: record.next.map(|id| id.to_string()),
        }
    }

    fn passage(&self, id: SectionId, record: &Record) -> PassageView {
        let main = record.mentions.iter().filter(|mention| mention.salience == Salience::Main);
        let mut topics: Vec<String> = main.map(|mention| mention.topic.clone()).collect();
        if topics.is_empty() {
            let mentioned = record.mentions.iter().take(MENTIONED);
            topics = mentioned.map(|mention| mention.topic.clone()).collect();
        }
        PassageView {
            id: id.to_string(),
            url: self.link(&record.source, &record.path, record.address, id),
            source: record.source.clone(),
            path: record.path.clone(),
            place: record.address.into(),
            headings: record.headings.clone(),
            title: record.title.clone(),
            topics,
            step: record.step.clone(),
            kind: record.kind.as_str(),
            lang: record.language.clone(),
            licence: self.manifest.source(&record.source).and_then(|state| state.licence.clone()),
        }
    }

    fn shown(&self, source: &str) -> Shown {
        self.manifest.source(source).map_or(Shown::Excerpt, |state| state.shown)
    }

    /// The link that opens `address` at the source; our own reader for what is only here.
    pub(super) fn link(&self, source: &str, path: &str, address: Address, id: SectionId) -> String {
        let here = || format!("/sections/{id}");
        let Some(state) = self.manifest.source(source) else { return here() };
        match state.kind.as_str() {
            "github" => {
                github_link(&self.web, &state.origin, state.revision.as_deref(), path, address)
                    .unwrap_or_else(here)
            }
            "archive" => state.origin.clone(),
            _ => here(),
        }
    }
}

/// GitHub's address of the lines `address` in the file `path` of `repository`.
///
/// Markdown is shown rendered unless `plain=1` is asked for, and only the plain form has lines.
fn github_link(
    web: &str,
    repository: &str,
    revision: Option<&str>,
    path: &str,
    address: Address,
) -> Option<String> {
    let mut url = url::Url::parse(web).ok()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(repository.split('/'))
        .extend(["blob", revision.unwrap_or("HEAD")])
        .extend(path.split('/'));
    if let Address::Lines(first, last) = address {
        url.set_query(Some("plain=1"));
        let lines = if first == last { format!("L{first}") } else { format!("L{first}-L{last}") };
        url.set_fragment(Some(&lines));
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_open_the_exact_lines() {
        let link = |path, address| {
            github_link("https://github.com", "a/b", Some("abc"), path, address).unwrap()
        };
        assert_eq!(
            link("docs/A & B.md", Address::Lines(3, 9)),
            "https://github.com/a/b/blob/abc/docs/A%20&%20B.md?plain=1#L3-L9"
        );
        assert_eq!(
            link("x.md", Address::Lines(3, 3)),
            "https://github.com/a/b/blob/abc/x.md?plain=1#L3"
        );
        assert_eq!(link("n.ipynb", Address::Cell(2)), "https://github.com/a/b/blob/abc/n.ipynb");
        assert_eq!(link("a?#.md", Address::Cell(1)), "https://github.com/a/b/blob/abc/a%3F%23.md");
    }
}
