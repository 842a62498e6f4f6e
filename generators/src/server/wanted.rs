//! A picture as it is wanted of a server.

use types::Drawing;

use crate::{Job, Pictures};

/// What a job wants drawn: the part of it that servers are told.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The person's words; they may be empty.
    pub(crate) prompt: String,
    /// The seed of the run.
    pub(crate) seed: u64,
    /// How it is to be made.
    pub(crate) drawing: Drawing,
    /// What came with it.
    pub(crate) pictures: Pictures,
}

impl From<Job> for Wanted {
    fn from(job: Job) -> Self {
        let prompt = job.prompt().to_owned();
        let (drawing, pictures) = (job.drawing, job.pictures);
        Self { prompt, seed: job.sampling.seed, drawing, pictures }
    }
}
