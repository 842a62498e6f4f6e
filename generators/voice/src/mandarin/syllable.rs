//! A syllable of Mandarin: initial, final, tone.

use super::sounds::sound;
use crate::sound::Sound;

/// A syllable, spelt after pinyin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syllable {
    /// Empty for syllables that start with their vowel.
    pub(crate) initial: &'static str,
    /// With `v` for ü; `zi` and `zhi` for the vowels of zi and zhi.
    pub(crate) rime: &'static str,
    /// 1 to 4; 5 is neutral.
    pub(crate) tone: u8,
    /// Ends curled, as in huār.
    pub(crate) curled: bool,
}

const INITIALS: [&str; 21] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r",
    "z", "c", "s",
];

/// Finals with the sounds that they are made of: glide, vowel, coda.
const RIMES: [(&str, &[&str]); 38] = [
    ("a", &["a"]),
    ("o", &["o"]),
    ("e", &["e"]),
    ("eh", &["eh"]),
    ("ai", &["ai"]),
    ("ei", &["ei"]),
    ("ao", &["ao"]),
    ("ou", &["ou"]),
    ("an", &["an", "-n"]),
    ("en", &["en", "-n"]),
    ("ang", &["ang", "-ng"]),
    ("eng", &["eng", "-ng"]),
    ("ong", &["ong", "-ng"]),
    ("er", &["er"]),
    ("i", &["i"]),
    ("ia", &["j-", "a"]),
    ("ie", &["j-", "eh"]),
    ("iao", &["j-", "ao"]),
    ("iu", &["j-", "ou"]),
    ("ian", &["j-", "ian", "-n"]),
    ("in", &["i", "-n"]),
    ("iang", &["j-", "ang", "-ng"]),
    ("ing", &["i", "-ng"]),
    ("iong", &["y-", "ong", "-ng"]),
    ("u", &["u"]),
    ("ua", &["w-", "a"]),
    ("uo", &["w-", "o"]),
    ("uai", &["w-", "ai"]),
    ("ui", &["w-", "ei"]),
    ("uan", &["w-", "an", "-n"]),
    ("un", &["w-", "en", "-n"]),
    ("uang", &["w-", "ang", "-ng"]),
    ("ueng", &["w-", "eng", "-ng"]),
    ("v", &["yu"]),
    ("ve", &["y-", "eh"]),
    ("van", &["y-", "ian", "-n"]),
    ("vn", &["yu", "-n"]),
    ("zhi", &["zhi"]),
];

/// How syllables without an initial are spelt.
const BARE: [(&str, &str); 24] = [
    ("yi", "i"),
    ("ya", "ia"),
    ("ye", "ie"),
    ("yao", "iao"),
    ("you", "iu"),
    ("yan", "ian"),
    ("yin", "in"),
    ("yang", "iang"),
    ("ying", "ing"),
    ("yong", "iong"),
    ("wu", "u"),
    ("wa", "ua"),
    ("wo", "uo"),
    ("wai", "uai"),
    ("wei", "ui"),
    ("wan", "uan"),
    ("wen", "un"),
    ("wang", "uang"),
    ("weng", "ueng"),
    ("yu", "v"),
    ("yue", "ve"),
    ("yuan", "van"),
    ("yun", "vn"),
    ("yo", "o"),
];

fn rime(name: &str) -> Option<&'static str> {
    if name == "zi" {
        return Some("zi");
    }
    RIMES.iter().find(|(rime, _)| *rime == name).map(|(rime, _)| *rime)
}

impl Syllable {
    /// Reads pinyin with a tone number at its end: `zhong1`, `lv4`, `ma` (neutral).
    pub(crate) fn parse(pinyin: &str) -> Option<Self> {
        let letters = pinyin.trim_end_matches(|c: char| c.is_ascii_digit());
        let tone = pinyin.get(letters.len()..)?.parse().unwrap_or(5);
        let letters = letters.replace('ü', "v").replace("u:", "v");
        let whole = |initial, rime| Some(Self { initial, rime, tone, curled: false });
        if let Some((_, bare)) = BARE.iter().find(|(spelt, _)| *spelt == letters) {
            return whole("", rime(bare)?);
        }
        // Interjections without a vowel.
        match letters.as_str() {
            "n" | "ng" | "m" => return whole("", "en"),
            "hm" | "hng" => return whole("h", "en"),
            "ê" => return whole("", "eh"),
            _ => {}
        }
        let initial = INITIALS.iter().find(|initial| letters.starts_with(**initial));
        let initial = initial.copied().unwrap_or("");
        let rest = letters.strip_prefix(initial)?;
        let palatal = ["j", "q", "x"].contains(&initial);
        let name = match (initial, rest) {
            ("z" | "c" | "s", "i") => "zi".to_owned(),
            ("zh" | "ch" | "sh" | "r", "i") => "zhi".to_owned(),
            ("b" | "p" | "m" | "f", "o") => "uo".to_owned(),
            (_, "ue") => "ve".to_owned(),
            _ if palatal && rest.starts_with('u') => rest.replacen('u', "v", 1),
            _ => rest.to_owned(),
        };
        whole(initial, rime(&name)?)
    }

    /// The initial's sound, if it has one.
    pub(crate) fn onset(&self) -> Option<&'static Sound> {
        sound(self.initial)
    }

    /// The sounds of the final.
    pub(crate) fn rime_sounds(&self) -> Vec<&'static Sound> {
        let names: &[&str] = if self.rime == "zi" {
            &["zi"]
        } else {
            RIMES.iter().find(|(rime, _)| *rime == self.rime).map_or(&[], |(_, names)| *names)
        };
        let mut sounds: Vec<&'static Sound> = names.iter().filter_map(|name| sound(name)).collect();
        if self.curled {
            // The curl takes the place of a coda.
            sounds.retain(|sound| sound.name != "-n" && sound.name != "-ng");
            sounds.extend(sound("r-"));
        }
        sounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pinyin: &str, initial: &str, rime: &str, tone: u8) {
        let syllable = Syllable::parse(pinyin).unwrap();
        assert_eq!(
            (syllable.initial, syllable.rime, syllable.tone),
            (initial, rime, tone),
            "{pinyin}"
        );
        assert!(!syllable.rime_sounds().is_empty());
    }

    #[test]
    fn pinyin_is_taken_apart() {
        check("zhong1", "zh", "ong", 1);
        check("xue2", "x", "ve", 2);
        check("lve4", "l", "ve", 4);
        check("yuan2", "", "van", 2);
        check("shi4", "sh", "zhi", 4);
        check("si1", "s", "zi", 1);
        check("wo3", "", "uo", 3);
        check("bo1", "b", "uo", 1);
        check("ju3", "j", "v", 3);
        check("lü4", "l", "v", 4);
        check("de", "d", "e", 5);
        check("er2", "", "er", 2);
        assert_eq!(Syllable::parse("hello"), None);
    }
}
