//! `/log/…`: checkpoint, tiles and vkey for everybody, entries for auditors.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{error::ApiError, extract::Caller};
use crate::pipeline::Line;

/// The signed checkpoint (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/log/checkpoint", responses((status = 200, description = "A signed note")))]
pub(crate) async fn checkpoint(State(line): State<Line>) -> Response {
    text(line.stages().log.checkpoint().note)
}

/// The log's name and key (C2SP signed-note).
#[utoipa::path(get, path = "/log/vkey", responses((status = 200, description = "NAME+HASH+KEY")))]
pub(crate) async fn vkey(State(line): State<Line>) -> Response {
    text(line.stages().log.verifier().vkey() + "\n")
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
    let bytes = match tile.level {
        Some(level) => {
            line.stages().log.tile(level, tile.number, tile.width).ok_or_else(missing)?
        }
        None => {
            audit_only(&caller?)?;
            bundle(&line, &tile).ok_or_else(missing)?
        }
    };
    let octets = HeaderValue::from_static("application/octet-stream");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, octets)], bytes).into_response())
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
    ([(header::CONTENT_TYPE, plain)], text).into_response()
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
            Some((path, width)) => {
                (path, width.parse().ok().filter(|width| (1..256).contains(width))?)
            }
            None => (path, 256),
        };
        let (level, number) = path.split_once('/')?;
        let level = if level == "entries" {
            None
        } else {
            Some(level.parse().ok().filter(|level| *level < 8)?)
        };
        Some(Self { level, number: number_of(number)?, width })
    }
}

/// `x001/x234/067` is 1234067.
fn number_of(path: &str) -> Option<u64> {
    let parts: Vec<&str> = path.split('/').collect();
    let (last, first) = parts.split_last()?;
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
            ("9/000", None),
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
