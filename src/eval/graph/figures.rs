//! The figure of each measure, compared with another run.

use std::collections::BTreeMap;

use serde::Serialize;

use super::values::{GraphMeasure, GraphValue};
use crate::eval::measures::chance;

/// The figure of one measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphFigure {
    pub measure: GraphMeasure,
    /// The number of values.
    pub values: usize,
    pub mean: f64,
    /// The mean of the run to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// The p-value of the differences of those values that both runs have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

/// One figure for each measure with values. `before` is the run to compare with.
pub fn figures(values: &[GraphValue], before: Option<&[GraphValue]>) -> Vec<GraphFigure> {
    let own = by_measure(values);
    let before = before.map(by_measure);
    let figure = |(measure, values): (&GraphMeasure, &BTreeMap<&str, f64>)| {
        let other = before.as_ref().and_then(|before| before.get(measure));
        let pairs = |other: &BTreeMap<&str, f64>| {
            let of = |(key, value): (&&str, &f64)| Some(value - other.get(key)?);
            chance(&values.iter().filter_map(of).collect::<Vec<_>>())
        };
        GraphFigure {
            measure: *measure,
            values: values.len(),
            mean: mean(values),
            before: other.map(mean),
            p: other.map(pairs),
        }
    };
    own.iter().map(figure).collect()
}

fn by_measure(values: &[GraphValue]) -> BTreeMap<GraphMeasure, BTreeMap<&str, f64>> {
    let mut measures: BTreeMap<GraphMeasure, BTreeMap<&str, f64>> = BTreeMap::new();
    for GraphValue { measure, key, value } in values {
        measures.entry(*measure).or_default().insert(key, *value);
    }
    measures
}

fn mean(values: &BTreeMap<&str, f64>) -> f64 {
    values.values().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::graph::values::{read_values, write_values};

    fn value(key: &str, value: f64) -> GraphValue {
        GraphValue { measure: GraphMeasure::Steps, key: key.into(), value }
    }

    #[test]
    fn runs_are_compared_by_key_and_survive_being_stored() {
        let before: Vec<_> = (0..12).map(|at| value(&at.to_string(), 0.0)).collect();
        let after: Vec<_> = (0..12).map(|at| value(&at.to_string(), 1.0)).collect();
        let figures = figures(&after, Some(&before));
        let [figure] = &figures[..] else { panic!("{figures:?}") };
        assert_eq!((figure.values, figure.mean, figure.before), (12, 1.0, Some(0.0)));
        assert!(figure.p.unwrap() < 0.01);
        let mut stored = Vec::new();
        write_values(&after, &mut stored).unwrap();
        assert_eq!(read_values(&stored[..]).unwrap(), after);
        assert!(read_values(&b"{}\n"[..]).unwrap_err().to_string().contains("line 1"));
        assert_eq!(GraphMeasure::BestCellPassages.name(), "best-cell-passages");
    }
}
