//! Repairs heading trails: in some files the levels of the headings contradict their meaning.
//!
//! - The title has the level of the chapters below it: `# Guide`, `# Setup`, `# Use`.
//! - A heading without a subject, such as "Table of contents" or "Imports", has all later headings below it.
//! - A numbered heading has the level of its parent: `## 2 Data`, `## 2.1 Labels`.

use std::collections::HashMap;

use super::entry::{EntryKind, OutlineEntry, QUESTION_LEVEL, is_subjectless};
use super::title::{TitleRule, title};
use crate::extract::Section;

/// Depths are levels times this, so that a numbered heading fits between two levels.
const DEPTHS_PER_LEVEL: usize = 16;
/// A table of contents, or the part that imports packages, is no parent if at least this many headings are below it.
const CONTENTS_CHILDREN: usize = 3;
/// Another heading without a subject is no parent if at least this many headings, and at least half of all headings,
/// are below it.
const SUBJECTLESS_CHILDREN: usize = 5;

/// The headings of a document, in order, and which section belongs to which.
#[derive(Default)]
pub(super) struct DocumentOutline {
    entries: Vec<OutlineEntry>,
    /// For each section the index of its entry; `None` before the first heading.
    owners: Vec<Option<usize>>,
    /// The number of words before the first heading.
    opening_words: usize,
}

/// A heading on the path from the outermost heading to the current one.
struct OpenHeading {
    depth: usize,
    index: usize,
}

impl DocumentOutline {
    /// Adds a heading of `level`, 1 to 7.
    pub fn heading(&mut self, level: u8, text: &str) {
        let text = text.to_owned();
        self.entries.push(OutlineEntry { level, text, words: 0, kind: EntryKind::Heading });
    }

    /// Records that the last heading is an HTML element.
    pub fn mark_html(&mut self) {
        if let Some(last) = self.entries.last_mut() {
            last.kind = EntryKind::Html;
        }
    }

    /// Adds the end of the answer to a question.
    pub fn resume(&mut self) {
        let (text, kind) = (String::new(), EntryKind::Resumed);
        self.entries.push(OutlineEntry { level: QUESTION_LEVEL, text, words: 0, kind });
    }

    /// Adds a section of `words` below the last heading.
    pub fn section(&mut self, words: usize) {
        match self.entries.last_mut() {
            Some(last) => last.words += words,
            None => self.opening_words += words,
        }
        self.owners.push(self.entries.len().checked_sub(1));
    }

    /// Corrects the headings and ordinals of `sections`, which are those that were added. O(headings).
    pub fn repair(&self, sections: &mut [Section], rule: TitleRule) {
        let title = title(&self.entries, self.opening_words, rule);
        let all = self.entries.iter().filter(|entry| entry.is_author_heading()).count();
        let is_parent: Vec<bool> =
            (0..self.entries.len()).map(|at| self.is_parent(at, all)).collect();
        let is_right = title.is_none() && is_parent.iter().all(|is_parent| *is_parent);
        if is_right && !self.entries.iter().any(|entry| entry.numbers().len() > 1) {
            return;
        }
        let trails = self.trails(title, &is_parent);
        let mut counts: HashMap<&[String], u32> = HashMap::new();
        let mut ordinals = Vec::with_capacity(trails.len());
        for trail in &trails {
            let count = counts.entry(trail).or_insert(0);
            ordinals.push(*count);
            *count += 1;
        }
        for (section, owner) in sections.iter_mut().zip(&self.owners) {
            if let Some(owner) = *owner {
                section.headings.clone_from(&trails[owner]);
                section.ordinal = ordinals[owner];
            }
        }
    }

    /// The trail of each entry, outermost first. The entry `title` is above all later ones.
    fn trails(&self, title: Option<usize>, is_parent: &[bool]) -> Vec<Vec<String>> {
        let mut open: Vec<OpenHeading> = Vec::new();
        let mut trails = Vec::with_capacity(self.entries.len());
        for (index, entry) in self.entries.iter().enumerate() {
            let mut depth = usize::from(entry.level) * DEPTHS_PER_LEVEL;
            if title == Some(index) {
                depth = 0;
            } else if let Some(parent) = self.numbered_parent(&open, entry, depth) {
                depth = parent + 1;
            }
            let above = open.iter().take_while(|above| above.depth < depth).count();
            let mut trail: Vec<String> =
                open[..above].iter().map(|above| self.entries[above.index].text.clone()).collect();
            if entry.is_heading() {
                trail.push(entry.text.clone());
            }
            trails.push(trail);
            // A heading that is no parent does not close the title (without a title: the first heading), so that later
            // headings can still be below it.
            let keeps_open = !is_parent[index]
                && open.first().is_some_and(|top| top.index == title.unwrap_or(0));
            open.truncate(if keeps_open { above.max(1) } else { above });
            if is_parent[index] && entry.is_heading() {
                open.push(OpenHeading { depth, index });
            }
        }
        trails
    }

