//! Labels of what guides, edges, topics and sections should show, as tab-separated files. They contain addresses and
//! grades, no text of the sources.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, bail};

/// Which labels are used. Settings are chosen on `Tune`; `Held` is looked at only at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelPart {
    Tune,
    Held,
    All,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LabelledPlace {
    pub source: String,
    pub path: String,
    pub line: u32,
}

/// A passage that an expert would show for a step of a case.
#[derive(Clone, Debug)]
pub struct CellLabel {
    pub case: String,
    pub step: String,
    /// Where it begins, and where copies of it begin.
    pub places: Vec<LabelledPlace>,
    /// 2 for one of the best, 1 for a good one.
    pub grade: u8,
}

/// Whether a document is about a case.
#[derive(Clone, Debug)]
pub struct DocumentLabel {
    pub case: String,
    pub source: String,
    pub path: String,
    /// 2 if all of it is, 1 if a part is, 0 if it only looks like it.
    pub about: u8,
}

/// A sentence that names two topics.
#[derive(Clone, Debug)]
pub struct SentenceLabel {
    pub topics: [String; 2],
    pub source: String,
    pub path: String,
    /// The first eight hexadecimal digits of the BLAKE3 of its first four words, in lower case, separated by spaces.
    pub hash: String,
    /// 2 if it states a relation, 1 if it names both, 0 if it is no sentence or has another sense.
    pub grade: u8,
}

/// A grade of one thing for a topic: a resource's URL, or another topic.
#[derive(Clone, Debug)]
pub struct TopicLabel {
    pub topic: String,
    pub other: String,
    pub grade: u8,
}

/// The topics and steps of a section.
#[derive(Clone, Debug)]
pub struct SectionLabel {
    pub place: LabelledPlace,
    /// The topics that it is about.
    pub topics: BTreeSet<String>,
    pub steps: BTreeSet<String>,
}

/// All labels of a folder.
#[derive(Clone, Debug, Default)]
pub struct GraphLabels {
    pub cells: Vec<CellLabel>,
    pub documents: Vec<DocumentLabel>,
    pub sentences: Vec<SentenceLabel>,
    pub resources: Vec<TopicLabel>,
    /// 3: named first by an expert, 2: acceptable, 0: a mistake.
    pub related: Vec<TopicLabel>,
    /// 2: must come before, 1: helps, 0: no prerequisite.
    pub prerequisites: Vec<TopicLabel>,
    pub sections: Vec<SectionLabel>,
    /// The topics that the vocabulary had when the labels were written. What is shown of later topics is left out.
    pub known: BTreeSet<String>,
}

impl GraphLabels {
    /// Reads the labels of `part` from the files in `folder`. `Err` names a file that is missing or the line that is
    /// invalid.
    pub fn read(folder: &Path, part: LabelPart) -> anyhow::Result<GraphLabels> {
        let table = |name: &str| LabelTable::read(&folder.join(name), part);
        let mut copies: HashMap<LabelledPlace, Vec<LabelledPlace>> = HashMap::new();
        for row in table("same.tsv")?.rows() {
            let place = row.place("line")?;
            let (source, path) = (place.source.clone(), row.text("same_path")?.to_owned());
            let copy = LabelledPlace { source, path, line: row.number("same_line")? };
            copies.entry(place).or_default().push(copy);
        }
        let mut labels = GraphLabels::default();
        for row in table("cells.tsv")?.rows() {
            let place = row.place("line")?;
            let mut places = copies.get(&place).cloned().unwrap_or_default();
            places.push(place);
            let (case, step) = (row.owned("case")?, row.owned("step")?);
            labels.cells.push(CellLabel { case, step, places, grade: row.number("grade")? });
        }
        for row in table("documents.tsv")?.rows() {
            labels.documents.push(DocumentLabel {
                case: row.owned("case")?,
                source: row.owned("source")?,
                path: row.owned("path")?,
                about: row.number("about")?,
            });
        }
        for row in table("evidence.tsv")?.rows() {
            labels.sentences.push(SentenceLabel {
                topics: [row.owned("a")?, row.owned("b")?],
                source: row.owned("source")?,
                path: row.owned("path")?,
                hash: row.owned("hash")?,
                grade: row.number("grade")?,
            });
        }
        for row in table("sections.tsv")?.rows() {
            labels.sections.push(SectionLabel {
                place: row.place("first")?,
                topics: row.list("topics")?,
                steps: row.list("steps")?,
            });
        }
        for row in table("topics.tsv")?.rows() {
            labels.known.insert(row.owned("topic")?);
        }
        labels.resources = of_topics(&table("resources.tsv")?, "url")?;
        labels.related = of_topics(&table("related.tsv")?, "other")?;
        labels.prerequisites = of_topics(&table("prerequisites.tsv")?, "other")?;
        Ok(labels)
    }
}

