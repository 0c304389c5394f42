//! What a document is rendered with.

use super::images::PictureMode;
use super::links::LinkTargets;
use crate::typeset::Typesetter;

/// What a document is rendered with.
pub(in crate::serve::pages) struct ProseContext<'a> {
    pub targets: LinkTargets<'a>,
    pub pictures: PictureMode,
    pub typesetter: &'a Typesetter,
}
