//! `/log/…`: checkpoint, tiles and vkeys for everybody, entries for auditors.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{error::ApiError, extract::Caller};
use crate::pipeline::Line;

/// Tiles never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Nor do entries, but they are for auditors.
const IMMUTABLE_PRIVATE: &str = "private, max-age=31536000, immutable";

/// The signed checkpoint (C2SP tlog-checkpoint): the last one that a quorum of witnesses has
/// cosigned, where a quorum is configured, else the last one.
#[utoipa::path(get, path = "/log/checkpoint", responses((status = 200, description = "A signed note")))]
pub(crate) async fn checkpoint(State(line): State<Line>) -> Response {
    text(line.stages().attesting.published().note)
}

/// The log's name and key (C2SP signed-note).
#[utoipa::path(get, path = "/log/vkey", responses((status = 200, description = "NAME+HASH+KEY")))]
pub(crate) async fn vkey(State(line): State<Line>) -> Response {
    text(line.stages().log.verifier().vkey() + "\n")
}

/// All keys of the log, oldest first, with the statements by which each named the next.
#[utoipa::path(get, path = "/log/vkeys", responses((status = 200, description = "Keys and statements")))]
pub(crate) async fn vkeys(State(line): State<Line>) -> Json<Value> {
    let stages = line.stages();
    let (verifier, attesting) = (stages.log.verifier(), &stages.attesting);
    let keys = verifier
        .vkeys()
        .map(|(vkey, from, until)| json!({"vkey": vkey, "from_size": from, "until_size": until}));
    let rotations = attesting.rotations.iter().map(|rotation| &rotation.note);
    let (keys, rotations): (Vec<_>, Vec<_>) = (keys.collect(), rotations.collect());
    Json(json!({"origin": verifier.origin(), "vkeys": keys, "rotations": rotations}))
}

/// A hash tile, or an entry bundle (C2SP tlog-tiles): `L/N`, `L/xNNN/NNN`, with `.p/W` for a part.
#[utoipa::path(get, path = "/log/tile/{*path}", responses(
    (status = 200, description = "Hashes, or length-prefixed entries for auditors"),
    (status = 404, description = "Not (yet) in the log", body = super::error::ErrorBody),
))]
pub(crate) async fn tile(
    State(line): State<Line>,
    caller: Result<Caller, ApiError>,
    Path(path): Path<String>,
) -> Result<Response, ApiError> {
    let missing =
        || ApiError::not_found("tile_not_found", "The log has no such tile under its checkpoint.");
    let tile = Tile::parse(&path).ok_or_else(missing)?;
    let (bytes, caching) = match tile.level {
        Some(level) => {
            let hashes = line.stages().log.tile(level, tile.number, tile.width);
            (hashes.ok_or_else(missing)?, IMMUTABLE)
        }
        None => {
            audit_only(&caller?)?;
            (bundle(&line, &tile).ok_or_else(missing)?, IMMUTABLE_PRIVATE)
        }
    };
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, caching)];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

/// Entries are for auditors.
pub(super) fn audit_only(caller: &Caller) -> Result<(), ApiError> {
    if caller.0.role.may_audit() {
        return Ok(());
    }
    Err(ApiError::forbidden("Entries are for auditors: use a key of that role."))
}

/// Entries of a bundle, each with its length in two bytes, big-endian.
fn bundle(line: &Line, tile: &Tile) -> Option<Vec<u8>> {
    let log = &line.stages().log;
    let start = tile.number.checked_mul(256)?;
    let end = start.checked_add(tile.width.into()).filter(|end| *end <= log.checkpoint().size)?;
    let mut bytes = Vec::new();
    for entry in log.entries(start, end).ok()? {
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(entry);
    }
    Some(bytes)
}

fn text(text: String) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    let fresh = HeaderValue::from_static("no-cache");
    ([(header::CONTENT_TYPE, plain), (header::CACHE_CONTROL, fresh)], text).into_response()
}

/// A tile's place.
#[derive(Debug, PartialEq, Eq)]
struct Tile {
    /// `None` for entry bundles.
    level: Option<u8>,
    number: u64,
    width: u16,
}

impl Tile {
    fn parse(path: &str) -> Option<Self> {
        let (path, width) = match path.split_once(".p/") {
            Some((path, width)) => (path, decimal(width).filter(|width| (1..256).contains(width))?),
            None => (path, 256),
        };
        let (level, number) = path.split_once('/')?;
        let level = if level == "entries" {
            None
        } else {
            // The specification has 64 levels; no tree of 2^64 leaves reaches the ninth.
            Some(u8::try_from(decimal(level)?).ok().filter(|level| *level < 64)?)
        };
        Some(Self { level, number: number_of(number)?, width })
    }
}

/// Without sign and leading zeros: a tile has one address.
fn decimal(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|_| digits && canonical)
}

/// `x001/x234/067` is 1234067; `x000/067` is no other name of 67.
fn number_of(path: &str) -> Option<u64> {
    let parts: Vec<&str> = path.split('/').collect();
    let (last, first) = parts.split_last()?;
    if first.first() == Some(&"x000") {
        return None;
    }
    let mut number = 0_u64;
    let marked = first.iter().map(|part| part.strip_prefix('x'));
    for part in marked.chain([Some(*last)]) {
        let part =
            part.filter(|part| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        number = number.checked_mul(1000)?.checked_add(part.parse().ok()?)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tile_paths_are_those_of_the_specification() {
        let tile = |level, number, width| Some(Tile { level, number, width });
        let cases = [
            ("0/x001/x234/067", tile(Some(0), 1_234_067, 256)),
            ("1/000", tile(Some(1), 0, 256)),
            ("0/000.p/7", tile(Some(0), 0, 7)),
            ("entries/002", tile(None, 2, 256)),
            ("0/1", None),
            ("0/000.p/256", None),
            ("9/000", tile(Some(9), 0, 256)),
            ("63/000", tile(Some(63), 0, 256)),
            ("64/000", None),
            ("00/000", None),
            ("+1/000", None),
            ("0/000.p/07", None),
            ("0/000.p/+7", None),
            ("0/000.p/0", None),
            ("0/x000/067", None),
            ("0/001.p/5.p/5", None),
            ("0/x001/x234", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Tile::parse(path), expected, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_path_makes_the_parser_panic(path in "[0-9xep/.]{0,24}|\\PC{0,24}") {
            let _parsed = Tile::parse(&path);
        }

        #[test]
        fn a_tile_is_found_by_the_path_that_the_specification_gives_it(number: u32, level in 0_u8..8) {
            let digits = format!("{number:012}");
            let groups: Vec<&str> = (0..4).map(|n| &digits[n * 3..n * 3 + 3]).collect();
            let first = groups.iter().position(|group| *group != "000").unwrap_or(3);
            let path: Vec<String> =
                groups[first..].iter().enumerate().map(|(n, group)| {
                    let more = n + first + 1 < groups.len();
                    if more { format!("x{group}") } else { (*group).to_owned() }
                }).collect();
            let parsed = Tile::parse(&format!("{level}/{}", path.join("/")));
            let expected = Tile { level: Some(level), number: number.into(), width: 256 };
            proptest::prop_assert_eq!(parsed, Some(expected));
        }
    }
}
