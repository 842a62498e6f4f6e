//! A graph with placeholders.
//!
//! Placeholders stand in strings of the graph, as `{{name}}` or `{{name|usual}}`, where `usual`
//! holds when nobody said. They are filled in the parsed graph, string by string and once: whatever
//! a person writes stays one string of one node.

use std::{fs, path::Path};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use types::Task;

use super::slots::{Kind, Name};
use crate::GeneratorError;

/// The largest graph that is read.
const GRAPH_BYTES_MAX: u64 = 4 << 20;
/// So many hexadecimal digits of the digest name a graph.
const DIGEST_CHARS: usize = 16;

/// A graph that can be filled.
#[derive(Debug, Clone)]
pub(super) struct Template {
    graph: Value,
    names: Vec<Name>,
    task: Task,
    digest: String,
}

/// A part of a string.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Slot(Name, Option<&'a str>),
}

impl Template {
    /// Reads a graph and sees what it is for.
    ///
    /// # Errors
    /// [`GeneratorError::File`] saying what is wrong with it.
    pub(super) fn open(path: &Path) -> Result<Self, GeneratorError> {
        let wrong = |reason: String| GeneratorError::file(path, reason);
        let size = fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
        if size > GRAPH_BYTES_MAX {
            return Err(wrong("it is too large for a graph".to_owned()));
        }
        let bytes = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        Self::read(&bytes).map_err(wrong)
    }

    fn read(bytes: &[u8]) -> Result<Self, String> {
        let graph: Value =
            serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
        let is_node = |node: &Value| node.get("class_type").is_some_and(Value::is_string);
        let nodes = graph.as_object().filter(|nodes| !nodes.is_empty());
        if !nodes.is_some_and(|nodes| nodes.values().all(is_node)) {
            let reason = "it is no graph in ComfyUI's API format: save it with `Export (API)`";
            return Err(reason.to_owned());
        }
        let mut names = Vec::new();
        collect(&graph, &mut names)?;
        let task = task(&names)?;
        let digest = types::Sha256::from(<[u8; 32]>::from(Sha256::digest(bytes))).to_string();
        let digest = digest.chars().take(DIGEST_CHARS).collect();
        Ok(Self { graph, names, task, digest })
    }

    /// What it makes of a request.
    pub(super) const fn task(&self) -> Task {
        self.task
    }

    /// Names the graph.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether it has this placeholder.
    pub(super) fn uses(&self, name: Name) -> bool {
        self.names.contains(&name)
    }

    /// Whether there is nothing to draw without words.
    pub(super) fn needs_words(&self) -> bool {
        self.task.needs_words()
    }

    /// The graph with `value` in place of every placeholder.
    pub(super) fn filled<F>(&self, value: &F) -> Value
    where
        F: Fn(Name, Option<&str>) -> Value,
    {
        fill(&self.graph, value)
    }
}

/// Finds the placeholders of all strings.
fn collect(value: &Value, names: &mut Vec<Name>) -> Result<(), String> {
    match value {
        Value::String(text) => {
            for piece in pieces(text)? {
                if let Piece::Slot(name, _) = piece {
                    names.push(name);
                }
            }
            Ok(())
        }
        Value::Array(all) => all.iter().try_for_each(|one| collect(one, names)),
        Value::Object(all) => all.values().try_for_each(|one| collect(one, names)),
        _ => Ok(()),
    }
}

fn fill<F>(value: &Value, of: &F) -> Value
where
    F: Fn(Name, Option<&str>) -> Value,
{
    match value {
        Value::String(text) => filled(text, of),
        Value::Array(all) => Value::Array(all.iter().map(|one| fill(one, of)).collect()),
        Value::Object(all) => {
            let each = all.iter().map(|(key, one)| (key.clone(), fill(one, of)));
            Value::Object(each.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn filled<F>(text: &str, of: &F) -> Value
where
    F: Fn(Name, Option<&str>) -> Value,
{
    // The same strings were read when the graph was opened.
    let pieces = pieces(text).unwrap_or_default();
    if let [Piece::Slot(name, usual)] = pieces.as_slice() {
        return of(*name, *usual);
    }
    let said = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Slot(name, usual) => match of(*name, *usual) {
            Value::String(text) => text,
            number => number.to_string(),
        },
    };
    Value::String(pieces.iter().map(said).collect())
}

/// A string as text and placeholders.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let (inner, behind) = after
            .split_once("}}")
            .ok_or_else(|| "a placeholder is not closed: write {{name}}".to_owned())?;
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        let (name, usual) = match inner.split_once('|') {
            Some((name, usual)) => (name, Some(usual.trim())),
            None => (inner, None),
        };
        found.push(slot(name.trim(), usual)?);
        rest = behind;
    }
    if !rest.is_empty() || found.is_empty() {
        found.push(Piece::Text(rest));
    }
    Ok(found)
}

fn slot<'a>(name: &str, usual: Option<&'a str>) -> Result<Piece<'a>, String> {
    let found = Name::named(name)
        .ok_or_else(|| format!("there is no placeholder `{name}`; known are {}", Name::known()))?;
    let fits = match (found.kind(), usual) {
        (_, None) | (Kind::Words, Some(_)) => true,
        (Kind::Number, Some(usual)) => serde_json::from_str::<serde_json::Number>(usual).is_ok(),
        (Kind::Picture, Some(_)) => false,
    };
    if fits { Ok(Piece::Slot(found, usual)) } else { Err(format!("`{name}` cannot usually be so")) }
}

/// What a graph with these placeholders is for.
fn task(names: &[Name]) -> Result<Task, String> {
    let has = |name: Name| names.contains(&name);
    let lacks = |name: Name, for_: &str| {
        Err(format!("it has {for_}, but no placeholder `{}`", name.word()))
    };
    if has(Name::GarmentMask) && !has(Name::Garment) {
        return lacks(Name::Garment, "the mask of a garment");
    }
    if has(Name::Garment) && has(Name::Style) {
        return Err("it has placeholders for a garment and a style: it can serve one task".into());
    }
    let given = has(Name::Mask) || has(Name::Style) || has(Name::Garment) || has(Name::Factor);
    if !has(Name::Source) {
        return match (given, has(Name::Prompt)) {
            (true, _) => lacks(Name::Source, "placeholders for work on a picture"),
            (false, false) => lacks(Name::Prompt, "nothing to draw after"),
            (false, true) => Ok(Task::Create),
        };
    }
    match (has(Name::Garment), has(Name::Style), has(Name::Mask)) {
        (true, _, false) => lacks(Name::Mask, "a garment"),
        (true, _, true) => Ok(Task::TryOn),
        (false, true, true) => Err("it has a style and a mask: it can serve one task".into()),
        (false, true, false) => Ok(Task::Style),
        (false, false, true) => Ok(Task::Inpaint),
        (false, false, false) if has(Name::Factor) => Ok(Task::Upscale),
        (false, false, false) => Ok(Task::Vary),
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
