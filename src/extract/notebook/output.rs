//! Which outputs of a code cell are kept: text, cut after some lines, and tables, if text that may refer to them
//! follows. Logs, progress bars, messages of installers, dumps of data and descriptions of objects are left out.

use super::table;
use crate::extract::data;
use crate::extract::html::fragment;
use crate::extract::limits;
use crate::extract::pattern::patterns;

/// The maximum lines of the text that is kept of a cell's outputs, its maximum bytes, and the maximum characters of
/// each line.
const MOST_LINES: usize = 12;
const MOST_CHARS: usize = 1_200;
const LINE_CHARS: usize = 300;
/// A list or mapping with more bytes is a dump of data.
const LONGEST_VALUE: usize = 400;
/// The maximum bytes of an HTML output that is read. Longer HTML isn't a label or sentence.
const LONGEST_HTML: usize = 2_000;
/// An output of at least this many lines is a table of numbers if at least half of its words are numbers.
const TABLE_LINES: usize = 3;
/// Replaces the lines, or the end of a line, that were cut.
const ELLIPSIS: &str = "…";

patterns! {
    /// A line of a progress bar, a logger, an installer, a download or a timer, a warning, a note of a cell magic, the
    /// place of a temporary file, or a version of the environment.
    NOISE = {
        let patterns = [
            r"\d%\||█|━|\bETA\b|\d(?:it|s|B)/(?:s|it)\b|\[Stage \d+:|\[=+>?[=. ]*\]?|^\s*\d+/(?:\d+|Unknown)\s*[\[-]|\d+it \[\d",
            r"^\s*-{0,2}\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\bpid=\d+\)",
            r"^\s*\[?(?:INFO|DEBUG|WARN|WARNING|ERROR)\b|^\w*Warning: |: \w*Warning: |\bwarnings\.warn\(|^\[nltk_data\]",
            r"^\s*(?:Requirement already|Collecting |Downloading |Downloaded |Installing |Using cached |Building wheels?|Preparing metadata|Attempting uninstall|Found existing installation|Successfully (?:installed|uninstalled|built)|Note: you may need|Looking in indexes|Reading package lists|Building dependency|Setting up \S+ \(|Unpacking |Selecting previously)",
            r"^(?:Cloning into |remote: |Receiving objects|Resolving (?:deltas|\S+ \()|Connecting to |HTTP request sent|Length: \d|Saving to: |‘.*’ saved \[)",
            r"^\s*(?:Epoch \d+/\d+|CPU times: |Wall time: |(?:Over)?[Ww]riting \S+$|Created a temporary directory|The \S+ extension is already loaded|env: \w+=)",
            r"/var/folders/|/tmp/tmp|\\Local\\Temp\\",
            r"^[\w .-]{1,30}\b[Vv]ersion\b\s*[:=]?\s*v?\d|^\s*\[(?:GCC|Clang|MSC)\b|^'?\d+\.\d+\.\d+[\w.+-]*'?$",
        ];
        patterns.join("|")
    };
    /// The default text of an object: `<Figure size …>`, `[<matplotlib.lines.Line2D at 0x7f…>]`.
    OBJECT = r"^[\[(]*<|\bat 0x[0-9a-f]+";
    /// A value that is a list, a mapping or an array.
    VALUE = r"^\s*(?:\w{1,20}\()?[\[({]";
    /// Colours of a terminal.
    ESCAPE = r"\x1b\[[0-9;]*[A-Za-z]";
}

/// What a code cell wrote.
pub(super) enum OutputPiece {
    /// Printed text.
    Stream(String),
    /// A value in up to three forms.
    Value { plain: String, html: String, markdown: String },
}

/// What follows an output in the notebook.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OutputSuccessor {
    /// Text that may refer to it.
    Text,
    Other,
}

