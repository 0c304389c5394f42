//! Checks the rules of a vocabulary. S13, S14 and S27 are integrity conditions of the SKOS Reference: a
//! resource's labels are disjoint (S13), it has one preferred label per language (S14), and `related` is
//! disjoint with the transitive closure of `broader` (S27).

use std::collections::{BTreeMap, HashSet};

use super::draft::{Draft, DraftRule, Drafts};
use super::read::locate;
use super::{label, plain};
use crate::problem::Faults;

/// Adds a fault to `faults` for every rule that `drafts` break. O(topics · depth).
pub(super) fn check(files: &[(String, String)], drafts: &Drafts, faults: &mut Faults) {
    let mut checker = Checker { files, drafts, faults };
    for (slug, draft) in &drafts.topics {
        checker.one(slug, draft);
    }
    checker.labels();
    checker.members();
    checker.cycles("broader", |draft| draft.broader.iter().collect());
    checker.cycles("requires", |draft| draft.requires.iter().map(|(topic, _)| topic).collect());
    checker.related();
}

struct Checker<'a> {
    files: &'a [(String, String)],
    drafts: &'a Drafts,
    faults: &'a mut Faults,
}

impl Checker<'_> {
    fn fault(&mut self, slug: &str, mention: Option<&str>, message: &str) {
        let file = self.drafts.topics.get(slug).map_or(0, |draft| draft.file);
        let Some((name, text)) = self.files.get(file) else { return };
        let mention = mention.map(|other| format!("topic:{other}"));
        let line = locate(text, &format!("topic:{slug}"), mention.as_deref());
        self.faults.push(name, line, format!("topic:{slug}: {message}"));
    }

    fn one(&mut self, slug: &str, draft: &Draft) {
        if !draft.is_concept {
            self.fault(slug, None, "is not declared: `a skos:Concept` is missing");
        }
        if draft.pref_labels.len() != 1 {
            let message = format!(
                "has {} prefLabels {:?}; exactly one is needed",
                draft.pref_labels.len(),
                draft.pref_labels
            );
            self.fault(slug, None, &message);
        }
        if draft.definitions.len() != 1 || draft.definitions[0].is_empty() {
            let message = format!("needs exactly one definition, not {}", draft.definitions.len());
            self.fault(slug, None, &message);
        }
        let requires = draft.requires.iter().map(|(topic, _)| topic);
        for other in draft.broader.iter().chain(&draft.related).chain(requires) {
            if !self.drafts.topics.contains_key(other) {
                self.fault(
                    slug,
                    Some(other),
                    &format!("names topic:{other}, which no file declares"),
                );
            }
        }
        self.rules(slug, draft);
        self.plain(slug, draft);
        let above = self.ancestors(slug);
        let tops = |slug: &&String| self.drafts.topics.get(*slug).is_some_and(|draft| draft.top);
        if !draft.top && !above.iter().any(|above| tops(&above)) {
            self.fault(slug, None, "is not below a top concept");
        }
    }

    /// Checks the rules of a topic's labels.
    fn rules(&mut self, slug: &str, draft: &Draft) {
        for written in &draft.rules {
            let rule = &written.rule;
            for context in &written.contexts {
                if self.drafts.contexts.get(context).is_none_or(Vec::is_empty) {
                    let message = format!("names context:{context}, which no file gives words");
                    self.fault(slug, None, &message);
                }
            }
            let known = draft.pref_labels.iter().chain(&draft.alt_labels);
            if !known.into_iter().any(|label| *label == rule.label) {
                let message =
                    format!("has a rule for {:?}, which is not one of its labels", rule.label);
                self.fault(slug, None, &message);
            }
            if rule.ambiguous && !written.needs_words() {
                let message = format!(
                    "the ambiguous label {:?} needs cairn:near or cairn:context, the words that occur near it",
                    rule.label
                );
                self.fault(slug, None, &message);
            }
        }
    }

    /// Adds a fault for each label that is also plain English and has no rule that limits where it matches.
    fn plain(&mut self, slug: &str, draft: &Draft) {
        for text in draft.pref_labels.iter().chain(&draft.alt_labels) {
            let limits = |written: &DraftRule| {
                let rule = &written.rule;
                let limits = rule.capitals || rule.heading_only || !rule.except.is_empty();
                rule.label == *text && (limits || written.needs_words())
            };
            if plain::is_plain(&label::key(text)) && !draft.rules.iter().any(limits) {
                let message = format!(
                    "the label {text:?} is also plain English: it needs a cairn:rule that says when it counts"
                );
                self.fault(slug, None, &message);
            }
        }
    }

    /// Checks S13 over the whole vocabulary: a label belongs to only one topic, unless all topics that have it mark it
    /// as ambiguous.
    fn labels(&mut self) {
        let mut owners: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        for (slug, draft) in &self.drafts.topics {
            for text in draft.pref_labels.iter().chain(&draft.alt_labels) {
                owners.entry(label::key(text)).or_default().push((slug, text));
            }
        }
        for (key, owners) in owners {
            if key.is_empty() {
                self.fault(owners[0].0, None, "has a label without a letter or digit");
            }
            let topics: HashSet<&str> = owners.iter().map(|(slug, _)| *slug).collect();
            if topics.len() < 2 {
                continue;
            }
            for (slug, text) in &owners {
                let draft = &self.drafts.topics[*slug];
                let marked = |text: &str| {
                    draft.rules.iter().any(|r| r.rule.label == text && r.rule.ambiguous)
                };
                if !marked(text) {
                    let others: Vec<&str> = topics.iter().copied().filter(|o| o != slug).collect();
                    let message =
                        format!("the label {text:?} belongs to {} too", others.join(", "));
                    self.fault(slug, None, &message);
                }
            }
        }
    }

    fn members(&mut self) {
        for (step, topic, file) in &self.drafts.members {
            let (name, text) = &self.files[*file];
            let line = || locate(text, &format!("step:{step}"), Some(&format!("topic:{topic}")));
            if !self.drafts.topics.contains_key(topic) {
                let message = format!("step:{step} names topic:{topic}, which no file declares");
                self.faults.push(name, line(), message);
            }
            if !self.drafts.step_order.contains(step) {
                let message = format!("step:{step} is none of the steps of a design answer");
                self.faults.push(name, line(), message);
            }
        }
    }

    fn cycles(&mut self, relation: &str, next: impl Fn(&Draft) -> Vec<&String>) {
        for slug in self.drafts.topics.keys() {
            let mut seen: HashSet<&str> = HashSet::new();
            let mut open: Vec<&str> = vec![slug];
            let mut cyclic = false;
            while let Some(at) = open.pop() {
                let Some(draft) = self.drafts.topics.get(at) else { continue };
                for other in next(draft) {
                    cyclic |= other == slug;
                    if seen.insert(other) {
                        open.push(other);
                    }
                }
            }
            if cyclic {
                self.fault(slug, None, &format!("is above itself by {relation}"));
            }
        }
    }

    fn related(&mut self) {
        for (slug, draft) in &self.drafts.topics {
            let above = self.ancestors(slug);
            for other in &draft.related {
                if other == slug || above.contains(other) || self.ancestors(other).contains(slug) {
                    let message = format!(
                        "is related to topic:{other}, but one stands below the other (S27)"
                    );
                    self.fault(slug, Some(other), &message);
                }
            }
        }
    }

    fn ancestors(&self, slug: &str) -> HashSet<String> {
        let mut above = HashSet::new();
        let mut open = vec![slug.to_owned()];
        while let Some(at) = open.pop() {
            for other in self.drafts.topics.get(&at).map_or(&[][..], |draft| &draft.broader) {
                if above.insert(other.clone()) {
                    open.push(other.clone());
                }
            }
        }
        above
    }
}

