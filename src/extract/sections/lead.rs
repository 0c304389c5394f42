//! Recognises lines that belong to the text that follows: questions, labels such as "Answer:", and introductions of lists
//! and code.

use crate::extract::limits;
use crate::extract::pattern::patterns;

/// The maximum characters of a line that introduces the text below it. A longer line is an ordinary paragraph.
const LONGEST_LEAD: usize = 300;
/// The longest question that serves as a heading, in characters.
pub(in crate::extract) const LONGEST_QUESTION: usize = 200;

/// The number of characters at the beginning of a paragraph in which a reference to earlier text is searched for.
const LONGEST_REFERENCE: usize = 30;

/// The number of characters at the beginning of a paragraph in which a mention of earlier text is searched for.
const LONGEST_MENTION: usize = 50;
/// The maximum bytes of a label that may end with a pronoun.
const LONGEST_LABEL: usize = 60;

patterns! {
    /// A mark such as `Q:`, `Q3.` or `Question 3:`. A line that begins with it is a question, whatever follows.
    MARKED_QUESTION = r"(?i)^(?:q|question)\s?#?\d{0,4}\s?[:.)]\s*\S";
    /// `3.`, `3)`, `(3)`: the number of a question.
    NUMBERED = r"^\(?\d{1,3}[.)]\s+\S";
    /// Words that refer to the text before.
    REFERENCE = {
        let words = [
            r"th(?:is|ese|ose|at|ey|us|en|erefore|en again)",
            r"it|its|he|she|his|her|their|both|here|such|same|so|or|and|but|yet|nor|instead|otherwise",
            r"however|hence|also|again|additionally|moreover|furthermore|meanwhile|similarly|likewise|conversely",
            r"in (?:contrast|parallel|addition|this|that|these|other words|short|practice)",
            r"on the (?:other hand|contrary)|as (?:a result|such|before|above|you can see|we can see|mentioned)",
            r"for (?:example|instance|this|that|these)|the (?:above|latter|former|same|last|first|second|third|other)",
            r"a (?:second|third|fourth|further|final|related)|another|(?:second|third|fourth|last)ly|unfortunately|of course|to do (?:so|this|that)|(?:because|as) of (?:this|that)|with (?:this|that|these)|we also|you (?:could|can) also|of these",
            r"(?:consequence|step|example|option|reason|point|phase|part|case|stage|problem|approach|method|question) (?:[2-9]|1\d|[b-h]|ii|iii|iv|two|three|four)",
            r"now|next|finally|after (?:that|this)|once (?:that|this)|note that|notice",
        ];
        format!(r"(?i)^(?:{})(?-u:\b)", words.join("|"))
    };
    /// A mention of earlier text or pictures.
    ABOVE = r"(?i)\b(?:above|preceding|previous(?:ly)?|earlier)(?-u:\b)";
    /// A label that ends with a pronoun: `How to size it:`.
    PRONOUN = r"(?i)\b(?:it|this|that|these|those|them)\s*[:：?]$";
    /// A label, which has no meaning without the text next to it.
    LABEL = r"(?i)^(?:(?:the |see |show |view |click (?:here )?(?:to |for )?(?:see |show |view |reveal |expand )?(?:the )?|expand |reveal |toggle |sample |possible |suggested |model |reference )*(?:answers?|solutions?|hints?|explanations?|details?|more|code|output|results?|questions?|examples?|notes?|expand|show|reveal|a|q|me))\s*[:.!…]*$";
}

/// Whether `text`, a paragraph or a label, refers to the text before it at its beginning.
pub(super) fn refers_back(text: &str) -> bool {
    let text = text.trim();
    REFERENCE.is_match(limits::cut(text, LONGEST_REFERENCE))
        || ABOVE.is_match(limits::cut(text, LONGEST_MENTION))
        || text.len() <= LONGEST_LABEL && PRONOUN.is_match(text)
}

/// Whether `text`, a paragraph, belongs to what follows: a question, a label, or an introduction that ends with a colon.
pub(super) fn is_lead(text: &str) -> bool {
    let text = text.trim();
    if text.contains('\n') || is_longer(text, LONGEST_LEAD) {
        return false;
    }
    text.ends_with([':', '：', '?', '？']) || is_label(text)
}

/// Whether `text` is a label such as "Answer:" or "[Click to expand]".
pub(in crate::extract) fn is_label(text: &str) -> bool {
    let words = text.trim();
    let inside = words.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    text.len() <= 60 && LABEL.is_match(inside.unwrap_or(words))
}

/// Whether `text`, a line of its own, is a question that can serve as a heading. Either it is marked as a question
/// (`Q3.`), or it has two of these properties: it is bold, it is numbered, it ends with a question mark.
pub(in crate::extract) fn is_question(text: &str, is_bold: bool) -> bool {
    let text = text.trim();
    if text.contains('\n') || is_longer(text, LONGEST_QUESTION) {
        return false;
    }
    let is_marked = MARKED_QUESTION.is_match(text);
    let asks = text.ends_with(['?', '？']);
    is_marked || is_bold && (asks || NUMBERED.is_match(text)) || asks && NUMBERED.is_match(text)
}

fn is_longer(text: &str, characters: usize) -> bool {
    limits::cut(text, characters).len() < text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_labels_and_introductions_lead() {
        for lead in [
            "What is drift?",
            "Answer:",
            "**Answer**".trim_matches('*'),
            "The steps are:",
            "Click to expand",
            "[Click to expand]",
            "Show answer",
            "A:",
        ] {
            assert!(is_lead(lead), "{lead}");
        }
        for text in
            ["Drift is a change of the data.", "Answer 42.", "Is it so? Yes.", "Examples abound."]
        {
            assert!(!is_lead(text), "{text}");
        }
    }

    #[test]
    fn questions_that_can_be_headings() {
        for question in
            ["Q: Explain drift", "Q12. What is it?", "Question 3: Name two", "7. What is a tensor?"]
        {
            assert!(is_question(question, false), "{question}");
        }
        assert!(is_question("How do you measure drift?", true));
        assert!(is_question("3. Explain drift", true));
        for text in
            ["How do you measure drift?", "3. Explain drift", "Quality: high", "Queue: a list"]
        {
            assert!(!is_question(text, false), "{text}");
        }
    }
}
