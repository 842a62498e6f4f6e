//! A BagIt bag (RFC 8493), written file by file into a ZIP.

use std::{
    fs,
    io::{self, Read, Seek as _, Write},
};

use sha2::Digest as _;
use types::Sha256;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::names;

/// What `bagit.txt` says.
pub(super) const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A bag that is being written. Memory does not grow with the number of files, but for what the ZIP
/// needs of each: its name and place.
#[derive(Debug)]
pub(super) struct Bag {
    zip: ZipWriter<fs::File>,
    base: String,
    payload: Listing,
    tags: Listing,
    pub(super) bytes: u64,
    pub(super) files: u64,
}

/// The lines of a manifest, beside the ZIP until they are all there.
#[derive(Debug)]
struct Listing {
    file: fs::File,
    digest: sha2::Sha256,
}

impl Bag {
    pub(super) fn new(file: fs::File, base: &str) -> io::Result<Self> {
        Ok(Self {
            zip: ZipWriter::new(file),
            base: base.to_owned(),
            payload: Listing::new()?,
            tags: Listing::new()?,
            bytes: 0,
            files: 0,
        })
    }

    /// Adds a file below `data/`. Hashes do not shrink, so proofs are stored as they are.
    pub(super) fn data(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.data_from(name, &mut &*content)
    }

    /// The same from a stream.
    pub(super) fn data_from(&mut self, name: &str, content: &mut dyn Read) -> io::Result<()> {
        let shrinks = names::proof_index(name).is_none();
        let (digest, bytes) = self.write(name, content, shrinks)?;
        self.payload.add(name, &digest)?;
        self.bytes += bytes;
        self.files += 1;
        Ok(())
    }

    /// Writes the payload's manifest; its digest stands for the whole payload.
    pub(super) fn seal(&mut self) -> io::Result<Sha256> {
        let payload = std::mem::replace(&mut self.payload, Listing::new()?);
        let digest = Sha256::from(<[u8; 32]>::from(payload.digest.clone().finalize()));
        let mut file = payload.rewound()?;
        self.tag_from(names::MANIFEST, &mut file)?;
        Ok(digest)
    }

    /// Adds a file beside `data/`.
    pub(super) fn tag(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.tag_from(name, &mut &*content)
    }

    fn tag_from(&mut self, name: &str, content: &mut dyn Read) -> io::Result<()> {
        let (digest, _) = self.write(name, content, true)?;
        self.tags.add(name, &digest)
    }

    /// Writes the manifest of the tag files, which ends the bag.
    pub(super) fn finish(mut self) -> io::Result<fs::File> {
        let tags = std::mem::replace(&mut self.tags, Listing::new()?);
        self.write(names::TAG_MANIFEST, &mut tags.rewound()?, true)?;
        self.zip.finish().map_err(io::Error::from)
    }

    fn write(
        &mut self,
        name: &str,
        content: &mut dyn Read,
        shrinks: bool,
    ) -> io::Result<(Sha256, u64)> {
        let method = if shrinks { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = SimpleFileOptions::default().compression_method(method).large_file(shrinks);
        self.zip.start_file(format!("{}/{name}", self.base), options)?;
        let mut hashing = Hashing { inner: &mut self.zip, digest: sha2::Sha256::new() };
        let bytes = io::copy(content, &mut hashing)?;
        Ok((Sha256::from(<[u8; 32]>::from(hashing.digest.finalize())), bytes))
    }
}

impl Listing {
    fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, digest: sha2::Sha256::new() })
    }

    fn add(&mut self, name: &str, digest: &Sha256) -> io::Result<()> {
        let line = format!("{digest}  {name}\n");
        self.digest.update(line.as_bytes());
        self.file.write_all(line.as_bytes())
    }

    fn rewound(mut self) -> io::Result<fs::File> {
        self.file.rewind()?;
        Ok(self.file)
    }
}

/// Hashes what passes through.
struct Hashing<'a, W> {
    inner: &'a mut W,
    digest: sha2::Sha256,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
