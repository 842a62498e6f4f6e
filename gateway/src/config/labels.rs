//! `[labels]`: what people see, hear and read of an asset's origin.

use provenance::metadata::ProviderCode;
use serde::{Deserialize, Serialize};
use types::Language;
use watermark::{WatermarkError, label};

/// The place in a provider's code that tells producers (1) from propagators (2).
const SERVICE: usize = 22;

/// `[labels]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// The rules that labels follow: names in `watermark/src/label/regimes.toml`.
    pub regimes: Vec<String>,
    /// When pictures, sounds and videos get theirs.
    pub visible: Visible,
    /// When texts get theirs.
    pub texts: Visible,
    /// The language of labels, where rules leave it open.
    pub language: Language,
    /// What becomes of an asset whose label cannot be written.
    pub unwritable: Unwritable,
    /// Who writes a label that is due when an asset is published.
    pub at_publication: AtPublication,
    /// Whether a request may ask for an asset without a label that people see, for a recipient and a
    /// reason that are recorded.
    pub allow_unlabelled: bool,
    /// China's code of the producer, 27 characters; it is given, never made up.
    pub producer_code: Option<String>,
    /// China's code of whoever passes on what others have produced, 27 characters; given, too.
    pub propagator_code: Option<String>,
}

/// When an asset gets a label that people see, hear or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visible {
    /// Never.
    Off,
    /// Before it leaves the line.
    On,
    /// At publication; until then every answer says which and where.
    OnPublish,
}

/// What becomes of an asset whose label cannot be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unwritable {
    /// Held for a person.
    #[default]
    Hold,
    /// Refused.
    Refuse,
}

/// Who writes a label that is due when an asset is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtPublication {
    /// The gateway, into the published file.
    #[default]
    Write,
    /// The newsroom's own system; the record says that the label is still due.
    Leave,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            regimes: vec!["eu-art50".to_owned()],
            visible: Visible::OnPublish,
            texts: Visible::OnPublish,
            language: Language::En,
            unwritable: Unwritable::Hold,
            at_publication: AtPublication::Write,
            allow_unlabelled: false,
            producer_code: None,
            propagator_code: None,
        }
    }
}

impl Labels {
    /// The label that all regimes accept; `None` without regimes.
    ///
    /// # Errors
    /// [`WatermarkError::Label`] naming a regime that is not known.
    pub fn plan(&self) -> Result<Option<label::Plan>, WatermarkError> {
        let names = self.regimes.iter().map(String::as_str);
        let asked = label::Asked::built_in()?.only(names)?;
        Ok(label::Plan::of(&asked, self.language))
    }

    /// Whether all regimes excuse a text from its label that a person has reviewed.
    ///
    /// # Errors
    /// [`WatermarkError::Label`] naming a regime that is not known.
    pub fn excuses_reviewed_texts(&self) -> Result<bool, WatermarkError> {
        let names = self.regimes.iter().map(String::as_str);
        Ok(label::Asked::built_in()?.only(names)?.excuses_reviewed_texts())
    }

    /// Whether China's rules are among the regimes.
    #[must_use]
    pub fn is_chinese(&self) -> bool {
        self.regimes.iter().any(|regime| regime == "cn-gb45438")
    }

    /// What cannot be used, in words.
    pub(super) fn problem(&self) -> Option<String> {
        if let Err(error) = self.plan() {
            return Some(format!("labels.regimes: {error}"));
        }
        let codes = [
            ("producer_code", "a producer's", b'1', &self.producer_code),
            ("propagator_code", "a propagator's", b'2', &self.propagator_code),
        ];
        codes.into_iter().find_map(|(key, whose, figure, code)| {
            let code = code.as_deref()?;
            match code.parse::<ProviderCode>() {
                Err(error) => Some(format!("labels.{key}: {error}")),
                Ok(_) if code.as_bytes().get(SERVICE) != Some(&figure) => {
                    let figure = char::from(figure);
                    Some(format!("labels.{key}: {whose} code has a {figure} at its 23rd place"))
                }
                Ok(_) => None,
            }
        })
    }

    /// The propagator's code, if it is one.
    #[must_use]
    pub fn propagator(&self) -> Option<ProviderCode> {
        self.propagator_code.as_deref().and_then(|code| code.parse().ok())
    }

    /// The producer's code, if it is one.
    #[must_use]
    pub fn producer(&self) -> Option<ProviderCode> {
        self.producer_code.as_deref().and_then(|code| code.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_producer_code_is_built_as_the_standard_says() {
        let cases = [
            ("001191110102MA01TEST0X10001", None),
            ("001191110102MA01TEST0X20001", Some("23rd place")),
            ("001191110102MA01TEST0X1000", Some("27")),
            ("", Some("27")),
        ];
        for (code, expected) in cases {
            let labels = Labels { producer_code: Some(code.to_owned()), ..Labels::default() };
            let problem = labels.problem();
            match expected {
                None => assert_eq!(problem, None, "{code}"),
                Some(words) => assert!(problem.unwrap().contains(words), "{code}"),
            }
        }
    }

    #[test]
    fn a_propagator_has_a_code_of_its_own() {
        let labels =
            |code: &str| Labels { propagator_code: Some(code.to_owned()), ..Labels::default() };
        assert_eq!(labels("001191110102MA01TEST0X20001").problem(), None);
        let problem = labels("001191110102MA01TEST0X10001").problem().unwrap();
        assert!(problem.contains("propagator_code") && problem.contains("has a 2"), "{problem}");
    }

    #[test]
    fn regimes_must_be_known() {
        let labels = Labels { regimes: vec!["eu-art5".to_owned()], ..Labels::default() };
        assert!(labels.problem().unwrap().contains("cn-gb45438"));
        let none = Labels { regimes: Vec::new(), ..Labels::default() };
        assert_eq!((none.problem(), none.plan().unwrap()), (None, None));
    }
}
