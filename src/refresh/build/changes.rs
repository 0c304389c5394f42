//! The difference between two generations, by document and section.
//!
//! Each generation lists its documents with their blobs, and its sections with a hash of their text. The difference is
//! computed from two such lists. A document with the same blob counts as unchanged, even if this version of the program
//! splits it into different sections. The difference is stored as news, newest first, in the generation itself, so that
//! both are published in one step.

use std::collections::{HashMap, HashSet};

use crate::crawl::BlobId;
use crate::generation::contents::{ContentsEntry, GenerationContents};
use crate::generation::news::{ChangeCounts, CountDelta, News, NewsKind};
use crate::search::SectionId;

/// The maximum number of sections that one news item lists. Further sections are only counted.
const MOST_SECTIONS: usize = 20;

/// The difference between two generations.
#[derive(Debug, Default)]
pub(in crate::refresh) struct GenerationDifference {
    pub news: Vec<News>,
    pub by_source: HashMap<String, ChangeCounts>,
}

impl GenerationDifference {
    /// The difference between `old` and `new`. `new` is the contents of the generation with the number `generation`,
    /// which was built at the time `at`.
    pub fn of(
        old: &GenerationContents,
        new: &GenerationContents,
        at: &str,
        generation: u64,
    ) -> GenerationDifference {
        let mut difference = GenerationDifference::default();
        let base = |source: &str, what: NewsKind| News {
            at: at.to_owned(),
            generation,
            source: source.to_owned(),
            private: false,
            path: None,
            title: None,
            what,
            from: None,
            documents: CountDelta::default(),
            sections: CountDelta::default(),
            ids: Vec::new(),
        };
        for (source, documents) in &new.sources {
            match old.sources.get(source).filter(|before| !before.is_empty()) {
                Some(before) if before == documents => {}
                Some(before) => {
                    difference.documents(before, documents, &|what| base(source, what));
                }
                None if documents.is_empty() => {}
                None => difference.source(documents, base(source, NewsKind::Added)),
            }
        }
        for (source, documents) in &old.sources {
            let remains = new.sources.get(source).is_some_and(|now| !now.is_empty());
            if !remains && !documents.is_empty() {
                difference.source(documents, base(source, NewsKind::Removed));
            }
        }
        difference
    }

    fn add(&mut self, news: News) {
        let changes = ChangeCounts { documents: news.documents, sections: news.sections };
        *self.by_source.entry(news.source.clone()).or_default() += changes;
        self.news.push(news);
    }

    /// Adds the news that a whole source with these `documents` was added or removed.
    fn source(&mut self, documents: &[ContentsEntry], mut news: News) {
        let count = |documents, sections| match news.what {
            NewsKind::Removed => (removed(documents), removed(sections)),
            _ => (added(documents), added(sections)),
        };
        let sections = documents.iter().map(|document| document.sections.len()).sum();
        (news.documents, news.sections) = count(documents.len(), sections);
        self.add(news);
    }

    /// Adds the news of the documents of one source. `base` makes a news item without details.
    fn documents(
        &mut self,
        before: &[ContentsEntry],
        now: &[ContentsEntry],
        base: &dyn Fn(NewsKind) -> News,
    ) {
        let (old, new, moved) = (by_path(before), by_path(now), moved(before, now));
        for entry in now {
            let news = match old.get(entry.path.as_str()) {
                Some(known) if known.blob == entry.blob => continue,
                Some(known) => changed(known, entry, base(NewsKind::Changed)),
                None => match moved.get(entry.path.as_str()) {
                    Some(known) => News {
                        from: Some(known.path.clone()),
                        documents: CountDelta { changed: 1, ..CountDelta::default() },
                        ..base(NewsKind::Moved)
                    },
                    None => News {
                        documents: added(1),
                        sections: added(entry.sections.len()),
                        ids: named(entry.sections.iter().map(|(id, _)| *id)),
                        ..base(NewsKind::Added)
                    },
                },
            };
            self.add(News { path: Some(entry.path.clone()), title: entry.title.clone(), ..news });
        }
        let elsewhere: HashSet<&str> = moved.values().map(|entry| entry.path.as_str()).collect();
        let is_gone = |path: &str| !new.contains_key(path) && !elsewhere.contains(path);
        let mut gone: Vec<&ContentsEntry> =
            before.iter().filter(|entry| is_gone(&entry.path)).collect();
        gone.sort_by(|a, b| a.path.cmp(&b.path));
        for entry in gone {
            let (documents, sections) = (removed(1), removed(entry.sections.len()));
            let (path, title) = (Some(entry.path.clone()), entry.title.clone());
            self.add(News { path, title, documents, sections, ..base(NewsKind::Removed) });
        }
    }
}

/// The entries by their paths.
fn by_path(entries: &[ContentsEntry]) -> HashMap<&str, &ContentsEntry> {
    entries.iter().map(|entry| (entry.path.as_str(), entry)).collect()
}

