//! The ZIP file of an EPUB, with the same bytes for the same content.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::StoryError;

pub(super) struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    /// The first entry says what the file is, uncompressed, as OCF asks.
    pub(super) fn begin() -> Result<Self, StoryError> {
        let mut archive = Self(ZipWriter::new(Cursor::new(Vec::new())));
        archive.keep("mimetype", b"application/epub+zip")?;
        Ok(archive)
    }

    /// Adds a text, compressed.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoryError> {
        self.write(name, bytes, CompressionMethod::Deflated)
    }

    /// Adds what is compressed already.
    pub(super) fn keep(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoryError> {
        self.write(name, bytes, CompressionMethod::Stored)
    }

    fn write(
        &mut self,
        name: &str,
        bytes: &[u8],
        method: CompressionMethod,
    ) -> Result<(), StoryError> {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default());
        self.0.start_file(name, options).map_err(failed)?;
        self.0.write_all(bytes).map_err(failed)
    }

    pub(super) fn end(self) -> Result<Vec<u8>, StoryError> {
        self.0.finish().map(Cursor::into_inner).map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> StoryError {
    StoryError::Bundle(error.to_string())
}
