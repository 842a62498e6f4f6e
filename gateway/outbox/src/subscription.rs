//! Who wants to hear what.

use std::{collections::BTreeSet, time::Duration};

use crate::{Kind, OutboxError, Secret};

/// Longest name: it is part of keys, which are short.
const NAME_CHARS_MAX: usize = 32;

/// A receiver, valid as it stands.
#[derive(Debug, Clone)]
pub struct Subscription {
    pub(crate) name: String,
    /// Where it hears.
    pub url: String,
    /// What it wants to hear.
    pub kinds: BTreeSet<Kind>,
    /// Of which organisations; of all where empty.
    pub tenants: BTreeSet<String>,
    /// Of which desks; of all where empty.
    pub desks: BTreeSet<String>,
    /// What its messages are signed with.
    pub secrets: Vec<Secret>,
    /// How long one call may take.
    pub deadline: Duration,
}

impl Subscription {
    /// A receiver that hears everything.
    ///
    /// # Errors
    /// [`OutboxError::Name`] for a name that cannot be part of a key.
    pub fn new(name: &str, url: &str, secrets: Vec<Secret>) -> Result<Self, OutboxError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(plain) {
            return Err(OutboxError::Name(name.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            url: url.to_owned(),
            kinds: Kind::ALL.iter().map(|(kind, _)| *kind).collect(),
            tenants: BTreeSet::new(),
            desks: BTreeSet::new(),
            secrets,
            deadline: Duration::from_secs(10),
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it wants to hear this.
    pub(crate) fn wants(&self, kind: Kind, tenant: &str, desk: Option<&str>) -> bool {
        self.kinds.contains(&kind)
            && (self.tenants.is_empty() || self.tenants.contains(tenant))
            && (self.desks.is_empty() || desk.is_some_and(|desk| self.desks.contains(desk)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_hears_what_it_wants_of_whom_it_wants() {
        let mut receiver = Subscription::new("cms", "https://cms.example/hook", vec![]).unwrap();
        let held = |receiver: &Subscription, desk| receiver.wants(Kind::AssetHeld, "press", desk);
        assert!(held(&receiver, None));
        receiver.desks = ["politics".to_owned()].into();
        assert!(held(&receiver, Some("politics")) && !held(&receiver, Some("sport")));
        assert!(!held(&receiver, None), "what is of no known desk is not told to one");
        receiver.tenants = ["other".to_owned()].into();
        assert!(!held(&receiver, Some("politics")));
        receiver.tenants.clear();
        receiver.kinds = [Kind::AssetPublished].into();
        assert!(!held(&receiver, Some("politics")));
    }

    #[test]
    fn a_name_is_plain() {
        for name in ["", "CMS", "a/b", "a b", "ü", &"a".repeat(33)] {
            assert!(Subscription::new(name, "", vec![]).is_err(), "{name}");
        }
        assert!(Subscription::new("cms-2", "", vec![]).is_ok());
    }
}
