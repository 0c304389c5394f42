//! Defines which paths of archives and folders can be used.

use crate::catalogue::Selection;
use crate::problem::{Problem, Stage};

/// The longest accepted path, in bytes.
pub(super) const LONGEST_PATH: usize = 1024;
/// The maximum number of problems recorded for one archive or folder; further ones are discarded. A hostile archive may
/// contain a million bad entries.
pub(super) const MOST_PROBLEMS: usize = 50;

/// Why the file `path` of a source must not be used; `None` if it may be used. A valid path has at most `depth`
/// components. It has no `.`, `..` or empty component, no NUL, and no backslash, because a backslash separates folders
/// on some systems.
pub(super) fn path_refusal(path: &str, depth: u64) -> Option<String> {
    let components = || path.split('/');
    if components().any(|component| matches!(component, "" | "." | "..")) {
        return Some("its path has an empty, `.` or `..` component; left out".to_owned());
    }
    if path.contains('\\') {
        return Some(
            "a backslash in its name, which separates folders on some systems; left out".to_owned(),
        );
    }
    if path.contains('\0') {
        return Some("a NUL in its name; left out".to_owned());
    }
    if path.len() > LONGEST_PATH {
        return Some(format!("its path is longer than {LONGEST_PATH} bytes; left out"));
    }
    let count = components().count() as u64;
    (count > depth)
        .then(|| format!("{count} folders deep, more than the {depth} of the policy; left out"))
}

/// A problem which reports that the file name `name` is not UTF-8, and which shows the name escaped. `None` if
/// `selection` would not select the file.
pub(super) fn name_problem(name: &[u8], selection: &Selection) -> Option<Problem> {
    let similar = String::from_utf8_lossy(name);
    let is_wanted = selection.selects(&similar) || Selection::always(&similar);
    let escaped: String = name.escape_ascii().to_string().chars().take(LONGEST_PATH).collect();
    let message = "its name, shown escaped, is not UTF-8; left out";
    is_wanted.then(|| {
        let problem = Problem::new(Stage::Crawl, message).at(escaped);
        problem.hint("rename it to a name in UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_that_stay_inside_are_taken_and_the_refusal_says_why() {
        for path in ["a.md", "a/b c/d&e.md", "..a/b"] {
            assert_eq!(path_refusal(path, 8), None, "{path}");
        }
        let long = "x".repeat(LONGEST_PATH + 1);
        for (path, says) in [
            ("../a", "an empty, `.` or `..` component"),
            ("a/../b", "an empty, `.` or `..` component"),
            ("/a", "an empty, `.` or `..` component"),
            ("a//b", "an empty, `.` or `..` component"),
            ("", "an empty, `.` or `..` component"),
            ("a/./b", "an empty, `.` or `..` component"),
            ("a\\b.md", "a backslash in its name"),
            ("a\0b.md", "a NUL"),
            ("1/2/3/4/5/6/7/8/9", "9 folders deep, more than the 8"),
            (&long, "longer than"),
        ] {
            let refusal = path_refusal(path, 8).unwrap_or_default();
            assert!(refusal.contains(says), "{path}: {refusal}");
        }
    }
}
