//! Methods for tests that change the server's behaviour: faults, tokens, quotas, and known variations of GitHub.

use super::{Fault, GitHub};

impl GitHub {
    /// Applies `fault` to requests for `full_name` from now on; `Fault::None` ends it.
    pub fn fault(&self, full_name: &str, fault: Fault) {
        self.shared.lock().set_fault(full_name, fault, 0);
    }

    /// As `fault`, but only after `served` more requests for `full_name` (at any host that it affects).
    pub fn fault_after(&self, full_name: &str, served: u32, fault: Fault) {
        self.shared.lock().set_fault(full_name, fault, served);
    }

    /// Makes one field of GraphQL responses about `full_name` fail, if they have it, until this is
    /// called with `None`. `path` is the path in the response's data, such as
    /// `repository.discussions.nodes.1.comments`.
    pub fn fail_field(&self, full_name: &str, path: Option<&str>) {
        let fields = &mut self.shared.lock().failing_fields;
        match path {
            Some(path) => fields.insert(full_name.to_lowercase(), path.to_owned()),
            None => fields.remove(&full_name.to_lowercase()),
        };
    }

    /// Uses `base` instead of this server as the base URL of web pages in threads.
    pub fn web_pages_at(&self, base: &str) {
        self.shared.lock().web = Some(base.to_owned());
    }

    /// Sets the only token that the API accepts; if `None`, it accepts any. Anonymous requests stay allowed.
    pub fn require_token(&self, token: Option<&str>) {
        self.shared.lock().token = token.map(str::to_owned);
    }

    /// Sets the API requests left in the current hour, for both kinds of client.
    pub fn leave_quota(&self, remaining: u64) {
        let mut state = self.shared.lock();
        state.anonymous.core().leave(remaining);
        state.signed_in.core().leave(remaining);
    }

    /// Sets the GraphQL points left in the current hour.
    pub fn leave_points(&self, remaining: u64) {
        self.shared.lock().signed_in.graphql().leave(remaining);
    }

    /// Sets the searches left in the current minute, for both kinds of client.
    pub fn leave_searches(&self, remaining: u64) {
        let mut state = self.shared.lock();
        state.anonymous.search().leave(remaining);
        state.signed_in.search().leave(remaining);
    }

    /// Makes the archive host respond with 404 to former names; the web host still knows them.
    pub fn archives_forget_names(&self, forget: bool) {
        self.shared.lock().archives_forget_names = forget;
    }

    /// Makes the tokens in URLs of private archives invalid, as if they had expired.
    pub fn expire_archive_tokens(&self) {
        self.shared.lock().archive_tokens.clear();
    }
}
