//! Which configuration and data folder a command means.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};

use super::{args::Global, exit::Failure};
use crate::{config::Config, installation::Installation, pipeline::Line, wiring::Stages};

const FILE: &str = "imprimatur.toml";

/// The installation that the command line, the environment or the working folder names.
pub(crate) fn installation(global: &Global) -> Result<Installation, Failure> {
    let missing = "no configuration found: run `imprimatur init --dir FOLDER`, or name one with -C";
    Ok(found(global)?.context(missing)?)
}

/// The same for commands that can do with none: `None` when nothing is named and nothing found.
pub(crate) fn found(global: &Global) -> Result<Option<Installation>, Failure> {
    let Some(file) = file(global, Path::new("."))? else { return Ok(None) };
    let config = Config::load(Some(&file))?;
    let beside = file.parent().map(Path::to_path_buf).unwrap_or_default();
    let folder = global.data_dir.clone().unwrap_or(beside);
    let mut installation = Installation::new(folder, config);
    installation.set_source(file);
    Ok(Some(installation))
}

/// A wired line over the located installation.
pub(crate) async fn line(global: &Global) -> Result<Line, Failure> {
    let stages = Stages::open(installation(global)?).await?;
    Ok(Line::new(Arc::new(stages)))
}

/// Given, else in `folder`, else in its one sub-folder that holds one.
fn file(global: &Global, folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let given =
        global.config.clone().or_else(|| global.data_dir.as_ref().map(|dir| dir.join(FILE)));
    if let Some(path) = given {
        if !path.is_file() {
            bail!("there is no configuration at {}: run `imprimatur init`", path.display());
        }
        return Ok(Some(path));
    }
    let here = folder.join(FILE);
    if here.is_file() {
        return Ok(Some(here));
    }
    let entries = fs::read_dir(folder).context("the working folder cannot be read")?;
    let mut below: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path().join(FILE))
        .filter(|path| path.is_file())
        .collect();
    match (below.pop(), below.is_empty()) {
        (Some(path), true) => Ok(Some(path)),
        (Some(_), false) => bail!("several sub-folders hold {FILE}: choose one with -C"),
        (None, _) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn global(args: &[&str]) -> Global {
        let words = ["imprimatur"].iter().chain(args).chain(&["doctor"]);
        Cli::try_parse_from(words).unwrap().global
    }

    #[test]
    fn the_one_sub_folder_is_found_and_two_are_ambiguous() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(file(&global(&[]), folder.path()).unwrap(), None);
        for name in ["a", "b"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("a").join(FILE), "").unwrap();
        let only = folder.path().join("a").join(FILE);
        assert_eq!(file(&global(&[]), folder.path()).unwrap(), Some(only));
        fs::write(folder.path().join("b").join(FILE), "").unwrap();
        assert!(file(&global(&[]), folder.path()).unwrap_err().to_string().contains("-C"));
    }

    #[test]
    fn a_given_file_must_exist() {
        let error = file(&global(&["-C", "/nowhere/x.toml"]), Path::new(".")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/x.toml"));
    }
}
