//! The ids of elements in rendered HTML. Text contains no unescaped quotation marks, so what looks like an id is one.

use std::collections::HashSet;

/// The beginning of an id, with the space before it.
const ID: &str = " id=\"";

/// `html` without ids.
pub(super) fn none(html: &str) -> String {
    kept(html, |_| false)
}

/// `html` with each id only where it occurs first. Names of footnotes that differ only in their signs have the same id.
pub(super) fn unique(html: &str) -> String {
    let mut seen = HashSet::new();
    kept(html, |id| seen.insert(id.to_owned()))
}

/// `html` with those ids that `keeps` selects.
fn kept(html: &str, mut keeps: impl FnMut(&str) -> bool) -> String {
    let mut rest = html;
    let mut written = String::with_capacity(html.len());
    while let Some((before, after)) = rest.split_once(ID) {
        let (id, behind) = after.split_once('"').unwrap_or((after, ""));
        written.push_str(before);
        if keeps(id) {
            written.push_str(ID);
            written.push_str(id);
            written.push('"');
        }
        rest = behind;
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_removed_or_kept_once() {
        let html = "<p id=\"a\">x</p><p class=\"b\" id=\"a\">id=</p><i id=\"c\"></i>";
        assert_eq!(unique(html), "<p id=\"a\">x</p><p class=\"b\">id=</p><i id=\"c\"></i>");
        assert_eq!(none(html), "<p>x</p><p class=\"b\">id=</p><i></i>");
    }
}
