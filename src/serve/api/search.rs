//! `search` and `suggest`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::State;
use super::super::error::Failure;
use super::asked::{Asked, Flag, number};
use crate::library::Library;
use crate::library::view::{SearchView, SuggestAnswer};
use crate::search::query::narrowed;
use crate::search::{LastWord, Request, Understanding};

/// The most hits of one answer, and how far back a list goes.
pub(super) const MOST_HITS: usize = 100;
const FARTHEST: usize = 400;
/// The most suggestions of one answer.
const MOST_SUGGESTIONS: usize = 20;

/// What `search` takes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(in crate::serve) struct SearchParameters {
    /// In the query language.
    pub q: String,
    pub source: Option<String>,
    pub topic: Option<String>,
    pub step: Option<String>,
    pub kind: Option<String>,
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
    /// `1`: the last word is still being typed.
    pub typing: Option<Flag>,
}

impl SearchParameters {
    /// The query with its filters in the query language.
    pub fn text(&self) -> String {
        narrowed(&self.q, self.filters())
    }

    /// The filters that came as parameters.
    pub fn filters(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("source", self.source.as_deref()),
            ("topic", self.topic.as_deref()),
            ("step", self.step.as_deref()),
            ("kind", self.kind.as_deref()),
            ("lang", self.lang.as_deref()),
        ]
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
        }
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

/// Runs a search on the blocking pool.
pub(in crate::serve) async fn find(
    state: &Arc<State>,
    parameters: &SearchParameters,
    limit: usize,
) -> Result<SearchView, Failure> {
    let (text, understanding) = (parameters.text(), parameters.understanding());
    let last_word = parameters.last_word();
    let offset = number(parameters.offset, 0).min(FARTHEST);
    let search = move |library: &Library| {
        let request = Request { text: &text, limit, offset, understanding, last_word };
        library.search(&request)
    };
    let mut view = state.ask(search).await?;
    // What the person typed is corrected, not the filters that came beside it.
    let filters = narrowed("", parameters.filters());
    let filters: Vec<&str> = filters.split_whitespace().collect();
    if let Some(corrected) = &mut view.query.corrected
        && let Some(typed) = corrected.strip_suffix(&filters.join(" "))
    {
        *corrected = typed.trim_end().to_owned();
    }
    Ok(view)
}

pub(super) async fn search(
    Shared(state): Shared<Arc<State>>,
    Asked(asked): Asked<SearchParameters>,
) -> Result<Json<SearchView>, Failure> {
    let limit = number(asked.limit, 10).clamp(1, MOST_HITS);
    let mut view = find(&state, &asked, limit).await?;
    // The words that the person typed; filters that came as parameters are in `understood`.
    view.query.text = asked.q;
    Ok(Json(view))
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
    Shared(state): Shared<Arc<State>>,
    Asked(asked): Asked<SuggestParameters>,
) -> Result<Json<SuggestAnswer>, Failure> {
    let limit = number(asked.limit, 8).clamp(1, MOST_SUGGESTIONS);
    let suggestions = state.ask(move |library| library.suggest(&asked.q, limit)).await?;
    Ok(Json(SuggestAnswer { suggestions }))
}
