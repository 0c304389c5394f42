//! Joins the blocks of a region that have columns at the same positions, such as the rows of a table.

use super::fragments::{PdfFragment, type_size};
use super::rivers::{RIVER, River, common, rivers};

/// A part of a region: one block, or several consecutive blocks.
pub(super) enum Zone {
    Block(Vec<PdfFragment>),
    /// Blocks with columns at the same positions.
    Rows {
        rows: Vec<Vec<PdfFragment>>,
        rivers: Vec<River>,
    },
}

/// Joins consecutive blocks that share their gaps between columns.
pub(super) fn zones(blocks: Vec<Vec<PdfFragment>>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for block in blocks {
        let own = rivers(&block, RIVER);
        if let Some(Zone::Rows { rows, rivers: shared }) = zones.last_mut() {
            let both = common(shared, &own);
            let least = RIVER * type_size(&block);
            if both.iter().any(|river| river.to - river.from >= least)
                && both.len() + 1 >= shared.len().max(own.len())
            {
                rows.push(block);
                *shared = both;
                continue;
            }
        }
        zones.push(match own.is_empty() {
            true => Zone::Block(block),
            false => Zone::Rows { rows: vec![block], rivers: own },
        });
    }
    let is_alone = |zone: &Zone| matches!(zone, Zone::Rows { rows, .. } if rows.len() == 1);
    let single = |zone: Zone| match zone {
        Zone::Rows { mut rows, .. } => Zone::Block(rows.pop().unwrap_or_default()),
        zone => zone,
    };
    zones
        .into_iter()
        .map(|zone| if is_alone(&zone) { single(zone) } else { refined(zone) })
        .collect()
}

/// `zone` with the gaps of all its rows together, if there are more of these gaps. A single row may have fewer gaps
/// than columns, because a cell is empty.
fn refined(zone: Zone) -> Zone {
    match zone {
        Zone::Rows { rows, rivers: shared } => {
            let all = rivers(&rows.concat(), RIVER);
            let rivers = if all.len() > shared.len() { all } else { shared };
            Zone::Rows { rows, rivers }
        }
        zone => zone,
    }
}
