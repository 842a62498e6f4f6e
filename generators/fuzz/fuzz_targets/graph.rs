//! Any bytes as the graph that a ComfyUI server is to run: read, or refused in words.
#![cfg_attr(fuzzing, no_main)]

use std::fs;

use generators::{ComfyUi, Generator as _, comfyui::Settings, server::Connection};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

pub(crate) fn run(data: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let template = folder.path().join("graph.json");
    assert!(fs::write(&template, data).is_ok(), "the folder is ours");
    let connection = Connection::new("http://127.0.0.1:1");
    match ComfyUi::new("m", &Settings { connection, template }) {
        Ok(model) => assert!(model.card().version.starts_with("graph-")),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
