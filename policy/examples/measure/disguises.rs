//! What disguises take away from what a pack flags, and what they add: on words of a list, on rows
//! that came disguised, and on texts of the other sets that are disguised here.

use std::{collections::BTreeMap, env, error::Error, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use policy::{Engine, Hook};
use serde_json::{Value, json};
use types::Action;

use super::{judge, percent, rows};

/// So many texts are disguised in each way, of those that are flagged and of those that are not.
const TEXTS_MAX: usize = 500;
/// Longer texts are cut, so that those of all sets weigh alike.
const POINTS_MAX: usize = 600;

/// A way to disguise a text.
type Disguise = fn(&str) -> String;

/// Every way. Those that change `long words` leave words of up to three letters as they are.
const DISGUISES: [(&str, Disguise); 19] = [
    ("base64", |text| BASE64_STANDARD.encode(text)),
    ("bidi override", |text| format!("\u{202e}{}\u{202c}", text.chars().rev().collect::<String>())),
    ("bold letters", |text| text.chars().map(bold).collect()),
    ("combining marks", |text| long_words(text, |word| after_each(word, "\u{336}"))),
    ("cyrillic letters", |text| text.chars().map(cyrillic).collect()),
    ("dashed words", |text| long_words(text, |word| between(word, "-"))),
    ("digits for letters", |text| long_words(text, |word| word.chars().map(leet).collect())),
    ("dotted all", |text| all_words(text, ".", " ")),
    ("dotted words", |text| long_words(text, |word| between(word, "."))),
    ("full width", |text| text.chars().map(wide).collect()),
    ("hexadecimal", |text| text.bytes().map(|byte| format!("{byte:02x}")).collect()),
    ("percent encoding", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("repeated vowels", |text| long_words(text, |word| word.chars().flat_map(repeated).collect())),
    ("soft hyphens", |text| long_words(text, |word| between(word, "\u{ad}"))),
    ("spaced all", |text| all_words(text, " ", " ")),
    ("spaced all, wide borders", |text| all_words(text, " ", "  ")),
    ("spaced words", |text| long_words(text, |word| between(word, " "))),
    ("tag characters", |text| long_words(text, tagged)),
    ("zero width", |text| long_words(text, |word| between(word, "\u{200b}"))),
];

/// Prints everything.
pub(super) fn measure(engine: &Engine, folder: &Path) -> Result<(), Box<dyn Error>> {
    given(engine, &rows(folder, "obfuscation"));
    made(engine, folder);
    listed(folder)
}

fn flagged(engine: &Engine, text: &str) -> bool {
    judge(engine, Hook::Input, &json!({ "text": text })).action > Action::Allow
}

/// English texts of the sets, as far as the pack flags those that are harmful and passes those that
/// are not, in every disguise.
fn made(engine: &Engine, folder: &Path) {
    let of = |sets: &[&str], wanted: bool| -> Vec<String> {
        let sets: Vec<_> = sets.iter().map(|set| rows(folder, set)).collect();
        let most = sets.iter().map(Vec::len).max().unwrap_or_default();
        // By turns, so that no set crowds out the others.
        let turns = (0..most).flat_map(|at| sets.iter().filter_map(move |rows| rows.get(at)));
        let texts = turns.filter_map(|row| row["text"].as_str());
        let texts = texts.map(|text| text.chars().take(POINTS_MAX).collect::<String>());
        let texts = texts.filter(|text| text.is_ascii() && flagged(engine, text) == wanted);
        texts.take(TEXTS_MAX).collect()
    };
    let harmful = ["harmful_requests", "surge_toxicity", "jailbreak_inthewild", "rtp_snippets"];
    let harmful = of(&harmful, true);
    let harmless = of(&["benign_prompts", "news_en"], false);
    for (name, disguise) in DISGUISES {
        let found = |text: &String, wanted: bool| {
            let disguised = disguise(text);
            let found = flagged(engine, &disguised);
            if found != wanted && env::var_os("SHOW").is_some() {
                let findings = judge(engine, Hook::Input, &json!({ "text": disguised })).findings;
                let rules: Vec<_> = findings.iter().map(|finding| &finding.rule).collect();
                println!("  disguised so that found is {found} {rules:?}: {disguised}");
            }
            found
        };
        let kept = harmful.iter().filter(|text| found(text, true)).count();
        let new = harmless.iter().filter(|text| found(text, false)).count();
        let (kept, new) = (percent(kept, harmful.len()), percent(new, harmless.len()));
        println!(
            "made {name}: {kept:.1} % of {} flags kept, {new:.1} % of {} harmless flagged",
            harmful.len(),
            harmless.len()
        );
    }
}

/// The text with its words of four letters and more changed.
fn long_words(text: &str, change: impl Fn(&str) -> String) -> String {
    let changed = |word: &str| if word.len() > 3 { change(word) } else { word.to_owned() };
    let (mut out, mut word) = (String::new(), String::new());
    for letter in text.chars() {
        if letter.is_ascii_alphabetic() {
            word.push(letter);
        } else {
            out += &changed(&std::mem::take(&mut word));
            out.push(letter);
        }
    }
    out + &changed(&word)
}

/// The text with `sign` between its letters and `border` between its words.
fn all_words(text: &str, sign: &str, border: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(|word| between(word, sign)).collect();
    words.join(border)
}

fn between(word: &str, sign: &str) -> String {
    word.chars().map(String::from).collect::<Vec<_>>().join(sign)
}

fn after_each(word: &str, sign: &str) -> String {
    word.chars().map(|letter| format!("{letter}{sign}")).collect()
}

fn tagged(word: &str) -> String {
    let (start, end) = word.split_at(2);
    format!("{start}\u{e0061}\u{e0062}{end}")
}

fn repeated(letter: char) -> Vec<char> {
    vec![letter; if "aeiou".contains(letter) { 3 } else { 1 }]
}

fn moved(letter: char, from: char, to: u32) -> char {
    char::from_u32(u32::from(letter) - u32::from(from) + to).unwrap_or(letter)
}

fn bold(letter: char) -> char {
    match letter {
        'a'..='z' => moved(letter, 'a', 0x1d41a),
        'A'..='Z' => moved(letter, 'A', 0x1d400),
        _ => letter,
    }
}

fn wide(letter: char) -> char {
    match letter {
        ' ' => '\u{3000}',
        '!'..='~' => moved(letter, '!', 0xff01),
        _ => letter,
    }
}

fn replaced(letter: char, from: &str, to: &str) -> char {
    from.chars().zip(to.chars()).find(|(plain, _)| *plain == letter).map_or(letter, |pair| pair.1)
}

fn cyrillic(letter: char) -> char {
    replaced(letter, "aceijopsxyABCEHIKMOPTX", "асеіјорѕхуАВСЕНІКМОРТХ")
}

fn leet(letter: char) -> char {
    replaced(letter, "aeiost", "431057")
}

/// Flags by the whole pack that a disguise takes away, and those that it gives to harmless texts.
fn given(engine: &Engine, rows: &[Value]) {
    let flagged = |text: &Value| flagged(engine, text.as_str().unwrap_or_default());
    let mut counts = BTreeMap::<&str, [usize; 4]>::new();
    for row in rows {
        let op = row["op"].as_str().unwrap_or_default();
        let [found, kept, harmless, new] = counts.entry(op).or_default();
        let (all, found_now) = match (flagged(&row["base"]), row["label"] == 1) {
            (true, true) => (found, kept),
            (false, false) => (harmless, new),
            _ => continue,
        };
        *all += 1;
        let now = flagged(&row["text"]);
        *found_now += usize::from(now);
        if now != (row["label"] == 1) && env::var_os("SHOW").is_some() {
            println!("  {op} so that found is {now}: {}", row["base"]);
        }
    }
    for (op, [found, kept, harmless, new]) in counts {
        let (kept, new) = (percent(kept, found), percent(new, harmless));
        println!("flags {op}: {kept:.1} % of {found} kept, {new:.1} % of {harmless} harmless new");
    }
}

/// How many texts with a listed word are still found in disguise, by disguise.
fn listed(folder: &Path) -> Result<(), Box<dyn Error>> {
    let terms: Vec<Value> = rows(folder, "lex_surge_profanity_en")
        .into_iter()
        .chain(rows(folder, "lex_zh_sensitive"))
        .collect();
    let political = |row: &Value| {
        row["category"].as_str().is_some_and(|category| category.starts_with("polit"))
    };
    let listed = terms.iter().filter(|row| !political(row)).filter_map(|row| row["term"].as_str());
    let listed: Vec<&str> = listed.map(str::trim).filter(|term| term.chars().count() > 1).collect();
    if listed.is_empty() {
        return Ok(());
    }
    let pack = format!(
        "id = \"words\"\nversion = \"1\"\n[[rule]]\nid = \"words\"\nversion = 1\ncategory = \"harassment\"\nwhen = {{ terms = {} }}\naction = \"flag\"\nmessage = {{ en = \"m\" }}\n",
        serde_json::to_string(&listed).unwrap_or_default()
    );
    let engine = Engine::from_toml(&pack)?;
    let rows = rows(folder, "obfuscation");
    let found = |text: &Value| flagged(&engine, text.as_str().unwrap_or_default());
    let mut counts = BTreeMap::<String, [usize; 4]>::new();
    for row in &rows {
        let count = counts.entry(row["op"].as_str().unwrap_or_default().to_owned()).or_default();
        let [listed, kept, unlisted, new] = count;
        let (all, found_now) = if found(&row["base"]) { (listed, kept) } else { (unlisted, new) };
        *all += 1;
        *found_now += usize::from(found(&row["text"]));
    }
    for (op, [listed, kept, unlisted, new]) in counts {
        let (kept, new) = (percent(kept, listed), percent(new, unlisted));
        println!(
            "disguise {op}: {kept:.1} % of {listed} still found, {new:.1} % of {unlisted} found only so"
        );
    }
    Ok(())
}
