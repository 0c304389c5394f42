//! Counts words in any script.

/// Whether `c` is a Chinese character, kana or Hangul syllable: scripts whose words are counted by characters.
pub fn is_cjk(c: char) -> bool {
    matches!(
        c,
        '\u{3041}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9f}'
            | '\u{20000}'..='\u{323af}'
    )
}

/// The number of words in `text`; two CJK characters count as one word. O(length).
pub fn words(text: &str) -> usize {
    if text.is_ascii() {
        let bytes = text.as_bytes();
        let first = bytes.first().is_some_and(|first| *first > b' ');
        let pairs = bytes.iter().zip(bytes.iter().skip(1));
        // Without branches, so that a processor counts many at once.
        let begins = |(before, byte): (&u8, &u8)| usize::from((*before <= b' ') & (*byte > b' '));
        return usize::from(first) + pairs.map(begins).sum::<usize>();
    }
    let of = |word: &str| {
        if word.is_ascii() {
            return 1;
        }
        let characters = word.chars().filter(|c| is_cjk(*c)).count();
        if characters == 0 { 1 } else { characters.div_ceil(2) }
    };
    text.split_whitespace().map(of).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_counted_in_any_script() {
        assert_eq!(super::words("two words"), 2);
        assert_eq!(super::words("\n\ta  b-c\r\nd "), 3);
        assert_eq!(super::words(""), 0);
        assert_eq!(super::words("café au lait"), 3);
        assert_eq!(super::words("推荐系统 and 召回"), 2 + 1 + 1);
        assert_eq!(super::words("  \u{a0} "), 0);
    }
}
