//! Properties of a section that make it a poor search result, so that an editor may want to exclude its file.

use crate::annotate::SectionRole;
use crate::extract::labelled_cells;
use crate::extract::words::words;
use crate::search::SectionRecord;

/// A section that has code and fewer words of text than this counts as code only.
const CODE_WORDS: usize = 8;
/// A section without code and with fewer words than this is tiny.
const TINY_WORDS: usize = 15;
/// If more than one in this many characters of a text belongs to TeX, the section has the trait [`SectionTrait::Tex`].
const TEX_SHARE: usize = 8;

/// A property of a section that makes it a poor search result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionTrait {
    /// It has code and hardly any text.
    Code,
    /// At least half of its words are numbers.
    Numbers,
    /// More than half of its lines are rows of a table.
    Rows,
    /// It has few words and no code.
    Tiny,
    Navigation,
    Boilerplate,
    OffTopic,
    /// A large part of its text is TeX commands.
    Tex,
}

impl SectionTrait {
    pub const ALL: [SectionTrait; 8] = [
        SectionTrait::Code,
        SectionTrait::Numbers,
        SectionTrait::Rows,
        SectionTrait::Tiny,
        SectionTrait::Navigation,
        SectionTrait::Boilerplate,
        SectionTrait::OffTopic,
        SectionTrait::Tex,
    ];

    /// Whether `section` has this property. O(length).
    fn is_of(self, section: &SectionRecord) -> bool {
        let (text, role) = (section.text.as_str(), section.role);
        match self {
            SectionTrait::Code => !section.code.is_empty() && words(text) < CODE_WORDS,
            SectionTrait::Numbers => is_mostly_numbers(text),
            SectionTrait::Rows => is_mostly_rows(section),
            SectionTrait::Tiny => section.code.is_empty() && words(text) < TINY_WORDS,
            SectionTrait::Navigation => role == SectionRole::Navigation,
            SectionTrait::Boilerplate => role == SectionRole::Boilerplate,
            SectionTrait::OffTopic => role == SectionRole::OffTopic,
            SectionTrait::Tex => tex_characters(text) * TEX_SHARE > text.chars().count(),
        }
    }
}

/// The properties of one section: a bit for each of [`SectionTrait::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SectionTraits(u8);

impl SectionTraits {
    /// The properties of `section`. O(length).
    pub fn of(section: &SectionRecord) -> SectionTraits {
        let all = SectionTrait::ALL.iter().filter(|own| own.is_of(section));
        SectionTraits(all.fold(0, |bits, own| bits | 1 << *own as u8))
    }

    pub fn has(self, one: SectionTrait) -> bool {
        self.0 & (1 << one as u8) != 0
    }

    /// Whether the section has at least one of the properties.
    pub fn is_suspect(self) -> bool {
        self.0 != 0
    }
}

/// Whether at least half of the words of `text` are numbers. A word is a number if it contains digits but no letters.
fn is_mostly_numbers(text: &str) -> bool {
    let (mut all, mut numbers) = (0, 0);
    for word in text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)) {
        all += 1;
        numbers += usize::from(!word.contains(char::is_alphabetic));
    }
    all > 0 && numbers * 2 >= all
}

/// Whether more than half of the lines of `section` are rows of a table. Reads the author's Markdown if it is stored,
/// because rows may look like prose in the text.
fn is_mostly_rows(section: &SectionRecord) -> bool {
    let is_row: fn(&str) -> bool = match section.markup.is_empty() {
        true => |line| line.contains(" | ") || labelled_cells(line).is_some(),
        false => |line| {
            let line = line.trim();
            line.starts_with('|') && line.ends_with('|') || line.matches(" | ").count() >= 2
        },
    };
    let text = if section.markup.is_empty() { &section.text } else { &section.markup };
    let (mut all, mut rows) = (0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        all += 1;
        rows += usize::from(is_row(line));
    }
    rows * 2 > all
}

