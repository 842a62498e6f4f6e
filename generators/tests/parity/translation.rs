//! Marian and T5 beside `transformers`.
//!
//! A folder holds what `save_pretrained` writes and `golden.safetensors`: `src` with `enc`, `dec_ids`
//! with `logits`, and `greedy`. Where there is also `golden.json`, its `texts` are to become its
//! `translations` in the language `to`, by the search that the folder asks for.

use std::{collections::HashMap, fs, path::Path};

use candle_core::{Device, Tensor, safetensors::load_buffer};
use generators::{EventSender, open_translator, translation::Workbench};

/// How far numbers may be off.
const TOLERANCE: f32 = 1e-3;

/// The backend of a folder with golden values that translates.
pub(crate) fn kind(folder: &Path) -> Option<String> {
    let kind = super::model_type(folder)?;
    let known = ["marian", "t5"].contains(&kind.as_str());
    (known && folder.join("golden.safetensors").is_file()).then_some(kind)
}

/// The largest difference of each step, or what is wrong.
pub(crate) fn compare(folder: &Path) -> Result<Vec<(&'static str, f32, f32)>, String> {
    let kind = kind(folder).unwrap();
    let said = |error: generators::GeneratorError| error.to_string();
    let golden = load_buffer(&fs::read(folder.join("golden.safetensors")).unwrap(), &Device::Cpu);
    let golden = golden.unwrap();
    let bench = Workbench::open(&kind, folder).map_err(said)?;
    let mut text = bench.encode(&ids(&golden, "src")).map_err(said)?;
    let encoder = super::difference(text.encoded(), &numbers(&golden, "enc"));
    let logits = bench.read(&mut text, &ids(&golden, "dec_ids")).map_err(said)?.concat();
    let logits = super::difference(&logits, &numbers(&golden, "logits"));
    greedy(&bench, &golden)?;
    if folder.join("golden.json").is_file() {
        translate(&kind, folder)?;
    }
    Ok(vec![("encoder", encoder, TOLERANCE), ("logits", logits, TOLERANCE)])
}

fn greedy(bench: &Workbench, golden: &HashMap<String, Tensor>) -> Result<(), String> {
    let said = |error: generators::GeneratorError| error.to_string();
    let all = ids(golden, "greedy");
    let mut text = bench.encode(&ids(golden, "src")).map_err(said)?;
    for pair in all.windows(2) {
        let logits = bench.read(&mut text, &pair[..1]).map_err(said)?;
        let likeliest = super::likeliest(&logits[0]) as u32;
        if likeliest != pair[1] {
            return Err(format!("greedy token {likeliest} instead of {}", pair[1]));
        }
    }
    Ok(())
}

fn translate(kind: &str, folder: &Path) -> Result<(), String> {
    let golden = fs::read(folder.join("golden.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_slice(&golden).unwrap();
    let texts = |name: &str| -> Vec<String> {
        let texts = golden[name].as_array().unwrap().iter();
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let model = open_translator(kind, "golden", folder).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(async {
        let (sender, mut receiver) = EventSender::channel(8);
        let to = golden["to"].as_str().unwrap();
        let run = model.translate(texts("texts"), Some("en"), to, sender);
        let (found, ()) = tokio::join!(run, async { while receiver.recv().await.is_some() {} });
        found
    });
    let (found, expected) = (found.map_err(|error| error.to_string())?, texts("translations"));
    if found == expected { Ok(()) } else { Err(format!("{found:?} instead of {expected:?}")) }
}

fn numbers(golden: &HashMap<String, Tensor>, name: &str) -> Vec<f32> {
    golden[name].flatten_all().unwrap().to_vec1().unwrap()
}

fn ids(golden: &HashMap<String, Tensor>, name: &str) -> Vec<u32> {
    let ids: Vec<i64> = golden[name].flatten_all().unwrap().to_vec1().unwrap();
    ids.into_iter().map(|id| id as u32).collect()
}
