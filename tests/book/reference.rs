//! The pages that follow from the program: written with `IMPRIMATUR_BLESS=1`, compared without.

use std::{collections::BTreeSet, fmt::Write as _, fs, process::Command};

use serde_json::Value;

use super::{folder, page};
use crate::{
    newsroom::{Newsroom, PROGRAM},
    tidy,
};

/// Compares a page with what the program says, or writes it.
fn keep(name: &str, made: &str) {
    let file = folder().join("reference").join(name);
    if std::env::var_os("IMPRIMATUR_BLESS").is_some_and(|value| value == "1") {
        fs::write(&file, made).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    let lines = found.lines().zip(made.lines()).find(|(is, should)| is != should);
    let differs = lines.map_or_else(
        || "its length".to_owned(),
        |(is, should)| format!("`{is}`, but the program says `{should}`"),
    );
    assert!(
        found == made,
        "reference/{name}: {differs}; IMPRIMATUR_BLESS=1 cargo test -p gateway --test integration -- book::reference"
    );
}

fn help(command: &[&str]) -> String {
    let output = Command::new(PROGRAM)
        .args(command)
        .arg("--help")
        .env_remove("IMPRIMATUR_CONFIG")
        .env_remove("IMPRIMATUR_KEY")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The options of a help text: the line that names each, and all its lines.
fn options(help: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in help.split("\nOptions:\n").nth(1).unwrap_or_default().lines() {
        let indent = line.len() - line.trim_start().len();
        if indent <= 6 && line.trim_start().starts_with('-') {
            found.push((line, vec![line]));
        } else if let Some((_, lines)) = found.last_mut() {
            lines.push(line);
        }
    }
    found
}

/// A command's help without the options that all commands have.
fn own(help: &str, shared: &BTreeSet<&str>) -> String {
    let head = help.split("\nOptions:\n").next().unwrap_or_default();
    let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("  help  ")).collect();
    let lines: Vec<&str> = options(help)
        .into_iter()
        .filter(|(name, _)| !shared.contains(name))
        .flat_map(|(_, lines)| lines)
        .collect();
    let options = lines.join("\n");
    let head = head.join("\n");
    let options = options.trim_end();
    match options {
        "" => head.trim_end().to_owned(),
        options => format!("{}\n\nOptions:\n{options}", head.trim_end()),
    }
}

fn describe(command: &[&str], shared: &BTreeSet<&str>, page: &mut String) {
    let text = help(command);
    let own = own(&text, shared);
    let level = "#".repeat(command.len() + 1);
    writeln!(page, "\n{level} imprimatur {}\n\n```text\n{own}\n```", command.join(" ")).unwrap();
    let listed = text.split("\nCommands:\n").nth(1).unwrap_or_default();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap_or_default();
        if line.starts_with("  ") && !line.starts_with("   ") && name != "help" {
            describe(&[command, &[name]].concat(), shared, page);
        }
    }
}

#[test]
fn commands_are_those_of_the_program() {
    let all = help(&[]);
    let mut page = "# Commands\n\n\
        Written by the program: `imprimatur COMMAND --help` says the same. What every command takes stands here once. \
        Exit codes: 0 yes, 1 no, 2 usage or configuration, 3 weaker than asked, 4 unreadable input, 70 a mistake of the program.\n"
        .to_owned();
    writeln!(page, "\n## imprimatur\n\n```text\n{}\n```", all.trim_end()).unwrap();
    // Of what all commands take only the root has the version.
    let shared: BTreeSet<&str> = options(&all).into_iter().map(|(name, _)| name).collect();
    let listed = all.split("\nCommands:\n").nth(1).unwrap_or_default();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap_or_default();
        if name != "help" {
            describe(&[name], &shared, &mut page);
        }
    }
    keep("cli.md", &page);
}

#[test]
fn the_configuration_is_the_one_that_init_writes() {
    let written = fs::read_to_string(Newsroom::new().path("imprimatur.toml")).unwrap();
    let page = format!(
        "# Configuration\n\n\
         This is what `imprimatur init` writes. Every key can be set in the environment as \
         `IMPRIMATUR__SECTION__KEY`. An unknown key is an error that names the nearest known one.\n\n\
         ```toml\n{written}```\n"
    );
    keep("configuration.md", &page);
}

#[test]
fn endpoints_are_those_of_the_document() {
    let newsroom = Newsroom::new();
    let document = newsroom.serve().get("", "/openapi.json").json();
    let mut rows = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            let description = operation["description"].as_str().unwrap_or_default();
            let said = format!("{summary} {description}").replace('|', "\\|");
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            rows.insert(format!(
                "| `{path}` | {} | {said} | {} |",
                method.to_uppercase(),
                statuses(operation)
            ));
        }
    }
    let mut page = "# HTTP endpoints\n\n\
        Written from `/openapi.json`, which also has every field. Who may use an endpoint is a table in \
        `gateway/README.md`, section \"Who may\".\n\n\
        | Path | Method | Does | Answers |\n|---|---|---|---|\n"
        .to_owned();
    for row in &rows {
        writeln!(page, "{row}").unwrap();
    }
    keep("http.md", &page);
}

fn statuses(operation: &Value) -> String {
    let known = operation["responses"].as_object().map(|responses| {
        let mut known: Vec<&str> = responses.keys().map(String::as_str).collect();
        known.sort_unstable();
        known.join(", ")
    });
    known.unwrap_or_default()
}

