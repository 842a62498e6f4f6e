//! `imprimatur keys`: API keys.

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
    match command {
        KeysCommand::Create { tenant, desk, role, subject } => {
            let principal = Principal {
                tenant: tenant.clone(),
                desk: desk.clone(),
                role: *role,
                subject: subject.clone(),
            };
            let (account, key) = stages.accounts.create(principal).await?;
            recording::key_event(&stages, audit::Event::KeyCreated, &account).await?;
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
            recording::key_event(&stages, audit::Event::KeyRevoked, &account).await?;
            console.result(&row(&account), || format!("{id} is revoked"));
        }
    }
    stages.close().await?;
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
