//! Formulas and code in search: both forms of a formula find it, and code ranks behind prose unless the query asks for it.

use cairn::annotate::SectionRole;
use cairn::extract::{extract, readable_formula};
use cairn::search::SectionRecord;

use crate::shelf::{plain, record, shelf};

/// The record of a section whose text is `before` and the readable form of `tex`.
fn with_formula(heading: &str, before: &str, tex: &str) -> SectionRecord {
    record(heading, &format!("{before} {}.", readable_formula(tex)), |r| {
        r.formulas = vec![tex.to_owned()];
    })
}

#[test]
fn a_formula_is_found_by_its_tex_its_readable_form_and_the_names_of_its_letters() {
    let shelf = shelf(vec![
        with_formula("Logistic", "The model predicts", r"\hat{y} = \sigma(\mathbf{w}^\top x + b)"),
        with_formula("Mean", "The mean is", r"\bar{x} = \frac{1}{n} \sum_i x_i"),
        plain("Rate", "The learning rate α decays with every step."),
        plain("Other", "Words about something else, without any of that."),
    ]);
    for (query, found) in [
        (r"\hat{y} = \sigma(\mathbf{w}^\top x + b)", "Logistic"),
        ("ŷ = σ(w^T x + b)", "Logistic"),
        (r"\sigma", "Logistic"),
        ("sigma", "Logistic"),
        ("σ", "Logistic"),
        ("hat y", "Logistic"),
        (r"\frac{1}{n}", "Mean"),
        ("1 / n", "Mean"),
        (r"\bar{x}", "Mean"),
        (r"\alpha", "Rate"),
        ("alpha", "Rate"),
        ("α", "Rate"),
    ] {
        assert_eq!(shelf.found(query).first().map(String::as_str), Some(found), "{query}");
    }
    let response = shelf.full("sigma");
    let snippet = &response.found[0].snippet;
    let (start, end) = snippet.highlights[0];
    let marked: String = snippet.text.chars().skip(start).take(end - start).collect();
    assert_eq!(marked, "σ", "{}", snippet.text);
    assert!(snippet.text.contains("ŷ = σ(w^T x + b)"), "{}", snippet.text);
}

/// Three sections with the same words about position bias: code, prose with code, and prose.
fn listings() -> Vec<SectionRecord> {
    let code = "position_bias = clicks / views\n".repeat(20);
    vec![
        record("Listing", "Correct the position bias like this:", |r| {
            r.code = code.clone();
            r.role = SectionRole::Code;
        }),
        record("Both", "Correct the position bias like this:", |r| r.code = code.clone()),
        plain("Prose", "Correct the position bias like this:"),
    ]
}

#[test]
fn code_ranks_behind_prose_for_a_subject_and_first_with_has_code() {
    let shelf = shelf(listings());
    let place = |query: &str, title: &str| {
        shelf.found(query).iter().position(|found| found == title).unwrap()
    };
    assert!(place("position bias", "Listing") > place("position bias", "Both"));
    assert_eq!(shelf.found("position bias has:code"), ["Listing", "Both"]);
    assert_eq!(shelf.found("has:code"), ["Listing", "Both"]);
    assert!(place("position_bias", "Listing") < place("position_bias", "Prose"), "an identifier");
    assert!(shelf.found("position bias -has:code").contains(&"Prose".to_owned()));
}

#[test]
fn further_parts_of_a_listing_fold_into_one_hit_and_keep_the_sentence_before_it() {
    let function = |at: usize| format!("def step_{at}(rows):\n    return rows\n\n\n");
    let code: String = (0..80).map(function).collect();
    let text =
        format!("# Features\n\nEach step of the pipeline is a function:\n\n```python\n{code}```\n");
    let sections = extract("md", text.as_bytes()).document.unwrap().sections;
    assert!((3..=4).contains(&sections.len()), "{}", sections.len());
    let records = sections.iter().map(|section| {
        assert_eq!(section.text, "Each step of the pipeline is a function:");
        assert!(section.code.starts_with("def "), "{}", section.code);
        record("Features", &section.text, |r| {
            r.path = "one.md".into();
            r.code = section.code.clone();
            r.role = SectionRole::Code;
        })
    });
    let shelf = shelf(records.collect());
    assert_eq!(shelf.found("pipeline step function").len(), 1);
}

#[test]
fn a_markdown_file_of_code_becomes_few_sections_split_at_definitions() {
    let function = |at: usize| {
        let body = "    total += rows[0]\n".repeat(18);
        format!("```python\ndef step_{at}(rows):\n{body}    return total\n```\n\n")
    };
    let text: String = (0..40).map(function).collect();
    let lines = text.lines().count();
    let sections = extract("md", text.as_bytes()).document.unwrap().sections;
    assert!(sections.len() <= lines / 40, "{} sections of {lines} lines", sections.len());
    assert!(sections.iter().all(|section| section.code.starts_with("def ")));
}
