//! Quotes: no text of others leaves except as far as its rights allow. The type [`Showable`] enforces it; here are what
//! users see of it, and a check that views use the type.
//!
//! [`Showable`]: cairn::catalogue::rights::Showable

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use syn::visit::Visit;

use crate::github::Repo;
use crate::serve::{app, get};
use crate::tidy::rust_files;
use crate::world::{Output, World, repo, text};

/// The length of an excerpt in the worlds of these tests, in characters.
const EXCERPT: usize = 60;

/// Three sources of different authors without a licence, which tie the same two topics, cite the same work and use the
/// same new term.
fn world() -> World {
    let note = |who: &str| {
        let ties = (0..8).map(|n| {
            format!(
                "Position bias is what ranks good things last in a way that even hides feature stores from {who} \
                 and from each reader of a ranking of clicks in case {n} of the many that were seen.\n\n"
            )
        });
        // Without other sentences, the tie would not stand out.
        let others = (0..60)
            .map(|n| format!("Note {n} of {who}: recall@k and Kafka, XGBoost and ROC AUC.\n\n"));
        format!(
            "# Position bias\n\n{}{}## Quokka sampling\n\nThe [rules of the quokka](https://example.org/q) \
             are what {who} recommends for every team that samples.\n\nFor a feature store, quokka \
             sampling is what {who} would try before anything else.\n",
            ties.collect::<String>(),
            others.collect::<String>()
        )
    };
    let files = ["ann/notes", "bob/notes", "cyd/notes"].map(|name| (name, note(&name[..3])));
    world_of(files.iter().map(|(name, text)| repo(name, &[("n.md", text)])).collect())
}

/// An index of `repositories` whose policy allows short excerpts only.
fn world_of(repositories: Vec<Repo>) -> World {
    let world = World::new(repositories);
    let policy = fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    let short = policy.replace("excerpt_chars = 300", &format!("excerpt_chars = {EXCERPT}"));
    assert_ne!(policy, short);
    world.write("sources/policy.toml", &short);
    world.refresh(&[], 0);
    world
}

/// Fails if the text at `pointer` of each of `items` is longer than an excerpt, or if there are no items.
fn are_excerpts(items: &Value, pointer: &str) {
    let items = items.as_array().unwrap();
    assert!(!items.is_empty(), "nothing to check");
    for item in items {
        let quote = text(item.pointer(pointer).unwrap());
        assert!(quote.ends_with('…') && quote.chars().count() <= EXCERPT, "{quote}");
    }
}

#[test]
fn a_snippet_is_no_longer_than_an_excerpt_and_its_highlights_are_inside() {
    let world = world();
    let found = world.run(&["search", "position bias source:ann", "--json"]).json();
    are_excerpts(&found["hits"], "/snippet/text");
    let snippet = &found["hits"][0]["snippet"];
    let length = text(&snippet["text"]).chars().count() as u64;
    let highlights = snippet["highlights"].as_array().unwrap();
    assert!(!highlights.is_empty(), "{snippet}");
    assert!(highlights.iter().all(|range| range[1].as_u64().unwrap() < length), "{snippet}");
    let page = get(&app(&world), "/?q=position+bias+source:ann").2;
    assert!(page.contains("<mark>Position bias</mark>"), "{page}");
    assert!(!page.contains("hides feature stores"), "{page}");
}

#[test]
fn evidence_of_a_tie_and_sentences_about_a_resource_are_no_longer_than_excerpts() {
    let world = world();
    let related = world.run(&["related", "feature store", "--limit", "50", "--json"]).json();
    let is_tied = |near: &&Value| near["id"] == "position-bias";
    are_excerpts(
        &related["related"].as_array().unwrap().iter().find(is_tied).unwrap()["evidence"],
        "/sentence",
    );
    let path = world.run(&["path", "feature store", "position bias", "--json"]).json();
    are_excerpts(&path["paths"][0]["hops"][0]["evidence"], "/sentence");
    let resources = world.run(&["resources", "quokka", "--json"]).json();
    are_excerpts(&resources["resources"][0]["said"], "/sentence");
}

#[test]
fn exported_evidence_and_suggested_terms_are_no_longer_than_excerpts() {
    let world = world();
    for format in ["turtle", "graphml"] {
        let Output { stdout, .. } = world.run(&["export", "graph", "--format", format]);
        assert!(stdout.contains("Position bias is what ranks"), "{format}");
        assert!(!stdout.contains("hides feature stores"), "{format}");
    }
    let Output { stdout, .. } = world.run(&["vocabulary", "suggest"]);
    let quotes = stdout.lines().filter_map(|line| line.strip_prefix("#   \""));
    let quotes: Vec<&str> = quotes.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(!quotes.is_empty(), "{stdout}");
    assert!(quotes.iter().all(|quote| quote.chars().count() <= EXCERPT), "{quotes:?}");
}

