//! Ranking: from an understood query to its candidates in order.
//!
//! [`plan`] turns a query into units to look up. [`candidates`] defines what an engine returns for a plan. The embedded
//! engine ([`embedded`]) applies the filters ([`filter`]), scores sections with BM25F ([`score`]), adds a bonus for
//! preferred sources ([`prefer`]), and orders the matches ([`ranker`]) by their share of the query ([`shares`]) and
//! with a bonus for proximity ([`proximity`]). [`pager`] cuts a page. All parameters of ranking are in [`weights`].

pub(in crate::search) mod board;
pub(in crate::search) mod candidates;
pub(in crate::search) mod embedded;
pub(in crate::search) mod filter;
pub(in crate::search) mod marks;
pub(in crate::search) mod pager;
pub(in crate::search) mod plan;
pub(in crate::search) mod prefer;
pub(in crate::search) mod proximity;
pub(in crate::search) mod ranker;
pub(in crate::search) mod score;
pub(in crate::search) mod shares;
pub(in crate::search) mod weights;
