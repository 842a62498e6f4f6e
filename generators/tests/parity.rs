//! Logits beside those that `transformers` computed, for every folder under `PARITY_DIR`, or for
//! the tiny checkpoints of `tests/golden`.
//!
//! A folder holds what `save_pretrained` writes, GGUF files of the same network if there are any,
//! and `golden.safetensors`: `prompt_ids`, `greedy_ids`, `greedy_logits` (one row a step) and
//! perhaps `logits` (one row for each token of the prompt). Folders of picture models are described
//! in `parity/pictures.rs`.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop, and this one prints a table"
)]

#[path = "parity/pictures.rs"]
mod pictures;
#[path = "parity/speech.rs"]
mod speech;
#[path = "parity/translation.rs"]
mod translation;

use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
};

use candle_core::{Device, Tensor, safetensors::load_buffer};
use generators::TextModel;

/// What was found for one model file.
struct Found {
    worst: f32,
    /// Greedy tokens that had to be the same, and all greedy tokens.
    decided: (usize, usize),
}

#[test]
fn logits_are_those_of_transformers() {
    let (top, folders) = folders();
    let (mut ran, mut failed) = (0, Vec::new());
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if !writes_text(&folder) {
            println!("{name:24} not run: not a language model that this backend loads");
            continue;
        }
        for (file, tolerance) in model_files(&folder) {
            ran += 1;
            let label = format!("{name}/{file}");
            match compare(&folder, &file, tolerance) {
                Ok(Found { worst, decided: (decided, all) }) => println!(
                    "{label:32} largest difference {worst:.1e} (at most {tolerance:.0e}), \
                     {decided} of {all} greedy tokens decided, all equal"
                ),
                Err(reason) => failed.push(format!("{label}: {reason}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran >= 1, "{} holds no language model", top.display());
}

#[test]
fn pictures_are_those_of_diffusers() {
    let (top, mut folders) = folders();
    folders.retain(|folder| pictures::draws(folder));
    let (ran, failed) = pictures::compare_all(&folders);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran >= 1, "{} holds no picture model", top.display());
}

#[test]
fn speech_is_heard_as_by_transformers() {
    compare_all("Whisper network", speech::hears, speech::compare);
}

#[test]
fn texts_are_translated_as_by_transformers() {
    let translates = |folder: &Path| translation::kind(folder).is_some();
    compare_all("translator", translates, translation::compare);
}

/// Names of steps with the largest difference and what is allowed, or what is wrong.
type Steps = Result<Vec<(&'static str, f32, f32)>, String>;

fn compare_all(what: &str, is_one: impl Fn(&Path) -> bool, compare: impl Fn(&Path) -> Steps) {
    let (top, mut folders) = folders();
    folders.retain(|folder| is_one(folder));
    let (mut ran, mut failed) = (0, Vec::new());
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        match compare(&folder) {
            Ok(found) => {
                for (step, worst, tolerance) in found {
                    ran += 1;
                    println!(
                        "{name:24} {step:8} largest difference {worst:.1e} (at most {tolerance:.0e})"
                    );
                    if worst.is_nan() || worst > tolerance {
                        failed.push(format!("{name}: {step} differs by {worst}"));
                    }
                }
            }
            Err(reason) => failed.push(format!("{name}: {reason}")),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran >= 1, "{} holds no {what}", top.display());
}

/// The folder of checkpoints, and the folders in it.
fn folders() -> (PathBuf, Vec<PathBuf>) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let top = env::var_os("PARITY_DIR").map_or(here, PathBuf::from);
    let mut folders: Vec<PathBuf> = fs::read_dir(&top)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    (top, folders)
}

/// The kind of network that `config.json` names.
fn model_type(folder: &Path) -> Option<String> {
    let text = fs::read(folder.join("config.json")).ok()?;
    let config: serde_json::Value = serde_json::from_slice(&text).unwrap();
    config["model_type"].as_str().map(str::to_owned)
}

/// By the architecture that `config.json` names.
fn writes_text(folder: &Path) -> bool {
    let Ok(text) = fs::read(folder.join("config.json")) else { return false };
    let config: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let named = config["architectures"][0].as_str().unwrap_or_default();
    named.ends_with("ForCausalLM")
}

/// The model files of a folder with the tolerances of their number formats.
fn model_files(folder: &Path) -> Vec<(String, f32)> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files = vec![("model.safetensors".to_owned(), 1e-4)];
    for name in names.map(|name| name.to_string_lossy().into_owned()) {
        if let Some(stem) = name.strip_suffix(".gguf") {
            let kind = stem.rsplit('-').next().unwrap();
            let tolerance = match kind {
                "F32" | "F16" | "BF16" => 5e-3,
                "Q8_0" => 0.1,
                "Q6_K" => 0.3,
                // Four and five bits change a random network a lot: the right neighbourhood.
                _ => 1.0,
            };
            files.push((name, tolerance));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

fn compare(folder: &Path, file: &str, tolerance: f32) -> Result<Found, String> {
    let golden = fs::read(folder.join("golden.safetensors")).map_err(|error| error.to_string())?;
    let golden: HashMap<String, Tensor> = load_buffer(&golden, &Device::Cpu).unwrap();
    let ids = |name: &str| -> Vec<u32> {
        golden[name].to_vec1::<i64>().unwrap().into_iter().map(|id| id as u32).collect()
    };
    let rows = |name: &str| -> Vec<Vec<f32>> { golden[name].to_vec2().unwrap() };
    let (prompt, greedy) = (ids("prompt_ids"), ids("greedy_ids"));
    let model = open(folder, file)?;
    let read = |ids: &[u32], chunk: usize| -> Result<Vec<Vec<f32>>, String> {
        let mut session = model.session().map_err(|error| error.to_string())?;
        let mut logits = Vec::new();
        for some in ids.chunks(chunk) {
            logits.extend(session.read(some).map_err(|error| error.to_string())?);
        }
        Ok(logits)
    };
    let all: Vec<u32> = prompt.iter().chain(&greedy).copied().collect();
    let (_, read_ids) = all.split_last().unwrap();
    let ours = read(read_ids, usize::MAX)?;
    if ours != read(read_ids, 1)? || ours != read(read_ids, 7)? {
        return Err("logits depend on how the text is cut into chunks".to_owned());
    }
    let (before, after) = ours.split_at(prompt.len() - 1);
    let mut worst = 0.0_f32;
    if golden.contains_key("logits") {
        let pairs = before.iter().chain(after).zip(rows("logits"));
        worst = pairs.map(|(ours, theirs)| difference(ours, &theirs)).fold(worst, f32::max);
    }
    let mut decided = 0;
    for ((ours, theirs), token) in after.iter().zip(rows("greedy_logits")).zip(&greedy) {
        worst = worst.max(difference(ours, &theirs));
        if gap(&theirs) > 10.0 * tolerance {
            decided += 1;
            if likeliest(ours) != *token as usize {
                return Err(format!("greedy token {} instead of {token}", likeliest(ours)));
            }
        }
    }
    if worst.is_nan() || worst > tolerance {
        return Err(format!("logits differ by {worst}, at most {tolerance} is right"));
    }
    Ok(Found { worst, decided: (decided, greedy.len()) })
}

/// Opens a model file with what is beside it; tiny checkpoints share a tokenizer.
fn open(folder: &Path, file: &str) -> Result<TextModel, String> {
    let alone = tempfile::tempdir().unwrap();
    let mut names = vec![file];
    if file == "model.safetensors" {
        names.extend(["config.json", "tokenizer.json"]);
    }
    for name in names {
        let shared = folder.parent().unwrap().join("llama").join(name);
        let from = Some(folder.join(name)).filter(|path| path.is_file()).unwrap_or(shared);
        fs::copy(&from, alone.path().join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let model = TextModel::open("golden", alone.path()).map_err(|error| error.to_string())?;
    // The weights are read before the folder goes.
    model.session().map_err(|error| error.to_string())?;
    Ok(model)
}

fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let differences = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs());
    differences.fold(0.0, |worst, next| if next.is_nan() { f32::NAN } else { worst.max(next) })
}

fn likeliest(logits: &[f32]) -> usize {
    logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0
}

/// By how much the likeliest token leads.
fn gap(logits: &[f32]) -> f32 {
    let mut sorted = logits.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted[0] - sorted[1]
}
