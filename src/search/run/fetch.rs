//! Fetches the hits of a page: their records and snippets.

use std::borrow::Cow;

use foldhash::HashMap;

use crate::meaning::MeaningVector;
use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::rank::candidates::Ranked;
use crate::search::rank::marks::Marks;
use crate::search::run::request::SearchHit;
use crate::search::run::searcher::Searcher;
use crate::search::show::highlight::finder::Finder;
use crate::search::show::highlight::snippet::{SnippetSource, nearest_snippet, snippet};

impl Searcher {
    /// The hits for the candidates `shown`, with their snippets. `texts` are those that the engine has returned. That of a hit that was found by its meaning alone begins
    /// with the sentence nearest to `vector`; in those of other hits, `vector` decides where words tie.
    pub(super) fn fetch(
        &self,
        shown: &[Ranked],
        texts: &HashMap<u32, String>,
        marks: &Marks<'_>,
        vector: Option<&MeaningVector>,
        budget: &Budget,
    ) -> Result<Vec<SearchHit>, SearchError> {
        // Most hits of a response are in one language and share a finder.
        let mut finders: Vec<(Option<String>, Finder)> = Vec::new();
        let mut found = Vec::with_capacity(shown.len());
        let sections: Vec<u32> = shown.iter().map(|ranked| ranked.section).collect();
        for (ranked, stored) in shown.iter().zip(self.stored_with(&sections, texts)?) {
            let record = stored.shell()?;
            let known = finders.iter().position(|(language, _)| *language == record.language);
            let at = known.unwrap_or_else(|| {
                let finder = Finder::new(marks, record.language.as_deref());
                finders.push((record.language.clone(), finder));
                finders.len() - 1
            });
            let id = self.index.opened.id(ranked.section);
            let text = match stored.text() {
                "" => Cow::Owned(stored.long_parts()?.code),
                text => Cow::Borrowed(text),
            };
            budget.spend(text.len())?;
            let finder = &mut finders[at].1;
            let meaning = vector.zip(self.table.as_ref());
            let nearness = meaning.map(|(vector, table)| {
                move |part: &str| {
                    MeaningVector::of(table, [part]).map_or(0.0, |own| vector.cosine(&own))
                }
            });
            let source = SnippetSource { text: &text, is_code: matches!(text, Cow::Owned(_)) };
            let snippet = match &nearness {
                Some(nearness) if ranked.by_meaning => nearest_snippet(source, finder, nearness),
                Some(nearness) => snippet(source, finder, Some(nearness)),
                None => snippet(source, finder, None),
            };
            let copies = self.copies.by_representative.get(&id).cloned().unwrap_or_default();
            let Ranked { score, by_meaning, .. } = *ranked;
            found.push(SearchHit { id, score, by_meaning, snippet, copies, record });
        }
        Ok(found)
    }
}
