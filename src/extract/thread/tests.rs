//! Tests of threads, ordinary and malformed.

use serde_json::{Value, json};

use super::*;
use crate::extract::extract;

fn post(id: u64, login: &str, body: &str) -> Value {
    json!({
        "id": id, "author": { "login": login, "bot": false }, "url": "https://elsewhere.example/x", "body": body,
        "created_at": format!("2026-03-01T10:{:02}:00Z", id % 60), "updated_at": "2026-03-02T10:00:00Z",
        "upvotes": 0, "minimized": false, "replies_to": null
    })
}

fn with(mut post: Value, key: &str, value: impl Into<Value>) -> Value {
    post[key] = value.into();
    post
}

fn thread(question: &str, answer: Option<u64>, posts: &[Value]) -> Value {
    json!({
        "kind": "discussion", "number": 12, "title": "How to log positions?", "url": "https://elsewhere.example",
        "category": "Q&A", "labels": ["ranking"], "created_at": "2026-03-01T09:00:00Z",
        "updated_at": "2026-03-02T10:00:00Z", "locked": false, "upvotes": 3,
        "question": post(0, "ann", question), "answer": answer, "posts": posts
    })
}

fn document(thread: &Value) -> Document {
    let extracted = extract("thread", thread.to_string().as_bytes());
    assert_eq!(extracted.problems, []);
    extracted.document.unwrap()
}

/// The first word and the address of each section.
fn outline(document: &Document) -> Vec<(String, Address)> {
    let section = |section: &Section| {
        let begin = section.text.split(' ').next().unwrap_or_default().to_owned();
        (begin, section.address)
    };
    document.sections.iter().map(section).collect()
}

fn comment(id: u64) -> Address {
    Address::Comment(NonZeroU64::new(id).unwrap())
}

/// A text of substance that starts with `word`.
fn says(word: &str) -> String {
    format!("{word} is what you log with each impression, and you use it in training only.")
}

#[test]
fn posts_are_ordered_by_answer_votes_and_date_and_replies_follow_their_comment() {
    let reply = |id, to: u64, word| with(post(id, "eve", &says(word)), "replies_to", to);
    let posts = [
        post(1, "bob", &says("early")),
        post(2, "bob", &says("answer")),
        with(post(3, "carl", &says("popular")), "upvotes", 9),
        post(4, "carl", &says("late")),
        reply(5, 3, "reply-popular"),
        reply(6, 2, "reply-answer"),
        reply(7, 99, "reply-unknown"),
    ];
    let document = document(&thread("Which number do I log?", Some(2), &posts));
    let words: Vec<(String, Address)> = outline(&document);
    let expected = [
        ("Which", Address::Question),
        ("answer", comment(2)),
        ("reply-answer", comment(6)),
        ("popular", comment(3)),
        ("reply-popular", comment(5)),
        ("early", comment(1)),
        ("late", comment(4)),
        ("reply-unknown", comment(7)),
    ];
    assert_eq!(words, expected.map(|(word, address)| (word.to_owned(), address)));
    assert_eq!(document.sections[0].headings, ["How to log positions?"]);
    assert_eq!(document.sections[1].headings, ["How to log positions?", "Answer by bob"]);
    assert_eq!(document.sections[2].headings, ["How to log positions?", "Comment by eve"]);
    let posted = document.sections[3].posted.clone().unwrap();
    assert_eq!(
        (posted.login.as_deref(), posted.date.as_deref()),
        (Some("carl"), Some("2026-03-01"))
    );
    assert_eq!((document.kind, document.licence.as_deref()), (DocumentKind::Discussion, None));
    assert_eq!(document.tags, ["ranking", "Q&A"]);
}

#[test]
fn an_accepted_reply_is_the_answer_and_circles_of_replies_are_read_once() {
    let reply = |id, to: u64, word| with(post(id, "eve", &says(word)), "replies_to", to);
    let posts = [
        post(1, "bob", &says("comment")),
        reply(2, 1, "answer"),
        reply(3, 4, "circle-a"),
        reply(4, 3, "circle-b"),
        reply(5, 5, "itself"),
        post(1, "bob", &says("twice")),
        post(0, "bob", &says("nameless")),
    ];
    // Stored threads never have two posts with the same id, so one of them is left out, with a problem.
    let extracted = extract("thread", thread("Which?", Some(2), &posts).to_string().as_bytes());
    let document = extracted.document.unwrap();
    let words: Vec<String> = outline(&document).into_iter().map(|(word, _)| word).collect();
    assert_eq!(words, ["Which?", "answer", "comment", "circle-a", "circle-b", "itself"]);
}

#[test]
fn posts_of_bots_hidden_comments_and_agreement_are_left_out() {
    let posts = [
        with(post(1, "ci", &says("bot")), "author", json!({ "login": "ci", "bot": true })),
        post(2, "renovate[bot]", &says("app")),
        with(post(3, "bob", &says("hidden")), "minimized", true),
        post(4, "bob", "+1"),
        post(5, "bob", "Thanks, that helped!"),
        with(post(6, "x", &says("ghost")), "author", Value::Null),
        post(7, "<script>", &says("strange")),
    ];
    let document = document(&thread("Which number?", None, &posts));
    let headings: Vec<&str> =
        document.sections.iter().map(|section| section.headings.last().unwrap().as_str()).collect();
    let deleted = "Comment by a deleted account";
    assert_eq!(headings, ["How to log positions?", deleted, deleted]);
}

