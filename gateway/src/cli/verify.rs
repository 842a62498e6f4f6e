//! `imprimatur verify`: one line for each file.
//!
//! On an installation each check is on record, with the file's digest and the verdict. Works without
//! an installation, too: then it reads credentials by the given trust lists only.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::Context as _;
use audit::{Log, LogError, LogOptions};
use futures::{StreamExt as _, stream};
use provenance::{TrustLists, Verdict, Verifier};
use serde_json::{Value, json};
use types::{MediaType, Sha256};

use super::{
    args::{Global, Verify},
    exit::{Answer, Exit, Failure},
    generate::sidecar_path,
    locate,
    output::Console,
    show,
};
use crate::{
    criteria,
    detecting::Detector,
    disclosure::{self, Audience},
    fetching::Fetcher,
    installation::Installation,
    lookup::{Inclusion, Lookup, Subject, Verification},
    mark_keys::MarkKeys,
    models, recording,
    resolver::Resolver,
    signing_keys,
    storage::Storage,
    trusting,
    wiring::WiringError,
};

/// Of larger files the credentials are checked where they lie, and often that is all.
const LARGE_BYTES: u64 = 256 << 20;
/// Larger files are never brought into memory, so nobody looks for marks in them.
const MEMORY_BYTES_MAX: u64 = 1 << 30;

pub(crate) async fn run(global: &Global, args: &Verify, console: &Console) -> Answer {
    let installation = locate::found(global)?;
    let (lookup, log) = lookup(installation.as_ref(), args, console)?;
    let publisher =
        installation.map(|found| found.config().provenance.publisher.clone()).unwrap_or_default();
    let files = files(&args.paths)?;
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    let elsewhere = Elsewhere {
        recover: args.recover,
        fetcher: args.fetch.then(Fetcher::default),
        resolver: args.resolve.as_deref().map(Resolver::new).transpose()?,
    };
    let mut checked =
        stream::iter(files).map(|file| check(&lookup, file, &elsewhere)).buffered(at_once);
    let mut exit = Exit::Yes;
    while let Some((name, sha256, found, resolved)) = checked.next().await {
        if let (Some(log), Some(sha256)) = (&log, sha256) {
            let record = recording::verified("installation", "operator".into(), sha256, &found);
            log.append(record).await?;
        }
        let mut value = disclosure::report(
            &found,
            lookup.lists(),
            Audience::Owner,
            &publisher,
            console.language(),
        );
        if let Some(object) = value.as_object_mut() {
            object.insert("file".to_owned(), json!(name));
            if elsewhere.resolver.is_some() {
                object.insert("resolved".to_owned(), json!(resolved));
            }
        }
        let told = resolved.as_ref().and_then(|resolved| resolved.get("sentence")?.as_str());
        console.result(&value, || {
            let shown = show::verification(&name, &found, console);
            told.map_or_else(|| shown.clone(), |told| format!("{shown}\n{told}"))
        });
        exit = worse(exit, exit_of(&found));
    }
    Ok(exit)
}

/// What one verdict means to a script.
fn exit_of(found: &Verification) -> Exit {
    if found.origins.iter().any(|origin| matches!(origin.inclusion, Some(Inclusion::Wrong))) {
        return Exit::No;
    }
    match found.report.verdict {
        Verdict::Trusted => Exit::Yes,
        Verdict::AlteredAfterSigning | Verdict::Invalid => Exit::No,
        Verdict::Unreadable | Verdict::Unsupported => Exit::Unreadable,
        Verdict::UntrustedSigner | Verdict::ExpiredSigner | Verdict::RemoteOnly | Verdict::None => {
            Exit::Weaker
        }
    }
}

/// Over several files a "no" counts most, then what could not be read, then what is weaker.
fn worse(a: Exit, b: Exit) -> Exit {
    let weight = |exit: Exit| match exit {
        Exit::Yes => 0,
        Exit::Weaker => 1,
        Exit::Unreadable => 2,
        _ => 3,
    };
    if weight(b) > weight(a) { b } else { a }
}

