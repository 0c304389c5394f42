//! The steps of query understanding that a request selects, and the report of what each step did.

use schemars::JsonSchema;
use serde::Serialize;

use super::question::Question;
use crate::search::index::field::Filter;

/// Which steps of query understanding to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Understanding {
    /// Words that name a topic also find sections that use its other labels.
    pub labels: bool,
    /// Misspelled words also find their corrections.
    pub spelling: bool,
    /// Filler words of a question are left out.
    pub filler: bool,
    /// The last word also finds words that begin with it, if it is unfinished or probably a prefix.
    pub completion: bool,
    /// Sections of a source are preferred if words of the query name the source.
    pub names: bool,
    /// Sections are also ranked by meaning, and found by it.
    pub meaning: bool,
}

impl Understanding {
    /// All steps.
    pub const FULL: Understanding = Understanding {
        labels: true,
        spelling: true,
        filler: true,
        completion: true,
        names: true,
        meaning: true,
    };
    /// No steps: only the words as typed are searched for.
    pub const LITERAL: Understanding = Understanding {
        labels: false,
        spelling: false,
        filler: false,
        completion: false,
        names: false,
        meaning: false,
    };
}

/// Whether the last word of a query is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastWord {
    #[default]
    Whole,
    /// It is still being typed and may be a prefix of another word.
    Unfinished,
}

/// A topic that the query names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnderstoodTopic {
    pub id: String,
    /// The typed words.
    pub words: String,
    /// Other labels of the topic, which were also searched for.
    pub also: Vec<String>,
}

/// A misspelled word, or two words that should be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Correction {
    pub typed: String,
    pub read_as: String,
}

/// Sources whose sections are preferred, because words of the query name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PreferredSources {
    /// The typed words.
    pub words: String,
    /// The ids of the sources.
    pub sources: Vec<String>,
}

/// Whether the meaning of a query counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeaningUse {
    /// It counted: hits are ordered by it too, and some may be found by it alone.
    Used,
    /// The request switched it off.
    #[default]
    Off,
    /// The query asks for exact words: it is quoted, a single identifier or unknown word, or has no words.
    Exact,
    /// The query asks for links, which say little about their subject.
    Links,
    /// The query names a source, whose passages come first.
    Source,
    /// No word of the query is known.
    Unknown,
    /// The index has no vectors, or those of another table.
    #[serde(rename = "no-table")]
    NoTable,
}

/// How a query was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Understood {
    pub filters: Vec<Filter>,
    pub topics: Vec<UnderstoodTopic>,
    /// The words that the last word was completed to.
    pub completions: Vec<String>,
    pub corrections: Vec<Correction>,
    /// Sources that the query names. All others are searched too.
    pub preferred: Vec<PreferredSources>,
    /// Words of the question that were not searched for.
    pub filler: Vec<String>,
    /// Words that ask for links rather than explanations. Sections with many links rank higher.
    pub asks_for_links: Vec<String>,
    pub dropped: Vec<String>,
    /// What the question asks for. Absent if the query only names a subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// Whether hits need not contain most of the query, because too few sections do.
    pub relaxed: bool,
    pub meaning: MeaningUse,
}

/// `text` with its misspelled words corrected; `None` if there are no corrections.
pub(in crate::search) fn corrected(text: &str, understood: &Understood) -> Option<String> {
    if understood.corrections.is_empty() {
        return None;
    }
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    for correction in &understood.corrections {
        let typed: Vec<&str> = correction.typed.split(' ').collect();
        let is_typed = |run: &[String]| {
            run.iter().zip(&typed).all(|(word, typed)| {
                word.to_lowercase().trim_end_matches(|c: char| !c.is_alphanumeric()) == *typed
            })
        };
        if let Some(at) = words.windows(typed.len()).position(is_typed) {
            words.splice(at..at + typed.len(), [correction.read_as.clone()]);
        }
    }
    Some(words.join(" "))
}
