//! Commands that are printed for the reader to paste into a POSIX shell.

use super::is_plain;

/// The command line of `words`, each quoted where a shell would read more in it than itself; `None` if a word
/// holds a character that can't be printed (see [`super::escape`]): then there is nothing to paste.
///
/// Put `--` before words that others chose, so that a name such as `-rf.md` is no option. O(length).
/// Quoting: POSIX.1-2017, Shell Command Language, 2.2.2: nothing is special between single quotes but the
/// single quote itself.
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
    // Left bare: what no shell expands anywhere in a word. `~`, `=` and `%` are special in some at its start.
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
        // `printf` reads its format once for each word.
        let line = command(&all).unwrap().replace("'%s\\n' --", "'%s\\n'");
        let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), words, "{line}");
    }

    #[test]
    fn a_word_that_cannot_be_printed_has_no_command() {
        for word in ["a\nb", "a\u{9b}2J", "a\u{202e}b", "a\u{200d}b", "\t"] {
            assert_eq!(command(&["cairn", word]), None, "{word:?}");
        }
    }
}
