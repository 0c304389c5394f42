//! `cairn vocabulary check`, `cairn vocabulary suggest`, `cairn vocabulary review`.

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{Exit, open, output, unknown};
use crate::catalogue::OriginKind;
use crate::config::Config;
use crate::library::Library;
use crate::library::view::{MissingTermView, TopicReview};
use crate::meaning::MeaningTable;
use crate::printable::strip;
use crate::vocabulary::lint::lint;
use crate::vocabulary::{self, RejectedTerms, Vocabulary, label};

#[derive(Debug, Args)]
pub(super) struct VocabularyArguments {
    #[command(subcommand)]
    command: VocabularyCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum VocabularyCommand {
    /// List every fault, with file and line, and what deserves a second look
    Check,
    /// List terms that several authors use and the vocabulary lacks, as Turtle to complete
    Suggest(SuggestArguments),
    /// Show a topic's definition next to the sentences that explain it best, and the topics that these texts rely on
    Review(ReviewArguments),
}

#[derive(Clone, Debug, Args)]
struct ReviewArguments {
    /// The topic's id or one of its names, such as CTR
    topic: String,
}

#[derive(Clone, Copy, Debug, Args)]
struct SuggestArguments {
    /// The most terms to list
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=1000))]
    limit: u64,
}

pub(super) fn run(config: &Config, arguments: VocabularyArguments) -> anyhow::Result<Exit> {
    match arguments.command {
        VocabularyCommand::Check => check(config),
        VocabularyCommand::Suggest(suggesting) => suggest(config, suggesting),
        VocabularyCommand::Review(reviewed) => review(config, &reviewed.topic),
    }
}

/// Checks the vocabulary and the table of word vectors.
fn check(config: &Config) -> anyhow::Result<Exit> {
    let table = MeaningTable::check(&config.sources);
    if let Err(error) = &table {
        output::line(&format!("{error:#}"))?;
    }
    let loaded = vocabulary::load(&config.sources).and_then(|vocabulary| {
        let rejected = RejectedTerms::load(&config.sources, &vocabulary)?;
        Ok((vocabulary, rejected))
    });
    match loaded {
        Ok((vocabulary, rejected)) => {
            for note in lint(&vocabulary, mentions(config, &vocabulary).as_deref()) {
                output::line(&format!("note: {note}"))?;
            }
            let labels: usize = vocabulary.topics.iter().map(|t| t.labels().count()).sum();
            let requires: usize = vocabulary.topics.iter().map(|t| t.requires.len()).sum();
            output::line(&format!(
                "no faults: {}, {}, {}, {}, {}",
                output::count(vocabulary.topics.len(), "topic"),
                output::count(labels, "label"),
                output::count(requires, "requirement"),
                output::count(vocabulary.steps.len(), "step"),
                output::count(rejected.len(), "rejected term"),
            ))?;
            Ok(if table.is_ok() { Exit::Done } else { Exit::Wrong })
        }
        Err(faults) => {
            for fault in &faults.0 {
                output::line(&fault.to_string())?;
            }
            output::line(&output::count(faults.0.len(), "fault"))?;
            Ok(Exit::Wrong)
        }
    }
}

/// For each topic, the number of sections that mention it. `None` if there is no index, if the index was built with
/// another vocabulary, or if it contains only documents from local folders.
fn mentions(config: &Config, vocabulary: &Vocabulary) -> Option<Vec<u32>> {
    let library = Library::open(config).ok().flatten()?;
    let is_same = library.graph.vocabulary.version == vocabulary.version;
    // Before the first fetch, nearly all topics have no mentions. This is no reason to warn about the vocabulary.
    let is_full = library
        .manifest
        .sources
        .iter()
        .any(|source| source.kind != OriginKind::Folder && source.documents > 0);
    (is_same && is_full).then_some(library.graph.mentions)
}

fn suggest(config: &Config, suggesting: SuggestArguments) -> anyhow::Result<Exit> {
    let limit = usize::try_from(suggesting.limit).unwrap_or(30);
    let library = open(config)?;
    let rejected = RejectedTerms::load(&config.sources, &library.graph.vocabulary);
    let terms = library.missing_terms(&rejected.map_err(|faults| anyhow!("{faults}"))?, limit)?;
    output::line(
        "# Nothing is added automatically. Keep what is a topic, write its definition, choose its",
    )?;
    output::line("# broader topic, and paste it into a file of sources/vocabulary.")?;
    output::gap()?;
    for term in &terms {
        output::body(&turtle(term))?;
    }
    Ok(Exit::Done)
}

