//! Any files as an export, whose digests are made anew so that what lies behind them is reached. A file is
//! `NAME LENGTH`, a newline and its bytes.
#![cfg_attr(fuzzing, no_main)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use types::Sha256;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

const FILES_MAX: usize = 64;
const MANIFEST: &str = "manifest-sha256.txt";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
const INFO: &str = "bag-info.txt";

type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn run(data: &[u8]) {
    accepted(data);
}

/// Whether the files are a bag that is accepted.
pub(crate) fn accepted(data: &[u8]) -> bool {
    let mut files = apart(data);
    resign(&mut files);
    let Ok(folder) = tempfile::tempdir() else { return false };
    for (name, bytes) in &files {
        if !written(&folder.path().join(name), bytes) {
            return false;
        }
    }
    let Ok(checked) = audit::export::check(folder.path(), None) else { return false };
    let extends = audit::export_extends(folder.path(), &checked.checkpoint);
    assert!(!checked.is_whole() || extends.is_ok(), "{extends:?}");
    true
}

/// The files of the input whose names stay inside a folder.
fn apart(mut data: &[u8]) -> Files {
    let mut files = Files::new();
    while let Some(end) = data.iter().position(|byte| *byte == b'\n') {
        let (head, rest) = data.split_at(end);
        data = rest.get(1..).unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        let Some((name, length)) = head.split_once(' ') else { continue };
        let length = length.parse().unwrap_or(usize::MAX).min(data.len());
        let (bytes, rest) = data.split_at(length);
        data = rest;
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let letters = |part: &str| part.bytes().all(letter);
        let inside = |part: &str| !part.is_empty() && !part.starts_with('.') && letters(part);
        if files.len() < FILES_MAX && name.len() < 100 && name.split('/').all(inside) {
            files.insert(name.to_owned(), bytes.to_vec());
        }
    }
    files
}

/// Makes the digests and the sum of lengths anew, as somebody would who hides a change. Whatever was listed
/// keeps its place.
fn resign(files: &mut Files) {
    files.insert(MANIFEST.to_owned(), relisted(files, MANIFEST));
    let payload = files.iter().filter(|(name, _)| name.starts_with("data/"));
    let (bytes, count) = payload.fold((0, 0), |(bytes, n), (_, file)| (bytes + file.len(), n + 1));
    if let Some(info) = files.get_mut(INFO) {
        let text = String::from_utf8_lossy(info).into_owned();
        let line = |line: &str| match line.split_once(": ") {
            Some((name @ "Payload-Oxum", _)) => format!("{name}: {bytes}.{count}\n"),
            _ => format!("{line}\n"),
        };
        *info = text.lines().map(line).collect::<String>().into_bytes();
    }
    files.insert(TAG_MANIFEST.to_owned(), relisted(files, TAG_MANIFEST));
}

/// A manifest of the files below `data/`, or of the others, with their digests.
fn relisted(files: &Files, manifest: &str) -> Vec<u8> {
    let old = files.get(manifest).map(Vec::as_slice).unwrap_or_default();
    let old = String::from_utf8_lossy(old);
    let belongs =
        |name: &str| name.starts_with("data/") == (manifest == MANIFEST) && name != TAG_MANIFEST;
    let listed = old.lines().filter_map(|line| Some(line.split_once("  ")?.1));
    let mut lines = String::new();
    let mut seen = BTreeSet::new();
    for name in listed.chain(files.keys().map(String::as_str)).filter(|name| belongs(name)) {
        if let Some(bytes) = files.get(name).filter(|_| seen.insert(name)) {
            lines += &format!("{}  {name}\n", Sha256::of(bytes));
        }
    }
    lines.into_bytes()
}

/// Writes a file below the folder; not where another file stands in its way.
fn written(path: &Path, bytes: &[u8]) -> bool {
    let made = path.parent().map(fs::create_dir_all);
    made.is_some_and(|made| made.is_ok()) && fs::write(path, bytes).is_ok()
}
