//! `/transparency`: the log's public part.

use askama::Template;
use types::Language;

use super::proof::Proof;
use crate::{Frame, Html, Theme, texts::Texts, written};

/// The log, as its last checkpoint shows it.
#[derive(Debug, Clone)]
pub struct Log<'a> {
    /// Its name.
    pub origin: &'a str,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// The root, hexadecimal.
    pub root: String,
    /// The signed note.
    pub note: &'a str,
    /// The key.
    pub vkey: String,
    /// Who has cosigned, by name.
    pub witnesses: Vec<String>,
    /// Where this server is, for commands.
    pub base: &'a str,
    /// The entry that was asked for, as it was written.
    pub asked: &'a str,
    /// Its proof; none where there is no such entry.
    pub proof: Option<&'a Proof>,
}

struct Shown<'a> {
    origin: &'a str,
    size: u64,
    last: u64,
    root: &'a str,
    note: &'a str,
    vkey: &'a str,
    witnesses: &'a [String],
    base: &'a str,
    tile: String,
    asked: &'a str,
    wrong: bool,
    proof: Option<&'a Proof>,
}

#[derive(Template)]
#[template(path = "public/transparency.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    log: Shown<'a>,
}

#[derive(Template)]
#[template(path = "public/leaf_part.html")]
struct Part<'a> {
    t: Texts,
    log: Shown<'a>,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, log: &Log<'_>) -> Html {
    written(&Page { f: frame, t: frame.t(), log: shown(log) })
}

/// The entry that was asked for, alone.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn entry(frame: &Frame, log: &Log<'_>) -> Html {
    written(&Part { t: frame.t(), log: shown(log) })
}

fn shown<'a>(log: &'a Log<'_>) -> Shown<'a> {
    Shown {
        origin: log.origin,
        size: log.size,
        last: log.size.saturating_sub(1),
        root: &log.root,
        note: log.note,
        vkey: &log.vkey,
        witnesses: &log.witnesses,
        base: log.base,
        tile: first_tile(log.size),
        asked: log.asked,
        wrong: !log.asked.is_empty() && log.proof.is_none(),
        proof: log.proof,
    }
}

/// The first tile of hashes: whole from 256 entries on.
fn first_tile(size: u64) -> String {
    if size >= 256 { "/log/tile/0/000".to_owned() } else { format!("/log/tile/0/000.p/{size}") }
}

#[cfg(test)]
mod tests {
    use super::first_tile;

    #[test]
    fn the_first_tile_is_partial_until_it_is_full() {
        assert_eq!(first_tile(3), "/log/tile/0/000.p/3");
        assert_eq!(first_tile(256), "/log/tile/0/000");
    }
}
