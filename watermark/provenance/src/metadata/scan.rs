//! Looking into a file at any place, without holding all of it.

use std::io::{Read, Seek, SeekFrom};

/// What can be read and looked at anywhere.
pub(crate) trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// Bytes that are read at once, because whoever looks at one looks at its neighbours next.
const WINDOW_BYTES: usize = 4096;
/// Longest piece of metadata that is read into memory.
const PIECE_BYTES_MAX: u64 = 64 << 20;

/// A file that is being looked at. Whatever lies outside it is `None`.
pub(crate) struct Scan<'a> {
    source: &'a mut dyn Source,
    length: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl<'a> Scan<'a> {
    /// `None` if the source cannot say how long it is.
    pub(crate) fn new(source: &'a mut dyn Source) -> Option<Self> {
        let length = source.seek(SeekFrom::End(0)).ok()?;
        Some(Self { source, length, window: Vec::new(), window_at: 0 })
    }

    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from a place on, all of them or none.
    pub(crate) fn bytes(&mut self, at: u64, length: u64) -> Option<Vec<u8>> {
        let end = at.checked_add(length)?;
        if end > self.length || length > PIECE_BYTES_MAX {
            return None;
        }
        let wanted = usize::try_from(length).ok()?;
        if wanted <= WINDOW_BYTES {
            return self.windowed(at, wanted).map(<[u8]>::to_vec);
        }
        self.source.seek(SeekFrom::Start(at)).ok()?;
        let mut bytes = vec![0; wanted];
        self.source.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Everything, where that is not too long.
    pub(crate) fn all(&mut self) -> Option<Vec<u8>> {
        self.bytes(0, self.length)
    }

    pub(crate) fn array<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        self.windowed(at, N)?.try_into().ok()
    }

    pub(crate) fn starts_with(&mut self, at: u64, start: &[u8]) -> bool {
        self.windowed(at, start.len()).is_some_and(|bytes| bytes == start)
    }

    pub(crate) fn be16(&mut self, at: u64) -> Option<u16> {
        self.array(at).map(u16::from_be_bytes)
    }

    pub(crate) fn be32(&mut self, at: u64) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }

    pub(crate) fn be64(&mut self, at: u64) -> Option<u64> {
        self.array(at).map(u64::from_be_bytes)
    }

    pub(crate) fn le32(&mut self, at: u64) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn windowed(&mut self, at: u64, length: usize) -> Option<&[u8]> {
        let end = at.checked_add(length as u64).filter(|end| *end <= self.length)?;
        let held = self.window_at..self.window_at + self.window.len() as u64;
        if !(held.start <= at && end <= held.end) {
            let wanted = (self.length - at).min(WINDOW_BYTES.max(length) as u64);
            self.window.clear();
            self.source.seek(SeekFrom::Start(at)).ok()?;
            self.window.resize(usize::try_from(wanted).ok()?, 0);
            self.source.read_exact(&mut self.window).ok()?;
            self.window_at = at;
        }
        let start = usize::try_from(at - self.window_at).ok()?;
        self.window.get(start..start + length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_lies_outside_is_none() {
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let mut source = Cursor::new(&bytes);
        let mut scan = Scan::new(&mut source).unwrap();
        assert_eq!(scan.be16(9_998), Some(u16::from_be_bytes([bytes[9_998], bytes[9_999]])));
        assert_eq!(scan.be16(9_999), None);
        assert_eq!(scan.array::<4>(u64::MAX), None);
        assert_eq!(scan.bytes(1, u64::MAX), None);
        assert_eq!(
            scan.be32(5_000),
            Some(u32::from_be_bytes(bytes[5_000..5_004].try_into().unwrap()))
        );
        assert_eq!(scan.bytes(100, 9_900).as_deref(), Some(&bytes[100..]));
        assert_eq!(scan.all(), Some(bytes.clone()));
        assert!(scan.starts_with(3, &[3, 4, 5]) && !scan.starts_with(3, &[4]));
    }
}
