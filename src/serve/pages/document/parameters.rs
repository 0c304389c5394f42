//! The parameters of a document's page.

use serde::Deserialize;

use crate::serve::pages::format::address;
use crate::serve::pages::prose::PictureMode;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::serve::pages) struct DocumentPageParameters {
    /// The query that led to the document.
    pub q: String,
    /// The id of a section.
    pub at: String,
    /// The number of the page, 1-based; 0 for the page with the section `at`.
    pub page: usize,
    /// `1` to load pictures.
    pub images: String,
}

impl DocumentPageParameters {
    pub fn pictures(&self) -> PictureMode {
        if self.images == "1" { PictureMode::Loaded } else { PictureMode::Linked }
    }

    /// The address of the document with the id `id`, with these parameters.
    pub fn address(&self, id: &str, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let images = if self.pictures() == PictureMode::Loaded { "1" } else { "" };
        let parameters = [("q", &*self.q), ("page", &*page), ("images", images)];
        address(&format!("/documents/{id}"), &parameters)
    }
}
