//! What a record says of the labels that people see, hear and read.

use serde::{Deserialize, Serialize};
use types::Sha256;

/// The labels of an asset when it left the line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelsRecord {
    /// The rules that they follow, such as `eu-art50`.
    pub regimes: Vec<String>,
    /// What the delivered bytes show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<LabelRecord>,
    /// What whoever publishes the asset must show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<LabelRecord>,
    /// Why there is no label that people see, where there should be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// Who was given the asset without a label, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlabelled: Option<UnlabelledRecord>,
    /// The producer's code in the metadata (GB 45438-2025, `ContentProducer`); its `ProduceID` is the
    /// asset's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implicit: Option<String>,
    /// What became of such an object that a file brought along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<PassedOnRecord>,
}

/// An AIGC object (GB 45438-2025) that a file brought along, as it is read back from the delivered bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOnRecord {
    /// `Label`, `ContentProducer`, `ProduceID` and `ReservedCode1` are as they came.
    pub producer_kept: bool,
    /// The code of whoever passes it on (`ContentPropagator`), where that is this installation; its
    /// `PropagateID` is the asset's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagator: Option<String>,
}

/// A label that people see, hear or read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRecord {
    /// `corner`, `line`, `rhythm` or `speech`.
    pub kind: String,
    /// What it says.
    pub text: String,
    /// Where it stands, such as `top-right` or `start`.
    pub place: String,
}

/// An asset that was given away without a label that people see, as agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlabelledRecord {
    /// Why, in few words.
    pub reason: String,
    /// A keyed commitment to who has agreed to label it.
    pub recipient: Sha256,
}
