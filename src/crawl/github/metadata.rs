//! Metadata of repositories and their owners from GitHub's API, such as licence, description and number of stars.
//!
//! Sources can be fetched without metadata. Without a token, all users behind the same IP address share a quota of 60
//! requests per hour, so Cairn leaves half of this quota unused.

use octocrab::models::Repository;
use serde::{Deserialize, Serialize};

use super::super::pace::{ApiQuota, ApiResource};
use super::super::{CrawlError, Crawler, Traffic};
use super::client::Conditional;
use crate::catalogue::Visibility;

/// Without a token, the number of requests per hour that Cairn leaves unused.
const RESERVE: u64 = 30;
/// With a token, the number of requests (GraphQL: points) per hour that Cairn leaves to the user's other programs.
const SIGNED_IN_RESERVE: u64 = 100;
/// The number of searches per minute that Cairn leaves unused.
const SEARCH_RESERVE: u64 = 5;
/// The maximum number of stored topics of a repository; further topics are discarded.
const MOST_TOPICS: usize = 20;
/// The maximum length of a text written by the owner, in characters; longer texts are truncated.
const MOST_CHARS: usize = 500;

/// The fields of GitHub's repository object that Cairn stores.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub full_name: Option<String>,
    pub description: Option<String>,
    pub homepage: Option<String>,
    /// The repository's topics on GitHub, which the owner sets. They are not topics of Cairn's vocabulary.
    pub topics: Vec<String>,
    /// The SPDX id of the licence that GitHub detected, if any.
    pub licence: Option<String>,
    pub stars: u64,
    pub archived: bool,
    pub default_branch: Option<String>,
    /// The time of the last push: Unix time in seconds.
    pub pushed_at: Option<i64>,
    /// Whether the repository is a fork.
    pub fork: bool,
    /// The `owner/name` of the repository that this repository was forked from; `None` if it is not a fork.
    pub parent: Option<String>,
    /// The ETag of the response, for the next conditional request.
    pub etag: Option<String>,
}

/// The owner of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnerMetadata {
    pub login: String,
    /// The display name, if the owner set one.
    pub name: Option<String>,
    pub etag: Option<String>,
}

#[derive(Deserialize)]
struct OwnerProfile {
    name: Option<String>,
}

/// The remaining quota of each part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiQuotas {
    pub core: ApiQuota,
    pub search: ApiQuota,
    /// `None` if GitHub does not report it, as on older servers of GitHub Enterprise.
    pub graphql: Option<ApiQuota>,
}

impl From<Repository> for Metadata {
    fn from(repository: Repository) -> Metadata {
        let licence = repository.license.map(|license| license.spdx_id);
        let full_name = |parent: &Repository| parent.full_name.clone();
        let mut topics = repository.topics.unwrap_or_default();
        topics.truncate(MOST_TOPICS);
        Metadata {
            full_name: repository.full_name,
            description: repository.description.and_then(short),
            homepage: repository.homepage.and_then(web_url),
            topics: topics.into_iter().filter_map(short).collect(),
            licence: licence.filter(|id| id != "NOASSERTION"),
            stars: u64::from(repository.stargazers_count.unwrap_or(0)),
            archived: repository.archived.unwrap_or(false),
            default_branch: repository.default_branch.and_then(short),
            pushed_at: repository.pushed_at.map(|time| time.timestamp()),
            fork: repository.fork.unwrap_or(false),
            parent: repository.parent.as_deref().and_then(full_name),
            etag: None,
        }
    }
}

/// `text` as a URL; `None` unless its scheme is http or https, because links with other schemes may be unsafe.
fn web_url(text: String) -> Option<String> {
    let text = short(text)?;
    let url = url::Url::parse(&text).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// `text` without surrounding white space, truncated to [`MOST_CHARS`] characters; `None` if it is empty.
fn short(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(MOST_CHARS).collect())
}

impl Crawler {
    /// Requests the remaining quotas of the API. Sends one request, which uses no quota.
    pub async fn fetch_quotas(&self, traffic: &mut Traffic) -> Result<ApiQuotas, CrawlError> {
        let api = self.api();
        let answer = api.octocrab().ratelimit().get().await;
        *traffic += api.spent();
        let resources = api.read("/rate_limit", answer)?.resources;
        let quota = |rate: octocrab::models::Rate| ApiQuota {
            limit: rate.limit as u64,
            remaining: rate.remaining as u64,
            resets_at: i64::try_from(rate.reset).unwrap_or(i64::MAX),
        };
        let graphql = resources.graphql.map(quota);
        Ok(ApiQuotas { core: quota(resources.core), search: quota(resources.search), graphql })
    }

    /// The number of requests (GraphQL: points) of `quota` that this run may still use: the remaining number minus the
    /// reserve of `resource`.
    pub fn share_of(&self, resource: ApiResource, quota: ApiQuota) -> u64 {
        let reserve = match resource {
            ApiResource::Search => SEARCH_RESERVE,
            _ if self.session.signs_in() => SIGNED_IN_RESERVE,
            _ => RESERVE,
        };
        quota.remaining.saturating_sub(reserve)
    }

    /// Requests the metadata of `owner/name`; `None` if it is unchanged since `known`. Sends one request, or two if the
    /// repository was renamed. With a token, a request uses no quota if nothing changed.
    /// For a private repository, sends no request without the token.
    pub async fn metadata(
        &self,
        owner: &str,
        name: &str,
        visibility: Visibility,
        known: Option<&Metadata>,
        traffic: &mut Traffic,
    ) -> Result<Option<Metadata>, CrawlError> {
        let api = match visibility {
            Visibility::Public => self.api(),
            Visibility::Private => self.api_with_token(),
        };
        let etag = known.and_then(|known| known.etag.as_deref());
        let answer = api.get_if_new::<Repository>(&format!("/repos/{owner}/{name}"), etag).await;
        *traffic += api.spent();
        Ok(match answer? {
            Conditional::Same => None,
            Conditional::New { value, etag, .. } => Some(Metadata { etag, ..value.into() }),
        })
    }

    /// Requests the profile of the owner `login`; `None` if it is unchanged since `known`. Sends one request.
    pub async fn owner(
        &self,
        login: &str,
        known: Option<&OwnerMetadata>,
        traffic: &mut Traffic,
    ) -> Result<Option<OwnerMetadata>, CrawlError> {
        let api = self.api();
        let etag = known.and_then(|known| known.etag.as_deref());
        let answer = api.get_if_new::<OwnerProfile>(&format!("/users/{login}"), etag).await;
        *traffic += api.spent();
        Ok(match answer? {
            Conditional::Same => None,
            Conditional::New { value, etag, .. } => {
                let name = value.name.and_then(short);
                Some(OwnerMetadata { login: login.to_owned(), name, etag })
            }
        })
    }
}
