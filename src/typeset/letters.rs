//! Letters in the fonts of formulas: bold, script and so on. Browsers ignore the attribute for the font on letters, so
//! the letter itself is replaced by Unicode's letter of that font, as MathML Core recommends.

/// A font of a letter, as the attribute `mathvariant` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterFont {
    /// Upright, where a single letter would be italic.
    Normal,
    Bold,
    Italic,
    BoldItalic,
    DoubleStruck,
    Script,
    Fraktur,
    SansSerif,
    BoldSansSerif,
    SansSerifItalic,
    SansSerifBoldItalic,
    Monospace,
}

impl LetterFont {
    /// The font with the name `name`; `None` if it is unknown.
    pub fn of_name(name: &str) -> Option<LetterFont> {
        Some(match name {
            "normal" => LetterFont::Normal,
            "bold" => LetterFont::Bold,
            "italic" => LetterFont::Italic,
            "bold-italic" => LetterFont::BoldItalic,
            "double-struck" => LetterFont::DoubleStruck,
            "script" => LetterFont::Script,
            "fraktur" => LetterFont::Fraktur,
            "sans-serif" => LetterFont::SansSerif,
            "bold-sans-serif" => LetterFont::BoldSansSerif,
            "sans-serif-italic" => LetterFont::SansSerifItalic,
            "sans-serif-bold-italic" => LetterFont::SansSerifBoldItalic,
            "monospace" => LetterFont::Monospace,
            _ => return None,
        })
    }

    /// The name of the font.
    pub fn name(self) -> &'static str {
        match self {
            LetterFont::Normal => "normal",
            LetterFont::Bold => "bold",
            LetterFont::Italic => "italic",
            LetterFont::BoldItalic => "bold-italic",
            LetterFont::DoubleStruck => "double-struck",
            LetterFont::Script => "script",
            LetterFont::Fraktur => "fraktur",
            LetterFont::SansSerif => "sans-serif",
            LetterFont::BoldSansSerif => "bold-sans-serif",
            LetterFont::SansSerifItalic => "sans-serif-italic",
            LetterFont::SansSerifBoldItalic => "sans-serif-bold-italic",
            LetterFont::Monospace => "monospace",
        }
    }

    /// Unicode's character for `c` in this font; `None` if there is none.
    pub fn letter(self, c: char) -> Option<char> {
        if let Some(letter) = self.exception(c) {
            return Some(letter);
        }
        let (first, offset) = match c {
            'A'..='Z' => (self.latin()?, u32::from(c) - u32::from('A')),
            'a'..='z' => (self.latin()? + 26, u32::from(c) - u32::from('a')),
            '0'..='9' => (self.digits()?, u32::from(c) - u32::from('0')),
            'Α'..='Ω' => (self.greek()?, u32::from(c) - u32::from('Α')),
            'α'..='ω' => (self.greek()? + 26, u32::from(c) - u32::from('α')),
            _ => (self.greek()?, greek_sign(c)?),
        };
        char::from_u32(first + offset)
    }

    /// The letters that Unicode had before it got the block of letters for formulas.
    fn exception(self, c: char) -> Option<char> {
        let (plain, styled) = match self {
            LetterFont::Script => ("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ"),
            LetterFont::Fraktur => ("CHIRZ", "ℭℌℑℜℨ"),
            LetterFont::DoubleStruck => ("CHNPQRZ", "ℂℍℕℙℚℝℤ"),
            LetterFont::Italic => ("h", "ℎ"),
            _ => return None,
        };
        let mut pairs = plain.chars().zip(styled.chars());
        pairs.find(|(letter, _)| *letter == c).map(|(_, letter)| letter)
    }

    /// The code point of this font's A, which the other capital letters and the small letters follow.
    fn latin(self) -> Option<u32> {
        Some(match self {
            LetterFont::Normal => return None,
            LetterFont::Bold => 0x1d400,
            LetterFont::Italic => 0x1d434,
            LetterFont::BoldItalic => 0x1d468,
            LetterFont::Script => 0x1d49c,
            LetterFont::Fraktur => 0x1d504,
            LetterFont::DoubleStruck => 0x1d538,
            LetterFont::SansSerif => 0x1d5a0,
            LetterFont::BoldSansSerif => 0x1d5d4,
            LetterFont::SansSerifItalic => 0x1d608,
            LetterFont::SansSerifBoldItalic => 0x1d63c,
            LetterFont::Monospace => 0x1d670,
        })
    }

    /// The code point of this font's zero.
    fn digits(self) -> Option<u32> {
        Some(match self {
            LetterFont::Bold | LetterFont::BoldItalic => 0x1d7ce,
            LetterFont::DoubleStruck => 0x1d7d8,
            LetterFont::SansSerif => 0x1d7e2,
            LetterFont::BoldSansSerif => 0x1d7ec,
            LetterFont::Monospace => 0x1d7f6,
            _ => return None,
        })
    }

    /// The code point of this font's Α.
    fn greek(self) -> Option<u32> {
        Some(match self {
            LetterFont::Bold => 0x1d6a8,
            LetterFont::Italic => 0x1d6e2,
            LetterFont::BoldItalic => 0x1d71c,
            LetterFont::BoldSansSerif => 0x1d756,
            LetterFont::SansSerifBoldItalic => 0x1d790,
            _ => return None,
        })
    }
}

/// How many code points after Α the Greek letters of a font have `c`, which is not one of the alphabet.
fn greek_sign(c: char) -> Option<u32> {
    Some(match c {
        'ϴ' => 17,
        '∇' => 25,
        '∂' => 51,
        'ϵ' => 52,
        'ϑ' => 53,
        'ϰ' => 54,
        'ϕ' => 55,
        'ϱ' => 56,
        'ϖ' => 57,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_a_character_of_their_own_in_a_font() {
        assert_eq!(LetterFont::Bold.letter('x'), Some('𝐱'));
        assert_eq!(LetterFont::Bold.letter('θ'), Some('𝛉'));
        assert_eq!(LetterFont::BoldItalic.letter('Σ'), Some('𝜮'));
        assert_eq!(LetterFont::BoldItalic.letter('ϵ'), Some('𝝐'));
        assert_eq!(LetterFont::DoubleStruck.letter('R'), Some('ℝ'));
        assert_eq!(LetterFont::DoubleStruck.letter('E'), Some('𝔼'));
        assert_eq!(LetterFont::DoubleStruck.letter('1'), Some('𝟙'));
        assert_eq!(LetterFont::Script.letter('L'), Some('ℒ'));
        assert_eq!(LetterFont::Script.letter('N'), Some('𝒩'));
        assert_eq!(LetterFont::Monospace.letter('z'), Some('𝚣'));
        assert_eq!(LetterFont::Normal.letter('x'), None);
        assert_eq!(LetterFont::Bold.letter('+'), None);
    }
}
