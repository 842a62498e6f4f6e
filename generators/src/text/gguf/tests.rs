//! The GGUF files of `tests/golden` as whole models.

use std::{fs, path::PathBuf};

use types::{Message, Sampling, Speaker};

use crate::{
    Event, EventSender, Generator as _, GeneratorError, Job, Output, TextModel, check, kind_of,
    text::testing::golden,
};

fn file(family: &str) -> PathBuf {
    golden(family).join("model-BF16.gguf")
}

/// A folder with a changed copy.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(file("llama")).unwrap();
    change(&mut bytes);
    fs::write(folder.path().join("model.gguf"), bytes).unwrap();
    folder
}

async fn write(model: &TextModel) -> Result<String, GeneratorError> {
    let messages = vec![Message { role: Speaker::User, text: "The river".to_owned() }];
    let sampling = Sampling { seed: 3, max_tokens: Some(12), ..Sampling::default() };
    let (sender, mut receiver) = EventSender::channel(1);
    let drain = async {
        while let Some(Event::Token { .. } | Event::Loading { .. }) = receiver.recv().await {}
    };
    let job = Job { messages, sampling, ..Job::default() };
    let (output, ()) = tokio::join!(model.generate(job, sender), drain);
    let Output::Text(output) = output? else { panic!("not a text") };
    Ok(output.text)
}

#[tokio::test]
async fn one_file_writes_what_the_folder_writes_that_it_was_made_of() {
    let from_folder = TextModel::open("a", &golden("llama")).unwrap();
    let from_file = TextModel::open("a", &file("llama")).unwrap();
    assert_eq!(write(&from_file).await, write(&from_folder).await);
    assert_eq!(from_file.card().architecture, "LlamaForCausalLM");
    let whole = changed(|_| ());
    assert_eq!(kind_of(whole.path()), Some("llama"));
    assert_eq!(kind_of(&file("llama")), Some("llama"));
    let alone = TextModel::open("a", whole.path()).unwrap();
    assert_eq!(write(&alone).await, write(&from_folder).await);
}

#[test]
fn sound_files_can_be_used_and_are_named_by_their_content() {
    for family in ["llama", "qwen2", "qwen3", "phi3", "gemma2", "gemma3"] {
        let checked = check("llama", &file(family)).unwrap();
        assert_eq!(checked.problems, Vec::<String>::new(), "{family}");
        let model = TextModel::open("a", &file(family)).unwrap();
        assert_eq!(checked.sha256, Some(model.card().sha256));
        assert_eq!(checked.parameters, Some(model.card().parameters));
    }
}

/// Where a text stands in the file.
fn find(bytes: &[u8], text: &str) -> usize {
    bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap()
}

fn rename(from: &'static str, to: &'static str) -> impl FnOnce(&mut Vec<u8>) {
    move |bytes| {
        let at = find(bytes, from);
        bytes.splice(at..at + from.len(), to.bytes());
    }
}

#[test]
fn every_damage_is_said_and_none_panics() {
    let cases = [
        (changed(|bytes| bytes.truncate(bytes.len() - 100)), "cut off"),
        (changed(|bytes| bytes.truncate(300)), "cut off"),
        (changed(|bytes| bytes[0] = 0), "not a GGUF file"),
        (changed(rename("llama", "mamba")), "`mamba`"),
        (changed(rename("llama.block_count", "llama.block_kount")), "block_count"),
        (changed(rename("blk.1.attn_q.weight", "blk.1.attn_z.weight")), "blk.1.attn_q.weight"),
        (changed(rename("gpt2", "bert")), "`bert`"),
    ];
    for (folder, expected) in cases {
        let opened = TextModel::open("x", folder.path()).unwrap_err().to_string();
        let checked = check("llama", folder.path()).unwrap().problems.join("\n");
        assert!(opened.contains(expected), "{opened}");
        assert!(checked.contains(expected), "{checked}");
    }
    let two = changed(|_| ());
    fs::copy(file("qwen2"), two.path().join("other.gguf")).unwrap();
    let said = TextModel::open("x", two.path()).unwrap_err().to_string();
    assert!(said.contains("name the one to use"), "{said}");
}

#[tokio::test]
async fn weights_that_are_no_numbers_are_found_and_end_a_run_with_an_error() {
    let spoilt = changed(|bytes| {
        let end = bytes.len();
        bytes[end - 2000..].fill(0xff);
    });
    let checked = check("llama", spoilt.path()).unwrap();
    assert!(checked.problems.join("\n").contains("not finite"), "{checked}");
    let model = TextModel::open("x", spoilt.path()).unwrap();
    let said = write(&model).await.unwrap_err().to_string();
    assert!(said.contains("not finite"), "{said}");
    assert_eq!(model.occupancy().running, 0);
}

#[test]
fn a_file_that_was_changed_after_opening_is_not_run() {
    let folder = changed(|_| ());
    let model = TextModel::open("x", folder.path()).unwrap();
    let path = folder.path().join("model.gguf");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
    assert!(model.session().unwrap_err().to_string().contains("was changed"));
}
