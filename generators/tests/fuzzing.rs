//! The fuzz targets of this room on their seeds, and on seeds changed at random.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

#[path = "../fuzz/fuzz_targets/answer.rs"]
mod answer;
#[path = "../fuzz/fuzz_targets/graph.rs"]
mod graph;
#[path = "../fuzz/fuzz_targets/model.rs"]
mod model;
#[path = "../../tests/mutated.rs"]
mod mutated;

use base64::{Engine as _, engine::general_purpose::STANDARD};

#[test]
fn any_answer_of_a_server_is_read_or_refused() {
    let picture =
        format!(r#"{{"data":[{{"b64_json":"{}"}}]}}"#, STANDARD.encode(b"\x89PNG\r\n\x1a\n"));
    let seeds: [(u8, &str); 8] = [
        (
            0,
            r#"{"choices":[{"index":0,"message":{"content":"The Elbe rises."},"finish_reason":"stop","logprobs":{"content":[{"token":"The","logprob":-0.5,"bytes":[84],"top_logprobs":[]}]}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#,
        ),
        (
            1,
            "data: {\"choices\":[{\"delta\":{\"content\":\"The \"}}]}\r\n\r\n: kept\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\nevent: error\ndata: {\"error\":{\"message\":\"m\",\"code\":\"overloaded\"}}\n\ndata: [DONE]\n\n",
        ),
        (
            1,
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\ndata: {\"choices\":\ndata: [{\"text\":\"a\"}]}\n\n",
        ),
        (2, r#"{"choices":[{"text":" The Elbe rises.","finish_reason":"length"}]}"#),
        (3, &picture),
        (
            4,
            r#"{"task":"transcribe","language":"german","duration":1.0,"text":"Guten Tag.","segments":[{"id":0,"start":0.0,"end":0.9,"text":" Guten Tag.","avg_logprob":-0.2,"no_speech_prob":0.1}],"words":[{"word":"Guten","start":0.0,"end":0.4}]}"#,
        ),
        (
            5,
            "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\u{40}\x1f\0\0\u{40}\x1f\0\0\x01\0\x08\0data\0\0\0\0",
        ),
        (6, r#"{"data":[{"id":"m"},{"id":"n"}]}"#),
    ];
    let seeds = seeds.map(|(asked, answer)| [&[asked], answer.as_bytes()].concat());
    mutated::check("answer", &seeds, 100, answer::run);
}

#[test]
fn any_graph_is_read_or_refused() {
    let graph = r#"{"1":{"class_type":"KSampler","inputs":{"seed":"{{seed}}","cfg":"{{ guidance | 6.5 }}",
        "text":"masterpiece, {{prompt}}","links":["2",0]}},"2":{"class_type":"Load","inputs":{}}}"#;
    mutated::check("graph", &[graph.as_bytes().to_vec()], 200, graph::run);
}

#[test]
fn any_file_of_a_model_is_read_or_refused() {
    let files = model::MODELS.iter().flat_map(|model| model.files);
    let seeds: Vec<Vec<u8>> = files
        .enumerate()
        .map(|(place, (_, content))| [&[u8::try_from(place).unwrap()], *content].concat())
        .collect();
    mutated::check("model", &seeds, 100, model::run);
}
