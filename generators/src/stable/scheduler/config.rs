//! What `scheduler/scheduler_config.json` says.

use serde::Deserialize;

use crate::{GeneratorError, files::ModelFiles, stable::shape};

/// Where the file is in a model folder.
pub(crate) const NAME: &str = "scheduler/scheduler_config.json";

const FIXED: [(&str, &str); 17] = [
    ("disable_corrector", "[]"),
    ("interpolation_type", "linear"),
    ("lower_order_final", "true"),
    ("predict_x0", "true"),
    ("skip_prk_steps", "true"),
    ("solver_order", "2"),
    ("solver_p", ""),
    ("solver_type", "bh2"),
    ("thresholding", "false"),
    ("timestep_type", "discrete"),
    ("trained_betas", ""),
    ("use_beta_sigmas", "false"),
    ("use_dynamic_shifting", "false"),
    ("use_exponential_sigmas", "false"),
    ("use_flow_sigmas", "false"),
    ("sigma_min", ""),
    ("sigma_max", ""),
];

/// How to step from noise to picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Ddim,
    Euler,
    EulerAncestral,
    UniPc,
    Lcm,
}

/// What the network predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Prediction {
    Epsilon,
    #[serde(rename = "v_prediction")]
    Velocity,
    Sample,
}

/// How the steps are spread over the times of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spacing {
    Linspace,
    Leading,
    Trailing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Betas {
    Linear,
    ScaledLinear,
    SquaredcosCapV2,
}

/// Where the last step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Final {
    Zero,
    SigmaMin,
}

#[derive(Debug, Clone, Deserialize)]
struct Raw {
    #[serde(rename = "_class_name")]
    class: String,
    #[serde(default = "thousand")]
    num_train_timesteps: usize,
    #[serde(default = "beta_start")]
    beta_start: f64,
    #[serde(default = "beta_end")]
    beta_end: f64,
    #[serde(default)]
    beta_schedule: Option<Betas>,
    #[serde(default)]
    prediction_type: Option<Prediction>,
    #[serde(default)]
    timestep_spacing: Option<Spacing>,
    #[serde(default)]
    steps_offset: usize,
    #[serde(default)]
    set_alpha_to_one: Option<bool>,
    #[serde(default)]
    clip_sample: Option<bool>,
    #[serde(default = "one")]
    clip_sample_range: f64,
    #[serde(default)]
    rescale_betas_zero_snr: bool,
    #[serde(default)]
    use_karras_sigmas: Option<bool>,
    #[serde(default)]
    final_sigmas_type: Option<Final>,
    #[serde(default = "fifty")]
    original_inference_steps: usize,
    #[serde(default = "ten")]
    timestep_scaling: f64,
}

const fn thousand() -> usize {
    1000
}
const fn fifty() -> usize {
    50
}
const fn ten() -> f64 {
    10.0
}
const fn one() -> f64 {
    1.0
}
const fn beta_start() -> f64 {
    0.0001
}
const fn beta_end() -> f64 {
    0.02
}

/// How a model is sampled.
#[derive(Debug, Clone)]
pub(crate) struct SchedulerConfig {
    pub(crate) method: Method,
    pub(crate) prediction: Prediction,
    pub(crate) spacing: Spacing,
    /// Times of training.
    pub(crate) times: usize,
    pub(crate) betas: Betas,
    pub(crate) beta: (f64, f64),
    pub(crate) offset: usize,
    pub(crate) alpha_to_one: bool,
    /// What predicted pictures are held within.
    pub(crate) clip: Option<f64>,
    pub(crate) zero_snr: bool,
    pub(crate) karras: bool,
    pub(crate) last: Final,
    /// Steps of the model that a consistency model was distilled from.
    pub(crate) original_steps: usize,
    pub(crate) time_scaling: f64,
}

impl SchedulerConfig {
    /// Reads it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] saying what is wrong or not served.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        let raw: Raw = shape::read(files, NAME, &FIXED)?;
        Self::of(raw).map_err(|reason| GeneratorError::file(files.path(NAME), reason))
    }

    #[cfg(test)]
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let raw =
            serde_json::from_str(json).map_err(|error: serde_json::Error| error.to_string())?;
        Self::of(raw)
    }

    fn of(raw: Raw) -> Result<Self, String> {
        // PNDM's own steps are not taken: its settings are those of DDIM, which any model that it
        // samples can be sampled with.
        let method = match raw.class.as_str() {
            "DDIMScheduler" | "PNDMScheduler" => Method::Ddim,
            "EulerDiscreteScheduler" => Method::Euler,
            "EulerAncestralDiscreteScheduler" => Method::EulerAncestral,
            "UniPCMultistepScheduler" => Method::UniPc,
            "LCMScheduler" => Method::Lcm,
            other => {
                return Err(format!(
                    "`{other}` is not served; DDIMScheduler, PNDMScheduler (by DDIM's steps), \
                     EulerDiscreteScheduler, EulerAncestralDiscreteScheduler, \
                     UniPCMultistepScheduler and LCMScheduler are"
                ));
            }
        };
        let clips = matches!(raw.class.as_str(), "DDIMScheduler" | "LCMScheduler");
        let leading = matches!(method, Method::Ddim | Method::Lcm);
        let config = Self {
            method,
            prediction: raw.prediction_type.unwrap_or(Prediction::Epsilon),
            spacing: raw.timestep_spacing.unwrap_or(if leading {
                Spacing::Leading
            } else {
                Spacing::Linspace
            }),
            times: raw.num_train_timesteps,
            betas: raw.beta_schedule.unwrap_or(match method {
                Method::Lcm => Betas::ScaledLinear,
                _ => Betas::Linear,
            }),
            beta: (raw.beta_start, raw.beta_end),
            offset: raw.steps_offset,
            alpha_to_one: raw.set_alpha_to_one.unwrap_or(raw.class != "PNDMScheduler"),
            clip: raw
                .clip_sample
                .unwrap_or(clips && method == Method::Ddim)
                .then_some(raw.clip_sample_range),
            zero_snr: raw.rescale_betas_zero_snr,
            karras: raw.use_karras_sigmas.unwrap_or(false),
            last: raw.final_sigmas_type.unwrap_or(Final::Zero),
            original_steps: raw.original_inference_steps,
            time_scaling: raw.timestep_scaling,
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if !(10..=100_000).contains(&self.times) {
            return Err("`num_train_timesteps` must be 10 to 100000".to_owned());
        }
        let (start, end) = self.beta;
        if !(0.0 < start && start <= end && end < 1.0) {
            return Err("`beta_start` and `beta_end` must rise between 0 and 1".to_owned());
        }
        if !(1..=self.times).contains(&self.original_steps) {
            return Err("`original_inference_steps` must be 1 to the times of training".to_owned());
        }
        if self.offset >= self.times {
            return Err("`steps_offset` must be below the times of training".to_owned());
        }
        Ok(())
    }
}
