//! A model as people download it, from its folder to a signed answer.

use std::{fs, path::PathBuf};

use crate::newsroom::Newsroom;

/// Tiny checkpoints in the layout of `save_pretrained`, and GGUF files beside them.
fn golden(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../generators/tests/golden");
    folder.join(name).display().to_string()
}

#[test]
fn a_folder_or_a_file_is_added_by_its_name_and_answers_signed() {
    let newsroom = Newsroom::new();
    let before = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
    for (model, name) in [("llama", "llama"), ("qwen2/model-BF16.gguf", "model-BF16")] {
        let added = newsroom.json(&["models", "add", &golden(model)], 0);
        assert_eq!((&added["name"], &added["kind"]), (&name.into(), &"llama".into()), "{added}");
        let checked = newsroom.json(&["models", "check", name], 0);
        assert_eq!(checked["sha256"], added["sha256"]);
        let asked = ["generate", "text", "river", "--model", name, "--seed", "1", "-o", "out.txt"];
        let made = newsroom.json(&asked, 0);
        assert_eq!(made["outcome"], "released", "{made}");
        let verified = newsroom.json(&["verify", "out.txt"], 0);
        assert_eq!(verified["ai_declared_active"], true, "{verified}");
        // The record names the files by the digest that was told when they were added.
        let asset = made["asset"]["id"].as_str().unwrap();
        let records = newsroom.lines(&["audit", "find", "--asset", asset]);
        let ran =
            &records.iter().find(|line| line["record"]["event"] == "released").unwrap()["record"];
        assert_eq!(ran["generator"]["sha256"], added["sha256"], "{ran}");
    }
    let after = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
    assert!(before.lines().all(|line| after.contains(line)), "comments stay");
}

#[test]
fn what_is_no_model_is_refused_and_the_configuration_stays() {
    let newsroom = Newsroom::new();
    let before = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
    fs::create_dir(newsroom.path("empty")).unwrap();
    let broken = newsroom.path("broken");
    fs::create_dir(&broken).unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let mut bytes = fs::read(PathBuf::from(golden("llama")).join(file)).unwrap();
        if file == "model.safetensors" {
            bytes.truncate(bytes.len() / 2);
        }
        fs::write(broken.join(file), bytes).unwrap();
    }
    let refused = newsroom.json(&["models", "add", "broken"], 1);
    assert!(refused["problems"][0].as_str().is_some_and(|said| !said.is_empty()), "{refused}");
    assert_eq!(newsroom.run(&["models", "add", "missing"]).status.code(), Some(4));
    assert_eq!(newsroom.run(&["models", "add", "empty"]).status.code(), Some(2));
    let taken = golden("llama");
    let taken = ["models", "add", taken.as_str(), "--name", "newsdesk-starter"];
    assert_eq!(newsroom.run(&taken).status.code(), Some(2));
    let after = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
    assert_eq!(before, after);
}
