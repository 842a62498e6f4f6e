//! `imprimatur keys`: API keys, and the key that signs the log.

use ::audit::{Event, Record};
use serde_json::json;
use types::Principal;

use super::{
    args::{Global, KeysCommand},
    exit::{Answer, Exit},
    locate,
    output::Console,
};
use crate::{accounts::Account, recording, wiring::Stages};

pub(crate) async fn run(global: &Global, command: &KeysCommand, console: &Console) -> Answer {
    let stages = Stages::open(locate::installation(global)?).await?;
    if matches!(command, KeysCommand::Rotate { .. }) {
        return rotate_log_key(stages, console).await;
    }
    match command {
        KeysCommand::Rotate { .. } => {}
        KeysCommand::Create { tenant, desk, role, subject } => {
            let principal = Principal {
                tenant: tenant.clone(),
                desk: desk.clone(),
                role: *role,
                subject: subject.clone(),
            };
            let (account, key) = stages.accounts.create(principal).await?;
            recording::key_event(&stages, Event::KeyCreated, &account).await?;
            console.result(
                &json!({"id": account.id, "key": key, "principal": account.principal}),
                || key.clone(),
            );
            console.note("keep this key: it is shown once");
        }
        KeysCommand::List => {
            for account in stages.accounts.list().await? {
                console.result(&row(&account), || line(&account));
            }
        }
        KeysCommand::Revoke { id } => {
            let account = stages.accounts.revoke(id).await?;
            recording::key_event(&stages, Event::KeyRevoked, &account).await?;
            console.result(&row(&account), || format!("{id} is revoked"));
        }
    }
    stages.close().await?;
    Ok(Exit::Yes)
}

/// The old key ends here: what is signed from now on is signed by the new one.
async fn rotate_log_key(stages: Stages, console: &Console) -> Answer {
    let installation = stages.installation.clone();
    let (folder, key_file) = (installation.log(), installation.log_key());
    let record = Record::new(Event::LogKeyRotated, "installation", "operator");
    let rotation = ::audit::rotation::rotate(&stages.log, &folder, &key_file, record).await?;
    drop(stages);
    installation.current_log_key()?;
    let value = json!({
        "old": rotation.old, "new": rotation.new, "size": rotation.size, "statement": rotation.note,
    });
    console.result(&value, || format!("key of the log: {}", rotation.new));
    console.note("give witnesses the new key before the next start; whoever knows the old one can follow /log/vkeys to the new one");
    Ok(Exit::Yes)
}

fn row(account: &Account) -> serde_json::Value {
    json!({"id": account.id, "principal": account.principal, "revoked": account.revoked})
}

fn line(account: &Account) -> String {
    let Principal { tenant, desk, role, subject } = &account.principal;
    let state = if account.revoked { "revoked" } else { "valid" };
    format!("{}  {state:8} {role:10} {tenant}/{desk} {subject}", account.id)
}
