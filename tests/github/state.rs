//! The state of the server: repositories, their former names, and their faults.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::Bytes;

use super::api::Client;
use super::faults::Running;
use super::log::Log;
use super::quota::Quotas;
use super::threads::Threads;
use super::users::Account;
use super::{Archive, Repo, archive};

pub struct Shared {
    pub base: String,
    state: Mutex<State>,
}

pub struct State {
    pub repos: HashMap<u64, Entry>,
    /// Ids by lower-cased full name: GitHub ignores case in names.
    pub names: HashMap<String, u64>,
    /// Ids by lower-cased former name.
    moved: HashMap<String, u64>,
    pub faults: HashMap<String, Running>,
    /// Discussions and issues by repository id; replacing a repository keeps them.
    pub threads: HashMap<u64, Threads>,
    /// The path of a GraphQL field that fails, by lower-cased full name.
    pub failing_fields: HashMap<String, String>,
    /// The base URL of web pages, if it isn't this server's.
    pub web: Option<String>,
    /// Accounts by lower-cased login.
    pub accounts: HashMap<String, Account>,
    /// Repository ids by the tokens in URLs of private archives.
    pub archive_tokens: HashMap<String, u64>,
    pub archives_forget_names: bool,
    pub token: Option<String>,
    pub anonymous: Quotas,
    pub signed_in: Quotas,
    pub log: Log,
}

/// A repository; its archive is shared, so that cloning is cheap.
#[derive(Clone)]
pub struct Entry {
    pub id: u64,
    pub repo: Repo,
    pub store: Store,
    /// The number of content changes, which determines the date of the last push.
    pub revision: u32,
    /// The number of times that the archive was compressed again without a change of content.
    pub packing: u32,
    pub account: Account,
    /// The repositories that this is a fork of, the parent first; set when an entry is looked up.
    pub ancestors: Vec<Entry>,
    seen: Option<(SystemTime, u64)>,
}

#[derive(Clone)]
pub enum Store {
    Memory(Bytes),
    Disk(PathBuf),
}

pub enum Found {
    Here(Box<Entry>),
    Moved { id: u64, full_name: String },
    Missing,
}

