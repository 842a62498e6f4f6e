//! The names of files in a bag.

use types::AssetId;

use crate::Event;

pub(super) const BAGIT: &str = "bagit.txt";
pub(super) const BAG_INFO: &str = "bag-info.txt";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(super) const README: &str = "README.txt";
/// The exact bytes of the log's record about the bag.
pub(super) const EXPORTED: &str = "exported-entry.json";
/// The proof that this record is in the log.
pub(super) const EXPORTED_PROOF: &str = "exported.tlog-proof";

pub(super) const ABOUT: &str = "data/export.json";
pub(super) const ENTRIES: &str = "data/entries.jsonl";
pub(super) const EVENTS: &str = "data/events.csv";
pub(super) const REDACTIONS: &str = "data/redactions.json";
pub(super) const CHECKPOINT: &str = "data/checkpoint";
pub(super) const KEYS: &str = "data/keys.json";
pub(super) const REPORT_JSON: &str = "data/report.json";
pub(super) const REPORT_HTML: &str = "data/report.html";
pub(super) const REPORT_PDF: &str = "data/report.pdf";
/// The last checkpoint that enough witnesses have cosigned.
pub(super) const COSIGNED: &str = "data/cosigned/checkpoint";
/// The proof that the bag's checkpoint extends it.
pub(super) const EXTENDED: &str = "data/cosigned/extended";
/// Statements by which one key of the log followed another.
pub(super) const ROTATIONS: &str = "data/rotations/";
const PROOFS: &str = "data/proofs/";
const PROOF_ENDING: &str = ".tlog-proof";

/// The proof of an entry.
pub(super) fn proof(index: u64) -> String {
    format!("{PROOFS}{index}{PROOF_ENDING}")
}

/// The index of a proof's file.
pub(super) fn proof_index(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PROOFS)?.strip_suffix(PROOF_ENDING)?;
    let index = digits.parse().ok()?;
    // One index has one name.
    (proof(index) == name).then_some(index)
}

/// The statement of rotation at a size of the log.
pub(super) fn rotation(size: u64) -> String {
    format!("{ROTATIONS}{size:020}.note")
}

/// The manifest store of an asset, as it was made.
#[cfg(test)]
pub(super) fn manifest(asset: AssetId) -> String {
    format!("data/assets/{asset}.c2pa")
}

/// A file of an asset that a record names: those of its publication do not take the place of those
/// that it was made with.
pub(super) fn of_asset(asset: AssetId, index: u64, event: Event, ending: &str) -> String {
    if event.is_terminal() {
        inside("assets", &format!("{asset}.{ending}"))
    } else {
        inside("assets", &format!("{asset}-{index}.{ending}"))
    }
}

/// A file by a name that was chosen elsewhere: letters, digits and `-_.` stay.
pub(super) fn inside(folder: &str, name: &str) -> String {
    format!("data/{folder}/{}", plain(name))
}

/// Letters, digits and `-_.`; others become `_`.
pub(super) fn plain(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let plain: String = name.chars().map(keep).take(100).collect();
    if plain.starts_with('.') { format!("_{plain}") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_has_one_name() {
        assert_eq!(proof_index(&proof(17)), Some(17));
        for wrong in ["data/proofs/017.tlog-proof", "data/proofs/+17.tlog-proof", "data/proofs/x"] {
            assert_eq!(proof_index(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_was_published_has_a_name_of_its_own() {
        let asset = AssetId::new();
        assert_eq!(of_asset(asset, 7, Event::Held, "c2pa"), manifest(asset));
        let published = of_asset(asset, 9, Event::Published, "c2pa");
        assert_eq!(published, format!("data/assets/{asset}-9.c2pa"));
    }

    #[test]
    fn no_name_leaves_its_folder() {
        assert_eq!(inside("policy", "../../etc/passwd"), "data/policy/_.._.._etc_passwd");
        assert_eq!(inside("policy", "newsroom-1.toml"), "data/policy/newsroom-1.toml");
    }
}
