//! Collects citations into resources.

use foldhash::HashMap;

use super::LinkFacts;
use super::citation::Citation;
use super::citing::{CitingSource, CitingSources};
use super::urls::{CitedUrls, KeptCitation};
use super::works::CitedWorks;
use crate::catalogue::{Visibility, Voice};

/// Collects citations; [`CitationCollector::finish`] returns the cited works. Keeps the citations encoded, one after
/// another, so that adding one costs little more than copying it.
#[derive(Default)]
pub struct CitationCollector {
    sources: CitingSources,
    /// The number of each URL, by its hash.
    urls: HashMap<u64, u32>,
    citations: Vec<KeptCitation>,
    bodies: Vec<u8>,
}

impl CitationCollector {
    /// The source `id` with its voice, for [`CitationCollector::cite`].
    pub fn source(&mut self, id: &str, voice: &Voice, visibility: Visibility) -> CitingSource {
        self.sources.add(id, voice, visibility)
    }

    /// Adds a `citation` by the source `citing`. Does nothing if the URL has no citation yet and neither the link's
    /// text nor its sentence describes the target. Link texts of private sources are used as titles only if no public
    /// source cites the resource. All citations of a source must be added one after another.
    pub fn cite(&mut self, citing: CitingSource, citation: &Citation) {
        let url = match self.urls.get(&citation.url_hash) {
            Some(url) => *url,
            None if !citation.is_telling => return,
            None => {
                let next = u32::try_from(self.urls.len()).unwrap_or(u32::MAX);
                *self.urls.entry(citation.url_hash).or_insert(next)
            }
        };
        let (hash, start, source) = (citation.hash, self.bodies.len(), citing.source);
        self.citations.push(KeptCitation { hash, start, url, source });
        self.bodies.extend_from_slice(&citation.body);
    }

