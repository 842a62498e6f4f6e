//! What the book names: pages, files, tests, settings, commands and their options.

use std::{collections::BTreeSet, path::Path};

use super::{Page, folder, page, pages};
use crate::{console_blocks::blocks, tidy};

/// Folders at the top of the repository.
const ROOMS: [&str; 8] =
    ["gateway/", "generators/", "watermark/", "policy/", "audit/", "tests/", ".ci/", ".github/"];
/// Sections whose last part is a name that operators choose.
const NAMED: [&str; 5] = ["generators", "routes", "webhooks", "policy.checkers", "audit.witnesses"];

/// The targets of links.
pub(super) fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// What stands in backticks outside of blocks.
fn spans(text: &str) -> Vec<String> {
    let outside: String = text.split("\n```").step_by(2).collect::<Vec<_>>().join("\n");
    outside.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The names that a renderer gives the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let keep = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || "-_".contains(c) => Some(c.to_ascii_lowercase()),
        _ => None,
    };
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().chars().filter_map(keep).collect())
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    for Page { name, text } in pages() {
        for link in links(&text).iter().filter(|link| !link.starts_with("https://")) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = folder().join(&name).parent().unwrap().join(target);
            let found = std::fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{name}: {link}: {error}"));
            let known = anchor.is_empty() || anchors(&found).iter().any(|known| known == anchor);
            assert!(known, "{name}: {link}: there is no such heading");
        }
    }
}

#[test]
fn every_file_and_every_test_exists() {
    let mut tests = 0;
    for Page { name, text } in pages() {
        for span in spans(&text) {
            let (file, test) = span.split_once("::").unwrap_or((&span, ""));
            let path = Path::new(file);
            let named = ROOMS.iter().any(|room| file.starts_with(room))
                && path.extension().is_some()
                && !file.contains([' ', '{', '*', '…']);
            if named {
                assert!(tidy::top().join(path).is_file(), "{name}: `{file}` is no file");
            }
            if named && !test.is_empty() {
                let there = tidy::read(file).contains(&format!("fn {test}("));
                assert!(there, "{name}: `{file}` has no test `{test}`");
                tests += 1;
            }
        }
    }
    assert!(tests >= 50, "the book names only {tests} tests");
}

/// Every setting of the configuration that `init` writes, also those that are comments in it.
struct Settings(BTreeSet<(String, String)>);

impl Settings {
    fn read() -> Self {
        let template = tidy::read("gateway/src/default.toml");
        let mut section = String::new();
        let mut known = BTreeSet::new();
        for line in template.lines() {
            let line = line.strip_prefix("# ").unwrap_or(line);
            match setting(line) {
                Some(Setting::Section(name)) => section = family(name).to_owned(),
                Some(Setting::Key(key)) => {
                    known.insert((section.clone(), key.to_owned()));
                }
                None => continue,
            }
            known.insert((section.clone(), String::new()));
        }
        Self(known)
    }

    /// Whether there is such a section, and such a key in it.
    fn know(&self, section: &str, key: &str) -> bool {
        let section = family(section);
        self.0.contains(&(section.to_owned(), key.to_owned()))
            || (NAMED.contains(&section) && field(key))
    }
}

/// A line of a configuration that sets something.
enum Setting<'a> {
    Section(&'a str),
    Key(&'a str),
}

fn setting(line: &str) -> Option<Setting<'_>> {
    let word = |name: &&str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    if line.starts_with('[') {
        let name = line.trim_matches(['[', ']']);
        return Some(name).filter(word).map(Setting::Section);
    }
    let (key, _) = line.split_once(" = ")?;
    Some(key).filter(word).map(Setting::Key)
}

/// `generators` for `generators.wire`.
fn family(section: &str) -> &str {
    let parent = section.rsplit_once('.').map_or(section, |(parent, _)| parent);
    if NAMED.contains(&parent) { parent } else { section }
}

/// Whether a section with a chosen name has such a key.
fn field(key: &str) -> bool {
    let sources = ["generators", "routes", "webhooks", "checkers", "witnesses"];
    sources.iter().any(|source| {
        tidy::read(&format!("gateway/src/config/{source}.rs")).contains(&format!("pub {key}: "))
    })
}

#[test]
fn every_setting_exists() {
    let settings = Settings::read();
    let mut seen = 0;
    for Page { name, text } in pages() {
        for span in spans(&text).iter().filter(|span| span.starts_with('[')) {
            let Some((section, key)) = span.trim_start_matches('[').split_once(']') else {
                continue;
            };
            let section = section.replace("NAME", "name");
            let key = key.trim_matches([']', ' ']);
            assert!(settings.know(&section, key), "{name}: there is no `{span}`");
            seen += 1;
        }
        for block in blocks(&text, "toml") {
            let mut section = String::new();
            for line in block.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)) {
                match setting(line) {
                    Some(Setting::Section(found)) => found.clone_into(&mut section),
                    Some(Setting::Key(key)) => {
                        assert!(settings.know(&section, key), "{name}: [{section}] has no `{key}`");
                    }
                    None => {}
                }
            }
        }
    }
    assert!(seen >= 30, "the book names only {seen} settings");
}

/// The part of the page of commands that is about one of them.
fn section<'a>(commands: &'a str, command: &str) -> Option<&'a str> {
    let rest = commands.split(&format!("# imprimatur {command}\n")).nth(1)?;
    rest.split("\n##").next()
}

fn options(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| c.is_whitespace() || ",<[|=".contains(c))
        .filter(|word| word.starts_with("--"))
        .collect()
}

/// Says what is wrong with a line `imprimatur …`, if anything is.
fn wrong(commands: &str, line: &str) -> Option<String> {
    let global = options(commands.split("\n## ").nth(1)?);
    let words: Vec<&str> = line.split([' ', '"', '\'', '$', '(', ')']).skip(1).collect();
    let mut command = String::new();
    for word in &words {
        let longer = format!("{command} {word}").trim().to_owned();
        if section(commands, &longer).is_some() {
            command = longer;
        }
    }
    let placeholder = words.first().is_some_and(|word| word.chars().all(char::is_uppercase));
    if command.is_empty() && !placeholder && !words.iter().all(|word| word.starts_with('-')) {
        return Some(format!("`{line}` is no command"));
    }
    let own = options(section(commands, &command).unwrap_or_default());
    let mut used = words.iter().map(|word| word.split('=').next().unwrap_or_default());
    used.find(|word| word.starts_with("--") && !own.contains(word) && !global.contains(word))
        .map(|option| format!("`imprimatur {command}` has no {option}"))
}

#[test]
fn every_command_and_every_option_exists() {
    let commands = page("reference/cli.md");
    assert!(wrong(&commands, "imprimatur audit prove --forever").is_some());
    assert!(wrong(&commands, "imprimatur conjure").is_some());
    let mut seen = 0;
    for Page { name, text } in pages() {
        let lines = blocks(&text, "sh").flat_map(str::lines).map(str::to_owned);
        for line in lines.chain(spans(&text)).filter(|line| line.starts_with("imprimatur ")) {
            let wrong = wrong(&commands, &line);
            assert!(wrong.is_none(), "{name}: {}", wrong.unwrap_or_default());
            seen += 1;
        }
    }
    assert!(seen >= 30, "the book names only {seen} commands");
}
