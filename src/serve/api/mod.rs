//! The JSON API under `/api/v1`. Its objects are the library's views.
//!
//! [`table`] lists each route once, with its parameters and its response type. Both the router and `/openapi.json`
//! are made from it.

mod admin;
mod knowledge;
mod openapi;
mod parameters;
mod search;
mod table;
mod things;

pub(super) use knowledge::{CompareParameters, PathParameters};
pub(super) use openapi::openapi;
pub(super) use parameters::{Flag, PathName, QueryParameters};
pub(super) use search::{FARTHEST, SearchParameters, find};
pub(super) use table::{AdminRoutes, routes};
pub(super) use things::NewsParameters;
