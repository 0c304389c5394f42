//! Front matter: the YAML between `---` lines at a file's head.

use serde_yaml_ng::Value;

use crate::problem::{Problem, Stage};

/// What is used of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    pub title: Option<String>,
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Its author asks to be left out: `cairn: noindex`, or `robots: noindex`.
    pub is_private: bool,
}

/// Reads `block`, delimiters included.
///
/// YAML that can't be read (an unquoted colon in a title, mostly) is read line by line; only if that
/// gives no title either, it is a problem.
pub(super) fn read(block: &str, problems: &mut Vec<Problem>) -> FrontMatter {
    let inner = block.trim().trim_start_matches("---").trim_end_matches("---");
    match serde_yaml_ng::from_str::<Value>(inner) {
        Ok(value) => FrontMatter {
            title: value.get("title").and_then(scalar).filter(|title| !title.is_empty()),
            date: value.get("date").and_then(scalar).and_then(|date| day(&date)),
            is_private: ["cairn", "robots"]
                .iter()
                .any(|key| value.get(key).and_then(scalar).is_some_and(|said| is_noindex(&said))),
        },
        Err(error) => {
            let matter = by_lines(inner);
            if matter.title.is_none() {
                let message = format!("the front matter is no YAML: {error}");
                problems.push(Problem::new(Stage::Extract, message));
            }
            matter
        }
    }
}

fn by_lines(text: &str) -> FrontMatter {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        let value = line.trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    };
    FrontMatter {
        title: value("title"),
        date: value("date").and_then(|date| day(&date)),
        is_private: ["cairn", "robots"].iter().filter_map(|key| value(key)).any(|v| is_noindex(&v)),
    }
}

/// Whether `said` asks robots to leave the page out, alone or in a list such as `noindex, nofollow`.
fn is_noindex(said: &str) -> bool {
    said.split(',').any(|word| matches!(word.trim().to_lowercase().as_str(), "noindex" | "none"))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn day(date: &str) -> Option<String> {
    let day = date.get(..10)?;
    chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_and_date_are_read_and_faults_are_problems() {
        let mut problems = Vec::new();
        let read = |text: &str, problems: &mut Vec<Problem>| read(text, problems);
        let matter = read("---\ntitle: \"A: b\"\ndate: 2024-03-02T10:00:00Z\n---\n", &mut problems);
        assert_eq!(matter.title.as_deref(), Some("A: b"));
        assert_eq!(matter.date.as_deref(), Some("2024-03-02"));
        assert!(problems.is_empty());
        let matter = read("---\ntitle: One: two\ndate: 2024-01-02\n---\n", &mut problems);
        assert_eq!(matter.title.as_deref(), Some("One: two"));
        assert_eq!(matter.date.as_deref(), Some("2024-01-02"));
        assert!(problems.is_empty());
        for private in
            ["cairn: noindex", "robots: \"NOINDEX, nofollow\"", "a: b: c\ncairn: noindex"]
        {
            let matter = format!("---\ntitle: x\n{private}\n---\n");
            assert!(read(&matter, &mut Vec::new()).is_private, "{private}");
        }
        assert!(!read("---\ncairn: yes\n---\n", &mut Vec::new()).is_private);
        read("---\nname: [a\n---\n", &mut problems);
        assert_eq!(problems.len(), 1);
    }
}
