//! Filters: each value selects what it should, and a search by filters alone finds the same sections as with a word.

use std::collections::BTreeSet;

use cairn::catalogue::names::SourceNames;
use cairn::search::{
    Budget, CopyPlace, CountedValue, FacetField, Filter, FilterField, FoldedCopies, IndexedSource,
    LastWord, SearchRequest, SearchResponse, SectionId, Understanding,
};

use crate::serve::{app, get, json};
use crate::shelf::{Shelf, record, shelf_of, shelf_with};
use crate::world::{World, entry, repo, text};

fn sources(answer: &SearchResponse) -> BTreeSet<&str> {
    answer.found.iter().map(|found| found.record.source.as_str()).collect()
}

/// A shelf with one section for each source. The last source has an id that differs from its owner and name.
fn of_sources() -> Shelf {
    let source = |id: &str, owner: Option<&str>, name: &str| IndexedSource {
        id: id.to_owned(),
        names: SourceNames {
            login: owner.map(str::to_owned),
            name: name.to_owned(),
            ..SourceNames::default()
        },
        ..IndexedSource::default()
    };
    let sources = vec![
        source("Ann/Notes", Some("Ann"), "Notes"),
        source("joann/notes-2", Some("joann"), "notes-2"),
        source("bob/lists", Some("bob"), "lists"),
        source("lists", None, "lists"),
        source("course", Some("zoe"), "ml-course"),
    ];
    let section = |at: usize, id: &str| {
        record(&format!("Apples {at}"), "Apples are red.", |record| record.source = id.into())
    };
    let records = sources.iter().enumerate().map(|(at, source)| section(at, &source.id)).collect();
    shelf_of(records, sources)
}

#[test]
fn source_filters_match_a_whole_id_owner_or_repository_and_no_part_of_it() {
    let shelf = of_sources();
    for (typed, wanted) in [
        ("source:ann/notes", &["Ann/Notes"][..]),
        ("source:ANN", &["Ann/Notes"]),
        ("source:notes", &["Ann/Notes"]),
        ("repo:notes-2", &["joann/notes-2"]),
        ("source:zoe", &["course"]),
        ("source:ml-course", &["course"]),
        ("source:course", &["course"]),
        ("source:bob", &["bob/lists"]),
        ("source:bob source:ann", &["Ann/Notes", "bob/lists"]),
        ("-source:ann -source:bob -source:course", &["joann/notes-2", "lists"]),
        // A whole id means that source alone, though a repository has the same name.
        ("source:lists", &["lists"]),
        ("-source:lists -source:ann -source:joann", &["bob/lists", "course"]),
        // Parts of names.
        ("source:an", &[]),
        ("source:note", &[]),
        ("source:/", &[]),
        ("source:ann/", &[]),
    ] {
        for query in [typed.to_owned(), format!("apples {typed}")] {
            let answer = shelf.full(&query);
            assert_eq!(sources(&answer), wanted.iter().copied().collect(), "{query}");
        }
    }
}

#[test]
fn each_source_that_a_facet_counts_is_found_alone_by_its_id() {
    let shelf = of_sources();
    let facets = shelf.full("apples").facets;
    let facet = facets.iter().find(|facet| facet.field == FacetField::Source).unwrap();
    assert_eq!(facet.values.len(), 5);
    for CountedValue { value: id, count } in &facet.values {
        let filters = Filter::all([(FilterField::Source, Some(id.as_str()))]);
        let request = SearchRequest {
            text: "apples",
            filters: &filters,
            limit: 100,
            offset: 0,
            understanding: Understanding::FULL,
            last_word: LastWord::Whole,
        };
        let answer =
            shelf.searcher.search(&request, &shelf.vocabulary, &Budget::unlimited()).unwrap();
        assert_eq!(sources(&answer), BTreeSet::from([id.as_str()]));
        assert_eq!(answer.total as u64, *count, "{id}");
    }
}

