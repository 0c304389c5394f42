//! Numbers of figures, tables and equations in Quarto documents, for readers of the whole document.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::extract::pattern::patterns;

patterns! {
    /// Matches the definition of a label: `{#fig-shadow …}` after a picture, or `label: fig-shadow` in a block of code.
    LABEL = r"(?:\{#|\blabel: ?)(fig|tbl|eq)-([\w-]+)";
    /// Matches a reference to a label.
    USE = r"@(fig|tbl|eq)-([\w-]*\w)";
}

/// `text` with "Figure 2" instead of `@fig-shadow`, if this is the second figure of the text; likewise for tables and
/// equations. References to labels of other documents are kept. O(length).
pub(super) fn numbered(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut numbers: HashMap<(&str, &str), usize> = HashMap::new();
    for found in LABEL.captures_iter(text) {
        let (_, [kind, label]) = found.extract();
        numbers.entry((kind, label)).or_insert_with(|| {
            let count = counts.entry(kind).or_default();
            *count += 1;
            *count
        });
    }
    USE.replace_all(text, |found: &regex::Captures| {
        let number = numbers.get(&(&found[1], &found[2]));
        let name = match &found[1] {
            "fig" => "Figure",
            "tbl" => "Table",
            _ => "Equation",
        };
        number.map_or_else(|| found[0].to_owned(), |number| format!("{name} {number}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_the_numbers_of_their_labels() {
        let text = "See @fig-two-b, @fig-one and @tbl-x.\n\n![One](a.png){#fig-one}\n\n```{r}\n#| label: fig-two-b\n```\n\n| a |\n\n: T {#tbl-x}\n\n@fig-other, me@fig-mail.org.";
        let shown = numbered(text);
        assert!(shown.starts_with("See Figure 2, Figure 1 and Table 1."), "{shown}");
        assert!(shown.ends_with("@fig-other, me@fig-mail.org."), "{shown}");
        assert_eq!(numbered("no reference"), "no reference");
    }
}
