//! Slides in HTML: elements of the class `slide`, and the sections of a reveal.js deck.

use html5gum::StartTag;

use crate::extract::html::attribute;
use crate::extract::pattern::patterns;

patterns! {
    /// The number of a slide: `3 / 8`.
    NUMBER = r"^\s*\d{1,4}\s*/\s*\d{1,4}\s*$";
}

/// The position of the reader in a deck of slides.
#[derive(Default)]
pub(super) struct DeckReader {
    /// Whether each `<section>` is a slide.
    has_sections: bool,
    slide: SlideState,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum SlideState {
    #[default]
    Outside,
    /// In a slide without a heading so far.
    Begun,
    /// In a slide below its first heading.
    Titled,
}

impl DeckReader {
    /// Whether `tag` starts a slide.
    pub fn starts_slide(&mut self, tag: &StartTag<usize>) -> bool {
        let name: &[u8] = &tag.name;
        let classes = attribute(tag, b"class").unwrap_or_default();
        let has_class = |class: &str| classes.split_whitespace().any(|own| own == class);
        self.has_sections |= has_class("slides") || has_class("reveal");
        let is_section = name == b"section" && self.has_sections;
        let starts =
            is_section || matches!(name, b"div" | b"section" | b"article") && has_class("slide");
        if starts {
            self.slide = SlideState::Begun;
        }
        starts
    }

    /// Records a heading. Returns whether it belongs to the text of the slide, because the slide already has a heading.
    pub fn is_inner_heading(&mut self) -> bool {
        let is_inner = self.slide == SlideState::Titled;
        if self.slide == SlideState::Begun {
            self.slide = SlideState::Titled;
        }
        is_inner
    }

    /// Whether `text` is the number of a slide.
    pub fn is_number(&self, text: &str) -> bool {
        self.slide != SlideState::Outside && NUMBER.is_match(text)
    }
}

/// A heading inside a slide as a line of text that introduces the text below it.
pub(super) fn inner_heading(text: String) -> String {
    if text.ends_with(char::is_alphanumeric) { text + ":" } else { text }
}
