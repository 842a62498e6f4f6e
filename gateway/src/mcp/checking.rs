//! The tools `verify` and `moderate`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{Language, Sha256};

use super::{Given, Tools};
use crate::{
    disclosure::{self, Audience},
    http::{ApiError, moderations},
    lookup::Subject,
    recording,
};

/// A file or a text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checked {
    text: Option<String>,
    file: Option<String>,
    media_type: Option<String>,
}

/// A text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    text: String,
}

impl Checked {
    fn subject(self) -> Result<Subject, ApiError> {
        match (self.text, self.file) {
            (Some(text), None) => Ok(Subject {
                format: Some("text/plain".to_owned()),
                ..Subject::new(text.into_bytes())
            }),
            (None, Some(file)) => {
                let wrong = |_| ApiError::invalid("file", "The file is not in Base64.");
                let bytes = STANDARD.decode(file.trim()).map_err(wrong)?;
                Ok(Subject { format: self.media_type, ..Subject::new(bytes) })
            }
            _ => Err(ApiError::invalid("file", "Give a text, or a file in Base64.")),
        }
    }
}

impl Tools {
    pub(super) async fn verify(&self, arguments: Value) -> Given {
        let subject = self.read::<Checked>(arguments).await?.subject()?;
        let stages = self.line.stages();
        let sha256 = Sha256::of(&subject.bytes);
        let lookup = stages.lookup();
        let found = lookup.verify(subject).await;
        let actor = recording::pseudonym(&stages.pseudonym_key, &self.principal);
        let record = recording::verified(&self.principal.tenant, actor, sha256, &found);
        stages.append(record).await?;
        let audience = Audience::Tenant(&self.principal.tenant);
        let publisher = &stages.installation.config().provenance.publisher;
        let lists = lookup.lists();
        Ok(told(&disclosure::report(&found, lists, audience, publisher, Language::En)))
    }

    pub(super) async fn moderate(&self, arguments: Value) -> Given {
        let wanted = self.read::<Judged>(arguments).await?;
        let judged = moderations::judged(&self.line, &self.principal, &wanted.text).await?;
        Ok(told(&judged))
    }
}

/// A report as words and as data: older clients read words alone.
fn told(report: &Value) -> Value {
    let words = json!([{"type": "text", "text": report.to_string()}]);
    json!({"content": words, "structuredContent": report, "isError": false})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_text_and_file_is_checked() {
        let subject = |value: Value| serde_json::from_value::<Checked>(value).unwrap().subject();
        assert_eq!(subject(json!({"text": "x"})).unwrap().bytes, b"x");
        assert_eq!(subject(json!({"file": "eA=="})).unwrap().bytes, b"x");
        for wrong in [json!({}), json!({"text": "x", "file": "eA=="}), json!({"file": "?"})] {
            assert_eq!(subject(wrong).unwrap_err().body().error.param.as_deref(), Some("file"));
        }
    }
}
