//! What is told of long work that is made of several assets: what runs, and what ended lately.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

/// Jobs that are remembered, those that ended first being forgotten first.
const REMEMBERED_MAX: usize = 200;

/// The long work of this process.
#[derive(Debug, Default)]
pub(crate) struct Telling(Mutex<VecDeque<Told>>);

/// One piece of it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Its name.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) tenant: String,
    /// What its answers repeat.
    pub(crate) asked: Value,
    /// How much is done.
    pub(crate) percent: u32,
    /// What is done.
    pub(crate) parts: Vec<Value>,
    /// Whether it has ended.
    pub(crate) progress: Progress,
}

/// Whether long work has ended.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    /// It has not.
    Running,
    /// With this result.
    Completed(Value),
    /// With this error.
    Failed(Value),
}

impl Telling {
    fn all(&self) -> MutexGuard<'_, VecDeque<Told>> {
        // Whoever panicked had written a whole piece.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, id: &str, tenant: &str, asked: Value) {
        let mut all = self.all();
        if all.len() >= REMEMBERED_MAX {
            let ended = all.iter().position(|told| !matches!(told.progress, Progress::Running));
            ended.map(|place| all.remove(place));
        }
        all.push_back(Told {
            id: id.to_owned(),
            tenant: tenant.to_owned(),
            asked,
            percent: 0,
            parts: Vec::new(),
            progress: Progress::Running,
        });
    }

    pub(crate) fn find(&self, id: &str, tenant: &str) -> Option<Told> {
        self.all().iter().find(|told| told.id == id && told.tenant == tenant).cloned()
    }

    pub(crate) fn part(&self, id: &str, percent: u32, part: Value) {
        if let Some(told) = self.all().iter_mut().find(|told| told.id == id) {
            told.percent = percent;
            told.parts.push(part);
        }
    }

    pub(crate) fn end(&self, id: &str, progress: Progress) {
        if let Some(told) = self.all().iter_mut().find(|told| told.id == id) {
            if matches!(progress, Progress::Completed(_)) {
                told.percent = 100;
            }
            told.progress = progress;
        }
    }
}
