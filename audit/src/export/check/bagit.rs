//! The bag itself: every file is named by a manifest and has its digest.

use std::collections::BTreeMap;

use types::Sha256;

use super::{
    super::{
        Fault,
        about::{self, About},
        bag::BAGIT,
        names,
    },
    SMALL_MAX,
    source::Source,
};

/// The files beside `data/`, without their own manifest.
const TAGS: [&str; 6] = [
    names::BAGIT,
    names::BAG_INFO,
    names::README,
    names::MANIFEST,
    names::EXPORTED,
    names::EXPORTED_PROOF,
];

/// What lies below `data/`.
#[derive(Debug)]
pub(super) struct Payload {
    pub(super) digests: BTreeMap<String, Sha256>,
    bytes: u64,
}

/// Checks every file against its manifest.
pub(super) fn check(source: &mut Source) -> Result<Payload, Fault> {
    if source.bytes(names::BAGIT, SMALL_MAX)? != BAGIT.as_bytes() {
        return Err(Fault::Changed(names::BAGIT.to_owned()));
    }
    let tags = manifest(source, names::TAG_MANIFEST)?;
    if let Some(unlisted) = TAGS.iter().find(|name| !tags.contains_key(**name)) {
        return Err(Fault::broken(names::TAG_MANIFEST, format!("it does not list {unlisted}")));
    }
    if let Some(extra) = tags.keys().find(|name| !TAGS.contains(&name.as_str())) {
        return Err(Fault::Added(extra.clone()));
    }
    let payload = manifest(source, names::MANIFEST)?;
    if let Some(outside) = payload.keys().find(|name| !name.starts_with("data/")) {
        return Err(Fault::broken(names::MANIFEST, format!("{outside} is not below data/")));
    }
    let listed = |name: &str| {
        name == names::TAG_MANIFEST || tags.contains_key(name) || payload.contains_key(name)
    };
    if let Some(added) = source.names().find(|name| !listed(name)) {
        return Err(Fault::Added(added.to_owned()));
    }
    if let Some(missing) = tags.keys().chain(payload.keys()).find(|name| !source.has(name)) {
        return Err(Fault::Missing(missing.clone()));
    }
    let mut payload_bytes = 0;
    for (name, expected) in payload.iter().chain(&tags) {
        let (digest, bytes) = source.digest(name)?;
        if digest != *expected {
            return Err(Fault::Changed(name.clone()));
        }
        payload_bytes += if name.starts_with("data/") { bytes } else { 0 };
    }
    Ok(Payload { digests: payload, bytes: payload_bytes })
}

/// Checks the tag files that follow from `export.json`.
pub(super) fn check_tags(
    source: &mut Source,
    about: &About,
    payload: &Payload,
) -> Result<(), Fault> {
    let readme = Sha256::of(&source.bytes(names::README, SMALL_MAX)?);
    let known = Sha256::of(about::readme(&about.bag, &about.log.vkey).as_bytes());
    let own = about.software == crate::report::SOFTWARE;
    if readme != about.readme_sha256 || (own && readme != known) {
        return Err(Fault::Changed(names::README.to_owned()));
    }
    let expected = about.bag_info(payload.bytes, payload.digests.len() as u64);
    if source.bytes(names::BAG_INFO, SMALL_MAX)? != expected.as_bytes() {
        return Err(Fault::broken(names::BAG_INFO, "it does not follow from data/export.json"));
    }
    Ok(())
}

/// The names of a manifest with their digests.
fn manifest(source: &mut Source, file: &str) -> Result<BTreeMap<String, Sha256>, Fault> {
    let text = String::from_utf8(source.bytes(file, 1 << 30)?);
    let text = text.map_err(|_| Fault::broken(file, "it is not text"))?;
    let mut digests = BTreeMap::new();
    for line in text.split_inclusive('\n') {
        let wrong = || Fault::broken(file, format!("{line:?} is not DIGEST  NAME"));
        let (digest, name) =
            line.strip_suffix('\n').and_then(|line| line.split_once("  ")).ok_or_else(wrong)?;
        let digest: Sha256 = digest.parse().map_err(|_| wrong())?;
        if digest.to_string() != line.get(..64).unwrap_or_default()
            || digests.insert(name.to_owned(), digest).is_some()
        {
            return Err(wrong());
        }
    }
    Ok(digests)
}
