//! Any text as the configuration: read, or refused by naming what is wrong.
#![cfg_attr(fuzzing, no_main)]

use std::fs;

use gateway::config::Config;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

pub(crate) fn run(data: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let file = folder.path().join("imprimatur.toml");
    assert!(fs::write(&file, data).is_ok(), "the folder is ours");
    match Config::load(Some(&file)) {
        Ok(config) => drop((config.labels.plan(), config.labels.producer())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