    /// The depth of the open heading whose number is the number of `entry` without its last part: 2 for 2.1. `None` if
    /// there is none, or if `entry` is already deeper by its level.
    fn numbered_parent(
        &self,
        open: &[OpenHeading],
        entry: &OutlineEntry,
        depth: usize,
    ) -> Option<usize> {
        let numbers = entry.numbers();
        let (_, parent) = numbers.split_last().filter(|(_, parent)| !parent.is_empty())?;
        let is_parent = |above: &&OpenHeading| self.entries[above.index].numbers() == parent;
        open.iter().find(is_parent).map(|above| above.depth).filter(|parent| *parent >= depth)
    }

    /// Whether later headings of a deeper level belong below the entry `at`. False for a heading without a subject if
    /// too many headings would be below it: see [`CONTENTS_CHILDREN`] and [`SUBJECTLESS_CHILDREN`]. `all` is the number
    /// of headings in the document.
    fn is_parent(&self, at: usize, all: usize) -> bool {
        let entry = &self.entries[at];
        let is_contents = entry.is_contents();
        let is_of_imports = entry.is_of_imports();
        if !(is_contents || is_of_imports || at > 0 && is_subjectless(&entry.text)) {
            return true;
        }
        let later = self.entries[at + 1..].iter().filter(|later| later.is_author_heading());
        let below = later.take_while(|later| later.level > entry.level).count();
        match is_contents || is_of_imports {
            true => below < CONTENTS_CHILDREN,
            false => below < SUBJECTLESS_CHILDREN || below * 2 < all,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    const WORDS: &str = "Enough words about the matter that nobody takes it for the introduction of the whole, and then some more of them, because a shorter text is joined to what follows it.";

    /// The trails of the sections of a document with `headings`, each with text below it.
    fn trails(headings: &[&str]) -> Vec<String> {
        let text: String =
            headings.iter().map(|heading| format!("{heading}\n\n{WORDS}\n\n")).collect();
        trails_of(&text)
    }

    fn trails_of(text: &str) -> Vec<String> {
        let document = extract("md", text.as_bytes()).document.unwrap();
        document.sections.iter().map(|section| section.headings.join(" > ")).collect()
    }

    #[test]
    fn the_title_stays_above_chapters_of_its_own_level() {
        let text =
            format!("# Guide\n\n# Setup\n\n{WORDS}\n\n## Disk\n\n{WORDS}\n\n# Use\n\n{WORDS}\n");
        assert_eq!(trails_of(&text), ["Guide > Setup", "Guide > Setup > Disk", "Guide > Use"]);
        let numbered = trails(&["# Guide", "## Aim", "# 1 Setup", "# 2 Use", "## Disk"]);
        assert_eq!(
            numbered,
            ["Guide", "Guide > Aim", "Guide > 1 Setup", "Guide > 2 Use", "Guide > 2 Use > Disk"]
        );
    }

    #[test]
    fn the_first_of_several_equal_chapters_is_no_title() {
        assert_eq!(trails(&["# Recall", "# Precision", "# Lift"]), ["Recall", "Precision", "Lift"]);
        let only = trails(&["# 5 - Labels", "# Raters", "# Tools"]);
        assert_eq!(only, ["5 - Labels", "5 - Labels > Raters", "5 - Labels > Tools"]);
        let parts = format!("# 1. Setup\n\n# 2. Use\n\n{WORDS}\n\n# 3. End\n\n{WORDS}\n");
        assert_eq!(trails_of(&parts), ["2. Use", "3. End"]);
    }

    #[test]
    fn the_title_stays_above_generic_headings_of_its_own_level() {
        let generic =
            trails(&["# Vans", "## Aim", "# Setup and Imports", "## Run", "# References"]);
        assert_eq!(
            generic[1..],
            [
                "Vans > Aim",
                "Vans > Setup and Imports",
                "Vans > Setup and Imports > Run",
                "Vans > References"
            ]
        );
        let second_level = trails(&["## 2.1 Vans", "## Notes", "### Fuel", "## Comments"]);
        assert_eq!(second_level[2], "2.1 Vans > Notes > Fuel");
        let advert = trails(&["## A book", "# Vans", "## Aim", "# Installation", "## Run"]);
        assert_eq!(advert[1..].iter().filter(|trail| trail.starts_with("Vans")).count(), 4);
        assert_eq!(trails(&["# Setup", "# Recall", "# Notes"]), ["Setup", "Recall", "Notes"]);
        let siblings = ["# Recall", "## Rate", "# Precision", "## Share", "# Notes"];
        assert_eq!(trails(&siblings)[3], "Precision > Share");
    }

    #[test]
    fn the_steps_of_a_notebook_are_not_below_its_imports() {
        let headings =
            ["# Vans", "## Aim", "# Installation and Imports", "### Load", "### Run", "### Plot"];
        assert_eq!(
            trails(&headings)[2..],
            ["Vans > Installation and Imports", "Vans > Load", "Vans > Run", "Vans > Plot"]
        );
        let systems = ["# Vans", "## Installation", "### Linux", "### Windows", "### Others"];
        assert_eq!(trails(&systems)[3], "Vans > Installation > Windows");
    }

    #[test]
    fn the_first_heading_of_a_notebook_and_an_html_heading_are_titles() {
        let cell = |text: &str| serde_json::json!({"cell_type": "markdown", "source": text});
        let cells = [
            cell(&format!("# Vans\n\n{WORDS}\n\n## Aim\n\n{WORDS}")),
            cell(&format!("# Load them\n\n{WORDS}\n\n## Doors\n\n{WORDS}")),
        ];
        let json = serde_json::json!({"nbformat": 4, "cells": cells}).to_string();
        let sections = extract("ipynb", json.as_bytes()).document.unwrap().sections;
        assert_eq!(sections[3].headings, ["Vans", "Load them", "Doors"]);
        let text = format!(
            "<div align=\"center\">\n<h1>Van book</h1>\n<p>{WORDS}</p>\n</div>\n\n# Doors\n\n{WORDS}\n\n# Fuel\n\n{WORDS}\n"
        );
        assert_eq!(trails_of(&text), ["Van book", "Van book > Doors", "Van book > Fuel"]);
        assert_eq!(
            extract("md", text.as_bytes()).document.unwrap().title.as_deref(),
            Some("Van book")
        );
    }

    #[test]
    fn acknowledgements_are_not_above_the_list_that_follows_them() {
        let mut headings = vec!["# Parcels", "## Aim", "# Acknowledgements"];
        headings.extend(["## Vans", "### Fuel", "## Depots", "## Routes", "## Doors", "## Bells"]);
        let trails = trails(&headings);
        assert_eq!(trails[2], "Parcels > Acknowledgements");
        assert_eq!(trails[3..6], ["Parcels > Vans", "Parcels > Vans > Fuel", "Parcels > Depots"]);
    }

    #[test]
    fn a_heading_keeps_its_own_subsections() {
        let headings = ["# Parcels", "## Vans", "## Contributing", "### Issues", "### Style"];
        assert_eq!(trails(&headings)[4], "Parcels > Contributing > Style");
    }

    #[test]
    fn a_table_of_contents_is_not_above_the_chapters() {
        let headings = ["# Table of contents", "## Vans", "## Depots", "## Routes"];
        assert_eq!(trails(&headings)[1..], ["Vans", "Depots", "Routes"]);
    }

    #[test]
    fn the_number_of_a_heading_decides_against_its_level() {
        let headings = ["# Guide", "## 2 Data", "## 2.1 Labels", "### Raters", "## 3 Models"];
        assert_eq!(
            trails(&headings)[1..],
            [
                "Guide > 2 Data",
                "Guide > 2 Data > 2.1 Labels",
                "Guide > 2 Data > 2.1 Labels > Raters",
                "Guide > 3 Models"
            ]
        );
    }

    #[test]
    fn text_after_an_answer_belongs_to_the_heading_above_the_question() {
        let details = "<details><summary>What is lift?</summary>\n\nA ratio of two rates, which one compares to see what a change brings.\n\n</details>";
        let text = format!("# Guide\n\n# Setup\n\n{WORDS}\n\n{details}\n\n{WORDS}\n");
        assert_eq!(
            trails_of(&text),
            ["Guide > Setup", "Guide > Setup > What is lift?", "Guide > Setup"]
        );
    }
}
