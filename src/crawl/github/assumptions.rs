//! Whether GitHub behaves as Cairn assumes: a few requests about a public repository, and what was seen.
//!
//! Each request is sent once, follows no redirect and counts; [`MOST_REQUESTS`] are all that there can be. The token
//! goes to the API only. What could not be seen is unknown, which is not to say that it does not hold.

use reqwest::header;
use reqwest::{Response, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::judge::{beginning, number, short_body, text_header};
use super::super::pace::Resource;
use super::super::session::{Question, Target, network, without_query};
use super::super::unpack::commit_of;
use super::super::{CrawlError, Crawler};
use super::repository;

/// Requests that one call sends at most.
pub const MOST_REQUESTS: u32 = 8;
/// What is read of an archive: its commit is in the first entry.
const BEGINNING: usize = 64 * 1024;

/// Whether an assumption holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    Yes,
    No,
    /// It could not be seen.
    Unknown,
}

/// What was seen of one assumption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    pub name: &'static str,
    pub assumption: &'static str,
    pub holds: Holds,
    pub saw: String,
}

/// What was seen of all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Findings {
    pub requests: u32,
    pub assumptions: Vec<Finding>,
}

/// A repository as `owner` and `name`.
type Named<'a> = (&'a str, &'a str);

/// The requests so far, and what they showed.
struct Trial<'a> {
    crawler: &'a Crawler,
    found: Findings,
}

/// With whose quota the API is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    Nobody,
    Token,
}

impl Crawler {
    /// Tries each assumption with the public repository `repository`, and with one that was called `renamed` before.
    ///
    /// At most [`MOST_REQUESTS`] requests, and 64 KiB of an archive. `Err` if the archive of `repository` can't be
    /// asked for: then nothing can be seen.
    pub async fn try_assumptions(
        &self,
        repository: Named<'_>,
        renamed: Option<Named<'_>>,
    ) -> Result<Findings, CrawlError> {
        let found = Findings { requests: 0, assumptions: Vec::new() };
        let mut trial = Trial { crawler: self, found };
        let (etag, commit) = trial.archive(repository).await?;
        trial.known_archive(repository, etag.as_deref()).await;
        trial.old_name_at_codeload(renamed).await;
        trial.old_name_on_the_web(renamed).await;
        trial.anonymous_probe(repository, commit.as_deref()).await;
        trial.authorised_probe(repository, commit.as_deref()).await;
        Ok(trial.found)
    }
}

