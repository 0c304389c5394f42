//! The attributes that the output may have, with the values that they may have. Everything else is dropped: colours,
//! because pages have a light and a dark theme; sizes of letters and offsets, because nested ones add up and would
//! cover other text; links, images and styles.

/// The longest length in em. A formula can't make a page wider than its text does.
const LONGEST: f64 = 10.0;
/// The maximum number of values of an attribute with a list, such as the lines between columns.
const VALUES: usize = 32;

/// Whether an element may have the attribute `name` with the value `value`.
pub(super) fn is_allowed(name: &str, value: &str) -> bool {
    match name {
        "accent" | "accentunder" | "displaystyle" | "fence" | "largeop" | "movablelimits"
        | "separator" | "stretchy" | "symmetric" => matches!(value, "true" | "false"),
        "scriptlevel" => matches!(value, "0" | "1" | "2"),
        "form" => matches!(value, "prefix" | "infix" | "postfix"),
        "lspace" | "rspace" | "width" | "height" | "depth" | "minsize" | "maxsize"
        | "linethickness" => is_length(value),
        "columnspacing" | "rowspacing" => is_list(value, is_length),
        "columnalign" => is_list(value, |value| matches!(value, "left" | "center" | "right")),
        "columnlines" | "rowlines" | "frame" => {
            is_list(value, |value| matches!(value, "none" | "solid" | "dashed"))
        }
        "notation" => is_list(value, |value| NOTATIONS.contains(&value)),
        _ => false,
    }
}

/// The signs that can be drawn around or across a part of a formula.
const NOTATIONS: [&str; 11] = [
    "actuarial",
    "bottom",
    "box",
    "downdiagonalstrike",
    "horizontalstrike",
    "left",
    "phasorangle",
    "right",
    "roundedbox",
    "top",
    "updiagonalstrike",
];

fn is_list(value: &str, is_value: impl Fn(&str) -> bool) -> bool {
    value.split(' ').count() <= VALUES && value.split(' ').all(is_value)
}

/// Whether `value` is a length that is neither negative nor long: a decimal number with a unit of CSS.
fn is_length(value: &str) -> bool {
    let unit_at = value.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(value.len());
    let (number, unit) = value.split_at(unit_at);
    let em = match unit {
        "em" => 1.0,
        "ex" => 0.5,
        "px" | "pt" => 0.1,
        _ => return false,
    };
    let is_decimal = number.len() <= 8 && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_decimal && number.parse().is_ok_and(|number: f64| number * em <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_attributes_with_known_values_are_allowed() {
        assert!(is_allowed("stretchy", "false") && !is_allowed("stretchy", "\"><script>"));
        assert!(is_allowed("columnalign", "right left") && !is_allowed("columnalign", "url(x)"));
        assert!(is_allowed("width", "0.2778em") && is_allowed("linethickness", "0px"));
        for length in ["11em", "-1em", "1e9em", "infem", "NaNem", "em", "", "1", "50%", "9999px"] {
            assert!(!is_allowed("width", length), "{length}");
        }
        for name in ["style", "href", "src", "class", "mathcolor", "onclick", "id", "voffset"] {
            assert!(!is_allowed(name, "0em"), "{name}");
        }
    }
}
