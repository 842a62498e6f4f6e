//! `imprimatur keys`: API keys, and the keys that sign the log, mark assets and sign them.

mod revoking;
mod signing;

use ::audit::{Event, Record, vault::INSTALLATION};
use access::{Key, NewKey, Scopes};
use anyhow::Context as _;
use serde_json::json;
use types::Principal;

use super::{
    args::{Global, KeysCommand, Revoke, Rotate},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    http,
    mark_keys::{self, MarkKeys},
    recording,
    storage::Storage,
    wiring::Stages,
};

pub(crate) async fn run(global: &Global, command: &KeysCommand, console: &Console) -> Answer {
    let stages = Stages::open(locate::installation(global)?).await?;
    match command {
        KeysCommand::Rotate(Rotate { watermark: true, tenant, .. }) => {
            rotate_mark_key(&stages, tenant.as_deref(), console).await?;
        }
        KeysCommand::Rotate(Rotate { signing: true, algorithm, .. }) => {
            signing::rotate(&stages, *algorithm, console).await?;
        }
        KeysCommand::Rotate(Rotate { api: Some(id), overlap, .. }) => {
            let overlap_s = overlap.saturating_mul(3600);
            let (key, secret) = stages.accounts.rotate(id, overlap_s).await?;
            recording::key_event(&stages, Event::KeyRotated, &key).await?;
            show_once(&key, &secret, console);
        }
        KeysCommand::Rotate(_) => return rotate_log_key(stages, console).await,
        KeysCommand::Csr(args) => signing::csr(&stages, args, console).await?,
        KeysCommand::Import(args) => signing::import(&stages, args, console).await?,
        KeysCommand::Compromise { key, since } => {
            revoking::compromise(&stages, key, since, console).await?;
        }
        KeysCommand::Create { tenant, desk, role, subject, scopes, expires_in_days } => {
            let principal = Principal {
                tenant: tenant.clone(),
                desk: desk.clone(),
                role: *role,
                subject: subject.clone(),
            };
            let seconds = |days: u32| stages.accounts.now() + i64::from(days) * 86_400;
            let expires_at = expires_in_days.map(seconds);
            let new = NewKey { principal, scopes: Scopes::new(scopes.clone()), expires_at };
            let (key, secret) = stages.accounts.create_key(new).await?;
            recording::key_event(&stages, Event::KeyCreated, &key).await?;
            show_once(&key, &secret, console);
        }
        KeysCommand::List => {
            for key in stages.accounts.list().await? {
                console.result(&http::key_row(&key), || line(&key, stages.accounts.now()));
            }
            signing::list(&stages, console)?;
        }
        KeysCommand::Revoke(Revoke { id, signing: true, since }) => {
            revoking::revoke(&stages, id, since.as_deref(), console).await?;
        }
        KeysCommand::Revoke(Revoke { id, .. }) => {
            let key = stages.accounts.revoke(id).await?;
            recording::key_event(&stages, Event::KeyRevoked, &key).await?;
            console.result(&http::key_row(&key), || format!("{id} is revoked"));
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
    let told = installation.clone();
    let telling = tokio::task::spawn_blocking(move || Storage::open(&told)?.exchange_promises());
    telling.await.context("telling the other gateways")??;
    let value = json!({
        "old": rotation.old, "new": rotation.new, "size": rotation.size, "statement": rotation.note,
    });
    console.result(&value, || format!("key of the log: {}", rotation.new));
    console.note("give witnesses the new key before the next start; whoever knows the old one can follow /log/vkeys to the new one");
    Ok(Exit::Yes)
}

/// On record before the new key is used: a mark of an unknown key would be nobody's.
async fn rotate_mark_key(
    stages: &Stages,
    tenant: Option<&str>,
    console: &Console,
) -> Result<(), Failure> {
    let owner = tenant.unwrap_or(INSTALLATION);
    let mut record = Record::new(Event::MarkKeyRotated, owner, "operator");
    record.detail = Some("the key of invisible marks".to_owned());
    stages.append(record).await?;
    let file = mark_keys::rotate(&stages.installation, tenant)?;
    let keys = MarkKeys::load(&stages.installation)?.all().len();
    let value = json!({"file": file, "keys": keys});
    console.result(&value, || format!("new key of marks: {}", file.display()));
    console.note(&format!("{keys} keys are tried when a mark is looked for"));
    Ok(())
}

fn show_once(key: &Key, secret: &str, console: &Console) {
    let mut value = http::key_row(key);
    crate::members::put(&mut value, "key", json!(secret));
    console.result(&value, || secret.to_owned());
    console.note("keep this key: it is shown once");
}

fn line(key: &Key, now: i64) -> String {
    let Principal { tenant, desk, role, subject } = &key.principal;
    let state = match key.ending(now) {
        None => "valid",
        Some(access::Ending::Expired) => "expired",
        Some(_) => "revoked",
    };
    let scopes = &key.scopes;
    format!("{}  {state:8} {role:10} {tenant}/{desk} {subject}  {scopes}", key.prefix())
}
