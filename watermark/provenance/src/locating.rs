//! Where a file's manifest store is: in it, in its text, beside it, elsewhere, or nowhere.

use std::sync::Arc;

use c2pa::{Context, Error, Reader, jumbf_io};
use types::MediaType;

use crate::{
    bounds, jumbf,
    report::{Report, Verdict},
    source::Source,
    summary::{Facts, Summary},
    text,
};

/// Reasons are for people: longer ones are cut.
const REASON_CHARS_MAX: usize = 120;
/// Longer addresses are not handed on.
const URL_BYTES_MAX: usize = 2048;

/// A manifest store, read and checked by `c2pa`.
pub(crate) struct Located {
    pub(crate) reader: Reader,
    /// The same, raw.
    pub(crate) store: Vec<u8>,
    /// It was in a text, and its signature leaves out something else than itself.
    pub(crate) misplaced: bool,
}

/// The manifest store of a file. `parser` is the name of the format for `c2pa`.
///
/// # Errors
/// The report that says why there is none.
pub(crate) fn store(
    context: &Arc<Context>,
    source: Source<'_>,
    sidecar: Option<&[u8]>,
    parser: &str,
) -> Result<Located, Box<Report>> {
    if let Some(reason) = bounds::unpacks(source.head()) {
        return Err(Box::new(Report::unreadable(reason)));
    }
    let read = |store: Vec<u8>, source: Source<'_>, parser: &str| {
        checked(context, &store, source, parser).map(|reader| Located {
            reader,
            store,
            misplaced: false,
        })
    };
    let error = match embedded(source, parser) {
        Ok(store) => return read(latest(store, sidecar), source, parser),
        Err(error) => error,
    };
    let absent =
        || Box::new(without_manifest(&remote(context, source, parser, &error), source.head()));
    if !matches!(error, Error::JumbfNotFound | Error::UnsupportedType) {
        return Err(Box::new(without_manifest(&error, source.head())));
    }
    let held = source.whole().map_or(Ok(None), text::held);
    match (held.map_err(|fault| Box::new(void(fault.code())))?, sidecar) {
        (Some(held), _) => {
            let signed = Source::Memory(&held.signed);
            let store = latest(held.store, sidecar);
            let located = read(store, signed, MediaType::PlainText.name())?;
            Ok(Located { misplaced: !held.in_place, ..located })
        }
        (None, Some(sidecar)) => read(sidecar.to_vec(), source, parser),
        (None, None) => Err(absent()),
    }
}

/// Some formats take no update: it lies beside the file, and tells more than what is in it.
fn latest(inside: Vec<u8>, sidecar: Option<&[u8]>) -> Vec<u8> {
    let update = sidecar.filter(|sidecar| jumbf::goes_on(sidecar, &inside));
    update.map_or(inside, <[u8]>::to_vec)
}

fn embedded(source: Source<'_>, parser: &str) -> c2pa::Result<Vec<u8>> {
    jumbf_io::load_jumbf_from_stream(parser, &mut source.open()?)
}

/// Parses and checks a store, after a look at what the parser would not survive.
fn checked(
    context: &Arc<Context>,
    store: &[u8],
    source: Source<'_>,
    parser: &str,
) -> Result<Reader, Box<Report>> {
    if bounds::is_deep(store) {
        return Err(Box::new(Report::unreadable("its credentials nest too deeply")));
    }
    let failed = |error: &Error| Box::new(without_manifest(error, source.head()));
    let stream = source.open().map_err(|error| failed(&error.into()))?;
    let reader = Reader::from_shared_context(context);
    let read = reader.with_manifest_data_and_stream(store, parser, stream);
    read.map_err(|error| failed(&error))
}

/// The address of a manifest that is kept elsewhere, as an error of `c2pa`; else the error before.
fn remote(context: &Arc<Context>, source: Source<'_>, parser: &str, error: &Error) -> Error {
    let same = || match error {
        Error::UnsupportedType => Error::UnsupportedType,
        _ => Error::JumbfNotFound,
    };
    let (Error::JumbfNotFound, Ok(stream)) = (error, source.open()) else { return same() };
    match Reader::from_shared_context(context).with_stream(parser, stream) {
        Err(error @ Error::RemoteManifestUrl(_)) => error,
        _ => same(),
    }
}

/// Credentials that cannot be used at all.
pub(crate) fn void(code: &str) -> Report {
    let verdict = Verdict::Invalid;
    let failures = vec![code.to_owned()];
    Report { failures, ..Report::bare(verdict, Summary::of(verdict, &Facts::default())) }
}

fn without_manifest(error: &Error, head: &[u8]) -> Report {
    let bare = |verdict, host| {
        Report::bare(verdict, Summary::of(verdict, &Facts { host, ..Facts::default() }))
    };
    match error {
        _ if head.is_empty() => Report::unreadable("it is empty"),
        Error::JumbfNotFound => bare(Verdict::None, ""),
        Error::RemoteManifestUrl(url) => Report {
            remote_url: (url.len() <= URL_BYTES_MAX).then(|| url.clone()),
            ..bare(Verdict::RemoteOnly, host(url))
        },
        // Text carries its manifest beside it, and there is none.
        Error::UnsupportedType if MediaType::sniff(head) == Some(MediaType::PlainText) => {
            bare(Verdict::None, "")
        }
        Error::UnsupportedType => Report {
            failures: vec!["unsupported format".to_owned()],
            ..bare(Verdict::Unsupported, "")
        },
        other => {
            let said = other.to_string();
            let line = said.lines().next().unwrap_or_default();
            Report::unreadable(&line.chars().take(REASON_CHARS_MAX).collect::<String>())
        }
    }
}

/// The host of a URL, without the user name that may stand before it.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}
