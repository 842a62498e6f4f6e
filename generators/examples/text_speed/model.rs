//! A random llama as a GGUF file.

use std::{fs::File, io::BufWriter, path::Path};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};

const HIDDEN: usize = 768;
const INNER: usize = 2048;
const LAYERS: usize = 8;
const HEADS: usize = 12;
const VOCABULARY: usize = 4096;

/// Writes it with its matrices in the number format `kind`.
pub(crate) fn write(path: &Path, kind: GgmlDType) {
    let tensors: Vec<(String, QTensor)> = shapes()
        .into_iter()
        .map(|(name, shape)| {
            let kind = if shape.len() == 1 { GgmlDType::F32 } else { kind };
            let mean = if shape.len() == 1 { 1.0 } else { 0.0 };
            let numbers = Tensor::randn(mean, 0.05_f32, shape, &Device::Cpu).unwrap();
            (name, QTensor::quantize(&numbers, kind).unwrap())
        })
        .collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, t)| (&**name, t)).collect();
    let metadata = metadata();
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(name, v)| (*name, v)).collect();
    let mut file = BufWriter::new(File::create(path).unwrap());
    gguf_file::write(&mut file, &metadata, &tensors).unwrap();
}

fn shapes() -> Vec<(String, Vec<usize>)> {
    let mut shapes = vec![
        ("token_embd.weight".to_owned(), vec![VOCABULARY, HIDDEN]),
        ("output.weight".to_owned(), vec![VOCABULARY, HIDDEN]),
        ("output_norm.weight".to_owned(), vec![HIDDEN]),
    ];
    for layer in 0..LAYERS {
        let mut add = |name: &str, shape: &[usize]| {
            shapes.push((format!("blk.{layer}.{name}.weight"), shape.to_vec()));
        };
        add("attn_norm", &[HIDDEN]);
        add("ffn_norm", &[HIDDEN]);
        for name in ["attn_q", "attn_k", "attn_v", "attn_output"] {
            add(name, &[HIDDEN, HIDDEN]);
        }
        add("ffn_gate", &[INNER, HIDDEN]);
        add("ffn_up", &[INNER, HIDDEN]);
        add("ffn_down", &[HIDDEN, INNER]);
    }
    shapes
}

fn metadata() -> Vec<(&'static str, Value)> {
    let tokenizer = include_str!("../../tests/golden/llama/tokenizer.json");
    let tokenizer: serde_json::Value = serde_json::from_str(tokenizer).unwrap();
    let mut tokens: Vec<String> = (0..VOCABULARY).map(|id| format!("<{id}>")).collect();
    for (text, id) in tokenizer.pointer("/model/vocab").unwrap().as_object().unwrap() {
        if let Some(token) = tokens.get_mut(id.as_u64().unwrap() as usize) {
            text.clone_into(token);
        }
    }
    let texts = |texts: Vec<String>| Value::Array(texts.into_iter().map(Value::String).collect());
    let merges = tokenizer.pointer("/model/merges").unwrap().as_array().unwrap().iter();
    let merge = |merge: &serde_json::Value| match merge.as_array() {
        Some(pair) => pair.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join(" "),
        None => merge.as_str().unwrap().to_owned(),
    };
    let number = |number: usize| Value::U32(number as u32);
    vec![
        ("general.architecture", Value::String("llama".to_owned())),
        ("general.alignment", Value::U32(32)),
        ("llama.context_length", number(1024)),
        ("llama.embedding_length", number(HIDDEN)),
        ("llama.block_count", number(LAYERS)),
        ("llama.feed_forward_length", number(INNER)),
        ("llama.attention.head_count", number(HEADS)),
        ("llama.attention.head_count_kv", number(HEADS)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("llama.rope.freq_base", Value::F32(10_000.0)),
        ("llama.rope.dimension_count", number(HIDDEN / HEADS)),
        ("llama.vocab_size", number(VOCABULARY)),
        ("tokenizer.ggml.model", Value::String("gpt2".to_owned())),
        ("tokenizer.ggml.pre", Value::String("gpt-2".to_owned())),
        ("tokenizer.ggml.tokens", texts(tokens)),
        ("tokenizer.ggml.token_type", Value::Array(vec![Value::I32(1); VOCABULARY])),
        ("tokenizer.ggml.merges", texts(merges.map(merge).collect())),
        ("tokenizer.ggml.add_bos_token", Value::Bool(false)),
    ]
}
