//! How a test bends the server: faults, tokens, quotas, and where real GitHub is said to differ.

use super::{Fault, GitHub};

impl GitHub {
    /// Makes requests for `full_name` go wrong from now on; `Fault::None` ends it.
    pub fn fault(&self, full_name: &str, fault: Fault) {
        self.shared.lock().set_fault(full_name, fault, 0);
    }

    /// As `fault`, after `served` more requests for `full_name` (API and archive alike) were served.
    pub fn fault_after(&self, full_name: &str, served: u32, fault: Fault) {
        self.shared.lock().set_fault(full_name, fault, served);
    }

    /// Makes one field of a GraphQL answer about `full_name` fail, where the answer has it, until
    /// this is called with `None`. `path` is that of the answer's data, such as
    /// `repository.discussions.nodes.1.comments`.
    pub fn fail_field(&self, full_name: &str, path: Option<&str>) {
        let fields = &mut self.shared.lock().failing_fields;
        match path {
            Some(path) => fields.insert(full_name.to_lowercase(), path.to_owned()),
            None => fields.remove(&full_name.to_lowercase()),
        };
    }

    /// Puts the web pages that threads name below `base` instead of this server.
    pub fn web_pages_at(&self, base: &str) {
        self.shared.lock().web = Some(base.to_owned());
    }

    /// The only token the API takes; anonymous requests stay allowed. `None`: any token will do.
    pub fn require_token(&self, token: Option<&str>) {
        self.shared.lock().token = token.map(str::to_owned);
    }

    /// Leaves the API this many requests in the running hour, for both kinds of client.
    pub fn leave_quota(&self, remaining: u64) {
        let mut state = self.shared.lock();
        state.anonymous.core().leave(remaining);
        state.signed_in.core().leave(remaining);
    }

    /// Leaves GraphQL this many points in the running hour.
    pub fn leave_points(&self, remaining: u64) {
        self.shared.lock().signed_in.graphql().leave(remaining);
    }

    /// Leaves this many searches in the running minute, for both kinds of client.
    pub fn leave_searches(&self, remaining: u64) {
        let mut state = self.shared.lock();
        state.anonymous.search().leave(remaining);
        state.signed_in.search().leave(remaining);
    }

    /// Makes the host of the archives answer 404 for former names; the web host still knows them.
    pub fn archives_forget_names(&self, forget: bool) {
        self.shared.lock().archives_forget_names = forget;
    }

    /// Makes the tokens in addresses of private archives invalid, as time does.
    pub fn expire_archive_tokens(&self) {
        self.shared.lock().archive_tokens.clear();
    }
}
