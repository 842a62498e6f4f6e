//! What an AVIF file says about its picture outside the coded frame (ISO/IEC 23008-12, 6.5).

use image::metadata::Orientation;

/// The colours of a picture by the numbers of ITU-T H.273, as a `colr` box of type `nclx` has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colours {
    pub(super) primaries: u16,
    pub(super) transfer: u16,
    pub(super) matrix: u16,
    pub(super) full_range: bool,
}

/// Properties of the primary item.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Properties {
    /// Stated in the file; they prevail over what the frame says.
    pub(super) colours: Option<Colours>,
    /// How the picture is to be turned and mirrored.
    pub(super) orientation: Option<Orientation>,
    pub(super) has_profile: bool,
    pub(super) is_cut_out: bool,
}

impl Properties {
    /// Reads the properties; what cannot be followed is taken for absent, as the reader of the
    /// picture's bytes refuses a file that is damaged.
    pub(super) fn read(file: &[u8]) -> Self {
        Self::found(file).unwrap_or_default()
    }

    fn found(file: &[u8]) -> Option<Self> {
        // Boxes with a version begin with four bytes of it.
        let meta = child(file, b"meta")?.get(4..)?;
        let primary = child(meta, b"pitm")?;
        let primary = number(primary.get(4..)?, if *primary.first()? == 0 { 2 } else { 4 })?;
        let properties = child(meta, b"iprp")?;
        let list: Vec<_> = boxes(child(properties, b"ipco")?).collect();
        let mut found = Self::default();
        let (mut quarters, mut axis) = (0, None);
        for index in associated(child(properties, b"ipma")?, primary)? {
            let Some((kind, content)) = index.checked_sub(1).and_then(|at| list.get(at)) else {
                continue;
            };
            match kind {
                b"colr" => match content.get(..4)? {
                    b"nclx" => found.colours = colours(content.get(4..)?),
                    b"prof" | b"rICC" => found.has_profile = true,
                    _ => {}
                },
                b"irot" => quarters = content.first()? & 3,
                b"imir" => axis = Some(content.first()? & 1),
                b"clap" => found.is_cut_out = true,
                _ => {}
            }
        }
        found.orientation = orientation(quarters, axis);
        Some(found)
    }
}

fn colours(content: &[u8]) -> Option<Colours> {
    Some(Colours {
        primaries: u16::try_from(number(content, 2)?).ok()?,
        transfer: u16::try_from(number(content.get(2..)?, 2)?).ok()?,
        matrix: u16::try_from(number(content.get(4..)?, 2)?).ok()?,
        full_range: content.get(6)? & 0x80 != 0,
    })
}

/// `irot` turns against the clock in quarters; `imir` then mirrors at a horizontal (0: top and
/// bottom change places) or vertical axis (1: left and right).
fn orientation(quarters: u8, axis: Option<u8>) -> Option<Orientation> {
    match (quarters, axis) {
        (0, None) => None,
        (1, None) => Some(Orientation::Rotate270),
        (2, None) => Some(Orientation::Rotate180),
        (_, None) => Some(Orientation::Rotate90),
        (0, Some(0)) | (2, Some(1)) => Some(Orientation::FlipVertical),
        (0, Some(_)) | (2, Some(_)) => Some(Orientation::FlipHorizontal),
        (1, Some(1)) | (3, Some(0)) => Some(Orientation::Rotate270FlipH),
        (_, Some(_)) => Some(Orientation::Rotate90FlipH),
    }
}

