//! Info strings of fenced code: the title or file name of the code.

use super::limits;
use super::pattern::patterns;

/// The maximum characters of a title. A longer title is truncated.
const LONGEST: usize = 100;
/// Languages whose comments begin with two slashes.
const SLASHES: [&str; 17] = [
    "c",
    "cpp",
    "c++",
    "cs",
    "csharp",
    "dart",
    "go",
    "java",
    "javascript",
    "js",
    "jsx",
    "kotlin",
    "rust",
    "scala",
    "swift",
    "ts",
    "tsx",
];

patterns! {
    /// `title="train.py"`, `filename='train.py'`.
    TITLE = r#"\b(?:title|file_?name|file|name|caption)\s*=\s*(?:"([^"\n]+)"|'([^'\n]+)')"#;
    /// `python:src/train.py`.
    NAMED = r"^\w+:([\w./-]+\.\w+)$";
}

/// The title in the info string `info` as a comment, with the comment mark of the language: `# train.py`. `None` if
/// `info` contains no title.
pub(super) fn title(info: &str) -> Option<String> {
    let info = limits::cut(info, 4 * LONGEST);
    let found = TITLE.captures(info).or_else(|| NAMED.captures(info.trim()))?;
    let title = found.iter().skip(1).flatten().next()?.as_str().trim();
    let language = info.split(|c: char| !(c.is_alphanumeric() || c == '+')).find(|w| !w.is_empty());
    let is_slashes = language.is_some_and(|language| SLASHES.contains(&language));
    let mark = if is_slashes { "//" } else { "#" };
    (!title.is_empty()).then(|| format!("{mark} {}", limits::cut(title, LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::title;
    use crate::extract::extract;

    #[test]
    fn titles_of_fences_are_comments() {
        let table = [
            ("python linenums=\"1\" title=\"van.py\"", Some("# van.py")),
            ("ts filename='van.ts' {1,3}", Some("// van.ts")),
            ("yaml:depot/van.yaml", Some("# depot/van.yaml")),
            ("python", None),
            ("title", None),
            ("", None),
        ];
        for (info, expected) in table {
            assert_eq!(title(info).as_deref(), expected, "{info}");
        }
    }

    #[test]
    fn two_files_in_one_list_item_are_separated_and_named() {
        let text = "# Vans\n\n- Two files of the van belong to it:\n\n  ```txt title=\"needs.txt\"\n  bell\n  ```\n\n  ```txt\n  web: van\n  ```\n";
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        assert_eq!(sections[0].code, "# needs.txt\nbell\n\nweb: van");
    }
}
