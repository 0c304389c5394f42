//! The routes `search` and `suggest`.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::parameters::{Flag, QueryParameters, number};
use crate::library::Library;
use crate::library::view::{SearchView, SuggestAnswer};
use crate::search::{Budget, Filter, FilterField, LastWord, SearchRequest, Understanding};

/// The maximum number of hits in one response.
pub(super) const MOST_HITS: usize = 100;
/// The greatest offset of the first hit; a greater offset is reduced to this.
pub(in crate::serve) const FARTHEST: usize = 400;
/// The maximum number of suggestions in one response.
const MOST_SUGGESTIONS: usize = 20;

/// Parameters of `search`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(in crate::serve) struct SearchParameters {
    /// The query; only the first 1,000 characters are read. The query and the parameters together may name at most 16
    /// different filters.
    #[schemars(example = &"position bias")]
    pub q: String,
    /// A source's id. If no source has that id, the value is an owner or the name of a repository. Only whole names
    /// match, case-insensitively.
    #[schemars(example = &"cairn/notes")]
    pub source: Option<String>,
    /// A topic's id or any of its names.
    #[schemars(example = &"calibration")]
    pub topic: Option<String>,
    /// A step of a design answer.
    #[schemars(example = &"serving")]
    pub step: Option<String>,
    /// A kind of document.
    #[schemars(example = &"note")]
    pub kind: Option<String>,
    /// A language code, such as `sv` or `swe`.
    #[schemars(example = &"en")]
    pub lang: Option<String>,
    /// The maximum number of hits; 10 by default, and at most 100.
    #[schemars(example = 10)]
    pub limit: Option<u32>,
    /// The number of hits to skip; at most 400.
    #[schemars(example = 0)]
    pub offset: Option<u32>,
    /// `1`: search only for the words as typed, and skip all steps of understanding.
    #[schemars(example = &"0")]
    pub literal: Option<Flag>,
    /// `0`: do not search for other labels of the topics that the query names.
    #[schemars(example = &"1")]
    pub labels: Option<Flag>,
    /// `0`: do not correct misspelled words.
    #[schemars(example = &"1")]
    pub spelling: Option<Flag>,
    /// `0`: search for filler words too.
    #[schemars(example = &"1")]
    pub filler: Option<Flag>,
    /// `0`: do not complete the last word.
    #[schemars(example = &"1")]
    pub completion: Option<Flag>,
    /// `0`: do not prefer the sources that the query names.
    #[schemars(example = &"1")]
    pub names: Option<Flag>,
    /// `0`: do not rank by meaning, and find only passages that contain words of the query.
    #[schemars(example = &"1")]
    pub meaning: Option<Flag>,
    /// `1`: the last word is still being typed.
    #[schemars(example = &"0")]
    pub typing: Option<Flag>,
}

impl SearchParameters {
    /// The filters given as parameters.
    pub fn filters(&self) -> Vec<Filter> {
        Filter::all([
            (FilterField::Source, self.source.as_deref()),
            (FilterField::Topic, self.topic.as_deref()),
            (FilterField::Step, self.step.as_deref()),
            (FilterField::Kind, self.kind.as_deref()),
            (FilterField::Lang, self.lang.as_deref()),
        ])
    }

    pub fn understanding(&self) -> Understanding {
        if is_on(self.literal) {
            return Understanding::LITERAL;
        }
        Understanding {
            labels: !is_off(self.labels),
            spelling: !is_off(self.spelling),
            filler: !is_off(self.filler),
            completion: !is_off(self.completion),
            names: !is_off(self.names),
            meaning: !is_off(self.meaning),
        }
    }

    /// The offset of the first hit, limited to [`FARTHEST`].
    pub fn offset(&self) -> usize {
        number(self.offset, 0).min(FARTHEST)
    }

    fn last_word(&self) -> LastWord {
        if is_on(self.typing) { LastWord::Unfinished } else { LastWord::Whole }
    }
}

fn is_on(flag: Option<Flag>) -> bool {
    flag == Some(Flag::On)
}

fn is_off(flag: Option<Flag>) -> bool {
    flag == Some(Flag::Off)
}

/// Runs a search through the queue.
pub(in crate::serve) async fn find(
    state: &Arc<ServerState>,
    parameters: &SearchParameters,
    limit: usize,
) -> Result<SearchView, RequestFailure> {
    let (text, filters) = (parameters.q.clone(), parameters.filters());
    let (understanding, last_word) = (parameters.understanding(), parameters.last_word());
    let offset = parameters.offset();
    let search = move |library: &Library, budget: &Budget| {
        let (text, filters) = (&*text, &*filters);
        let request = SearchRequest { text, filters, limit, offset, understanding, last_word };
        library.search(&request, budget)
    };
    let started = Instant::now();
    let answer = state.ask(search).await;
    // What is being typed, and further pages, are no new questions.
    if last_word == LastWord::Whole && offset == 0 {
        state.asked.count(&parameters.q, &answer, started.elapsed());
    }
    answer
}

pub(super) async fn search(
    State(state): State<Arc<ServerState>>,
    QueryParameters(asked): QueryParameters<SearchParameters>,
) -> Result<Json<SearchView>, RequestFailure> {
    let limit = number(asked.limit, 10).clamp(1, MOST_HITS);
    find(&state, &asked, limit).await.map(Json)
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct SuggestParameters {
    /// The text typed so far.
    #[schemars(example = &"posit")]
    q: String,
    /// The maximum number of suggestions; 8 by default, and at most 20.
    #[schemars(example = 8)]
    limit: Option<u32>,
}

pub(super) async fn suggest(
    State(state): State<Arc<ServerState>>,
    QueryParameters(asked): QueryParameters<SuggestParameters>,
) -> Result<Json<SuggestAnswer>, RequestFailure> {
    let limit = number(asked.limit, 8).clamp(1, MOST_SUGGESTIONS);
    let suggestions =
        state.ask(move |library, budget| library.suggest(&asked.q, limit, budget)).await?;
    Ok(Json(SuggestAnswer { suggestions }))
}