impl Trial<'_> {
    fn find(&mut self, name: &'static str, assumption: &'static str, seen: (Holds, String)) {
        let (holds, saw) = seen;
        self.found.assumptions.push(Finding { name, assumption, holds, saw });
    }

    async fn ask(&mut self, question: &Question<'_>) -> Result<Response, CrawlError> {
        self.found.requests += 1;
        self.crawler.session.once(question).await
    }

    fn at_codeload(&self, (owner, name): Named) -> String {
        format!("{}/{owner}/{name}/tar.gz/HEAD", self.crawler.github.codeload)
    }

    /// The ETag and the commit of the archive.
    async fn archive(
        &mut self,
        repository: Named<'_>,
    ) -> Result<(Option<String>, Option<String>), CrawlError> {
        let url = self.at_codeload(repository);
        let response = self.ask(&Question::get(&url, Target::Open, None)).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(CrawlError::NotFound(url)),
            status => return Err(CrawlError::Status { url, status: status.as_u16() }),
        }
        let etag = text_header(response.headers(), header::ETAG.as_str());
        let body = beginning(response, BEGINNING).await.map_err(|error| network(&url, error))?;
        let commit = commit_of(&body);
        let seen = match &etag {
            Some(etag) => (Holds::Yes, format!("ETag: {etag}")),
            None => (Holds::No, "no ETag".to_owned()),
        };
        self.find("etag", "codeload sends an ETag with an archive", seen);
        let seen = match &commit {
            Some(sha) => (Holds::Yes, format!("comment={sha}")),
            None => (Holds::No, format!("no commit in the first {} bytes", body.len())),
        };
        self.find("commit", "an archive names its commit in its first pax header", seen);
        Ok((etag, commit))
    }

    async fn known_archive(&mut self, repository: Named<'_>, etag: Option<&str>) {
        let seen = match etag {
            None => (Holds::Unknown, "not tried: there was no ETag".to_owned()),
            Some(_) => {
                let url = self.at_codeload(repository);
                match self.ask(&Question::get(&url, Target::Open, etag)).await {
                    Err(error) => (Holds::Unknown, error.to_string()),
                    Ok(response) => match response.status() {
                        StatusCode::NOT_MODIFIED => (Holds::Yes, "304".to_owned()),
                        StatusCode::OK => (Holds::No, "200: the archive is sent again".to_owned()),
                        status => (Holds::Unknown, status.as_u16().to_string()),
                    },
                }
            }
        };
        self.find("304", "codeload answers If-None-Match with 304 if nothing is new", seen);
    }

    async fn old_name_at_codeload(&mut self, renamed: Option<Named<'_>>) {
        let seen = match renamed {
            None => untried(),
            Some(old) => {
                let url = self.at_codeload(old);
                match self.ask(&Question::get(&url, Target::Open, None)).await {
                    Err(error) => (Holds::Unknown, error.to_string()),
                    Ok(response) => match (response.status(), self.leads_to(&response)) {
                        (StatusCode::NOT_FOUND, _) => (Holds::Yes, "404".to_owned()),
                        (status, Some(to)) => (Holds::No, format!("{} to {to}", status.as_u16())),
                        (status, None) => (Holds::Unknown, not_renamed(status)),
                    },
                }
            }
        };
        let assumption =
            "codeload answers 404 for the old name of a repository; Cairn then asks the web host";
        self.find("old name", assumption, seen);
    }

    async fn old_name_on_the_web(&mut self, renamed: Option<Named<'_>>) {
        let web = self.crawler.github.web_archives();
        let seen = match (renamed, web) {
            (None, _) => untried(),
            (_, None) => {
                let why = "not tried: `web` and `codeload` belong to different servers";
                (Holds::Unknown, why.to_owned())
            }
            (Some((owner, name)), Some(web)) => {
                let url = format!("{web}/{owner}/{name}/archive/HEAD.tar.gz");
                match self.ask(&Question::get(&url, Target::Open, None)).await {
                    Err(error) => (Holds::Unknown, error.to_string()),
                    Ok(response) => match (response.status(), self.leads_to(&response)) {
                        (StatusCode::NOT_FOUND, _) => (Holds::No, "404".to_owned()),
                        (status, Some(to))
                            if to.eq_ignore_ascii_case(&format!("{owner}/{name}")) =>
                        {
                            (Holds::Unknown, not_renamed(status))
                        }
                        (status, Some(to)) => (Holds::Yes, format!("{} to {to}", status.as_u16())),
                        (status, None) => (Holds::No, status.as_u16().to_string()),
                    },
                }
            }
        };
        self.find(
            "new name",
            "the web host redirects the old name of a repository to its new one",
            seen,
        );
    }

    /// The repository to which a redirect leads; the address where it is that of none.
    fn leads_to(&self, response: &Response) -> Option<String> {
        if !response.status().is_redirection() {
            return None;
        }
        let location = text_header(response.headers(), header::LOCATION.as_str())?;
        let to = response.url().join(&location).ok()?;
        let named = repository(&self.crawler.github, to.as_str());
        Some(named.unwrap_or_else(|| without_query(to.as_str()).to_owned()))
    }

    async fn anonymous_probe(&mut self, repository: Named<'_>, commit: Option<&str>) {
        let seen = match self.probe(repository, commit, Asker::Nobody).await {
            Err(why) => (Holds::Unknown, why),
            Ok((status, cost, told)) => match (status, cost) {
                (StatusCode::NOT_MODIFIED, 0) => (Holds::No, told),
                (StatusCode::NOT_MODIFIED, _) => (Holds::Yes, told),
                _ => (Holds::Unknown, told),
            },
        };
        let assumption =
            "an anonymous 304 of the API costs quota, so that Cairn asks codeload instead";
        self.find("anonymous", assumption, seen);
    }

    async fn authorised_probe(&mut self, repository: Named<'_>, commit: Option<&str>) {
        let seen = if self.crawler.session.signs_in() {
            match self.probe(repository, commit, Asker::Token).await {
                Err(why) => (Holds::Unknown, why),
                Ok((StatusCode::NOT_MODIFIED, 0, told)) => (Holds::Yes, told),
                Ok((StatusCode::NOT_MODIFIED, _, told)) => (Holds::No, told),
                Ok((_, _, told)) => (Holds::Unknown, told),
            }
        } else {
            (Holds::Unknown, "not tried: there is no token (GITHUB_TOKEN)".to_owned())
        };
        self.find("authorised", "a 304 of the API costs nothing with a token", seen);
    }

    /// The status of a conditional probe for HEAD, what it cost of the quota, and both in words; `Err` says why that
    /// can't be seen.
    async fn probe(
        &mut self,
        (owner, name): Named<'_>,
        commit: Option<&str>,
        asker: Asker,
    ) -> Result<(StatusCode, i64, String), String> {
        let commit = commit.ok_or("not tried: the archive named no commit to ask with")?;
        let target = match asker {
            Asker::Nobody => Target::Open,
            Asker::Token => Target::Api(Resource::Core),
        };
        let api = self.crawler.github.api.clone();
        let url = format!("{api}/rate_limit");
        let response = self.ask(&Question::get(&url, target, None)).await;
        let before = used_before(response.map_err(|error| error.to_string())?).await?;
        let (url, etag) =
            (format!("{api}/repos/{owner}/{name}/commits/HEAD"), format!("\"{commit}\""));
        let question = Question::get(&url, target, Some(&etag))
            .with(header::ACCEPT, "application/vnd.github.sha");
        let response = self.ask(&question).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let Some(after) = number(response.headers(), USED) else {
            return Err(format!("{}, and no {USED} in the answer", status.as_u16()));
        };
        let cost = after - before;
        let told = format!("{}; {USED} {before} before, {after} after", status.as_u16());
        Ok((status, cost, told))
    }
}

/// The header that counts the requests of the running hour.
const USED: &str = "x-ratelimit-used";

/// The requests of the running hour by the answer to `/rate_limit`, which costs none: its header, else its text.
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
    used.ok_or_else(|| format!("{}, and /rate_limit does not say what is used", status.as_u16()))
}

fn untried() -> (Holds, String) {
    let why = "not tried: name a repository by a name that it had before with --renamed";
    (Holds::Unknown, why.to_owned())
}

fn not_renamed(status: StatusCode) -> String {
    format!("{}: the repository still has this name", status.as_u16())
}
