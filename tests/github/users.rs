//! Accounts of repository owners and authors, in the API's shapes.

use serde_json::{Value, json};

use super::shapes::{add_links, first_day, node_id};
use super::state::State;

/// An account with a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub login: String,
    /// The display name.
    pub name: Option<String>,
    pub kind: AccountKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    User,
    Organization,
    Bot,
}

/// An account with its id, which renaming doesn't change.
#[derive(Clone)]
pub struct Account {
    pub id: u64,
    pub user: User,
}

/// The account shown for all deleted ones.
const GHOST: &str = "ghost";

const LINKS: [(&str, &str); 10] = [
    ("events_url", "/events{/privacy}"),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("organizations_url", "/orgs"),
    ("received_events_url", "/received_events"),
    ("repos_url", "/repos"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("url", ""),
];

impl User {
    /// A person's account, or a bot's if the login ends with `[bot]`.
    pub fn new(login: &str, name: Option<&str>) -> User {
        let kind = if login.ends_with("[bot]") { AccountKind::Bot } else { AccountKind::User };
        User { login: login.to_owned(), name: name.map(str::to_owned), kind }
    }
}

impl AccountKind {
    fn name(self) -> &'static str {
        match self {
            AccountKind::User => "User",
            AccountKind::Organization => "Organization",
            AccountKind::Bot => "Bot",
        }
    }
}

impl Account {
    /// An account of which only the login is known.
    pub fn of(login: &str) -> Account {
        let lower = login.to_lowercase();
        let id = lower.bytes().fold(7, |id, byte| (id * 31 + u64::from(byte)) % 100_000_000);
        Account { id, user: User::new(login, None) }
    }

    /// The account of an author; all deleted accounts share one.
    pub fn of_author(login: Option<&str>) -> Account {
        Account::of(login.unwrap_or(GHOST))
    }

    /// The account as it appears inside other documents.
    pub fn shape(&self, base: &str) -> Value {
        let Account { id, user } = self;
        let login = &user.login;
        let page = match login.strip_suffix("[bot]") {
            Some(app) => format!("{base}/apps/{app}"),
            None => format!("{base}/{login}"),
        };
        let mut value = json!({
            "login": login, "id": id, "node_id": node_id(user.kind.name(), *id),
            "avatar_url": format!("{base}/u/{id}?v=4"), "gravatar_id": "",
            "html_url": page, "type": user.kind.name(),
            "user_view_type": "public", "site_admin": false,
        });
        add_links(&mut value, &format!("{base}/users/{login}"), &LINKS);
        value
    }

    /// The account's own document.
    pub fn profile(&self, base: &str) -> Value {
        let mut value = self.shape(base);
        let made = first_day().format("%FT%TZ").to_string();
        let more = json!({
            "name": self.user.name, "company": null, "blog": "", "location": null, "email": null,
            "hireable": null, "bio": null, "twitter_username": null, "public_repos": 1,
            "public_gists": 0, "followers": 0, "following": 0,
            "created_at": made, "updated_at": made,
        });
        super::shapes::add(&mut value, more);
        value
    }
}

impl State {
    pub fn put_user(&mut self, user: User) {
        let account = Account { id: self.account(&user.login).id, user };
        self.accounts.insert(account.user.login.to_lowercase(), account);
    }

    /// The account with this login; if none was added, one with only the login.
    pub fn account(&self, login: &str) -> Account {
        let known = self.accounts.get(&login.to_lowercase());
        known.cloned().unwrap_or_else(|| Account::of(login))
    }

    /// The account with this login if it was added or owns a repository.
    pub fn known_account(&self, login: &str) -> Option<Account> {
        let owns = |name: &String| name.split('/').next() == Some(&login.to_lowercase());
        let known = self.accounts.get(&login.to_lowercase()).cloned();
        known.or_else(|| self.names.keys().any(owns).then(|| Account::of(login)))
    }

    pub fn rename_owner(&mut self, from: &str, to: &str) {
        let mut account = self.account(from);
        to.clone_into(&mut account.user.login);
        self.accounts.remove(&from.to_lowercase());
        self.accounts.insert(to.to_lowercase(), account);
        let owned = self.repos.values().filter_map(|entry| {
            let (owner, name) = entry.parts();
            let own = owner.eq_ignore_ascii_case(from);
            own.then(|| (entry.repo.full_name.clone(), format!("{to}/{name}")))
        });
        for (old, new) in owned.collect::<Vec<_>>() {
            self.rename(&old, &new);
        }
    }
}
