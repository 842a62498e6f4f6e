//! The backend as a whole, on the tiny checkpoints of `tests/golden`.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    sync::Arc,
};

use candle_core::{Device, Tensor, safetensors::load_buffer};
use types::{Message, Sampling, Speaker};

use super::{opened::Opened, testing::golden, *};
use crate::{Event, FinishReason, SamplerHook, TextOutput, check, files::ModelFiles};

fn model() -> TextModel {
    TextModel::open("tiny", &golden("llama")).unwrap()
}

fn job(prompt: &str) -> Job {
    let message = Message { role: Speaker::User, text: prompt.to_owned() };
    let sampling = Sampling { seed: 7, max_tokens: Some(40), ..Sampling::default() };
    Job { messages: vec![message], sampling, ..Job::default() }
}

/// Runs a job and gives its output with what was streamed.
async fn run(model: &TextModel, job: Job) -> (TextOutput, Vec<String>) {
    let (sender, mut receiver) = EventSender::channel(1);
    let stream = async {
        let mut pieces = Vec::new();
        while let Some(event) = receiver.recv().await {
            if let Event::Token { text } = event {
                pieces.push(text);
            }
        }
        pieces
    };
    let (output, pieces) = tokio::join!(model.generate(job, sender), stream);
    let Output::Text(output) = output.unwrap() else { panic!("not a text") };
    (output, pieces)
}

#[tokio::test]
async fn the_stream_is_the_text_and_a_seed_repeats_it() {
    let model = model();
    let (first, pieces) = run(&model, job("The river")).await;
    assert_eq!(pieces.concat(), first.text);
    assert_eq!(pieces.len(), first.usage.completion_tokens);
    assert_eq!(run(&model, job("The river")).await.0, first);
    let mut other = job("The river");
    other.sampling.seed = 8;
    assert_ne!(run(&model, other).await.0.text, first.text);
}

#[tokio::test]
async fn the_limit_of_tokens_and_the_context_end_a_text() {
    let model = model();
    let mut short = job("The river");
    short.sampling.max_tokens = Some(3);
    let (output, _) = run(&model, short).await;
    assert_eq!((output.usage.completion_tokens, output.finish_reason), (3, FinishReason::Length));
    let mut long = job("The river");
    long.sampling.max_tokens = None;
    let usage = run(&model, long).await.0.usage;
    assert!(usage.prompt_tokens + usage.completion_tokens <= 128);
}

#[tokio::test]
async fn a_stop_text_is_not_part_of_the_text() {
    let model = model();
    let whole = run(&model, job("The river")).await.0.text;
    let characters: Vec<char> = whole.chars().collect();
    let stop: String = characters[3..6].iter().collect();
    let mut stopped = job("The river");
    stopped.sampling.stop = vec![stop.clone()];
    let (output, pieces) = run(&model, stopped).await;
    assert_eq!(output.finish_reason, FinishReason::Stop);
    assert_eq!(Some(output.text.as_str()), whole.split(stop.as_str()).next());
    assert_eq!(pieces.concat(), output.text);
}

#[tokio::test]
async fn dropping_the_receiver_stops_the_model() {
    let model = model();
    let (sender, mut receiver) = EventSender::channel(1);
    let stop_listening = async {
        receiver.recv().await;
        drop(receiver);
    };
    let (output, ()) = tokio::join!(model.generate(job("The river"), sender), stop_listening);
    assert_eq!(output, Err(GeneratorError::Cancelled));
}

/// Wants one token, and keeps what it was told was drawn before.
#[derive(Debug)]
struct Insists(u32, Arc<Mutex<Vec<Option<u32>>>>);

impl SamplerHook for Insists {
    fn reweigh(&mut self, previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
        self.1.lock().unwrap().push(previous);
        candidates.retain(|candidate| candidate.0 == self.0);
    }
}

#[tokio::test]
async fn the_hook_sees_each_token_of_the_text_and_bends_it() {
    let model = model();
    let river = model.tokens("e").unwrap()[0].id;
    let seen = Arc::default();
    let mut bent = job("The river");
    bent.sampling.max_tokens = Some(3);
    bent.sampler_hook = Some(Box::new(Insists(river, Arc::clone(&seen))));
    assert_eq!(run(&model, bent).await.0.text, "eee");
    assert_eq!(*seen.lock().unwrap(), [None, Some(river), Some(river)]);
}

#[tokio::test]
async fn what_a_job_must_not_ask_is_named() {
    let model = model();
    let refused = async |change: fn(&mut Job)| {
        let mut job = job("The river");
        change(&mut job);
        let (sender, _receiver) = EventSender::channel(1);
        model.generate(job, sender).await.unwrap_err().to_string()
    };
    assert!(refused(|job| job.messages.clear()).await.contains("empty"));
    assert!(refused(|job| job.sampling.temperature = Some(-1.0)).await.contains("`temperature`"));
    assert!(refused(|job| job.sampling.top_p = Some(f32::NAN)).await.contains("`top_p`"));
    assert!(refused(|job| job.sampling.max_tokens = Some(0)).await.contains("`max_tokens`"));
    assert!(refused(|job| job.sampling.stop = vec![String::new()]).await.contains("`stop`"));
    let long = refused(|job| job.messages[0].text = "word ".repeat(999)).await;
    assert!(long.contains("the model holds 128"), "{long}");
}

#[test]
fn a_sound_folder_can_be_used() {
    let checked = check("llama", &golden("llama")).unwrap();
    assert_eq!(checked.problems, Vec::<String>::new());
    assert_eq!(checked.sha256, Some(model().card().sha256));
    assert_eq!(checked.parameters, Some(model().card().parameters));
    // The command in README.md prints the same.
    let listed = "69090030ace25e103392a3b4d2b84ee2f297d47ba5ef170f36509b22f9396f48";
    assert_eq!(model().card().sha256.to_string(), listed);
    assert!(checked.to_string().contains("LlamaForCausalLM"));
}

