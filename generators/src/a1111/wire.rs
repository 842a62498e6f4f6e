//! Answers of the web UI, as far as they are read.

use serde::Deserialize;

/// Of `txt2img` and `img2img`.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    /// In base64.
    pub(super) images: Option<Vec<String>>,
}

/// Of `extra-single-image`.
#[derive(Debug, Deserialize)]
pub(super) struct Extra {
    /// In base64.
    pub(super) image: Option<String>,
}

/// Of `progress`.
#[derive(Debug, Deserialize)]
pub(super) struct Progress {
    state: State,
}

#[derive(Debug, Deserialize)]
struct State {
    sampling_step: Option<u32>,
    sampling_steps: Option<u32>,
}

impl Progress {
    /// Steps done and all steps, where there are any.
    pub(super) fn step(&self) -> Option<(u32, u32)> {
        let (done, total) = (self.state.sampling_step?, self.state.sampling_steps?);
        (0 < done && done <= total).then_some((done, total))
    }
}

/// Of `sd-models`.
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    title: String,
    model_name: Option<String>,
}

impl Model {
    /// Whether it is called so.
    pub(super) fn is(&self, name: &str) -> bool {
        self.title == name || self.model_name.as_deref() == Some(name)
    }
}

/// Of `upscalers`.
#[derive(Debug, Deserialize)]
pub(super) struct Upscaler {
    name: String,
}

/// The upscaler that is asked: a network that most servers have, else any of its family, else
/// interpolation.
pub(super) fn best(upscalers: Vec<Upscaler>) -> String {
    let mut names: Vec<String> = upscalers.into_iter().map(|upscaler| upscaler.name).collect();
    let rank = |name: &String| match name.as_str() {
        "R-ESRGAN 4x+" => 0,
        name if name.contains("ESRGAN") => 1,
        _ => 2,
    };
    names.sort_by_key(rank);
    let first = names.into_iter().next().filter(|name| rank(name) < 2);
    first.unwrap_or_else(|| "Lanczos".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_upscaler_that_there_is_is_asked() {
        let named = |names: &[&str]| {
            best(names.iter().map(|name| Upscaler { name: (*name).to_owned() }).collect())
        };
        assert_eq!(named(&["None", "ESRGAN_4x", "R-ESRGAN 4x+"]), "R-ESRGAN 4x+");
        assert_eq!(named(&["None", "LDSR", "ESRGAN_4x"]), "ESRGAN_4x");
        assert_eq!(named(&["None", "Nearest"]), "Lanczos");
        assert_eq!(named(&[]), "Lanczos");
    }

    #[test]
    fn only_steps_that_can_be_are_told() {
        let step = |state: &str| {
            let body = format!(r#"{{"progress":0.5,"state":{state}}}"#);
            serde_json::from_str::<Progress>(&body).unwrap().step()
        };
        assert_eq!(step(r#"{"sampling_step":3,"sampling_steps":20}"#), Some((3, 20)));
        assert_eq!(step(r#"{"sampling_step":21,"sampling_steps":20}"#), None);
        assert_eq!(step(r#"{"sampling_step":0,"sampling_steps":0}"#), None);
        assert_eq!(step("{}"), None);
    }
}
