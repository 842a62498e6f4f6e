//! `models add`: a model from a folder, or from one GGUF file, into the configuration.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, bail};
use serde_json::json;
use toml_edit::{DocumentMut, Item, Table, value};

use super::super::{
    exit::{Answer, Exit, Failure},
    output::Console,
};
use crate::{config::Config, installation::Installation, models};

/// Checks the files, then names them in a section of their own. Comments and the order of the
/// configuration stay; a file that would not be valid any more is not written.
pub(super) fn run(
    installation: &Installation,
    model: &Path,
    name: Option<&str>,
    console: &Console,
) -> Answer {
    let path = fs::canonicalize(model)
        .with_context(|| model.display().to_string())
        .map_err(Failure::unreadable)?;
    let name = name.map_or_else(|| named_by(&path), str::to_owned);
    let kind = generators::kind_of(&path).with_context(|| {
        format!(
            "{} is no model: a folder with config.json, tokenizer.json and safetensors, or a GGUF file, is one",
            path.display()
        )
    })?;
    let checked = models::check_folder(&path)?;
    if let Some(sha256) = checked.sha256.filter(|_| checked.problems.is_empty()) {
        let file = installation.config_file();
        write(&file, &name, kind, &path)?;
        let told = json!({"name": name, "kind": kind, "path": path, "sha256": sha256});
        console.result(&told, || {
            format!(
                "{name}: added to {}, sha256 {sha256}\ntry it: imprimatur generate text \"Hello\" --model {name}\na server that is running knows it after its next start",
                file.display()
            )
        });
        return Ok(Exit::Yes);
    }
    let told = json!({"name": name, "problems": checked.problems});
    console.result(&told, || format!("{name}: {}", checked.problems.join("\n  ")));
    Ok(Exit::No)
}

/// The name of a model that nobody names: that of its folder or file.
fn named_by(path: &Path) -> String {
    let stem = if path.is_dir() { path.file_name() } else { path.file_stem() };
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = stem.unwrap_or_default().to_string_lossy().chars().map(plain).collect();
    if name.is_empty() { "model".to_owned() } else { name }
}

fn write(file: &Path, name: &str, kind: &str, path: &Path) -> anyhow::Result<()> {
    let shown = || file.display().to_string();
    let text = fs::read_to_string(file).with_context(shown)?;
    let edited = with_section(&text, name, kind, path).with_context(shown)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let new = folder.join(format!(".imprimatur.{}.toml", std::process::id()));
    let kept = replace(file, &new, &edited);
    if kept.is_err() {
        drop(fs::remove_file(&new));
    }
    kept.with_context(shown)?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).with_context(shown)
}

/// Puts a text in the place of a configuration, by way of `new` beside it. One that could not be
/// read as a configuration takes no place.
fn replace(file: &Path, new: &Path, text: &str) -> anyhow::Result<()> {
    let mut written = fs::File::create(new)?;
    written.write_all(text.as_bytes())?;
    written.set_permissions(fs::metadata(file)?.permissions())?;
    written.sync_all()?;
    Config::load(Some(new))?;
    Ok(fs::rename(new, file)?)
}

/// The configuration with one more section.
fn with_section(text: &str, name: &str, kind: &str, path: &Path) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let generators = document.entry("generators").or_insert_with(|| {
        let mut sections = Table::new();
        sections.set_implicit(true);
        Item::Table(sections)
    });
    let generators = generators.as_table_mut().context("`generators` is not a table")?;
    if generators.contains_key(name) {
        bail!("a model is called {name} already: give another name with --name");
    }
    let path = path.to_str().context("the model's path is not UTF-8")?;
    let mut section = Table::new();
    section.insert("kind", value(kind));
    section.insert("path", value(path));
    generators.insert(name, Item::Table(section));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_added_and_all_else_stays() {
        let before = include_str!("../../default.toml");
        let after = with_section(before, "tiny.q8", "llama", Path::new("/m/tiny.gguf")).unwrap();
        for line in before.lines() {
            assert!(after.contains(line), "{line}");
        }
        let document: DocumentMut = after.parse().unwrap();
        assert_eq!(document["generators"]["tiny.q8"]["path"].as_str(), Some("/m/tiny.gguf"));
        assert_eq!(document["generators"]["tiny.q8"]["kind"].as_str(), Some("llama"));
        let twice = with_section(&after, "tiny.q8", "llama", Path::new("/m")).unwrap_err();
        assert!(twice.to_string().contains("--name"), "{twice}");
        assert!(
            with_section("", "a", "llama", Path::new("/m")).unwrap().starts_with("[generators.a]")
        );
        assert!(with_section("generators = 1", "a", "llama", Path::new("/m")).is_err());
    }

    #[test]
    fn a_model_is_named_by_its_folder_or_file() {
        assert_eq!(named_by(Path::new("/models/Qwen2.5 (chat).gguf")), "Qwen2.5--chat-");
        assert_eq!(named_by(Path::new("/")), "model");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Llama-3.2-1B");
        fs::create_dir(&path).unwrap();
        assert_eq!(named_by(&path), "Llama-3.2-1B");
    }
}
