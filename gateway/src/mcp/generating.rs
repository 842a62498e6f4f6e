//! The tool `generate`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{
    Drawing, GenerationRequest, Message, Modality, Principal, Sampling, SoundFormat, Speaker,
    Speaking, Task,
};

use super::{Given, Tools, link};
use crate::{
    http::{self, ApiError},
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line},
};

/// What is to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    kind: Kind,
    prompt: String,
    instructions: Option<String>,
    model: Option<String>,
    seed: Option<i64>,
    max_tokens: Option<u32>,
    size: Option<String>,
    voice: Option<String>,
    speed: Option<f32>,
    format: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Text,
    Image,
    Speech,
}

impl Wanted {
    pub(super) const fn modality(&self) -> Modality {
        match self.kind {
            Kind::Text => Modality::Text,
            Kind::Image => Modality::Image,
            Kind::Speech => Modality::Audio,
        }
    }

    /// The request of the line.
    ///
    /// # Errors
    /// What is wrong with an argument.
    pub(super) fn request(
        &self,
        line: &Line,
        principal: &Principal,
    ) -> Result<GenerationRequest, ApiError> {
        if !principal.role.may_generate() {
            let text = format!("The role {} may not generate.", principal.role);
            return Err(ApiError::forbidden(text));
        }
        self.fitting()?;
        let modality = self.modality();
        let default = || line.stages().default_model(modality, Task::Create);
        let none = || ApiError::invalid("model", format!("No configured model makes {modality}."));
        let model = self.model.clone().or_else(default).ok_or_else(none)?;
        let say = |role, text: &String| Message { role, text: text.clone() };
        let first = self.instructions.iter().map(|text| say(Speaker::System, text));
        let messages = first.chain([say(Speaker::User, &self.prompt)]).collect();
        let sampling = Sampling {
            seed: http::seed(self.seed),
            max_tokens: self.max_tokens,
            ..Sampling::default()
        };
        let size = http::size(self.size.as_deref())?;
        Ok(GenerationRequest {
            drawing: Drawing { size, ..Drawing::default() },
            speaking: self.speaking()?,
            ..GenerationRequest::new(modality, model, messages, sampling)
        })
    }

    /// An argument that another kind has is no oversight to be passed over.
    fn fitting(&self) -> Result<(), ApiError> {
        let (text, speech) = (self.kind == Kind::Text, self.kind == Kind::Speech);
        let stray = [
            ("instructions", self.instructions.is_some() && !text),
            ("max_tokens", self.max_tokens.is_some() && !text),
            ("size", self.size.is_some() && self.kind != Kind::Image),
            ("voice", self.voice.is_some() && !speech),
            ("speed", self.speed.is_some() && !speech),
            ("format", self.format.is_some() && !speech),
        ];
        if let Some((name, _)) = stray.iter().find(|(_, stray)| *stray) {
            return Err(ApiError::unserved(name, format!("`{name}` is for another kind.")));
        }
        if self.prompt.trim().is_empty() {
            return Err(ApiError::invalid("prompt", "The prompt is empty: say what to make."));
        }
        let in_range = self.speed.is_none_or(|speed| (0.25..=4.0).contains(&speed));
        if !in_range || self.max_tokens == Some(0) {
            let name = if in_range { "max_tokens" } else { "speed" };
            return Err(ApiError::invalid(name, format!("{name} is out of range.")));
        }
        Ok(())
    }

    fn speaking(&self) -> Result<Speaking, ApiError> {
        let format = self.format.as_deref().unwrap_or("mp3");
        let wrong = || ApiError::invalid("format", format!("`{format}` is not served."));
        let format = SoundFormat::named(format).ok_or_else(wrong)?;
        Ok(Speaking { voice: self.voice.clone(), speed: self.speed, format })
    }
}

impl Tools {
    pub(super) async fn run(&self, request: GenerationRequest) -> Given {
        match self.line.run(self.principal.clone(), request, Delivery::Whole).await? {
            Outcome::Released(release) => Ok(released(&release)),
            Outcome::Held(release) => Err(ApiError::held(&release)),
            Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
        }
    }
}

fn released(release: &Release) -> Value {
    let encoded = |kind: &str| {
        let data = STANDARD.encode(&release.bytes);
        json!({"type": kind, "data": data, "mimeType": release.media_type})
    };
    let content = match release.media_type.modality() {
        Modality::Image => encoded("image"),
        Modality::Audio => encoded("audio"),
        _ => json!({"type": "text", "text": String::from_utf8_lossy(&release.bytes)}),
    };
    let content = json!([content, link(release)]);
    json!({"content": content, "structuredContent": told(release), "isError": false})
}

fn told(release: &Release) -> Value {
    json!({
        "outcome": "released", "request_id": release.request_id,
        "media_type": release.media_type, "sha256": release.sha256,
        "model": release.generation.model, "imprimatur": http::member(release),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_another_kind_are_named() {
        for (arguments, name) in [
            (json!({"kind": "text", "prompt": "x", "voice": "anna"}), "voice"),
            (json!({"kind": "image", "prompt": "x", "max_tokens": 3}), "max_tokens"),
            (json!({"kind": "speech", "prompt": "x", "size": "64x64"}), "size"),
            (json!({"kind": "speech", "prompt": "x", "speed": 9}), "speed"),
            (json!({"kind": "text", "prompt": " "}), "prompt"),
        ] {
            let wanted: Wanted = serde_json::from_value(arguments).unwrap();
            assert_eq!(wanted.fitting().unwrap_err().body().error.param.as_deref(), Some(name));
        }
        assert!(serde_json::from_value::<Wanted>(json!({"kind": "film", "prompt": "x"})).is_err());
    }
}
