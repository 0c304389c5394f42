//! Reads page numbers, arabic and roman.

/// The longest roman numeral that is read, in characters: `dccclxxxviii`.
const LONGEST_ROMAN: usize = 12;

/// The page number that `text` is: `12`, `- 12 -`, `Page 3 of 9`, `xlix`. `None` if it is anything else.
pub(super) fn page_number(text: &str) -> Option<i64> {
    let mark = |c: char| c.is_whitespace() || "-–—|.·[]()".contains(c);
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(mark);
    let bare = bare.strip_prefix("page").unwrap_or(bare).trim_matches(mark);
    let first = bare.split([' ', '/']).next().unwrap_or_default();
    let rest = bare[first.len()..].trim_start_matches([' ', '/']).trim_start_matches("of ").trim();
    let is_count = rest.is_empty() || arabic(rest).is_some();
    arabic(first).or_else(|| roman(first)).filter(|_| is_count)
}

fn arabic(text: &str) -> Option<i64> {
    let is_short = (1..=4).contains(&text.len());
    text.parse::<u16>().ok().filter(|_| is_short).map(i64::from)
}

fn roman(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > LONGEST_ROMAN {
        return None;
    }
    let values: Option<Vec<i64>> = text.chars().map(value).collect();
    let values = values?;
    let mut sum = 0;
    for (at, value) in values.iter().enumerate() {
        let is_less = values.get(at + 1).is_some_and(|next| value < next);
        sum += if is_less { -value } else { *value };
    }
    (written(sum) == text).then_some(sum)
}

fn value(c: char) -> Option<i64> {
    Some(match c {
        'i' => 1,
        'v' => 5,
        'x' => 10,
        'l' => 50,
        'c' => 100,
        'd' => 500,
        'm' => 1_000,
        _ => return None,
    })
}

/// The roman numeral of `number`.
fn written(number: i64) -> String {
    const PARTS: [(i64, &str); 13] = [
        (1_000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut left = number;
    let mut text = String::new();
    for (value, part) in PARTS {
        while left >= value {
            text.push_str(part);
            left -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_arabic_or_roman() {
        for (text, number) in [
            ("12", 12),
            ("- 7 -", 7),
            ("Page 3 of 9", 3),
            ("4 / 20", 4),
            ("xlix", 49),
            ("ccxvii", 217),
            ("CLXXXIV", 184),
        ] {
            assert_eq!(page_number(text), Some(number), "{text}");
        }
        for text in ["", "civic", "iiii", "12 vans", "3.5", "mix of", "12345"] {
            assert_eq!(page_number(text), None, "{text}");
        }
    }
}
