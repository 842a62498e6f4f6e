//! `imprimatur trust`: whose signatures count beside the installation's own.

use provenance::TrustList;
use serde_json::json;

use super::{
    args::{Global, TrustCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{trusting, wiring::Stages};

pub(crate) async fn run(global: &Global, command: &TrustCommand, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    match command {
        TrustCommand::List => {
            for list in trusting::stored(&installation)? {
                console.result(&list, || line(&list));
            }
        }
        TrustCommand::Update { from, name } => {
            let stages = Stages::open(installation).await?;
            let updated = trusting::update(&stages, name.as_deref(), from).await;
            stages.close().await?;
            let (list, changed) =
                updated.map_err(|error| Failure { exit: Exit::No, error: error.into() })?;
            let mut value = json!(list);
            if let Some(object) = value.as_object_mut() {
                object.insert("changed".to_owned(), json!(changed));
            }
            console.result(&value, || line(&list));
            console.note(if changed {
                "a server that runs judges by it after its next start"
            } else {
                "this is the list that is in use"
            });
        }
    }
    Ok(Exit::Yes)
}

fn line(list: &TrustList) -> String {
    let TrustList { name, certificates, expired, sha256, .. } = list;
    let as_of = list.as_of.as_deref().unwrap_or("date unknown");
    format!("{name:32} {as_of:20} {certificates:4} certificates, {expired} expired  {sha256}")
}
