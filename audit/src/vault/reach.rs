//! A place elsewhere, asked from threads that may wait.

use std::{future::Future, sync::Arc};

use super::VaultError;
use crate::{Driver, ObjectError, Place};

/// A place that several gateways reach. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    place: Place,
    driver: Arc<Driver>,
}

impl Reach {
    pub(super) const fn new(place: Place, driver: Arc<Driver>) -> Self {
        Self { place, driver }
    }

    /// Asks the place something, and blocks until it has answered.
    pub(super) fn ask<T, F>(&self, question: impl FnOnce(Place) -> F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ObjectError>> + Send + 'static,
    {
        let answer = self.driver.wait(question(self.place.clone()));
        let answer = answer.map_err(|error| VaultError::Elsewhere(error.to_string()))?;
        answer.map_err(|error| VaultError::Elsewhere(error.to_string()))
    }
}
