//! What the classifier makes of texts: areas under precision-recall curves, accuracy, recall.

use std::{env, path::Path};

use policy::{Engine, Hook};
use serde_json::{Value, json};
use types::{Action, Category};

use super::{judge, percent, rows};

/// Lines of a label and a text that no model was trained on.
const PROSE: &str = include_str!("../../training/dev_prose.tsv");
/// Columns with a bar of their own, and what they are called there.
const COLUMNS: [(&str, Category); 6] = [
    ("sexual", Category::Sexual),
    ("hate", Category::Hate),
    ("self-harm", Category::SelfHarm),
    ("violence", Category::Violence),
    ("harassment", Category::Harassment),
    ("illicit", Category::Illicit),
];

/// Prints everything.
pub(super) fn measure(engine: &Engine, folder: &Path) {
    prose(engine);
    chinese(engine, &rows(folder, "cold_dev"));
    injection(engine, folder);
}

fn score(engine: &Engine, text: &str, wanted: impl Fn(Category) -> bool) -> f32 {
    let scores = engine.scores(text).into_iter().filter(|score| wanted(score.category));
    scores.map(|score| score.score).fold(0.0, f32::max)
}

fn text(row: &Value) -> &str {
    row["text"].as_str().unwrap_or_default()
}

/// The prose: any category against none, each category against all other texts.
fn prose(engine: &Engine) {
    let lines: Vec<(&str, &str)> = PROSE.lines().filter_map(|line| line.split_once('\t')).collect();
    let moderated =
        || lines.iter().filter(|(label, _)| !["lookalike", "injection"].contains(label));
    let any: Vec<(f32, bool)> = moderated()
        .map(|(label, text)| {
            (score(engine, text, |category| category != Category::Injection), *label != "benign")
        })
        .collect();
    println!("prose any: AUPRC {:.3} of {} texts", area(any.clone()), any.len());
    for (name, wanted) in COLUMNS {
        let scored = moderated().map(|(label, text)| {
            (score(engine, text, |category| category == wanted), *label == name)
        });
        println!("prose {name}: AUPRC {:.3}", area(scored.collect()));
    }
    for label in ["benign", "lookalike"] {
        let texts: Vec<Value> = lines
            .iter()
            .filter(|(known, _)| *known == label)
            .map(|(_, text)| json!({ "text": text }))
            .collect();
        let action = |row: &&Value| {
            let decision = judge(engine, Hook::Input, row);
            if env::var_os("SHOW").is_some() && decision.action > Action::Allow {
                let rules: Vec<_> = decision.findings.iter().map(|found| &found.rule).collect();
                println!("  touched {} {rules:?}", row["text"]);
            }
            decision.action
        };
        let touched = texts.iter().filter(|row| action(row) > Action::Allow).count();
        let held = texts.iter().filter(|row| action(row) >= Action::Review).count();
        let (held, touched) = (percent(held, texts.len()), percent(touched, texts.len()));
        println!("prose {label}: {held:.1} % held or refused, {touched:.1} % touched");
    }
}

/// The area under the precision-recall curve: precision averaged over the texts to be found.
fn area(mut scored: Vec<(f32, bool)>) -> f64 {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut found, mut sum) = (0_usize, 0.0);
    for (place, _) in scored.iter().enumerate().filter(|(_, (_, wanted))| *wanted) {
        found += 1;
        sum += found as f64 / (place + 1) as f64;
    }
    sum / found.max(1) as f64
}

/// Offensive or not, at one half.
fn chinese(engine: &Engine, rows: &[Value]) {
    let offensive = |row: &Value| {
        score(engine, text(row), |category| {
            matches!(category, Category::Hate | Category::Harassment)
        }) >= 0.5
    };
    let right = rows.iter().filter(|row| offensive(row) == (row["label"] == 1)).count();
    println!("cold_dev: accuracy {:.1} % of {}", percent(right, rows.len()), rows.len());
}

/// Recall where one in a hundred harmless prompts is found.
fn injection(engine: &Engine, folder: &Path) {
    let scored = |row: &Value| score(engine, text(row), |category| category == Category::Injection);
    let mut harmless: Vec<f32> = rows(folder, "benign_prompts").iter().map(scored).collect();
    harmless.sort_by(f32::total_cmp);
    let Some(threshold) = harmless.iter().rev().nth(harmless.len() / 100) else { return };
    let recall = |name: &str, found: Vec<bool>| {
        let hits = found.iter().filter(|found| **found).count();
        println!("injection {name}: recall {:.1} % of {}", percent(hits, found.len()), found.len());
    };
    let over = |row: &Value| scored(row) > *threshold;
    recall("in the wild", rows(folder, "jailbreak_inthewild").iter().map(over).collect());
    let letters = rows(folder, "bipia_email");
    let of =
        |label: u8| letters.iter().filter(move |row| row["label"] == label).map(over).collect();
    recall("in letters", of(1));
    recall("letters without any", of(0));
    let lines = PROSE.lines().filter_map(|line| line.strip_prefix("injection\t"));
    recall("one-liners", lines.map(|line| over(&json!({ "text": line }))).collect());
}