#[cfg(test)]
mod tests {
    use crate::vocabulary::{self, Vocabulary};

    const HEAD: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix cairn: <urn:cairn:schema:> .
@prefix topic: <urn:cairn:topic:> .
@prefix step: <urn:cairn:step:> .
@prefix scheme: <urn:cairn:scheme:> .
step:answer skos:memberList ( step:data ) .
topic:top a skos:Concept ; skos:topConceptOf scheme:s ; skos:prefLabel \"top\" ; skos:definition \"d\" .
";

    fn parse(body: &str) -> Result<Vocabulary, Vec<String>> {
        let files = [("v.ttl".to_owned(), format!("{HEAD}{body}"))];
        vocabulary::parse(&files).map_err(|faults| faults.0.iter().map(|f| f.to_string()).collect())
    }

    fn topic(slug: &str, rest: &str) -> String {
        format!(
            "topic:{slug} a skos:Concept ; skos:prefLabel \"{slug}\" ; skos:definition \"d\" ; {rest} .\n"
        )
    }

    #[track_caller]
    fn faulted(body: &str, line: usize, says: &str) {
        let faults = parse(body).unwrap_err();
        let wanted = format!("v.ttl:{line}:");
        let found = faults.iter().any(|f| f.starts_with(&wanted) && f.contains(says));
        assert!(found, "no fault at line {line} that says {says:?} in {faults:#?}");
    }

