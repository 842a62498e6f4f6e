//! From a job to the requests for pictures: new ones, parts made anew, and variations.

use types::Task;

use super::request;
use crate::{
    GeneratorError,
    picture::needed,
    server::{
        Wanted,
        encode::{self, MaskForm},
        form::Form,
        not_served,
    },
};

/// What is posted.
#[derive(Debug)]
pub(super) struct Request {
    /// The path below the server's address.
    pub(super) path: &'static str,
    /// The body's media type.
    pub(super) kind: String,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What asks for the picture of a job.
///
/// # Errors
/// [`GeneratorError`] when words or a picture are missing, or the protocol has no such task.
pub(super) async fn request(job: &Wanted, model: &str) -> Result<Request, GeneratorError> {
    match job.drawing.task {
        Task::Create => {
            let body = request::picture(job, model)?.to_string().into_bytes();
            let kind = "application/json".to_owned();
            Ok(Request { path: "images/generations", kind, body })
        }
        Task::Inpaint => edit(job, model, true).await,
        Task::Vary if job.prompt.is_empty() => posted("images/variations", form(job, model).await?),
        Task::Vary => edit(job, model, false).await,
        other => Err(not_served(other)),
    }
}

async fn edit(job: &Wanted, model: &str, masked: bool) -> Result<Request, GeneratorError> {
    if job.prompt.is_empty() {
        return Err(GeneratorError::PromptEmpty);
    }
    let mut form = form(job, model).await?.field("prompt", &job.prompt);
    if masked {
        needed("mask", job.pictures.mask.as_ref())?;
        if let Some(mask) = &job.pictures.mask {
            let file = encode::mask(mask, MaskForm::Transparent).await?;
            form = form.png("mask", "mask.png", &file);
        }
    }
    posted("images/edits", form)
}

/// What edits and variations have in common.
async fn form(job: &Wanted, model: &str) -> Result<Form, GeneratorError> {
    needed("image", job.pictures.source.as_ref())?;
    let mut form = Form::new().field("model", model).field("n", "1");
    if let Some(source) = &job.pictures.source {
        form = form.png("image", "image.png", &encode::picture(source).await?);
    }
    if let Some((width, height)) = job.drawing.size {
        form = form.field("size", &format!("{width}x{height}"));
    }
    // Models that know only base64 refuse to be asked for it.
    Ok(if request::names_format(model) { form.field("response_format", "b64_json") } else { form })
}

fn posted(path: &'static str, form: Form) -> Result<Request, GeneratorError> {
    let (kind, body) = form.finish();
    Ok(Request { path, kind, body })
}
