//! Judged queries: reference passages, and the grades that people gave them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, bail};

use super::RunHit;

/// A hit with more lines doesn't match a passage merely because it contains half of the passage. Without this limit, a
/// very long hit could match every passage in its file.
const LONGEST_HIT: u32 = 90;
/// The highest grade. Higher grades in a file are lowered to it.
const HIGHEST: u8 = 10;

/// A query with its id and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedQuery {
    pub qid: String,
    /// The kind of the query, such as `concept`, `question` or `acronym`. Results are reported for each kind.
    pub kind: String,
    pub text: String,
}

/// A range of lines: the numbers of the first and the last line, inclusive.
#[derive(Clone, Copy, Debug)]
struct LineRange {
    first: u32,
    last: u32,
}

impl LineRange {
    fn length(self) -> u32 {
        self.last.saturating_sub(self.first) + 1
    }

    /// The number of lines in both `self` and `other`.
    fn shared(self, other: LineRange) -> u32 {
        (self.last.min(other.last) + 1).saturating_sub(self.first.max(other.first))
    }
}

/// A file of a source.
#[derive(Debug, PartialEq, Eq, Hash)]
struct JudgedFile {
    /// The source's id, in lower case.
    source: String,
    path: String,
}

impl JudgedFile {
    fn new(source: &str, path: &str) -> JudgedFile {
        JudgedFile { source: source.to_lowercase(), path: path.to_owned() }
    }
}

/// A reference passage.
#[derive(Clone, Debug)]
struct JudgedPassage {
    lines: LineRange,
    /// A number that identifies the passage's text. Passages with the same text have the same number.
    text: usize,
}

/// How a hit counts whose text was not judged for the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnjudgedHits {
    /// Its grade is 0.
    Zero,
    /// It is left out. For engines that find other passages than those whose hits were judged.
    LeftOut,
}

/// All judgements.
#[derive(Debug, Default)]
pub struct Judgements {
    pub queries: Vec<JudgedQuery>,
    passages: HashMap<JudgedFile, Vec<JudgedPassage>>,
    /// For each query id, the grade of each judged text. The text is given by its number (see `JudgedPassage::text`).
    grades: BTreeMap<String, HashMap<usize, u8>>,
}

impl Judgements {
    /// Reads the three files: `queries` (id, kind, text), `qrels` (TREC: id, 0, passage, grade) and `passages`
    /// (id, id of its text, `owner/name:path:first-last`). Columns are separated by tabs, in `qrels` by white space.
    ///
    /// `Err` names the invalid file and line. Judgements of unknown passages are skipped.
    pub fn read(queries: &Path, qrels: &Path, passages: &Path) -> anyhow::Result<Judgements> {
        let mut judgements = Judgements::default();
        let mut texts: HashMap<String, usize> = HashMap::new();
        let mut text_of: HashMap<String, usize> = HashMap::new();
        each_line(passages, |line| {
            let (id, rest) = line.split_once('\t').context("no tab")?;
            let (text, address) = rest.split_once('\t').context("one tab only")?;
            let (place, lines) = address.rsplit_once(':').context("no lines")?;
            let (source, path) = place.split_once(':').context("no path")?;
            let (first, last) = lines.split_once('-').context("no last line")?;
            let next = texts.len();
            let text = *texts.entry(text.to_owned()).or_insert(next);
            text_of.insert(id.to_owned(), text);
            let lines = LineRange { first: first.parse()?, last: last.parse()? };
            let passage = JudgedPassage { lines, text };
            let file = JudgedFile::new(source, path);
            judgements.passages.entry(file).or_default().push(passage);
            Ok(())
        })?;
        each_line(qrels, |line| {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let [qid, _, passage, grade] = parts[..] else { bail!("not four columns") };
            let grade: u8 = grade.parse().context("no grade")?;
            if let Some(text) = text_of.get(passage) {
                let grades = judgements.grades.entry(qid.to_owned()).or_default();
                let known = grades.entry(*text).or_insert(0);
                *known = (*known).max(grade.min(HIGHEST));
            }
            Ok(())
        })?;
        each_line(queries, |line| {
            let (qid, rest) = line.split_once('\t').context("no tab")?;
            let (kind, text) = rest.split_once('\t').context("one tab only")?;
            let query =
                JudgedQuery { qid: qid.to_owned(), kind: kind.to_owned(), text: text.to_owned() };
            judgements.queries.push(query);
            Ok(())
        })?;
        Ok(judgements)
    }

