//! `search` and `suggest`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::ServerState;
use super::super::error::Failure;
use super::asked::{Asked, Flag, number};
use crate::library::Library;
use crate::library::view::{SearchView, SuggestAnswer};
use crate::search::{Budget, Filter, FilterField, LastWord, Request, Understanding};

/// The most hits of one answer.
pub(super) const MOST_HITS: usize = 100;
/// The greatest offset of an answer.
pub(in crate::serve) const FARTHEST: usize = 400;
/// The most suggestions of one answer.
const MOST_SUGGESTIONS: usize = 20;

/// What `search` takes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(in crate::serve) struct SearchParameters {
    /// In the query language; the first 1,000 characters are read. It and the parameters together may name 16
    /// different filters.
    pub q: String,
    /// A source's id; if no source has that id, an owner or the name of a repository. A whole name in any case.
    pub source: Option<String>,
    pub topic: Option<String>,
    pub step: Option<String>,
    pub kind: Option<String>,
    /// A language's code, `sv` or `swe`.
    pub lang: Option<String>,
    /// At most 100.
    pub limit: Option<u32>,
    /// At most 400.
    pub offset: Option<u32>,
    /// `1`: the words as typed.
    pub literal: Option<Flag>,
    /// `0`: without this step of understanding.
    pub labels: Option<Flag>,
    pub spelling: Option<Flag>,
    pub filler: Option<Flag>,
    pub completion: Option<Flag>,
    pub names: Option<Flag>,
    /// `1`: the last word is still being typed.
    pub typing: Option<Flag>,
}

impl SearchParameters {
    /// The filters that came as parameters.
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
        }
    }

    /// The place of the first hit, as far back as a list goes.
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
) -> Result<SearchView, Failure> {
    let (text, filters) = (parameters.q.clone(), parameters.filters());
    let (understanding, last_word) = (parameters.understanding(), parameters.last_word());
    let offset = parameters.offset();
    let search = move |library: &Library, budget: &Budget| {
        let (text, filters) = (&*text, &*filters);
        let request = Request { text, filters, limit, offset, understanding, last_word };
        library.search(&request, budget)
    };
    state.ask(search).await
}

pub(super) async fn search(
    State(state): State<Arc<ServerState>>,
    Asked(asked): Asked<SearchParameters>,
) -> Result<Json<SearchView>, Failure> {
    let limit = number(asked.limit, 10).clamp(1, MOST_HITS);
    find(&state, &asked, limit).await.map(Json)
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct SuggestParameters {
    /// What was typed so far.
    q: String,
    /// At most 20.
    limit: Option<u32>,
}

pub(super) async fn suggest(
    State(state): State<Arc<ServerState>>,
    Asked(asked): Asked<SuggestParameters>,
) -> Result<Json<SuggestAnswer>, Failure> {
    let limit = number(asked.limit, 8).clamp(1, MOST_SUGGESTIONS);
    let suggestions =
        state.ask(move |library, budget| library.suggest(&asked.q, limit, budget)).await?;
    Ok(Json(SuggestAnswer { suggestions }))
}
