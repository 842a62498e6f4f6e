//! A rule pack as it is written: strict TOML.
//!
//! ```toml
//! id = "desk"
//! version = "1"
//!
//! [[rule]]
//! id = "embargo"
//! version = 1
//! category = "defamation"
//! scope = { hook = "output", desk = ["politics"] }
//! when = { all = [{ terms = ["annual report"] }, { regex = ['\bloss of \d{1,3}\b'] }], within = 80 }
//! unless = { terms = ["draft"] }
//! action = "review"
//! valid_until = "2026-12-01T06:00:00Z"
//! message = { en = "Under embargo until December.", zh = "十二月前不得发布。" }
//! tests = [{ text = "The annual report shows a loss of 40 million.", expect = "review" }]
//! ```

use serde::{Deserialize, Serialize};
use toml::Spanned;
use types::{Action, Category, Language, Modality, PolicyVersion, Role, Sha256};

use crate::{Hook, PolicyError};

/// A pack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pack {
    pub(crate) id: String,
    pub(crate) version: String,
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<Spanned<RuleText>>,
    /// Where each rule begins; filled after reading.
    #[serde(skip)]
    pub(crate) lines: Vec<usize>,
}

impl Pack {
    /// Reads a pack; nothing is compiled yet.
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyError> {
        let mut pack: Self =
            toml::from_str(text).map_err(|error| PolicyError::Syntax(error.to_string()))?;
        let line = |rule: &Spanned<RuleText>| {
            let before = text.get(..rule.span().start).unwrap_or_default();
            before.matches('\n').count() + 1
        };
        pack.lines = pack.rules.iter().map(line).collect();
        Ok(pack)
    }

    /// A base with the rules of an overlay added. The overlay adds and never takes away: the
    /// strictest action wins, and no rule of the base can be written anew.
    pub(crate) fn with_overlay(mut self, overlay: Self) -> Result<Self, PolicyError> {
        for (rule, line) in overlay.rules() {
            if self.rules().any(|(known, _)| known.id == rule.id) {
                let reason = "the base pack has a rule with this id, which no overlay can change: give yours another".to_owned();
                return Err(PolicyError::Rule { rule: rule.id.clone(), line, reason });
            }
        }
        self.id = format!("{}+{}", self.id, overlay.id);
        self.version = format!("{}+{}", self.version, overlay.version);
        self.rules.extend(overlay.rules);
        self.lines.extend(overlay.lines);
        Ok(self)
    }

    /// The rules, each with its line.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&RuleText, usize)> {
        self.rules.iter().map(Spanned::get_ref).zip(self.lines.iter().copied())
    }

    /// The version, named by the digest of the canonical form: JSON with every default filled in,
    /// so that layout and comments do not matter.
    pub(crate) fn version(&self) -> PolicyVersion {
        let rules: Vec<&RuleText> = self.rules.iter().map(Spanned::get_ref).collect();
        let canonical = serde_json::json!([self.id, self.version, rules]).to_string();
        PolicyVersion {
            id: self.id.clone(),
            version: self.version.clone(),
            sha256: Sha256::of(canonical.as_bytes()),
        }
    }
}

/// A rule.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) category: Category,
    #[serde(default)]
    pub(crate) scope: ScopeText,
    pub(crate) when: WhenText,
    #[serde(default)]
    pub(crate) unless: Option<UnlessText>,
    pub(crate) action: Action,
    #[serde(default)]
    pub(crate) mode: Mode,
    #[serde(default)]
    pub(crate) valid_from: Option<String>,
    #[serde(default)]
    pub(crate) valid_until: Option<String>,
    pub(crate) message: Message,
    #[serde(default)]
    pub(crate) owner: Option<String>,
    /// Who may take the rule back for one request, saying why. Not written where nobody may, so that
    /// packs from before keep their digests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) may_override: Vec<Role>,
    #[serde(default)]
    pub(crate) tests: Vec<TestText>,
}