#[test]
fn every_damage_is_said_and_none_panics() {
    let damages: [(&str, &[u8], &str); 5] = [
        ("config.json", b"{\"architectures\": [\"LlamaForCausalLM\"", "config.json"),
        ("config.json", b"\xff\xfe", "config.json"),
        ("tokenizer.json", b"{}", "tokenizer.json"),
        ("model.safetensors", b"\x02\0\0\0\0\0\0\0{}", "no tensor `model.embed_tokens.weight`"),
        ("generation_config.json", b"[", "generation_config.json"),
    ];
    for (name, content, expected) in damages {
        let folder = copy();
        fs::write(folder.path().join(name), content).unwrap();
        said_by_both(folder.path(), expected);
    }
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = copy();
        fs::remove_file(folder.path().join(name)).unwrap();
        said_by_both(folder.path(), name);
    }
    said_by_both(Path::new("/nowhere"), "/nowhere");
}

#[test]
fn a_file_that_was_changed_after_opening_is_not_run() {
    let folder = copy();
    let opened = Opened::open(ModelFiles::folder(folder.path()).unwrap(), "x").unwrap();
    let weights = folder.path().join("model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&weights, bytes).unwrap();
    assert!(opened.load(None).unwrap_err().to_string().contains("was changed"));
}

#[tokio::test]
async fn shards_are_the_same_model() {
    let folder = copy();
    let whole = folder.path().join("model.safetensors");
    let tensors = load_buffer(&fs::read(&whole).unwrap(), &Device::Cpu).unwrap();
    fs::remove_file(&whole).unwrap();
    let shard = |name: &str| usize::from(name.contains("mlp"));
    let index: BTreeMap<&String, String> =
        tensors.keys().map(|name| (name, format!("model-{}.safetensors", shard(name)))).collect();
    for number in 0..2 {
        let part: HashMap<String, Tensor> =
            tensors.clone().into_iter().filter(|(name, _)| shard(name) == number).collect();
        let file = folder.path().join(format!("model-{number}.safetensors"));
        candle_core::safetensors::save(&part, file).unwrap();
    }
    let index = serde_json::json!({"weight_map": index}).to_string();
    fs::write(folder.path().join("model.safetensors.index.json"), &index).unwrap();
    let sharded = TextModel::open("tiny", folder.path()).unwrap();
    let expected = run(&model(), job("The river")).await.0.text;
    assert_eq!(run(&sharded, job("The river")).await.0.text, expected);
    let outside = index.replace("model-0", "../model-0");
    fs::write(folder.path().join("model.safetensors.index.json"), outside).unwrap();
    said_by_both(folder.path(), "not a file beside it");
}

fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        fs::write(folder.path().join(name), fs::read(golden("llama").join(name)).unwrap()).unwrap();
    }
    folder
}

fn said_by_both(folder: &Path, expected: &str) {
    let opened = TextModel::open("x", folder).unwrap_err().to_string();
    let checked = check("llama", folder).unwrap().problems.join("\n");
    assert!(opened.contains(expected), "{opened}");
    assert!(checked.contains(expected), "{checked}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn a_truncated_weight_file_never_opens(length in 0_usize..52_000) {
        let folder = copy();
        let weights = folder.path().join("model.safetensors");
        let bytes = fs::read(&weights).unwrap();
        fs::write(&weights, &bytes[..length.min(bytes.len() - 1)]).unwrap();
        let said = TextModel::open("x", folder.path()).unwrap_err().to_string();
        proptest::prop_assert!(said.contains("cut off"), "{}", said);
    }
}

#[tokio::test]
async fn json_is_written_where_json_is_asked_for() {
    let schema = r#"{"type":"object","properties":{"place":{"type":"string"},"level":{"type":"integer"}},"required":["place","level"],"additionalProperties":false}"#;
    let schema = types::TextFormat::JsonSchema { name: "x".into(), schema: schema.into() };
    for (format, seed) in [(types::TextFormat::JsonObject, 1), (schema.clone(), 2), (schema, 3)] {
        let mut job = job("Say it as JSON");
        job.sampling.format = format;
        job.sampling.seed = seed;
        job.sampling.max_tokens = Some(60);
        job.sampling.top_logprobs = Some(1);
        let (output, _) = run(&model(), job).await;
        let value: serde_json::Value = serde_json::from_str(&output.text).unwrap();
        assert!(value.is_object() && (seed == 1 || value["level"].is_i64()), "{}", output.text);
        assert_eq!(output.finish_reason, FinishReason::Stop);
        assert_eq!(output.logprobs.unwrap().len(), output.usage.completion_tokens);
    }
}

struct Panics;

impl SamplerHook for Panics {
    fn reweigh(&mut self, _previous: Option<u32>, _candidates: &mut Vec<(u32, f32)>) {
        panic!("a hook that fails");
    }
}

#[tokio::test]
async fn after_a_panic_the_model_answers_others() {
    let model = model();
    let (before, _) = run(&model, job("The council")).await;
    let (sender, _receiver) = EventSender::channel(64);
    let failing = Job { sampler_hook: Some(Box::new(Panics)), ..job("The council") };
    let failed = model.generate(failing, sender).await;
    assert!(matches!(failed, Err(GeneratorError::Failed(_))), "{failed:?}");
    // The thread tells that it failed a moment before it has ended.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let (after, _) = run(&model, job("The council")).await;
    assert_eq!(after, before);
}