fn review(config: &Config, topic: &str) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let Some(TopicReview { detail, sections, sentences, relied }) = library.review(topic)? else {
        return Err(unknown::topic(&library, topic));
    };
    output::line(&format!("{} (topic:{})", detail.topic.label, detail.topic.id))?;
    output::line(&detail.topic.definition)?;
    output::gap()?;
    output::line(&format!(
        "{} are about it. Sentences that explain it:",
        output::count(sections, "section")
    ))?;
    for said in &sentences {
        output::line(&format!("- \"{}\"", strip(&said.sentence)))?;
        output::line(&format!("  {} {}", strip(&said.source), strip(&said.path)))?;
    }
    output::gap()?;
    output::line("requires:")?;
    for required in &detail.requires {
        let why = required.why.as_deref().unwrap_or_default();
        output::line(&format!("- {}: {why}", required.id))?;
    }
    output::gap()?;
    match relied.is_empty() {
        true => output::line("no other topic is typical of the sections about it")?,
        false => output::line("the sections about it also name:")?,
    }
    for other in &relied {
        let state = if other.is_required { ", required" } else { "" };
        output::line(&format!("- {} in {}{state}", other.id, other.sections))?;
    }
    Ok(Exit::Done)
}

/// `term` as a topic in Turtle, without a definition. The check of the vocabulary rejects the topic until the user has
/// written the definition.
fn turtle(term: &MissingTermView) -> String {
    let name = |text: &str| strip(text).replace(['"', '\\'], " ");
    let evidence = term
        .evidence
        .iter()
        .map(|said| (name(&said.sentence), strip(&said.source), strip(&said.path)))
        .map(|(sentence, source, path)| format!("#   \"{sentence}\" {source} {path}\n"));
    let evidence: String = evidence.collect();
    let slug = label::key(&term.label).replace(' ', "-");
    let others: Vec<String> =
        term.spellings.iter().map(|s| format!("\"{}\"@en", name(s))).collect();
    let others = match &others[..] {
        [] => String::new(),
        others => format!("    skos:altLabel {} ;\n", others.join(" , ")),
    };
    let broader = term.near.first().map_or("…", String::as_str);
    format!(
        "# By {} authors, C-value {:.0}; often near {}.\n{evidence}topic:{slug} a skos:Concept ;\n    \
         skos:prefLabel \"{}\"@en ;\n{others}    skos:definition \"\"@en ;\n    skos:broader topic:{broader} .\n",
        term.voices,
        term.c_value,
        term.near.join(", "),
        name(&term.label),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Shown;
    use crate::catalogue::rights::show;
    use crate::library::view::TermSentenceView;

    #[test]
    fn a_suggestion_is_valid_turtle_except_for_its_definition() {
        let sentence = show("It is\nsaid.", Shown::Full, 0);
        let said = TermSentenceView { sentence, source: "a/a".into(), path: "p.md".into() };
        let term = MissingTermView {
            label: "Quokka \"sampling\"".into(),
            spellings: vec!["quokka-sampling".into()],
            c_value: 7.0,
            voices: 3,
            near: vec!["top".into()],
            evidence: vec![said],
        };
        let head = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix topic: <urn:cairn:topic:> .
@prefix scheme: <urn:cairn:scheme:> .
topic:top a skos:Concept ; skos:topConceptOf scheme:s ; skos:prefLabel \"top\" ; skos:definition \"d\" .\n";
        let text = format!("{head}{}", turtle(&term));
        let faults = vocabulary::parse(&[("v.ttl".into(), text.clone())]).unwrap_err();
        let said: Vec<String> = faults.0.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 1, "{said:#?}\n{text}");
        assert!(said[0].contains("needs exactly one definition"));
        let written = text.replace("skos:definition \"\"", "skos:definition \"CitingSentence.\"");
        assert!(vocabulary::parse(&[("v.ttl".into(), written)]).is_ok());
    }
}
