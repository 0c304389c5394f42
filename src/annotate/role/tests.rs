//! Tests of the roles of sections.

use super::*;

fn roles(markdown: &str) -> Vec<SectionRole> {
    let vocabulary = crate::vocabulary::load(&crate::config::DataFiles::Compiled).unwrap();
    let tagger = crate::annotate::Tagger::new(&vocabulary);
    let document = crate::extract::extract("md", markdown.as_bytes()).document.unwrap();
    let annotation = crate::annotate::annotate(&document, &tagger);
    annotation.sections.iter().map(|notes| notes.role).collect()
}

#[test]
fn navigation_and_boilerplate_are_distinguished_from_content() {
    assert_eq!(
        roles(
            "# Guide\n\nA feature store keeps features for models to read.\n\n## Contents\n\n- [One](a.md)\n- see the words of it\n\n## Chapters\n\n- [Data leakage and splits](b.md)\n- [Model serving at scale](c.md)\n\n## Acknowledgements 📄\n\nThanks to everybody who read the drafts of this text and found its errors.\n"
        ),
        [
            SectionRole::Content,
            SectionRole::Navigation,
            SectionRole::Navigation,
            SectionRole::Boilerplate
        ]
    );
}

#[test]
fn a_listing_with_a_short_introduction_is_code_and_prose_with_code_is_not() {
    let listing = "x = load(path)\ny = model.fit(x, labels)\n".repeat(8);
    let prose = "Feature stores keep features for training and serving. ".repeat(6);
    let text = format!(
        "# Training\n\n## Listing\n\nThe model is trained like this:\n\n```python\n{listing}```\n\n## Text\n\n{prose}\n\n```python\n{listing}```\n"
    );
    assert_eq!(roles(&text), [SectionRole::Code, SectionRole::Content]);
    let long = format!(
        "# Training\n\nThe model is trained like this:\n\n```python\n{}```\n",
        listing.repeat(12)
    );
    let roles = roles(&long);
    assert!(roles.len() > 1 && roles.iter().all(|role| *role == SectionRole::Code), "{roles:?}");
}

#[test]
fn text_about_another_field_is_off_topic() {
    let soup = "# Onion soup\n\nSlice four onions and brown them slowly in butter until sweet.\n\n## Bread\n\nToast the slices on both sides, and rub them with garlic before serving it hot.\n";
    assert_eq!(roles(soup)[0], SectionRole::OffTopic);
    let maths = "# Sets\n\nThe union of two sets is the smallest set that holds both of them.\n\n## Maps\n\nA function maps each element of one set to one of another one.\n";
    assert!(!roles(maths).contains(&SectionRole::OffTopic), "words of the field");
    let near = format!("{soup}\n## Serving\n\nA feature store and model serving are topics.\n");
    assert!(!roles(&near).contains(&SectionRole::OffTopic));
}
#[test]
fn a_section_of_bare_link_labels_is_navigation() {
    let text = "# Vans\n\n[Slides](https://a.org/s)\n\n[Video](https://a.org/v)\n";
    assert_eq!(roles(text), [SectionRole::Navigation]);
    let named = "# Vans\n\n[Slides on model serving](https://a.org/s)\n";
    assert_eq!(roles(named), [SectionRole::Content]);
}