impl Shared {
    pub fn new(base: String, repos: Vec<Repo>) -> Shared {
        let mut state = State {
            repos: HashMap::new(),
            names: HashMap::new(),
            moved: HashMap::new(),
            faults: HashMap::new(),
            threads: HashMap::new(),
            failing_fields: HashMap::new(),
            web: None,
            accounts: HashMap::new(),
            archive_tokens: HashMap::new(),
            archives_forget_names: false,
            token: None,
            anonymous: Quotas::anonymous(),
            signed_in: Quotas::signed_in(),
            log: Log::default(),
        };
        for repo in repos {
            state.put(repo);
        }
        Shared { base, state: Mutex::new(state) }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in one request must not make every later one panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub fn put(&mut self, mut repo: Repo) {
        let name = repo.full_name.to_lowercase();
        let store = match std::mem::replace(&mut repo.archive, Archive::Bytes(Vec::new())) {
            Archive::Bytes(bytes) => Store::Memory(bytes.into()),
            Archive::File(path) => Store::Disk(path),
        };
        let id = match self.names.get(&name) {
            Some(&id) => id,
            None => self.free_id(&name),
        };
        let seen = store.stamp();
        if repo.sha.is_empty() {
            repo.sha = store.sha().unwrap_or_default();
        }
        let revision = match self.repos.get(&id) {
            Some(old) => old.revision + u32::from(old.repo.sha != repo.sha),
            None => 0,
        };
        self.moved.remove(&name);
        self.names.insert(name, id);
        let entry = Entry { revision, seen, ..Entry::new(id, repo, store) };
        self.repos.insert(id, entry);
    }

    pub fn remove(&mut self, full_name: &str) {
        if let Some(id) = self.names.remove(&full_name.to_lowercase()) {
            self.repos.remove(&id);
            self.threads.remove(&id);
        }
    }

    pub fn rename(&mut self, from: &str, to: &str) {
        let Some(id) = self.names.remove(&from.to_lowercase()) else {
            return;
        };
        self.moved.insert(from.to_lowercase(), id);
        self.moved.remove(&to.to_lowercase());
        self.names.insert(to.to_lowercase(), id);
        if let Some(entry) = self.repos.get_mut(&id) {
            entry.repo.full_name = to.to_owned();
        }
    }

    pub fn by_name(&mut self, full_name: &str) -> Found {
        let name = full_name.to_lowercase();
        if let Some(&id) = self.names.get(&name) {
            return self.by_id(id);
        }
        let moved = self.moved.get(&name).and_then(|id| self.repos.get(id));
        match moved {
            Some(entry) => Found::Moved { id: entry.id, full_name: entry.repo.full_name.clone() },
            None => Found::Missing,
        }
    }

    pub fn by_id(&mut self, id: u64) -> Found {
        let Some(entry) = self.repos.get_mut(&id) else {
            return Found::Missing;
        };
        if !entry.refresh() {
            return Found::Missing;
        }
        let mut entry = entry.clone();
        entry.account = self.account(entry.parts().0);
        entry.ancestors = self.ancestors(&entry);
        Found::Here(Box::new(entry))
    }

    /// The full name of the first repository with threads, by name, for which `is_it` returns true.
    pub fn find(&self, is_it: impl Fn(&Entry, &Threads) -> bool) -> Option<String> {
        let known = self.threads.iter().filter_map(|(id, threads)| {
            let entry = self.repos.get(id)?;
            is_it(entry, threads).then(|| entry.repo.full_name.clone())
        });
        known.min()
    }

    /// `found` if the client may see it; `Missing` for a private repository without an accepted token.
    pub fn visible(&self, found: Found, client: Client) -> Found {
        let id = match &found {
            Found::Here(entry) => entry.id,
            Found::Moved { id, .. } => *id,
            Found::Missing => return found,
        };
        let private = self.repos.get(&id).is_some_and(|entry| entry.repo.private);
        if private && client != Client::SignedIn { Found::Missing } else { found }
    }

    /// Every repository that a client may see.
    pub fn all(&mut self, client: Client) -> Vec<Entry> {
        let ids: Vec<u64> = self.repos.keys().copied().collect();
        let mut all = Vec::new();
        for id in ids {
            let found = self.by_id(id);
            if let Found::Here(entry) = self.visible(found, client) {
                all.push(*entry);
            }
        }
        all
    }

    /// Creates a token for the URL of a repository's archive.
    pub fn archive_token(&mut self, id: u64) -> String {
        let count = self.archive_tokens.len();
        let token = blake3::hash(format!("{id} {count}").as_bytes()).to_hex()[..32].to_uppercase();
        self.archive_tokens.insert(token.clone(), id);
        token
    }

    pub fn repack(&mut self, full_name: &str) {
        let id = self.names.get(&full_name.to_lowercase()).expect("a repository that is served");
        let entry = self.repos.get_mut(id).expect("a repository that is served");
        entry.packing += 1;
        let bytes = match &entry.store {
            Store::Memory(bytes) => bytes.clone(),
            Store::Disk(path) => fs::read(path).expect("a tarball").into(),
        };
        entry.store = Store::Memory(archive::repacked(&bytes, entry.packing).into());
    }

    /// The repositories that `entry` is a fork of, its parent first.
    fn ancestors(&self, entry: &Entry) -> Vec<Entry> {
        let mut ancestors: Vec<Entry> = Vec::new();
        let mut next = entry.repo.fork_of.clone();
        while let Some(name) = next.filter(|_| ancestors.len() < 10) {
            let known = self.names.get(&name.to_lowercase()).and_then(|id| self.repos.get(id));
            let mut parent = known.cloned().unwrap_or_else(|| {
                let repo = Repo::new(&name, "", Archive::Bytes(Vec::new()));
                Entry::new(self.free_id(&name.to_lowercase()), repo, Store::Memory(Bytes::new()))
            });
            parent.account = self.account(parent.parts().0);
            next = parent.repo.fork_of.clone();
            ancestors.push(parent);
        }
        ancestors
    }

    /// An unused id, derived from the name so that it is deterministic.
    fn free_id(&self, name: &str) -> u64 {
        let hash = blake3::hash(name.as_bytes());
        let start = hash.as_bytes()[..4].iter().fold(0, |id, byte| id * 256 + u64::from(*byte));
        (start + 1..).find(|id| !self.repos.contains_key(id)).unwrap_or(start)
    }
}

impl Entry {
    fn new(id: u64, repo: Repo, store: Store) -> Entry {
        let account = Account::of("");
        let ancestors = Vec::new();
        Entry { id, repo, store, revision: 0, packing: 0, account, ancestors, seen: None }
    }

    /// The part of the full name before the slash, and the part after.
    pub fn parts(&self) -> (&str, &str) {
        let name = &self.repo.full_name;
        name.split_once('/').unwrap_or(("", name))
    }

    /// Updates the sha if the archive's file was replaced. Returns false if the file is missing.
    fn refresh(&mut self) -> bool {
        let Store::Disk(_) = self.store else {
            return true;
        };
        let stamp = self.store.stamp();
        if stamp.is_some() && stamp != self.seen {
            let sha = self.store.sha().unwrap_or_default();
            self.revision += u32::from(sha != self.repo.sha);
            self.repo.sha = sha;
            self.seen = stamp;
        }
        stamp.is_some()
    }
}

impl Store {
    fn stamp(&self) -> Option<(SystemTime, u64)> {
        let Store::Disk(path) = self else { return None };
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// The sha of a file; `None` for bytes, whose sha the test sets.
    fn sha(&self) -> Option<String> {
        match self {
            Store::Memory(_) => None,
            Store::Disk(path) => archive::sha_of_file(path).ok(),
        }
    }
}
