//! Threads are written page by page. At the end of a full pass, the threads that it has not seen are deleted.

use super::*;
use crate::crawl::github::thread::ThreadPost;
use crate::store::{SourceRow, ThreadPass};

fn post(id: u64) -> ThreadPost {
    let at = || "2026-01-01T00:00:00Z".to_owned();
    ThreadPost {
        id,
        author: None,
        url: String::new(),
        body: format!("post {id}"),
        created_at: at(),
        updated_at: at(),
        upvotes: 0,
        minimized: false,
        replies_to: None,
    }
}

fn thread(kind: ThreadKind, number: u64, posts: &[u64]) -> Thread {
    Thread {
        kind,
        number,
        title: format!("thread {number}"),
        url: String::new(),
        category: None,
        labels: vec!["question".into()],
        created_at: "2026-01-01T00:00:00Z".into(),
        updated_at: format!("2026-01-{:02}T00:00:00Z", number + 1),
        locked: false,
        upvotes: 0,
        question: post(0),
        answer: None,
        posts: posts.iter().map(|id| post(*id)).collect(),
    }
}

struct World {
    _folder: tempfile::TempDir,
    store: Store,
    source: SourceId,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("library.db")).unwrap();
    World { _folder: folder, store, source: SourceId("a/b".into()) }
}

impl World {
    fn put(
        &mut self,
        kind: ThreadKind,
        page: &ThreadPage,
        most: usize,
        now: i64,
    ) -> WrittenThreads {
        let state = ThreadState { pass: Some(ThreadPass::default()), ..ThreadState::default() };
        self.store
            .put_threads(ThreadsOf { source: &self.source, kind }, page, &state, most, now)
            .unwrap()
    }

    fn numbers(&self) -> Vec<u64> {
        self.store.threads(&self.source).unwrap().iter().map(|thread| thread.number).collect()
    }
}

#[test]
fn a_page_is_stored_with_the_progress_and_an_unchanged_thread_counts_as_unchanged() {
    let mut world = world();
    let kind = ThreadKind::Discussion;
    let page = ThreadPage {
        threads: vec![thread(kind, 1, &[5]), thread(kind, 2, &[])],
        ..ThreadPage::default()
    };
    assert_eq!(world.put(kind, &page, 9, 3).changed, 2);
    assert_eq!(world.put(kind, &page, 9, 8), WrittenThreads::default());
    let stored = world.store.threads(&world.source).unwrap();
    assert_eq!((stored[0].first_seen, stored[0].labels.len()), (3, 1));
    let json = world.store.blob(&stored[0].blob).unwrap().unwrap();
    assert_eq!(serde_json::from_slice::<Thread>(&json).unwrap(), page.threads[0]);
    assert_eq!(stored[0].length, json.len() as u64);
    assert!(
        world.store.thread_state(ThreadsOf { source: &world.source, kind }).unwrap().pass.is_some()
    );

    let edited = ThreadPage { threads: vec![thread(kind, 1, &[5, 6])], ..ThreadPage::default() };
    assert_eq!(world.put(kind, &edited, 9, 9).changed, 1);
    assert_eq!(world.store.threads(&world.source).unwrap()[0].first_seen, 3);
    assert_eq!(world.store.collect_garbage().unwrap(), 1, "only the old text is deleted");
    world.store.keep_sources(&[]).unwrap();
    assert_eq!(world.numbers().len(), 2, "without a row, a source is not deleted");
    world.store.put_source(&world.source, &SourceRow::default()).unwrap();
    world.store.keep_sources(&[]).unwrap();
    assert!(world.numbers().is_empty());
    assert_eq!(world.store.collect_garbage().unwrap(), 2);
}

#[test]
fn beyond_the_limit_the_threads_that_changed_longest_ago_are_deleted() {
    let mut world = world();
    let kind = ThreadKind::Issue;
    let threads = [3, 1, 4, 2].map(|number| thread(kind, number, &[])).to_vec();
    let written = world.put(kind, &ThreadPage { threads, ..ThreadPage::default() }, 2, 1);
    assert_eq!(written, WrittenThreads { changed: 4, removed: 2 });
    assert_eq!(world.numbers(), [3, 4]);
}

#[test]
fn a_full_pass_deletes_the_threads_and_posts_it_has_not_seen() {
    let mut world = world();
    let kind = ThreadKind::Issue;
    let threads = vec![thread(kind, 1, &[5, 6]), thread(kind, 2, &[7]), thread(kind, 3, &[8])];
    let other = thread(ThreadKind::Discussion, 9, &[]);
    world.put(
        ThreadKind::Discussion,
        &ThreadPage { threads: vec![other], ..ThreadPage::default() },
        9,
        1,
    );
    let seen = vec![
        SeenThread::Thread(1),
        SeenThread::Post { thread: 1, post: 6 },
        SeenThread::Whole(3),
        SeenThread::Post { thread: 2, post: 7 },
    ];
    world.put(kind, &ThreadPage { threads, seen, ..ThreadPage::default() }, 9, 1);
    let source = world.source.clone();
    let of = ThreadsOf { source: &source, kind };
    assert!(world.store.misses_threads(of).unwrap());
    let state = ThreadState { swept_at: 5, ..ThreadState::default() };
    let written = world.store.end_pass(of, true, &state, 2).unwrap();
    assert_eq!(written, WrittenThreads { changed: 1, removed: 1 });
    assert_eq!(world.numbers(), [9, 1, 3]);
    let posts = |number| world.store.thread(of, number).unwrap().unwrap().posts.len();
    assert_eq!(
        (posts(1), posts(3)),
        (1, 1),
        "post 5 was not seen; the posts of thread 3 were not checked"
    );
    assert_eq!(world.store.thread_state(of).unwrap(), state);

    // At the beginning of the next pass, no thread counts as seen.
    assert!(world.store.misses_threads(of).unwrap());
    world.store.end_pass(of, false, &state, 3).unwrap();
    assert_eq!(world.numbers(), [9, 1, 3]);
}

#[test]
fn stored_threads_can_be_changed_and_deleted() {
    let mut world = world();
    let kind = ThreadKind::Discussion;
    let threads = [1, 2, 3].map(|number| thread(kind, number, &[5])).to_vec();
    world.put(kind, &ThreadPage { threads, ..ThreadPage::default() }, 9, 1);
    let source = world.source.clone();
    let of = ThreadsOf { source: &source, kind };
    let change = |mut thread: Thread| {
        let is_first = thread.number == 1;
        thread.retain(|_| !is_first);
        (thread.number != 2).then_some(thread)
    };
    let state = ThreadState::default();
    let written = world.store.change_threads(of, &change, &state, 2).unwrap();
    assert_eq!(written, WrittenThreads { changed: 1, removed: 1 });
    assert!(world.store.thread(of, 1).unwrap().unwrap().posts.is_empty());
    assert_eq!(world.store.remove_threads(of).unwrap(), 2);
    assert!(world.numbers().is_empty());
}
