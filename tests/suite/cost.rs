//! The cost of a search: the work for hostile queries is bounded and counted, and it ends when the client disconnects.

use std::collections::HashMap;
use std::path::Path;

use cairn::config::DataFiles;
use cairn::generation::folders;
use cairn::search::{
    Budget, Filter, FilterField, FoldedCopies, LastWord, SearchError, SearchRequest, SearchStopped,
    Searcher, SectionRecord, Understanding,
};
use cairn::vocabulary::{self, Vocabulary};
use tokio_util::sync::CancellationToken;

use crate::queries::Queries;
use crate::shelf::{Shelf, record, shelf};

/// The number of queries that are tried, and how many times the median the worst may cost.
const QUERIES: usize = 2_000;
const MOST_TIMES: u64 = 50;

/// The words of a synthetic index, the most common first. As in any language, the word of rank r is used 1/r times as
/// often as the first.
fn words() -> Vec<String> {
    let common = "the of and to a in is for model data on that with as are feature this be system learning by user \
        from we can or an training which it at recommendation not more ranking search bias recall position";
    let parts = [
        "re", "con", "tri", "mo", "del", "ser", "ving", "fea", "ture", "lo", "ga", "rank", "ing",
        "ra", "tion",
    ];
    let made = (0..4_000_usize).map(|at| {
        let part = |of: usize| parts[of % parts.len()];
        format!("{}{}{}", part(at), part(at / 15 + at % 7), part(at / 225 + at % 11))
    });
    let mut words: Vec<String> = common.split_whitespace().map(str::to_owned).collect();
    let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
    words.extend(made.filter(|word| known.insert(word.clone())));
    words
}

/// An index of `sections` sections of `words`, five per document, of two sources.
fn index(words: &[String], sections: usize) -> Shelf {
    let mut dice = fastrand::Rng::with_seed(7);
    let mut draw = |count: usize| -> String {
        // The inverse of Zipf's distribution: rank = size^u.
        let rank = |u: f64| (words.len() as f64).powf(u) as usize - 1;
        let drawn = (0..count).map(|_| words[rank(dice.f64()).min(words.len() - 1)].as_str());
        drawn.collect::<Vec<_>>().join(" ")
    };
    let records = (0..sections).map(|at| {
        let (heading, text) = (draw(4), draw(80));
        record(&heading, &text, |record| {
            record.path = format!("docs/part{}/notes-{}.md", at % 17, at / 5);
            record.source = if at % 3 == 0 { "bob/lists" } else { "ann/notes" }.into();
            record.language = Some(if at % 40 == 0 { "de" } else { "en" }.into());
            record.date = Some(format!("20{}-05-01", 18 + at % 9));
            record.steps = (at % 4 == 0).then(|| "serving".to_owned()).into_iter().collect();
        })
    });
    shelf(records.collect())
}

/// The cost of a search for `text` in units of work, without showing hits, which costs the same for any query.
fn cost(searcher: &Searcher, vocabulary: &Vocabulary, text: &str) -> u64 {
    let budget = Budget::unlimited();
    for last_word in [LastWord::Whole, LastWord::Unfinished] {
        match searcher.search(&request(text, &[], last_word), vocabulary, &budget) {
            Ok(_) | Err(SearchError::TooManyFilters { .. }) => {}
            Err(error) => panic!("{text}: {error}"),
        }
    }
    budget.spent()
}

fn request<'a>(text: &'a str, filters: &'a [Filter], last_word: LastWord) -> SearchRequest<'a> {
    let understanding = Understanding::FULL;
    SearchRequest { text, filters, limit: 0, offset: 0, understanding, last_word }
}

/// Prints the most expensive of the queries of `words`. Fails if the worst costs too many times the median.
fn judge(searcher: &Searcher, vocabulary: &Vocabulary, words: &[String]) {
    let mut costs: Vec<(u64, String)> = Queries::all(words, 20_261_128, QUERIES)
        .into_iter()
        .map(|query| (cost(searcher, vocabulary, &query), query))
        .collect();
    costs.sort();
    let median = costs[costs.len() / 2].0;
    for (cost, query) in costs.iter().rev().take(5) {
        let shown: String = query.chars().take(90).collect();
        println!("{:>6.1} times the median of {median}: {shown}", *cost as f64 / median as f64);
    }
    let (worst, query) = costs.last().unwrap();
    assert!(*worst < MOST_TIMES * median, "{worst} units, {median} the median: {query}");
}

/// As `judge`, over the current generation of `index` with its own words.
pub fn judge_index(index: &Path) {
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let folder = folders::folder(index, folders::current(index).unwrap().unwrap());
    let copies = FoldedCopies::default();
    let searcher = Searcher::open(&folder.join("search"), copies, &vocabulary, Vec::new()).unwrap();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let count = |_, record: SectionRecord| {
        let letters = |c: char| !c.is_alphanumeric();
        for word in record.text.to_lowercase().split(letters).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_owned()).or_insert(0) += 1;
        }
    };
    searcher.each(count).unwrap();
    let mut words: Vec<(String, usize)> = counts.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let words: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
    judge(&searcher, &vocabulary, &words);
}

