//! Resolves relative links between the files of a source.

use percent_encoding::percent_decode_str;

/// The path of the file that the relative link `target` in the file `path` leads to, from the top of the source. A link
/// that begins with a slash is relative to the top. `None` for an absolute URL, a link within the file, and a link out of
/// the source. O(length).
pub fn relative_path(path: &str, target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    if target.is_empty() || target.contains("://") || target.starts_with("//") {
        return None;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let from_top = target.starts_with('/');
    let mut parts: Vec<&str> =
        folder.split('/').filter(|part| !from_top && !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let path = percent_decode_str(&parts.join("/")).decode_utf8().ok()?.into_owned();
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_within_the_source() {
        let of = |target: &str| relative_path("docs/a/x.md", target);
        assert_eq!(of("y.md#part").as_deref(), Some("docs/a/y.md"));
        assert_eq!(of("../b%20c/z.md?raw=1").as_deref(), Some("docs/b c/z.md"));
        assert_eq!(of("/README.md").as_deref(), Some("README.md"));
        for out in ["../../../up.md", "https://x.org/y.md", "//x.org", "#here", "", "%ff", ".."] {
            let expected = (out == "..").then_some("docs");
            assert_eq!(of(out).as_deref(), expected, "{out}");
        }
    }
}
