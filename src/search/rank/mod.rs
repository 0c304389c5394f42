//! Ranking: from an understood query to its candidates in order.
//!
//! [`plan`] turns a query into units to look up. [`candidates`] defines what an engine returns for a plan. The embedded
//! engine ([`embedded`]) applies the filters ([`filter`]), opens the lists of postings of each unit ([`opener`],
//! [`parts`], [`lists`]) and values the units ([`units`]). It walks through the index in windows ([`walk`], [`window`], [`bits`])
//! and keeps the best sections ([`best`], [`bounds`]) that contain enough of the query ([`matching`], [`shares`]) and fulfil the
//! other [`conditions`]; [`mod@matches`] combines these steps. It adds a bonus for preferred sources ([`prefer`]). Only over the best, it adds the scores of names
//! ([`extras`]), and then ([`ranker`]) bonuses for headings and proximity ([`proximity`]). Whatever the engine, [`meaning`] then orders the
//! candidates by their meaning too, and adds the sections that are [`nearest`] to it. [`pager`] cuts a page. The parameters of ranking are in
//! [`weights`].

pub(in crate::search) mod best;
pub(in crate::search) mod bits;
pub(in crate::search) mod bounds;
pub(in crate::search) mod candidates;
pub(in crate::search) mod conditions;
pub(in crate::search) mod embedded;
pub(in crate::search) mod extras;
pub(in crate::search) mod filter;
pub(in crate::search) mod lists;
pub(in crate::search) mod marks;
pub(in crate::search) mod match_counts;
pub(in crate::search) mod matches;
pub(in crate::search) mod matching;
pub(in crate::search) mod meaning;
pub(in crate::search) mod nearest;
pub(in crate::search) mod opener;
pub(in crate::search) mod pager;
pub(in crate::search) mod parts;
pub(in crate::search) mod plan;
pub(in crate::search) mod prefer;
pub(in crate::search) mod proximity;
pub(in crate::search) mod ranker;
pub(in crate::search) mod shares;
pub(in crate::search) mod strong;
pub(in crate::search) mod units;
pub(in crate::search) mod walk;
pub(in crate::search) mod weights;
pub(in crate::search) mod window;
