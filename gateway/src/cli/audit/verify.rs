//! `audit verify`: an export, or the own log, from end to end.

use std::path::Path;

use ::audit::{
    Checkpoint, EpochRecord, Fault, LogError, Rotation, Verified, Verifier, epoch, export::Checked,
    export_extends, rotation,
};
use serde_json::json;

use crate::{
    cli::{
        args::{Global, audit::VerifyEvidence},
        exit::{Answer, Exit, Failure},
        locate,
        output::Console,
    },
    installation::Installation,
    storage::Storage,
    wiring::WiringError,
};

pub(super) fn run(global: &Global, args: &VerifyEvidence, console: &Console) -> Answer {
    let known = Known { since: args.since.as_deref(), vkey: args.vkey.as_deref() };
    match &args.export {
        Some(path) => bag(global, path, &known, console),
        None => own_log(&locate::installation(global)?, &known, console),
    }
}

/// What the caller knows of the log from elsewhere.
struct Known<'a> {
    since: Option<&'a Path>,
    vkey: Option<&'a str>,
}

impl Known<'_> {
    /// The verifier to use: `found` is what the log says; it must lead to the known key.
    fn verifier(&self, found: Verifier, rotations: &[Rotation]) -> Result<Verifier, LogError> {
        let Some(vkey) = self.vkey else { return Ok(found) };
        let chain = rotation::chain(rotations, Verifier::parse(vkey)?)?;
        if chain.knows(&found.vkey()) {
            return Ok(chain);
        }
        let reason =
            format!("its key is {}, to which nothing leads from the known one", found.vkey());
        Err(LogError::Note { what: "key of the log", reason })
    }

    /// The saved checkpoint, signed by the log.
    fn saved(&self, verifier: &Verifier) -> Result<Option<Checkpoint>, LogError> {
        let Some(path) = self.since else { return Ok(None) };
        let note = std::fs::read_to_string(path).map_err(|error| LogError::File {
            path: path.to_path_buf(),
            reason: error.to_string(),
        })?;
        Checkpoint::open(&note, verifier).map(Some)
    }
}

fn bag(global: &Global, path: &Path, known: &Known<'_>, console: &Console) -> Answer {
    // A bag of this installation's log is followed through its rotations.
    let rotations = match locate::found(global).ok().flatten() {
        Some(here) => rotation::statements(&here.log())?,
        None => Vec::new(),
    };
    let expected = known.vkey.map(Verifier::parse).transpose()?;
    let expected = expected.map(|key| rotation::chain(&rotations, key.clone()).unwrap_or(key));
    let checked = match ::audit::export::check(path, expected.as_ref()) {
        Ok(checked) => checked,
        Err(Fault::Unreadable(reason)) => {
            return Err(Failure::unreadable(anyhow::anyhow!("{}: {reason}", path.display())));
        }
        Err(fault) => return Ok(denied(&fault, fault.index(), console)),
    };
    let verifier = match expected {
        Some(expected) => expected,
        None => {
            let own = Verifier::parse(&checked.vkey)?;
            rotation::chain(&rotations, own.clone()).unwrap_or(own)
        }
    };
    if known.since.is_some() && !checked.is_whole() {
        let part = "only an export of the whole log can be compared with a saved checkpoint";
        return Err(anyhow::anyhow!("{}: {part}", path.display()).into());
    }
    let extended = match known.saved(&verifier) {
        Ok(Some(saved)) => export_extends(path, &saved),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    match extended {
        Ok(()) => Ok(accepted(&checked, console)),
        Err(error @ LogError::File { .. }) => Err(Failure::unreadable(error)),
        Err(error) => Ok(denied(&error, None, console)),
    }
}

fn accepted(checked: &Checked, console: &Console) -> Exit {
    let size = checked.checkpoint.size;
    let value = json!({
        "verified": true, "bag": checked.bag, "entries": checked.entries,
        "withheld": checked.withheld, "extent": checked.extent, "checkpoint_size": size,
        "root": checked.checkpoint.root, "vkey": checked.vkey, "recorded": checked.recorded,
        "notes": checked.notes,
    });
    for note in &checked.notes {
        console.note(&format!("note: {note}"));
    }
    console.result(&value, || {
        let (entries, vkey) = (checked.entries, &checked.vkey);
        format!("{entries} entries fit the checkpoint over {size}, signed by {vkey}")
    });
    Exit::Yes
}

/// Reads the entries themselves, so it also works while a server has the log open.
fn own_log(installation: &Installation, known: &Known<'_>, console: &Console) -> Answer {
    let folder = installation.log();
    let key = installation.current_log_key()?;
    let begun = epoch::declared(&folder, &key.verifying_key())?;
    let check = || -> Result<Verified, WiringError> {
        let found = installation.log_verifier()?;
        let verifier = known.verifier(found, &rotation::statements(&folder)?)?;
        let verified = Storage::open(installation)?.verify_log_by(&verifier)?;
        if let Some(saved) = known.saved(&verifier)? {
            verified.extends(&saved)?;
        }
        Ok(verified)
    };
    match check() {
        Ok(verified) => Ok(confirmed(&verified, begun.as_ref(), console)),
        Err(WiringError::Log(
            error @ (LogError::File { .. } | LogError::Key { .. } | LogError::Unreachable(_)),
        )) => Err(Failure::unreadable(error)),
        Err(WiringError::Log(error)) => {
            let index = match &error {
                LogError::Damaged { index, .. } => Some(*index),
                _ => None,
            };
            Ok(denied(&error, index, console))
        }
        Err(error) => Err(error.into()),
    }
}

fn confirmed(verified: &Verified, begun: Option<&EpochRecord>, console: &Console) -> Exit {
    let (entries, size) = (verified.entries, verified.checkpoint.size);
    let value = json!({
        "verified": true, "entries": entries, "checkpoint_size": size,
        "root": verified.checkpoint.root, "vkey": verified.vkey, "epoch": begun,
    });
    console.result(&value, || {
        let gap = begun.map(|begun| format!("\n{}", crate::cli::epoch::explain(begun)));
        let fit = format!("{entries} entries fit the checkpoint over {size}");
        format!("{fit}, signed by {}{}", verified.vkey, gap.unwrap_or_default())
    });
    Exit::Yes
}

fn denied(error: &dyn std::error::Error, index: Option<u64>, console: &Console) -> Exit {
    let reason = error.to_string();
    console
        .result(&json!({"verified": false, "index": index, "reason": reason}), || reason.clone());
    Exit::No
}
