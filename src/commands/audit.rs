//! `cairn sources audit`.

use clap::Args;

use super::audit_table::{WIDTH, cells, header, print_row, short, shortened, size};
use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::generation::left_out::LeftOutGroup;
use crate::library::view::{
    AuditView, DocumentAuditView, FolderAuditView, ProblemGroupView, RestatedView,
    SectionsAuditView, SourceAuditView,
};
use crate::printable::thousands;

/// The maximum number of groups of problems that are printed; further groups are only counted.
const MOST_PROBLEMS: usize = 15;
/// The maximum number of folders that are printed; further folders are only counted.
const MOST_FOLDERS: usize = 20;
/// The maximum number of pairs of sections that are printed; further pairs are only counted.
const MOST_RESTATED: usize = 10;

/// The explanation of the columns, in lines.
const LEGEND: [&str; 5] = [
    "susp: percent of sections with one of the following properties; each of them is in percent, too.",
    "code: mostly code. nums: half of the words are numbers. rows: table rows. tiny: under 15 words.",
    "side: navigation, boilerplate or off topic. TeX: an eighth of the text is TeX.",
    "dup: percent of sections that are folded under another source (own: under the same source).",
    "t/kw: topics per thousand words. out: files that the rules leave out (?: not known).",
];

#[derive(Clone, Debug, Args)]
pub(super) struct AuditArguments {
    /// Only this source, with its folders and its worst documents
    source: Option<String>,
    /// Print one object as JSON; docs/sources.md describes it
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(config: &Config, arguments: &AuditArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let only = arguments.source.as_deref();
    let Some(audit) = library.audit(only)? else {
        let name = only.unwrap_or_default();
        return Err(unknown::source(&library, name));
    };
    if arguments.json {
        output::json(&audit)?;
    } else {
        print(&audit, only.is_some())?;
    }
    Ok(Exit::Done)
}

fn print(audit: &AuditView, is_detailed: bool) -> anyhow::Result<()> {
    if is_detailed {
        for source in &audit.sources {
            output::line(&source.source)?;
            print_source(source)?;
        }
        return Ok(());
    }
    let columns = [("docs", 5), ("sect.", 7), ("words", 6)];
    print_row("source", &header(&columns, &[("out", 6)]))?;
    let is_shown = |source: &&SourceAuditView| source.documents > 0 || !source.problems.is_empty();
    for source in audit.sources.iter().filter(is_shown) {
        let out = match &source.left_out {
            Some(groups) => thousands(files(groups) as u64),
            None => "?".to_owned(),
        };
        let numbers = [
            (source.documents.to_string(), 5),
            (thousands(source.total.sections as u64), 7),
            (short(source.total.words), 6),
        ];
        print_row(&source.source, &cells(&numbers, &source.total, &[(out, 6)]))?;
    }
    let empty = audit.sources.len() - audit.sources.iter().filter(is_shown).count();
    if empty > 0 {
        output::line(&format!("{} without documents", output::count(empty, "other source")))?;
    }
    output::gap()?;
    print_legend()?;
    output::advice("`cairn sources audit SOURCE` shows the folders and documents of a source.")
}

fn print_legend() -> anyhow::Result<()> {
    LEGEND.into_iter().try_for_each(output::line)
}

/// Prints the audit of a source: its totals, folders, worst documents, left-out files and problems. Does not print its
/// name.
pub(super) fn print_source(source: &SourceAuditView) -> anyhow::Result<()> {
    print_summary(source)?;
    if !source.folders.is_empty() {
        output::gap()?;
        print_folders(&source.folders)?;
    }
    if !source.worst.is_empty() {
        output::gap()?;
        print_documents(&source.worst)?;
    }
    if !source.restated.is_empty() {
        output::gap()?;
        print_restated(&source.restated)?;
    }
    output::gap()?;
    print_left_out(source.left_out.as_deref())?;
    print_problems(&source.problems)?;
    output::gap()?;
    print_legend()
}

fn print_summary(source: &SourceAuditView) -> anyhow::Result<()> {
    let SourceAuditView { total, .. } = source;
    let counts = |counts: &std::collections::BTreeMap<String, usize>| {
        let mut counts: Vec<(&String, &usize)> = counts.iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let counts = counts.into_iter().map(|(name, count)| format!("{name} {count}"));
        counts.collect::<Vec<_>>().join(", ")
    };
    let of = |number: usize, noun: &str| {
        output::count(number, noun).replacen(&number.to_string(), &thousands(number as u64), 1)
    };
    let (documents, sections) = (of(source.documents, "document"), of(total.sections, "section"));
    let mut lines = vec![
        ("size", format!("{documents}, {sections}, {}", of(total.words, "word"))),
        ("formats", counts(&source.formats)),
        ("languages", counts(&source.languages)),
        ("topics", format!("{} per thousand words", total.topics_per_thousand_words)),
        ("suspect", format!("{} of {sections}", thousands(total.suspect as u64))),
    ];
    if total.suspect > 0 {
        lines.push(("", properties(total)));
    }
    lines.push((
        "duplicates",
        format!(
            "{} copies of other sources, {} of itself; {} copied by other sources",
            thousands(total.copies as u64),
            thousands(total.own_copies as u64),
            thousands(source.copied_by_others as u64),
        ),
    ));
    for (name, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        output::line(&format!("  {name:<11}{text}"))?;
    }
    Ok(())
}

/// The properties that occur in the sections `total`, each with its share in percent, as text. The largest share is
/// first.
fn properties(total: &SectionsAuditView) -> String {
    let shares = &total.shares;
    let mut named = [
        ("only code", shares.code),
        ("numbers", shares.numbers),
        ("table rows", shares.rows),
        ("tiny", shares.tiny),
        ("navigation", shares.navigation),
        ("boilerplate", shares.boilerplate),
        ("off topic", shares.off_topic),
        ("TeX", shares.tex),
    ];
    named.sort_by(|(_, one), (_, two)| two.total_cmp(one));
    let named = named.iter().filter(|(_, share)| *share > 0.0);
    named.map(|(name, share)| format!("{name} {share} %")).collect::<Vec<_>>().join(", ")
}

fn print_folders(folders: &[FolderAuditView]) -> anyhow::Result<()> {
    let columns = [("docs", 5), ("sect.", 7), ("words", 6)];
    print_row("folder", &header(&columns, &[("own", 4)]))?;
    for folder in folders.iter().take(MOST_FOLDERS) {
        let total = &folder.total;
        let numbers = [
            (folder.documents.to_string(), 5),
            (thousands(total.sections as u64), 7),
            (short(total.words), 6),
        ];
        let own = [(format!("{:.0}", total.shares.own_copies), 4)];
        print_row(&folder.glob, &cells(&numbers, total, &own))?;
    }
    print_rest(folders.len(), MOST_FOLDERS, "folder")
}

fn print_documents(documents: &[DocumentAuditView]) -> anyhow::Result<()> {
    output::line("the documents with the most suspect sections")?;
    for document in documents {
        let DocumentAuditView { path, first, last, unit, total } = document;
        let place = format!("{} {first}-{last}", unit.as_str());
        output::line(&format!("  {path}"))?;
        let suspect = format!("{} of {}", total.suspect, output::count(total.sections, "section"));
        output::line(&format!("      {suspect}, {place}: {}", properties(total)))?;
    }
    Ok(())
}

/// Prints the sections that say nearly the same as another author.
fn print_restated(pairs: &[RestatedView]) -> anyhow::Result<()> {
    output::line("sections that say nearly the same as another author, in other words")?;
    for RestatedView { cosine, section, other } in pairs.iter().take(MOST_RESTATED) {
        let place = format!("{}{}", section.path, section.place);
        output::line(&format!("  {cosine:<6.3}{}", shortened(&place, WIDTH - 8)))?;
        let place = format!("{} {}{}", other.source, other.path, other.place);
        output::line(&format!("        {}", shortened(&place, WIDTH - 8)))?;
    }
    print_rest(pairs.len(), MOST_RESTATED, "other pair")
}

/// Prints the files that the rules leave out.
fn print_left_out(groups: Option<&[LeftOutGroup]>) -> anyhow::Result<()> {
    let Some(groups) = groups else {
        return output::line("files left out by the rules: not known for this source");
    };
    let bytes = groups.iter().map(|group| group.bytes).sum();
    let total = output::count(files(groups), "file");
    output::line(&format!("left out by the rules: {total}, {}", size(bytes)))?;
    for group in groups {
        let rule = match group.rule.as_deref() {
            None => String::new(),
            Some("") => " (no extension)".to_owned(),
            Some(rule) => format!(" ({rule})"),
        };
        let number = thousands(group.files as u64);
        let size = size(group.bytes);
        let head = format!("  {number:>7}  {size:>9}  {}{rule}", group.reason.words());
        let room = WIDTH.saturating_sub(head.chars().count() + 2);
        let example = group.examples.first().filter(|_| room >= 20);
        let example = example.map(|path| format!("  {}", shortened(path, room)));
        output::line(&format!("{head}{}", example.unwrap_or_default()))?;
    }
    Ok(())
}

/// Prints the problems of a source. They are about files that were read only in part or not at all.
fn print_problems(problems: &[ProblemGroupView]) -> anyhow::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    output::line("problems")?;
    for problem in problems.iter().take(MOST_PROBLEMS) {
        let ProblemGroupView { stage, message, count, examples } = problem;
        let message = shortened(&format!("{stage}: {message}"), WIDTH - 11);
        output::line(&format!("  {count:>7}  {message}"))?;
        if let Some(example) = examples.first() {
            output::line(&format!("{:11}{}", "", shortened(example, WIDTH - 11)))?;
        }
    }
    print_rest(problems.len(), MOST_PROBLEMS, "other problem")
}

/// Prints how many of `all` items are missing from a list that shows at most `most` items. Prints nothing if the list
/// shows all.
fn print_rest(all: usize, most: usize, noun: &str) -> anyhow::Result<()> {
    match all.saturating_sub(most) {
        0 => Ok(()),
        rest => output::line(&format!("  … and {}: --json lists them", output::count(rest, noun))),
    }
}

fn files(groups: &[LeftOutGroup]) -> usize {
    groups.iter().map(|group| group.files).sum()
}
