//! Abbreviations, and capitals that are words.

/// With a full stop; the second is what is said.
const SHORT: [(&str, &str); 62] = [
    ("mr.", "mister"),
    ("mrs.", "missus"),
    ("ms.", "miz"),
    ("dr.", "doctor"),
    ("prof.", "professor"),
    ("gov.", "governor"),
    ("sen.", "senator"),
    ("rep.", "representative"),
    ("gen.", "general"),
    ("lt.", "lieutenant"),
    ("col.", "colonel"),
    ("capt.", "captain"),
    ("sgt.", "sergeant"),
    ("rev.", "reverend"),
    ("hon.", "honorable"),
    ("pres.", "president"),
    ("st.", "saint"),
    ("mt.", "mount"),
    ("jr.", "junior"),
    ("sr.", "senior"),
    ("inc.", "incorporated"),
    ("corp.", "corporation"),
    ("ltd.", "limited"),
    ("co.", "company"),
    ("bros.", "brothers"),
    ("dept.", "department"),
    ("est.", "established"),
    ("approx.", "approximately"),
    ("vs.", "versus"),
    ("v.", "versus"),
    ("vs", "versus"),
    ("etc.", "et cetera"),
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("cf.", "compare"),
    ("al.", "al"),
    ("fig.", "figure"),
    ("vol.", "volume"),
    ("pp.", "pages"),
    ("ave.", "avenue"),
    ("blvd.", "boulevard"),
    ("rd.", "road"),
    ("a.m.", "a m"),
    ("p.m.", "p m"),
    ("jan.", "january"),
    ("feb.", "february"),
    ("mar.", "march"),
    ("apr.", "april"),
    ("jun.", "june"),
    ("jul.", "july"),
    ("aug.", "august"),
    ("sep.", "september"),
    ("sept.", "september"),
    ("oct.", "october"),
    ("nov.", "november"),
    ("dec.", "december"),
    ("mon.", "monday"),
    ("tue.", "tuesday"),
    ("wed.", "wednesday"),
    ("thu.", "thursday"),
    ("fri.", "friday"),
    ("no.", "number"),
];

/// Capitals that are said as a word.
const AS_WORDS: [&str; 52] = [
    "nato", "nasa", "unesco", "unicef", "opec", "aids", "covid", "fifa", "uefa", "nafta", "osha",
    "asean", "interpol", "radar", "laser", "sonar", "scuba", "sars", "mers", "pin", "ram", "rom",
    "lan", "fema", "darpa", "noaa", "aukus", "brics", "mercosur", "ecowas", "euratom", "frontex",
    "taser", "gif", "jpeg", "sim", "vat", "swat", "potus", "scotus", "flotus", "nasdaq", "dow",
    "cop", "erasmus", "hamas", "isis", "isil", "ok", "seal", "zip", "wada",
];

/// What an abbreviation stands for; `first` letters of names are left to their letters.
pub(crate) fn expanded(token: &str) -> Option<&'static str> {
    let small = token.to_ascii_lowercase();
    SHORT.iter().find(|(short, _)| *short == small).map(|(_, full)| *full)
}

/// Whether a full stop after this belongs to the word and ends no sentence.
pub(crate) fn keeps_its_stop(token: &str) -> bool {
    let small = token.to_ascii_lowercase();
    // "No." alone is more often an answer; before a figure the reader of figures sees to it.
    let short = small != "no." && SHORT.iter().any(|(short, _)| *short == small);
    let mut letters = token.chars().filter(|c| *c != '.');
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    short || initial && token.ends_with('.') && token.len() == 2
}

/// Whether capitals are a word and not letters: known ones, and longer ones that can be said.
pub(crate) fn is_word(capitals: &str) -> bool {
    let small = capitals.to_ascii_lowercase();
    AS_WORDS.contains(&small.as_str())
        || (small.len() >= 5 && super::lexicon::known(&small).is_some())
        || small.len() >= 7
}
