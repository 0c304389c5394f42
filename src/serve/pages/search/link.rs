//! Writes the addresses of searches. This is the only place that lists the parameters of a search, so that no link
//! forgets one.

use super::super::address;
use crate::serve::api::{Flag, SearchParameters};

/// Parameters by name.
type Named<'a> = Vec<(&'static str, &'a str)>;

/// The filters and the understanding that `asked` names, without its text: what a new text keeps.
pub(super) fn kept(asked: &SearchParameters) -> Named<'_> {
    let Parameters { filters, understanding } = Parameters::of(asked);
    [filters, understanding].concat()
}

/// The address of the first hits of this search with the parameter `name` changed to `value`.
pub(super) fn with(asked: &SearchParameters, name: &str, value: &str) -> String {
    let mut all = vec![("q", asked.q.as_str())];
    all.extend(kept(asked));
    all.retain(|(known, _)| *known != name);
    all.push((name, value));
    address("/", &all)
}

/// The address of the first hits of this search without its filters.
pub(super) fn without_filters(asked: &SearchParameters) -> String {
    let mut all = vec![("q", asked.q.as_str())];
    all.extend(Parameters::of(asked).understanding);
    address("/", &all)
}

/// The parameters that have a value, apart from the text.
struct Parameters<'a> {
    filters: Named<'a>,
    understanding: Named<'a>,
}

impl Parameters<'_> {
    fn of(asked: &SearchParameters) -> Parameters<'_> {
        // All fields are named: a new parameter does not compile until this function handles it.
        let SearchParameters {
            q: _,
            source,
            topic,
            step,
            kind,
            lang,
            limit: _,
            offset: _,
            literal,
            labels,
            spelling,
            filler,
            completion,
            names,
            typing: _,
        } = asked;
        let mut filters = vec![
            ("source", text(source)),
            ("topic", text(topic)),
            ("step", text(step)),
            ("kind", text(kind)),
            ("lang", text(lang)),
        ];
        let mut understanding = vec![
            ("literal", flag(*literal)),
            ("labels", flag(*labels)),
            ("spelling", flag(*spelling)),
            ("filler", flag(*filler)),
            ("completion", flag(*completion)),
            ("names", flag(*names)),
        ];
        for parameters in [&mut filters, &mut understanding] {
            parameters.retain(|(_, value)| !value.is_empty());
        }
        Parameters { filters, understanding }
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default().trim()
}

fn flag(value: Option<Flag>) -> &'static str {
    match value {
        Some(Flag::On) => "1",
        Some(Flag::Off) => "0",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A search that has a value for every parameter.
    fn asked() -> SearchParameters {
        let text = |value: &str| Some(value.to_owned());
        SearchParameters {
            q: "position bias".to_owned(),
            source: text("ann/notes"),
            topic: text(" CTR "),
            step: text("serving"),
            kind: text("note"),
            lang: text("sv"),
            limit: Some(7),
            offset: Some(40),
            literal: Some(Flag::Off),
            labels: Some(Flag::Off),
            spelling: Some(Flag::Off),
            filler: Some(Flag::Off),
            completion: Some(Flag::Off),
            names: Some(Flag::Off),
            typing: Some(Flag::On),
        }
    }

    #[test]
    fn a_link_keeps_all_filters_and_everything_that_was_undone() {
        assert_eq!(
            with(&asked(), "offset", "60"),
            "/?q=position+bias&source=ann%2Fnotes&topic=CTR&step=serving&kind=note&lang=sv&literal=0&labels=0\
             &spelling=0&filler=0&completion=0&names=0&offset=60"
        );
        assert_eq!(
            without_filters(&asked()),
            "/?q=position+bias&literal=0&labels=0&spelling=0&filler=0&completion=0&names=0"
        );
    }

    #[test]
    fn a_link_names_the_changed_parameter_once_and_no_empty_ones() {
        let asked = SearchParameters { lang: Some("  ".into()), ..SearchParameters::default() };
        assert_eq!(with(&asked, "lang", "sv"), "/?lang=sv");
        assert_eq!(with(&asked, "lang", ""), "/");
        assert_eq!(kept(&asked), []);
    }
}
