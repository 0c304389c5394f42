//! The key `private` of a catalogue entry: who may read a source at its origin.

use super::fields::{DataFile, TableFields};
use crate::problem::Faults;

/// Who may read a source at its origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// Only the user. The source is fetched with the token. Feeds, exports and decks omit its text unless the user asks
    /// for it.
    Private,
}

/// Reads the key `private` of the entry `fields`. Adds a fault if the key is set in an entry without `repo`, because
/// only repositories are fetched with the token.
pub(super) fn read(file: &DataFile, fields: &mut TableFields, faults: &mut Faults) -> Visibility {
    let Some((line, is_private)) = fields.boolean("private", faults) else {
        return Visibility::Public;
    };
    if fields.value("repo").is_none() {
        faults.push(
            file.name,
            line,
            "`private` needs `repo`, because only repositories are fetched with the token",
        );
    }
    if is_private { Visibility::Private } else { Visibility::Public }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse;

    #[test]
    fn only_a_repository_can_be_private_and_faults_have_lines() {
        let text = "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\nprivate = true\n\n\
                    [[source]]\nrepo = \"a/c\"\nwhy = \"x\"\n";
        let sources = parse("c", text).unwrap().sources;
        let read: Vec<Visibility> = sources.iter().map(|source| source.visibility).collect();
        assert_eq!(read, [Visibility::Private, Visibility::Public]);

        let text = "[[source]]\nfolder = \"notes\"\nwhy = \"x\"\nprivate = true\n\n\
                    [[source]]\nrepo = \"a/b\"\nwhy = \"x\"\nprivate = \"yes\"\n";
        let faults = parse("c", text).unwrap_err().0;
        let reported: Vec<(usize, &str)> =
            faults.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
        assert_eq!(
            reported,
            [
                (4, "`private` needs `repo`, because only repositories are fetched with the token"),
                (9, "`private` must be true or false, not string"),
            ]
        );
    }
}
