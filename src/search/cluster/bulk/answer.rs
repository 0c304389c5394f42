//! What a cluster says about the actions of a chunk.

use std::collections::HashMap;

use serde::Deserialize;

use super::action::{ActionName, PreparedAction};
use crate::search::cluster::classify;
use crate::search::cluster::error_body::ErrorCause;
use crate::search::cluster::fault::{ClusterFault, WHOLE, quoted};

/// The answer to a bulk request.
#[derive(Debug, Deserialize)]
pub(super) struct BulkAnswer {
    /// One item for each action, in the order of the request. Each is an object with the name of the action as its only
    /// key.
    pub items: Vec<HashMap<String, ItemAnswer>>,
}

/// What happened to one action.
#[derive(Debug, Deserialize)]
pub(super) struct ItemAnswer {
    status: u16,
    #[serde(default)]
    error: Option<ErrorCause>,
}

/// What an [`ItemAnswer`] means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ItemOutcome {
    Written,
    Deleted,
    /// The document that was to be deleted was not there.
    WasMissing,
    /// The cluster could not do it now.
    Again(ClusterFault),
    Failed(ClusterFault),
}

impl BulkAnswer {
    /// The outcome of each of `actions`, in their order. `Err` if the answer does not have one item for each action.
    pub fn outcomes(self, actions: &[PreparedAction]) -> Result<Vec<ItemOutcome>, ClusterFault> {
        let (items, expected) = (self.items.len(), actions.len());
        if items != expected {
            let cause = format!("it has {items} items for {expected} actions");
            return Err(ClusterFault::Unreadable { node: WHOLE.to_owned(), cause });
        }
        let pairs = self.items.into_iter().zip(actions);
        pairs
            .map(|(item, action)| {
                let item = item.into_values().next().ok_or_else(|| ClusterFault::Unreadable {
                    node: WHOLE.to_owned(),
                    cause: "it has an empty item".to_owned(),
                })?;
                Ok(item.outcome(action))
            })
            .collect()
    }
}

impl ItemAnswer {
    fn outcome(self, action: &PreparedAction) -> ItemOutcome {
        let Some(error) = &self.error else {
            return match (self.status, action.name) {
                (404, ActionName::Delete) => ItemOutcome::WasMissing,
                (200..300, ActionName::Delete) => ItemOutcome::Deleted,
                (200..300, _) => ItemOutcome::Written,
                _ => ItemOutcome::Failed(self.fault(action, &ErrorCause::default())),
            };
        };
        match classify::of_error(WHOLE.to_owned(), self.status, error) {
            fault if fault.is_passing() => ItemOutcome::Again(fault),
            ClusterFault::Refused { .. } | ClusterFault::Mapping { .. } => {
                ItemOutcome::Failed(self.fault(action, error))
            }
            fault => ItemOutcome::Failed(fault),
        }
    }

    /// The fault that names the document.
    fn fault(&self, action: &PreparedAction, error: &ErrorCause) -> ClusterFault {
        ClusterFault::Item {
            id: quoted(&action.id),
            status: self.status,
            kind: quoted(error.kind.as_deref().unwrap_or("no type")),
            reason: quoted(error.reason.as_deref().unwrap_or_default()),
        }
    }
}