/// The documents of `before` that moved, by their paths in `now`: the old path is gone, and the new one has the same
/// blob.
pub(in crate::refresh) fn moved<'a>(
    before: &'a [ContentsEntry],
    now: &'a [ContentsEntry],
) -> HashMap<&'a str, &'a ContentsEntry> {
    let (old, new) = (by_path(before), by_path(now));
    let mut gone: HashMap<&BlobId, Vec<&ContentsEntry>> = HashMap::new();
    for entry in before.iter().filter(|entry| !new.contains_key(entry.path.as_str())) {
        gone.entry(&entry.blob).or_default().push(entry);
    }
    let added = now.iter().filter(|entry| !old.contains_key(entry.path.as_str()));
    let from = |entry: &'a ContentsEntry| Some((&*entry.path, gone.get_mut(&entry.blob)?.pop()?));
    added.filter_map(from).collect()
}

/// The news that the document `old` has become `new`.
fn changed(old: &ContentsEntry, new: &ContentsEntry, base: News) -> News {
    let before: HashMap<u64, u64> = old.sections.iter().copied().collect();
    let now: HashMap<u64, u64> = new.sections.iter().copied().collect();
    let differs = |(id, hash): &&(u64, u64)| before.get(id) != Some(hash);
    let touched: Vec<u64> = new.sections.iter().filter(differs).map(|(id, _)| *id).collect();
    let added = touched.iter().filter(|id| !before.contains_key(*id)).count();
    let removed = old.sections.iter().filter(|(id, _)| !now.contains_key(id)).count();
    News {
        documents: CountDelta { changed: 1, ..CountDelta::default() },
        sections: CountDelta { added, changed: touched.len() - added, removed },
        ids: named(touched.into_iter()),
        ..base
    }
}

/// The first `MOST_SECTIONS` ids of `ids`.
fn named(ids: impl Iterator<Item = u64>) -> Vec<SectionId> {
    ids.take(MOST_SECTIONS).map(SectionId).collect()
}

fn added(count: usize) -> CountDelta {
    CountDelta { added: count, ..CountDelta::default() }
}

fn removed(count: usize) -> CountDelta {
    CountDelta { removed: count, ..CountDelta::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, blob: &str, sections: &[(u64, u64)]) -> ContentsEntry {
        let blob = BlobId(blob.to_owned());
        ContentsEntry { path: path.to_owned(), blob, title: None, sections: sections.to_vec() }
    }

    fn contents(sources: &[(&str, Vec<ContentsEntry>)]) -> GenerationContents {
        let sources = sources.iter().map(|(id, entries)| ((*id).to_owned(), entries.clone()));
        GenerationContents { sources: sources.collect() }
    }

    #[test]
    fn documents_are_reported_as_added_changed_moved_and_removed() {
        let old = contents(&[
            (
                "s",
                vec![
                    entry("changed", "1", &[(1, 10), (2, 20), (3, 30)]),
                    entry("gone", "2", &[(4, 40)]),
                    entry("moved", "3", &[(5, 50)]),
                    entry("same", "4", &[(6, 60)]),
                ],
            ),
            ("left", vec![entry("x", "7", &[(9, 90)])]),
        ]);
        let new = contents(&[
            (
                "s",
                vec![
                    entry("added", "5", &[(7, 70), (8, 80)]),
                    entry("changed", "6", &[(1, 10), (2, 21), (11, 11)]),
                    entry("moved-here", "3", &[(12, 50)]),
                    // The same file, split into other sections.
                    entry("same", "4", &[(13, 60)]),
                ],
            ),
            ("came", vec![entry("y", "8", &[(14, 1), (15, 2)])]),
        ]);
        let difference = GenerationDifference::of(&old, &new, "now", 7);
        let reported: Vec<(NewsKind, &str, Option<&str>)> = difference
            .news
            .iter()
            .map(|news| (news.what, news.source.as_str(), news.path.as_deref()))
            .collect();
        assert_eq!(
            reported,
            [
                (NewsKind::Added, "came", None),
                (NewsKind::Added, "s", Some("added")),
                (NewsKind::Changed, "s", Some("changed")),
                (NewsKind::Moved, "s", Some("moved-here")),
                (NewsKind::Removed, "s", Some("gone")),
                (NewsKind::Removed, "left", None),
            ]
        );
        let changes = difference.by_source["s"];
        assert_eq!(changes.documents, CountDelta { added: 1, changed: 2, removed: 1 });
        assert_eq!(changes.sections, CountDelta { added: 3, changed: 1, removed: 2 });
        assert_eq!(difference.by_source["came"].sections, added(2));
        assert_eq!(difference.news[3].from.as_deref(), Some("moved"));
        assert_eq!(difference.news[2].ids, [SectionId(2), SectionId(11)]);
        assert!(GenerationDifference::of(&new, &new, "now", 8).news.is_empty());
    }
}
