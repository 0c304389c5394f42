//! Decodes bytes to text, in any encoding. The first rule that applies decides the encoding:
//!
//! 1. A byte order mark names the encoding.
//! 2. If many bytes are zero, almost all at even or almost all at odd offsets, the text is UTF-16.
//! 3. Valid or nearly valid UTF-8 is UTF-8. Replacement characters replace its errors.
//! 4. Otherwise chardetng, Firefox's detector, guesses the encoding.
//!
//! UTF-8 that was once decoded as Windows-1252 ("â€™" for an apostrophe) is then repaired, and a problem reports it.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::pattern::patterns;
use crate::problem::{Problem, Stage};

/// Bytes with at most one UTF-8 error per this many non-ASCII bytes are read as UTF-8: errors this rare come from
/// truncated or damaged characters, not from another encoding.
const SLIPS: usize = 50;
/// Text is repaired if at least this many places look wrongly decoded: fewer may be a coincidence.
const LEAST_MOJIBAKE: usize = 3;

patterns! {
    /// Character sequences that result from reading non-ASCII UTF-8 bytes as Windows-1252.
    RUN = r"[ÂÃâðï][\u{80}-\u{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}";
}

/// The text of `bytes` without the byte order mark. Adds a problem if chardetng guessed the encoding, if invalid UTF-8
/// was replaced, or if wrongly decoded places were repaired. O(length).
pub(super) fn decode<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => unmarked(bytes, problems),
        },
    };
    // ASCII characters in UTF-16 are valid UTF-8 too, with a zero byte beside each character.
    let text = match zeros(bytes).filter(|_| text.contains('\0')) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => text,
    };
    repaired(text, problems)
}

/// The text of `bytes`, which have no byte order mark and are not valid UTF-8.
fn unmarked<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let mut report = |message: String| problems.push(Problem::new(Stage::Extract, message));
    if let Some(encoding) = zeros(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    let beyond_ascii = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let lossy = String::from_utf8_lossy(bytes);
    let faults = lossy.matches('\u{fffd}').count();
    if faults * SLIPS <= beyond_ascii {
        report(format!("{faults} places are no UTF-8; replaced"));
        return lossy;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    report(format!("not UTF-8; read as {}", encoding.name()));
    encoding.decode_without_bom_handling(bytes).0
}

/// Detects UTF-16 without a byte order mark in the first 4 KB: of each ASCII character's two bytes, the
/// second (little endian) or the first (big endian) is zero.
fn zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4_096)];
    let zeros = |at: usize| sample.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = sample.len() / 5;
    match sample.len() {
        0..8 => None,
        _ if odd > many && even * 10 < odd => Some(UTF_16LE),
        _ if even > many && odd * 10 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// `text` with wrongly decoded places repaired, if there are at least `LEAST_MOJIBAKE`.
fn repaired<'a>(text: Cow<'a, str>, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    if text.is_ascii() {
        return text;
    }
    let right = |wrong: &str| {
        let (bytes, _, _) = WINDOWS_1252.encode(wrong);
        UTF_8.decode_without_bom_handling_and_without_replacement(&bytes).map(Cow::into_owned)
    };
    let found: Vec<_> =
        RUN.find_iter(&text).filter_map(|m| Some((m.range(), right(m.as_str())?))).collect();
    let Some((first, ..)) = found.first().filter(|_| found.len() >= LEAST_MOJIBAKE) else {
        return text;
    };
    let message = format!(
        "{} places were decoded wrongly before they came here, such as \"{}\"; put right",
        found.len(),
        &text[first.clone()]
    );
    problems.push(Problem::new(Stage::Extract, message));
    let mut whole = String::with_capacity(text.len());
    let mut from = 0;
    for (range, right) in &found {
        whole.push_str(&text[from..range.start]);
        whole.push_str(right);
        from = range.end;
    }
    whole.push_str(&text[from..]);
    Cow::Owned(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, usize) {
        let mut problems = Vec::new();
        (decode(bytes, &mut problems).into_owned(), problems.len())
    }

    #[test]
    fn encodings_are_detected_by_mark_by_zero_bytes_and_by_content() {
        let text = "Zusätzliche Größen für die Übung.\n";
        let wide = |big: bool| -> Vec<u8> {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        assert_eq!(decoded(text.as_bytes()), (text.into(), 0));
        assert_eq!(decoded(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), (text.into(), 0));
        assert_eq!(decoded(&[b"\xff\xfe".to_vec(), wide(false)].concat()), (text.into(), 0));
        assert_eq!(decoded(&[b"\xfe\xff".to_vec(), wide(true)].concat()), (text.into(), 0));
        assert_eq!(decoded(&wide(false)), (text.into(), 0));
        assert_eq!(decoded(&wide(true)), (text.into(), 0));
        let latin = WINDOWS_1252.encode(text).0.into_owned();
        assert_eq!(decoded(&latin), (text.into(), 1));
        let chinese = "推荐系统的召回阶段需要在几十毫秒内返回数百个候选。";
        for encoding in [encoding_rs::GBK, encoding_rs::BIG5] {
            let written = if encoding == encoding_rs::BIG5 {
                "推薦系統的召回階段需要在幾十毫秒內返回數百個候選。"
            } else {
                chinese
            };
            let bytes = encoding.encode(written).0.into_owned();
            assert_eq!(decoded(&bytes), (written.into(), 1), "{}", encoding.name());
        }
    }

    #[test]
    fn a_single_invalid_byte_in_a_long_text_is_replaced() {
        let mut bytes = "é".repeat(100).into_bytes();
        bytes.push(0xff);
        let (text, problems) = decoded(&bytes);
        assert_eq!((text.chars().count(), problems), (101, 1));
        assert!(text.ends_with('\u{fffd}'));
    }

    #[test]
    fn wrongly_decoded_text_is_repaired_and_reported() {
        let text = "Itâ€™s a cafÃ©, donâ€™t â€œworryâ€\u{9d}.";
        assert_eq!(decoded(text.as_bytes()), ("It’s a café, don’t “worry”.".into(), 1));
        let sound = "Ângela pâtes “ï” Ãf";
        assert_eq!(decoded(sound.as_bytes()), (sound.into(), 0));
    }
}