    /// The grades of all texts that were judged for the query `qid`, highest first.
    pub fn ideal(&self, qid: &str) -> Vec<u8> {
        let mut grades: Vec<u8> =
            self.grades.get(qid).map(|g| g.values().copied().collect()).unwrap_or_default();
        grades.sort_unstable_by(|a, b| b.cmp(a));
        grades
    }

    /// The grades of `hits`, in order, but of at most `most` hits. Skips hits that have no lines, and hits in files
    /// without reference passages.
    ///
    /// A hit matches a passage if the passage contains at least half of the hit's lines. The hit also matches if it
    /// contains at least half of the passage's lines and has at most 90 lines. The grade of a hit is the highest grade
    /// of the passages that it matches. A passage has grade 0 if an earlier hit matched its text. `unjudged` says what
    /// happens if no text of the hit is judged for the query.
    pub fn grades(
        &self,
        qid: &str,
        hits: &[RunHit],
        most: usize,
        unjudged: UnjudgedHits,
    ) -> Vec<u8> {
        let judged = self.grades.get(qid);
        let grade = |text: &usize| judged.and_then(|judged| judged.get(text)).copied().unwrap_or(0);
        let mut seen: HashSet<usize> = HashSet::new();
        let mut grades = Vec::new();
        for hit in hits {
            let file = JudgedFile::new(&hit.source, &hit.path);
            let (Some(passages), Some((first, last))) = (self.passages.get(&file), hit.lines)
            else {
                continue;
            };
            let lines = LineRange { first, last };
            let texts = passages.iter().filter(|p| is_same(lines, p.lines)).map(|p| p.text);
            let texts: Vec<usize> = texts.collect();
            let is_judged = |text: &usize| judged.is_some_and(|judged| judged.contains_key(text));
            if unjudged == UnjudgedHits::LeftOut && !texts.iter().any(is_judged) {
                continue;
            }
            let fresh: Vec<usize> = texts.into_iter().filter(|text| seen.insert(*text)).collect();
            grades.push(fresh.iter().map(grade).max().unwrap_or(0));
            if grades.len() == most {
                break;
            }
        }
        grades
    }
}

/// Whether the lines of a hit match those of a passage.
fn is_same(hit: LineRange, passage: LineRange) -> bool {
    let shared = hit.shared(passage);
    let of_hit = 2 * shared >= hit.length();
    let of_passage = 2 * shared >= passage.length() && hit.length() <= LONGEST_HIT;
    shared > 0 && (of_hit || of_passage)
}

/// Calls `read` with each non-blank line of the file `path`. `Err` names the file and the invalid line.
fn each_line(path: &Path, mut read: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        read(line).with_context(|| format!("{}, line {}", path.display(), at + 1))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LineRange, is_same};

    #[test]
    fn a_hit_matches_a_passage_if_they_share_half_of_either() {
        let lines = |(first, last)| LineRange { first, last };
        let matches = |hit, passage| is_same(lines(hit), lines(passage));
        assert!(matches((1, 10), (6, 40)), "half of the hit");
        assert!(!matches((1, 10), (7, 40)));
        assert!(matches((1, 90), (81, 95)), "half of the passage");
        assert!(!matches((1, 91), (81, 95)), "the hit is too long");
        assert!(!matches((1, 3), (4, 5)));
    }
}
