//! Tests of the reader of pages.

use super::*;
use crate::extract::Address;

fn sections(html: &str) -> Vec<crate::extract::Section> {
    read(html, &mut Vec::new()).unwrap().sections
}

#[test]
fn headings_that_are_never_closed_lose_nothing() {
    let found = sections(
        "<h1>All of it\n<p>The first words of it, which are so many that they are a section, and go on for long enough that nobody joins them to the part that comes next.</p>\n<h2><div>Part</div></h2>\n<p>More words of the part, which are so many that it is a section too.</p>\n<h2>Last\n",
    );
    let trails: Vec<String> = found.iter().map(|s| s.headings.join("/")).collect();
    assert_eq!(trails, ["All of it", "All of it/Part"]);
    assert!(found[0].text.starts_with("The first words of it, which"));
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

#[test]
fn formulas_of_pages_are_readable_in_text_and_headings_and_keep_links_in_place() {
    let found = sections(
        "<h1>The rate \\(\\eta\\)</h1><p>With $x_i$ and \\[y = \\frac{a}{b}\\] see <a href=\"https://acme.org/a\">Acme</a>. It costs $5 or $10.</p>",
    );
    assert_eq!(found[0].headings, ["The rate η"]);
    assert_eq!(found[0].text, "With x_i and y = a / b see Acme. It costs $5 or $10.");
    assert_eq!(found[0].formulas, ["x_i", "y = \\frac{a}{b}"]);
    assert_eq!(found[0].links[0].sentence, "With x_i and y = a / b see Acme.");
}

#[test]
fn rows_of_a_table_have_the_headers_of_their_columns() {
    let page = "<h1>Cases</h1><table><thead><tr><th>Company</th><th>Year</th></tr></thead><tbody>\n<tr><td><p>Acme</p></td><td>2021</td></tr>\n<tr><td>Umbra</td><td> </td></tr></tbody></table><p>More words.</p>";
    assert_eq!(sections(page)[0].text, "Company: Acme; Year: 2021\nCompany: Umbra\nMore words.");
    let page = "<table><tr><th>Only</th><th>headers</th></tr></table>";
    assert_eq!(sections(page)[0].text, "Only | headers");
    let wide = "<table><tr><th>A<th>B<th>C<tr><td colspan=2>x<td>y</table>";
    assert_eq!(sections(wide)[0].text, "A: x; C: y");
}

#[test]
fn a_slide_is_one_section_and_its_number_is_left_out() {
    let words = "The team agrees on what the words mean before it writes a single test for them. "
        .repeat(3);
    let page = format!(
        "<div class=\"slides\"><section class=\"slide\"><h2>Terms</h2><h3>First</h3><p>{words}</p><h3>Second</h3><p>{words}</p><div>3 / 8</div><span class=\"chapter-marker\">Chapter 2</span></section>\n<section><h2>Tests</h2><p>{words}</p></section></div>"
    );
    let found = sections(&page);
    let trails: Vec<String> = found.iter().map(|s| s.headings.join("/")).collect();
    assert_eq!(trails, ["Terms", "Tests"]);
    assert!(found[0].text.starts_with("First:\nThe team"), "{}", found[0].text);
    assert!(!found[0].text.contains("3 / 8") && !found[0].text.contains("Chapter"));
}

#[test]
fn questions_of_a_page_are_headings_of_their_answers() {
    let words =
        "An entry is removed when nobody has read it for a day, so that the cache stays small. "
            .repeat(2);
    let page = format!(
        "<h1>Questions</h1><details><summary>When is an entry removed?</summary><p>{words}</p></details><p><b>Why at all?</b></p><p>{words}</p><p><b>And when not?</b></p><details><summary>Answer</summary>{words}</details>"
    );
    let found = sections(&page);
    let trails: Vec<String> = found.iter().map(|s| s.headings.join("/")).collect();
    assert_eq!(
        trails,
        ["Questions/When is an entry removed?", "Questions/Why at all?", "Questions/And when not?"]
    );
    let page = "<p><b>Why at all?</b></p><p><b>And when not?</b></p>";
    assert_eq!(sections(page)[0].text, "Why at all?\nAnd when not?");
}

#[test]
fn labels_of_a_figure_are_text_of_the_page() {
    let page = "<p>The path of a request.</p><figure><svg><title>x</title><text>Gateway</text><text>12</text><foreignObject><div>Order service</div></foreignObject></svg><figcaption>Figure 1</figcaption></figure>";
    let text = &sections(page)[0].text;
    assert_eq!(text, "The path of a request.\nGateway\nOrder service\nFigure 1");
}
