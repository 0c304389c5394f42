//! Checks the output with a tokenizer of HTML. Its lists are written independently of those of the writer.

use html5gum::{StartTag, Token, Tokenizer};

/// The elements that contain text, and nothing else does.
const TEXT: [&str; 4] = ["mi", "mn", "mo", "mtext"];
/// The elements with a fixed number of children.
const FIXED: [(&str, usize); 8] = [
    ("mfrac", 2),
    ("mover", 2),
    ("mroot", 2),
    ("msub", 2),
    ("msubsup", 3),
    ("msup", 2),
    ("munder", 2),
    ("munderover", 3),
];
/// The other elements.
const OTHERS: [&str; 9] =
    ["math", "menclose", "mphantom", "mrow", "mspace", "msqrt", "mstyle", "mtable", "mtr"];
/// The attributes.
const ATTRIBUTES: &str = "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence \
    form frame height largeop linethickness lspace mathvariant maxsize minsize movablelimits notation rowlines \
    rowspacing rspace scriptlevel separator stretchy symmetric width";

/// Fails the test if `markup` has anything but one well-formed `<math>` element with allowed content.
pub(super) fn check(markup: &str) {
    assert!(markup.len() <= 64 * 1_024, "{} bytes", markup.len());
    let odd = markup.chars().find(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(odd, None, "{markup}");
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut roots = 0;
    for token in Tokenizer::new(markup).flatten() {
        match token {
            Token::StartTag(tag) => {
                check_tag(&tag, markup);
                let name = String::from_utf8(tag.name.to_vec()).unwrap();
                match open.last_mut() {
                    Some((parent, children)) => {
                        assert!(!TEXT.contains(&parent.as_str()), "{name} in {parent}: {markup}");
                        assert_ne!(name, "math", "{markup}");
                        *children += 1;
                    }
                    None => {
                        assert_eq!(name, "math", "{markup}");
                        roots += 1;
                    }
                }
                open.push((name, 0));
            }
            Token::EndTag(tag) => {
                let (name, children) = open.pop().unwrap();
                assert_eq!(name.as_bytes(), &tag.name[..], "{markup}");
                if let Some((_, wanted)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
                    assert_eq!(children, *wanted, "{name}: {markup}");
                }
            }
            Token::String(_) => {
                let name = open.last().map_or("", |(name, _)| name);
                assert!(TEXT.contains(&name), "text in <{name}>: {markup}");
            }
            other => panic!("{other:?} in {markup}"),
        }
    }
    assert!(open.is_empty() && roots == 1, "{markup}");
}

fn check_tag(tag: &StartTag<()>, markup: &str) {
    let name = std::str::from_utf8(&tag.name).unwrap();
    let is_fixed = FIXED.iter().any(|(fixed, _)| *fixed == name);
    assert!(
        is_fixed || name == "mtd" || TEXT.contains(&name) || OTHERS.contains(&name),
        "<{name}> in {markup}"
    );
    assert!(!tag.self_closing, "{markup}");
    for (key, value) in &tag.attributes {
        let key = std::str::from_utf8(key).unwrap();
        let value = std::str::from_utf8(value).unwrap();
        assert!(ATTRIBUTES.split_whitespace().any(|name| name == key), "{key} in {markup}");
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || " .-".contains(c);
        assert!(value.len() <= 512 && value.chars().all(is_plain), "{key}={value:?} in {markup}");
        assert!(!value.starts_with('-') && !value.contains(" -"), "negative: {markup}");
    }
}

#[test]
fn the_checker_rejects_what_is_not_allowed() {
    check("<math><mi>x</mi><mfrac><mn>1</mn><mn>2</mn></mfrac></math>");
    let wrong = [
        "",
        "x",
        "<math>",
        "<math>x</math>",
        "<math></math><math></math>",
        "<math></math><script></script>",
        "<math><mi style=\"x\">x</mi></math>",
        "<math><mi mathvariant=\"url(x)\">x</mi></math>",
        "<math><mspace width=\"-1em\"></mspace></math>",
        "<math><mi><b>x</b></mi></math>",
        "<math><mfrac><mn>1</mn></mfrac></math>",
        "<math><mtext><mtext>x</mtext></mtext></math>",
        "<math><!-- x --></math>",
        "<math><mi>\u{202e}</mi></math>",
    ];
    for markup in wrong {
        assert!(std::panic::catch_unwind(|| check(markup)).is_err(), "{markup}");
    }
}
