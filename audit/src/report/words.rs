//! A sentence in the languages of the reports.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use types::Language;

/// English and Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// English
    pub en: Cow<'static, str>,
    /// 中文
    pub zh: Cow<'static, str>,
}

impl Words {
    /// Words that are known when the program is built.
    #[must_use]
    pub const fn fixed(en: &'static str, zh: &'static str) -> Self {
        Self { en: Cow::Borrowed(en), zh: Cow::Borrowed(zh) }
    }

    /// Words made while the program runs.
    #[must_use]
    pub const fn made(en: String, zh: String) -> Self {
        Self { en: Cow::Owned(en), zh: Cow::Owned(zh) }
    }

    /// The words of a language.
    #[must_use]
    pub fn pick(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}