#[test]
fn a_licence_that_allows_whole_sections_allows_whole_snippets() {
    let text = "In one case, Ann says that position bias is what hides good feature stores.";
    let note = format!("---\nlicense: MIT\n---\n# Notes\n\n{text}\n");
    let world = world_of(vec![repo("ann/notes", &[("n.md", &note)])]);
    let found = world.run(&["search", "position bias source:ann", "--json"]).json();
    assert_eq!(found["hits"][0]["snippet"]["text"], text);
}

/// Names of fields that hold quotes.
const QUOTES: [&str; 10] = [
    "back", "code", "excerpt", "markdown", "passage", "quote", "said", "sentence", "snippet",
    "text",
];

/// A field with such a name that holds a plain string because it is no quote.
struct PlainText {
    owner: &'static str,
    field: &'static str,
    reason: &'static str,
}

/// None may be added for a text of a section or a part of one.
const PLAIN_TEXTS: [PlainText; 7] = [
    PlainText { owner: "AskedQuery", field: "text", reason: "a query of the readers" },
    PlainText { owner: "Citation", field: "sentence", reason: "`CandidateView` quotes it" },
    PlainText { owner: "Citation", field: "text", reason: "a link text" },
    PlainText { owner: "InitPlan", field: "text", reason: "a file that `cairn init` writes" },
    PlainText { owner: "LinkView", field: "text", reason: "a link text" },
    PlainText { owner: "QueryView", field: "text", reason: "the reader's query" },
    PlainText { owner: "Suggestion", field: "text", reason: "a topic, a heading or a source" },
];

/// The fields of structs and enums in a file that have the name of a quote and hold plain strings.
#[derive(Default)]
struct Plain {
    /// Whether to check every type of the file, or only those with a JSON schema, which are those of the API.
    is_output: bool,
    owner: Option<String>,
    found: Vec<(String, String)>,
}

impl<'ast> Visit<'ast> for Plain {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.visit_type_of(&item.ident, &item.attrs, |plain| {
            syn::visit::visit_item_struct(plain, item);
        });
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.visit_type_of(&item.ident, &item.attrs, |plain| {
            syn::visit::visit_item_enum(plain, item);
        });
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        let (Some(owner), Some(name)) = (&self.owner, &field.ident) else { return };
        let mut strings = Strings(false);
        strings.visit_type(&field.ty);
        if strings.0 && QUOTES.iter().any(|quote| name == quote) {
            self.found.push((owner.clone(), name.to_string()));
        }
    }
}

impl Plain {
    fn visit_type_of(
        &mut self,
        name: &syn::Ident,
        attributes: &[syn::Attribute],
        visit: impl FnOnce(&mut Plain),
    ) {
        if self.is_output || derives(attributes, "JsonSchema") {
            self.owner = Some(name.to_string());
            visit(self);
            self.owner = None;
        }
    }

    fn of(text: &str, is_output: bool) -> Vec<(String, String)> {
        let mut plain = Plain { is_output, ..Plain::default() };
        plain.visit_file(&syn::parse_file(text).unwrap());
        plain.found
    }
}

/// Whether a type contains `String` or `str`.
struct Strings(bool);

impl<'ast> Visit<'ast> for Strings {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        self.0 |= segment.ident == "String" || segment.ident == "str";
        syn::visit::visit_path_segment(self, segment);
    }
}

fn derives(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|derive| {
        let mut is_derived = false;
        derive
            .parse_nested_meta(|meta| {
                is_derived |= meta.path.segments.last().is_some_and(|last| last.ident == name);
                Ok(())
            })
            .unwrap();
        is_derived
    })
}

#[test]
fn views_hold_quotes_as_showable_texts_only() {
    let mut found = BTreeSet::new();
    for (path, text) in rust_files("src") {
        let outputs = ["src/library", "src/serve", "src/commands", "src/graph/export"];
        let is_output = outputs.iter().any(|folder| path.starts_with(folder));
        found.extend(Plain::of(&text, is_output));
    }
    for PlainText { owner, field, reason } in &PLAIN_TEXTS {
        let field = ((*owner).to_owned(), (*field).to_owned());
        assert!(found.remove(&field), "{field:?} ({reason}) is gone: remove it from the table");
    }
    assert!(found.is_empty(), "use `Showable` for quotes: {found:#?}");
}

#[test]
fn a_plain_text_in_a_view_is_reported() {
    let of = |text: &str| Plain::of(text, false);
    let pair = |owner: &str, field: &str| (owner.to_owned(), field.to_owned());
    let view =
        "#[derive(Debug, schemars::JsonSchema)] struct V { snippet: Option<String>, id: String }";
    assert_eq!(of(view), [pair("V", "snippet")]);
    assert!(of("#[derive(JsonSchema)] struct V { snippet: Showable }").is_empty());
    assert!(of("struct V { sentence: String }").is_empty(), "it can't become JSON of the API");
    let card = "enum C { Quote { text: Vec<&'static str> }, Id(String) }";
    assert_eq!(Plain::of(card, true), [pair("C", "text")]);
    assert!(Plain::of("mod tests { struct T { text: String } }", true).is_empty());
}
