//! Files that no model here has made: what is known of how they came about, and whether to mark them.

use audit::AssetEntry;
use provenance::{Change, DigitalSourceType, Ingredient};
use types::{MarkId, MediaType};

/// A file that no model here has made.
#[derive(Debug)]
pub struct Brought {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is.
    pub media_type: MediaType,
    /// How it came about.
    pub lineage: Lineage,
    /// Whether it gets an invisible mark.
    pub marking: Marking,
}

impl Brought {
    /// A file of which nobody says how it came about. It gets a mark.
    #[must_use]
    pub const fn unstated(bytes: Vec<u8>, media_type: MediaType) -> Self {
        Self { bytes, media_type, lineage: Lineage::Unstated, marking: Marking::Mark }
    }
}

/// How a file came about.
#[derive(Debug)]
pub enum Lineage {
    /// Nobody says: the manifest states that the file was opened, with its own history.
    Unstated,
    /// Somebody says.
    Stated {
        /// The kind of source.
        source: DigitalSourceType,
        /// What it was made from.
        ingredients: Vec<Ingredient>,
    },
    /// It was put together here from assets of ours.
    Composed {
        /// The kind of source.
        source: DigitalSourceType,
        /// What it was made from.
        ingredients: Vec<Ingredient>,
    },
    /// It is another form of an asset of ours: resized, cropped, or in another format.
    Rendition(Box<Parent>),
}

/// The asset that a rendition was made from.
#[derive(Debug)]
pub struct Parent {
    /// As the log knows it.
    pub entry: AssetEntry,
    /// Its bytes as readers have them.
    pub bytes: Vec<u8>,
    /// Its manifest store.
    pub manifest: Vec<u8>,
    /// What was done to it.
    pub changes: Vec<Change>,
}

/// Whether a file gets an invisible mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// It does.
    Mark,
    /// It carries this one already, and a second would blur it.
    Keep(MarkId),
    /// Nobody asked for one.
    Leave,
}
