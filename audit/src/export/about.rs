//! What a bag says about itself: `data/export.json`, `bag-info.txt` and the README.

use serde::{Deserialize, Serialize};
use types::{AssetId, Language, PolicyVersion, Sha256};

use super::{Redaction, names};
use crate::report::{Extent, Facts, HEADING, LogHead};

/// How a stranger checks the bag.
const README: &str = include_str!("README.txt");
/// Longest list of what could not be enclosed.
const MISSING_MAX: usize = 1000;

/// `data/export.json`: everything from which the rest of the bag follows, beside the entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    pub(super) schema: String,
    /// The bag's name and base folder.
    pub(super) bag: String,
    pub(super) software: String,
    pub(super) generated: String,
    pub(super) regime: String,
    pub(super) language: Language,
    pub(super) extent: Extent,
    pub(super) redaction: Redaction,
    pub(super) ground: String,
    pub(super) log: LogHead,
    pub(super) facts: Facts,
    pub(super) entries: u64,
    pub(super) withheld: u64,
    /// Assets whose manifest store is not at hand.
    pub(super) manifests_missing: Vec<AssetId>,
    /// Rules in force whose text is not at hand.
    pub(super) policies_missing: Vec<PolicyVersion>,
    pub(super) readme_sha256: Sha256,
}

impl About {
    pub(super) const SCHEMA: &str = "imprimatur.export.1";

    /// Notes an asset without its manifest.
    pub(super) fn misses(&mut self, asset: AssetId) {
        if self.manifests_missing.len() < MISSING_MAX {
            self.manifests_missing.push(asset);
        }
    }

    /// Whether the entries are all of the log's.
    pub(super) const fn is_whole_log(&self) -> bool {
        let Extent { tenant, from, to, asset } = &self.extent;
        tenant.is_none() && from.is_none() && to.is_none() && asset.is_none()
    }

    /// `bag-info.txt`
    pub(super) fn bag_info(&self, bytes: u64, files: u64) -> String {
        let date = self.generated.split('T').next().unwrap_or_default();
        let organisation = self.extent.tenant.as_deref().unwrap_or(&self.log.origin);
        let lines = [
            ("Source-Organization", line(organisation)),
            ("External-Description", HEADING.en.to_string()),
            ("External-Identifier", self.bag.clone()),
            ("Bagging-Date", line(date)),
            ("Bag-Software-Agent", line(&self.software)),
            ("Payload-Oxum", format!("{bytes}.{files}")),
        ];
        lines.map(|(name, value)| format!("{name}: {value}\n")).concat()
    }
}

/// The README of a bag.
pub(super) fn readme(bag: &str, vkey: &str) -> String {
    README.replace("{bag}", bag).replace("{vkey}", vkey)
}

/// The name of a bag: `export-TENANT-FROM-TO`, or `case-ASSET`.
pub(super) fn bag_name(extent: &Extent, generated: &str) -> String {
    if let Some(asset) = extent.asset {
        return format!("case-{asset}");
    }
    let compact = |time: &str| {
        let day = time.strip_suffix("T00:00:00Z").unwrap_or(time);
        let second = day.split('.').next().unwrap_or(day).trim_end_matches('Z');
        second.replace([':'], "")
    };
    let tenant = extent.tenant.as_deref().unwrap_or("all");
    let from = extent.from.as_deref().map_or_else(|| "start".to_owned(), compact);
    let to = compact(extent.to.as_deref().unwrap_or(generated));
    format!("export-{}-{}-{}", names::plain(tenant), names::plain(&from), names::plain(&to))
}

/// One line: a value with line ends would make up other members.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_is_named_by_tenant_and_times() {
        let time = |text: &str| Some(text.to_owned());
        let extent = Extent {
            tenant: time("press"),
            from: time("2026-11-01T00:00:00Z"),
            to: time("2026-11-24T18:30:00Z"),
            asset: None,
        };
        let now = "2026-11-25T01:02:03.456Z";
        assert_eq!(bag_name(&extent, now), "export-press-2026-11-01-2026-11-24T183000");
        assert_eq!(bag_name(&Extent::default(), now), "export-all-start-2026-11-25T010203");
    }
}