fn lookup(
    installation: Option<&Installation>,
    args: &Verify,
    console: &Console,
) -> Result<(Lookup, Option<Log>), Failure> {
    let mut lists = match installation {
        Some(installation) => {
            trusting::with_stored(signing_keys::own_list(installation)?, installation)?
        }
        None => TrustLists::default(),
    };
    for path in args.trust.iter().flat_map(|path| pems(path)) {
        let (name, pem) = path?;
        lists.add_pem(&name, &pem).with_context(|| name.clone())?;
    }
    for path in &args.allow {
        let pem = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        lists.allow(&pem).with_context(|| path.display().to_string())?;
    }
    if let Some(at) = criteria::moment("at", args.at.as_deref())? {
        lists.judge_at(at);
    }
    let lookup = Lookup::new(Arc::new(Verifier::new(lists)?));
    let Some(installation) = installation else {
        console.note("no installation found: marks are not read and nothing is looked up in a log");
        return Ok((lookup, None));
    };
    let keys = MarkKeys::load(installation)?;
    let generators = models::open_all(installation)?;
    let lookup = lookup.with_detector(Detector::new(keys, generators.values()));
    let options = LogOptions::new(installation.config().audit.origin.clone());
    match Storage::open(installation)?.log(options) {
        Ok(log) => Ok((lookup.with_log(log.clone()), Some(log))),
        // A server has it: credentials and marks can be read all the same.
        Err(WiringError::Log(LogError::InUse(_))) => {
            console.note("the log is in use by a server, so nothing is looked up in it: ask its /v1/verify for that");
            Ok((lookup, None))
        }
        Err(error) => Err(error.into()),
    }
}

/// PEM texts with the name of their list: a file's, or those of the files in a folder.
fn pems(path: &Path) -> Vec<Result<(String, String), Failure>> {
    let files = if path.is_dir() { walk(path) } else { vec![path.to_path_buf()] };
    let read = |file: &PathBuf| {
        let name =
            file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let pem = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Ok((name, pem))
    };
    let pem = |file: &&PathBuf| !path.is_dir() || file.extension().is_some_and(|end| end == "pem");
    files.iter().filter(pem).map(read).collect()
}

/// What is to be checked: `None` is standard input.
fn files(paths: &[PathBuf]) -> Result<Vec<Option<PathBuf>>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(None);
        } else if path.is_dir() {
            files.extend(walk(path).into_iter().filter(|file| !is_sidecar(file)).map(Some));
        } else if path.exists() {
            files.push(Some(path.clone()));
        } else {
            return Err(Failure::unreadable(anyhow::anyhow!(
                "{}: there is no such file",
                path.display()
            )));
        }
    }
    Ok(files)
}

/// Every file below a folder by name; links are not followed.
pub(super) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let below = |entry: &fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => walk(&entry.path()),
        Ok(kind) if kind.is_file() => vec![entry.path()],
        _ => Vec::new(),
    };
    entries.iter().flat_map(below).collect()
}

/// Whether a file is the manifest of another one that lies beside it.
pub(super) fn is_sidecar(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "c2pa") && file.with_extension("").is_file()
}

type Checked = (String, Option<Sha256>, Verification, Option<Value>);

/// What is looked for beyond the file itself.
#[derive(Default)]
struct Elsewhere {
    recover: bool,
    fetcher: Option<Fetcher>,
    resolver: Option<Resolver>,
}

async fn check(lookup: &Lookup, file: Option<PathBuf>, elsewhere: &Elsewhere) -> Checked {
    let name = file.as_ref().map_or("-".to_owned(), |file| file.display().to_string());
    let recover = elsewhere.recover;
    let large = file.as_ref().map(|path| (path, length(path)));
    if let Some((path, length)) = large.filter(|(_, length)| *length > LARGE_BYTES) {
        let (lookup, path) = (lookup.clone(), path.clone());
        let read = tokio::task::spawn_blocking(move || {
            lookup.verify_file(&path, fs::read(sidecar_path(&path)).ok().as_deref())
        });
        match read.await {
            Ok(Ok((sha256, mut found))) => {
                let settled = found.report.verdict.names_a_signer() && !recover;
                if !settled && length > MEMORY_BYTES_MAX {
                    found.report.warnings.push(UNSEEN.to_owned());
                }
                if settled || length > MEMORY_BYTES_MAX {
                    return (name, Some(sha256), found, None);
                }
            }
            Ok(Err(error)) => {
                return (name, None, Verification::unreadable(&error.to_string()), None);
            }
            Err(_) => return (name, None, Verification::unreadable(UNREAD), None),
        }
    }
    let read = tokio::task::spawn_blocking(move || subject(file.as_deref(), recover)).await;
    match read {
        Ok(Ok(subject)) => {
            let sha256 = Sha256::of(&subject.bytes);
            let mut found = match &elsewhere.fetcher {
                None => lookup.verify(subject.clone()).await,
                Some(fetcher) => fetched(lookup, subject.clone(), fetcher).await,
            };
            let resolved = match &elsewhere.resolver {
                Some(resolver) if !found.report.verdict.names_a_signer() => {
                    resolved(lookup, subject, resolver, &mut found).await
                }
                _ => None,
            };
            (name, Some(sha256), found, resolved)
        }
        Ok(Err(reason)) => (name, None, Verification::unreadable(&reason), None),
        Err(_) => (name, None, Verification::unreadable(UNREAD), None),
    }
}