/// The text of `pieces` that is worth reading, without blank lines at its ends. `None` if there is none.
pub(super) fn readable(pieces: Vec<OutputPiece>, next: OutputSuccessor) -> Option<String> {
    let mut texts: Vec<PieceText> = Vec::new();
    for piece in pieces {
        let text = PieceText::of(piece);
        match texts.last_mut() {
            Some(last) if text.is_stream && last.is_unfinished() => last.text.push_str(&text.text),
            _ => texts.push(text),
        }
    }
    let kept: Vec<String> = texts.iter().filter_map(|piece| kept(piece, next)).collect();
    let text = kept.join("\n");
    (!text.is_empty()).then(|| shortened(&text))
}

/// A piece in the form that readers can use best.
struct PieceText {
    text: String,
    is_stream: bool,
    is_table: bool,
}

impl PieceText {
    /// Whether it is printed text that ends inside a line.
    fn is_unfinished(&self) -> bool {
        self.is_stream && !self.text.ends_with('\n')
    }

    fn of(piece: OutputPiece) -> PieceText {
        match piece {
            OutputPiece::Stream(text) => PieceText { text, is_stream: true, is_table: false },
            OutputPiece::Value { plain, html, markdown } => {
                let is_table = html.contains("class=\"dataframe\"");
                let text = match OBJECT.is_match(&plain) {
                    _ if is_table => table::unwrapped(&plain),
                    true if !markdown.is_empty() => markdown,
                    true if html.len() <= LONGEST_HTML => fragment::read(&html).text,
                    _ => plain,
                };
                PieceText { text, is_stream: false, is_table }
            }
        }
    }
}

/// The lines of `piece` that are worth reading. `None` if at least half of its lines are noise (if it has two lines,
/// both), or if the other lines are a dump of data, the description of an object, or a table that no text follows.
fn kept(piece: &PieceText, next: OutputSuccessor) -> Option<String> {
    let text = ESCAPE.replace_all(&piece.text, "");
    // A carriage return starts a line again.
    let lines: Vec<&str> =
        text.lines().map(|line| line.trim_end().rsplit('\r').next().unwrap_or(line)).collect();
    let is_blank = |line: &&str| line.trim().is_empty();
    let all = lines.iter().filter(|line| !is_blank(line)).count();
    let is_noise = |line: &&str| !piece.is_table && NOISE.is_match(line);
    let lines: Vec<&str> = lines.into_iter().filter(|line| !is_noise(line)).collect();
    let said: Vec<&str> = lines.iter().filter(|line| !is_blank(line)).copied().collect();
    if said.is_empty() || said.len() * 2 < all || said.len() * 2 == all && all > 2 {
        return None;
    }
    let is_table = piece.is_table || is_table(&said);
    let is_dump = VALUE.is_match(said[0]) && text.len() > LONGEST_VALUE
        || said.len() > MOST_LINES && data::kind_of_lines(&said).is_some();
    let is_worthless = match is_table {
        true => next == OutputSuccessor::Other,
        false => is_dump || OBJECT.is_match(said[0].trim_start()),
    };
    let first = lines.iter().position(|line| !is_blank(line))?;
    (!is_worthless).then(|| lines[first..].join("\n").trim_end().to_owned())
}

fn is_table(lines: &[&str]) -> bool {
    let is_number = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits * 2 >= word.len() || word == "NaN"
    };
    let (mut words, mut numbers) = (0, 0);
    for word in lines.iter().flat_map(|line| line.split_whitespace()) {
        words += 1;
        numbers += usize::from(is_number(word));
    }
    lines.len() >= TABLE_LINES && numbers * 2 >= words
}

