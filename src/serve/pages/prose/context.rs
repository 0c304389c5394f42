//! What a document is rendered with.

use url::Url;

use super::images::PictureMode;
use crate::typeset::Typesetter;

/// What a document is rendered with.
pub(in crate::serve::pages) struct ProseContext<'a> {
    /// The file's own URL, against which relative URLs are resolved.
    pub base: Option<&'a Url>,
    pub pictures: PictureMode,
    pub typesetter: &'a Typesetter,
}
