//! The base URL of GitHub's API. It defines the URLs of the API's routes, and which requests get the token.

use reqwest::Url;

use super::super::hosts::authority;
use super::super::pace::ApiResource;
use super::super::request::RequestTarget;

/// The API's base URL without a trailing slash.
#[derive(Clone)]
pub(super) struct ApiBase(String);

impl ApiBase {
    /// The base URL `url`.
    pub fn new(url: &str) -> ApiBase {
        ApiBase(url.trim_end_matches('/').to_owned())
    }

    /// The absolute URL of `route`; a `route` that is an absolute URL is returned unchanged. On GitHub Enterprise, the
    /// URL of GraphQL (`/api/graphql`) is next to that of the REST API (`/api/v3`). On the public GitHub, it is below
    /// the REST API's base URL.
    pub fn address(&self, route: &str) -> String {
        if route.starts_with("https://") || route.starts_with("http://") {
            return route.to_owned();
        }
        let base = match self.0.strip_suffix("/v3") {
            Some(enterprise) if is_graphql(route) => enterprise,
            _ => &self.0,
        };
        format!("{base}{route}")
    }

    /// The target of a request for `url`: the API if scheme, host and port are the API's own, else
    /// [`RequestTarget::Open`], which gets no token.
    pub fn target(&self, url: &str) -> RequestTarget {
        let (api, url) = (Url::parse(&self.0).ok(), Url::parse(url).ok());
        let (Some(api), Some(url)) = (api, url) else { return RequestTarget::Open };
        if authority(&api) != authority(&url) || api.scheme() != url.scheme() {
            return RequestTarget::Open;
        }
        let path = url.path();
        let below = path.strip_prefix(api.path().trim_end_matches('/')).unwrap_or(path);
        RequestTarget::Api(match below {
            _ if is_graphql(below) || path == "/api/graphql" => ApiResource::GraphQl,
            _ if below.starts_with("/search/") => ApiResource::Search,
            _ => ApiResource::Core,
        })
    }
}

fn is_graphql(route: &str) -> bool {
    route == "/graphql"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(api: &str) -> ApiBase {
        ApiBase::new(api)
    }

    #[test]
    fn graphql_is_next_to_the_rest_api_on_enterprise_and_below_it_on_github() {
        let enterprise = base("https://git.corp/api/v3");
        assert_eq!(enterprise.address("/graphql"), "https://git.corp/api/graphql");
        assert_eq!(enterprise.address("/users/a"), "https://git.corp/api/v3/users/a");
        let next = "https://git.corp/api/v3/repositories/1/issues?page=2";
        assert_eq!(enterprise.address(next), next);
        let public = base("https://api.github.com");
        assert_eq!(public.address("/graphql"), "https://api.github.com/graphql");
    }

    #[test]
    fn only_the_apis_own_host_gets_the_token() {
        let public = base("https://api.github.com");
        let target = |url: &str| public.target(url);
        assert_eq!(
            target("https://api.github.com/graphql"),
            RequestTarget::Api(ApiResource::GraphQl)
        );
        assert_eq!(
            target("https://api.github.com/search/repositories?q=x"),
            RequestTarget::Api(ApiResource::Search)
        );
        assert_eq!(
            target("https://api.github.com/repositories/1"),
            RequestTarget::Api(ApiResource::Core)
        );
        for other in [
            "http://api.github.com/users/a",
            "https://api.github.com:8443/users/a",
            "https://api.github.com.evil.example/users/a",
            "https://codeload.github.com/a/b/tar.gz/HEAD",
            "not a URL",
        ] {
            assert_eq!(target(other), RequestTarget::Open, "{other}");
        }
        let enterprise = base("https://git.corp/api/v3");
        let target = |url: &str| enterprise.target(url);
        assert_eq!(
            target("https://git.corp/api/graphql"),
            RequestTarget::Api(ApiResource::GraphQl)
        );
        let next = "https://git.corp/api/v3/repositories/1/issues?page=2";
        assert_eq!(
            target(next),
            RequestTarget::Api(ApiResource::Core),
            "a next-page link gets the token"
        );
    }
}
