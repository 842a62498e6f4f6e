//! The way back: from bytes to what their credentials say.
//!
//! Nothing is fetched, whatever a file asks for, and no file ends the caller.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use c2pa::{Context, Error, Reader};
use serde_json::json;
use types::{MediaType, Sha256};

use crate::{
    Picture, ProvenanceError, TrustLists,
    judging::Judge,
    metadata,
    report::{Labels, Report, Verdict},
    summary::{Facts, Summary},
    text, thumbnails,
};

/// The status of a hash that leaves out the wrong bytes (C2PA 2.4, section 15.2).
const MISPLACED: &str = "assertion.dataHash.malformed";
/// Reasons are for people: longer ones are cut.
const REASON_CHARS_MAX: usize = 120;

/// Checks credentials against trust lists.
#[derive(Debug)]
pub struct Verifier {
    lists: TrustLists,
    context: Arc<Context>,
}

impl Verifier {
    /// A verifier that trusts these lists.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when a list cannot be used.
    pub fn new(lists: TrustLists) -> Result<Self, ProvenanceError> {
        let settings = json!({
            "version": 1,
            "trust": lists.settings(),
            "cawg_trust": lists.settings(),
            "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false },
            "core": { "allowed_network_hosts": [] },
        });
        let context = Context::new().with_settings(settings);
        let context = context.map_err(|error| ProvenanceError::Certificate(error.to_string()))?;
        Ok(Self { lists, context: context.into_shared() })
    }

    /// The lists by which it judges.
    #[must_use]
    pub const fn lists(&self) -> &TrustLists {
        &self.lists
    }

    /// Reads and judges. `sidecar` is a manifest store that lies beside the file, used where the
    /// file carries none; `format` is a file extension or media type, used where the bytes do not
    /// tell.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], sidecar: Option<&[u8]>, format: Option<&str>) -> Report {
        // Parsers of hostile input are not ours: one that panics has found a file unreadable.
        let looked =
            catch_unwind(AssertUnwindSafe(|| self.look(bytes, sidecar, &hint(bytes, format))));
        let report =
            looked.unwrap_or_else(|_| Report::unreadable("its structure stops the parser"));
        Report { labels: labels(bytes), ..report }
    }

    /// A thumbnail that a report on this file lists, by its digest, decoded and encoded again. None
    /// comes out of credentials that are void.
    #[must_use]
    pub fn thumbnail(
        &self,
        bytes: &[u8],
        sidecar: Option<&[u8]>,
        format: Option<&str>,
        sha256: &Sha256,
    ) -> Option<Picture> {
        let looked = catch_unwind(AssertUnwindSafe(|| {
            let found = self.found(bytes, sidecar, &hint(bytes, format)).ok()?;
            let report = Judge::new(&self.lists, &found.reader, &found.store).report();
            let void = found.misplaced || report.verdict == Verdict::Invalid;
            (!void).then(|| thumbnails::find(&found.reader, sha256))?
        }));
        looked.ok().flatten()
    }

    fn look(&self, bytes: &[u8], sidecar: Option<&[u8]>, format: &str) -> Report {
        let found = match self.found(bytes, sidecar, format) {
            Ok(found) => found,
            Err(report) => return *report,
        };
        let report = Judge::new(&self.lists, &found.reader, &found.store).report();
        // A signature that leaves out anything but its own wrapper says nothing about the text.
        if found.misplaced && report.intact == Some(true) { void(MISPLACED) } else { report }
    }

    /// The manifest store of a file, in it or beside it; else the report that says why there is none.
    fn found(
        &self,
        bytes: &[u8],
        sidecar: Option<&[u8]>,
        format: &str,
    ) -> Result<Found, Box<Report>> {
        let error = match self.reader().with_stream(format, Cursor::new(bytes)) {
            Ok(reader) => {
                let store = c2pa::jumbf_io::load_jumbf_from_memory(format, bytes);
                return Ok(Found { reader, store: store.unwrap_or_default(), misplaced: false });
            }
            Err(error) => error,
        };
        let beside = |store: &[u8], bytes: &[u8], format: &str| {
            let stream = Cursor::new(bytes);
            let read = self.reader().with_manifest_data_and_stream(store, format, stream);
            read.map_err(|error| Box::new(without_manifest(&error, bytes)))
        };
        if !lies_elsewhere(&error) {
            return Err(Box::new(without_manifest(&error, bytes)));
        }
        match (text::held(bytes).map_err(|fault| Box::new(void(fault.code())))?, sidecar) {
            (Some(held), _) => {
                let reader = beside(&held.store, &held.signed, MediaType::PlainText.name())?;
                Ok(Found { reader, store: held.store, misplaced: !held.in_place })
            }
            (None, Some(sidecar)) => {
                let reader = beside(sidecar, bytes, format)?;
                Ok(Found { reader, store: sidecar.to_vec(), misplaced: false })
            }
            (None, None) => Err(Box::new(without_manifest(&error, bytes))),
        }
    }

    fn reader(&self) -> Reader {
        Reader::from_shared_context(&self.context)
    }
}

/// A manifest store, read and checked by `c2pa`.
struct Found {
    reader: Reader,
    /// The same, raw.
    store: Vec<u8>,
    /// It was in a text, and its signature leaves out something else than itself.
    misplaced: bool,
}

/// Whether the manifest may lie beside the file, or in its text.
const fn lies_elsewhere(error: &Error) -> bool {
    matches!(error, Error::JumbfNotFound | Error::UnsupportedType | Error::RemoteManifestUrl(_))
}

/// Credentials that cannot be used at all.
fn void(code: &str) -> Report {
    let verdict = Verdict::Invalid;
    let failures = vec![code.to_owned()];
    Report { failures, ..Report::bare(verdict, Summary::of(verdict, &Facts::default())) }
}

fn without_manifest(error: &Error, bytes: &[u8]) -> Report {
    let bare = |verdict, host| {
        Report::bare(verdict, Summary::of(verdict, &Facts { host, ..Facts::default() }))
    };
    match error {
        _ if bytes.is_empty() => Report::unreadable("it is empty"),
        Error::JumbfNotFound => bare(Verdict::None, ""),
        Error::RemoteManifestUrl(url) => bare(Verdict::RemoteOnly, host(url)),
        // Text carries its manifest beside it, and there is none.
        Error::UnsupportedType if MediaType::sniff(bytes) == Some(MediaType::PlainText) => {
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

/// What the parser is told about the format: what the bytes say, else what the caller says.
fn hint(bytes: &[u8], format: Option<&str>) -> String {
    if let Some(known @ (MediaType::Png | MediaType::Jpeg)) = MediaType::sniff(bytes) {
        return known.name().to_owned();
    }
    let essence = format.unwrap_or_default().split(';').next().unwrap_or_default();
    let essence = essence.trim().trim_start_matches('.').to_lowercase();
    let start = String::from_utf8_lossy(bytes.get(..512).unwrap_or(bytes));
    match essence.as_str() {
        "" if start.starts_with("%PDF-") => "pdf".to_owned(),
        "" if start.contains("<svg") => "svg".to_owned(),
        _ => essence,
    }
}

fn labels(bytes: &[u8]) -> Labels {
    let found = metadata::read(bytes);
    Labels { source_type: found.source_type, aigc: found.aigc }
}
