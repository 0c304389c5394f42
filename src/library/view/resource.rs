//! The works that sources cite.

use schemars::JsonSchema;
use serde::Serialize;

use crate::annotate::resources::ResourceKind;
use crate::catalogue::rights::Showable;

/// The maximum number of authors that a byline names.
const NAMED_AUTHORS: usize = 3;

/// A cited article, paper, talk or tool.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResourceView {
    pub url: String,
    pub title: String,
    pub kind: ResourceKind,
    pub year: Option<u16>,
    /// The authors of a paper, if arXiv gave them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// The beginning of a paper's abstract, if arXiv gave it.
    #[serde(rename = "abstract", skip_serializing_if = "Option::is_none")]
    pub abstract_text: Option<Showable>,
    /// The number of independent voices that cite it: authors (owners of repositories), folders and archives. Copies
    /// and forks count as their originals.
    pub cited_by: usize,
    /// All sources that cite it, including several of one author.
    pub sources: Vec<String>,
    pub topics: Vec<String>,
    /// Other URLs of the same work.
    pub also: Vec<String>,
    /// Sentences in which sources cite it.
    pub said: Vec<SaidView>,
    pub dead: bool,
    /// The day on which it was first found dead; `None` if it is not dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_since: Option<String>,
    /// If the resource is dead: the URL of an archived copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
}

impl ResourceView {
    /// The first authors, and the number of the others, for example `Ann Example, Bob Other, Eve Third and 4 more`.
    /// Empty if no author is known.
    pub fn byline(&self) -> String {
        let named = self.authors.iter().take(NAMED_AUTHORS).map(String::as_str);
        let named = named.collect::<Vec<_>>().join(", ");
        match self.authors.len().saturating_sub(NAMED_AUTHORS) {
            0 => named,
            others => format!("{named} and {others} more"),
        }
    }
}

/// A sentence in which a source cites a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Said")]
pub struct SaidView {
    pub source: String,
    pub sentence: Showable,
}