#[test]
fn questions_of_bots_and_empty_threads_give_neither_document_nor_problem() {
    let mut asked = thread("A new version is there.", None, &[post(1, "bob", &says("comment"))]);
    asked["question"]["author"] = json!({ "login": "dependabot[bot]", "bot": true });
    for thread in [asked, thread("<!-- template -->", None, &[post(1, "bob", "bump")])] {
        let extracted = extract("thread", thread.to_string().as_bytes());
        assert_eq!(extracted, crate::extract::Extracted::default());
    }
}

#[test]
fn quotations_of_earlier_posts_are_removed_and_others_are_kept() {
    let question = "Our positions are logged by the client and arrive some hours later. What now?";
    let mail = "On Monday, ann wrote:\n> Our positions are logged by the\n> client and arrive some hours later.\n\nLog them at the server, as the client's clock can't be trusted with anything.";
    let other = "> The propensity of a click depends on where the item was shown.\n\nSo says the paper about unbiased learning to rank, in its second section.";
    let both = "> Log them at the server, as the client's clock can't be trusted with anything.\n\nThat worked. Our join is an hour late now instead of a day.\n```\n> kept\n```";
    let document = document(&thread(
        question,
        None,
        &[post(1, "bob", mail), post(2, "carl", other), post(3, "ann", both)],
    ));
    let texts: Vec<&str> = document.sections.iter().map(|section| section.text.as_str()).collect();
    assert_eq!(
        texts[1],
        "Log them at the server, as the client's clock can't be trusted with anything."
    );
    assert!(texts[2].starts_with("The propensity of a click"), "{}", texts[2]);
    assert!(texts[3].starts_with("That worked."), "{}", texts[3]);
    assert_eq!(document.sections[3].code, "> kept");
}

#[test]
fn headings_front_matter_and_licences_inside_a_post_are_its_text() {
    let body = "---\ntitle: Mine\nlicense: MIT\n---\n\n# First step\n\nLog the position.\n\n<h2>Second step</h2>\n\nTrain with it, see [the paper](https://example.org/paper).\n\n```python\nlog(position)\n```\n";
    let document = document(&thread(body, None, &[]));
    assert_eq!(
        (document.title.as_deref(), document.licence.clone()),
        (Some("How to log positions?"), None)
    );
    let [section] = &document.sections[..] else { panic!("{document:#?}") };
    assert!(section.text.contains("First step\nLog the position."), "{}", section.text);
    assert!(section.text.contains("Second step"), "{}", section.text);
    assert_eq!(section.code, "log(position)");
    assert_eq!(section.links[0].url, "https://example.org/paper");
}

#[test]
fn a_long_comment_is_cut_and_all_parts_lead_to_it() {
    let paragraph = "One sentence of the long answer has eight words. ".repeat(12);
    let long = format!("{paragraph}\n\n").repeat(9);
    let document = document(&thread("Which number?", Some(7), &[post(7, "bob", &long)]));
    let parts = &document.sections[1..];
    assert!(parts.len() > 3, "{}", parts.len());
    assert!(
        parts.iter().all(|part| part.address == comment(7) && part.headings[1] == "Answer by bob")
    );
    let chunks: Vec<u32> = parts.iter().map(|part| part.chunk).collect();
    assert_eq!(chunks, (0..chunks.len() as u32).collect::<Vec<u32>>());
}

#[test]
fn hostile_threads_are_bounded() {
    let many = |count: u64| {
        let posts: Vec<Value> = (1..=count).map(|id| post(id, "bob", &says("many"))).collect();
        extract("thread", thread("Which?", None, &posts).to_string().as_bytes())
    };
    assert_eq!(many(20_000).document.unwrap().sections.len(), MOST_POSTS + 1);
    assert!(many(20_000).problems[0].message.contains("too long"));
    let large = |words: usize| {
        extract("thread", thread(&"a feature ".repeat(words), None, &[]).to_string().as_bytes())
    };
    assert!(large(700_000).document.unwrap().bytes() < 400_000);
    assert!(large(700_000).problems[0].message.contains("too long"));
    for refused in [many(100_000), large(1_000_000)] {
        assert!(refused.document.is_none());
        assert!(refused.problems[0].message.contains("longer than 8000000"));
    }

    let deep = "> ".repeat(30_000) + "a";
    let posts =
        [post(1, "bob", &deep), post(2, "bob", &deep), post(3, "bob", &"<!-- ".repeat(10_000))];
    extract("thread", thread(&deep, None, &posts).to_string().as_bytes());

    let chain: Vec<Value> =
        (1..=5_000).map(|id| with(post(id, "bob", &says("chain")), "replies_to", id - 1)).collect();
    let chained = extract("thread", thread("Which?", None, &chain).to_string().as_bytes());
    assert_eq!(chained.document.unwrap().sections[400].address, comment(400));
}

#[test]
fn bytes_that_are_not_a_thread_give_a_problem() {
    let good = thread("Which?", None, &[post(7, "bob", &says("a"))]).to_string();
    let negative = good.replace("\"id\":7", "\"id\":-7");
    let mut broken = good.clone().into_bytes();
    let at = good.find("Which").unwrap();
    broken[at] = 0xff;
    for bytes in [negative.as_bytes(), &broken, b"", b"{}", "[".repeat(50_000).as_bytes()] {
        let extracted = extract("thread", bytes);
        assert!(extracted.document.is_none());
        assert_eq!(extracted.problems.len(), 1);
    }
}
