//! URLs of searches. Only this file lists all parameters of a search, so that no link omits one.

use super::super::format::address;
use crate::search::FilterField;
use crate::serve::api::{Flag, SearchParameters};

/// Parameters that have values: their names and values.
type NamedValues<'a> = Vec<(&'static str, &'a str)>;

/// The filters and options of `asked`, without its query text. A search for a new text keeps them.
pub(super) fn kept(asked: &SearchParameters) -> NamedValues<'_> {
    let LinkParameters { filters, understanding } = LinkParameters::of(asked);
    [filters, understanding].concat()
}

/// The URL of the search `asked` with the parameter `name` changed to `value`; an empty `value` removes it. Unless that
/// parameter is the offset, the results start at the first hit.
pub(super) fn with(asked: &SearchParameters, name: &str, value: &str) -> String {
    let mut all = vec![("q", asked.q.as_str())];
    all.extend(kept(asked));
    all.retain(|(known, _)| *known != name);
    all.push((name, value));
    address("/", &all)
}

/// The URL of the search `asked` with `value` instead of `typed` as the value of the filter `field`; `None` if the filter
/// is not found in it, because it is written in another way.
pub(super) fn with_value(
    asked: &SearchParameters,
    field: FilterField,
    typed: &str,
    value: &str,
) -> Option<String> {
    let parameter = match field {
        FilterField::Topic => &asked.topic,
        FilterField::Step => &asked.step,
        FilterField::Kind => &asked.kind,
        _ => &None,
    };
    if parameter.as_deref() == Some(typed) {
        return Some(with(asked, field.name(), value));
    }
    let forms = [format!("{field}:\"{typed}\""), format!("{field}:{typed}")];
    let form = forms.iter().find(|form| asked.q.contains(*form))?;
    Some(with(asked, "q", &asked.q.replacen(form, &format!("{field}:\"{value}\""), 1)))
}

/// The URL of the search `asked` without its filters. The results start at the first hit.
pub(super) fn without_filters(asked: &SearchParameters) -> String {
    let mut all = vec![("q", asked.q.as_str())];
    all.extend(LinkParameters::of(asked).understanding);
    address("/", &all)
}

/// The filters and the options of understanding that have a value. The query text and the parameters of the page
/// (limit, offset, typing) are not included.
struct LinkParameters<'a> {
    filters: NamedValues<'a>,
    understanding: NamedValues<'a>,
}

impl LinkParameters<'_> {
    fn of(asked: &SearchParameters) -> LinkParameters<'_> {
        // Destructures all fields, so that a new parameter doesn't compile until this function handles it.
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
            meaning,
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
            ("meaning", flag(*meaning)),
        ];
        for parameters in [&mut filters, &mut understanding] {
            parameters.retain(|(_, value)| !value.is_empty());
        }
        LinkParameters { filters, understanding }
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
            meaning: Some(Flag::Off),
            typing: Some(Flag::On),
        }
    }

    #[test]
    fn a_link_keeps_all_filters_and_options() {
        assert_eq!(
            with(&asked(), "offset", "60"),
            "/?q=position+bias&source=ann%2Fnotes&topic=CTR&step=serving&kind=note&lang=sv&literal=0&labels=0\
             &spelling=0&filler=0&completion=0&names=0&meaning=0&offset=60"
        );
        assert_eq!(
            without_filters(&asked()),
            "/?q=position+bias&literal=0&labels=0&spelling=0&filler=0&completion=0&names=0&meaning=0"
        );
    }

    #[test]
    fn a_link_has_the_changed_parameter_once_and_no_empty_parameters() {
        let asked = SearchParameters { lang: Some("  ".into()), ..SearchParameters::default() };
        assert_eq!(with(&asked, "lang", "sv"), "/?lang=sv");
        assert_eq!(with(&asked, "lang", ""), "/");
        assert_eq!(kept(&asked), []);
    }
}
