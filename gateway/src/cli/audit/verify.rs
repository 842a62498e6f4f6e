//! `audit verify`: an export, or the own log, from end to end.

use std::path::Path;

use ::audit::{
    EpochRecord, Fault, LogError, LogKey, Verified, Verifier, epoch, export::Checked,
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
    let expected = args.vkey.as_deref().map(Verifier::parse).transpose()?;
    match &args.export {
        Some(path) => bag(path, expected.as_ref(), console),
        None => own_log(&locate::installation(global)?, console),
    }
}

fn bag(path: &Path, expected: Option<&Verifier>, console: &Console) -> Answer {
    match ::audit::export::check(path, expected) {
        Ok(checked) => Ok(accepted(&checked, console)),
        Err(Fault::Unreadable(reason)) => {
            Err(Failure::unreadable(anyhow::anyhow!("{}: {reason}", path.display())))
        }
        Err(fault) => Ok(denied(&fault, fault.index(), console)),
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
fn own_log(installation: &Installation, console: &Console) -> Answer {
    let key = LogKey::load(&installation.log_key())?;
    let begun = epoch::declared(&installation.log(), &key.verifying_key())?;
    match Storage::open(installation)?.verify_log() {
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
