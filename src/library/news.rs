//! What is new since a given time, by topic and source.

use chrono::{DateTime, Utc};

use super::view::{NewsItem, NewsView, TopicLink};
use super::{Audience, Library};
use crate::annotate::Salience;
use crate::generation::news;
use crate::generation::news::{ChangeCounts, News, NewsKind};
use crate::printable::time;
use crate::search::SearchError;

/// The maximum number of topics that are listed for one piece of news.
const TOPICS: usize = 4;

/// A request for news.
#[derive(Clone, Debug)]
pub struct NewsRequest<'a> {
    pub since: DateTime<Utc>,
    /// The slug of a topic of the news; `None` means any topic.
    pub topic: Option<&'a str>,
    /// The id of the source of the news; `None` means any source.
    pub source: Option<&'a str>,
    pub audience: Audience,
    pub limit: usize,
    pub offset: usize,
}

impl Library {
    /// What was added, changed and removed since `request.since`: the requested news, newest first, and the counts of
    /// all news that match. Reads `news.json`, and the sections of the returned news to find their topics. If the
    /// request filters by topic, reads the sections of all news that match its other conditions. Reading a section
    /// takes about 30 microseconds.
    pub fn news(&self, request: &NewsRequest) -> Result<NewsView, SearchError> {
        let known = news::read(&self.folder.join("news.json")).unwrap_or_else(|error| {
            tracing::debug!("no news: {error:#}");
            Vec::new()
        });
        let is_requested = |news: &News| {
            let at = DateTime::parse_from_rfc3339(&news.at);
            at.is_ok_and(|at| at.to_utc() >= request.since)
                && request.source.is_none_or(|source| news.source.eq_ignore_ascii_case(source))
                // Both checks are needed. `private` marks the news of a private source that was removed from the
                // catalogue. `may_show` checks whether the source is private now.
                && !(news.private && request.audience == Audience::Anyone)
                && self.may_show(&news.source, request.audience)
        };
        let mut changes = ChangeCounts::default();
        let mut items = Vec::new();
        let mut seen = 0;
        for news in known.into_iter().filter(is_requested) {
            // The topics are read only if the request filters by topic, or if this news is returned.
            let is_shown = |seen| seen >= request.offset && items.len() < request.limit;
            let topics = match request.topic.is_some() || is_shown(seen) {
                true => self.topics_of(&news)?,
                false => Vec::new(),
            };
            if request.topic.is_some_and(|topic| topics.iter().all(|known| known.id != topic)) {
                continue;
            }
            changes += ChangeCounts { documents: news.documents, sections: news.sections };
            if is_shown(seen) {
                let url = news.path.as_ref().filter(|_| news.what != NewsKind::Removed);
                let url = url.and_then(|path| self.document_link(&news.source, path));
                let shown = topics.into_iter().take(TOPICS).collect();
                items.push(NewsItem { news, topics: shown, url });
            }
            seen += 1;
        }
        let since = time::rfc3339(request.since);
        Ok(NewsView { since, changes, items })
    }

    /// The main topics of the added and changed sections of `news`, the most frequent first. Skips sections that no
    /// longer exist and have no successor.
    fn topics_of(&self, news: &News) -> Result<Vec<TopicLink>, SearchError> {
        let mut counted: Vec<(usize, String)> = Vec::new();
        for id in &news.ids {
            let Some((_, record)) = self.record_or_successor(*id)? else { continue };
            let main = record.mentions.into_iter().filter(|m| m.salience == Salience::Main);
            for mention in main {
                match counted.iter_mut().find(|(_, topic)| *topic == mention.topic) {
                    Some((count, _)) => *count += 1,
                    None => counted.push((1, mention.topic)),
                }
            }
        }
        counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let places = counted.iter().filter_map(|(_, slug)| self.graph.vocabulary.position(slug));
        Ok(places.map(|at| self.topic_link(at)).collect())
    }
}
