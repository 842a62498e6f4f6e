//! Whisper beside `transformers`.
//!
//! A folder holds what `save_pretrained` writes and `golden.safetensors`: `pcm`, `mel` (by filter,
//! frame), `enc_head` (the first rows of the encoder), `dec_ids` with `logits`, and `greedy`.

use std::{collections::HashMap, fs, path::Path};

use candle_core::{DType, Device, Tensor, safetensors::load_buffer};
use generators::{Hearing, whisper::Workbench};

/// How far numbers may be off.
const TOLERANCE: f32 = 5e-4;

/// Whether a folder holds a Whisper network with golden values.
pub(crate) fn hears(folder: &Path) -> bool {
    super::model_type(folder).as_deref() == Some("whisper")
        && folder.join("golden.safetensors").is_file()
}

/// The largest difference of each step, or what is wrong.
pub(crate) fn compare(folder: &Path) -> Result<Vec<(&'static str, f32, f32)>, String> {
    let said = |error: generators::GeneratorError| error.to_string();
    let golden = load_buffer(&fs::read(folder.join("golden.safetensors")).unwrap(), &Device::Cpu);
    let golden = golden.unwrap();
    let bench = Workbench::open(folder).map_err(said)?;
    let picture = bench.picture(&numbers(&golden, "pcm"));
    let mel = golden["mel"].squeeze(0).unwrap().t().unwrap();
    let mel: Vec<f32> = mel.contiguous().unwrap().flatten_all().unwrap().to_vec1().unwrap();
    let mut found = vec![("mel", super::difference(&picture, &mel), TOLERANCE)];
    let mut window = bench.encode(&mel).map_err(said)?;
    let head = numbers(&golden, "enc_head");
    let encoded = &window.encoded()[..head.len()];
    found.push(("encoder", super::difference(encoded, &head), TOLERANCE));
    let ids = ids(&golden, "dec_ids");
    let logits = bench.read(&mut window, &ids).map_err(said)?.concat();
    found.push(("logits", super::difference(&logits, &numbers(&golden, "logits")), TOLERANCE));
    greedy(&bench, &picture, &golden)?;
    if golden.contains_key("long_pcm") {
        found.push(("times", long(folder, &golden)?, 1e-4));
    }
    Ok(found)
}

/// A sound of several windows: the same tokens; by how much the times of its segments differ.
fn long(folder: &Path, golden: &HashMap<String, Tensor>) -> Result<f32, String> {
    let mut hearing = Hearing::new(numbers(golden, "long_pcm"));
    hearing.language = Some("en".to_owned());
    let ours = Workbench::transcribe(folder, &hearing).map_err(|error| error.to_string())?;
    let theirs = ids(golden, "long_ids");
    let ends = numbers(golden, "long_ends");
    // The golden values stop before the last window.
    let segments = &ours.segments[..ends.len().min(ours.segments.len())];
    let tokens: Vec<u32> = segments.iter().flat_map(|one| one.tokens.clone()).collect();
    let first_time = first_time(folder);
    // Either program may repeat the time at which a window ends.
    let single = |ids: &[u32]| {
        let mut ids = ids.to_vec();
        ids.dedup_by(|a, b| a == b && *a >= first_time);
        ids
    };
    if single(&tokens) != single(&theirs) {
        return Err(format!("tokens {tokens:?} instead of {theirs:?}"));
    }
    let starts: Vec<f32> = segments.iter().map(|one| one.start as f32).collect();
    let ours: Vec<f32> = segments.iter().map(|one| one.end as f32).collect();
    let starts = super::difference(&starts, &numbers(golden, "long_starts"));
    Ok(starts.max(super::difference(&ours, &ends)))
}

fn first_time(folder: &Path) -> u32 {
    let text = fs::read(folder.join("generation_config.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_slice(&text).unwrap();
    settings["no_timestamps_token_id"].as_u64().unwrap() as u32 + 1
}

/// The likeliest tokens, one by one with a memory, from our own picture.
fn greedy(
    bench: &Workbench,
    picture: &[f32],
    golden: &HashMap<String, Tensor>,
) -> Result<(), String> {
    let said = |error: generators::GeneratorError| error.to_string();
    let (first, all) = (ids(golden, "dec_ids"), ids(golden, "greedy"));
    let mut window = bench.encode(picture).map_err(said)?;
    let mut logits = bench.read(&mut window, &first).map_err(said)?;
    for token in &all[first.len()..] {
        let likeliest = super::likeliest(logits.last().unwrap()) as u32;
        if likeliest != *token {
            return Err(format!("greedy token {likeliest} instead of {token}"));
        }
        logits = bench.read(&mut window, &[*token]).map_err(said)?;
    }
    Ok(())
}

fn numbers(golden: &HashMap<String, Tensor>, name: &str) -> Vec<f32> {
    let wide = golden[name].to_dtype(DType::F32).unwrap();
    wide.flatten_all().unwrap().to_vec1().unwrap()
}

fn ids(golden: &HashMap<String, Tensor>, name: &str) -> Vec<u32> {
    let ids: Vec<i64> = golden[name].flatten_all().unwrap().to_vec1().unwrap();
    ids.into_iter().map(|id| id as u32).collect()
}
