//! Recognises sentences that only announce what follows: "In this chapter we look at …", "Here are some examples:".

use crate::extract::item::without_mark;
use crate::extract::pattern::patterns;
use crate::extract::sentences::sentences;
use crate::extract::words::words;

/// A longer sentence says something itself, even if it begins like an announcement.
const LONGEST_SENTENCE: usize = 45;
/// A sentence that ends with a colon has at most this many words if it only announces what follows.
const LONGEST_COLON: usize = 25;

/// A label has at most this many words.
const LABEL_WORDS: usize = 5;

patterns! {
    /// A sentence that says only what a text or picture is about, or that something follows.
    ANNOUNCEMENT = {
        let unit = r"(?:chapter|section|module|lesson|lecture|unit|notebook|tutorial|document|doc|article|post|blog|guide|page|video|part|week|session|course|book|repository|repo|readme|example|exercise|appendix|folder)s?";
        let show = r"(?:cover|discuss|describ|explor|look|learn|show|introduc|explain|present|review|walk|div|examin|outlin|touch|provid|contain|demonstrat|summari[sz]|list|highlight|address|illustrat|focus|see\b|go\b|talk|consider)\w*";
        let picture = r"(?:diagram|figure|image|illustration|picture|infographic|graphic|cheat ?sheet|screenshot|animation)s?";
        let patterns = [
            format!(r"(?:in|throughout|by the end of) (?:this|these|our|the (?:next|following|rest of this|upcoming))(?: \w+){{0,2}}? {unit}\b.{{0,40}}?\b(?:we|you|i|let['’]?s)\b(?:['’](?:ll|re)| will| are going to| can)?(?: \w+)?? (?:{show}|understand)\b.*"),
            format!(r"(?:this|the (?:following|next|remaining)|our)(?: \w+)?? {unit}\b(?:,? \w+)?? (?:will |aims? to |is going to |also )?{show}\b.*"),
            r"(?:here|below) (?:are|is) (?:a|an|the|some|few|several|my|our|more|another|how|what)\b.*".to_owned(),
            r"the following (?:is|are) (?:a|an|the|some|few|several|my|our)\b.*".to_owned(),
            r"(?:so |now |next |first |then |ok |well )?,?\s*let['’]?s (?:see|look|discuss|explore|dive|go over|go through|take a|get started|start|begin|jump|move|walk|review|talk|now|try)\b.*".to_owned(),
            format!(r"(?:so |now |next |first |then |here |below )?,?\s*(?:we|i)(?:['’]ll| will| are going to| shall)(?: now| next| first| also| briefly)? {show}\b.*"),
            format!(r"(?:the|this|below)(?: \w+)?? {picture}(?: below| above| here)?(?: \w+)?? (?:shows?|illustrates?|depicts?|simplif\w+|summari[sz]e\w*|explains?|outlines?|visuali[sz]e\w*|describes?|presents?)\b.*"),
        ];
        format!(r"(?is)^\W*(?:{})$", patterns.join("|"))
    };
    /// Words of a sentence before a colon that say only that something follows.
    POINTING = r"(?i)\b(?:following|as follows|below|here|like (?:this|so)|looks?|shown|shows?|see|illustrat\w+|visuali[sz]\w*|visual|examples?|diagrams?|figures?|pictures?|images?|charts?|tables?|screenshots?|snapshots?|let['’]?s|categor\w+|types?|kinds?|include|topics?|steps?)\b";
    /// Words that refer to what follows.
    FOLLOWING = r"(?i)\b(?:following|as follows|below|let['’]?s|look at|(?:in the )?next (?:section|chapter)|turn to|time to)\b";
    /// A line without content of its own: the author, a bare link, a video, a quotation.
    IDLE = {
        let patterns = [
            r"(?:by|authors?|(?:highly )?inspired by|credits?|sources?|translations?|available in|based on|adapted from|this (?:notebook|page|article|post|document|chapter|guide) was (?:prepared|written|created|made))\b.{0,140}",
            r"(?:[\w ]{0,20}:? ?)?https?://\S+",
            r"video(?: \d+)?[.:].{0,120}",
            r#"["“].{5,250}["”](?: ?[—–-].{0,60})?"#,
        ];
        format!("(?i)^[^\\w\"“]*(?:{})$", patterns.join("|"))
    };
}

