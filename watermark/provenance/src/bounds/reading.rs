//! How often a parser may touch a file.

use std::io::{Error, Read, Result, Seek, SeekFrom};

/// Touches that every file has for free.
const TOUCHES_MIN: u64 = 1 << 16;
/// For so many bytes a file has one touch more: parts of a file that are smaller on average are not
/// what any program writes.
const BYTES_PER_TOUCH: u64 = 16;

/// A file that can be touched so many times: a million empty parts cost a parser seconds, and some
/// look at each of them again for each of them.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Seek> Bounded<R> {
    /// # Errors
    /// Those of the file.
    pub(crate) fn new(mut inner: R) -> Result<Self> {
        let length = inner.seek(SeekFrom::End(0))?;
        inner.rewind()?;
        Ok(Self { inner, left: TOUCHES_MIN + length / BYTES_PER_TOUCH })
    }
}

impl<R> Bounded<R> {
    fn touch(&mut self) -> Result<()> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| Error::other("it is made of more parts than any program writes"))?;
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.touch()?;
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, place: SeekFrom) -> Result<u64> {
        self.touch()?;
        self.inner.seek(place)
    }

    /// Asking costs nothing.
    fn stream_position(&mut self) -> Result<u64> {
        self.inner.stream_position()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_file_is_read_whole_but_not_without_end() {
        let bytes = vec![7; 100_000];
        let mut file = Bounded::new(Cursor::new(&bytes)).unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes);
        let touched = (0..200_000).take_while(|_| file.rewind().is_ok()).count();
        assert!(touched < 80_000, "{touched}");
        assert!(file.read(&mut [0]).is_err());
    }
}
