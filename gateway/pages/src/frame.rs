//! What every page knows: whose it is, in which language and theme, where it is, and its nonce.

use types::Language;

use crate::{
    assets::{self, Asset},
    dates,
    texts::Texts,
};

/// Light or dark, where the reader has chosen; without a choice the system's wish holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }
}

/// The frame around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Whose system this is.
    pub publisher: String,
    /// The language that is spoken.
    pub language: Language,
    /// The reader has chosen the language, so links keep it; else it is what the browser asks for.
    pub language_chosen: bool,
    /// The reader's choice of light or dark; links keep it, because nothing is stored.
    pub theme: Option<Theme>,
    /// Fresh for each answer, in the policy and on every element that may act.
    pub nonce: String,
    /// The page's path, without a query.
    pub path: String,
}

impl Frame {
    /// The words.
    pub(crate) const fn t(&self) -> Texts {
        Texts(self.language)
    }

    /// An address of ours with the reader's choices.
    #[must_use]
    pub fn to(&self, path: &str) -> String {
        self.address(path, self.language_chosen.then_some(self.language), self.theme)
    }

    /// This page in another language.
    pub(crate) fn in_language(&self, language: Language) -> String {
        self.address(&self.path, Some(language), self.theme)
    }

    /// This page, light or dark.
    pub(crate) fn in_theme(&self, theme: Theme) -> String {
        let language = self.language_chosen.then_some(self.language);
        self.address(&self.path, language, Some(theme))
    }

    fn address(&self, path: &str, language: Option<Language>, theme: Option<Theme>) -> String {
        let language = language.map(|language| format!("lang={}", code(language)));
        let theme = theme.map(|theme| format!("theme={}", theme.name()));
        let query: Vec<String> = language.into_iter().chain(theme).collect();
        match (query.is_empty(), path.contains('?')) {
            (true, _) => path.to_owned(),
            (false, false) => format!("{path}?{}", query.join("&")),
            (false, true) => format!("{path}&{}", query.join("&")),
        }
    }

    /// Whether a link of the navigation leads to where the reader is.
    pub(crate) fn here(&self, path: &str) -> bool {
        self.path == path || self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }

    /// A moment as the language writes it.
    #[must_use]
    pub fn moment(&self, rfc3339: &str) -> String {
        dates::moment(self.language, rfc3339)
    }

    /// A day as the language writes it.
    #[must_use]
    pub fn day(&self, rfc3339: &str) -> String {
        dates::day(self.language, rfc3339)
    }

    /// The language's name in `?lang=`.
    pub(crate) const fn code(&self) -> &'static str {
        code(self.language)
    }

    /// Where an asset is served.
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::named(name).map_or("", Asset::path)
    }
}

/// The language's name in `?lang=`.
pub(crate) const fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame {
            publisher: "Press".to_owned(),
            language: Language::En,
            language_chosen: false,
            theme: None,
            nonce: "n".to_owned(),
            path: "/verify".to_owned(),
        }
    }

    #[test]
    fn links_keep_what_the_reader_chose_and_nothing_else() {
        let plain = frame();
        assert_eq!(plain.to("/about"), "/about");
        let chosen = Frame { language_chosen: true, theme: Some(Theme::Dark), ..frame() };
        assert_eq!(chosen.to("/about"), "/about?lang=en&theme=dark");
        assert_eq!(chosen.to("/log?leaf=1"), "/log?leaf=1&lang=en&theme=dark");
        assert_eq!(plain.in_language(Language::Zh), "/verify?lang=zh");
        assert_eq!(chosen.in_theme(Theme::Light), "/verify?lang=en&theme=light");
    }

    #[test]
    fn a_page_below_is_here_too() {
        let frame = Frame { path: "/verify/x".to_owned(), ..frame() };
        assert!(frame.here("/verify") && !frame.here("/ver") && !frame.here("/trust"));
    }
}