/// When the thread that reads a file has ended otherwise.
const UNREAD: &str = "it could not be read";

/// When a file is too large for more than its credentials.
const UNSEEN: &str = "too large for a mark or a likeness to be looked for";

/// In bytes; of what is no file, none.
fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |about| about.len())
}

/// What a service has for a file, and what the manifest says. It is no verdict about the file: the
/// manifest was made for other bytes, and the service says that they belong together.
async fn resolved(
    lookup: &Lookup,
    subject: Subject,
    resolver: &Resolver,
    found: &mut Verification,
) -> Option<Value> {
    let (service, bytes) = (resolver.clone(), subject.bytes.clone());
    let format = MediaType::sniff(&bytes).unwrap_or(MediaType::Binary).name();
    let asking = tokio::task::spawn_blocking(move || service.resolve(&bytes, format)).await;
    let answer = match asking.ok()? {
        Ok(answer) => answer?,
        Err(error) => {
            found.report.warnings.push(error.to_string());
            return None;
        }
    };
    let subject = Subject { sidecar: Some(answer.store), recover: false, ..subject };
    let report = lookup.verify(subject).await.report;
    let (id, service) = (&answer.manifest_id, resolver.origin());
    let sentence = match &report.signer {
        Some(signer) => {
            format!("{service} says that this came from manifest {id}, signed by {}", signer.name)
        }
        None => {
            format!("{service} says that this came from manifest {id}, which does not check out")
        }
    };
    Some(json!({
        "service": service, "manifest_id": id, "score": answer.score, "verdict": report.verdict,
        "signer": report.signer, "signed_at": report.signed_at,
        "ai_declared_anywhere": report.ai_declared_anywhere, "sentence": sentence,
    }))
}

/// Checks again with the credentials from elsewhere, as if they lay beside the file.
async fn fetched(lookup: &Lookup, subject: Subject, fetcher: &Fetcher) -> Verification {
    let mut found = lookup.verify(subject.clone()).await;
    let Some(url) = found.report.remote_url.clone() else { return found };
    let (fetcher, wanted) = (fetcher.clone(), url.clone());
    let answer = tokio::task::spawn_blocking(move || fetcher.fetch(&wanted)).await;
    match answer {
        Ok(Ok(store)) => {
            let subject = Subject { sidecar: Some(store), ..subject };
            let mut found = lookup.verify(subject).await;
            found.report.remote_url = Some(url);
            found
        }
        Ok(Err(error)) => {
            found.report.warnings.push(error.to_string());
            found
        }
        Err(_) => found,
    }
}

fn subject(file: Option<&Path>, recover: bool) -> Result<Subject, String> {
    let said = |error: std::io::Error| error.to_string();
    let from: Box<dyn std::io::Read> = match file {
        Some(file) => Box::new(fs::File::open(file).map_err(said)?),
        None => Box::new(std::io::stdin()),
    };
    let mut bytes = Vec::new();
    let length = from.take(MEMORY_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(said)?;
    // A stream; a file of this length is checked where it lies.
    if length as u64 > MEMORY_BYTES_MAX {
        return Err(format!("more than {MEMORY_BYTES_MAX} bytes: check it as a file"));
    }
    let sidecar = file.and_then(|file| fs::read(sidecar_path(file)).ok());
    let format = file.and_then(Path::extension).map(|end| end.to_string_lossy().into_owned());
    Ok(Subject { bytes, sidecar, format, recover })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_several_files_a_no_counts_most() {
        let cases = [
            (Exit::Yes, Exit::Weaker, Exit::Weaker),
            (Exit::Unreadable, Exit::Weaker, Exit::Unreadable),
            (Exit::No, Exit::Unreadable, Exit::No),
            (Exit::Yes, Exit::Yes, Exit::Yes),
        ];
        for (a, b, expected) in cases {
            assert_eq!((worse(a, b), worse(b, a)), (expected, expected));
        }
    }

    #[test]
    fn a_folder_is_walked_in_order_without_manifests_of_others() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["c.txt", "c.txt.c2pa", "alone.c2pa", "b/x.png"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let found = files(&[folder.path().to_path_buf()]).unwrap();
        let expected =
            ["alone.c2pa", "b/x.png", "c.txt"].map(|name| Some(folder.path().join(name)));
        assert_eq!(found, expected);
    }
}
