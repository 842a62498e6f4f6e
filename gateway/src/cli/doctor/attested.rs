//! Whether witnesses and the time-stamp authority have kept up with the log.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use audit::{Anchors, Checkpoint, Verifier, witness::cosigned};

use super::Finding;
use crate::installation::Installation;

/// What of the log nobody else has attested to for too long.
pub(super) fn examine(installation: &Installation, verifier: &Verifier) -> Vec<Finding> {
    let path = installation.log().join("checkpoint");
    let Some(last) = read(&path, verifier) else { return Vec::new() };
    let found =
        [witnesses(installation, verifier, (&last, &path)), time_stamps(installation, &last)];
    found.into_iter().flatten().collect()
}

fn witnesses(
    installation: &Installation,
    verifier: &Verifier,
    (last, path): (&Checkpoint, &Path),
) -> Option<Finding> {
    let settings = &installation.config().audit;
    let fix = "see that [audit.witnesses] names the right addresses and keys, and that the witnesses know this log's vkey; `imprimatur serve -v` says what they answer";
    if settings.quorum == 0 {
        return None;
    }
    let cosigned = match cosigned::load(&installation.log(), verifier) {
        Ok(cosigned) => cosigned.map_or(0, |cosigned| cosigned.size),
        Err(error) => return Some(Finding::new("witnesses", error, fix)),
    };
    let late = age(path) >= Duration::from_secs(settings.quorum_overdue_s);
    let problem = format!("{cosigned} of {} records are under a cosigned checkpoint", last.size);
    (cosigned < last.size && late).then(|| Finding::new("witnesses", problem, fix))
}

fn time_stamps(installation: &Installation, last: &Checkpoint) -> Option<Finding> {
    let settings = &installation.config().audit.time_stamps;
    let fix = "see that audit.time_stamps.url answers RFC 3161 requests; `imprimatur serve -v` says what it answers";
    settings.url.as_ref()?;
    let anchor = match Anchors::of(&installation.log()).latest() {
        Ok(anchor) => anchor,
        Err(error) => return Some(Finding::new("time-stamps", error, fix)),
    };
    let size = anchor.as_ref().map_or(0, |anchor| anchor.size);
    let allowed = Duration::from_secs(settings.every_s.saturating_mul(2));
    let late = anchor.is_none_or(|anchor| age(&anchor.answer) >= allowed);
    let problem = format!("{size} of {} records are under a time-stamp", last.size);
    (size < last.size && late).then(|| Finding::new("time-stamps", problem, fix))
}

fn read(path: &Path, verifier: &Verifier) -> Option<Checkpoint> {
    Checkpoint::open(&fs::read_to_string(path).ok()?, verifier).ok()
}

fn age(path: &Path) -> Duration {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    let modified = modified.unwrap_or(SystemTime::UNIX_EPOCH);
    SystemTime::now().duration_since(modified).unwrap_or_default()
}