/// What a short text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Substance {
    /// Each sentence only announces what follows.
    Announcement,
    /// At least half of the words announce something or are in a line without content.
    Thin,
    Content,
}

/// What `text` says. O(length).
pub(super) fn substance(text: &str) -> Substance {
    let (mut all, mut announced, mut idle) = (0, 0, 0);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if IDLE.is_match(line) {
            idle += words(line);
            all += words(line);
            continue;
        }
        for (_, sentence) in sentences(line) {
            let count = words(sentence);
            all += count;
            announced += if announces(sentence) { count } else { 0 };
        }
    }
    match (announced, announced + idle) {
        (announced, _) if announced == all && all > 0 => Substance::Announcement,
        (_, thin) if thin * 2 >= all => Substance::Thin,
        _ => Substance::Content,
    }
}

/// Whether `sentence` only announces what follows.
pub(super) fn announces(sentence: &str) -> bool {
    let sentence = without_mark(sentence.trim());
    words(sentence) <= LONGEST_SENTENCE && ANNOUNCEMENT.is_match(sentence)
}

/// Whether the last sentence of `text`, a paragraph, announces what follows. O(length of the last line).
pub(super) fn ends_with_announcement(text: &str) -> bool {
    let text = text.trim_end();
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    sentences(&text[line..]).last().is_some_and(|(_, sentence)| {
        let sentence = sentence.trim();
        sentence.ends_with([':', '：'])
            || words(sentence) <= LONGEST_SENTENCE && FOLLOWING.is_match(sentence)
            || announces(sentence)
    })
}

/// The byte offset of the last sentence of `text`, a paragraph, if this sentence ends with a colon and says only that
/// something follows: a label of a few words, or a sentence that points to a picture or list.
pub(super) fn pointer(text: &str) -> Option<usize> {
    let at = colon_sentence(text)?;
    let sentence = &text[at..];
    (words(sentence) <= LABEL_WORDS || POINTING.is_match(sentence)).then_some(at)
}

/// The byte offset of the last sentence of `text`, a paragraph, if this sentence ends with a colon and is short.
pub(super) fn colon_sentence(text: &str) -> Option<usize> {
    let text = text.trim_end();
    if !text.ends_with([':', '：']) {
        return None;
    }
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    let (at, sentence) = sentences(&text[line..]).last()?;
    (words(sentence) <= LONGEST_COLON).then_some(line + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_are_distinguished_from_statements() {
        for text in [
            "In this chapter, we will look at the doors of vans.",
            "This section covers bells and doors.",
            "Here are some examples of vans:",
            "Let's discuss the kinds of depots.",
            "The diagram below shows a tour of one day.",
            "Now we will explain how bells ring. The following are some of the doors:",
        ] {
            assert_eq!(substance(text), Substance::Announcement, "{text}");
        }
        for text in [
            "A bell rings at each of the doors.",
            "In this chapter of its life, a van rests.",
            "The following principles are more than habits.",
            "We will need two vans for this street.",
            "",
        ] {
            assert!(!announces(text), "{text}");
        }
    }

    #[test]
    fn lines_without_content_make_a_text_thin() {
        for text in [
            "“Vans come and go.” — A driver",
            "https://a.org/v\nVideo 3. Vans of the north, by Ann",
            "Inspired by the school of vans.\nTranslations: one | two",
        ] {
            assert_eq!(substance(text), Substance::Thin, "{text}");
        }
        assert_eq!(substance("A van brings parcels to each door."), Substance::Content);
    }

    #[test]
    fn the_last_sentence_before_a_colon_is_found() {
        assert_eq!(colon_sentence("One van. The doors are:"), Some("One van. ".len()));
        assert_eq!(colon_sentence("The doors are:"), Some(0));
        assert_eq!(colon_sentence("One van."), None);
        assert_eq!(pointer("One van. It looks like this:"), Some("One van. ".len()));
        assert_eq!(pointer("Vans learn the map of the whole town by heart:"), None);
        assert_eq!(colon_sentence(&format!("{} doors:", "all ".repeat(30))), None);
    }
}
