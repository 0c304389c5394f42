//! Commands that are printed so that the user can paste them into a POSIX shell.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::is_plain;

/// The options, quoted, that make a printed command use the same index and data files as this process.
static OPTIONS: OnceLock<String> = OnceLock::new();

/// Adds `options` to every command that is printed from now on. Each option is a name and the value that the user gave.
/// A value that is `None` or can't be printed is written as the placeholder `PATH`. Later calls have no effect.
pub fn give_options(options: &[(&str, Option<&str>)]) {
    let written = options.iter().map(|(name, value)| {
        let whole = value.and_then(|value| command(&[name, value]));
        whole.unwrap_or_else(|| format!("{name} PATH"))
    });
    let _ = OPTIONS.set(written.collect::<Vec<_>>().join(" "));
}

/// The command line `cairn OPTIONS WORDS`: the options passed to [`give_options`], then `words`, quoted by [`command`].
/// `None` if a word can't be printed.
pub fn cairn<W: AsRef<str>>(words: &[W]) -> Option<String> {
    let line = format!("cairn {}", command(words)?);
    Some(complete(&line, "", options()))
}

/// Adds the options passed to [`give_options`] to the commands in `advice`, so that they use the same index. A command
/// is text in backticks that begins with `cairn`. O(length).
pub fn completed(advice: &str) -> Cow<'_, str> {
    match options() {
        "" => Cow::Borrowed(advice),
        options => Cow::Owned(complete(advice, "`", options)),
    }
}

fn options() -> &'static str {
    OPTIONS.get().map_or("", String::as_str)
}

/// Inserts `options` into `text` after each `cairn` that is directly between `before` and a subcommand. If `before` is
/// empty, only the first `cairn` is considered.
fn complete(text: &str, before: &str, options: &str) -> String {
    let begin = format!("{before}cairn ");
    let mut out = String::with_capacity(text.len() + options.len());
    let mut rest = text;
    while let Some(at) = rest.find(&begin) {
        let (head, tail) = rest.split_at(at + begin.len());
        out.push_str(head);
        if !options.is_empty() && tail.starts_with(|c: char| c.is_ascii_lowercase()) {
            out.push_str(options);
            out.push(' ');
        }
        rest = tail;
        if before.is_empty() {
            break;
        }
    }
    out + rest
}

/// The command line of `words`. A word is quoted if it is empty or if a shell could interpret one of its characters.
/// `None` if a word has a character that can't be printed (see [`super::escape`]).
///
/// Put `--` before untrusted words, so that a name such as `-rf.md` is not read as an option. O(length).
/// Quotes as in POSIX.1-2017, Shell Command Language, 2.2.2: between single quotes, only the single quote is special.
///
/// ```
/// use cairn::printable::shell::command;
/// let line = command(&["cairn", "section", "--", "a/b", "it's $(reboot).md"]);
/// assert_eq!(line.as_deref(), Some(r"cairn section -- a/b 'it'\''s $(reboot).md'"));
/// assert_eq!(command(&["cairn", "a\u{1b}[2Jb"]), None);
/// ```
pub fn command<W: AsRef<str>>(words: &[W]) -> Option<String> {
    let words: Option<Vec<String>> = words.iter().map(|word| quoted(word.as_ref())).collect();
    Some(words?.join(" "))
}

fn quoted(word: &str) -> Option<String> {
    // Bare characters are those that no shell interprets anywhere in a word. `~`, `=` and `%` are not among them,
    // because some shells interpret them at the start of a word.
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_./:,@+".contains(c);
    match word {
        _ if !is_plain(word) => None,
        "" => Some("''".to_owned()),
        word if word.chars().all(is_bare) => Some(word.to_owned()),
        word => Some(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_words_that_were_quoted() {
        let words = [
            "$(reboot)",
            "`id`",
            "a b",
            "it's",
            "-rf.md",
            "*",
            "~",
            "=ls",
            "a;b&c|d>e<f",
            "!x",
            "\\",
            "\"",
            "",
            "#x",
            "推薦",
            "{a,b}",
            "'",
        ];
        let all: Vec<&str> = ["printf", "%s\\n", "--"].into_iter().chain(words).collect();
        // `printf` applies its format to each word after it. So there must be no `--` after the format.
        let line = command(&all).unwrap().replace("'%s\\n' --", "'%s\\n'");
        let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), words, "{line}");
    }

    #[test]
    fn commands_in_advice_are_given_the_options_once() {
        let options = "--index '/a `b'";
        let advice = "run `cairn refresh --offline`, or `cairn doctor`; cairn is a program";
        let whole = complete(advice, "`", options);
        let says = "run `cairn --index '/a `b' refresh --offline`, or `cairn --index '/a `b' doctor`; \
                    cairn is a program";
        assert_eq!(whole, says);
        assert_eq!(complete(&whole, "`", options), whole);
        assert_eq!(
            complete("cairn section -- cairn x", "", options),
            format!("cairn {options} section -- cairn x")
        );
        assert_eq!(complete("cairn section", "", ""), "cairn section");
    }

    #[test]
    fn a_word_that_cannot_be_printed_has_no_command() {
        for word in ["a\nb", "a\u{9b}2J", "a\u{202e}b", "a\u{200d}b", "\t"] {
            assert_eq!(command(&["cairn", word]), None, "{word:?}");
        }
    }
}
