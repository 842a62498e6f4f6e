//! `imprimatur audit`: proofs, checks, exports, reports. One file each, and this list.

mod case;
mod examine;
mod export;
mod prove;
mod report;
mod tail;
mod verify;

use ::audit::{Log, LogOptions};

use super::{
    args::{AuditCommand, Global},
    audit_find,
    exit::{Answer, Failure},
    locate,
    output::Console,
    vault,
};
use crate::storage::Storage;

pub(crate) async fn run(global: &Global, command: AuditCommand, console: &Console) -> Answer {
    match command {
        AuditCommand::Prove { record } => prove::run(global, &record, console).await,
        AuditCommand::Verify(args) => verify::run(global, &args, console),
        AuditCommand::Export(args) => export::run(global, args, console).await,
        AuditCommand::Case(args) => case::run(global, args, console).await,
        AuditCommand::Examine(args) => examine::run(global, args, console).await,
        AuditCommand::Report(args) => report::run(global, args, console).await,
        AuditCommand::Epoch { reason } => super::epoch::run(global, &reason, console).await,
        AuditCommand::Find(args) => audit_find::run(global, &open(global)?, &args, console),
        AuditCommand::Tail { n } => tail::run(&open(global)?, n, console),
        AuditCommand::Vault(command) => vault::run(global, command, console).await,
    }
}

fn open(global: &Global) -> Result<Log, Failure> {
    let installation = locate::installation(global)?;
    let options = LogOptions::new(installation.config().audit.origin.clone());
    Ok(Storage::open(&installation)?.log(options)?)
}
