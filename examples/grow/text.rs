//! Makes new Markdown documents in the form of real ones.

/// In forks, one word in this many differs from the original.
const CHANGED_WORD: usize = 80;
/// A text with fewer words is not spliced from two.
const LEAST_WORDS: usize = 4;

/// A line of Markdown: how it begins, and the texts that are drawn again.
enum MarkdownLine<'a> {
    /// Kept as it is.
    Kept,
    /// Left out: markup that would have to match other lines.
    Skipped,
    Code,
    /// A list marker or nothing, then sentences.
    Prose {
        marker: &'a str,
        sentences: Vec<&'a str>,
    },
    Row(Vec<&'a str>),
}

/// Splits `text` into its lines, and calls `take` with each.
fn each_line<'a>(text: &'a str, mut take: impl FnMut(&'a str, MarkdownLine<'a>)) {
    let (mut is_code, mut is_front, mut number) = (false, false, 0);
    for line in text.lines() {
        number += 1;
        let bare = line.trim_start();
        let is_fence = bare.starts_with("```") || bare.starts_with("~~~");
        let is_border = line.trim_end() == "---" && (number == 1 || is_front);
        let kind = if is_border || is_front {
            is_front ^= is_border;
            MarkdownLine::Kept
        } else if is_fence {
            is_code = !is_code;
            MarkdownLine::Kept
        } else if is_code {
            MarkdownLine::Code
        } else if bare.is_empty() || bare.starts_with('#') || !bare.contains(char::is_alphanumeric)
        {
            MarkdownLine::Kept
        } else if bare.starts_with(['<', '{', '[']) || bare.starts_with("import ") {
            MarkdownLine::Skipped
        } else if bare.starts_with('|') {
            MarkdownLine::Row(bare.trim_matches('|').split('|').collect())
        } else {
            let marker = line.len() - bare.trim_start_matches(['-', '*', '+', '>', ' ']).len();
            let (marker, rest) = line.split_at(marker);
            MarkdownLine::Prose { marker, sentences: rest.split_inclusive(". ").collect() }
        };
        take(line, kind);
    }
    if is_code {
        take("```", MarkdownLine::Kept);
    }
}

/// The texts of all documents, from which new ones are drawn.
#[derive(Default)]
pub struct TextPools {
    sentences: Vec<String>,
    cells: Vec<String>,
    code: Vec<String>,
}

impl TextPools {
    /// Adds the texts of one document.
    pub fn add(&mut self, text: &str) {
        each_line(text, |line, kind| match kind {
            MarkdownLine::Kept | MarkdownLine::Skipped => {}
            MarkdownLine::Code => self.code.push(line.to_owned()),
            MarkdownLine::Prose { sentences, .. } => {
                self.sentences.extend(sentences.into_iter().map(str::to_owned));
            }
            MarkdownLine::Row(cells) => self.cells.extend(cells.into_iter().map(str::to_owned)),
        });
    }

    /// A document in the form of `text`. `own` is a word that is part of the changed links.
    pub fn document(&self, text: &str, own: &str, dice: &mut fastrand::Rng) -> String {
        let mut new = String::new();
        each_line(text, |line, kind| {
            match kind {
                MarkdownLine::Skipped => return,
                MarkdownLine::Kept => new.push_str(line),
                MarkdownLine::Code => new.push_str(&spliced(&self.code, dice)),
                MarkdownLine::Prose { marker, sentences } => {
                    new.push_str(marker);
                    for _ in sentences {
                        let sentence = linked(&spliced(&self.sentences, dice), own, dice);
                        new.push_str(sentence.trim_start());
                    }
                }
                MarkdownLine::Row(cells) => {
                    for _ in cells {
                        new +=
                            &format!("| {} ", linked(spliced(&self.cells, dice).trim(), own, dice));
                    }
                    new.push('|');
                }
            }
            new.push('\n');
        });
        new
    }
}

/// The beginning of one text of `pool` and the end of another. Short texts and texts with a link in the middle are not
/// cut, but returned whole.
fn spliced(pool: &[String], dice: &mut fastrand::Rng) -> String {
    let mut halves = || {
        let text = dice.choice(pool).map_or("", String::as_str);
        let is_short = text.split_whitespace().count() < LEAST_WORDS;
        let cut = text.match_indices(' ').map(|(at, _)| at).find(|at| *at >= text.len() / 2);
        let is_whole =
            |at: &usize| text[..*at].matches('[').count() == text[..*at].matches(')').count();
        cut.filter(|at| !is_short && is_whole(at)).map_or((text, ""), |at| text.split_at(at))
    };
    match halves() {
        (whole, "") => format!("{whole} "),
        (begin, _) => {
            let mut ends = std::iter::repeat_with(|| halves().1);
            format!("{begin}{}", ends.find(|end| !end.is_empty()).unwrap_or_default())
        }
    }
}

/// `text` with each of its links changed with a probability of a half.
fn linked(text: &str, own: &str, dice: &mut fastrand::Rng) -> String {
    let mut parts = text.split("](http");
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (url, rest) = part.split_once(')').unwrap_or((part, ""));
        let more = if dice.bool() { format!("/{own}") } else { String::new() };
        new += &format!("](http{url}{more}){rest}");
    }
    new
}

/// `text` with some of its words replaced. Lines keep their first word, which may be a marker or a heading's.
pub fn changed(text: &str, dice: &mut fastrand::Rng) -> String {
    let mut new = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        for (at, word) in line.split_inclusive(' ').enumerate() {
            let is_plain = word.ends_with(' ') && word.trim_end().chars().all(char::is_alphabetic);
            match at > 0 && !line.starts_with('#') && is_plain && dice.usize(..CHANGED_WORD) == 0 {
                true => new += &format!("changed{} ", dice.u16(..)),
                false => new.push_str(word),
            }
        }
    }
    new
}
