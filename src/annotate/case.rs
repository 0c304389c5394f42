//! Determines which case study a document or a section is about, from its headings, title and path.

use std::collections::BTreeSet;

use super::tagger::Tagger;
use super::trail::Trail;
use crate::extract::Document;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::label_rule::TextPlace;

/// The number of trailing parts of a path that may name a case: the file name and the two innermost folders.
const PATH_PARTS: usize = 3;

/// The labels of the case studies, compiled into a tagger.
pub struct CaseIndex {
    tagger: Tagger,
    /// The indices of the case studies in the vocabulary.
    pub topics: BTreeSet<u32>,
    /// For each topic of the vocabulary, the indices of the topics above it.
    above: Vec<Vec<u32>>,
}

impl CaseIndex {
    /// Compiles the case studies of `vocabulary`. O(total length of their labels).
    pub fn new(vocabulary: &Vocabulary) -> CaseIndex {
        let places: Vec<usize> = vocabulary.cases().collect();
        let above = (0..vocabulary.topics.len()).map(|at| vocabulary.above(at)).collect();
        let topics = places.iter().filter_map(|at| u32::try_from(*at).ok()).collect();
        CaseIndex { tagger: Tagger::over(vocabulary, &places), topics, above }
    }

    /// The index of the case that the whole `document` at `path` is about. Searches these names in this order: the
    /// title, the outermost heading of the first section, the file name, the folder of the file, and the folder above
    /// that. The first that names one case decides. `None` if none does.
    pub fn of_document(&self, document: &Document, path: &str) -> Option<u32> {
        let title = document.title.as_deref();
        let heading = document.sections.first().and_then(|s| s.headings.first());
        let names = title.into_iter().chain(heading.map(String::as_str));
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let parts = stem.rsplit('/').take(PATH_PARTS);
        names.chain(parts).find_map(|name| self.named(name))
    }

    /// The index of the case that `headings` (outermost first) name: the innermost heading that names one case decides.
    pub fn of_headings(&self, headings: &[String]) -> Option<u32> {
        headings.iter().rev().find_map(|heading| self.named(heading))
    }

    /// The index of the case that `text` names. If it names a case and a narrower case below it, the result is the
    /// narrower one. `None` if it names no case, or several cases that are not below each other.
    fn named(&self, text: &str) -> Option<u32> {
        let mut found: Vec<u32> = self
            .tagger
            .find(text, &Trail::of([]), TextPlace::Heading)
            .into_iter()
            .map(|found| found.topic)
            .collect();
        found.sort_unstable();
        found.dedup();
        let is_above =
            |topic: &u32| found.iter().any(|other| self.above[*other as usize].contains(topic));
        let narrowest: Vec<u32> = found.iter().copied().filter(|topic| !is_above(topic)).collect();
        match narrowest[..] {
            [only] => Some(only),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DataFiles;
    use crate::extract::extract;
    use crate::vocabulary;

    #[test]
    fn title_heading_or_path_names_the_case_and_the_innermost_heading_wins() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let cases = CaseIndex::new(&vocabulary);
        let slug =
            |found: Option<u32>| found.map(|at| vocabulary.topics[at as usize].slug.0.as_str());
        let of = |path: &str, text: &str| {
            let document = extract("md", text.as_bytes()).document.unwrap();
            slug(cases.of_document(&document, path)).map(str::to_owned)
        };
        let video = Some("video-recommendation".to_owned());
        assert_eq!(of("x.md", "# Design a video recommendation system\n\nText.\n"), video);
        assert_eq!(of("src/MLSD/video_recommendation.md", "# Notes\n\nText.\n"), video);
        assert_eq!(of("video-recommendation/README.md", "# Notes\n\nText.\n"), video);
        assert_eq!(of("x.md", "# Video recommendation or fraud detection\n\nText.\n"), None);
        assert_eq!(of("x.md", "# Notes on linear models\n\nText.\n"), None);
        let headings = ["CaseIndex", "Fraud detection", "Metrics"].map(str::to_owned);
        assert_eq!(slug(cases.of_headings(&headings)), Some("fraud-detection"));
        assert_eq!(cases.of_headings(&headings[2..]), None);
    }
}
