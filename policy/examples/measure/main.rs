//! What the newsroom pack finds and what it disturbs, on labelled texts.
//!
//! `cargo run --release -p policy --example measure -- FOLDER [PACK]`, where FOLDER holds JSON lines
//! with the members `text` and `label`, `category` or `spans`. Prints some lines for each set.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod disguises;
mod meaning;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use policy::{Engine, Hook, Scope};
use serde_json::Value;
use types::{Action, Decision, Finding, Language, Modality, Role};

/// So many stretches of a set are timed.
const STRETCHES: usize = 1_500;
/// So often; the fastest round is told, as `benches/peers.py` does.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("give a folder of JSON lines")?;
    let folder = Path::new(&folder);
    let pack = env::args().nth(2).map(fs::read_to_string).transpose()?;
    let engine = Engine::from_toml(pack.as_deref().unwrap_or(policy::NEWSROOM_PACK))?;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("memory with the pack loaded and tested: {}", peak.unwrap_or("not known"));
    for set in ["news_en", "news_zh"] {
        pace(&engine, set, &rows(folder, set));
    }
    for set in ["news_en", "news_zh", "benign_prompts"] {
        for hook in [Hook::Input, Hook::Output] {
            disturbed(&engine, set, hook, &rows(folder, set));
        }
    }
    stopped(&engine, &rows(folder, "harmful_requests"), "harmful_requests");
    stopped(&engine, &rows(folder, "newsroom_scenarios"), "newsroom_scenarios");
    stopped(&engine, &rows(folder, "jailbreak_inthewild"), "jailbreak_inthewild");
    for set in ["pii_presidio_large", "pii_zh"] {
        personal(&engine, set, &rows(folder, set));
    }
    secrets(&engine, &rows(folder, "secrets"));
    meaning::measure(&engine, folder);
    disguises::measure(&engine, folder)
}

/// The rows of a set; none if the folder lacks it.
fn rows(folder: &Path, set: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(format!("{set}.jsonl"))).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn scope(hook: Hook) -> Scope {
    Scope {
        tenant: "press".into(),
        desk: "news".into(),
        role: Role::Journalist,
        modality: Modality::Text,
        hook,
        language: Language::En,
        now: 1_800_000_000,
        overridden: Vec::new(),
    }
}

