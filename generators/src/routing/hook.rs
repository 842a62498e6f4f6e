//! One hook for whichever model runs.

use std::sync::{Arc, Mutex, PoisonError};

use crate::SamplerHook;

/// A hook that several models may be given, one after the other.
#[derive(Clone)]
pub(super) struct SharedHook(Arc<Mutex<Inner>>);

struct Inner {
    hook: Box<dyn SamplerHook + Send>,
    called: bool,
}

impl SharedHook {
    pub(super) fn new(hook: Box<dyn SamplerHook + Send>) -> Self {
        Self(Arc::new(Mutex::new(Inner { hook, called: false })))
    }

    /// Whether it has had a say in a token: then no other model may go on with it.
    pub(super) fn was_called(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).called
    }
}

impl SamplerHook for SharedHook {
    fn reweigh(&mut self, previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.called = true;
        inner.hook.reweigh(previous, candidates);
    }
}
