//! Distinguishes formulas between dollar signs from amounts of money and from names of shell variables.

/// The maximum bytes of a formula between single dollar signs. A longer text is not a formula.
const LONGEST: usize = 400;
/// A word of at least this many letters is prose, unless there are commands or signs of formulas around it.
const WORD: usize = 4;
/// Short words that occur between two amounts of money: `$5 to $7`.
const BETWEEN_AMOUNTS: [&str; 14] =
    ["and", "at", "but", "by", "for", "if", "in", "is", "of", "on", "or", "per", "the", "to"];

/// Whether `literal`, between two dollar signs in one line, is text between two amounts of money, such as "5 million
/// and 10", and not a formula.
pub fn is_money(literal: &str) -> bool {
    let words = literal.split_whitespace().filter(|word| word.len() > 2);
    literal.starts_with(|c: char| c.is_ascii_digit())
        && words.count() > 1
        && !literal.contains(['\\', '^', '_', '=', '{'])
}

/// Whether `literal`, between two dollar signs in one line, is a formula. This check is stricter than [`is_money`]. It
/// is for cases that are less certain: formulas with a space inside the dollar signs, and formulas in text that isn't
/// Markdown.
pub(super) fn is_formula(literal: &str) -> bool {
    let tex = literal.trim();
    if tex.is_empty() || literal.len() > LONGEST || literal.contains(['\n', '`']) {
        return false;
    }
    if !is_balanced(tex) || tex.ends_with(['-', '–', '—', '/', '+', ',', ';', '&', '>', '<', '='])
    {
        return false;
    }
    if tex.contains('\\') {
        return !tex.contains("\\(") && !tex.contains("\\[");
    }
    let words = || tex.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let is_amount = tex.starts_with(|c: char| c.is_ascii_digit())
        && words().any(|word| word.len() > 1)
        || words().any(|word| BETWEEN_AMOUNTS.contains(&word));
    let long = words().filter(|word| word.chars().count() >= WORD).count();
    let is_spaced = literal.starts_with(' ') && literal.ends_with(' ');
    let has_sign = tex.contains(['^', '_', '=', '{']);
    !is_amount && (long == 0 || long == 1 && is_spaced && has_sign)
}

/// Whether the brackets of `tex` are balanced. Round and square brackets may close each other, as in half-open
/// intervals such as `[0, 1)`.
fn is_balanced(tex: &str) -> bool {
    let mut depth = 0_i32;
    for c in tex.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_with_spaces_inside_the_dollar_signs_are_recognised() {
        for tex in [
            " x_i ",
            " \\eta ",
            " C ",
            " E[XY] ",
            " -1.0 ",
            "h_i \\cdot d ",
            " m × n ",
            " Loss = y - t ",
            " 0.5 ",
            " [0, 1) ",
        ] {
            assert!(is_formula(tex), "{tex}");
        }
    }

    #[test]
    fn money_and_shell_variables_are_no_formulas() {
        for text in [
            " 6015. Those who pay less than ",
            " 5 to ",
            " 5 - ",
            " 5, ",
            "X and ",
            "HOME_DIR and ",
            "/token or ",
            " echo ",
            " 500) not received (>",
            " 40 million or ",
            "",
            "  ",
        ] {
            assert!(!is_formula(text), "{text}");
        }
        assert!(is_money("5 million and more than "));
        assert!(!is_money("5x^2 with more words"));
    }
}
