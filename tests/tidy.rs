//! House rules: arrows between rooms, sizes of files, words for people, and a README that runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::console_blocks::{self, blocks, commands_of};

const ROOMS: [&str; 15] = [
    "gateway",
    "access",
    "outbox",
    "pages",
    "policy",
    "generators",
    "assist",
    "film",
    "retouch",
    "scene",
    "story",
    "voice",
    "watermark",
    "provenance",
    "audit",
];
/// Pure computation, on pixels, samples, films, scenes and stories: it speaks no language of ours, not even `types`.
const PURE: [(&str, &str); 5] = [
    ("film", "generators/film/Cargo.toml"),
    ("retouch", "generators/retouch/Cargo.toml"),
    ("scene", "generators/scene/Cargo.toml"),
    ("story", "generators/story/Cargo.toml"),
    ("voice", "generators/voice/Cargo.toml"),
];
const MANIFESTS: [(&str, &str); 8] = [
    ("access", "gateway/access/Cargo.toml"),
    ("pages", "gateway/pages/Cargo.toml"),
    ("policy", "policy/Cargo.toml"),
    ("generators", "generators/Cargo.toml"),
    ("assist", "generators/assist/Cargo.toml"),
    ("watermark", "watermark/Cargo.toml"),
    ("provenance", "watermark/provenance/Cargo.toml"),
    ("audit", "audit/Cargo.toml"),
];
/// Parts of the gateway that stand over the log: they name `types` and `audit`, nothing else of ours.
const OVER_THE_LOG: [(&str, &str); 1] = [("outbox", "gateway/outbox/Cargo.toml")];
const LINES_MAX: usize = 400;
/// Claims that no program can make about content or about itself.
const UNSAID: [&str; 7] =
    ["compliant", "合规", "tamper-proof", "tamperproof", "fake", "unforgeable", "deepfake-proof"];

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A file below the top.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files that git knows or would take, below `folder`.
pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn with_extension(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&top(), &mut found);
    found.retain(|path| path.extension().is_some_and(|ext| ext == extension));
    found
}

#[test]
fn no_room_names_another() {
    for (room, manifest) in MANIFESTS {
        let text = read(manifest);
        let named = text.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        // Pure computation is a part of the room of generators, which puts it behind their seam.
        let part = |name: &str| room == "generators" && PURE.iter().any(|(pure, _)| *pure == name);
        // Keys, people and counters live in the small state that is the log's neighbour.
        let state = |name: &str| room == "access" && name == "audit";
        let other =
            |name: &&str| *name != room && !part(name) && !state(name) && ROOMS.contains(name);
        let named: Vec<&str> = named.filter(other).collect();
        assert!(
            named.is_empty(),
            "{manifest} names {named:?}: the gateway adapts one room to the next"
        );
        assert!(text.contains("types.workspace = true"), "{manifest}: rooms speak in `types`");
    }
}

#[test]
fn pure_computation_knows_no_other_room() {
    for (own, manifest) in PURE {
        let text = read(manifest);
        let named = text.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let ours: Vec<&&str> =
            ROOMS.iter().chain(&["types"]).filter(|room| **room != own).collect();
        let named: Vec<&str> = named.filter(|name| ours.contains(&name)).collect();
        assert!(named.is_empty(), "{manifest} names {named:?}");
    }
}

#[test]
fn what_stands_over_the_log_names_nothing_else() {
    for (own, manifest) in OVER_THE_LOG {
        let text = read(manifest);
        let named = text.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let other = |name: &&str| *name != own && *name != "audit" && ROOMS.contains(name);
        let named: Vec<&str> = named.filter(other).collect();
        assert!(named.is_empty(), "{manifest} names {named:?}");
        assert!(text.contains("types.workspace = true"), "{manifest}: rooms speak in `types`");
    }
}

#[test]
fn only_provenance_names_c2pa_and_only_generators_names_candle() {
    for (library, home) in
        [("c2pa =", "watermark/provenance/Cargo.toml"), ("candle-core", "generators/Cargo.toml")]
    {
        for (_, manifest) in MANIFESTS
            .iter()
            .chain(&[("gateway", "gateway/Cargo.toml"), ("types", "gateway/types/Cargo.toml")])
            .chain(&PURE)
            .chain(&OVER_THE_LOG)
        {
            let named = read(manifest).lines().any(|line| line.starts_with(library));
            assert_eq!(named, *manifest == home, "{library} in {manifest}");
        }
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for path in with_extension("rs") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn nothing_is_claimed_that_cannot_be_shown() {
    let for_people = ["md", "ftl", "toml", "html", "js"].into_iter().flat_map(with_extension);
    let code =
        with_extension("rs").into_iter().filter(|path| !path.starts_with(top().join("tests")));
    for path in for_people.chain(code) {
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        for word in UNSAID {
            let found = text.match_indices(word).find(|(at, _)| {
                let before =
                    text[..*at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric());
                let after = text[at + word.len()..]
                    .chars()
                    .next()
                    .is_none_or(|c| !c.is_ascii_alphanumeric());
                before && after
            });
            assert!(found.is_none(), "{} says `{word}`", path.display());
        }
    }
}

#[test]
fn every_dependency_has_its_reason() {
    for manifest in MANIFESTS
        .iter()
        .chain(&PURE)
        .chain(&OVER_THE_LOG)
        .map(|row| row.1)
        .chain(["gateway/Cargo.toml", "gateway/types/Cargo.toml"])
    {
        let text = read(manifest);
        let dependencies =
            text.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
        let mut reasoned = false;
        for line in dependencies.lines().map(str::trim) {
            if line.starts_with('#') {
                reasoned = true;
            } else if line.is_empty() {
                reasoned = false;
            } else {
                let ours = line.contains(".workspace = true");
                let known = line.starts_with("serde")
                    || line.starts_with("thiserror")
                    || line.starts_with("sha2");
                assert!(ours || known || reasoned, "{manifest}: say why `{line}` is needed");
            }
        }
    }
}

#[test]
fn the_two_readmes_show_the_same_commands() {
    let commands = |path: &str| -> Vec<String> {
        let text = read(path);
        blocks(&text, "sh").chain(blocks(&text, "console")).flat_map(commands_of).collect()
    };
    assert_eq!(commands("README.md"), commands("README.zh.md"));
}

/// Every command of the tour runs in a fresh folder and exits as the README says.
#[test]
fn the_readme_runs() {
    let ran = console_blocks::run("README.md", &read("README.md"));
    assert!(ran >= 10, "the tour has only {ran} commands");
}
