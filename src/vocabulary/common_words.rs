//! Common English words without a subject of their own. This is the only list of filler and stop words. Each word
//! occurs once, with the uses in which it is ignored.

use std::collections::HashMap;
use std::sync::LazyLock;

use CommonWord::{Filler, Function, General, GuideRequest};

/// A use in which a common word is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommonWord {
    /// A function word. No term that is extracted from texts contains it.
    Function,
    /// A word that occurs in texts on any subject. No term that is extracted from texts begins or ends with it.
    General,
    /// A filler word of questions. It is not searched for if the query has other words.
    Filler,
    /// A word that is part of a request for a guide ("how to design a ... system") and not of the case's name.
    GuideRequest,
}

/// Words with the same uses.
struct CommonWordGroup {
    uses: &'static [CommonWord],
    /// Lower-case, separated by spaces, sorted.
    words: &'static str,
}

/// All groups. A word of a term is normalised ([`label`](super::label)) before it is compared with these words; a word of a
/// query is compared as typed.
const GROUPS: [CommonWordGroup; 8] = [
    CommonWordGroup {
        uses: &[Function, Filler, GuideRequest],
        words: "a an can could do for how i me of should the to we would you your",
    },
    CommonWordGroup {
        uses: &[Function, Filler],
        words: "about after all and any are as at be before between but by did does from get if \
                in into is it its know let make my need no not on or our out shall so some such \
                than that their them then there these they this those us use used using versus \
                vs want was what when where which who why will with without",
    },
    CommonWordGroup {
        uses: &[Function],
        words: "above across again against also among because been being below both down during e each \
                eg else etc every g got he her here his ie just like made may might must needs off \
                once only onto over own per said same say says see she through too under until uses \
                very via wants were while whom whose within",
    },
    CommonWordGroup { uses: &[General, Filler], words: "best good many most much way ways" },
    CommonWordGroup {
        uses: &[General, GuideRequest],
        words: "build case design guide interview question",
    },
    CommonWordGroup {
        uses: &[General],
        words: "add added additional advanced advantage advantages another answer answers application \
                applications approach approaches article articles author authors background bad basic \
                basics beginner benefit benefits better big blog blogs book books bottom building \
                business cases challenge challenges change changes chapter chapters code codes common \
                companies company con concept concepts conclusion cons content contents context course \
                courses create created date day days definition definitions description detail details \
                different disadvantage disadvantages discussion easy end engineer engineering \
                engineers example examples exercise exercises false few figure figures file files \
                first folder free full further general getting github goal goals great guides hard \
                high home homework id idea ideas image images important industry input inputs install \
                installation interviews intro introduction issue issues key kind kinds large \
                last least left less lesson lessons level levels life link links list lists long low \
                main method methods misc module modules month more motivation name names new next note \
                notes number numbers official offline ok online open optional other output outputs \
                overview page pages paper papers part part1 part2 part3 parts people point points \
                popular post posts practical practice previous pro problem problems process processes \
                project projects pros questions quiz read reading real reference references \
                repo repository requirement requirements resource resources result results right run \
                science scientist second section sections service services set setup several short \
                simple site small solution solutions source specific start started step steps summary \
                table tables tbd team teams technique techniques technologies technology term terms \
                theory thing things third time times tip tips title todo tool tools top topic topics \
                trick tricks true tutorial tutorials type types up update updated updates url usage \
                useful various version video videos website week weeks work working works world year \
                years yes",
    },
    CommonWordGroup {
        uses: &[Filler],
        words: "actually am explain give handle has have i'm please show tell",
    },
    CommonWordGroup { uses: &[GuideRequest], words: "system" },
];

static USES: LazyLock<HashMap<&str, &[CommonWord]>> = LazyLock::new(|| {
    let words = |group: &CommonWordGroup| {
        let uses = group.uses;
        group.words.split_whitespace().map(move |word| (word, uses))
    };
    GROUPS.iter().flat_map(words).collect()
});

impl CommonWord {
    /// Whether `word` (lower-case) is ignored in this use.
    pub(crate) fn includes(self, word: &str) -> bool {
        USES.get(word).is_some_and(|uses| uses.contains(&self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_listed_once_and_in_order() {
        for group in &GROUPS {
            assert!(group.words.split_whitespace().is_sorted(), "{}", group.words);
        }
        let listed = GROUPS.iter().flat_map(|group| group.words.split_whitespace()).count();
        assert_eq!(listed, USES.len());
    }

    #[test]
    fn a_word_has_the_uses_of_its_group_only() {
        assert!(Function.includes("the") && Filler.includes("the") && !General.includes("the"));
        assert!(General.includes("overview") && !Function.includes("overview"));
        assert!(Filler.includes("i'm") && Filler.includes("your") && !Filler.includes("drift"));
        assert!(GuideRequest.includes("system") && !General.includes("system"));
    }
}
