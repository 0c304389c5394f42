//! What happens around the handler of each request: checks, limits, counts and caching.

pub(super) mod access;
pub(super) mod base_path;
pub(super) mod cache;
pub(super) mod cors;
pub(super) mod hosts;
pub(super) mod limits;
pub(super) mod metrics;
pub(super) mod origin;
