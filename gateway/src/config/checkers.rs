//! `[policy.checkers.NAME]`

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use types::{Action, Category};

/// `[policy.checkers.NAME]`: a server of OpenAI's moderation protocol that is asked beside the rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckerSection {
    /// The address up to `/v1`; `/moderations` follows.
    pub url: String,
    /// The model's name there.
    pub model: Option<String>,
    /// A file of mode 600 with the key that the server wants.
    pub key_file: Option<PathBuf>,
    /// The environment variable with that key.
    pub key_env: Option<String>,
    /// Whether prompts are shown to it.
    #[serde(default = "yes")]
    pub input: bool,
    /// Whether outputs are shown to it. Streams then wait for their end.
    #[serde(default = "yes")]
    pub output: bool,
    /// Whether it is shown pictures, too.
    #[serde(default)]
    pub pictures: bool,
    /// What follows when it flags something.
    #[serde(default = "block")]
    pub action: Action,
    /// What follows for single categories, by the names of rule packs.
    #[serde(default)]
    pub actions: BTreeMap<Category, Action>,
    /// From which score on a category counts; without it the server's own verdict.
    pub threshold: Option<f32>,
    /// When it has no opinion by then, the request is refused.
    #[serde(default = "seconds")]
    pub seconds_max: u64,
}

const fn yes() -> bool {
    true
}

const fn block() -> Action {
    Action::Block
}

const fn seconds() -> u64 {
    5
}

impl CheckerSection {
    /// What follows for a category.
    #[must_use]
    pub fn action_of(&self, category: Category) -> Action {
        self.actions.get(&category).copied().unwrap_or(self.action)
    }
}
