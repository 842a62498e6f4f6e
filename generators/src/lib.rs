//! Models that run on this machine, behind one seam.
//!
//! Reading order: [`generator`] is the seam, [`job`] goes in, [`event`] tells of progress and
//! [`output`] comes out, both perhaps with a [`picture`]; [`card`] says what a model is. [`registry`]
//! lists the backends: [`text`] is the llama family; [`diffusion`] and [`gan`] draw pictures,
//! [`stable`] with folders of diffusers, [`retouching`] works on them by fixed rules, [`speaking`]
//! says words; [`openai`],
//! [`a1111`] and [`comfyui`] ask servers (by [`server`]), [`routing`] is several models under one
//! name, [`null`] measures the line around a model. [`starter`] are the models that come with the
//! program. [`check`](mod@check) looks a folder over.
//!
//! Beside the seam of what is generated stand those of what is understood: [`recogniser`] writes down
//! what is said ([`whisper`]), [`translator`] turns texts into other languages ([`translation`]).
//! [`hearing`] tells speech from silence.
//!
//! A backend knows its model files and nothing of policy, marks, signatures or the log.

pub mod a1111;
pub mod card;
pub mod check;
pub mod comfyui;
pub mod diffusion;
pub mod error;
pub mod event;
mod files;
pub mod filming;
pub mod gan;
pub mod generator;
mod gguf;
pub mod hearing;
pub mod job;
mod manual;
mod math;
pub mod null;
pub mod openai;
pub mod output;
pub mod picture;
pub mod recogniser;
pub mod registry;
pub mod retouching;
pub mod routing;
mod seats;
mod sequence;
pub mod server;
pub mod speaking;
pub mod stable;
pub mod starter;
pub mod text;
mod threads;
mod tokens;
pub mod transcribing;
pub mod translating;
pub mod translation;
pub mod translator;
mod weights;
pub mod whisper;

pub use a1111::WebUi;
pub use card::ModelCard;
pub use check::Checked;
pub use comfyui::ComfyUi;
pub use error::GeneratorError;
pub use event::{Event, EventReceiver, EventSender};
pub use generator::{Generator, SamplerHook, Token};
pub use job::Job;
pub use openai::Upstream;
pub use output::{
    FinishReason, ImageOutput, Output, PictureFile, SampledBy, SpeechOutput, SpokenWord,
    TextOutput, TokenLogprob, Usage, VideoOutput, Warning,
};
pub use picture::{Mask, Material, Pictures, Raster, Recording};
pub use recogniser::{Hearing, Recogniser, Segment, Transcript, Word};
pub use registry::{check, kind_of, open, open_recogniser, open_translator};
pub use routing::{Hedge, Route, RouteSettings, health::Health};
pub use seats::Queue;
pub use text::{Occupancy, Session, TextModel};
pub use translation::Translation;
pub use translator::Translator;
pub use whisper::Whisper;