fn of_topics(table: &LabelTable, other: &str) -> anyhow::Result<Vec<TopicLabel>> {
    let label = |row: LabelRow| {
        let (topic, other) = (row.owned("topic")?, row.owned(other)?);
        Ok(TopicLabel { topic, other, grade: row.number("grade")? })
    };
    table.rows().map(label).collect()
}

/// A file of tab-separated values with a header.
struct LabelTable {
    name: String,
    columns: Vec<String>,
    /// The rows of the wanted part, with their line numbers.
    lines: Vec<(usize, Vec<String>)>,
}

impl LabelTable {
    fn read(path: &Path, part: LabelPart) -> anyhow::Result<LabelTable> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        let mut lines = text.lines();
        let columns = cells(lines.next().unwrap_or_default());
        let part_at = columns.iter().position(|column| column == "part");
        let is_wanted = |row: &Vec<String>| match (part, part_at.and_then(|at| row.get(at))) {
            (LabelPart::All, _) | (_, None) => true,
            (LabelPart::Held, Some(own)) => own == "held",
            (LabelPart::Tune, Some(own)) => own != "held",
        };
        let numbered = lines.enumerate().map(|(at, line)| (at + 2, cells(line)));
        let lines = numbered.filter(|(_, row)| is_wanted(row)).collect();
        Ok(LabelTable { name, columns, lines })
    }

    fn rows(&self) -> impl Iterator<Item = LabelRow<'_>> {
        self.lines.iter().map(|(line, cells)| LabelRow { table: self, line: *line, cells })
    }
}

struct LabelRow<'t> {
    table: &'t LabelTable,
    line: usize,
    cells: &'t [String],
}

impl<'t> LabelRow<'t> {
    fn text(&self, column: &str) -> anyhow::Result<&'t str> {
        let at = self.table.columns.iter().position(|own| own == column);
        match at.and_then(|at| self.cells.get(at)) {
            Some(cell) => Ok(cell),
            None => bail!("{}, line {}: no column {column:?}", self.table.name, self.line),
        }
    }

    fn owned(&self, column: &str) -> anyhow::Result<String> {
        self.text(column).map(str::to_owned)
    }

    fn number<N: std::str::FromStr>(&self, column: &str) -> anyhow::Result<N> {
        let text = self.text(column)?;
        let (name, line) = (&self.table.name, self.line);
        let number = text.parse().ok();
        number.with_context(|| format!("{name}, line {line}: {column} is {text:?}, not a number"))
    }

    fn list(&self, column: &str) -> anyhow::Result<BTreeSet<String>> {
        let items = self.text(column)?.split(',').filter(|item| !item.is_empty());
        Ok(items.map(str::to_owned).collect())
    }

    fn place(&self, line: &str) -> anyhow::Result<LabelledPlace> {
        let (source, path) = (self.owned("source")?, self.owned("path")?);
        Ok(LabelledPlace { source, path, line: self.number(line)? })
    }
}
