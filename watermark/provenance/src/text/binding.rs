//! The hash assertion of a text's manifest: which bytes of the text the signature leaves out.

use coset::cbor::{self, Value};

use crate::jumbf;

const HASH: &str = "c2pa.hash.data";

/// Start and length of what is left out of the hash, if that is exactly one range.
pub(super) fn exclusion(store: &[u8]) -> Option<(usize, usize)> {
    let label = jumbf::active_label(store)?;
    let content = jumbf::content(store, &[label, "c2pa.assertions", HASH])?;
    let assertion: Value = cbor::from_reader(content).ok()?;
    let ranges = member(&assertion, "exclusions")?.as_array()?;
    let [range] = ranges.as_slice() else { return None };
    let number = |key| usize::try_from(member(range, key)?.as_integer()?).ok();
    Some((number("start")?, number("length")?))
}

fn member<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
}
