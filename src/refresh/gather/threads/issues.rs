//! The order in which issues are read. A pass first reads the issues and then the comments. In both lists, the items
//! that were changed longest ago come first.
//!
//! If the catalogue requests only issues with some labels, a full pass requests the comments of each of these issues
//! separately. An incremental pass, whatever the catalogue requests, does so only for an issue that is new in the store
//! and older than the comments that the pass reads, for example an issue that was labelled only recently.

use chrono::TimeDelta;

use super::pass::{ThreadsFetch, earlier};
use crate::catalogue::IssueSelection as Rule;
use crate::crawl::CrawlError;
use crate::crawl::github::issues::{CommentPage, IssuePage, ListPosition};
use crate::crawl::github::thread::{Thread, ThreadPost};
use crate::crawl::github::threads::ThreadFailure;
use crate::store::{KnownResponse, PassPhase, SeenThread, ThreadPage, ThreadsOf};

/// The result of reading a page of issues or comments.
type PageRead = Result<(), CrawlError>;

impl ThreadsFetch<'_> {
    /// Reads pages of issues and comments until the end of the pass. The inner `Err` says why this run can't continue.
    pub(super) fn issues(&mut self) -> anyhow::Result<PageRead> {
        loop {
            let read = match self.pass().phase {
                PassPhase::Comments => self.page_of_comments()?,
                _ => self.page_of_issues()?,
            };
            if read.is_err() || self.state.pass.is_none() {
                return Ok(read);
            }
        }
    }

    /// Reads one page of issues.
    fn page_of_issues(&mut self) -> anyhow::Result<PageRead> {
        let known = self.known(IssueList::Issues);
        let (since, page) = (self.pass().cursor.clone(), self.pass().page);
        let label = self.only_label();
        let response = self.request(async |crawler, repository, traffic| {
            let (since, label, known) = (since.as_deref(), label.as_deref(), known.as_deref());
            crawler.issues(repository, ListPosition { since, page, label, known }, traffic).await
        });
        let IssuePage { listing, comments, etag } = match response {
            Ok(issues) => issues,
            Err(error) => return Ok(Err(error)),
        };
        let mut kept = ThreadPage::default();
        for failure in &listing.failures {
            self.fail(failure, &mut kept);
        }
        for (thread, comments) in listing.threads.into_iter().zip(comments) {
            let updated_at = thread.updated_at.clone();
            if let Err(error) = self.take_issue(thread, comments, &mut kept)? {
                // The issues before this one are stored. The next run continues near this issue, and may read some of
                // the stored issues again.
                self.advance(Some(updated_at), NextPage::Same);
                self.write_page(kept)?;
                return Ok(Err(error));
            }
        }
        let pass = self.pass();
        pass.newest = pass.newest.take().max(listing.newest.clone());
        let next = if listing.next.is_some() { NextPage::Next } else { NextPage::None };
        if next == NextPage::None {
            self.answered(IssueList::Issues, since, page, etag);
        }
        self.advance(listing.newest, next);
        self.write_page(kept)?;
        if self.pass().phase == PassPhase::Comments && self.reads_own_comments() {
            let pass = self.pass();
            pass.newest_comment = pass.newest.clone();
            self.finish()?;
        }
        Ok(Ok(()))
    }

    /// The label by which GitHub can select the issues; `None` unless the entry names exactly one label. With several
    /// labels, GitHub's filter would select the issues that have all of them, not any of them.
    fn only_label(&self) -> Option<String> {
        match &self.target.source.threads.issues {
            Rule::Labelled(labels) if labels.len() == 1 => labels.first().cloned(),
            _ => None,
        }
    }

    /// Adds one issue to `page`, with its stored comments. If the later pages of comments will not contain all of its
    /// comments, requests all of them now and adds these instead.
    fn take_issue(
        &mut self,
        mut thread: Thread,
        comments: u64,
        page: &mut ThreadPage,
    ) -> anyhow::Result<PageRead> {
        let (number, updated_at) = (thread.number, thread.updated_at.clone());
        if !self.target.source.threads.issues.includes(&thread.labels) {
            page.dropped.push(number);
            return Ok(Ok(()));
        }
        let stored = self
            .store
            .thread(ThreadsOf { source: &self.target.source.id, kind: self.target.kind }, number)?;
        let is_late = stored.is_none() && self.precedes_comments(&thread);
        let own = comments > 0 && (is_late || self.reads_own_comments());
        if own {
            let response = self.request(async |crawler, repository, traffic| {
                crawler.comments_of(repository, number, traffic).await
            });
            match response {
                Ok(Ok(posts)) => thread.merge(posts),
                Ok(Err(message)) => {
                    let updated_at = Some(updated_at);
                    self.fail(&ThreadFailure { number: Some(number), updated_at, message }, page);
                    return Ok(Ok(()));
                }
                Err(error) => return Ok(Err(error)),
            }
        } else if let Some(stored) = stored {
            thread.posts = stored.posts;
        }
        page.seen.push(if own { SeenThread::Whole(number) } else { SeenThread::Thread(number) });
        match self.kept(thread) {
            Some(thread) => page.threads.push(thread),
            None => page.dropped.push(number),
        }
        Ok(Ok(()))
    }

    /// Whether this is an incremental pass and `thread` is older than all comments that the pass reads. In an
    /// incremental pass without a start time for comments (`until`), also true.
    fn precedes_comments(&mut self, thread: &Thread) -> bool {
        let pass = self.pass();
        !pass.full && pass.until.as_ref().is_none_or(|comments| thread.created_at < *comments)
    }

    /// Whether this pass requests the comments of each issue separately.
    fn reads_own_comments(&mut self) -> bool {
        self.pass().full && matches!(self.target.source.threads.issues, Rule::Labelled(_))
    }

    /// Reads one page of comments.
    fn page_of_comments(&mut self) -> anyhow::Result<PageRead> {
        let known = self.known(IssueList::Comments);
        let (since, page) = (self.pass().cursor.clone(), self.pass().page);
        let response = self.request(async |crawler, repository, traffic| {
            let (since, known) = (since.as_deref(), known.as_deref());
            crawler
                .comments(repository, ListPosition { since, page, label: None, known }, traffic)
                .await
        });
        let CommentPage { by_issue, failures, newest, has_next, etag } = match response {
            Ok(comments) => comments,
            Err(error) => return Ok(Err(error)),
        };
        let mut kept = ThreadPage::default();
        for failure in failures {
            let (number, updated_at) = (failure.issue, failure.updated_at);
            let message = format!("a comment: {}", failure.message);
            self.fail(&ThreadFailure { number, updated_at, message }, &mut kept);
        }
        for (number, posts) in by_issue {
            self.take_comments(number, posts, &mut kept)?;
        }
        let pass = self.pass();
        pass.newest_comment = pass.newest_comment.take().max(newest.clone());
        if has_next {
            self.advance(newest, NextPage::Next);
            self.write_page(kept)?;
            return Ok(Ok(()));
        }
        self.answered(IssueList::Comments, since, page, etag);
        self.write_page(kept)?;
        let pass = self.pass();
        // If no comments were found, the next pass must not begin with the first comment ever.
        pass.newest_comment = pass.newest_comment.take().or_else(|| pass.newest.clone());
        self.finish()?;
        Ok(Ok(()))
    }

    /// Adds the comments on the issue `number` to `page`. Does nothing if no such issue is stored; for example,
    /// `number` may be a pull request.
    fn take_comments(
        &mut self,
        number: u64,
        posts: Vec<ThreadPost>,
        page: &mut ThreadPage,
    ) -> anyhow::Result<()> {
        let of = ThreadsOf { source: &self.target.source.id, kind: self.target.kind };
        let Some(mut thread) = self.store.thread(of, number)? else { return Ok(()) };
        page.seen
            .extend(posts.iter().map(|post| SeenThread::Post { thread: number, post: post.id }));
        thread.merge(posts);
        page.threads.extend(self.kept(thread));
        Ok(())
    }

    /// Moves the pass past a page whose newest item was changed at `newest`. If the list has no further page, the pass
    /// continues with the comments. Otherwise it requests the items that were changed since about `newest`. If that
    /// time is no progress, it requests the next page, or the same page for [`NextPage::Same`].
    fn advance(&mut self, newest: Option<String>, next: NextPage) {
        let pass = self.pass();
        if next == NextPage::None {
            (pass.phase, pass.cursor, pass.page) = (PassPhase::Comments, pass.until.clone(), 1);
            return;
        }
        // The next request begins one second earlier, because other items may have been changed within the same second.
        let since = newest.and_then(|at| earlier(&at, TimeDelta::seconds(1)));
        if since.is_some() && since > pass.cursor {
            (pass.cursor, pass.page) = (since, 1);
        } else if next == NextPage::Next {
            pass.page += 1;
        }
    }

    fn write_page(&mut self, mut page: ThreadPage) -> anyhow::Result<()> {
        if !self.pass().full {
            page.seen.clear();
        }
        self.write(&page)
    }

    /// The stored ETag for the next request of `list`. `None` in a full pass, for a page after the first, and if the
    /// ETag belongs to a request with another `since`.
    fn known(&mut self, list: IssueList) -> Option<String> {
        let answered = match list {
            IssueList::Issues => self.state.answered.clone(),
            IssueList::Comments => self.state.answered_comments.clone(),
        };
        let pass = self.pass();
        let is_same = |answered: &KnownResponse| Some(&answered.since) == pass.cursor.as_ref();
        let is_first = !pass.full && pass.page == 1;
        answered.filter(|answered| is_first && is_same(answered)).map(|answered| answered.etag)
    }

    /// Stores the ETag of the last page of `list`, if it was also the first page. Otherwise, removes the stored ETag.
    fn answered(
        &mut self,
        list: IssueList,
        since: Option<String>,
        page: u32,
        etag: Option<String>,
    ) {
        let answered = since.zip(etag).filter(|_| page == 1);
        let answered = answered.map(|(since, etag)| KnownResponse { since, etag });
        match list {
            IssueList::Issues => self.state.answered = answered,
            IssueList::Comments => self.state.answered_comments = answered,
        }
    }
}

/// One of the two lists that a pass over issues reads.
#[derive(Clone, Copy)]
enum IssueList {
    Issues,
    Comments,
}

/// Where a pass continues after a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NextPage {
    /// The list has no further page.
    None,
    /// The next page.
    Next,
    /// The rest of the same page.
    Same,
}
