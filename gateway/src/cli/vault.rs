//! `imprimatur audit erase|reveal|hold|access|expire`: originals and who may do what with them.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::Context as _;
use serde_json::json;
use time::OffsetDateTime;
use types::MediaType;

use super::{
    args::{About, Access, Global, HoldCommand, Reveal, VaultCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    vaulting::{self, Actor, Erasure, Revealed, VaultingError},
    wiring::Stages,
};

pub(crate) async fn run(global: &Global, command: VaultCommand, console: &Console) -> Answer {
    let stages = Stages::open(locate::installation(global)?).await?;
    let exit = match command {
        VaultCommand::Erase(about) => erase(&stages, &about, console).await,
        VaultCommand::Reveal(reveal) => self::reveal(&stages, &reveal, console).await,
        VaultCommand::Hold(hold) => self::hold(&stages, hold, console).await,
        VaultCommand::Access(access) => self::access(&stages, &access, console).await,
        VaultCommand::Expire => expire(&stages, console).await,
    }?;
    stages.close().await?;
    Ok(exit)
}

async fn erase(stages: &Stages, about: &About, console: &Console) -> Answer {
    let actor = actor(stages, about.key.as_deref()).await?;
    let erasure = match &about.mentioned {
        Some(name) => {
            let tenant = tenant(stages, about).await?;
            vaulting::erase_mentioned(stages, &tenant, name, &actor).await
        }
        None => {
            let person = person(stages, about).await?;
            vaulting::erase(stages, &person, &actor).await
        }
    };
    let erasure = erasure.map_err(refused)?;
    let language = console.language();
    let refused: Vec<_> = erasure
        .refused
        .iter()
        .map(|(kept, count)| json!({"ground": kept, "count": count, "text": kept.words(language)}))
        .collect();
    let value = json!({
        "erased": erasure.erased, "key_destroyed": erasure.key_destroyed,
        "refused": refused, "records": erasure.records,
    });
    console.result(&value, || erased(&erasure, console));
    Ok(if erasure.is_complete() { Exit::Yes } else { Exit::No })
}

fn erased(erasure: &Erasure, console: &Console) -> String {
    let mut text =
        format!("{} {}", erasure.erased, console.pick("originals erased", "份原件已删除"));
    if erasure.key_destroyed {
        text += console.pick(", with the key that opens them", "，密钥一并销毁");
    }
    for (kept, count) in &erasure.refused {
        text += &format!("\n{count} {}", kept.words(console.language()));
    }
    text
}

async fn reveal(stages: &Stages, args: &Reveal, console: &Console) -> Answer {
    let who = stages.accounts.authenticate(&args.key).await.map_err(denied)?.principal;
    let Some(reason) = &args.reason else {
        let revealed = vaulting::confirm(stages, &who, &args.id).await.map_err(refused)?;
        return show(&revealed, args.output.as_deref(), console);
    };
    let requested = vaulting::request(stages, &who, &args.id, reason).await.map_err(refused)?;
    let (entries, index) = (requested.entries, requested.receipt.index);
    let value = json!({"requested": true, "entries": entries, "receipt": {
        "index": index, "leaf_hash": requested.receipt.leaf_hash,
    }});
    console.result(&value, || {
        format!(
            "{entries} originals are asked for, log entry {index}; within 24 hours another person runs\nimprimatur audit reveal {} --confirm",
            args.id
        )
    });
    Ok(Exit::Yes)
}

/// Originals go where the person who confirms wants them; nowhere else.
fn show(revealed: &Revealed, output: Option<&Path>, console: &Console) -> Answer {
    let mut rows = Vec::new();
    for (entry, plain) in &revealed.originals {
        let text = String::from_utf8_lossy(plain);
        let is_text = entry.media_type == MediaType::PlainText;
        let path = output.map(|path| match revealed.originals.len() {
            1 => path.to_path_buf(),
            _ => path.join(format!("{}.{}", entry.id, entry.media_type.extension())),
        });
        if let Some(path) = &path {
            private(path, plain).with_context(|| path.display().to_string())?;
        }
        let shown = (is_text && path.is_none()).then_some(text);
        rows.push(json!({
            "id": entry.id, "kind": entry.kind, "request_id": entry.request_id,
            "media_type": entry.media_type, "text": shown, "file": path,
        }));
    }
    let value = json!({"originals": rows, "receipt": {
        "index": revealed.receipt.index, "leaf_hash": revealed.receipt.leaf_hash,
    }});
    console.result(&value, || {
        let row = |row: &serde_json::Value| match (row["text"].as_str(), row["file"].as_str()) {
            (Some(text), _) => text.to_owned(),
            (None, Some(file)) => file.to_owned(),
            (None, None) => format!("{}: not a text, name a file with -o", row["id"]),
        };
        rows.iter().map(row).collect::<Vec<_>>().join("\n")
    });
    Ok(Exit::Yes)
}

/// A new file that only its owner reads.
fn private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

async fn hold(stages: &Stages, command: HoldCommand, console: &Console) -> Answer {
    match command {
        HoldCommand::Add { scope, reason, tenant, key } => {
            let actor = actor(stages, key.as_deref()).await?;
            let scope =
                vaulting::scope(stages, &scope, tenant.as_deref()).await.map_err(refused)?;
            let receipt = vaulting::hold(stages, scope.clone(), &reason, &actor).await;
            let index = receipt.map_err(refused)?.index;
            let value = json!({"hold": index, "scope": scope, "reason": reason});
            console
                .result(&value, || format!("hold {index}: {scope} is kept until it is released"));
        }
        HoldCommand::Release { hold, key } => {
            let actor = actor(stages, key.as_deref()).await?;
            let receipt = vaulting::release(stages, hold, &actor).await.map_err(refused)?;
            let value = json!({"released": hold, "receipt": {
                "index": receipt.index, "leaf_hash": receipt.leaf_hash,
            }});
            console
                .result(&value, || format!("hold {hold} has ended, log entry {}", receipt.index));
        }
        HoldCommand::List => {
            for hold in stages.vault.holds() {
                let value = json!({
                    "hold": hold.index, "tenant": hold.tenant, "scope": hold.scope,
                    "reason": hold.reason,
                });
                console.result(&value, || {
                    format!("{:6}  {}  {}  {}", hold.index, hold.tenant, hold.scope, hold.reason)
                });
            }
        }
    }
    Ok(Exit::Yes)
}

async fn access(stages: &Stages, args: &Access, console: &Console) -> Answer {
    let actor = actor(stages, args.about.key.as_deref()).await?;
    let answered = match &args.about.mentioned {
        Some(name) => {
            let tenant = tenant(stages, &args.about).await?;
            vaulting::answer_mentioned(stages, &tenant, name, &actor).await
        }
        None => {
            let name = args.about.subject.as_deref().unwrap_or_default();
            let tenant = args.about.tenant.as_deref();
            let person = vaulting::find_caller(stages, name, tenant).await.map_err(refused)?;
            vaulting::answer(stages, &person, &actor).await
        }
    };
    let answered = answered.map_err(refused)?;
    private(&args.output, &answered.zip).with_context(|| args.output.display().to_string())?;
    let (originals, records) = (answered.originals, answered.records);
    let value = json!({
        "file": args.output, "originals": originals, "records": records, "record": answered.index,
    });
    console.result(&value, || {
        format!(
            "{}: {originals} originals or mentions, {records} log entries",
            args.output.display()
        )
    });
    Ok(Exit::Yes)
}

async fn expire(stages: &Stages, console: &Console) -> Answer {
    let expiry = vaulting::expire(stages, OffsetDateTime::now_utc()).await.map_err(refused)?;
    let value = json!({"expired": expiry.expired, "keys": expiry.keys});
    console.result(&value, || {
        format!("{} originals and {} keys have reached their term", expiry.expired, expiry.keys)
    });
    Ok(Exit::Yes)
}

/// The holder of a key, or whoever can run commands here.
async fn actor(stages: &Stages, key: Option<&str>) -> Result<Actor, Failure> {
    let Some(key) = key else { return Ok(Actor::operator()) };
    let who = stages.accounts.authenticate(key).await.map_err(denied)?.principal;
    Actor::auditor(stages, &who).map_err(refused)
}

async fn person(stages: &Stages, about: &About) -> Result<vaulting::Person, Failure> {
    let name = about.subject.as_deref().unwrap_or_default();
    vaulting::find(stages, name, about.tenant.as_deref()).await.map_err(refused)
}

/// The tenant whose prompts are searched: named, or the only one.
async fn tenant(stages: &Stages, about: &About) -> Result<String, Failure> {
    if let Some(tenant) = &about.tenant {
        return Ok(tenant.clone());
    }
    let accounts = stages.accounts.list().await?;
    let mut tenants: Vec<String> =
        accounts.into_iter().map(|account| account.principal.tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    match (tenants.pop(), tenants.is_empty()) {
        (Some(tenant), true) => Ok(tenant),
        _ => Err(anyhow::anyhow!("say whose prompts to search with --tenant").into()),
    }
}

fn denied(error: access::AccessError) -> Failure {
    Failure { exit: Exit::No, error: error.into() }
}

/// That something may not be done is an answer; that vault or log are broken is not.
fn refused(error: VaultingError) -> Failure {
    let exit = match error {
        VaultingError::Ambiguous { .. } | VaultingError::Reason => Exit::Usage,
        VaultingError::Vault(ref inner) => match inner {
            audit::VaultError::Unknown(_) | audit::VaultError::Erasing => Exit::No,
            audit::VaultError::Altered(_) => Exit::Unreadable,
            _ => Exit::Usage,
        },
        VaultingError::Log(audit::LogError::Unknown(_)) => Exit::No,
        VaultingError::Log(_) | VaultingError::State(_) | VaultingError::Stopped => Exit::Usage,
        VaultingError::Answer(_) => Exit::Usage,
        _ => Exit::No,
    };
    Failure { exit, error: error.into() }
}