fn judge(engine: &Engine, hook: Hook, row: &Value) -> Decision {
    let text = row["text"].as_str().unwrap_or_default();
    // The language is that of the text, as the gateway sets it.
    let chinese = text.chars().any(|letter| ('\u{3400}'..='\u{9fff}').contains(&letter));
    let language = if chinese { Language::Zh } else { Language::En };
    engine.judge(&Scope { language, ..scope(hook) }, text).decision
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// How long a stretch of 650 bytes takes as a prompt, one after another; beside it what
/// `benches/peers.py` takes for the same stretches.
fn pace(engine: &Engine, set: &str, rows: &[Value]) {
    let texts: Vec<&str> = rows.iter().filter_map(|row| row["text"].as_str()).collect();
    let mut text = texts.join(" ");
    if set == "news_en" {
        text.retain(|letter| letter.is_ascii());
    }
    let points = if text.is_ascii() { 650 } else { 216 };
    let letters: Vec<char> = text.chars().take(points * STRETCHES).collect();
    let stretches: Vec<String> = letters.chunks(points).map(|part| part.iter().collect()).collect();
    let time = |text: &String| {
        let start = Instant::now();
        std::hint::black_box(engine.judge(&scope(Hook::Input), text));
        start.elapsed()
    };
    let rounds = (0..ROUNDS).map(|_| stretches.iter().map(time).collect::<Vec<_>>());
    let Some(mut spent) = rounds.min_by_key(|round| round.iter().sum::<Duration>()) else { return };
    let whole: Duration = spent.iter().sum();
    spent.sort_unstable();
    println!(
        "{set}: {} stretches of 650 bytes, half of them in {:.0} µs, {:.0} a second",
        spent.len(),
        spent.get(spent.len() / 2).map_or(0.0, |half| half.as_secs_f64() * 1e6),
        spent.len() as f64 / whole.as_secs_f64()
    );
}

/// How many harmless texts are refused or held, and how many are touched at all.
fn disturbed(engine: &Engine, set: &str, hook: Hook, rows: &[Value]) {
    let (mut held, mut touched) = (0, 0);
    let mut rules = BTreeMap::<String, usize>::new();
    for row in rows {
        let decision = judge(engine, hook, row);
        held += usize::from(decision.action >= Action::Review);
        touched += usize::from(decision.action > Action::Allow);
        for finding in decision.findings.into_iter().filter(|finding| !finding.shadow) {
            *rules.entry(finding.rule).or_default() += 1;
        }
    }
    let (held, touched) = (percent(held, rows.len()), percent(touched, rows.len()));
    println!(
        "{set} {hook}: {} texts, {held:.2} % held or refused, {touched:.2} % touched {rules:?}",
        rows.len()
    );
}

/// How many harmful texts are refused or held, by category; for `ok` rows the same is a fault.
fn stopped(engine: &Engine, rows: &[Value], set: &str) {
    let mut counts = BTreeMap::<&str, [usize; 3]>::new();
    for row in rows {
        let count = counts.entry(row["category"].as_str().unwrap_or("all")).or_default();
        let action = judge(engine, Hook::Input, row).action;
        count[0] += 1;
        count[1] += usize::from(action >= Action::Review);
        count[2] += usize::from(action > Action::Allow);
        if env::var_os("SHOW").is_some() && action < Action::Review {
            println!(
                "  passed [{}] {}",
                row["category"],
                row["text"].as_str().unwrap_or_default().chars().take(160).collect::<String>()
            );
        }
    }
    for (category, [all, held, touched]) in counts {
        let (held, touched) = (percent(held, all), percent(touched, all));
        println!(
            "{set} {category}: {all} texts, {held:.1} % held or refused, {touched:.1} % touched"
        );
    }
}

/// Precision, recall and F1 of spans of personal data that have a written form.
fn personal(engine: &Engine, set: &str, rows: &[Value]) {
    let mut counts = BTreeMap::<String, [usize; 3]>::new();
    for row in rows {
        let findings = judge(engine, Hook::Input, row).findings;
        let mut found: Vec<(String, usize, usize)> = findings.iter().flat_map(entities).collect();
        // A number that two kinds claim counts once.
        found.sort();
        for span in row["spans"].as_array().into_iter().flatten() {
            let Some(kind) = written(span["type"].as_str().unwrap_or_default()) else { continue };
            let (start, end) = (point(&span["start"]), point(&span["end"]));
            let hit = found.iter().any(|(found, s, e)| found == kind && *s < end && start < *e);
            let [hits, missed, _] = counts.entry(kind.to_owned()).or_default();
            *if hit { hits } else { missed } += 1;
            found.retain(|(_, s, e)| !(*s < end && start < *e));
        }
        for (kind, start, end) in found {
            counts.entry(kind).or_default()[2] += 1;
            if env::var_os("SHOW").is_some() {
                let text: String = row["text"]
                    .as_str()
                    .unwrap_or_default()
                    .chars()
                    .skip(start)
                    .take(end - start)
                    .collect();
                println!("  wrong {text}");
            }
        }
    }
    let mut all = [0; 3];
    for (kind, count) in &counts {
        println!("{set} {kind}: {}", f1(*count));
        for (sum, part) in all.iter_mut().zip(count) {
            *sum += part;
        }
    }
    println!("{set}: {}", f1(all));
}

fn point(value: &Value) -> usize {
    value.as_u64().unwrap_or_default() as usize
}

fn entities(finding: &Finding) -> Vec<(String, usize, usize)> {
    let kind = match finding.kind.as_str() {
        "pii.cn_mobile" => "pii.phone",
        "pii.ipv6" => "pii.ipv4",
        kind => kind,
    };
    let spans = finding.spans.iter().filter(|_| kind.starts_with("pii."));
    spans.map(|span| (kind.to_owned(), span.start, span.end)).collect()
}

/// Our name for a set's type; `None` for what has no written form (names, places).
fn written(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "CREDIT_CARD" | "BANK_CARD" => "pii.credit_card",
        "PHONE_NUMBER" => "pii.phone",
        "EMAIL_ADDRESS" => "pii.email",
        "US_SSN" => "pii.us_ssn",
        "IBAN_CODE" => "pii.iban",
        "IP_ADDRESS" => "pii.ipv4",
        "CN_ID" => "pii.cn_resident_id",
        "CN_PLATE" => "pii.cn_plate",
        _ => return None,
    })
}

fn f1([hit, missed, wrong]: [usize; 3]) -> String {
    let (precision, recall) = (percent(hit, hit + wrong), percent(hit, hit + missed));
    let f1 = percent(2 * hit, 2 * hit + missed + wrong) / 100.0;
    format!("F1 {f1:.3}, precision {precision:.1} %, recall {recall:.1} % of {}", hit + missed)
}

fn secrets(engine: &Engine, rows: &[Value]) {
    let mut count = [0; 3];
    for row in rows {
        let found = judge(engine, Hook::Input, row)
            .findings
            .iter()
            .any(|finding| finding.kind.starts_with("secret."));
        match (row["label"] == 1, found) {
            (true, true) => count[0] += 1,
            (true, false) => count[1] += 1,
            (false, true) => count[2] += 1,
            (false, false) => {}
        }
        if env::var_os("SHOW").is_some() && (row["label"] == 1) != found {
            println!("  secret {} {}", row["label"], row["text"]);
        }
    }
    println!("secrets: {}", f1(count));
}
