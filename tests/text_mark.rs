//! The statistical mark of texts, from the sampler through the line to the detector.
//!
//! The model is a llama of random weights over a thousand made-up words: it writes nonsense with as
//! much freedom as a text can have, which is what the mark needs. It learned nothing and is not
//! shipped; the test writes its files.

use std::path::Path;

use serde_json::{Value, json};

use crate::newsroom::Newsroom;

/// Words that the model can write; none of them ends an answer.
const WORDS: usize = 1000;
const HIDDEN: usize = 32;
const INTERMEDIATE: usize = 48;

/// The word of a token: three syllables name its digits.
fn word(token: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu"];
    [token / 100 % 10, token / 10 % 10, token % 10].iter().map(|digit| SYLLABLES[*digit]).collect()
}

/// Small numbers that look random and are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn weight(&mut self) -> f32 {
        ((self.next() >> 40) as f32 / (1 << 24) as f32 - 0.5) * 0.4
    }
}

fn write_model(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let config = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "vocab_size": WORDS, "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE,
        "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
        "max_position_embeddings": 1024, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
        "tie_word_embeddings": false,
    });
    let vocabulary: serde_json::Map<String, Value> =
        (0..WORDS).map(|token| (word(token), json!(token))).collect();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null,
        "decoder": null,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": word(0)},
    });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    std::fs::write(folder.join("model.safetensors"), weights()).unwrap();
}

