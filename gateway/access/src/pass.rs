//! Who was let in, and with what.

use types::Principal;

use crate::{Act, Denied, Scopes, Standing, csrf::Csrf, session::Method};

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Who.
    pub principal: Principal,
    /// What the key is limited to.
    pub scopes: Scopes,
    /// What they came in with.
    pub via: Via,
    /// Whether that still counts, for whatever takes longer.
    pub standing: Standing,
}

/// What somebody came in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// A key, by its id.
    Key(String),
    /// A session of the console.
    Session {
        /// What its forms must carry.
        csrf: Csrf,
        /// How the person has signed in.
        method: Method,
        /// Whether the person must change the password before anything else.
        must_change: bool,
    },
}

impl Pass {
    /// Whether this may be done.
    ///
    /// # Errors
    /// [`Denied`] saying whether role or key do not reach so far.
    pub fn may(&self, act: Act) -> Result<(), Denied> {
        act.check(self.principal.role, &self.scopes)
    }

    /// What limits count by: the key, or the person.
    #[must_use]
    pub fn counted_as(&self) -> &str {
        match &self.via {
            Via::Key(id) => id,
            Via::Session { .. } => &self.principal.subject,
        }
    }
}
