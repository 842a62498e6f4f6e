//! `imprimatur models`: what is configured, whether its files are complete, and one more.

mod adding;

use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::{
    args::{Global, ModelsCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    config::GeneratorSection,
    installation::Installation,
    models::{self, Inspection, ModelError},
};

pub(crate) fn run(global: &Global, command: &ModelsCommand, console: &Console) -> Answer {
    match command {
        ModelsCommand::Add { model, name } => {
            adding::run(&locate::installation(global)?, model, name.as_deref(), console)
        }
        ModelsCommand::List => list(&locate::installation(global)?, console),
        ModelsCommand::Check { model: Some(folder) }
            if Path::new(folder).is_dir() && !configured(global, folder) =>
        {
            Ok(report(folder, models::check_folder(Path::new(folder)), console))
        }
        ModelsCommand::Check { model } => {
            check(&locate::installation(global)?, model.as_deref(), console)
        }
    }
}

/// A configured name goes before a folder of the same name.
fn configured(global: &Global, name: &str) -> bool {
    let found = locate::found(global).ok().flatten();
    found.is_some_and(|found| found.config().generators.contains_key(name))
}

fn list(installation: &Installation, console: &Console) -> Answer {
    for (name, section) in &installation.config().generators {
        let generator = models::open(installation, name, section)?;
        let card = generator.card();
        let value = json!({
            "name": name, "kind": section.kind, "path": section.path, "modality": card.modality,
            "version": card.version, "sha256": card.sha256, "starter": card.starter,
        });
        console.result(&value, || {
            format!("{name:24} {:14} {:6} {}", section.kind, card.modality, card.version)
        });
    }
    for (name, route) in &installation.config().routes {
        let value = json!({"name": name, "kind": "route", "models": route.models});
        console.result(&value, || format!("{name:24} {:14} {}", "route", route.models.join(", ")));
    }
    Ok(Exit::Yes)
}

fn check(installation: &Installation, model: Option<&str>, console: &Console) -> Answer {
    let sections = &installation.config().generators;
    let wanted: Vec<(&String, &GeneratorSection)> = match model {
        None => sections.iter().collect(),
        Some(name) => {
            let unknown = || format!("`{name}` is neither a configured model nor a folder");
            vec![sections.get_key_value(name).with_context(unknown).map_err(Failure::from)?]
        }
    };
    let mut exit = Exit::Yes;
    for (name, section) in wanted {
        exit = exit.max(report(name, models::check(installation, name, section), console));
    }
    Ok(exit)
}

fn report(name: &str, checked: Result<Inspection, ModelError>, console: &Console) -> Exit {
    let (sha256, problems) = match checked {
        Ok(checked) => (checked.sha256, checked.problems),
        Err(error) => (None, vec![error.to_string()]),
    };
    let ok = problems.is_empty();
    let value = json!({"name": name, "ok": ok, "sha256": sha256, "problems": problems});
    console.result(&value, || match sha256 {
        Some(sha256) if ok => format!("{name}: complete, sha256 {sha256}"),
        None if ok => format!("{name}: can be used"),
        _ => format!("{name}: {}", problems.join("\n  ")),
    });
    if ok { Exit::Yes } else { Exit::No }
}
