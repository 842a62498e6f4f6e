//! Comments in the manner of Vorbis (Ogg Vorbis I, section 5), which FLAC and Opus use, too.

/// The name of the label's comment (TC260 practice guide).
const LABEL: &str = "AIGC";

/// A list of comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Comments {
    vendor: Vec<u8>,
    comments: Vec<Vec<u8>>,
    /// What follows the list, as it is.
    rest: Vec<u8>,
}

impl Comments {
    /// `None` if the list ends early.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (vendor, mut bytes) = counted(bytes)?;
        let (count, after) = bytes.split_first_chunk::<4>()?;
        bytes = after;
        let mut comments = Vec::new();
        for _ in 0..u32::from_le_bytes(*count) {
            let (comment, after) = counted(bytes)?;
            comments.push(comment.to_vec());
            bytes = after;
        }
        Some(Self { vendor: vendor.to_vec(), comments, rest: bytes.to_vec() })
    }

    pub(super) fn label(&self) -> Option<Vec<u8>> {
        self.comments.iter().find_map(|comment| value(comment)).map(<[u8]>::to_vec)
    }

    /// Puts one label in the place of all there are.
    pub(super) fn set_label(&mut self, label: &[u8]) {
        self.comments.retain(|comment| value(comment).is_none());
        self.comments.push([LABEL.as_bytes(), b"=", label].concat());
    }

    /// `None` if it is longer than a list can be.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut add = |text: &[u8]| {
            bytes.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
            bytes.extend_from_slice(text);
            Some(())
        };
        add(&self.vendor)?;
        let mut list = u32::try_from(self.comments.len()).ok()?.to_le_bytes().to_vec();
        for comment in &self.comments {
            list.extend(u32::try_from(comment.len()).ok()?.to_le_bytes());
            list.extend_from_slice(comment);
        }
        bytes.extend(list);
        bytes.extend_from_slice(&self.rest);
        Some(bytes)
    }
}

/// The value of a comment that is a label; names may be written in either case.
fn value(comment: &[u8]) -> Option<&[u8]> {
    let (name, value) = comment.split_at_checked(LABEL.len())?;
    let value = value.strip_prefix(b"=")?;
    name.eq_ignore_ascii_case(LABEL.as_bytes()).then_some(value)
}

fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_takes_the_place_of_all() {
        let comments = ["TITLE=a", "aigc=old", "AIGC=older", "AIGCX=kept"];
        let list = Comments {
            vendor: b"v".to_vec(),
            comments: comments.map(|text| text.as_bytes().to_vec()).to_vec(),
            rest: vec![1],
        };
        let mut read = Comments::read(&list.bytes().unwrap()).unwrap();
        assert_eq!(read, list);
        assert_eq!(read.label().as_deref(), Some(&b"old"[..]));
        read.set_label(b"{}");
        assert_eq!(read.comments, [&b"TITLE=a"[..], b"AIGCX=kept", b"AIGC={}"]);
        assert_eq!((read.vendor, read.rest), (b"v".to_vec(), vec![1]));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = Comments::read(&bytes);
            let _ = Comments::read(&[&[0, 0, 0, 0, 1, 0, 0, 0][..], &bytes].concat());
        }
    }
}