    #[test]
    fn a_rule_takes_the_words_of_its_contexts_and_unknown_contexts_are_faults() {
        let context = "@prefix context: <urn:cairn:context:> .
context:ranking a cairn:Context ; cairn:near \"rank\", \"relevance\", \"A\" .
";
        // The context contains the label, which is not near itself.
        let rule = |context: &str| {
            let rule = format!(
                "cairn:rule [ cairn:label \"a\" ; cairn:near \"rank\", \"extra\" ; cairn:context context:{context} ]"
            );
            topic("a", &format!("skos:broader topic:top ; {rule}"))
        };
        let vocabulary = parse(&format!("{context}{}", rule("ranking"))).unwrap();
        let near = &vocabulary.topic("a").unwrap().rule("a").unwrap().near;
        assert_eq!(*near, ["extra", "rank", "relevance"]);
        faulted(&format!("{context}{}", rule("search")), 10, "context:search");
        faulted(
            "@prefix context: <urn:cairn:context:> .\ncontext:a cairn:neer \"x\" .\n",
            9,
            "context:a",
        );
    }

    #[test]
    fn a_sound_vocabulary_is_read_whole() {
        let body = topic(
            "a",
            "skos:broader topic:top ; skos:altLabel \"AA\" ;
            cairn:requires [ cairn:topic topic:b ; cairn:why \"because\" ] ;
            cairn:rule [ cairn:label \"AA\" ; cairn:capitals true ; cairn:near \"x\" , \"w\" ]",
        ) + &topic("b", "skos:broader topic:top ; skos:related topic:a")
            + "step:data skos:prefLabel \"Data\" ; skos:member topic:a .\n";
        let vocabulary = parse(&body).unwrap();
        let a = vocabulary.topic("a").unwrap();
        assert_eq!(a.steps, ["data"]);
        assert_eq!(a.requires[0].why, "because");
        assert_eq!(a.rule("AA").unwrap().near, ["w", "x"]);
        assert!(a.rule("AA").unwrap().capitals);
        assert_eq!(vocabulary.steps[0].label, "Data");
    }

    #[test]
    fn each_broken_rule_is_a_fault_with_its_line() {
        faulted(&topic("a", "skos:broader topic:zz"), 8, "which no file declares");
        faulted(&topic("a", "skos:altLabel \"x\""), 8, "not below a top concept");
        faulted(&topic("a", "skos:broader topic:top ; skos:prefLabel \"b\""), 8, "2 prefLabels");
        let both = topic("a", "skos:broader topic:top ; skos:altLabel \"Things\"")
            + &topic("thing", "skos:broader topic:top");
        faulted(&both, 8, "belongs to thing too");
        let cycle =
            topic("a", "skos:broader topic:c , topic:top") + &topic("c", "skos:broader topic:a");
        faulted(&cycle, 9, "above itself by broader");
        let related = topic("a", "skos:broader topic:c")
            + &topic("c", "skos:broader topic:top ; skos:related topic:a");
        faulted(&related, 9, "S27");
        faulted("step:data skos:member topic:zz .\n", 8, "which no file declares");
        faulted(
            &topic("a", "skos:broader topic:top ; skos:prefLable \"b\""),
            8,
            "unknown property",
        );
        faulted("topic:a a skos:Concept ;; .\n topic:b , .\n", 9, "");
    }

    #[test]
    fn a_label_that_is_plain_english_carries_a_rule() {
        let labelled = |rule: &str| {
            topic("a", &format!("skos:broader topic:top ; skos:altLabel \"Recall\"{rule}"))
        };
        faulted(&labelled(""), 8, "plain English");
        faulted(&labelled(" ; cairn:rule [ cairn:label \"Recall\" ]"), 8, "plain English");
        for rule in
            ["near \"precision\"", "capitals true", "headingOnly true", "except \"recalls\""]
        {
            let rule = format!(" ; cairn:rule [ cairn:label \"Recall\" ; cairn:{rule} ]");
            assert!(parse(&labelled(&rule)).is_ok(), "{rule}");
        }
        let typo = " ; cairn:rule [ cairn:label \"Recall\" ; cairn:nead \"precision\" ]";
        faulted(&labelled(typo), 8, "a rule has no property cairn:nead");
    }

    #[test]
    fn a_label_may_be_shared_only_if_both_call_it_ambiguous() {
        let rule = "skos:broader topic:top ; skos:altLabel \"MAP\" ;
            cairn:rule [ cairn:label \"MAP\" ; cairn:ambiguous true ; cairn:near \"x\" ]";
        assert!(parse(&(topic("a", rule) + &topic("b", rule))).is_ok());
        let without = "skos:broader topic:top ; skos:altLabel \"MAP\"";
        assert!(parse(&(topic("a", rule) + &topic("b", without))).is_err());
    }
}
