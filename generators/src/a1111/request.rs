//! From what is wanted to the bodies of the web UI.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use types::Task;

use crate::{
    GeneratorError,
    picture::needed,
    server::{
        Wanted,
        encode::{self, MaskForm},
    },
};

/// Networks of this kind make sides of a multiple of this.
const SIDE_STEP: u32 = 8;
/// Begins with the pixels that are there.
const FILL_ORIGINAL: u8 = 1;
/// How many times as long sides become where nobody said.
const FACTOR_USUAL: u32 = 2;

/// The path and body of a picture from words, or from words and a picture.
///
/// # Errors
/// [`GeneratorError`] when words or a picture are missing.
pub(super) async fn draw(
    wanted: &Wanted,
    model: Option<&str>,
) -> Result<(&'static str, Value), GeneratorError> {
    let drawing = &wanted.drawing;
    if drawing.task == Task::Create {
        if wanted.prompt.is_empty() {
            return Err(GeneratorError::PromptEmpty);
        }
        return Ok(("sdapi/v1/txt2img", Value::Object(common(wanted, model, drawing.size))));
    }
    let source = needed("image", wanted.pictures.source.as_ref())?;
    let size = drawing.size.unwrap_or((source.width, source.height));
    let mut body = common(wanted, model, Some(size));
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    if let Some(source) = &wanted.pictures.source {
        set("init_images", json!([STANDARD.encode(encode::picture(source).await?)]));
    }
    if let Some(strength) = drawing.strength {
        set("denoising_strength", decimal(strength));
    }
    if drawing.task == Task::Inpaint {
        needed("mask", wanted.pictures.mask.as_ref())?;
        if let Some(mask) = &wanted.pictures.mask {
            let mask = encode::mask(mask, MaskForm::Grey).await?;
            set("mask", json!(STANDARD.encode(mask)));
        }
        // Only what the mask covers is to change, in the picture as it is.
        set("mask_blur", json!(0));
        set("inpainting_fill", json!(FILL_ORIGINAL));
        set("inpaint_full_res", json!(false));
    }
    Ok(("sdapi/v1/img2img", Value::Object(body)))
}

/// The path and body of a picture with more pixels.
///
/// # Errors
/// [`GeneratorError`] when the picture is missing.
pub(super) async fn upscale(
    wanted: &Wanted,
    upscaler: String,
) -> Result<(&'static str, Value), GeneratorError> {
    needed("image", wanted.pictures.source.as_ref())?;
    let mut body = json!({
        "resize_mode": 0, "upscaler_1": upscaler,
        "upscaling_resize": wanted.drawing.factor.unwrap_or(FACTOR_USUAL),
    });
    if let (Some(source), Some(body)) = (&wanted.pictures.source, body.as_object_mut()) {
        let file = STANDARD.encode(encode::picture(source).await?);
        body.insert("image".to_owned(), json!(file));
    }
    Ok(("sdapi/v1/extra-single-image", body))
}

/// What nobody asked for is not sent: the server's own defaults hold.
fn common(wanted: &Wanted, model: Option<&str>, size: Option<(u32, u32)>) -> Map<String, Value> {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let drawing = &wanted.drawing;
    set("prompt", Some(json!(wanted.prompt)));
    set("negative_prompt", drawing.negative_prompt.as_ref().map(|text| json!(text)));
    // The server's random numbers begin with 32 bits; -1 would be any.
    set("seed", Some(json!(folded(wanted.seed))));
    set("width", size.map(|(width, _)| json!(side(width))));
    set("height", size.map(|(_, height)| json!(side(height))));
    set("steps", drawing.steps.map(Value::from));
    set("cfg_scale", drawing.guidance.map(decimal));
    set("batch_size", Some(json!(1)));
    set("n_iter", Some(json!(1)));
    // It stays here, and only here.
    set("save_images", Some(json!(false)));
    set("send_images", Some(json!(true)));
    set("override_settings", model.map(|model| json!({"sd_model_checkpoint": model})));
    body
}

/// A seed of 64 bits in 32: the halves laid over each other.
const fn folded(seed: u64) -> u64 {
    (seed >> 32) ^ (seed & 0xffff_ffff)
}

/// The nearest side that the network can make.
fn side(pixels: u32) -> u32 {
    let steps = (pixels.saturating_add(SIDE_STEP / 2)) / SIDE_STEP;
    steps.max(1).saturating_mul(SIDE_STEP)
}

/// 0.7 stays 0.7, which as a 64-bit number it would not.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use types::Drawing;

    use super::*;
    use crate::{Mask, Pictures, Raster};

    fn wanted(drawing: Drawing) -> Wanted {
        let source = Raster { width: 13, height: 12, pixels: vec![7; 13 * 12 * 3] };
        let mask = Mask { width: 13, height: 12, values: vec![255; 13 * 12] };
        let pictures = Pictures {
            source: Some(Arc::new(source)),
            mask: Some(Arc::new(mask)),
            ..Pictures::default()
        };
        Wanted { prompt: "a harbour".to_owned(), seed: 7, drawing, pictures }
    }

    #[tokio::test]
    async fn only_what_was_asked_for_is_sent() {
        let (path, body) = draw(&wanted(Drawing::default()), None).await.unwrap();
        assert_eq!(path, "sdapi/v1/txt2img");
        let expected = json!({
            "prompt": "a harbour", "seed": 7, "batch_size": 1, "n_iter": 1,
            "save_images": false, "send_images": true,
        });
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn a_part_made_anew_has_its_picture_and_mask() {
        let drawing = Drawing {
            task: Task::Inpaint,
            negative_prompt: Some("people".to_owned()),
            guidance: Some(6.5),
            steps: Some(12),
            strength: Some(0.7),
            ..Drawing::default()
        };
        let (path, body) = draw(&wanted(drawing), Some("sd15")).await.unwrap();
        assert_eq!(path, "sdapi/v1/img2img");
        for file in [&body["init_images"][0], &body["mask"]] {
            assert!(STANDARD.decode(file.as_str().unwrap()).unwrap().starts_with(b"\x89PNG"));
        }
        let sent = ["width", "height", "denoising_strength", "cfg_scale", "steps", "mask_blur"]
            .map(|name| body[name].clone());
        assert_eq!(sent, [json!(16), json!(16), json!(0.7), json!(6.5), json!(12), json!(0)]);
        assert_eq!(body["override_settings"]["sd_model_checkpoint"], "sd15");
    }

    #[test]
    fn seeds_and_sides_are_what_the_server_takes() {
        assert_eq!((folded(u64::MAX), folded(1 << 40)), (0, 256));
        assert_eq!([1, 11, 12, 512, 513].map(side), [8, 8, 16, 512, 512]);
    }
}
