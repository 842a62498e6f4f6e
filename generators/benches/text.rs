//! Decoding beside an independent forward pass and beside bare matrix products, in one run.
//!
//! A random llama of 28 million parameters; each iteration reads 64 tokens and draws 64.
//! Ours also samples, spells and sends every token.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run must stop")]

use std::{collections::HashMap, fs, hint::black_box, path::Path};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::llama::{Cache, Config, Llama, LlamaConfig};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use generators::{EventSender, Generator as _, Job, TextModel};
use types::{Message, Sampling, Speaker};

const HIDDEN: usize = 512;
const INNER: usize = 1408;
const LAYERS: usize = 8;
const VOCABULARY: usize = 2048;
const TOKENS: usize = 64;

criterion_group!(benches, decode);
criterion_main!(benches);

fn decode(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path());
    let mut group = criterion.benchmark_group("read 64 tokens, draw 64");
    group.throughput(Throughput::Elements(TOKENS as u64)).sample_size(10);
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let model = TextModel::open("bench", folder.path()).unwrap();
    group.bench_function("generators", |bencher| {
        bencher.iter(|| runtime.block_on(ours(&model)));
    });
    let (theirs, config) = their_model(folder.path());
    group.bench_function("candle-transformers", |bencher| {
        bencher.iter(|| black_box(run_theirs(&theirs, &config)));
    });
    let matrices = matrices();
    group.bench_function("matrix products alone", |bencher| {
        bencher.iter(|| black_box(products(&matrices)));
    });
    group.finish();
}

async fn ours(model: &TextModel) {
    // Two bytes that no merge joins: one token each.
    let text = "q7".repeat(TOKENS / 2);
    let sampling = Sampling { max_tokens: Some(TOKENS as u32), ..Sampling::default() };
    let messages = vec![Message { role: Speaker::User, text }];
    let job = Job { messages, sampling, ..Job::default() };
    let (sender, mut receiver) = EventSender::channel(32);
    let drain = async { while receiver.recv().await.is_some() {} };
    let (output, ()) = tokio::join!(model.generate(job, sender), drain);
    black_box(output.unwrap());
}

fn their_model(folder: &Path) -> (Llama, Config) {
    let config = fs::read(folder.join("config.json")).unwrap();
    let config: LlamaConfig = serde_json::from_slice(&config).unwrap();
    let config = config.into_config(false);
    let weights = fs::read(folder.join("model.safetensors")).unwrap();
    let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu).unwrap();
    (Llama::load(weights, &config).unwrap(), config)
}

fn run_theirs(model: &Llama, config: &Config) -> u32 {
    let mut cache = Cache::new(true, DType::F32, config, &Device::Cpu).unwrap();
    let mut ids: Vec<u32> = (0..TOKENS as u32).collect();
    let mut position = 0;
    for _ in 0..TOKENS {
        let input = Tensor::new(ids.as_slice(), &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let logits = model.forward(&input, position, &mut cache).unwrap();
        position += ids.len();
        ids = vec![logits.flatten_all().unwrap().argmax(0).unwrap().to_scalar().unwrap()];
    }
    ids.into_iter().sum()
}

fn products(matrices: &[Tensor]) -> f32 {
    let mut sum = 0.0;
    for rows in std::iter::once(TOKENS).chain(std::iter::repeat_n(1, TOKENS - 1)) {
        for matrix in matrices {
            let input = Tensor::ones((rows, matrix.dim(1).unwrap()), DType::F32, &Device::Cpu);
            let product = input.unwrap().matmul(&matrix.t().unwrap()).unwrap();
            sum += product.get(0).unwrap().get(0).unwrap().to_scalar::<f32>().unwrap();
        }
    }
    sum
}

fn matrices() -> Vec<Tensor> {
    let layers =
        tensors().into_iter().filter(|(name, shape)| shape.len() == 2 && !name.contains("embed"));
    layers.map(|(_, shape)| Tensor::ones(shape, DType::F32, &Device::Cpu).unwrap()).collect()
}

fn tensors() -> Vec<(String, Vec<usize>)> {
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![VOCABULARY, HIDDEN]),
        ("lm_head.weight".to_owned(), vec![VOCABULARY, HIDDEN]),
        ("model.norm.weight".to_owned(), vec![HIDDEN]),
    ];
    for layer in 0..LAYERS {
        let mut add = |name: &str, shape: &[usize]| {
            tensors.push((format!("model.layers.{layer}.{name}.weight"), shape.to_vec()));
        };
        add("input_layernorm", &[HIDDEN]);
        add("post_attention_layernorm", &[HIDDEN]);
        for name in ["q_proj", "k_proj", "v_proj", "o_proj"] {
            add(&format!("self_attn.{name}"), &[HIDDEN, HIDDEN]);
        }
        add("mlp.gate_proj", &[INNER, HIDDEN]);
        add("mlp.up_proj", &[INNER, HIDDEN]);
        add("mlp.down_proj", &[HIDDEN, INNER]);
    }
    tensors
}

fn write_model(folder: &Path) {
    let random = |shape: Vec<usize>| Tensor::randn(0_f32, 0.05, shape, &Device::Cpu).unwrap();
    let weights: HashMap<String, Tensor> =
        tensors().into_iter().map(|(name, shape)| (name, random(shape))).collect();
    candle_core::safetensors::save(&weights, folder.join("model.safetensors")).unwrap();
    let config = serde_json::json!({
        "architectures": ["LlamaForCausalLM"], "hidden_size": HIDDEN, "intermediate_size": INNER,
        "num_hidden_layers": LAYERS, "vocab_size": VOCABULARY, "num_attention_heads": 8,
        "rms_norm_eps": 1e-6, "max_position_embeddings": 512,
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let tokenizer = include_bytes!("../tests/golden/llama/tokenizer.json");
    fs::write(folder.join("tokenizer.json"), tokenizer).unwrap();
}