/// The number of characters of `text` that belong to TeX commands or are TeX's special characters.
fn tex_characters(text: &str) -> usize {
    let mut count = 0;
    let mut is_command = false;
    for c in text.chars() {
        is_command = c == '\\' || (is_command && c.is_ascii_alphabetic());
        count += usize::from(is_command || matches!(c, '$' | '^' | '_' | '{' | '}'));
    }
    count
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::extract::Address;
    use crate::search::fixture;

    /// A section of the file `path` in `source`, at the lines `lines`.
    pub fn record(source: &str, path: &str, lines: (u32, u32), text: &str) -> SectionRecord {
        SectionRecord {
            source: source.into(),
            path: path.into(),
            headings: Vec::new(),
            address: Address::Lines(lines.0, lines.1),
            ..fixture::record("", text)
        }
    }

    pub const PROSE: &str = "A feature store keeps the features that a model reads, so that training and serving agree.";

    fn traits(section: &SectionRecord) -> Vec<SectionTrait> {
        let traits = SectionTraits::of(section);
        SectionTrait::ALL.into_iter().filter(|one| traits.has(*one)).collect()
    }

    fn of_text(text: &str) -> Vec<SectionTrait> {
        traits(&record("a/b", "a.md", (1, 2), text))
    }

    #[test]
    fn prose_is_not_suspect() {
        assert_eq!(of_text(PROSE), []);
        let with_code = SectionRecord { code: "x = 1".into(), ..record("a/b", "c", (1, 2), PROSE) };
        assert!(!SectionTraits::of(&with_code).is_suspect());
        let price = format!("{PROSE} It costs $5 for 3 GB, user_id and item_id included.");
        assert_eq!(of_text(&price), []);
    }

    #[test]
    fn code_without_prose_is_distinguished_from_short_text_without_code() {
        let code = SectionRecord { code: "x = 1".into(), ..record("a/b", "c", (1, 2), "Run it:") };
        assert_eq!(traits(&code), [SectionTrait::Code]);
        assert_eq!(of_text("See the next page."), [SectionTrait::Tiny]);
    }

    #[test]
    fn dumps_of_numbers_and_table_rows_are_found_in_either_form() {
        let numbers = "epoch 1 0.91 0.88 12 epoch 2 0.93 0.89 13 epoch 3 0.94 0.90 14 loss 0.2";
        assert_eq!(of_text(numbers), [SectionTrait::Numbers]);
        let row = "Acme | a system that ranks the videos of a feed by watch time | 2021\n";
        assert_eq!(of_text(&row.repeat(3)), [SectionTrait::Rows]);
        let labelled =
            "Company: Acme; Title: a system that ranks the videos of a feed by watch time\n";
        assert_eq!(of_text(&labelled.repeat(3)), [SectionTrait::Rows]);
        let markup = "| Acme | a system that ranks videos |\n".repeat(3);
        let table = SectionRecord { markup, ..record("a/b", "t.md", (1, 3), PROSE) };
        assert_eq!(traits(&table), [SectionTrait::Rows]);
        let pair = format!("{PROSE}\nPros: it is fast; cons: it is dear.\n{PROSE}");
        assert_eq!(of_text(&pair), [], "one such line in prose is no table");
    }

    #[test]
    fn formulas_count_only_where_they_are_a_large_part_of_the_text() {
        let formula = r"\sum_{i=1}^{n} \frac{w_i}{p_i}";
        assert_eq!(of_text(&format!("{PROSE} {PROSE} {PROSE} {formula}")), []);
        let text = format!("We add the terms that follow here in each of these steps: {formula}");
        assert_eq!(of_text(&format!("{text} {formula} {formula}")), [SectionTrait::Tex]);
    }

    #[test]
    fn the_role_of_a_section_is_one_of_its_traits() {
        let section =
            SectionRecord { role: SectionRole::OffTopic, ..record("a/b", "c", (1, 2), PROSE) };
        assert_eq!(traits(&section), [SectionTrait::OffTopic]);
    }
}
