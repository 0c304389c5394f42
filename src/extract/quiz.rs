//! Quizzes: JSON files with questions, their options, which of them is right, and feedback. Each question becomes a
//! section.
//!
//! There is no common schema, so the usual names of the fields are tried. Most JSON files are data or settings: a file
//! that isn't a quiz gives no document and no problem.

use serde_json::{Map, Value};

use super::sections::{BlockSpan, DocumentBlock, SectionBuilder, SpanUnit};
use super::{Document, limits};

/// The maximum bytes of a quiz. A larger file is not read as a quiz.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// The maximum number of questions of a quiz. Further questions are dropped.
const MOST_QUESTIONS: usize = 2_000;
/// The minimum number of options of a question. An item with fewer options is not a question.
const LEAST_OPTIONS: usize = 2;
/// The maximum number of options of a question, which are lettered. An item with more options is not a question.
const MOST_OPTIONS: usize = 12;
/// The maximum characters of a heading. Headings are cut, so a longer question is repeated in the text.
const LONGEST_HEADING: usize = 300;
/// The maximum number of nested objects around a list of questions. Deeper lists are not found.
const DEEPEST_LIST: usize = 3;
/// The maximum number of questions that are not found in the file's text. After that, the search for the lines of
/// questions ends, so that it takes linear time.
const MOST_MISSES: usize = 8;

/// Names of a field that contains the list of questions.
const LISTS: [&str; 5] = ["questions", "quiz", "quizzes", "items", "cards"];
/// Names of a field that contains the text of a question.
const QUESTIONS: [&str; 4] = ["question", "prompt", "stem", "text"];
/// Names of a field that contains the options of a question.
const OPTIONS: [&str; 3] = ["options", "choices", "answers"];
/// Names of a field that contains the text of an option.
const OPTION_TEXTS: [&str; 6] = ["text", "option", "label", "content", "answer", "value"];
const ANSWERS: [&str; 7] = [
    "answer",
    "correct",
    "correctAnswer",
    "correct_answer",
    "correctIndex",
    "correct_index",
    "answerIndex",
];
/// Names of a field of an option that is true if the option is right.
const MARKS: [&str; 4] = ["correct", "isCorrect", "is_correct", "right"];
const FEEDBACKS: [&str; 4] = ["feedback", "explanation", "rationale", "why"];
const FOLLOW_UPS: [&str; 2] = ["followUp", "follow_up"];

/// Reads the quiz `bytes`. Returns `None` if it is not a quiz: it is not JSON, or fewer than half of the items of its
/// list are questions with options. O(length).
pub(super) fn read(bytes: &[u8]) -> Option<Document> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MOST_BYTES)?;
    let text = text.trim_start_matches('\u{feff}');
    // A file without a field for options is not parsed.
    OPTIONS.iter().find(|name| text.contains(&format!("\"{name}\"")))?;
    let value: Value = serde_json::from_str(text).ok()?;
    let items = list(&value, 0)?;
    let questions: Vec<QuizQuestion> =
        items.iter().filter_map(QuizQuestion::read).take(MOST_QUESTIONS).collect();
    if questions.is_empty() || questions.len() * 2 < items.len().min(MOST_QUESTIONS) {
        return None;
    }
    let spans = spans(text, &questions);
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    for (question, span) in questions.iter().zip(spans) {
        builder.heading(1, question.text, None, span.first);
        let text = question.answer();
        builder.block(DocumentBlock { span, text, ..DocumentBlock::default() });
    }
    let title = value.get("title").and_then(Value::as_str).map(str::to_owned);
    Some(Document { title, sections: builder.finish(), ..Document::default() })
}

/// The list of questions in `value`, which is inside `depth` objects.
fn list(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(fields) if depth < DEEPEST_LIST => LISTS
            .iter()
            .filter_map(|name| fields.get(*name))
            .find_map(|value| list(value, depth + 1)),
        _ => None,
    }
}

struct QuizQuestion<'a> {
    text: &'a str,
    options: Vec<QuizOption<'a>>,
    explanation: Option<&'a str>,
    follow_up: Option<&'a str>,
}

struct QuizOption<'a> {
    text: &'a str,
    feedback: Option<&'a str>,
    is_right: bool,
}