#[test]
fn the_worst_of_two_thousand_queries_costs_less_than_fifty_times_the_median() {
    let words = words();
    let shelf = index(&words, 2_000);
    judge(&shelf.searcher, &shelf.vocabulary, &words);
}

#[test]
fn a_path_filter_typed_142_times_costs_what_it_costs_once() {
    let shelf = index(&words(), 500);
    let cost = |text: &str| cost(&shelf.searcher, &shelf.vocabulary, text);
    let once = cost("path:s");
    assert_eq!(cost(&"path:s ".repeat(142)), once);
    let different: Vec<String> = (0..16).map(|at| format!("path:notes-{at}")).collect();
    assert!(cost(&different.join(" ")) <= 2 * once, "one pass over the paths for all of them");
    assert_eq!(shelf.full(&"path:s ".repeat(142)).understood.filters.len(), 1);
}

#[test]
fn more_than_sixteen_different_filters_are_refused() {
    let shelf = index(&words(), 20);
    let given = Filter::all([(FilterField::Source, Some("ann"))]);
    let named = |count: usize| (0..count).map(|at| format!("path:{at} ")).collect::<String>();
    let search = |text: &str, filters: &[Filter]| {
        let request = request(text, filters, LastWord::Whole);
        shelf.searcher.search(&request, &shelf.vocabulary, &Budget::unlimited())
    };
    let answer = search(&named(16), &[]).unwrap();
    assert_eq!(answer.understood.filters.len(), 16);
    for (text, filters) in [(named(17), &[][..]), (named(16), &given)] {
        let error = search(&text, filters).unwrap_err();
        assert!(matches!(error, SearchError::TooManyFilters { named: 17 }), "{error}");
    }
}

#[test]
fn the_query_text_cannot_change_a_separate_filter() {
    let shelf = index(&words(), 60);
    let filters = Filter::all([
        (FilterField::Source, Some("bob/lists")),
        (FilterField::Lang, Some(" en ")),
        (FilterField::Topic, None),
        (FilterField::Step, Some("  ")),
    ]);
    let long = "model ".repeat(200);
    for text in ["\"model", "model NOT", "model -", "model OR", "model (", "model source:\"", &long]
    {
        let mut request = request(text, &filters, LastWord::Unfinished);
        request.limit = 100;
        let budget = Budget::unlimited();
        let answer = shelf.searcher.search(&request, &shelf.vocabulary, &budget).unwrap();
        assert!(answer.total > 0, "{text}");
        for found in &answer.found {
            assert_eq!(found.record.source, "bob/lists", "{text}");
            assert_eq!(found.record.language.as_deref(), Some("en"), "{text}");
        }
        assert_eq!(answer.understood.filters, filters, "{text}");
    }
    // Without the filters, these two would match all sources.
    let text = "model source:ann source:bob";
    let mut request = request(text, &filters, LastWord::Unfinished);
    request.limit = 100;
    let answer = shelf.searcher.search(&request, &shelf.vocabulary, &Budget::unlimited()).unwrap();
    assert!(answer.total > 0);
    assert!(answer.found.iter().all(|found| found.record.source == "bob/lists"));
}

#[test]
fn every_kind_of_search_ends_when_its_budget_is_spent() {
    let shelf = index(&words(), 600);
    let (searcher, vocabulary) = (&shelf.searcher, &shelf.vocabulary);
    let before = shelf.full("model data").total;
    type Ask<'a> = &'a dyn Fn(&str, &Budget) -> Result<(), SearchError>;
    let search: Ask = &|text, budget| {
        let request = SearchRequest { limit: 20, ..request(text, &[], LastWord::Unfinished) };
        searcher.search(&request, vocabulary, budget).map(drop)
    };
    let suggest: Ask = &|text, budget| searcher.suggest(text, 8, vocabulary, budget).map(drop);
    let texts = vec!["the model of the data ".repeat(50); 3];
    let marks: Ask =
        &|text, budget| searcher.marks(text, Some("en"), &texts, vocabulary, budget).map(drop);
    for (ask, text) in [
        (search, "model data"),
        (search, "\"of the\""),
        (search, "model -data"),
        (search, "(model data) OR (user ranking)"),
        (search, "recomendashun sistem"),
        (search, "path:s"),
        (search, "source:ann licence:mit"),
        (search, "since:2020 step:serving"),
        (suggest, "mod"),
        (suggest, "recomendashun"),
        (marks, "model"),
    ] {
        let whole = Budget::unlimited();
        ask(text, &whole).unwrap();
        for part in [2, 10] {
            let most = whole.spent() / part;
            let budget = Budget::of(most, None, CancellationToken::new());
            let error = ask(text, &budget).unwrap_err();
            assert!(matches!(error, SearchError::Stopped(SearchStopped::Work)), "{text}: {error}");
            assert!(budget.spent() <= most + 5_000, "{text}: {} of {most}", budget.spent());
        }
        let cancelled = CancellationToken::new();
        cancelled.cancel();
        let error = ask(text, &Budget::of(u64::MAX, None, cancelled)).unwrap_err();
        assert!(matches!(error, SearchError::Stopped(SearchStopped::Cancelled)), "{text}: {error}");
    }
    // A stopped search leaves no state: the next search finds what the first did.
    assert_eq!(shelf.full("model data").total, before);
}
