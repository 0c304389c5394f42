//! The log of requests, and the progress of each response's body.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Request;

#[derive(Default)]
pub struct Log {
    entries: Vec<(Request, Arc<Progress>)>,
    most_at_once: usize,
}

/// The progress of a body, which is updated while it is sent.
#[derive(Default)]
pub struct Progress {
    pub sent: AtomicU64,
    pub finished: AtomicBool,
}

impl Log {
    pub fn push(&mut self, request: Request) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        self.entries.push((request, Arc::clone(&progress)));
        let open = |entry: &&(Request, Arc<Progress>)| !entry.1.finished.load(Ordering::Acquire);
        self.most_at_once = self.most_at_once.max(self.entries.iter().filter(open).count());
        progress
    }

    pub fn most_at_once(&self) -> usize {
        self.most_at_once
    }

    pub fn requests(&self) -> Vec<Request> {
        self.entries.iter().map(current).collect()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.most_at_once = 0;
    }

    pub fn take_finished(&mut self) -> Vec<Request> {
        let done = |entry: &mut (Request, Arc<Progress>)| entry.1.finished.load(Ordering::Acquire);
        self.entries.extract_if(.., done).map(|entry| current(&entry)).collect()
    }
}

fn current((request, progress): &(Request, Arc<Progress>)) -> Request {
    Request {
        finished: progress.finished.load(Ordering::Acquire),
        bytes_sent: progress.sent.load(Ordering::Acquire),
        ..request.clone()
    }
}
