//! `imprimatur config`: whether the configuration can be used, and what is in force with where it
//! comes from.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::json;
use toml_edit::{Document, Item};

use super::{
    args::{ConfigCommand, Global},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{config::ConfigError, wiring};

pub(crate) async fn run(global: &Global, command: &ConfigCommand, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    let file = installation.source();
    match command {
        ConfigCommand::Check => {
            let checked = tokio::task::spawn_blocking(move || wiring::check(&installation));
            let policy = checked.await??;
            let value = json!({"config": file, "valid": true, "policy": policy});
            console.result(&value, || {
                format!("{} can be used, with rules {}", file.display(), policy.id)
            });
        }
        ConfigCommand::Show { origin } => {
            let config = toml::Value::try_from(installation.config())?;
            let sources = Sources::read(&file)?;
            for (path, value) in leaves(&config) {
                let (key, from) = (dotted(&path), sources.of(&path));
                let shown = json!({"key": key, "value": value, "origin": from});
                console.result(&shown, || match origin {
                    true => format!("{key} = {value}  # {from}"),
                    false => format!("{key} = {value}"),
                });
            }
        }
    }
    Ok(Exit::Yes)
}

/// Every value that is no table, by the keys that lead to it.
fn leaves(config: &toml::Value) -> Vec<(Vec<&str>, &toml::Value)> {
    let mut leaves = Vec::new();
    let mut open = vec![(Vec::new(), config)];
    while let Some((path, value)) = open.pop() {
        match value {
            toml::Value::Table(table) => {
                // The last one in is the first one out.
                open.extend(table.iter().rev().map(|(key, value)| {
                    let path = path.iter().copied().chain([key.as_str()]).collect();
                    (path, value)
                }));
            }
            _ => leaves.push((path, value)),
        }
    }
    leaves
}

/// As TOML writes a key of several parts.
fn dotted(path: &[&str]) -> String {
    let part = |part: &&str| toml_edit::Key::new(*part).display_repr().into_owned();
    path.iter().map(part).collect::<Vec<_>>().join(".")
}

/// Where values come from.
struct Sources {
    name: String,
    file: Document<String>,
    /// Names in upper case.
    environment: BTreeSet<String>,
}

impl Sources {
    fn read(file: &Path) -> Result<Self, Failure> {
        let name = file.display().to_string();
        let wrong = |error: &dyn std::fmt::Display| ConfigError::Value {
            origin: name.clone(),
            message: error.to_string(),
        };
        let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
        let file = Document::parse(text).map_err(|error| wrong(&error))?;
        let environment = std::env::vars_os();
        let environment = environment.map(|(name, _)| name.to_string_lossy().to_uppercase());
        Ok(Self { name, file, environment: environment.collect() })
    }

    /// The environment variable, the line of the file, or `default`.
    fn of(&self, path: &[&str]) -> String {
        let variable = format!("IMPRIMATUR__{}", path.join("__")).to_uppercase();
        if self.environment.contains(&variable) {
            return variable;
        }
        let found = path.iter().try_fold(self.file.as_item(), |item: &Item, key| item.get(key));
        let Some(found) = found else { return "default".to_owned() };
        let before = found.span().and_then(|span| self.file.raw().get(..span.start));
        let line = before.map(|text| format!(":{}", text.matches('\n').count() + 1));
        format!("{}{}", self.name, line.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_led_to_by_their_keys_in_order() {
        let config = toml::toml! {
            [server]
            listen = "127.0.0.1:1"
            [generators."a.b"]
            kind = "null"
            [review]
            four_eyes = true
        };
        let value = toml::Value::Table(config);
        let keys: Vec<_> = leaves(&value).iter().map(|(path, _)| dotted(path)).collect();
        assert_eq!(keys, ["generators.\"a.b\".kind", "review.four_eyes", "server.listen"]);
    }

    #[test]
    fn a_value_of_the_file_is_named_by_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "# ours\n[audit]\n\norigin = \"x.example/y\"\n").unwrap();
        let sources = Sources::read(file.path()).unwrap();
        assert_eq!(sources.of(&["audit", "origin"]), format!("{}:4", file.path().display()));
        assert_eq!(sources.of(&["audit", "quorum"]), "default");
    }
}
