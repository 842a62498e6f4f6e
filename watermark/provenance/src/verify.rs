//! The way back: from bytes to what their credentials say.
//!
//! Nothing is fetched, whatever a file asks for, and no file ends the caller.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    path::Path,
    sync::Arc,
    thread,
};

use c2pa::Context;
use serde_json::json;
use types::{MediaType, Sha256};

use crate::{
    Picture, ProvenanceError, TrustLists, bounds, container,
    judging::Judge,
    locating::{self, Located, void},
    metadata,
    report::{Labels, Report, Verdict},
    source::Source,
    thumbnails,
};

/// The status of a hash that leaves out the wrong bytes (C2PA 2.4, section 15.2).
const MISPLACED: &str = "assertion.dataHash.malformed";
/// Larger files are read from disk piece by piece.
const MEMORY_BYTES_MAX: u64 = 32 << 20;
/// So much of a large file is searched for what it is, and for its labels.
const HEAD_BYTES: u64 = 1 << 20;

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
    /// file carries none, or one from which the sidecar goes on; `format` is a file extension or media type, used where the bytes do not
    /// tell.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], sidecar: Option<&[u8]>, format: Option<&str>) -> Report {
        self.report(Source::Memory(bytes), sidecar, format)
    }

    /// The same for a file on disk, which is not brought into memory where it is large: then its
    /// labels are looked for in its first mebibyte only. The extension says what it is, where the
    /// bytes do not tell.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it cannot be read.
    pub fn verify_file(
        &self,
        path: &Path,
        sidecar: Option<&[u8]>,
    ) -> Result<Report, ProvenanceError> {
        let failed = |error: std::io::Error| ProvenanceError::File {
            path: path.to_path_buf(),
            reason: error.to_string(),
        };
        let format = path.extension().map(|end| end.to_string_lossy().into_owned());
        let mut file = File::open(path).map_err(failed)?;
        let large = file.metadata().map_err(failed)?.len() > MEMORY_BYTES_MAX;
        let mut bytes = Vec::new();
        let limit = if large { HEAD_BYTES } else { MEMORY_BYTES_MAX };
        (&mut file).take(limit).read_to_end(&mut bytes).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let source =
            if large { Source::Disk { file: &file, head: &bytes } } else { Source::Memory(&bytes) };
        Ok(self.report(source, sidecar, format.as_deref()))
    }

    fn report(&self, source: Source<'_>, sidecar: Option<&[u8]>, format: Option<&str>) -> Report {
        let report = apart(|| self.look(source, sidecar, format));
        let report = report.unwrap_or_else(|| Report::unreadable("its structure stops the parser"));
        Report { labels: apart(|| labels(source)).unwrap_or_default(), ..report }
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
        let shown = apart(|| {
            let located = self.located(Source::Memory(bytes), sidecar, format).ok()?;
            let report = Judge::new(&self.lists, &located.reader, &located.store).report();
            let void = located.misplaced || report.verdict == Verdict::Invalid;
            (!void).then(|| thumbnails::find(&located.reader, sha256))?
        });
        shown.flatten()
    }

    fn look(&self, source: Source<'_>, sidecar: Option<&[u8]>, format: Option<&str>) -> Report {
        let located = match self.located(source, sidecar, format) {
            Ok(located) => located,
            Err(report) => return *report,
        };
        let report = Judge::new(&self.lists, &located.reader, &located.store).report();
        // A signature that leaves out anything but its own wrapper says nothing about the text.
        if located.misplaced && report.intact == Some(true) { void(MISPLACED) } else { report }
    }

    fn located(
        &self,
        source: Source<'_>,
        sidecar: Option<&[u8]>,
        format: Option<&str>,
    ) -> Result<Located, Box<Report>> {
        let parser = container::parser(source.head(), format);
        locating::store(&self.context, source, sidecar, &parser)
    }
}

/// Runs with room for deep recursion. Parsers of hostile input are not ours: one that panics has
/// found a file unreadable, and gives nothing.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(bounds::STACK_BYTES);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// What stands in the file's own metadata; a file on disk is read as far as that takes.
fn labels(source: Source<'_>) -> Labels {
    let found = match (source.whole(), MediaType::sniff(source.head()), source.open()) {
        (Some(bytes), ..) => metadata::read(bytes),
        (None, Some(kind), Ok(mut file)) => metadata::read_as(&mut file, kind),
        _ => metadata::Found::default(),
    };
    Labels { source_type: found.source_type, aigc: found.aigc }
}
