//! Writing a manifest: into the file where its format has a place, else beside it.

use std::{
    fs::{self, File},
    io::{self, BufReader, Cursor, Read, Seek, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use c2pa::{Builder, assertions::DataHash};
use sha2::{Digest as _, Sha256};
use types::MediaType;

use super::Credentials;
use crate::{ProvenanceError, signer::ClaimSigner};

/// Bytes that are copied at once.
const COPY_BYTES: usize = 64 << 10;

/// Whether a format carries its manifest itself; for others it lies beside the file.
#[must_use]
pub const fn carries_manifest(media_type: MediaType) -> bool {
    matches!(
        media_type,
        MediaType::Png
            | MediaType::Jpeg
            | MediaType::Webp
            | MediaType::Gif
            | MediaType::Svg
            | MediaType::Avif
            | MediaType::Heic
            | MediaType::Tiff
            | MediaType::Wav
            | MediaType::Mp3
            | MediaType::Flac
            | MediaType::M4a
            | MediaType::Mp4
    )
}

/// What can be written and read again.
pub(super) trait Destination: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Destination for T {}

impl Credentials {
    /// Writes the signed file.
    pub(super) fn write(
        &self,
        mut builder: Builder,
        mut source: impl Read + Seek + Send,
        mut signed: &mut impl Destination,
        media_type: MediaType,
    ) -> Result<Written, ProvenanceError> {
        let signer = self.claim_signer()?;
        let made = if carries_manifest(media_type) {
            builder.sign(&signer, media_type.name(), &mut source, &mut signed)
        } else {
            let hash = copied(&mut source, signed).map_err(unwritable)?;
            let hash = hash.ok_or(ProvenanceError::Empty)?;
            builder.set_format(media_type.name());
            builder.add_assertion(DataHash::LABEL, &hash)?;
            builder.sign_data_hashed_embeddable(&signer, &hash, "application/c2pa")
        };
        concluded(made, signer)
    }

    /// Signs a manifest that states no hash of its own.
    pub(super) fn write_beside(
        &self,
        mut builder: Builder,
        bytes: &[u8],
        media_type: MediaType,
    ) -> Result<Written, ProvenanceError> {
        let signer = self.claim_signer()?;
        builder.set_no_embed(true);
        // c2pa reads PDF and cannot write it, not even when there is nothing to write.
        let format = if media_type == MediaType::Pdf { MediaType::Binary } else { media_type };
        let mut copy = Cursor::new(Vec::with_capacity(bytes.len()));
        let made = builder.sign(&signer, format.name(), &mut Cursor::new(bytes), &mut copy);
        concluded(made, signer)
    }
}

/// What signing has made.
pub(super) struct Written {
    /// The manifest store.
    pub(super) store: Vec<u8>,
    /// Why there is no time-stamp, where that is allowed.
    pub(super) unstamped: Option<String>,
}

fn concluded(
    made: c2pa::Result<Vec<u8>>,
    signer: ClaimSigner<'_>,
) -> Result<Written, ProvenanceError> {
    let unstamped = signer.finish()?;
    Ok(Written { store: made?, unstamped })
}

/// Parsers of hostile input are not all ours: one that panics has found a file that cannot be signed.
pub(super) fn guarded<T>(
    work: impl FnOnce() -> Result<T, ProvenanceError>,
) -> Result<T, ProvenanceError> {
    let stopped = || ProvenanceError::Sign("its structure stops the parser".to_owned());
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(stopped()))
}

/// Copies, and binds what was copied: all of it. `None` when there was nothing.
fn copied(source: &mut impl Read, destination: &mut impl Write) -> io::Result<Option<DataHash>> {
    let mut digest = Sha256::new();
    let mut is_empty = true;
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let count = source.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        digest.update(read);
        is_empty = false;
        destination.write_all(read)?;
    }
    let mut hash = DataHash::new("jumbf manifest", "sha256");
    hash.set_hash(digest.finalize().to_vec());
    Ok((!is_empty).then_some(hash))
}

fn unwritable(error: io::Error) -> ProvenanceError {
    ProvenanceError::Sign(error.to_string())
}

pub(super) fn open(path: &Path) -> Result<BufReader<File>, ProvenanceError> {
    File::open(path).map(BufReader::new).map_err(|error| failed(path, &error))
}

/// Makes a file that appears under its name only once it is whole and on disk.
pub(super) fn into_file<T>(
    path: &Path,
    make: impl FnOnce(&mut File) -> Result<T, ProvenanceError>,
) -> Result<T, ProvenanceError> {
    let name = path.file_name().map(|name| format!(".{}.part", name.to_string_lossy()));
    let name = name.ok_or_else(|| ProvenanceError::File {
        path: path.to_owned(),
        reason: "it names no file".to_owned(),
    })?;
    let part = path.with_file_name(name);
    let opened = File::options().read(true).write(true).create(true).truncate(true).open(&part);
    let made = opened.map_err(|error| failed(&part, &error)).and_then(|mut file| {
        let made = make(&mut file)?;
        file.sync_all().map_err(|error| failed(&part, &error))?;
        fs::rename(&part, path).map_err(|error| failed(path, &error))?;
        Ok(made)
    });
    if made.is_err() {
        // What is left of it is of no use; that it cannot be removed adds nothing to the error.
        let _ = fs::remove_file(&part);
    }
    made
}

fn failed(path: &Path, error: &io::Error) -> ProvenanceError {
    ProvenanceError::File { path: path.to_owned(), reason: error.to_string() }
}