#[test]
fn events_are_those_of_the_log() {
    let source = tidy::read("audit/src/record/event.rs");
    let body = source.split("pub enum Event {").nth(1).unwrap().split("\n}").next().unwrap();
    let mut page = "# Events of the log\n\n\
        Each record has one `event`. Every request of a known caller ends in exactly one terminal record.\n\n\
        | Event | Means |\n|---|---|\n"
        .to_owned();
    let mut said = String::new();
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("/// ") {
            Some(words) => said = format!("{said} {words}").trim().to_owned(),
            None => {
                let name = snake(line.trim_end_matches(','));
                writeln!(page, "| `{name}` | {} |", std::mem::take(&mut said)).unwrap();
            }
        }
    }
    keep("events.md", &page);
}

/// `KeyCreated` as records have it.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[test]
fn checks_are_those_of_the_regimes() {
    let mut page = "# Checks of the reports\n\n\
        Written from `audit/regimes/`. Every regime has the checks of the log, too. Reports are machine checks, \
        not a finding of compliance with any law; what `not_met` and the other results mean is in \
        [the law guide](../law.md).\n"
        .to_owned();
    for name in ["eu-art50", "sb942", "cn-gb45438", "ny-fair", "internal", "log"] {
        let regime: toml::Table =
            toml::from_str(&tidy::read(&format!("audit/regimes/{name}.toml"))).unwrap();
        let text = |table: &toml::Table, key: &str| {
            let value = table.get(key);
            let english = value.and_then(|value| value.get("en")).or(value);
            english.and_then(toml::Value::as_str).unwrap_or_default().replace('|', "\\|")
        };
        writeln!(page, "\n## {} (`{name}`)\n", text(&regime, "title")).unwrap();
        writeln!(page, "| Check | Rule | Looks whether | Limit | Source |\n|---|---|---|---|---|")
            .unwrap();
        for check in regime["check"].as_array().unwrap().iter().filter_map(toml::Value::as_table) {
            let parameters = check.get("parameters").and_then(toml::Value::as_table);
            let pending = parameters.map(|set| text(set, "reason")).unwrap_or_default();
            let limit = match pending.as_str() {
                "" => text(check, "limit"),
                reason => format!("always `not_met`: {reason}"),
            };
            let (law, article) = (text(check, "law"), text(check, "article"));
            let (title, source) = (text(check, "title"), text(check, "source"));
            let id = text(check, "id");
            writeln!(page, "| `{id}` | {law}, {article} | {title} | {limit} | {source} |").unwrap();
        }
    }
    keep("checks.md", &page);
}

/// `gateway/README.md` has the tables, which a test of their own compares with the program.
#[test]
fn metrics_are_those_of_the_readme() {
    let readme = tidy::read("gateway/README.md");
    let table = |head: &str| {
        let at = readme.find(head).unwrap_or_else(|| panic!("no table `{head}`"));
        readme[at..].split("\n\n").next().unwrap_or_default().to_owned()
    };
    let webhooks = readme.split("`imprimatur_webhook_").nth(1).unwrap().split('`').next().unwrap();
    let webhooks: Vec<String> =
        webhooks.split('|').map(|name| format!("`imprimatur_webhook_{name}`")).collect();
    let page = format!(
        "# Metrics\n\n\
         `/metrics` is in Prometheus' text format, on the listener of operators where there is one. \
         Counters end in `_total`.\n\n{}\n\n\
         ## Models, their parts and routes\n\nEvery name begins with `imprimatur_`.\n\n{}\n\n\
         ## Webhooks\n\n{}.\n",
        table("| Metric | Labels | Says |"),
        table("| Name | Meaning |"),
        webhooks.join(", "),
    );
    keep("metrics.md", &page);
}

/// The page of error codes is written by hand; it names every code of the source, and no other.
#[test]
fn error_codes_are_those_of_the_source() {
    let sources = ["gateway/src", "gateway/access/src", "generators/src"].map(source);
    let page = page("reference/errors.md");
    let told: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(code, _)| code)
        .collect();
    for code in &told {
        let literal = format!("\"{code}\"");
        assert!(sources.iter().any(|text| text.contains(&literal)), "nothing says `{code}`");
    }
    let [gateway, access, _] = &sources;
    let said: BTreeSet<String> =
        [gateway, access].into_iter().flat_map(|text| codes(text)).collect();
    assert!(said.len() >= 60, "only {} codes were found in the source", said.len());
    let untold: Vec<&String> = said.iter().filter(|code| !told.contains(code.as_str())).collect();
    assert!(untold.is_empty(), "reference/errors.md does not tell of {untold:?}");
}

/// All code of a folder, without unit tests.
fn source(folder: &str) -> String {
    let mut found = Vec::new();
    tidy::files(&tidy::top().join(folder), &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let code = found.iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
    });
    code.collect()
}

/// The codes with which errors are made: after the class of an error, or first in the makers of one.
fn codes(source: &str) -> BTreeSet<String> {
    let openings = [
        "\"invalid_request_error\",",
        "\"permission_error\",",
        "\"authentication_error\",",
        "\"server_error\",",
        "not_found(",
        "unavailable(",
        "unprocessable(",
        "conflict(",
        "refused(",
        "over(",
    ];
    let literals = openings.iter().flat_map(|opening| source.split(opening).skip(1));
    literals
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
        // A name that a colon follows is a member of a JSON text.
        .filter(|(_, after)| !after.starts_with(':'))
        .map(|(code, _)| code.to_owned())
        .filter(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}
