//! A chapter of a book, and titles from file names.

/// A chapter of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedChapter {
    /// The path inside the source, `/`-separated. In Jupyter Book, without its extension.
    pub path: String,
    /// The title in the table; empty if the table has none for it.
    pub title: String,
}

/// A title for the file at `path`, from its name: `02-two_towers.md` gives "Two towers".
pub fn title_from_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let bare = stem.trim_start_matches(|c: char| c.is_ascii_digit() || "-_. ".contains(c));
    let words = if bare.is_empty() { stem } else { bare }.replace(['-', '_'], " ");
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_titles() {
        assert_eq!(title_from_name("a/02-two_towers.md"), "Two towers");
        assert_eq!(title_from_name("2024.md"), "2024");
        assert_eq!(title_from_name("élan"), "Élan");
        assert_eq!(title_from_name(""), "");
    }
}
