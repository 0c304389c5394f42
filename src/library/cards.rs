//! Flash cards about a topic and about a case study.
//!
//! A card contains a text of the vocabulary, or excerpts with their sources. The licences limit the lengths of the
//! excerpts. A card's id depends only on what it asks about, so that importing a later export updates the card.

use super::deck::{CardBack, FlashCard};
use super::markdown::capitalised;
use super::view::{LessonView, TopicDetail};
use super::{Audience, Library};
use crate::search::{Budget, SearchError, SectionId};

/// The maximum number of passages on a card of a case study.
const PASSAGES: usize = 3;
/// The maximum number of cards with passages about a topic.
const QUOTED: usize = 6;

/// The cards of one deck, with the name of the deck.
pub struct CardDeck {
    pub name: String,
    pub cards: Vec<FlashCard>,
}

impl Library {
    /// Cards about the topic with the slug or label `name`, about its prerequisites and about its narrower topics. They
    /// are followed by cards with passages about the topic: only passages that `audience` may read. `None` if there is
    /// no such topic.
    pub fn topic_cards(
        &self,
        name: &str,
        audience: Audience,
        budget: &Budget,
    ) -> Result<Option<CardDeck>, SearchError> {
        let Some(mut detail) = self.outline(name) else { return Ok(None) };
        detail.passages = self.passages(&detail.topic, audience, budget)?;
        let mut cards = Vec::new();
        let learn = self.learn(&detail.topic.id, &[]).map(|view| view.order).unwrap_or_default();
        for lesson in &learn {
            cards.push(definition(&lesson.id, &lesson.label, &lesson.definition));
            cards.extend(reason(lesson));
        }
        for narrower in &detail.narrower {
            let at = self.find_topic(&narrower.id);
            let definition_of = |at: usize| &self.graph.vocabulary.topics[at].definition;
            cards.extend(at.map(|at| definition(&narrower.id, &narrower.label, definition_of(at))));
        }
        cards.extend(self.quoted(&detail)?);
        Ok(Some(CardDeck { name: format!("Cairn::{}", capitalised(&detail.topic.label)), cards }))
    }

    /// One card for each step of the case study `name`. Leaves out steps without a passage that `audience` may read.
    /// `None` if there is no such case study.
    pub fn case_cards(
        &self,
        name: &str,
        audience: Audience,
    ) -> Result<Option<CardDeck>, SearchError> {
        let Some(case) = self.case(name, PASSAGES, audience)? else { return Ok(None) };
        let label = capitalised(&case.label);
        let said = case.steps.iter().filter(|step| !step.passages.is_empty());
        let cards = said.map(|step| {
            let quotes = step.passages.iter().map(|hit| hit.snippet.text.clone());
            let credits: Vec<String> =
                step.passages.iter().map(|hit| hit.passage.credit()).collect();
            FlashCard {
                id: format!("case/{}/{}", case.case, step.cell.step),
                front: format!("{label}: what would you say about {}?", step.label.to_lowercase()),
                back: CardBack::Quotes(quotes.collect()),
                credit: credits.join("\n"),
                url: step.passages.first().map(|hit| hit.passage.url.clone()).unwrap_or_default(),
                tags: vec!["cairn".to_owned(), case.case.clone(), step.cell.step.clone()],
            }
        });
        Ok(Some(CardDeck { name: format!("Cairn::{label}"), cards: cards.collect() }))
    }

    /// Cards with the best passages about a topic, one passage on each card.
    fn quoted(&self, detail: &TopicDetail) -> Result<Vec<FlashCard>, SearchError> {
        let mut cards = Vec::new();
        for hit in detail.passages.iter().take(QUOTED) {
            let Some(id) = SectionId::parse(&hit.passage.id) else { continue };
            let Some(record) = self.searcher.section(id)? else { continue };
            let shown = self.excerpt(id, record);
            if shown.snippet.text.is_empty() {
                continue;
            }
            cards.push(FlashCard {
                id: format!("section/{}", hit.passage.id),
                front: format!("{}: what do the sources say about it?", hit.passage.trail()),
                back: CardBack::Quotes(vec![shown.snippet.text]),
                credit: hit.passage.credit(),
                url: hit.passage.url.clone(),
                tags: vec!["cairn".to_owned(), detail.topic.id.clone()],
            });
        }
        Ok(cards)
    }
}

fn definition(id: &str, label: &str, definition: &str) -> FlashCard {
    FlashCard {
        id: format!("topic/{id}"),
        front: format!("{}: what is it?", capitalised(label)),
        back: CardBack::Own(definition.to_owned()),
        credit: "Cairn's vocabulary".to_owned(),
        url: String::new(),
        tags: vec!["cairn".to_owned(), id.to_owned()],
    }
}

/// A card that asks why the topic of `lesson` is a prerequisite of another topic; `None` if it isn't one.
fn reason(lesson: &LessonView) -> Option<FlashCard> {
    let (needed, why) = (lesson.needed_for.as_ref()?, lesson.reason.as_ref()?);
    Some(FlashCard {
        id: format!("requires/{}/{}", needed.id, lesson.id),
        front: format!("Why does {} need {}?", needed.label, lesson.label),
        back: CardBack::Own(why.clone()),
        credit: "Cairn's vocabulary".to_owned(),
        url: String::new(),
        tags: vec!["cairn".to_owned(), needed.id.clone()],
    })
}
