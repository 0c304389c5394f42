//! Tests of the reader of pages.

use super::*;
use crate::extract::Address;

fn sections(html: &str) -> Vec<crate::extract::Section> {
    read(html, &mut Vec::new()).unwrap().sections
}

#[test]
fn headings_that_are_never_closed_lose_nothing() {
    let found = sections(
        "<h1>All of it\n<p>The first words of it.</p>\n<h2><div>Part</div></h2>\n<p>More words of the part.</p>\n<h2>Last\n",
    );
    let trails: Vec<String> = found.iter().map(|s| s.headings.join("/")).collect();
    assert_eq!(trails, ["All of it", "All of it/Part"]);
    assert_eq!(found[0].text, "The first words of it.");
    assert_eq!(found[1].address, Address::Lines(3, 4));
}

#[test]
fn page_furniture_is_left_out_and_noindex_is_obeyed() {
    let page = "<html><head><title>T</title></head><body><nav>Menu of it all</nav><div class=\"sidebar\">Side words</div><p>The words that count here.</p><p hidden>Not seen by anybody.</p><footer>Foot</footer></body></html>";
    let found = sections(page);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, "The words that count here.");
    let private = page.replace("<head>", "<head><meta name=\"robots\" content=\"noindex\">");
    let mut problems = Vec::new();
    assert!(read(&private, &mut problems).is_none());
    assert!(problems[0].message.contains("as its author asks"));
}