/// The first lines of `text`, each up to a maximum length, with a mark where something was cut.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    for (at, line) in text.lines().enumerate() {
        let cut = limits::cut(line, LINE_CHARS);
        if at >= MOST_LINES || short.len() + cut.len() > MOST_CHARS {
            short.push('\n');
            short.push_str(ELLIPSIS);
            break;
        }
        if at > 0 {
            short.push('\n');
        }
        short.push_str(cut);
        if cut.len() < line.len() {
            short.push_str(ELLIPSIS);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Option<String> {
        readable(vec![OutputPiece::Stream(text.to_owned())], OutputSuccessor::Text)
    }

    #[test]
    fn logs_progress_bars_versions_and_notes_of_magics_are_left_out() {
        for noise in [
            "100%|██████████| 5/5 [00:01<00:00]",
            "7507it [00:30, 249.89it/s]\n",
            "[Stage 500:=====>       (171 + 3) / 200]\n",
            "96/96 [=======] - 21s 216ms/step\n",
            "2024-01-02 10:00:00,123 started",
            "INFO: reading\nINFO: done",
            "Requirement already satisfied: numpy in /usr/lib",
            "Epoch 1/3\n2/3 [=>..] - loss: 0.2",
            "x.py:3: FutureWarning: soon",
            "Overwriting van.py\n",
            "Writing van.py",
            "Created a temporary directory at /tmp/tmpa1\nWriting /tmp/tmpa1/b.py",
            "Pandas version: 1.3.5\nSystem version: 3.8 (default)\n[GCC 7.3.0]",
            "'2.0.0'",
            "[<matplotlib.lines.Line2D at 0x7f00>]",
            "",
        ] {
            assert_eq!(printed(noise), None, "{noise}");
        }
        for kept in ["auc 0.9\nf1 0.8", "42", "The model says: cat", "[1, 2, 3]"] {
            assert_eq!(printed(kept).as_deref(), Some(kept));
        }
        let mixed = "[Stage 7:===>  (1 + 3) / 20]\nRMSE: 0.9\nMAE: 0.7\n";
        assert_eq!(printed(mixed).as_deref(), Some("RMSE: 0.9\nMAE: 0.7"));
        assert_eq!(printed("a 10%\ra 100% done").as_deref(), Some("a 100% done"));
    }

    #[test]
    fn the_first_line_keeps_its_indentation_and_what_is_long_is_cut() {
        assert_eq!(printed("\n  push 3\n    push 2\n").as_deref(), Some("  push 3\n    push 2"));
        let tale: String = (0..30).map(|_| "the van drives to the depot\n").collect();
        let kept = printed(&tale).unwrap();
        assert_eq!(kept.lines().count(), MOST_LINES + 1);
        assert!(kept.ends_with("depot\n…"), "{kept}");
        let line = printed(&"long words ".repeat(90)).unwrap();
        assert!(line.ends_with('…') && line.chars().count() == LINE_CHARS + 1, "{line}");
        assert_eq!(printed(&format!("{{'van': [{}]}}", "'parcel', ".repeat(60))), None);
    }

    #[test]
    fn a_table_is_kept_if_text_follows() {
        let plain = "   van  load\n0    1    20\n1    2    30";
        let table = || OutputPiece::Value {
            plain: plain.to_owned(),
            html: "<table class=\"dataframe\">".to_owned(),
            markdown: String::new(),
        };
        assert_eq!(readable(vec![table()], OutputSuccessor::Text).as_deref(), Some(plain));
        assert_eq!(readable(vec![table()], OutputSuccessor::Other), None);
        let numbers = vec![OutputPiece::Stream("1 2\n3 4\n5 6\n".to_owned())];
        assert_eq!(readable(numbers, OutputSuccessor::Other), None);
    }

    #[test]
    fn html_and_markdown_are_read_where_the_plain_form_is_only_an_object() {
        let value = |html: &str, markdown: &str| OutputPiece::Value {
            plain: "<IPython.core.display.HTML object>".to_owned(),
            html: html.to_owned(),
            markdown: markdown.to_owned(),
        };
        let pieces = vec![
            OutputPiece::Stream("step 0\n".to_owned()),
            value("-><b>Visit van 1</b>", ""),
            OutputPiece::Stream("  step 1\n".to_owned()),
            value("", "Done."),
        ];
        let text = readable(pieces, OutputSuccessor::Other).unwrap();
        assert_eq!(text, "step 0\n->Visit van 1\n  step 1\nDone.");
    }
}
