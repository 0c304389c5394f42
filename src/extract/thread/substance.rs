//! Whether a comment has substance: "+1", "same here" and thanks have none.

use super::clean::{FenceLine, FenceTracker};
use crate::extract::pattern::patterns;
use crate::extract::words::words;

/// A comment has substance if it has at least this many words, not counting short sentences that match [`TALK`].
const LEAST_WORDS: usize = 12;
/// The maximum number of words of a sentence that is ignored because it matches [`TALK`]. A longer sentence has other
/// content too.
const LONGEST_TALK: usize = 18;

/// The maximum bytes of a line that are examined, so that no line takes quadratic time. The rest of the line is
/// ignored.
const LONGEST_LINE: usize = 1_000;

patterns! {
    /// Images, HTML tags, mentions and emoji codes, which have no content of their own.
    ASIDE = {
        let patterns = [
            r"!\[[^\]\n]*\]\([^)\n]*\)",
            r"<img\b[^>\n]*>",
            r"</?[a-zA-Z][^>\n]*>",
            r"(?:^|[^\w/.])@[A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9._-]+)?",
            r":[a-z0-9_+-]+:",
        ];
        patterns.join("|")
    };
    /// Sentences that only agree, thank, praise, ask for news or close the thread.
    TALK = {
        let patterns = [
            r"^\W*\+\s?1\b",
            r"^(oh |ok |okay |ah |great |hi |hello |hey )?,?\s*(many |big |huge )?(thanks|thank you|thankyou|thx|ty|cheers)\b",
            r"^(i )?(really )?appreciate\b",
            r"^(the )?same\b.{0,40}\b(here|issue|problem|question|error|thing|boat|too)\b",
            r"^(me|us) too\b|^same here\b|^same$",
            r"^(i|i'm|im|i am|we|we're|we are)\b.{0,25}\b(have|having|had|facing|face|see|seeing|get|getting|got|hit|hitting|experiencing)\b.{0,25}\bsame\b",
            r"^(is there |are there |do we have |do you have |have )?(any|some) (update|news|progress|solution|fix|workaround|eta|idea)s?\b",
            r"^(bump|ping|following|subscribed?|subscribing|watching|lgtm|done|fixed|solved|resolved|nvm|never ?mind)\b.{0,60}$",
            r"^(nice|great|awesome|perfect|cool|excellent|amazing|wow|good)\b.{0,60}$",
            r"^(i'm |i am |we're |we are |im )?(also |very |really )*(interested|curious)\b",
            r"\b(it|this|that|your \w+)( has| have)? (works?|worked|helps?|helped|fixed it|fixes it|solved (it|my|the|our)|solves (it|my|the|our))\b.{0,40}$",
            r"^you (saved|made) my\b",
            r"^(i('ll| will| am|'m)? )?(clos(e|ed|ing)|reopen(ed|ing)?) (this|it|the|as)\b",
        ];
        format!("(?i){}", patterns.join("|"))
    };
}

/// Whether the Markdown `body` has code in a code block, a web link, or at least [`LEAST_WORDS`] words, not counting
/// quotations, short sentences that match [`TALK`], mentions, images and tags. O(length).
pub(super) fn has_substance(body: &str) -> bool {
    let mut fence = FenceTracker::default();
    let mut said = 0;
    for line in body.lines() {
        match fence.next(line) {
            FenceLine::Code if line.trim().is_empty() => continue,
            FenceLine::Code => return true,
            FenceLine::Mark => continue,
            FenceLine::Text if line.trim_start().starts_with('>') => continue,
            FenceLine::Text => {}
        }
        let line = &line[..line.floor_char_boundary(LONGEST_LINE)];
        let bare = ASIDE.replace_all(line, " ");
        if bare.contains("https://") || bare.contains("http://") {
            return true;
        }
        said += sentences(&bare).filter(|sentence| !is_talk(sentence)).map(words).sum::<usize>();
        if said >= LEAST_WORDS {
            return true;
        }
    }
    false
}

fn is_talk(sentence: &str) -> bool {
    let sentence = sentence.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '+');
    words(sentence) <= LONGEST_TALK && TALK.is_match(sentence)
}

fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['.', '!', '?', ';', '。', '！', '？'])
}

#[cfg(test)]
mod tests {
    use super::has_substance;

    #[test]
    fn agreement_thanks_and_pings_have_no_substance() {
        for body in [
            "",
            "+1",
            "+1, we would love to see that too :+1:",
            "👍",
            "Same here",
            "Me too, exactly the same problem on my machine.",
            "I am having the same issue with version 2.3 on Ubuntu.",
            "Thanks!",
            "Thank you so much @ann, this worked perfectly for me!",
            "Thanks a lot for the quick and thorough answer. It works now! You saved my day.",
            "Any updates on this?",
            "bump",
            "@ann @bob @carol @dave @erin @frank @grace @heidi @ivan @judy @mallory @niaj @oscar",
            "> Users click what stands higher, so that positions have to be logged and modelled.\n\n+1",
            "![image](https://user-images.example/1.png)",
            "<img width=\"100\" src=\"https://user-images.example/1.png\">",
            "Closing this as resolved.",
            "Great explanation, very helpful.",
        ] {
            assert!(!has_substance(body), "{body}");
        }
    }

    #[test]
    fn explanations_code_and_links_have_substance() {
        for body in [
            "Log the position with each impression and feed it as a feature in training only.",
            "Thanks! In my case it was the batch size: with 512 the gradients overflowed in half precision.",
            "Try:\n\n```python\nmodel.eval()\n```",
            "See https://example.org/paper",
            "[This paper](https://example.org/paper) helps.",
            "点击率模型需要记录每次展示的位置，并且只在训练时作为特征使用。",
        ] {
            assert!(has_substance(body), "{body}");
        }
        assert!(!has_substance("```\n```"), "an empty block of code");
    }

    #[test]
    fn long_lines_cost_no_more_than_their_length() {
        assert!(!has_substance(&"@a ".repeat(200_000)));
        assert!(!has_substance(&"> ".repeat(200_000)));
        assert!(has_substance(&"![a](@a ".repeat(8_000)));
        assert!(has_substance(&"<a <b @c ".repeat(7_000)));
    }
}
