//! Ranking: from an understood query to the best matches in order.

pub(in crate::search) mod candidates;
pub(in crate::search) mod embedded;
pub(in crate::search) mod filter;
pub(in crate::search) mod marks;
pub(in crate::search) mod plan;
pub(in crate::search) mod prefer;
pub(in crate::search) mod proximity;
pub(in crate::search) mod ranker;
pub(in crate::search) mod score;
pub(in crate::search) mod weights;
