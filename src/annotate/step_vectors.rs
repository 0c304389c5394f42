//! Fitted vectors of the steps: how the meaning of a section and of its heading supports each step, or none.
//!
//! `sources/meaning/steps.tsv` has them. `sources/meaning/steps.py` fitted them on labelled sections, as the README there
//! describes.

use std::collections::BTreeMap;

use crate::config::DataFiles;
use crate::meaning::{DIMENSIONS, MeaningTable, MeaningVector};

/// The file, relative to the folder of data files. Only the one inside the program counts: it belongs to its table.
const FILE: &str = "meaning/steps.tsv";

/// What the meaning of a section says about a step. All numbers are support.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StepVector {
    constant: f32,
    section: Vec<f32>,
    heading: Vec<f32>,
}

impl StepVector {
    /// The vectors of all steps, by slug. Empty if they were not fitted for `table`. O(length of the file).
    pub fn load(table: &MeaningTable) -> BTreeMap<String, StepVector> {
        let bytes = DataFiles::compiled(FILE).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        parse(&text, &table.version()).unwrap_or_default()
    }

    /// How much a section with the meaning `section`, and with that of its `heading` if it is known, supports the step.
    pub fn support(&self, section: &MeaningVector, heading: Option<&MeaningVector>) -> f32 {
        let heading = heading.map_or(0.0, |heading| product(&self.heading, heading));
        self.constant + product(&self.section, section) + heading
    }
}

/// The product of `weights` and the direction of `vector`.
fn product(weights: &[f32], vector: &MeaningVector) -> f32 {
    let length = vector.length() as f32;
    let sum: f32 =
        weights.iter().zip(&vector.components).map(|(weight, c)| weight * f32::from(*c)).sum();
    if length > 0.0 { sum / length } else { 0.0 }
}

/// Reads the lines of the file: the `version` of the table, then for each step its slug, the constant, and the weights for
/// the section and the heading, in hundredths. `None` if a line is invalid or the version is another.
fn parse(text: &str, version: &str) -> Option<BTreeMap<String, StepVector>> {
    let mut lines = text.lines();
    if lines.next()? != format!("table\t{version}") {
        return None;
    }
    let step = |line: &str| {
        let (slug, numbers) = line.split_once('\t')?;
        let numbers: Vec<f32> = numbers
            .split(' ')
            .map(|n| Some(f32::from(n.parse::<i16>().ok()?) / 100.0))
            .collect::<Option<_>>()?;
        let (constant, weights) = numbers.split_first()?;
        if weights.len() != 2 * DIMENSIONS {
            return None;
        }
        let (section, heading) = weights.split_at(DIMENSIONS);
        let vector = StepVector {
            constant: *constant,
            section: section.to_vec(),
            heading: heading.to_vec(),
        };
        Some((slug.to_owned(), vector))
    };
    lines.map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_fits_the_table_and_has_every_step() {
        let table = MeaningTable::load(&DataFiles::Compiled).unwrap();
        let vocabulary = crate::vocabulary::load(&DataFiles::Compiled).unwrap();
        let vectors = StepVector::load(&table);
        assert!(vocabulary.steps.iter().all(|step| vectors.contains_key(&step.slug)));
        assert_eq!(vectors.len(), vocabulary.steps.len());
    }

    #[test]
    fn a_file_for_another_table_or_with_invalid_lines_is_not_used() {
        let zeros = vec!["0"; 2 * DIMENSIONS].join(" ");
        let good = format!("table\tv1\ndata\t250 {zeros}\n");
        let found = parse(&good, "v1").unwrap();
        assert!((found["data"].constant - 2.5).abs() < 1e-6);
        assert_eq!(parse(&good, "v2"), None);
        for bad in ["", "table\tv1\ndata", "table\tv1\ndata\t1 2 3", &good.replace("250", "x")] {
            assert_eq!(parse(bad, "v1"), None, "{bad}");
        }
    }
}
