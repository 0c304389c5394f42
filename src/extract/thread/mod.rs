//! Discussions and issues: the question, then the accepted answer, then comments of substance.
//!
//! Each post is a section, or several if it is long, below the thread's title. A comment has a second heading, "Answer
//! by LOGIN" or "Comment by LOGIN"; headings inside a post are lines of its text. [`order`] sorts the posts, [`people`]
//! detects bots, [`clean`] removes the remains of templates, [`quotes`] removes quotations of earlier posts, and
//! [`substance`] detects comments without content, such as "+1".

mod clean;
mod order;
mod people;
mod quotes;
mod substance;

use std::collections::HashSet;
use std::num::NonZeroU64;

use super::markdown::MarkdownReader;
use super::sections::{SectionBuilder, SpanUnit};
use super::{Address, Document, DocumentKind, PostByline, Section};
use crate::crawl::github::thread::{MOST_POSTS, THREAD_BYTES, Thread, ThreadPost};
use crate::problem::{Problem, Stage};
use quotes::PostedRuns;

/// The maximum bytes of a thread's JSON. Stored threads have at most a million bytes of text, and JSON escapes can make
/// it six times as long.
const MOST_BYTES: usize = 8_000_000;
/// The level of the heading with the thread's title.
const TITLE_LEVEL: u8 = 1;
/// The level of a post's heading.
const POST_LEVEL: u8 = 2;

/// Reads the thread whose JSON is `bytes`. Returns `None` with a problem if it isn't a thread. Returns `None` without a
/// problem if the question is hidden or by a bot, or if no post has content.
pub(super) fn read(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Document> {
    let mut thread = match parse(bytes) {
        Ok(thread) => thread,
        Err(message) => {
            problems.push(Problem::new(Stage::Extract, message));
            return None;
        }
    };
    if thread.bound() {
        let message = format!(
            "too long: the first {MOST_POSTS} comments, of {THREAD_BYTES} bytes together, are read"
        );
        problems.push(Problem::new(Stage::Extract, message));
    }
    if people::is_program(thread.question.author.as_ref()) || thread.question.minimized {
        return None;
    }
    let mut writer = ThreadWriter::new(&thread);
    writer.question(problems);
    for post in order::of(&thread) {
        writer.comment(post, problems);
    }
    let sections = writer.sections;
    let labels = thread.labels.iter().chain(&thread.category);
    (!sections.is_empty()).then(|| Document {
        date: day(&thread.created_at),
        tags: labels.map(|label| label.trim().to_owned()).collect(),
        title: Some(title(&thread)),
        kind: DocumentKind::Discussion,
        licence: None,
        sections,
    })
}

/// Parses the JSON `bytes`. `Err` is the message of a problem.
fn parse(bytes: &[u8]) -> Result<Thread, String> {
    if bytes.len() > MOST_BYTES {
        return Err(format!("the thread is longer than {MOST_BYTES} bytes"));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("no thread: {error}"))
}

/// Collects the sections of one thread.
struct ThreadWriter<'a> {
    thread: &'a Thread,
    title: String,
    quoted: PostedRuns,
    /// The ids of the posts added so far: an id identifies a section, so it must be unique.
    written: HashSet<u64>,
    sections: Vec<Section>,
}

impl<'a> ThreadWriter<'a> {
    fn new(thread: &'a Thread) -> ThreadWriter<'a> {
        ThreadWriter {
            thread,
            title: title(thread),
            quoted: PostedRuns::of(thread),
            written: HashSet::new(),
            sections: Vec::new(),
        }
    }

    /// Adds the question. It needs no substance: short questions are what people search for.
    fn question(&mut self, problems: &mut Vec<Problem>) {
        let question = &self.thread.question;
        self.post(question, Address::Question, None, &clean::clean(&question.body), problems);
    }

    fn comment(&mut self, post: &ThreadPost, problems: &mut Vec<Problem>) {
        let Some(id) = NonZeroU64::new(post.id) else { return };
        if post.minimized || people::is_program(post.author.as_ref()) {
            return;
        }
        let body = self.quoted.without(post, &clean::clean(&post.body));
        if !substance::has_substance(&body) || !self.written.insert(post.id) {
            return;
        }
        let what = if self.thread.answer == Some(post.id) { "Answer" } else { "Comment" };
        let heading = match people::login(post.author.as_ref()) {
            Some(login) => format!("{what} by {login}"),
            None => format!("{what} by a deleted account"),
        };
        self.post(post, Address::Comment(id), Some(&heading), &body, problems);
    }

    /// Adds the sections of `post`, whose Markdown is `body`, at `address` below `heading`.
    fn post(
        &mut self,
        post: &ThreadPost,
        address: Address,
        heading: Option<&str>,
        body: &str,
        problems: &mut Vec<Problem>,
    ) {
        let mut builder = SectionBuilder::new(SpanUnit::Post(address));
        builder.heading(TITLE_LEVEL, &self.title, None, 1);
        if let Some(heading) = heading {
            builder.heading(POST_LEVEL, heading, None, 1);
        }
        let mut reader = MarkdownReader::of_post(builder);
        reader.markdown(body, Some(1), problems);
        let posted = PostByline {
            login: people::login(post.author.as_ref()).map(str::to_owned),
            date: day(&post.created_at),
        };
        for mut section in reader.finish().sections {
            section.posted = Some(posted.clone());
            self.sections.push(section);
        }
    }
}

/// The thread's title on one line, or its kind and number if the title is empty.
fn title(thread: &Thread) -> String {
    let title = thread.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() { thread.kind.path(thread.number) } else { title }
}

/// The date, `YYYY-MM-DD`, of the RFC 3339 timestamp `time`.
fn day(time: &str) -> Option<String> {
    let day = time.get(..10)?;
    day.parse::<chrono::NaiveDate>().ok().map(|day| day.to_string())
}

#[cfg(test)]
mod tests;