impl<'a> QuizQuestion<'a> {
    /// Reads the question `item`. `None` if it has no text, too few or too many options, or an option that can't be
    /// read.
    fn read(item: &'a Value) -> Option<QuizQuestion<'a>> {
        let fields = item.as_object()?;
        let text = string(fields, &QUESTIONS)?;
        let listed = OPTIONS.iter().find_map(|name| fields.get(*name)?.as_array())?;
        let mut options: Vec<QuizOption> = listed.iter().filter_map(QuizOption::read).collect();
        if options.len() != listed.len() || !(LEAST_OPTIONS..=MOST_OPTIONS).contains(&options.len())
        {
            return None;
        }
        if let Some(answer) = ANSWERS.iter().find_map(|name| fields.get(*name)) {
            mark(&mut options, answer);
        }
        let explanation = string(fields, &FEEDBACKS);
        Some(QuizQuestion { text, options, explanation, follow_up: string(fields, &FOLLOW_UPS) })
    }

    /// The text of the question's section: its options with their feedback, the right ones marked, then the explanation
    /// and the follow-up question. A question that is too long for a heading comes first.
    fn answer(&self) -> String {
        let mut lines = Vec::new();
        if limits::cut(self.text, LONGEST_HEADING).len() < self.text.len() {
            lines.push(self.text.to_owned());
        }
        for (option, letter) in self.options.iter().zip('A'..) {
            let mark = if option.is_right { " (correct)" } else { "" };
            let feedback = option.feedback.map(|text| format!(" — {text}")).unwrap_or_default();
            lines.push(format!("- {letter}{mark}: {}{feedback}", option.text));
        }
        lines.extend(self.explanation.map(|text| format!("Explanation: {text}")));
        lines.extend(self.follow_up.map(|text| format!("Follow-up: {text}")));
        lines.join("\n")
    }
}

impl<'a> QuizOption<'a> {
    fn read(value: &'a Value) -> Option<QuizOption<'a>> {
        match value {
            Value::String(text) => Some(QuizOption { text, feedback: None, is_right: false }),
            Value::Object(fields) => Some(QuizOption {
                text: string(fields, &OPTION_TEXTS)?,
                feedback: string(fields, &FEEDBACKS),
                is_right: MARKS.iter().any(|name| fields.get(*name) == Some(&Value::Bool(true))),
            }),
            _ => None,
        }
    }
}

/// Marks the right options: `answer` is an index from 0, a letter, the text of an option, or a list of these.
fn mark(options: &mut [QuizOption], answer: &Value) {
    let marked = match answer {
        Value::Array(answers) => {
            return answers.iter().take(MOST_OPTIONS).for_each(|answer| {
                if !answer.is_array() {
                    mark(options, answer);
                }
            });
        }
        Value::Number(index) => index.as_u64().and_then(|index| usize::try_from(index).ok()),
        Value::String(said) => {
            options.iter().position(|option| option.text == said).or_else(|| {
                let letter = said.bytes().next().filter(u8::is_ascii_alphabetic)?;
                (said.len() == 1).then(|| usize::from(letter.to_ascii_uppercase() - b'A'))
            })
        }
        _ => None,
    };
    if let Some(option) = marked.and_then(|index| options.get_mut(index)) {
        option.is_right = true;
    }
}

/// The first of the fields `names` that is a string and not blank, trimmed.
fn string<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a str> {
    let texts = names.iter().filter_map(|name| fields.get(*name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty())
}

/// For each question, the lines of `text` from this question to the next one.
fn spans(text: &str, questions: &[QuizQuestion]) -> Vec<BlockSpan> {
    let (mut from, mut line, mut misses) = (0, 1_u32, 0);
    let mut firsts = Vec::with_capacity(questions.len() + 1);
    for question in questions {
        let literal = serde_json::to_string(question.text).unwrap_or_default();
        let found = if misses < MOST_MISSES { text[from..].find(&literal) } else { None };
        match found {
            Some(at) => {
                let ends = text[from..from + at].matches('\n').count();
                line = line.saturating_add(u32::try_from(ends).unwrap_or(0));
                from += at;
            }
            None => misses += 1,
        }
        firsts.push(line);
    }
    let last = u32::try_from(text.lines().count().max(1)).unwrap_or(u32::MAX);
    let ends = firsts.iter().skip(1).map(|next| next.saturating_sub(1)).chain([last]);
    let spans = firsts.iter().zip(ends);
    spans.map(|(first, end)| BlockSpan { first: *first, last: end.max(*first) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Address, extract};

    #[test]
    fn each_question_of_a_quiz_is_a_section_with_its_options_and_feedback() {
        let json = "{\"title\": \"Caches\", \"questions\": [\n {\"prompt\": \"Which key fits \\\"all\\\" users?\",\n  \"options\": [{\"text\": \"The user's id\", \"feedback\": \"It is per user.\"}, {\"text\": \"The item's id\"}],\n  \"answer\": 1, \"explanation\": \"All users share items.\", \"followUp\": \"What about languages?\"},\n {\"question\": \"When does an entry expire?\", \"choices\": [\"After its time to live has passed\", \"Never, unless memory runs out\", \"At night\"], \"answer\": \"A\"}\n]}";
        let document = extract("json", json.as_bytes()).document.unwrap();
        assert_eq!(document.title.as_deref(), Some("Caches"));
        let [first, second] = &document.sections[..] else { panic!("{document:#?}") };
        assert_eq!(first.headings, ["Which key fits \"all\" users?"]);
        assert_eq!(
            first.text,
            "- A: The user's id — It is per user.\n- B (correct): The item's id\nExplanation: All users share items.\nFollow-up: What about languages?"
        );
        assert_eq!(first.address, Address::Lines(2, 4));
        assert_eq!(
            second.text,
            "- A (correct): After its time to live has passed\n- B: Never, unless memory runs out\n- C: At night"
        );
    }

    #[test]
    fn json_that_is_no_quiz_is_left_out_without_a_problem() {
        let deep = "[".repeat(100_000) + "\"options\"";
        let large = format!("{{\"options\": \"{}\"}}", "x".repeat(MOST_BYTES));
        for json in [
            "{\"name\": \"x\", \"options\": {\"a\": 1}}",
            "[{\"question\": \"Who?\", \"answer\": \"I.\"}]",
            "[{\"question\": \"Who?\", \"options\": [\"one\"]}]",
            "{\"options\": ",
            "",
            &deep,
            &large,
        ] {
            let extracted = extract("json", json.as_bytes());
            assert_eq!(extracted, super::super::Extracted::default(), "{}", limits::cut(json, 60));
        }
    }
}