    /// All works, completed with the `facts` about their URLs. O(n log n).
    pub fn finish(self, facts: &LinkFacts) -> CitedWorks<'_> {
        let CitationCollector { sources, urls, citations, bodies } = self;
        CitedWorks::new(CitedUrls::new(urls, citations, bodies, sources), facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::LinkTopics;
    use crate::annotate::resources::{CitedResource, ResourceKind};
    use crate::crawl::arxiv::{ArxivId, PaperMetadata};
    use crate::extract::Link;

    /// Returns `id`, the id of a repository in the form `owner/name`, and the voice of that owner.
    fn of(id: &str) -> (&str, Voice) {
        (id, Voice::Owner(id.split('/').next().unwrap_or_default().to_owned()))
    }

    fn cite(collector: &mut CitationCollector, id: &str, link: &Link, cited: &LinkTopics) {
        let (source, voice) = of(id);
        let citing = collector.source(source, &voice, Visibility::Public);
        collector.cite(citing, &Citation::of(link, cited).unwrap());
    }

    /// All resources, the most cited first.
    fn resources(collector: CitationCollector, facts: &LinkFacts) -> Vec<CitedResource> {
        let works = collector.finish(facts);
        let mut found: Vec<CitedResource> =
            works.all().iter().filter_map(|work| works.resource(work)).collect();
        found.sort_by(|a, b| b.voices.cmp(&a.voices).then_with(|| a.url.cmp(&b.url)));
        found
    }

    fn link(url: &str, text: &str) -> Link {
        Link { url: url.into(), text: text.into(), sentence: format!("{text} is cited.") }
    }

    fn about(topics: &[u32]) -> LinkTopics {
        LinkTopics { sentence: topics.to_vec(), ..LinkTopics::default() }
    }

    #[test]
    fn topics_of_a_link_text_rank_above_those_of_its_sentence_and_heading() {
        let mut collector = CitationCollector::default();
        let link = link("https://example.org/a", "Feature stores compared");
        let cited = LinkTopics { anchor: vec![7], sentence: vec![8, 7], heading: vec![9] };
        cite(&mut collector, "a/a", &link, &cited);
        cite(
            &mut collector,
            "b/b",
            &link,
            &LinkTopics { heading: vec![9], ..LinkTopics::default() },
        );
        assert_eq!(resources(collector, &LinkFacts::default())[0].topics, [7, 9]);
    }

    #[test]
    fn one_url_is_one_resource_with_its_best_title() {
        let link = |text: &str| link("https://arxiv.org/abs/1706.03762", text);
        let mut collector = CitationCollector::default();
        cite(&mut collector, "a/a", &link("here"), &about(&[1]));
        cite(&mut collector, "b/b", &link("Attention Is All You Need"), &about(&[2, 1]));
        cite(&mut collector, "b/b", &link("Attention Is All You Need"), &about(&[]));
        let [resource] = &resources(collector, &LinkFacts::default())[..] else { panic!() };
        assert_eq!(resource.title, "Attention Is All You Need");
        assert_eq!(resource.sources, ["a/a", "b/b"]);
        assert_eq!((resource.kind, resource.year), (ResourceKind::Paper, Some(2017)));
        assert_eq!(resource.topics, [1], "the other one has one author only");
        assert_eq!(resource.said[0].sentence, "Attention Is All You Need is cited.");
    }

    #[test]
    fn link_texts_of_private_sources_are_titles_only_if_no_public_source_cites() {
        let mut collector = CitationCollector::default();
        let (open, own) = ("https://example.org/open", "https://example.org/own");
        cite(&mut collector, "a/a", &link(open, "here"), &about(&[]));
        let (source, voice) = of("b/own");
        let citing = collector.source(source, &voice, Visibility::Private);
        for url in [open, own] {
            let link = link(url, "Our plans for the feature store");
            collector.cite(citing, &Citation::of(&link, &about(&[])).unwrap());
        }
        let found = resources(collector, &LinkFacts::default());
        let titles: Vec<(&str, &str)> =
            found.iter().map(|found| (&*found.url, &*found.title)).collect();
        assert_eq!(titles, [(open, "example.org/open"), (own, "Our plans for the feature store")]);
        assert_eq!(found[0].sources, ["a/a", "b/own"]);
    }

    #[test]
    fn two_repositories_of_one_owner_count_as_one_voice() {
        let mut collector = CitationCollector::default();
        let (twice, by_two) = (
            link("https://a.org/x", "LinkTopics twice by one"),
            link("https://b.org/y", "LinkTopics by two owners"),
        );
        for (source, link) in [("a/a", &twice), ("a/b", &twice), ("a/a", &by_two), ("b/b", &by_two)]
        {
            cite(&mut collector, source, link, &about(&[]));
        }
        let found = resources(collector, &LinkFacts::default());
        assert_eq!(
            [&*found[0].title, &*found[1].title],
            ["LinkTopics by two owners", "LinkTopics twice by one"]
        );
        assert_eq!(found[1].sources, ["a/a", "a/b"], "all that cite it are named");
        assert_eq!((found[0].said.len(), found[1].said.len()), (2, 1), "one sentence a voice");
    }

    #[test]
    fn a_work_at_several_urls_is_one_resource_and_other_kinds_with_its_title_are_not() {
        let debt = "Hidden Technical Debt in Machine Learning Systems";
        let mut collector = CitationCollector::default();
        let hash = "86df7dcfd896fcaf2674f757a2463eba";
        for (source, url, text) in [
            ("a/a", format!("https://proceedings.neurips.cc/paper/2015/hash/{hash}-Abstract.html"), debt),
            ("b/b", "https://papers.nips.cc/paper/5656-hidden-technical-debt-in-machine-learning-systems".into(), "paper"),
            ("c/c", "https://research.google/pubs/pub43146".into(), "Hidden technical debt in ML systems (2015)"),
            ("d/d", "https://x.org/notes".into(), debt),
            ("e/e", "https://github.com/x/y".into(), debt),
            ("f/f", "https://youtube.com/watch?v=1".into(), debt),
        ] {
            cite(&mut collector, source, &link(&url, text), &about(&[]));
        }
        let day = "2026-01-02".to_owned();
        let dead = [("https://github.com/x/y".to_owned(), day)].into_iter().collect();
        let found = resources(collector, &LinkFacts { dead, ..LinkFacts::default() });
        assert_eq!(found.len(), 3, "{found:#?}");
        assert_eq!(found[0].sources, ["a/a", "b/b", "c/c", "d/d"]);
        assert_eq!(found[0].also.len(), 3);
        assert_eq!((found[0].title.as_str(), found[0].year), (debt, Some(2015)));
        assert_eq!(found[1].dead_since.as_deref(), Some("2026-01-02"));
    }

    #[test]
    fn a_repository_and_the_site_of_one_tool_are_one_resource() {
        let mut collector = CitationCollector::default();
        for (source, url, text) in [
            ("a/a", "https://github.com/feast-dev/feast", "Feast"),
            ("a/a", "https://github.com/feast-dev/feast", "An open-source feature store"),
            ("c/c", "https://github.com/feast-dev/feast", "An open-source feature store"),
            ("b/b", "https://docs.feast.dev", "Feast"),
            ("a/a", "https://github.com/other/feast-tools", "Feast"),
            ("a/a", "https://feast.dev/blog/2020/a-long-post", "Feast"),
        ] {
            cite(&mut collector, source, &link(url, text), &about(&[7]));
        }
        let found = resources(collector, &LinkFacts::default());
        assert_eq!((found.len(), found[0].voices, &*found[0].title), (3, 3, "Feast"), "{found:#?}");
        assert_eq!(found[0].also.len(), 1);
    }

    #[test]
    fn one_author_alone_does_not_decide_what_a_work_is_about_unless_its_title_says_so() {
        let mut collector = CitationCollector::default();
        let (one, two) = ("https://example.org/a", "https://example.org/b");
        for (source, url) in [("a/a", one), ("a/b", one), ("a/a", two), ("c/c", two)] {
            cite(&mut collector, source, &link(url, "Notes on many things"), &about(&[7]));
        }
        let anchor = LinkTopics { anchor: vec![8], ..LinkTopics::default() };
        cite(&mut collector, "a/a", &link(one, "Notes on many things (2019)"), &anchor);
        let found = resources(collector, &LinkFacts::default());
        let of = |url: &str| found.iter().find(|resource| resource.url == url).unwrap();
        assert_eq!((&of(one).topics[..], of(one).year), (&[8][..], Some(2019)));
        assert_eq!(of(two).topics, [7]);
    }

    #[test]
    fn title_and_year_of_a_paper_are_those_of_arxiv_and_merge_it_with_its_other_pages() {
        let mut collector = CitationCollector::default();
        let (page, other) = ("https://arxiv.org/abs/2003.00001", "https://x.org/talks/paper.pdf");
        cite(&mut collector, "a/a", &link(page, "our favourite paper"), &about(&[]));
        cite(&mut collector, "b/b", &link(other, "Ranking with clicks and doubts"), &about(&[]));
        let paper = PaperMetadata {
            title: "Ranking with Clicks and Doubts".into(),
            year: Some(2019),
            ..PaperMetadata::default()
        };
        let papers = [(ArxivId::parse("2003.00001").unwrap(), paper.clone())].into();
        let facts = LinkFacts { papers, ..LinkFacts::default() };
        let [resource] = &resources(collector, &facts)[..] else { panic!() };
        assert_eq!((&resource.title, resource.year), (&paper.title, Some(2019)));
        assert_eq!(resource.also, [other]);
        assert_eq!(facts.paper_of(resource), Some(&paper));
    }

    #[test]
    fn thirty_thousand_urls_with_one_title_are_not_compared_in_pairs() {
        let mut collector = CitationCollector::default();
        for at in 0..30_000 {
            let link = link(&format!("https://a.org/blog/{at}"), "Deep learning for many clicks");
            cite(&mut collector, "a/a", &link, &about(&[]));
        }
        let begun = std::time::Instant::now();
        assert_eq!(resources(collector, &LinkFacts::default()).len(), 30_000);
        // This takes seconds on an idle machine. Comparing all pairs would take many minutes.
        assert!(begun.elapsed().as_secs() < 180, "{:?}", begun.elapsed());
    }

    #[test]
    fn links_without_information_are_not_citations() {
        let mut collector = CitationCollector::default();
        let mut mute = link("https://forum.org/t/1", "Discussions");
        mute.sentence = "Discussions".into();
        cite(&mut collector, "a/a", &mute, &about(&[]));
        assert!(resources(collector, &LinkFacts::default()).is_empty());
    }
}
