//! Authors of posts: people, whose login is shown, and bots, whose posts are left out.

use crate::crawl::github::thread::PostAuthor;

/// Lower-cased logins of bots with ordinary user accounts: for builds, coverage, licence agreements and mirrors.
const PROGRAMS: [&str; 24] = [
    "allcontributors",
    "cla-assistant",
    "claassistant",
    "cla-bot",
    "codecov",
    "codecov-commenter",
    "codecov-io",
    "copybara-service",
    "coveralls",
    "dependabot",
    "facebook-github-bot",
    "github-actions",
    "google-ml-butler",
    "googlebot",
    "greenkeeperio-bot",
    "huggingfacedocbuilder",
    "huggingfacedocbuilderdev",
    "k8s-ci-robot",
    "mergify",
    "pep8speaks",
    "pytorchmergebot",
    "renovate-bot",
    "snyk-bot",
    "tensorflow-bot",
];
/// The maximum length of a login in bytes: 39 on GitHub, plus the suffix that a company adds on GitHub Enterprise.
const LONGEST: usize = 60;

/// Whether `author` is a bot.
pub(super) fn is_program(author: Option<&PostAuthor>) -> bool {
    author.is_some_and(|author| {
        let login = author.login.to_ascii_lowercase();
        author.bot || login.ends_with("[bot]") || PROGRAMS.contains(&login.as_str())
    })
}

/// The login of `author`, if it has the form of a GitHub login.
pub(super) fn login(author: Option<&PostAuthor>) -> Option<&str> {
    let login = author?.login.as_str();
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((1..=LONGEST).contains(&login.len()) && login.bytes().all(is_usual)).then_some(login)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(login: &str, bot: bool) -> PostAuthor {
        PostAuthor { login: login.into(), bot }
    }

    #[test]
    fn bots_are_distinguished_from_people() {
        for (login, bot) in [
            ("ann", true),
            ("dependabot[bot]", false),
            ("Some-App[Bot]", false),
            ("Codecov-Commenter", false),
        ] {
            assert!(is_program(Some(&author(login, bot))), "{login}");
        }
        for login in ["ann", "abbot", "talbot", "robot-fan"] {
            assert!(!is_program(Some(&author(login, false))), "{login}");
        }
        assert!(!is_program(None));
    }

    #[test]
    fn only_logins_are_shown() {
        assert_eq!(login(Some(&author("ann-b_corp", false))), Some("ann-b_corp"));
        for wrong in ["", "a b", "a\nb", "<b>", "\u{202e}a", &"a".repeat(61)] {
            assert_eq!(login(Some(&author(wrong, false))), None, "{wrong:?}");
        }
    }
}
