//! Words with two readings, chosen by the words beside them.

use super::code::{Arpa, phones};

/// A noun (or adjective) and a verb that differ by stress or sound.
const NOUN_VERB: [(&str, &str, &str); 26] = [
    ("record", "R EH1 K ER0 D", "R IH0 K AO1 R D"),
    ("records", "R EH1 K ER0 D Z", "R IH0 K AO1 R D Z"),
    ("conduct", "K AA1 N D AH2 K T", "K AH0 N D AH1 K T"),
    ("conflict", "K AA1 N F L IH2 K T", "K AH0 N F L IH1 K T"),
    ("contest", "K AA1 N T EH0 S T", "K AH0 N T EH1 S T"),
    ("contract", "K AA1 N T R AE2 K T", "K AH0 N T R AE1 K T"),
    ("contracts", "K AA1 N T R AE2 K T S", "K AH0 N T R AE1 K T S"),
    ("export", "EH1 K S P AO0 R T", "IH0 K S P AO1 R T"),
    ("exports", "EH1 K S P AO0 R T S", "IH0 K S P AO1 R T S"),
    ("import", "IH1 M P AO0 R T", "IH0 M P AO1 R T"),
    ("imports", "IH1 M P AO0 R T S", "IH0 M P AO1 R T S"),
    ("increase", "IH1 N K R IY2 S", "IH0 N K R IY1 S"),
    ("decrease", "D IY1 K R IY2 S", "D IH0 K R IY1 S"),
    ("object", "AA1 B JH EH0 K T", "AH0 B JH EH1 K T"),
    ("permit", "P ER1 M IH2 T", "P ER0 M IH1 T"),
    ("present", "P R EH1 Z AH0 N T", "P R IY0 Z EH1 N T"),
    ("produce", "P R OW1 D UW0 S", "P R AH0 D UW1 S"),
    ("progress", "P R AA1 G R EH2 S", "P R AH0 G R EH1 S"),
    ("project", "P R AA1 JH EH0 K T", "P R AH0 JH EH1 K T"),
    ("protest", "P R OW1 T EH2 S T", "P R AH0 T EH1 S T"),
    ("rebel", "R EH1 B AH0 L", "R IH0 B EH1 L"),
    ("subject", "S AH1 B JH IH0 K T", "S AH0 B JH EH1 K T"),
    ("use", "Y UW1 S", "Y UW1 Z"),
    ("house", "HH AW1 S", "HH AW1 Z"),
    ("close", "K L OW1 S", "K L OW1 Z"),
    ("live", "L AY1 V", "L IH1 V"),
];
/// Before a verb.
const BEFORE_VERB: [&str; 25] = [
    "to", "will", "would", "can", "could", "should", "may", "might", "must", "shall", "not",
    "don't", "didn't", "cannot", "can't", "won't", "i", "you", "we", "they", "who", "people",
    "let", "please", "also",
];
const HAVE: [&str; 12] =
    ["has", "have", "had", "was", "were", "been", "is", "are", "be", "he's", "she's", "i've"];

/// The reading of a word between its neighbours (in small letters, empty at the ends), where the
/// dictionary's first one may be wrong.
pub(crate) fn reading(word: &str, before: &str, after: &str) -> Option<Vec<Arpa>> {
    let verb = BEFORE_VERB.contains(&before);
    if let Some((_, noun, as_verb)) = NOUN_VERB.iter().find(|row| row.0 == word) {
        let object = ["the", "a", "an", "their", "its", "his", "in", "on"].contains(&after);
        let determined = ["the", "a", "an", "this", "of", "its", "new"].contains(&before);
        let verb = match word {
            "close" => verb && before != "not" && after != "to" || object && !determined,
            "live" => verb || ["in", "on", "here", "there", "with"].contains(&after) && !determined,
            _ => verb,
        };
        return Some(phones(if verb { as_verb } else { noun }));
    }
    let past = HAVE.contains(&before);
    let row = match word {
        "read" if past || ["he", "she", "it", "statement", "letter"].contains(&before) => "R EH1 D",
        "read" => "R IY1 D",
        "lead"
            if ["of", "in", "with", "contain", "from"].contains(&before)
                || ["pipes", "paint", "poisoning", "levels", "pipe"].contains(&after) =>
        {
            "L EH1 D"
        }
        "lead" => "L IY1 D",
        "wind" if verb || after == "down" || after == "up" => "W AY1 N D",
        "wind" => "W IH1 N D",
        "tear" if after == "gas" || before == "a" => "T IH1 R",
        "wound" if ["is", "was", "are", "were"].contains(&before) && after != "to" => "W AW1 N D",
        "minute" if ["very", "in"].contains(&before) && after == "detail" => "M AY0 N UW1 T",
        "separate" if verb => "S EH1 P ER0 EY2 T",
        "separate" => "S EH1 P R AH0 T",
        "estimate" | "graduate" if verb => return verb_in_ate(word),
        "bow" if before == "a" || after == "and" => "B OW1",
        "does" => "D AH1 Z",
        _ => return None,
    };
    Some(phones(row))
}

fn verb_in_ate(word: &str) -> Option<Vec<Arpa>> {
    Some(phones(if word == "estimate" { "EH1 S T AH0 M EY2 T" } else { "G R AE1 JH AH0 W EY2 T" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_decide() {
        let same = |word, before, after, row| {
            assert_eq!(reading(word, before, after), Some(phones(row)), "{before} {word} {after}");
        };
        same("record", "a", "year", "R EH1 K ER0 D");
        same("record", "to", "it", "R IH0 K AO1 R D");
        same("read", "to", "the", "R IY1 D");
        same("read", "has", "the", "R EH1 D");
        same("live", "they", "in", "L IH1 V");
        same("live", "a", "broadcast", "L AY1 V");
        same("wind", "the", "was", "W IH1 N D");
        assert_eq!(reading("table", "the", ""), None);
    }
}
