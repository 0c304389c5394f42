//! Counts the queries of a server, if `[serve] query_log` is set, and writes them to the index folder every minute.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;

use super::error::RequestFailure;
use crate::config::Config;
use crate::library::query_log::{AskedQuery, QueryLog};
use crate::library::view::{ErrorCode, SearchView};

/// How often the log is written.
const PERIOD: Duration = Duration::from_secs(60);

/// The queries of one server.
pub(super) struct AskedQueries {
    index: PathBuf,
    /// `None` if queries are not counted.
    counted: Option<Mutex<CountedQueries>>,
}

struct CountedQueries {
    log: QueryLog,
    /// Whether the file lacks something.
    is_new: bool,
    tried: Instant,
    /// Whether the user was told that the file can't be written.
    is_told: bool,
}

impl AskedQueries {
    /// The queries of a server with the settings `config`. Reads what earlier servers counted.
    pub fn of(config: &Config) -> AskedQueries {
        let counted = config.query_log.then(|| {
            let log = QueryLog::read(&config.index).unwrap_or_else(|damage| {
                tracing::warn!("{damage}; the queries are counted from now on");
                None
            });
            Mutex::new(CountedQueries {
                log: log.unwrap_or_default(),
                is_new: false,
                tried: Instant::now(),
                is_told: false,
            })
        });
        AskedQueries { index: config.index.clone(), counted }
    }

    /// Counts a search for `text` that took `took`. A search that was refused because the server was busy does not count.
    pub fn count(&self, text: &str, answer: &Result<SearchView, RequestFailure>, took: Duration) {
        let Some(mut counted) = self.lock() else { return };
        let found = match answer {
            Ok(view) => Some(view.total),
            Err(failure) if failure.code == ErrorCode::TooCostly => None,
            Err(_) => return,
        };
        counted.log.add(&AskedQuery { text, found, took }, Utc::now());
        counted.is_new = true;
    }

    /// A copy of the log; `None` if queries are not counted.
    pub fn log(&self) -> Option<QueryLog> {
        self.lock().map(|counted| counted.log.clone())
    }

    /// Writes the log if a minute has passed since it was last written.
    pub fn keep(&self) {
        if self.lock().is_some_and(|counted| counted.tried.elapsed() >= PERIOD) {
            self.save();
        }
    }

    /// Writes the log, if there is something new. If that is impossible, says so once, and goes on counting.
    pub fn save(&self) {
        let Some(mut counted) = self.lock() else { return };
        counted.tried = Instant::now();
        if !counted.is_new {
            return;
        }
        match counted.log.write(&self.index) {
            Ok(()) => counted.is_new = false,
            Err(error) if !counted.is_told => {
                counted.is_told = true;
                tracing::warn!("the queries are counted in memory only: {error:#}");
            }
            Err(_) => {}
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, CountedQueries>> {
        Some(self.counted.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
