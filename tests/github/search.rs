//! `GET /search/repositories` over the served repositories: words in name, description and topics,
//! and the qualifiers that a crawler uses. Other qualifiers are ignored.

use serde_json::{Value, json};

use super::api::{error, json as json_answer};
use super::errors::Error;
use super::http::{Answer, Call};
use super::pages::page;
use super::shapes::{pushed_at, repository};
use super::state::Entry;

/// The maximum number of results that GitHub returns, for any number of matches.
const MOST: usize = 1000;

/// The response to a search in `all`, the repositories that the client may see.
pub fn answer(base: &str, call: &Call, all: &[Entry]) -> Answer {
    let Some(query) = call.query("q").filter(|query| !query.trim().is_empty()) else {
        return error(&Error::status(422));
    };
    let number = |name: &str| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    if number("page").unwrap_or(1).saturating_sub(1) * size >= MOST {
        return error(&Error::too_far());
    }
    let query = Query::parse(query);
    let mut found: Vec<(usize, &Entry)> = Vec::new();
    for entry in all {
        found.extend(query.score(entry).map(|score| (score, entry)));
    }
    let stars = |entry: &Entry| entry.repo.stars;
    match call.query("sort") {
        Some("stars") => found.sort_by_key(|(_, entry)| (stars(entry), entry.id)),
        Some("updated") => found.sort_by_key(|(_, entry)| (pushed_at(entry), entry.id)),
        _ => found.sort_by_key(|(score, entry)| (*score, stars(entry), entry.id)),
    }
    if call.query("order") != Some("asc") {
        found.reverse();
    }
    let total = found.len();
    found.truncate(MOST);
    let (found, link) = page(call, &format!("{base}/search/repositories"), found);
    let items = found.into_iter().map(|(_, entry)| {
        let mut item = repository(base, entry);
        item["score"] = json!(1.0);
        item
    });
    let items: Vec<Value> = items.collect();
    let body = json!({ "total_count": total, "incomplete_results": false, "items": items });
    let answer = json_answer(200, &body).with("cache-control", "no-cache");
    match link {
        Some(link) => answer.with("link", link),
        None => answer,
    }
}

struct Query {
    words: Vec<String>,
    qualifiers: Vec<(String, String)>,
}

impl Query {
    fn parse(text: &str) -> Query {
        let mut query = Query { words: Vec::new(), qualifiers: Vec::new() };
        let mut quoted = false;
        let parts = text.split(|c: char| {
            quoted ^= c == '"';
            c.is_whitespace() && !quoted
        });
        for part in parts.map(|part| part.replace('"', "").to_lowercase()) {
            match part.split_once(':') {
                Some((key, value)) => query.qualifiers.push((key.into(), value.into())),
                None if !part.is_empty() => query.words.push(part),
                None => {}
            }
        }
        query
    }

    fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.qualifiers.iter().filter(move |(own, _)| own == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The number of matches of the words in the repository's texts; `None` if it doesn't match.
    fn score(&self, entry: &Entry) -> Option<usize> {
        let repo = &entry.repo;
        let (owner, name) = entry.parts();
        let forks = self.all("fork").next().unwrap_or("false");
        let of_fork = match repo.fork_of {
            Some(_) => forks != "false",
            None => forks != "only",
        };
        let holds = of_fork
            && self.all("topic").all(|topic| repo.topics.iter().any(|own| own == topic))
            && self.all("stars").all(|range| is_in(repo.stars, range))
            && self.all("user").all(|user| owner.eq_ignore_ascii_case(user))
            && self.all("archived").all(|archived| archived == repo.archived.to_string());
        let places: Vec<&str> = self.all("in").flat_map(|all| all.split(',')).collect();
        let looks_in = |place: &str| places.is_empty() || places.contains(&place);
        let mut texts = Vec::new();
        if looks_in("name") {
            texts.push(name.to_lowercase());
        }
        if looks_in("description") {
            texts.push(repo.description.as_deref().unwrap_or("").to_lowercase());
        }
        if looks_in("topics") {
            texts.push(repo.topics.join(" "));
        }
        let count = |word: &String| texts.iter().filter(|text| text.contains(word)).count();
        let counts: Vec<usize> = self.words.iter().map(count).collect();
        (holds && !counts.contains(&0)).then(|| counts.iter().sum())
    }
}

/// Whether `number` is in `range`: `>N`, `>=N`, `<N`, `<=N`, `N..M` or `N`. An invalid range contains all.
fn is_in(number: u64, range: &str) -> bool {
    let parse = |text: &str| text.parse::<u64>().ok();
    let compare = |sign: &str| range.strip_prefix(sign).and_then(parse);
    if let Some(least) = compare(">=") {
        return number >= least;
    }
    if let Some(most) = compare("<=") {
        return number <= most;
    }
    if let Some(below) = compare(">") {
        return number > below;
    }
    if let Some(above) = compare("<") {
        return number < above;
    }
    match range.split_once("..") {
        Some((least, most)) => {
            parse(least).is_none_or(|least| number >= least)
                && parse(most).is_none_or(|most| number <= most)
        }
        None => parse(range).is_none_or(|exact| number == exact),
    }
}
