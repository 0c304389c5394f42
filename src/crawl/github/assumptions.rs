//! Checks whether GitHub behaves as Cairn assumes, with a few requests about a public repository.
//!
//! Sends at most [`MOST_REQUESTS`] requests, each once: it does not retry and does not follow redirects. Only requests
//! to the API have the token. The result for an assumption that could not be checked is [`AssumptionHolds::Unknown`].

use reqwest::header;
use reqwest::{Response, StatusCode};

use super::super::error::network;
use super::super::judge::{beginning, number, short_body, text_header};
use super::super::pace::ApiResource;
use super::super::request::{CrawlRequest, RequestTarget, without_query};
use super::super::tar_headers::commit_of;
use super::super::{CrawlError, Crawler};
use super::findings::Observation;
pub use super::findings::{AssumptionFinding, AssumptionFindings, AssumptionHolds};
use super::repository_of_archive;
use super::threads::RepositoryName;

/// The maximum number of requests of one call.
pub const MOST_REQUESTS: u32 = 8;
/// The maximum number of bytes that are read of an archive. The beginning is enough, because its first entry names the
/// commit.
const ARCHIVE_BYTES: usize = 64 * 1024;

/// The crawler that sends the requests of the checks, and the results so far.
struct AssumptionCheck<'a> {
    crawler: &'a Crawler,
    found: AssumptionFindings,
}

/// The ETag of the response with the archive of HEAD, and the commit that the archive names.
struct HeadArchive {
    etag: Option<String>,
    commit: Option<String>,
}

/// The result of a conditional request to the API.
struct QuotaProbe {
    status: StatusCode,
    /// By how much this request increased the number of used requests in GitHub's quota.
    cost: i64,
    /// The status, and the used quota before and after the request, as text for the user.
    saw: String,
}

/// Whether a request to the API has the token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    Anonymous,
    Token,
}

impl Crawler {
    /// Checks each assumption. Uses the public repository `repository`, and a renamed repository if its old name
    /// `renamed` is given.
    ///
    /// Sends at most [`MOST_REQUESTS`] requests, and reads at most 64 KiB of an archive. `Err` if the archive of
    /// `repository` can't be requested, because every check depends on it.
    pub async fn try_assumptions(
        &self,
        repository: RepositoryName<'_>,
        renamed: Option<RepositoryName<'_>>,
    ) -> Result<AssumptionFindings, CrawlError> {
        let found = AssumptionFindings { requests: 0, assumptions: Vec::new() };
        let mut check = AssumptionCheck { crawler: self, found };
        let HeadArchive { etag, commit } = check.archive(repository).await?;
        check.known_archive(repository, etag.as_deref()).await;
        check.old_name_at_codeload(renamed).await;
        check.old_name_on_the_web(renamed).await;
        check.anonymous_probe(repository, commit.as_deref()).await;
        check.authorised_probe(repository, commit.as_deref()).await;
        Ok(check.found)
    }
}

