//! Which models stay open when the configuration is read again: those whose section and files are as
//! they were. A model is large, so it is not loaded twice.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use generators::Generator;

use super::{Damaged, MIRRORS, ModelError, is_configuration, mirrors, open, route};
use crate::{
    config::{GeneratorSection, RouteSection},
    installation::Installation,
};

/// Folders of a model are not deeper than this.
const DEPTH_MAX: usize = 8;

/// Every configured model, and what it was opened from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models {
    /// The models by their configured name.
    pub(crate) by_name: BTreeMap<String, Arc<dyn Generator>>,
    /// None of a model that could not be opened: it is tried again.
    prints: BTreeMap<String, Print>,
    /// What routes were opened from, beside their models.
    routes: BTreeMap<String, RouteSection>,
    /// Why a model cannot be used.
    pub(crate) damaged: BTreeMap<String, String>,
}

/// What a model was opened from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Print {
    section: GeneratorSection,
    files: Vec<File>,
    /// Of the models that this one stands for.
    of: Vec<Self>,
}

/// A file, as far as a change of it shows without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    path: PathBuf,
    bytes: u64,
    inode: u64,
    modified: (i64, i64),
}

impl Models {
    /// Opens every configured model that `before` does not hold as it is now.
    ///
    /// # Errors
    /// [`ModelError`] when the configuration itself is wrong: an unknown kind, a missing path.
    pub(crate) fn open(installation: &Installation, before: &Self) -> Result<Self, ModelError> {
        let mut models = Self::default();
        let sections = &installation.config().generators;
        // What is several models is opened after them: each is in memory once.
        let (several, single) =
            sections.iter().partition::<Vec<_>, _>(|(_, section)| section.kind == MIRRORS);
        for (name, section) in single.into_iter().chain(several) {
            // Taken before the model is opened: a file that changes meanwhile counts as changed.
            let print = Print::of(installation, section, DEPTH_MAX);
            let is_same =
                before.prints.get(name) == Some(&print) && models.hold(&section.of, before);
            if let (Some(model), true) = (before.by_name.get(name), is_same) {
                models.by_name.insert(name.clone(), Arc::clone(model));
                models.prints.insert(name.clone(), print);
                continue;
            }
            let opened = match section.kind.as_str() {
                MIRRORS => mirrors(name, section, |other| models.single(installation, other)),
                _ => open(installation, name, section),
            };
            let model = match opened {
                Err(ModelError::Generator { source, .. }) if !is_configuration(&source) => {
                    tracing::warn!(model = %name, error = %source, "this model cannot be used");
                    models.damaged.insert(name.clone(), source.to_string());
                    Arc::new(Damaged::new(name, section, source))
                }
                opened => {
                    let opened = opened?;
                    models.prints.insert(name.clone(), print);
                    opened
                }
            };
            models.by_name.insert(name.clone(), model);
        }
        models.open_routes(installation, before)?;
        Ok(models)
    }

    fn open_routes(
        &mut self,
        installation: &Installation,
        before: &Self,
    ) -> Result<(), ModelError> {
        for (name, section) in &installation.config().routes {
            let is_same =
                before.routes.get(name) == Some(section) && self.hold(&section.models, before);
            let opened = match before.by_name.get(name).filter(|_| is_same) {
                // Its circuits go on knowing who fails.
                Some(route) => Arc::clone(route),
                None => route(name, section, &self.by_name)?,
            };
            self.by_name.insert(name.clone(), opened);
            self.routes.insert(name.clone(), section.clone());
        }
        Ok(())
    }

    /// Whether models of these names are the same as before.
    fn hold(&self, names: &[String], before: &Self) -> bool {
        names.iter().all(|name| match (self.by_name.get(name), before.by_name.get(name)) {
            (Some(model), Some(old)) => Arc::ptr_eq(model, old),
            _ => false,
        })
    }

    /// A model that is not several.
    fn single(&self, installation: &Installation, name: &str) -> Option<Arc<dyn Generator>> {
        let section = installation.config().generators.get(name)?;
        self.by_name.get(name).filter(|_| section.kind != MIRRORS).map(Arc::clone)
    }