/// Whether a rule has effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// It decides.
    #[default]
    Enforce,
    /// It is recorded only.
    Shadow,
    /// It is not looked for.
    Off,
}

/// To what a rule applies; what is left out applies to all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScopeText {
    pub(crate) tenant: Option<OneOrMany<String>>,
    pub(crate) desk: Option<OneOrMany<String>>,
    pub(crate) role: Option<OneOrMany<Role>>,
    pub(crate) modality: Option<OneOrMany<Modality>>,
    pub(crate) hook: Option<OneOrMany<Hook>>,
    pub(crate) lang: Option<OneOrMany<Language>>,
}

impl ScopeText {
    /// Whether it applies to everything.
    pub(crate) const fn is_wide(&self) -> bool {
        let Self { tenant, desk, role, modality, hook, lang } = self;
        tenant.is_none()
            && desk.is_none()
            && role.is_none()
            && modality.is_none()
            && hook.is_none()
            && lang.is_none()
    }
}

/// One value, or a list of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// When a rule fires: one of its own matchers, `any` of several, or `all` near each other.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WhenText {
    pub(crate) terms: Vec<String>,
    pub(crate) regex: Vec<String>,
    pub(crate) pii: Vec<String>,
    pub(crate) secrets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) classifier: Option<ClassifierText>,
    pub(crate) max_len: Option<u32>,
    pub(crate) any: Vec<MatcherText>,
    pub(crate) all: Vec<MatcherText>,
    pub(crate) within: Option<usize>,
}

/// A category of the classifier, and the score from which on it counts; without one the model's
/// own threshold for the language of the sentence.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassifierText {
    pub(crate) category: Category,
    #[serde(default)]
    pub(crate) min: Option<f32>,
}

/// Any of some terms, regexes, kinds of personal data and secrets, and a category.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MatcherText {
    pub(crate) terms: Vec<String>,
    pub(crate) regex: Vec<String>,
    pub(crate) pii: Vec<String>,
    pub(crate) secrets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) classifier: Option<ClassifierText>,
    /// How often `*`, `+` and `{n,}` repeat at most.
    pub(crate) max_len: Option<u32>,
}

impl MatcherText {
    pub(crate) const fn is_empty(&self) -> bool {
        self.terms.is_empty()
            && self.regex.is_empty()
            && self.pii.is_empty()
            && self.secrets.is_empty()
            && self.classifier.is_none()
    }
}

/// What keeps a rule from firing when it stands near.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnlessText {
    pub(crate) terms: Vec<String>,
    pub(crate) regex: Vec<String>,
    pub(crate) max_len: Option<u32>,
    pub(crate) within: Option<usize>,
}

/// What to tell the person.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    pub(crate) en: String,
    #[serde(default)]
    pub(crate) zh: Option<String>,
}

/// A text and what its rule alone must decide about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestText {
    pub(crate) text: String,
    pub(crate) expect: Action,
    #[serde(default)]
    pub(crate) hook: Option<Hook>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
id = "small"
version = "1"

[[rule]]
id = "a"
version = 1
category = "pii"
when = { terms = ["x"] }
action = "flag"
message = { en = "m" }
"#;

    #[test]
    fn layout_does_not_change_the_digest_and_content_does() {
        let digest = |text: &str| Pack::parse(text).unwrap().version().sha256;
        let spaced = SMALL.replace("when = {", "# why\nmode = \"enforce\"\nwhen  =  {");
        assert_eq!(digest(SMALL), digest(&spaced));
        assert_ne!(digest(SMALL), digest(&SMALL.replace("\"x\"", "\"y\"")));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_says_where() {
        let error = Pack::parse(&SMALL.replace("action", "actoin")).unwrap_err().to_string();
        assert!(error.contains("actoin") && error.contains("line 10"), "{error}");
    }

    #[test]
    fn rules_know_their_lines() {
        assert_eq!(Pack::parse(SMALL).unwrap().rules().next().unwrap().1, 5);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text: String) {
            drop(Pack::parse(&text));
        }
    }
}
