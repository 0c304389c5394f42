//! The names of a source: its owner, its own name, its title, its author.
//!
//! Other people write these names and could make them very long, so this module limits their length. A generation
//! contains the names of each source, and [`crate::search`] matches queries with them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Origin, Source};

/// The maximum length of an author's name, an owner's display name and a title, in characters. A longer author's name
/// in a catalogue is a fault. Longer display names and titles are left out.
pub const LONGEST_NAME: usize = 100;

/// The names of a source in their original spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SourceNames {
    /// The repository owner's login.
    pub login: Option<String>,
    /// The owner's display name on GitHub, if it was fetched.
    pub owner: Option<String>,
    /// The repository's own name, or the id of a folder or archive.
    pub name: String,
    /// The title of the source's README.
    pub title: Option<String>,
    /// The source's author, according to the catalogue.
    pub author: Option<String>,
}

impl SourceNames {
    /// The names of `source`. `owner` is the owner's display name on GitHub, and `title` is the first heading of the
    /// README. Each of these two is left out if it is empty or longer than [`LONGEST_NAME`].
    ///
    /// ```
    /// use cairn::catalogue::names::SourceNames;
    /// let text = "[[source]]\nrepo = \"ann/feature-notes\"\nwhy = \"x\"\nauthor = \"Ann Example\"\n";
    /// let source = &cairn::catalogue::parse("catalogue.toml", text).unwrap().sources[0];
    /// let names = SourceNames::of(source, None, Some("Notes on features"));
    /// assert_eq!((names.login.as_deref(), names.name.as_str()), (Some("ann"), "feature-notes"));
    /// assert_eq!(names.author.as_deref(), Some("Ann Example"));
    /// ```
    pub fn of(source: &Source, owner: Option<&str>, title: Option<&str>) -> SourceNames {
        let (login, name) = match &source.origin {
            Origin::GitHub { owner, name } => (Some(owner.clone()), name.clone()),
            Origin::Archive { .. } | Origin::Folder { .. } => (None, source.id.0.clone()),
        };
        SourceNames {
            login,
            owner: owner.and_then(bounded),
            name,
            title: title.and_then(bounded),
            author: source.author.clone(),
        }
    }
}

/// `name` without surrounding space; `None` if it is empty or too long.
fn bounded(name: &str) -> Option<String> {
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().nth(LONGEST_NAME).is_none();
    is_name.then(|| name.to_owned())
}

/// The words of `name`. Splits at characters other than letters and digits, between a lower-case letter and a capital,
/// before the last of several capitals if a lower-case letter follows, and between letters and digits. An acronym with
/// a plural "s" is not split ("LLMs"). O(length).
///
/// ```
/// use cairn::catalogue::names::words;
/// assert_eq!(words("Made-With_ML"), ["Made", "With", "ML"]);
/// assert_eq!(words("DataTalksClub"), ["Data", "Talks", "Club"]);
/// assert_eq!(words("MLQuestions.v2"), ["ML", "Questions", "v", "2"]);
/// ```
pub fn words(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(camel_case_words).collect()
}

/// The words of `run`, which consists of letters and digits.
fn camel_case_words(run: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = run.char_indices().collect();
    let mut words = Vec::new();
    let mut from = 0;
    for at in 1..chars.len() {
        let (place, c) = chars[at];
        let before = chars[at - 1].1;
        let ends_capitals = || {
            let is_plural = at + 2 == chars.len() && chars[at + 1].1 == 's';
            chars.get(at + 1).is_some_and(|(_, next)| next.is_lowercase()) && !is_plural
        };
        let begins = if c.is_numeric() || before.is_numeric() {
            c.is_numeric() != before.is_numeric()
        } else {
            c.is_uppercase() && (!before.is_uppercase() || ends_capitals())
        };
        if begins {
            words.push(&run[from..place]);
            from = place;
        }
    }
    words.push(&run[from..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse;

    #[test]
    fn names_are_split_at_punctuation_capitals_and_digits() {
        for (name, expected) in [
            ("ml-system-design-pattern", "ml system design pattern"),
            ("EthicalML", "Ethical ML"),
            ("MLSystemDesign", "ML System Design"),
            ("open-LLMs", "open LLMs"),
            ("Gaurav14cs17", "Gaurav 14 cs 17"),
            ("d2l-ai", "d 2 l ai"),
            ("mlops-guide.github.io", "mlops guide github io"),
            ("Üben_Ösen", "Üben Ösen"),
            ("--__..", ""),
            ("推荐系统", "推荐系统"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_empty_or_too_long_is_left_out() {
        let catalogue = parse("c", "[[source]]\nfolder = \"my/notes\"\nwhy = \"x\"\n").unwrap();
        let long = "x".repeat(LONGEST_NAME + 1);
        let names = SourceNames::of(&catalogue.sources[0], Some(" "), Some(&long));
        assert_eq!(names, SourceNames { name: "notes".into(), ..SourceNames::default() });
        let names = SourceNames::of(&catalogue.sources[0], Some(" Ann B. "), Some(&long[1..]));
        assert_eq!((names.owner.as_deref(), names.title), (Some("Ann B."), Some(long[1..].into())));
    }
}
