//! `imprimatur backup` and `imprimatur restore`.

use serde_json::json;

use super::{
    args::{Backup, Global, Restore},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::backup::{self, BackupError, Options};

pub(crate) async fn back_up(global: &Global, args: Backup, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    let listing = backup::back_up(&installation, &args.output, args.with_keys).await;
    let listing = listing.map_err(failed)?;
    let value = json!({
        "file": args.output, "files": listing.files.len(), "log_size": listing.log_size,
        "made_at": listing.made_at, "with_keys": listing.with_keys,
    });
    console.result(&value, || {
        let (files, size) = (listing.files.len(), listing.log_size);
        format!("{}: {files} files, {size} log entries", args.output.display())
    });
    if !args.with_keys {
        console.note("the secret keys are not in it: keep a copy of keys/ elsewhere");
    }
    Ok(Exit::Yes)
}

pub(crate) async fn restore(global: &Global, args: Restore, console: &Console) -> Answer {
    let target = match args.into {
        Some(folder) => folder,
        None => locate::installation(global)?.folder().to_path_buf(),
    };
    let options =
        Options { keep_log: args.keep_log, erasures: args.erasures, checkpoint: args.checkpoint };
    let restored = backup::restore(&args.backup, &target, options).await.map_err(failed)?;
    let value = json!({
        "folder": target, "files": restored.listing.files.len(),
        "made_at": restored.listing.made_at, "log_size": restored.log_size,
        "erased_again": restored.erased_again,
    });
    console.result(&value, || {
        format!(
            "{}: as of {}, {} log entries, {} erasures repeated",
            target.display(),
            restored.listing.made_at,
            restored.log_size,
            restored.erased_again
        )
    });
    Ok(Exit::Yes)
}

/// A backup that may not be restored is an answer; one that cannot be read is not.
fn failed(error: BackupError) -> Failure {
    let exit = match error {
        BackupError::Behind { .. } => Exit::No,
        BackupError::Unreadable { .. } => Exit::Unreadable,
        _ => Exit::Usage,
    };
    Failure { exit, error: error.into() }
}
