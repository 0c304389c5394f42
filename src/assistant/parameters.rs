//! The arguments of the tools, and what clients read about them.

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SearchParameters {
    /// Words, "phrases", -not, OR, source: topic: step: kind: lang: has: since:
    pub query: String,
    /// Passages, 10 by default, at most 50.
    pub limit: Option<u32>,
    /// Only this source: its id such as `owner/name`, its owner, or the name of its repository.
    pub source: Option<String>,
    /// Only about this topic: its id or any of its names.
    pub topic: Option<String>,
    /// Only this step of a design answer, such as `serving`.
    pub step: Option<String>,
    /// `false`: do not prefer the sources that the query names (`query.understood.preferred`).
    pub names: Option<bool>,
    /// `false`: do not rank by meaning, and find only passages that contain words of the query.
    pub meaning: Option<bool>,
    /// `true`: without facets, papers and copies, and with snippets of at most 200 characters.
    pub brief: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SectionParameters {
    /// The id of a section, from search results. The id of an earlier section leads to the current one.
    pub id: String,
    /// `true`: only the first 1,000 characters of the text, without links, mentions and related sections.
    pub brief: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct TopicParameters {
    /// Its id or any of its names.
    pub id: String,
    /// `true`: at most three passages and three works, each with at most 200 characters.
    pub brief: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RelatedParameters {
    /// Its id or any of its names.
    pub topic: String,
    /// Topics, 10 by default, at most 50.
    pub limit: Option<u32>,
    /// `true`: only one sentence of evidence for each topic.
    pub brief: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct LearnParameters {
    /// Its id or any of its names.
    pub topic: String,
    /// `true`: without definitions; `topic` has them.
    pub brief: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct CaseParameters {
    /// The case study, such as `video recommendation`.
    pub case: String,
    /// Passages for each step, 3 by default, at most 10.
    pub limit: Option<u32>,
    /// `true`: one passage for each step, with at most 200 characters.
    pub brief: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ResourcesParameters {
    /// Words of the title, URL, topics, authors or abstract.
    pub query: Option<String>,
    /// A topic's id or any of its names.
    pub topic: Option<String>,
    /// Works, 20 by default, at most 50.
    pub limit: Option<u32>,
    /// `true`: without abstracts and the sentences that cite a work.
    pub brief: Option<bool>,
}