    /// How many of these models are the same as before.
    pub(crate) fn kept(&self, before: &Self) -> usize {
        let same = |(name, model): &(&String, &Arc<dyn Generator>)| {
            before.by_name.get(*name).is_some_and(|old| Arc::ptr_eq(old, model))
        };
        self.by_name.iter().filter(same).count()
    }
}

impl Print {
    fn of(installation: &Installation, section: &GeneratorSection, depth: usize) -> Self {
        let mut files = Vec::new();
        for path in section.path.iter().chain(&section.key_file) {
            walk(&installation.resolve(path), DEPTH_MAX, &mut files);
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let sections = &installation.config().generators;
        let named = section.of.iter().filter_map(|name| sections.get(name));
        let of = match depth.checked_sub(1) {
            Some(depth) => named.map(|section| Self::of(installation, section, depth)).collect(),
            None => Vec::new(),
        };
        Self { section: section.clone(), files, of }
    }
}

fn walk(path: &Path, depth: usize, found: &mut Vec<File>) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if !metadata.is_dir() {
        found.push(File {
            path: path.to_path_buf(),
            bytes: metadata.len(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        });
    } else if let (Some(depth), Ok(entries)) = (depth.checked_sub(1), fs::read_dir(path)) {
        for entry in entries.flatten() {
            walk(&entry.path(), depth, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn section(kind: &str, path: Option<&str>) -> GeneratorSection {
        GeneratorSection {
            kind: kind.to_owned(),
            path: path.map(PathBuf::from),
            ..GeneratorSection::default()
        }
    }

    fn installation(folder: &Path, sections: &[(&str, GeneratorSection)]) -> Installation {
        let mut config = Config::default();
        for (name, section) in sections {
            config.generators.insert((*name).to_owned(), section.clone());
        }
        Installation::new(folder.to_path_buf(), config)
    }

    #[test]
    fn only_what_changed_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = installation(
            folder.path(),
            &[("null", section("null", None)), ("starter", section("starter-text", None))],
        );
        let before = Models::open(&first, &Models::default()).unwrap();
        let same = Models::open(&first, &before).unwrap();
        assert_eq!(same.kept(&before), 2);
        let more = GeneratorSection { retries_max: Some(1), ..section("null", None) };
        let second = installation(folder.path(), &[("null", more), ("new", section("null", None))]);
        let after = Models::open(&second, &before).unwrap();
        assert_eq!((after.by_name.len(), after.kept(&before)), (2, 0));
    }

    #[test]
    fn a_route_stays_as_long_as_its_models_do() {
        let folder = tempfile::tempdir().unwrap();
        let made = |retries_max| {
            let one = GeneratorSection { retries_max, ..section("null", None) };
            let mut config = Config::default();
            config.generators.insert("one".to_owned(), one);
            let models = vec!["one".to_owned()];
            config.routes.insert("desk".to_owned(), RouteSection { models, ..Default::default() });
            Installation::new(folder.path().to_path_buf(), config)
        };
        let before = Models::open(&made(None), &Models::default()).unwrap();
        assert_eq!(before.by_name["desk"].card().backend, "route");
        assert_eq!(Models::open(&made(None), &before).unwrap().kept(&before), 2);
        let after = Models::open(&made(Some(1)), &before).unwrap();
        assert_eq!((after.by_name.len(), after.kept(&before)), (2, 0));
    }

    #[test]
    fn a_file_that_changed_is_read_again_and_so_is_a_damaged_model() {
        let folder = tempfile::tempdir().unwrap();
        let made = installation(folder.path(), &[("own", section("llama", Some("own")))]);
        let before = Models::open(&made, &Models::default()).unwrap();
        assert!(before.damaged.contains_key("own"));
        assert_eq!(Models::open(&made, &before).unwrap().kept(&before), 0);
        let print = |made: &Installation| Print::of(made, &made.config().generators["own"], 1);
        let empty = print(&made);
        fs::create_dir_all(folder.path().join("own/deep")).unwrap();
        fs::write(folder.path().join("own/deep/weights"), "one").unwrap();
        let one = print(&made);
        assert_ne!(empty, one);
        assert_eq!(one, print(&made));
        fs::write(folder.path().join("own/deep/new"), "two").unwrap();
        fs::rename(folder.path().join("own/deep/new"), folder.path().join("own/deep/weights"))
            .unwrap();
        assert_ne!(one, print(&made), "the same length, another file");
    }
}
