//! A checker on a server that speaks OpenAI's moderation protocol (`POST /v1/moderations`).

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{Category, Finding, Language};
use ureq::http::HeaderValue;

use super::{Checker, CheckerError, Question};
use crate::{config::CheckerSection, installation::Installation, upstreams};

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// A moderation server.
#[derive(Debug)]
pub(crate) struct Remote {
    name: String,
    section: CheckerSection,
    address: String,
    authorization: Option<HeaderValue>,
    agent: ureq::Agent,
}

impl Remote {
    /// The server that a section names; it is not asked yet.
    ///
    /// # Errors
    /// A sentence about the address or key that cannot be used.
    pub(crate) fn new(
        installation: &Installation,
        name: &str,
        section: &CheckerSection,
    ) -> Result<Self, String> {
        if !section.url.starts_with("http://") && !section.url.starts_with("https://") {
            return Err("url must begin with http:// or https://".to_owned());
        }
        let (file, variable) = (section.key_file.as_deref(), section.key_env.as_deref());
        let key = upstreams::key_text(installation, file, variable)?;
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(section.seconds_max)))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            name: name.to_owned(),
            section: section.clone(),
            address: format!("{}/moderations", section.url.trim_end_matches('/')),
            authorization: key.map(|key| bearer(&key)).transpose()?,
            agent: config.into(),
        })
    }

    fn findings(
        &self,
        results: &[Verdict],
        language: Language,
    ) -> Result<Vec<Finding>, CheckerError> {
        let mut findings = Vec::new();
        for result in results {
            let before = findings.len();
            for (category, score) in self.counted(result) {
                findings.push(self.finding(category, score, language));
            }
            if result.flagged && self.section.threshold.is_none() && findings.len() == before {
                return Err(CheckerError(
                    "the server flags a category that is not known".to_owned(),
                ));
            }
        }
        Ok(findings)
    }

    /// The categories of a verdict that count, with their scores.
    fn counted(&self, result: &Verdict) -> BTreeMap<Category, f32> {
        let mut counted = BTreeMap::new();
        let names = result.categories.keys().chain(result.category_scores.keys());
        for name in names {
            let Ok(category) = serde_json::from_value::<Category>(json!(name)) else { continue };
            let score = result.category_scores.get(name).copied().flatten();
            let flagged = result.categories.get(name).copied().flatten().unwrap_or(false);
            let counts = match self.section.threshold {
                Some(threshold) => score.is_some_and(|score| score >= threshold),
                None => flagged,
            };
            if counts {
                counted.insert(category, score.unwrap_or(1.0));
            }
        }
        counted
    }

    fn finding(&self, category: Category, score: f32, language: Language) -> Finding {
        let label = json!(category).as_str().unwrap_or_default().to_owned();
        let message = match language {
            Language::Zh => format!("另一项检查将其归为“{label}”。"),
            Language::En => format!("A second check puts this under “{label}”."),
        };
        Finding {
            rule: format!("{}/{label}", self.name),
            rule_version: 1,
            action: self.section.action_of(category),
            category,
            kind: "checker".to_owned(),
            score: score.clamp(0.0, 1.0),
            spans: Vec::new(),
            obfuscated: false,
            shadow: false,
            message,
        }
    }
}

#[async_trait]
impl Checker for Remote {
    async fn check(&self, question: &Question) -> Result<Vec<Finding>, CheckerError> {
        let body = body(question, self.section.model.as_deref());
        let mut request = self.agent.post(&self.address).header("content-type", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        // The agent's deadline ends the thread, too, when nobody waits any more.
        let asking = tokio::task::spawn_blocking(move || {
            let mut answer = request.send(body.to_string().as_bytes()).map_err(said)?;
            let status = answer.status();
            if !status.is_success() {
                return Err(CheckerError(format!("the server answers {status}")));
            }
            answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(said)
        });
        let bytes = asking.await.map_err(|error| CheckerError(error.to_string()))??;
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| CheckerError("the server's answer is no moderation".to_owned()))?;
        if answer.results.is_empty() {
            return Err(CheckerError("the server gives no result".to_owned()));
        }
        self.findings(&answer.results, question.language)
    }
}

fn bearer(key: &str) -> Result<HeaderValue, String> {
    let value = HeaderValue::from_str(&format!("Bearer {}", key.trim()));
    let mut value = value.map_err(|_| "the key cannot stand in a header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

fn said(error: ureq::Error) -> CheckerError {
    CheckerError(error.to_string())
}

fn body(question: &Question, model: Option<&str>) -> Value {
    let picture = |file: &Vec<u8>| {
        let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(file));
        json!({"type": "image_url", "image_url": {"url": url}})
    };
    let input = if question.pictures.is_empty() {
        json!(question.text)
    } else {
        let text = Some(json!({"type": "text", "text": question.text}));
        let text = text.filter(|_| !question.text.trim().is_empty());
        json!(text.into_iter().chain(question.pictures.iter().map(picture)).collect::<Vec<_>>())
    };
    match model {
        Some(model) => json!({"input": input, "model": model}),
        None => json!({"input": input}),
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    results: Vec<Verdict>,
}

#[derive(Debug, Deserialize)]
struct Verdict {
    flagged: bool,
    #[serde(default)]
    categories: BTreeMap<String, Option<bool>>,
    #[serde(default)]
    category_scores: BTreeMap<String, Option<f32>>,
}

#[cfg(test)]
mod tests {
    use types::Action;

    use super::*;

    fn remote(more: &str) -> Remote {
        let folder = tempfile::tempdir().unwrap();
        let section = toml::from_str(&format!("url = \"http://127.0.0.1:1/v1\"\n{more}")).unwrap();
        let installation =
            Installation::new(folder.path().into(), crate::config::Config::default());
        Remote::new(&installation, "guard", &section).unwrap()
    }

    fn verdict(value: Value) -> Vec<Verdict> {
        serde_json::from_value(json!([value])).unwrap()
    }

    #[test]
    fn what_is_flagged_becomes_a_finding() {
        let guard = remote("[actions]\nviolence = \"review\"");
        let said = verdict(json!({"flagged": true, "categories": {"violence": true, "hate": false,
            "illicit": null}, "category_scores": {"violence": 0.75, "hate": 0.9}}));
        let findings = guard.findings(&said, Language::En).unwrap();
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((finding.rule.as_str(), finding.action), ("guard/violence", Action::Review));
        assert!((finding.score - 0.75).abs() < 1e-6);
    }

    #[test]
    fn a_threshold_counts_scores() {
        let guard = remote("threshold = 0.8");
        let said =
            verdict(json!({"flagged": false, "category_scores": {"hate": 0.9, "sexual": 0.7}}));
        assert_eq!(guard.findings(&said, Language::Zh).unwrap()[0].rule, "guard/hate");
    }

    #[test]
    fn a_flag_for_nothing_known_is_an_error() {
        let said = verdict(json!({"flagged": true, "categories": {"S14": true}}));
        assert!(remote("").findings(&said, Language::En).is_err());
    }

    #[test]
    fn pictures_are_sent_as_data() {
        let question = Question {
            hook: policy::Hook::Input,
            modality: types::Modality::Image,
            language: Language::En,
            text: " ".into(),
            pictures: vec![vec![1, 2, 3]],
        };
        let sent = body(&question, Some("omni"));
        assert_eq!(sent["input"][0]["image_url"]["url"], "data:image/jpeg;base64,AQID");
        assert_eq!(sent["input"].as_array().unwrap().len(), 1);
    }
}
