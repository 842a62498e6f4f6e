//! The same word, or the same particle, twice.

use super::{
    super::{Finds, Kind as Slip, Rule},
    words::{self, Stretch},
};

const RULE: Rule = Rule { kind: Slip::Grammar, name: "repeated_word" };
/// Characters that never follow themselves.
const SINGLE: &str = "的了在是和与就也被把从对将为而并及或已该其此于向等让还则";

pub(super) fn find(finds: &mut Finds<'_>, stretches: &[Stretch]) {
    for pair in stretches.iter().flat_map(|stretch| stretch.segments.windows(2)) {
        let [first, second] = pair else { continue };
        if first.word != second.word {
            continue;
        }
        let together = format!("{}{}", first.word, second.word);
        let repeated = match first.word.chars().count() {
            1 => SINGLE.contains(&first.word),
            // Verbs are doubled for a short action: 研究研究.
            2 => !matches!(first.kind, 'v' | 'a' | 'd' | 'o' | 'm' | 'q'),
            _ => true,
        };
        if repeated && words::entry(&together).is_none() {
            let message = format!("“{}”重复。", first.word);
            finds.replace((second.start, second.end), &RULE, vec![String::new()], message);
        }
    }
}
