//! Flash cards about a topic and about a case study.
//!
//! A card contains a text of the vocabulary, or one claim of a passage with its source. The licences limit the lengths of the
//! excerpts. A card's id depends only on what it asks about, so that importing a later export updates the card.

use super::deck::{CLAIM, CardBack, FlashCard, claim};
use super::markdown::capitalised;
use super::view::{HitView, LessonView, PassageView, TopicDetail};
use super::{Audience, Library};
use crate::search::{Budget, SearchError, SectionId};
use crate::vocabulary::label;

/// The maximum number of cards for each step of a case study.
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

    /// Cards for the case study `name`: at most [`PASSAGES`] for each step, each with one claim of one passage. Leaves out
    /// steps without a passage that `audience` may read. `None` if there is no such case study.
    pub fn case_cards(
        &self,
        name: &str,
        audience: Audience,
    ) -> Result<Option<CardDeck>, SearchError> {
        let Some(case) = self.case(name, PASSAGES, audience)? else { return Ok(None) };
        let label = capitalised(&case.label);
        let mut cards = Vec::new();
        for step in &case.steps {
            let (id, about) = (&step.cell.step, step.label.to_lowercase());
            for hit in &step.passages {
                let heading = own_heading(&hit.passage);
                let front = match label::key(&heading) == label::key(&step.label) {
                    true => format!("{label}: what would you say about {about}?"),
                    false => format!("{label}, {about}: what would you say about “{heading}”?"),
                };
                let topics = [case.case.as_str(), id.as_str()];
                let id = format!("case/{}/{id}/{}", case.case, hit.passage.id);
                cards.extend(quoted(id, front, hit, &topics));
            }
        }
        Ok(Some(CardDeck { name: format!("Cairn::{label}"), cards }))
    }

    /// Cards with the best passages about a topic, one claim of one passage on each card.
    fn quoted(&self, detail: &TopicDetail) -> Result<Vec<FlashCard>, SearchError> {
        let mut cards = Vec::new();
        let label = &detail.topic.label;
        for hit in detail.passages.iter().take(QUOTED) {
            let Some(id) = SectionId::parse(&hit.passage.id) else { continue };
            let Some(record) = self.searcher.section(id)? else { continue };
            let heading = own_heading(&hit.passage);
            let front = match label::key(&heading) == label::key(label) {
                true => format!("{}: what do the sources say about it?", capitalised(label)),
                false => {
                    format!("{}: what is said about “{heading}”?", capitalised(label))
                }
            };
            let shown = self.excerpt(id, record);
            let id = format!("section/{}", hit.passage.id);
            cards.extend(quoted(id, front, &shown, &[&detail.topic.id]));
        }
        Ok(cards)
    }
}

/// A card with the claim of `hit`; if no sentence makes a claim, with its first lines. `None` if it has no text.
fn quoted(id: String, front: String, hit: &HitView, topics: &[&str]) -> Option<FlashCard> {
    let text = &hit.snippet.text;
    let back = match claim(text) {
        Some(range) => text.part(range),
        None => text.opening(CLAIM),
    };
    let tags = std::iter::once("cairn").chain(topics.iter().copied());
    (!back.is_empty()).then(|| FlashCard {
        id,
        front,
        back: CardBack::Quote(back),
        credit: hit.passage.credit(),
        url: hit.passage.url.clone(),
        tags: tags.map(str::to_owned).collect(),
    })
}

/// The passage's own heading, without its number; its title if it has none.
fn own_heading(passage: &PassageView) -> String {
    let heading = passage.headings.last().unwrap_or(&passage.title);
    let plain = heading.trim_start_matches(|c: char| c.is_ascii_digit() || " .)-:#".contains(c));
    if plain.is_empty() { heading.clone() } else { plain.to_owned() }
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
