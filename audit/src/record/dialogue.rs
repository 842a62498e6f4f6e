//! How a dialogue between a person and a model began.

use serde::{Deserialize, Serialize};

/// A dialogue, when its first answer was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogueRecord {
    /// What kind of dialogue.
    pub kind: DialogueKind,
    /// Before anything else the person was told that the other side is a machine.
    pub notice: bool,
    /// Whether that was also said aloud; absent where nothing is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<bool>,
}

/// Kinds of dialogues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogueKind {
    /// By voice or in writing, over `/v1/realtime`.
    Realtime,
    /// A scene or advertisement that answers to what people do.
    Scene,
}