/// The numbers of the properties of an item, from one on, in the order in which they apply.
fn associated(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let (id_bytes, is_wide) = (if *ipma.first()? == 0 { 2 } else { 4 }, ipma.get(3)? & 1 != 0);
    let mut rest = ipma.get(8..)?;
    for _ in 0..number(ipma.get(4..)?, 4)? {
        let id = number(rest, id_bytes)?;
        let count = usize::from(*rest.get(id_bytes)?);
        let length = if is_wide { 2 * count } else { count };
        let entries = rest.get(id_bytes + 1..)?.get(..length)?;
        rest = rest.get(id_bytes + 1 + length..)?;
        if id == item {
            // The highest bit says that a reader must know the property.
            return Some(if is_wide {
                let (pairs, _) = entries.as_chunks();
                pairs.iter().map(|pair| usize::from(u16::from_be_bytes(*pair) & 0x7fff)).collect()
            } else {
                entries.iter().map(|entry| usize::from(entry & 0x7f)).collect()
            });
        }
    }
    None
}

fn child<'a>(content: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(content).find(|(found, _)| found == kind).map(|(_, content)| content)
}

/// The boxes that lie one behind the other, with their contents; ends where one is not whole.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let kind = *rest.get(4..)?.first_chunk()?;
        let (header, length) = match number(rest, 4)? {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(*rest.get(8..)?.first_chunk()?)).ok()?),
            length => (8, usize::try_from(length).ok()?),
        };
        let content = rest.get(header..length)?;
        rest = rest.get(length..)?;
        Some((kind, content))
    })
}

/// A big-endian number of at most four bytes.
fn number(bytes: &[u8], length: usize) -> Option<u32> {
    let bytes = bytes.get(..length)?;
    Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb, RgbImage};
    use proptest::prelude::*;

    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes()[..], kind, content].concat()
    }

    fn file(properties: &[Vec<u8>], associations: &[u8]) -> Vec<u8> {
        let count = u8::try_from(associations.len()).unwrap();
        let entry = [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 7, count], associations].concat();
        let inner = [boxed(b"ipco", &properties.concat()), boxed(b"ipma", &entry)].concat();
        let meta = [boxed(b"pitm", &[0, 0, 0, 0, 0, 7]), boxed(b"iprp", &inner)].concat();
        boxed(b"meta", &[&[0; 4], &meta[..]].concat())
    }

    #[test]
    fn only_properties_of_the_picture_itself_count() {
        let list = [
            boxed(b"colr", b"nclx\0\x0c\0\x0d\0\x06\x80"),
            boxed(b"colr", b"prof123"),
            boxed(b"clap", &[]),
        ];
        let found = Properties::read(&file(&list, &[0x81]));
        let colours = Colours { primaries: 12, transfer: 13, matrix: 6, full_range: true };
        assert_eq!(found, Properties { colours: Some(colours), ..Properties::default() });
        let found = Properties::read(&file(&list, &[2, 3, 9]));
        assert!(found.has_profile && found.is_cut_out && found.colours.is_none());
    }

    /// The standard turns first and mirrors then; both are done here by plain operations.
    #[test]
    fn every_turn_and_mirror_shows_what_the_standard_says() {
        let picture = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 7]));
        let picture = DynamicImage::ImageRgb8(picture);
        for quarters in 0..4_u8 {
            for axis in [None, Some(0), Some(1)] {
                let mut expected = picture.clone();
                for _ in 0..quarters {
                    expected = expected.rotate270();
                }
                expected = match axis {
                    None => expected,
                    Some(0) => expected.flipv(),
                    Some(_) => expected.fliph(),
                };
                let mut list = vec![boxed(b"irot", &[quarters])];
                list.extend(axis.map(|axis| boxed(b"imir", &[axis])));
                let found = Properties::read(&file(&list, &[1, 2]));
                let mut shown = picture.clone();
                if let Some(orientation) = found.orientation {
                    shown.apply_orientation(orientation);
                }
                assert_eq!(shown, expected, "{quarters} quarters, mirrored at {axis:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            Properties::read(&bytes);
            Properties::read(&boxed(b"meta", &bytes));
        }

        #[test]
        fn a_damaged_file_is_read_without_panic(at in 0..90_usize, byte: u8) {
            let mut file = file(&[boxed(b"irot", &[1]), boxed(b"imir", &[1])], &[1, 2]);
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
            Properties::read(&file);
        }
    }
}