#[test]
fn a_search_by_filters_alone_shows_the_copies_that_the_same_search_with_a_word_shows() {
    let copy = |source: &str, path: &str| {
        record("Apples", "Apples are red.", |record| {
            record.source = source.into();
            record.path = path.into();
        })
    };
    let place = CopyPlace {
        id: SectionId(1),
        source: "bob/lists".into(),
        path: "copy.md".into(),
        address: cairn::extract::Address::Lines(1, 9),
    };
    let mut copies = FoldedCopies::default();
    copies.by_representative.insert(SectionId(0), vec![place]);
    let sources = ["ann/notes", "bob/lists"]
        .map(|id| IndexedSource { id: id.into(), ..IndexedSource::default() });
    let records = vec![copy("ann/notes", "original.md"), copy("bob/lists", "copy.md")];
    let shelf = shelf_with(records, sources.into(), copies);
    for (filter, wanted) in [
        ("source:bob", &[1][..]),
        ("path:copy", &[1]),
        ("path:.md", &[0, 1]),
        ("-source:ann", &[]),
        ("lang:en", &[0]),
    ] {
        for query in [filter.to_owned(), format!("apples {filter}")] {
            let answer = shelf.full(&query);
            let ids: BTreeSet<u64> = answer.found.iter().map(|found| found.id.0).collect();
            assert_eq!(ids, wanted.iter().copied().collect(), "{query}");
            assert_eq!(answer.total, wanted.len(), "{query}");
        }
    }
}

#[test]
fn a_search_for_a_fork_alone_lists_its_copies_on_page_api_and_command_line() {
    let note = "# Shared\n\nThe very same eight words stand in both of them.\n";
    let world = World::new(vec![
        repo("zoe/fork", &[("a.md", note)]),
        repo("ann/original", &[("a.md", note)]),
    ]);
    let fork = entry("zoe/fork", "fork_of = \"ann/original\"");
    world.catalogue(&format!("{fork}{}", entry("ann/original", "")));
    world.refresh(&[], 0);
    assert_eq!(world.hits("source:zoe/fork"), ["zoe/fork a.md"]);
    assert_eq!(world.hits("words source:zoe/fork"), ["zoe/fork a.md"]);
    let app = app(&world);
    assert_eq!(json(&app, "/api/v1/search?q=&source=zoe/fork", 200)["total"], 1);
    let (_, _, page) = get(&app, "/?source=zoe/fork");
    assert!(page.contains("zoe/fork") && page.contains("1 passage"), "{page}");
}

const SWEDISH: &str = "# Rekommendationer\n\nModellen tränas på klicken från den senaste månaden, och \
    rekommendationerna hämtas från minnet så att varje användare snabbt får det som hon söker efter.\n";

#[test]
fn swedish_is_found_by_both_of_its_codes_and_by_other_forms_of_its_words() {
    let english = "# Ranking\n\nThe model is trained on the clicks of the last month, and it is served from memory.\n";
    let world = World::new(vec![repo("ann/notes", &[("sv.md", SWEDISH), ("en.md", english)])]);
    world.refresh(&[], 0);
    for filter in ["lang:sv", "lang:swe", "language:SWE"] {
        assert_eq!(world.hits(filter), ["ann/notes sv.md"], "{filter}");
    }
    let hit = world.run(&["search", "lang:sv", "--json"]).json();
    assert_eq!(hit["hits"][0]["lang"], "sv");
    assert_eq!(hit["facets"]["lang"][0]["value"], "sv");
    // No form of the text; and only Swedish rules give these words the stems of the text's.
    for form in ["användarens", "månader"] {
        let view = world.run(&["search", form, "--literal", "--json"]).json();
        assert_eq!(text(&view["hits"][0]["path"]), "sv.md", "{form}: {view:#}");
        assert_ne!(view["hits"][0]["snippet"]["highlights"], serde_json::json!([]), "{form}");
    }
    let view = json(&app(&world), "/api/v1/suggest?q=rekommendation", 200);
    assert_eq!(text(&view["suggestions"][0]["text"]), "Rekommendationer", "{view:#}");
}