/// A safetensors file: the length of a JSON header, the header, the numbers.
fn weights() -> Vec<u8> {
    let layer = |name: &str| format!("model.layers.0.{name}.weight");
    let tensors = [
        ("model.embed_tokens.weight".to_owned(), vec![WORDS, HIDDEN]),
        ("lm_head.weight".to_owned(), vec![WORDS, HIDDEN]),
        ("model.norm.weight".to_owned(), vec![HIDDEN]),
        (layer("input_layernorm"), vec![HIDDEN]),
        (layer("post_attention_layernorm"), vec![HIDDEN]),
        (layer("self_attn.q_proj"), vec![HIDDEN, HIDDEN]),
        (layer("self_attn.k_proj"), vec![HIDDEN, HIDDEN]),
        (layer("self_attn.v_proj"), vec![HIDDEN, HIDDEN]),
        (layer("self_attn.o_proj"), vec![HIDDEN, HIDDEN]),
        (layer("mlp.gate_proj"), vec![INTERMEDIATE, HIDDEN]),
        (layer("mlp.up_proj"), vec![INTERMEDIATE, HIDDEN]),
        (layer("mlp.down_proj"), vec![HIDDEN, INTERMEDIATE]),
    ];
    let (mut header, mut data) = (serde_json::Map::new(), Vec::<u8>::new());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for (name, shape) in tensors {
        let start = data.len();
        let norm = shape.len() == 1;
        for _ in 0..shape.iter().product() {
            let number = if norm { 1.0 } else { numbers.weight() };
            data.extend(number.to_le_bytes());
        }
        let offsets = json!([start, data.len()]);
        header.insert(name, json!({"dtype": "F32", "shape": shape, "data_offsets": offsets}));
    }
    let header = Value::Object(header).to_string().into_bytes();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

fn newsroom() -> Newsroom {
    let newsroom = Newsroom::with("\n[generators.babble]\nkind = \"llama\"\npath = \"babble\"\n");
    write_model(&newsroom.path("babble"));
    newsroom
}

fn detect(newsroom: &Newsroom, name: &str, text: &str, exit: i32) -> Value {
    std::fs::write(newsroom.path(name), text).unwrap();
    newsroom.json(&["watermark", "detect", name], exit)
}

#[test]
fn two_hundred_tokens_are_detected_and_an_excerpt_or_a_pasted_text_too() {
    let newsroom = newsroom();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let babble = |seed: u64, tokens: u64| {
        let request = json!({
            "model": "babble", "seed": seed, "max_completion_tokens": tokens,
            // Random weights leave all words about equally likely; this leaves some tens of them.
            "temperature": 0.25,
            "messages": [{"role": "user", "content": word(7)}],
        });
        let body = server.post(&key, "/v1/chat/completions", &request).json();
        let text = body["choices"][0]["message"]["content"].as_str();
        (text.unwrap_or_else(|| panic!("{body}")).to_owned(), body["imprimatur"]["mark"].clone())
    };
    let texts: Vec<(String, Value)> = (0..5).map(|seed| babble(seed, 200)).collect();
    // Too few to tell whatever they are: a single word has none before it, so that nothing is scored.
    // Two pairs of words may already carry the 20 bits of a claim.
    let (short, unmarkable) = babble(9, 1);
    drop(server);

    for (text, mark) in &texts {
        assert_eq!(mark["kind"], "statistical", "{mark}");
        let found = detect(&newsroom, "marked.txt", text, 0);
        assert_eq!(found["algorithm"], "org.imprimatur.text.1");
        assert!(found["confidence"]["p_value"].as_f64().unwrap() < 1e-6, "{found}");
    }
    // The file is recognised beside words that nobody marked, and the record is found.
    let mixed = format!("{} {}", texts[0].0, human(&mut Numbers(5), 100));
    assert_eq!(detect(&newsroom, "mixed.txt", &mixed, 0)["found"], true);
    let report = newsroom.json(&["verify", "marked.txt"], 3);
    assert_eq!(report["mark"]["found"], true);
    assert_eq!(report["recovered"]["how"], "sha256");

    assert_eq!(unmarkable["kind"], "not_markable", "{unmarkable}");
    let short = detect(&newsroom, "short.txt", &short, 1);
    assert_eq!((&short["found"], &short["decidable"]), (&false.into(), &false.into()), "{short}");
}

/// Words in an order that no sampler with our key has chosen.
fn human(numbers: &mut Numbers, words: usize) -> String {
    let words: Vec<String> = (0..words).map(|_| word(numbers.next() as usize % WORDS)).collect();
    words.join(" ")
}

#[test]
fn two_hundred_texts_of_others_are_not_detected() {
    let newsroom = newsroom();
    let mut numbers = Numbers(77);
    let mut texts: Vec<String> = (0..150).map(|_| human(&mut numbers, 200)).collect();
    texts.extend(passages().into_iter().take(50));
    assert_eq!(texts.len(), 200);
    std::fs::create_dir(newsroom.path("others")).unwrap();
    for (n, text) in texts.iter().enumerate() {
        std::fs::write(newsroom.path(&format!("others/{n:03}.txt")), text).unwrap();
    }
    let output = newsroom.run(&["--json", "verify", "others"]);
    assert_eq!(output.status.code(), Some(3));
    let lines = String::from_utf8(output.stdout).unwrap();
    let reports: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports.len(), 200);
    let decidable = reports.iter().filter(|report| report["mark"]["decidable"] == true).count();
    assert!(decidable >= 150, "only {decidable} could be decided");
    for report in &reports {
        assert_eq!(report["mark"]["found"], false, "{report}");
        assert!(report["recovered"].is_null(), "{report}");
    }
}

/// What people have written in this repository, in passages of 200 words.
fn passages() -> Vec<String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files =
        ["LICENSE-APACHE", "README.md", "CHANGELOG.md", "gateway/README.md", "audit/README.md"];
    let sources =
        ["gateway/src", "gateway/src/http", "gateway/src/cli", "audit/src", "gateway/types/src"];
    let mut text: String =
        files.iter().map(|name| std::fs::read_to_string(top.join(name)).unwrap()).collect();
    for folder in sources {
        let mut paths: Vec<_> = std::fs::read_dir(top.join(folder)).unwrap().flatten().collect();
        paths.sort_by_key(std::fs::DirEntry::path);
        for path in paths.iter().map(std::fs::DirEntry::path).filter(|path| path.is_file()) {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.chunks_exact(200).map(|passage| passage.join(" ")).collect()
}
