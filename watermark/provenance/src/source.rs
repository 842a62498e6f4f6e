//! A file to be checked: in memory, or on disk and too large for that.

use std::{
    fs::File,
    io::{BufReader, Cursor, Read, Result, Seek, SeekFrom},
};

use crate::bounds::Bounded;

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    Memory(&'a [u8]),
    Disk {
        file: &'a File,
        /// The beginning of it.
        head: &'a [u8],
    },
}

impl<'a> Source<'a> {
    /// The beginning of the file, or all of it.
    pub(crate) const fn head(self) -> &'a [u8] {
        match self {
            Self::Memory(bytes) | Self::Disk { head: bytes, .. } => bytes,
        }
    }

    /// All of it, where it is in memory.
    pub(crate) const fn whole(self) -> Option<&'a [u8]> {
        match self {
            Self::Memory(bytes) => Some(bytes),
            Self::Disk { .. } => None,
        }
    }

    /// The file from its beginning, with a bound on how often it can be touched.
    pub(crate) fn open(self) -> Result<Bounded<Opened<'a>>> {
        Bounded::new(match self {
            Self::Memory(bytes) => Opened::Memory(Cursor::new(bytes)),
            Self::Disk { file, .. } => Opened::Disk(BufReader::new(file)),
        })
    }
}

/// A file that is read.
#[derive(Debug)]
pub(crate) enum Opened<'a> {
    Memory(Cursor<&'a [u8]>),
    Disk(BufReader<&'a File>),
}

impl Read for Opened<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Self::Memory(bytes) => bytes.read(buffer),
            Self::Disk(file) => file.read(buffer),
        }
    }
}

impl Seek for Opened<'_> {
    fn seek(&mut self, place: SeekFrom) -> Result<u64> {
        match self {
            Self::Memory(bytes) => bytes.seek(place),
            // Within the buffer, if possible.
            Self::Disk(file) => match place {
                SeekFrom::Current(offset) => {
                    file.seek_relative(offset)?;
                    file.stream_position()
                }
                place => file.seek(place),
            },
        }
    }

    fn stream_position(&mut self) -> Result<u64> {
        match self {
            Self::Memory(bytes) => Ok(bytes.position()),
            Self::Disk(file) => file.stream_position(),
        }
    }
}
