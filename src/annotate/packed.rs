//! Lists that stay encoded until they are read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Values that are encoded one after another. They are decoded one by one when they are read, so decoding the list
/// itself costs nothing and allocates nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackedList<'a>(#[serde(borrow)] Cow<'a, [u8]>);

impl PackedList<'_> {
    /// The list of `values`. O(length). Values that can't be encoded are left out; there are none.
    pub fn of<T: Serialize>(values: impl IntoIterator<Item = T>) -> PackedList<'static> {
        let bytes = values.into_iter().filter_map(|value| postcard::to_stdvec(&value).ok());
        PackedList(bytes.flatten().collect())
    }

    /// Whether the list has no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values, which must have the type of those that the list was made of. Ends at a value that can't be decoded.
    pub fn values<'s, T: Deserialize<'s>>(&'s self) -> impl Iterator<Item = T> + use<'s, T> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (value, after) = postcard::take_from_bytes(rest).ok()?;
            rest = after;
            Some(value)
        })
    }
}
