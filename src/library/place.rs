//! The place of a section as a reader names it: a line, cell, page, card or comment of a file.

use std::fmt;
use std::num::NonZeroU64;

use super::view::{PlaceView, SectionView};

/// A position in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentPosition {
    /// The last section that begins at or before this line, cell, page or card (1-based); the first section if none
    /// does.
    Number(u32),
    /// The comment with this id, in a thread.
    Comment(NonZeroU64),
}

/// A named place in a file: at most one of these. Without any, the place is the beginning of the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct NamedPlace {
    /// A line; in files without lines, the number of the cell, page or card.
    pub line: Option<u32>,
    pub cell: Option<u32>,
    pub page: Option<u32>,
    pub card: Option<u32>,
    /// GitHub's id of a comment.
    pub comment: Option<NonZeroU64>,
}

impl NamedPlace {
    /// How many places are named.
    pub fn count(self) -> usize {
        let numbers = [self.line, self.cell, self.page, self.card];
        numbers.iter().flatten().count() + usize::from(self.comment.is_some())
    }

    /// Where to look for the section.
    pub fn position(self) -> DocumentPosition {
        let NamedPlace { line, cell, page, card, comment } = self;
        let number = line.or(cell).or(page).or(card).unwrap_or(1);
        comment.map_or(DocumentPosition::Number(number), DocumentPosition::Comment)
    }

    /// Why `found`, the section at this place or the last one before it, is not what was asked for; `None` if it is.
    pub fn fault(self, found: &SectionView) -> Option<PlaceFault> {
        let PlaceView { lines, cell, page, card, .. } = found.passage.place;
        let kinds = [
            ("line", self.line, lines.map(|(_, last)| last)),
            ("cell", self.cell, cell),
            ("page", self.page, page),
            ("card", self.card, card),
        ];
        let own = kinds.iter().find_map(|(kind, _, last)| Some((*kind, (*last)?)));
        let (asked, number) = kinds.iter().find_map(|(kind, asked, _)| Some((*kind, (*asked)?)))?;
        match own {
            // A line may be the number of whatever the file has.
            Some((has, _)) if asked != "line" && asked != has => {
                Some(PlaceFault::OtherKind { asked, has })
            }
            // A section may have several cells or pages, so only the end of lines is known.
            Some(("line", last)) if found.next.is_none() && number > last => {
                Some(PlaceFault::Beyond { line: number, last })
            }
            None if asked != "line" => Some(PlaceFault::Thread),
            _ => None,
        }
    }
}

/// Why a file does not have a named place. Displayed as the end of a sentence that begins with the file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceFault {
    /// The file has lines, cells, pages or cards (`has`), but a number of something else was named (`asked`).
    OtherKind { asked: &'static str, has: &'static str },
    /// `line` comes after `last`, the last indexed line.
    Beyond { line: u32, last: u32 },
    /// The file is a thread, which has comments only.
    Thread,
}

impl PlaceFault {
    /// What to name instead, if it is something of another kind.
    pub fn instead(self) -> Option<&'static str> {
        match self {
            PlaceFault::OtherKind { has, .. } => Some(has),
            PlaceFault::Beyond { .. } => None,
            PlaceFault::Thread => Some("comment"),
        }
    }
}

impl fmt::Display for PlaceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceFault::OtherKind { asked, has } => write!(f, "has {has}s, no {asked}s"),
            PlaceFault::Beyond { line, last } => {
                write!(f, "has no line {line}; its last indexed line is {last}")
            }
            PlaceFault::Thread => f.write_str("is a thread"),
        }
    }
}