impl AssumptionCheck<'_> {
    fn record(&mut self, name: &'static str, assumption: &'static str, seen: Observation) {
        let Observation { holds, saw } = seen;
        self.found.assumptions.push(AssumptionFinding { name, assumption, holds, saw });
    }

    /// Sends one request and counts it.
    async fn send(&mut self, request: &CrawlRequest<'_>) -> Result<Response, CrawlError> {
        self.found.requests += 1;
        self.crawler.session.once(request).await
    }

    fn at_codeload(&self, repository: RepositoryName) -> String {
        let RepositoryName { owner, name } = repository;
        format!("{}/{owner}/{name}/tar.gz/HEAD", self.crawler.github.codeload)
    }

    /// Requests the archive of HEAD, and reads its beginning.
    async fn archive(&mut self, repository: RepositoryName<'_>) -> Result<HeadArchive, CrawlError> {
        let url = self.at_codeload(repository);
        let response = self.send(&CrawlRequest::get(&url, RequestTarget::Open, None)).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(CrawlError::NotFound(url)),
            status => return Err(CrawlError::Status { url, status: status.as_u16() }),
        }
        let etag = text_header(response.headers(), header::ETAG.as_str());
        let body =
            beginning(response, ARCHIVE_BYTES).await.map_err(|error| network(&url, error))?;
        let commit = commit_of(&body);
        let seen = match &etag {
            Some(etag) => Observation::new(AssumptionHolds::Yes, format!("ETag: {etag}")),
            None => Observation::new(AssumptionHolds::No, "no ETag"),
        };
        self.record("etag", "codeload sends an ETag with an archive", seen);
        let seen = match &commit {
            Some(sha) => Observation::new(AssumptionHolds::Yes, format!("comment={sha}")),
            None => {
                let saw = format!("no commit in the first {} bytes", body.len());
                Observation::new(AssumptionHolds::No, saw)
            }
        };
        self.record("commit", "an archive names its commit in its first pax header", seen);
        Ok(HeadArchive { etag, commit })
    }

    async fn known_archive(&mut self, repository: RepositoryName<'_>, etag: Option<&str>) {
        let seen = match etag {
            None => Observation::new(AssumptionHolds::Unknown, "not checked: there was no ETag"),
            Some(_) => {
                let url = self.at_codeload(repository);
                match self.send(&CrawlRequest::get(&url, RequestTarget::Open, etag)).await {
                    Err(error) => Observation::new(AssumptionHolds::Unknown, error.to_string()),
                    Ok(response) => match response.status() {
                        StatusCode::NOT_MODIFIED => Observation::new(AssumptionHolds::Yes, "304"),
                        StatusCode::OK => {
                            Observation::new(AssumptionHolds::No, "200: the archive is sent again")
                        }
                        status => {
                            Observation::new(AssumptionHolds::Unknown, status.as_u16().to_string())
                        }
                    },
                }
            }
        };
        self.record(
            "304",
            "codeload responds to If-None-Match with 304 if nothing has changed",
            seen,
        );
    }

    async fn old_name_at_codeload(&mut self, renamed: Option<RepositoryName<'_>>) {
        let seen = match renamed {
            None => Observation::without_old_name(),
            Some(old) => {
                let url = self.at_codeload(old);
                match self.send(&CrawlRequest::get(&url, RequestTarget::Open, None)).await {
                    Err(error) => Observation::new(AssumptionHolds::Unknown, error.to_string()),
                    Ok(response) => match (response.status(), self.leads_to(&response)) {
                        (StatusCode::NOT_FOUND, _) => Observation::new(AssumptionHolds::Yes, "404"),
                        (status, Some(to)) => Observation::new(
                            AssumptionHolds::No,
                            format!("{} to {to}", status.as_u16()),
                        ),
                        (status, None) => Observation::not_renamed(status),
                    },
                }
            }
        };
        let assumption = "codeload responds with 404 for the old name of a repository; Cairn then tries the web host";
        self.record("old name", assumption, seen);
    }

    async fn old_name_on_the_web(&mut self, renamed: Option<RepositoryName<'_>>) {
        let web = self.crawler.github.web_archives();
        let seen = match (renamed, web) {
            (None, _) => Observation::without_old_name(),
            (_, None) => {
                let why = "not checked: `web` and `codeload` belong to different servers";
                Observation::new(AssumptionHolds::Unknown, why)
            }
            (Some(RepositoryName { owner, name }), Some(web)) => {
                let url = format!("{web}/{owner}/{name}/archive/HEAD.tar.gz");
                match self.send(&CrawlRequest::get(&url, RequestTarget::Open, None)).await {
                    Err(error) => Observation::new(AssumptionHolds::Unknown, error.to_string()),
                    Ok(response) => match (response.status(), self.leads_to(&response)) {
                        (StatusCode::NOT_FOUND, _) => Observation::new(AssumptionHolds::No, "404"),
                        (status, Some(to))
                            if to.eq_ignore_ascii_case(&format!("{owner}/{name}")) =>
                        {
                            Observation::not_renamed(status)
                        }
                        (status, Some(to)) => Observation::new(
                            AssumptionHolds::Yes,
                            format!("{} to {to}", status.as_u16()),
                        ),
                        (status, None) => {
                            Observation::new(AssumptionHolds::No, status.as_u16().to_string())
                        }
                    },
                }
            }
        };
        self.record(
            "new name",
            "the web host redirects the old name of a repository to its new one",
            seen,
        );
    }

    /// The target of the redirect in `response`: the `owner/name` if it is the archive of a repository, else the URL
    /// without its query. `None` if `response` is not a redirect.
    fn leads_to(&self, response: &Response) -> Option<String> {
        if !response.status().is_redirection() {
            return None;
        }
        let location = text_header(response.headers(), header::LOCATION.as_str())?;
        let to = response.url().join(&location).ok()?;
        let named = repository_of_archive(&self.crawler.github, to.as_str());
        Some(named.unwrap_or_else(|| without_query(to.as_str()).to_owned()))
    }

    async fn anonymous_probe(&mut self, repository: RepositoryName<'_>, commit: Option<&str>) {
        let seen = match self.probe(repository, commit, Credentials::Anonymous).await {
            Err(why) => Observation::new(AssumptionHolds::Unknown, why),
            Ok(QuotaProbe { status, cost, saw }) => match (status, cost) {
                (StatusCode::NOT_MODIFIED, 0) => Observation::new(AssumptionHolds::No, saw),
                (StatusCode::NOT_MODIFIED, _) => Observation::new(AssumptionHolds::Yes, saw),
                _ => Observation::new(AssumptionHolds::Unknown, saw),
            },
        };
        let assumption =
            "an anonymous 304 of the API costs quota; without a token, Cairn uses codeload instead";
        self.record("anonymous", assumption, seen);
    }

    async fn authorised_probe(&mut self, repository: RepositoryName<'_>, commit: Option<&str>) {
        let seen = if self.crawler.session.signs_in() {
            match self.probe(repository, commit, Credentials::Token).await {
                Err(why) => Observation::new(AssumptionHolds::Unknown, why),
                Ok(QuotaProbe { status, cost, saw }) => match (status, cost) {
                    (StatusCode::NOT_MODIFIED, 0) => Observation::new(AssumptionHolds::Yes, saw),
                    (StatusCode::NOT_MODIFIED, _) => Observation::new(AssumptionHolds::No, saw),
                    _ => Observation::new(AssumptionHolds::Unknown, saw),
                },
            }
        } else {
            Observation::new(
                AssumptionHolds::Unknown,
                "not checked: there is no token (GITHUB_TOKEN)",
            )
        };
        self.record("authorised", "a 304 of the API costs nothing with a token", seen);
    }

    /// Requests the commit of HEAD conditionally, and measures the quota that the request uses. Sends two requests.
    /// `Err` is the reason why the quota can't be measured.
    async fn probe(
        &mut self,
        repository: RepositoryName<'_>,
        commit: Option<&str>,
        credentials: Credentials,
    ) -> Result<QuotaProbe, String> {
        let RepositoryName { owner, name } = repository;
        let commit =
            commit.ok_or("not checked: the archive names no commit, which the request needs")?;
        let target = match credentials {
            Credentials::Anonymous => RequestTarget::Open,
            Credentials::Token => RequestTarget::Api(ApiResource::Core),
        };
        let api = self.crawler.github.api.clone();
        let url = format!("{api}/rate_limit");
        let response = self.send(&CrawlRequest::get(&url, target, None)).await;
        let before = used_before(response.map_err(|error| error.to_string())?).await?;
        let (url, etag) =
            (format!("{api}/repos/{owner}/{name}/commits/HEAD"), format!("\"{commit}\""));
        let request = CrawlRequest::get(&url, target, Some(&etag))
            .with(header::ACCEPT, "application/vnd.github.sha");
        let response = self.send(&request).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let Some(after) = number(response.headers(), USED) else {
            return Err(format!("{}, and no {USED} in the response", status.as_u16()));
        };
        let cost = after - before;
        let saw = format!("{}; {USED} {before} before, {after} after", status.as_u16());
        Ok(QuotaProbe { status, cost, saw })
    }
}

/// The header with the number of requests that GitHub has counted for the quota in the current hour.
const USED: &str = "x-ratelimit-used";

/// The number of requests that GitHub has counted for the quota in the current hour. `response` is the response to a
/// request for `/rate_limit`, which uses no quota. Reads the header [`USED`], or the body if the header is missing.
async fn used_before(response: Response) -> Result<i64, String> {
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        return Err("401: the token is not accepted".to_owned());
    }
    if let Some(used) = number(response.headers(), USED) {
        return Ok(used);
    }
    let body = short_body(response).await.map_err(|error| error.without_url().to_string())?;
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let used = body.pointer("/resources/core/used").and_then(serde_json::Value::as_i64);
    used.ok_or_else(|| format!("{}, and /rate_limit has no used quota", status.as_u16()))
}
