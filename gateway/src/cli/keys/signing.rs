//! Keys that sign assets: asked for, brought in, replaced.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use audit::{Event, Record};
use provenance::{
    Algorithm, Chain, ClaimKey, Identity,
    keys::{Kept, certificate_request},
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    cli::{
        args::{Csr, Import},
        exit::Failure,
        output::Console,
    },
    signing_keys,
    wiring::Stages,
};

/// A key, and a request for its certificate. Nothing is overwritten.
pub(super) async fn csr(stages: &Stages, args: &Csr, console: &Console) -> Result<(), Failure> {
    let publisher = &stages.installation.config().provenance.publisher;
    let publisher = args.publisher.as_ref().unwrap_or(publisher);
    let beside = || args.output.with_extension("key.pem");
    let file = Some(args.key.clone().unwrap_or_else(beside)).filter(|_| !args.token);
    let key = match &file {
        Some(_) => ClaimKey::generate(args.algorithm)?,
        None => token_key(stages, args.algorithm)?,
    };
    let request = certificate_request(&key, publisher)?;
    let mut record = Record::new(Event::SigningKeyRequested, "installation", "operator");
    record.detail = Some(format!("{} for {publisher}", key.algorithm()));
    stages.append(record).await?;
    if let Some(file) = &file {
        create(file, &key.to_pem()?, 0o600)?;
    }
    create(&args.output, &request, 0o644)?;
    let value = json!({"request": args.output, "key": file, "algorithm": key.algorithm().name()});
    console.result(&value, || format!("request: {}", args.output.display()));
    let place = file.map_or("--token".to_owned(), |file| {
        console.note(&format!("the key is in {}: keep it secret", file.display()));
        format!("--key {}", file.display())
    });
    console.note(&format!(
        "when the authority has answered, run `imprimatur keys import --chain ANSWER {place}`"
    ));
    Ok(())
}

/// The key of the configured token; one that is missing is made there.
fn token_key(stages: &Stages, algorithm: Algorithm) -> Result<ClaimKey, Failure> {
    let key = ClaimKey::obtain_in_token(signing_keys::token(&stages.installation)?, algorithm)?;
    let found = key.algorithm();
    if found == algorithm {
        return Ok(key);
    }
    Err(anyhow::anyhow!(
        "the key in the token is for {found}: say --algorithm {found}, or name another one in provenance.pkcs11_key"
    )
    .into())
}

/// A certificate of another authority signs from now on, if validators would accept it.
pub(super) async fn import(
    stages: &Stages,
    args: &Import,
    console: &Console,
) -> Result<(), Failure> {
    let chain = fs::read_to_string(&args.chain).with_context(|| shown(&args.chain))?;
    let chain = Chain::from_pem(&chain).with_context(|| shown(&args.chain))?;
    let pem = args.key.as_deref().map(signing_keys::secret).transpose()?;
    let passphrase = args.passphrase_file.as_deref().map(signing_keys::secret).transpose()?;
    let key = match &pem {
        Some(pem) => ClaimKey::from_pem(pem, passphrase.as_ref().map(|text| text.as_str()))?,
        None => signing_keys::in_token(&stages.installation)?,
    };
    let identity = Identity::new(key, chain)?;
    identity.key(OffsetDateTime::now_utc())?;
    let folder = signing_keys::folder(&stages.installation);
    folder.not_revoked(identity.chain())?;
    let number = folder.keep(identity.chain(), pem.as_ref().map(|pem| pem.as_str()))?;
    switch(stages, number, console).await?;
    if args.passphrase_file.is_some() {
        console.note("the key stays encrypted: the passphrase must be in provenance.passphrase_file or IMPRIMATUR__PROVENANCE__PASSPHRASE when assets are signed");
    }
    Ok(())
}

/// A new identity of the installation's own. The key of its root is not kept, so it comes with a new
/// root, which joins the list `own`.
pub(super) async fn rotate(
    stages: &Stages,
    algorithm: Algorithm,
    console: &Console,
) -> Result<(), Failure> {
    let publisher = &stages.installation.config().provenance.publisher;
    let folder = signing_keys::folder(&stages.installation);
    let number = folder.make_own(publisher, algorithm)?;
    switch(stages, number, console).await?;
    console.note("whoever trusts the old root needs the new one, too: it is beside the new certificate (root.pem)");
    Ok(())
}

/// On record before the new key is used: the log knows every certificate that has signed.
async fn switch(stages: &Stages, number: u32, console: &Console) -> Result<(), Failure> {
    let folder = signing_keys::folder(&stages.installation);
    let old = folder.current()?.chain.fingerprint();
    let kept = folder.all()?.into_iter().find(|kept| kept.number == number);
    let new = kept.context("the new identity cannot be found")?;
    let mut record = Record::new(Event::SigningKeyChanged, "installation", "operator");
    record.detail = Some(format!("{old} → {}", new.chain.fingerprint()));
    stages.append(record).await?;
    let current = folder.make_current(number)?;
    let value = json!({"old": old, "new": row(&current, None, true)});
    console.result(&value, || line(&current, None, true));
    if stages.installation.config().provenance.signing_chain.is_some() {
        console.note("provenance.signing_chain still names the certificate that signs: remove it to use this one");
    }
    Ok(())
}

/// Every signing identity, for lists.
pub(super) fn list(stages: &Stages, console: &Console) -> Result<(), Failure> {
    let folder = signing_keys::folder(&stages.installation);
    let (current, revocations) = (folder.current()?.number, folder.revocations()?);
    for kept in folder.all()? {
        let revoked = revocations.of(kept.chain.fingerprint()).map(|revoked| revoked.since);
        let signs = kept.number == current;
        console.result(&row(&kept, revoked, signs), || line(&kept, revoked, signs));
    }
    Ok(())
}

fn row(kept: &Kept, revoked: Option<OffsetDateTime>, current: bool) -> Value {
    let time = |at: OffsetDateTime| at.format(&Rfc3339).ok();
    json!({
        "certificate": kept.chain.fingerprint(),
        "signs": current,
        "subject": kept.chain.subject(),
        "issuer": kept.chain.issuer(),
        "own": kept.own,
        "valid_until": time(kept.chain.valid_until()),
        "revoked_at": revoked.and_then(time),
    })
}

fn line(kept: &Kept, revoked: Option<OffsetDateTime>, current: bool) -> String {
    let fingerprint = kept.chain.fingerprint().to_string();
    let short: String = fingerprint.chars().take(16).collect();
    let state = match (revoked, current) {
        (Some(_), _) => "revoked",
        (None, true) => "signs",
        (None, false) => "retired",
    };
    let (subject, until) = (kept.chain.subject(), kept.chain.valid_until().date());
    format!("{short}  {state:8} {subject}, until {until}")
}

fn create(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written =
        file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    Ok(written.with_context(|| shown(path))?)
}

fn shown(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}