#[test]
fn a_language_that_a_person_set_by_three_letters_is_stored_by_two() {
    let world = World::new(vec![repo("ann/notes", &[("a.md", "# Kort\n\nTvå ord.\n")])]);
    world.catalogue(&entry("ann/notes", "language = \"SWE\""));
    world.refresh(&[], 0);
    assert_eq!(world.hits("lang:sv"), ["ann/notes a.md"]);
    assert_eq!(world.run(&["search", "lang:swe", "--json"]).json()["hits"][0]["lang"], "sv");
}

#[test]
fn an_operator_without_an_operand_is_reported_on_page_api_and_command_line() {
    let world = World::new(vec![repo("ann/notes", &[("a.md", "# Ads\n\nAds are ranked.\n")])]);
    world.refresh(&[], 0);
    let app = app(&world);
    for (typed, encoded, what) in [
        ("ads NOT", "ads+NOT", "NOT (nothing after it)"),
        ("ads OR", "ads+OR", "OR (nothing after it)"),
        ("ads -", "ads+-", "- (no letter or digit)"),
        (
            "ads source:\"ann",
            "ads+source:%22ann",
            "\" (no closing quotation mark; read up to the end)",
        ),
    ] {
        let view = json(&app, &format!("/api/v1/search?q={encoded}"), 200);
        assert_eq!(view["query"]["understood"]["dropped"], serde_json::json!([what]), "{typed}");
        assert_eq!(view["total"], 1, "{typed}");
        let (_, _, page) = get(&app, &format!("/?q={encoded}"));
        let escaped = what.replace('"', "&quot;");
        assert!(page.contains(&format!("Left out: {escaped}")), "{typed}: {page}");
        let printed = world.run(&["search", "--", typed]).stdout;
        assert!(printed.contains(&format!("left out: {what}")), "{typed}: {printed}");
    }
}

#[test]
fn every_link_to_another_search_keeps_what_was_undone() {
    let files: Vec<(String, String)> = (0..45)
        .map(|at| (format!("{at}.md"), format!("# Bias {at}\n\nPosition bias, number {at}.\n")))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let other = ("list.md", "# Lists\n\nA list of what is written about position bias.\n");
    let world = World::new(vec![repo("ann/notes", &files), repo("bob/lists", &[other])]);
    world.refresh(&[], 0);
    let undone = "labels=0&amp;spelling=0&amp;filler=0&amp;completion=0&amp;names=0";
    let app = app(&world);
    let asked = format!("/?q=position+bias&offset=20&{}", undone.replace("&amp;", "&"));
    let (_, _, page) = get(&app, &asked);
    let links: Vec<&str> = page.split("href=\"/?q=").skip(1).collect();
    let links = links.into_iter().map(|link| link.split('"').next().unwrap());
    let links: Vec<&str> = links.collect();
    let others = links.iter().filter(|link| !link.contains("step="));
    assert_eq!(others.count(), 4, "back, more and two sources: {page}");
    for link in links {
        assert!(link.contains(undone), "{link}");
    }
    for rel in ["prev", "next"] {
        assert!(page.contains(&format!("rel=\"{rel}\"")), "{page}");
    }
    for name in ["labels", "spelling", "filler", "completion", "names"] {
        let input = format!("<input type=\"hidden\" name=\"{name}\" value=\"0\">");
        assert!(page.contains(&input), "{name}");
    }
}

#[test]
fn the_pager_ends_where_the_search_does() {
    let files: Vec<(String, String)> = (0..460)
        .map(|at| (format!("{at}.md"), format!("# Bias {at}\n\nPosition bias, number {at}.\n")))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let world = World::new(vec![repo("ann/notes", &files)]);
    world.refresh(&[], 0);
    let app = app(&world);
    let more = |offset: usize| {
        get(&app, &format!("/?q=bias+source:ann&offset={offset}")).2.contains("rel=\"next\"")
    };
    assert_eq!([more(0), more(380), more(400), more(420)], [true, true, false, false]);
    let (_, _, beyond) = get(&app, "/?q=bias+source:ann&offset=9999");
    assert!(beyond.contains("offset=380"), "back from the last page that is shown: {beyond}");
}
