//! Formats what several pages show: matches, topics, timestamps, numbers and URLs.

use maud::{Markup, html};

use super::prose;
use crate::library::view::{CaseLink, SnippetView};
use crate::printable::marks::byte_ranges;
use crate::printable::thousands;
use crate::vocabulary::Vocabulary;

/// `snippet` with its matches highlighted, and with bullets instead of the marks of list items.
pub(super) fn marked(snippet: &SnippetView) -> Markup {
    let text = bulleted(&snippet.text);
    prose::marked(&text, byte_ranges(&text, &snippet.highlights))
}

/// `text` with a bullet instead of each mark of a list item. The number of characters doesn't change.
fn bulleted(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("- ") {
        Some(item) => format!("• {item}"),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Links to topics, given as ids and labels.
pub(super) fn chips<'a>(topics: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    html! {
        p.topics {
            @for (id, label) in topics { a.chip href={ "/topics/" (id) } { (label) } " " }
        }
    }
}

/// A link to the guide of a case study.
pub(super) fn case_card(case: &CaseLink) -> Markup {
    html! {
        p.case {
            a href={ "/cases/" (case.id) } { "Case guide: " (case.label) }
            span.quiet { " · what the sources say, step by step: " (case.steps) " of " (plural(case.of, "step")) }
        }
    }
}

/// An RFC 3339 timestamp for people: the day and the minute, in UTC.
pub(super) fn time(rfc3339: &str) -> Markup {
    let shown = rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ");
    html! { time datetime=(rfc3339) { (shown) " UTC" } }
}

/// `12345` as `12,345`.
pub(super) fn number(number: usize) -> String {
    thousands(number as u64)
}

/// `count` and `noun`, with a plural ending unless `count` is 1: `1 source`, `2 sources`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number(count))
}

/// `path` with `parameters` as its query string. Parameters with an empty value are left out.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The label of the topic `slug`; the slug itself if `vocabulary` does not have it, for example after an update.
pub(super) fn topic_label<'a>(vocabulary: &'a Vocabulary, slug: &'a str) -> &'a str {
    vocabulary.topic(slug).map_or(slug, |topic| &topic.pref_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Shown;
    use crate::catalogue::rights::show;

    #[test]
    fn matches_are_highlighted_and_text_is_escaped() {
        let snippet = |text: &str, highlights| SnippetView {
            text: show(text, Shown::Full, 0),
            highlights,
            is_code: false,
        };
        let escaped = snippet("é <b> bias", vec![(6, 10)]);
        assert_eq!(marked(&escaped).into_string(), "é &lt;b&gt; <mark>bias</mark>");
        let broken = snippet("ab", vec![(1, 9), (0, 1)]);
        assert_eq!(marked(&broken).into_string(), "<mark>a</mark>b");
    }

    #[test]
    fn items_of_lists_have_bullets_and_matches_stay_where_they_are() {
        let items = "One:\n- an ad\n- a-b";
        let snippet = SnippetView {
            text: show(items, Shown::Full, 0),
            highlights: vec![(10, 12)],
            is_code: false,
        };
        let shown = marked(&snippet).into_string();
        assert_eq!(shown, "One:\n• an <mark>ad</mark>\n• a-b");
    }

    #[test]
    fn numbers_are_grouped_and_query_strings_are_encoded() {
        assert_eq!(
            (number(7), number(1234), number(1234567)),
            ("7".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!(address("/", &[("q", "a&b"), ("step", "")]), "/?q=a%26b");
    }
}
