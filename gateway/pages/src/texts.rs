//! The words of every page in each language: one function for each key of `locales/*.toml`.

use types::Language;

/// The words of one language. Its functions are made by `build.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Language);

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

impl Texts {
    /// The language as `<html lang>` has it.
    pub(crate) const fn tag(self) -> &'static str {
        match self.0 {
            Language::En => "en",
            Language::Zh => "zh-Hans",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                sources(&entry.path(), into);
            } else {
                into.push_str(&fs::read_to_string(entry.path()).unwrap());
            }
        }
    }

    /// A key that no template asks for is a text that translators keep for nothing.
    #[test]
    fn every_key_is_asked_for() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = String::new();
        sources(&top.join("templates"), &mut all);
        sources(&top.join("src"), &mut all);
        let english = fs::read_to_string(top.join("locales/en.toml")).unwrap();
        let keys = english.lines().filter(|line| !line.starts_with('#'));
        let keys: Vec<&str> = keys.filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
        let unused: Vec<_> = keys.iter().filter(|key| !all.contains(&format!(".{key}("))).collect();
        assert!(keys.len() > 20 && unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn languages_differ() {
        let (en, zh) = (Texts(Language::En), Texts(Language::Zh));
        assert_ne!(en.nav_verify(), zh.nav_verify());
        assert_eq!((en.tag(), zh.tag()), ("en", "zh-Hans"));
    }
}
