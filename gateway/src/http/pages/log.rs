//! `/transparency`: the log's public part, and the proof of each entry.

use axum::{
    extract::{Query, State},
    response::Response,
};
use pages::public::transparency::{self, Log};
use serde::Deserialize;

use super::{Paged, proving};
use crate::pipeline::Line;

/// A line of a signed note that is a signature (C2SP signed-note).
const SIGNED: &str = "— ";

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    leaf: String,
}

pub(super) async fn show(
    State(line): State<Line>,
    page: Paged,
    Query(asked): Query<Asked>,
) -> Response {
    let stages = line.stages();
    let checkpoint = stages.attesting.published();
    let index: Option<u64> = asked.leaf.trim().parse().ok();
    let covered = index.filter(|index| *index < checkpoint.size);
    let proof = covered.and_then(|index| proving::proof(stages.as_ref(), index));
    let log = Log {
        origin: &checkpoint.origin,
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        note: &checkpoint.note,
        vkey: stages.log.verifier().vkey(),
        witnesses: witnesses(&checkpoint.note, &checkpoint.origin),
        base: &page.base,
        asked: asked.leaf.trim(),
        proof: proof.as_ref(),
    };
    page.show(if page.partly {
        transparency::entry(&page.frame, &log)
    } else {
        transparency::page(&page.frame, &log)
    })
}

/// Whoever has signed a note beside the log itself.
fn witnesses(note: &str, origin: &str) -> Vec<String> {
    let lines = note.lines().filter_map(|line| line.strip_prefix(SIGNED));
    let names = lines.filter_map(|line| line.rsplit_once(' ').map(|(name, _)| name));
    let mut names: Vec<String> = names.filter(|name| *name != origin).map(str::to_owned).collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::witnesses;

    #[test]
    fn a_log_is_no_witness_of_itself() {
        let note = "log.example\n3\nroot\n\n— log.example AAAA\n— w.example/1 BBBB\n";
        assert_eq!(witnesses(note, "log.example"), ["w.example/1"]);
    }
}
