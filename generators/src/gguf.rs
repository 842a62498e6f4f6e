//! GGUF, the one-file format of llama.cpp (version 2 and 3, little-endian), read in one pass and
//! without mapping memory.
//!
//! Every count and length of a header is checked before memory is taken for it.

use std::{collections::BTreeMap, io::Read};

use candle_core::quantized::GgmlDType;

use crate::weights::{Kind, Stored};

/// The longest header that is read: vocabularies of today have less than 20 MB.
const HEADER_BYTES_MAX: u64 = 256 << 20;
const ENTRIES_MAX: u64 = 1 << 16;
const ELEMENTS_MAX: u64 = 1 << 22;
const KEY_BYTES_MAX: u64 = 1 << 16;
const TEXT_BYTES_MAX: u64 = 16 << 20;
const DIMENSIONS_MAX: u32 = 4;
/// Where tensors begin unless the header says otherwise: at a multiple of so many bytes.
const ALIGNMENT: u64 = 32;

/// What a header says under one key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Integer(i128),
    Float(f64),
    Bool(bool),
    Text(String),
    Numbers(Vec<f32>),
    Texts(Vec<String>),
}

/// A tensor of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Rows first.
    pub(crate) shape: Vec<usize>,
    /// From the start of the file, in bytes.
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// The header of a file.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) metadata: BTreeMap<String, Value>,
    /// In the order of their places.
    pub(crate) tensors: Vec<Entry>,
}

impl Header {
    /// Reads the header from the start of a file of `bytes` bytes.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn read(content: &mut dyn Read, bytes: u64) -> Result<Self, String> {
        let mut source = Source { content: content.take(HEADER_BYTES_MAX), read: 0 };
        if &source.bytes::<4>()? != b"GGUF" {
            return Err("is not a GGUF file".to_owned());
        }
        let version = source.u32()?;
        if !(2..=3).contains(&version) {
            return Err(format!("is GGUF version {version}; 2 and 3 are supported"));
        }
        let tensors = source.count("tensors", ENTRIES_MAX)?;
        let values = source.count("values", ENTRIES_MAX)?;
        let mut metadata = BTreeMap::new();
        for _ in 0..values {
            let key = source.text(KEY_BYTES_MAX)?;
            let value = source.value(&key)?;
            metadata.insert(key, value);
        }
        let mut entries = Vec::new();
        for _ in 0..tensors {
            entries.push(source.entry()?);
        }
        let alignment = match metadata.get("general.alignment") {
            None => ALIGNMENT,
            Some(Value::Integer(bytes)) if (1..=65_536).contains(bytes) => *bytes as u64,
            Some(other) => return Err(format!("says that tensors are aligned to {other:?}")),
        };
        let start = source.read.next_multiple_of(alignment);
        for entry in &mut entries {
            entry.offset = entry.offset.saturating_add(start);
        }
        entries.sort_by_key(|entry| entry.offset);
        check(&entries, bytes)?;
        Ok(Self { metadata, tensors: entries })
    }

    /// The tensor called `name`.
    pub(crate) fn tensor(&self, name: &str) -> Option<&Entry> {
        self.tensors.iter().find(|entry| entry.name == name)
    }
}

/// Tensors must follow one another within the file, each with a name of its own.
fn check(entries: &[Entry], bytes: u64) -> Result<(), String> {
    let mut names = std::collections::BTreeSet::new();
    let mut end = 0;
    for Entry { name, offset, bytes: length, .. } in entries {
        if *offset < end {
            return Err(format!("has a tensor `{name}` that overlaps another"));
        }
        end = offset.saturating_add(*length);
        if end > bytes {
            let cut = "it is cut off, download it again";
            return Err(format!("has {bytes} bytes of at least {end}: {cut}"));
        }
        if !names.insert(name) {
            return Err(format!("has two tensors `{name}`"));
        }
    }
    Ok(())
}

/// Reads the tensor's bytes from where it begins.
pub(crate) fn stored(entry: &Entry, content: &mut dyn Read) -> Result<Stored, String> {
    let mut bytes = Vec::new();
    let read = content.take(entry.bytes).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if (bytes.len() as u64) < entry.bytes {
        return Err(CUT_OFF.to_owned());
    }
    Ok(Stored { kind: entry.kind, shape: entry.shape.clone(), bytes })
}

const CUT_OFF: &str = "is cut off: download it again";

/// The bytes of a header, and how many were read.
struct Source<R> {
    content: R,
    read: u64,
}

impl<R: Read> Source<R> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.content.read_exact(&mut bytes).map_err(|_| CUT_OFF.to_owned())?;
        self.read += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, String> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn count(&mut self, what: &str, largest: u64) -> Result<u64, String> {
        let count = self.u64()?;
        if count > largest {
            return Err(format!("says that it has {count} {what}; at most {largest} are read"));
        }
        Ok(count)
    }

    fn text(&mut self, bytes_max: u64) -> Result<String, String> {
        let length = self.count("bytes of a text", bytes_max)?;
        let mut text = Vec::new();
        let read = self.content.by_ref().take(length).read_to_end(&mut text);
        read.map_err(|error| error.to_string())?;
        if (text.len() as u64) < length {
            return Err(CUT_OFF.to_owned());
        }
        self.read += length;
        String::from_utf8(text).map_err(|_| "has a text that is not UTF-8".to_owned())
    }

    fn value(&mut self, key: &str) -> Result<Value, String> {
        let kind = self.u32()?;
        match kind {
            8 => self.text(TEXT_BYTES_MAX).map(Value::Text),
            9 => self.array(key),
            _ => self.scalar(kind).map_err(|reason| format!("{reason} under `{key}`")),
        }
    }

    fn scalar(&mut self, kind: u32) -> Result<Value, String> {
        Ok(match kind {
            0 => Value::Integer(u8::from_le_bytes(self.bytes()?).into()),
            1 => Value::Integer(i8::from_le_bytes(self.bytes()?).into()),
            2 => Value::Integer(u16::from_le_bytes(self.bytes()?).into()),
            3 => Value::Integer(i16::from_le_bytes(self.bytes()?).into()),
            4 => Value::Integer(self.u32()?.into()),
            5 => Value::Integer(i32::from_le_bytes(self.bytes()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.bytes()?).into()),
            7 => Value::Bool(self.bytes::<1>()? != [0]),
            10 => Value::Integer(self.u64()?.into()),
            11 => Value::Integer(i64::from_le_bytes(self.bytes()?).into()),
            12 => Value::Float(f64::from_le_bytes(self.bytes()?)),
            other => return Err(format!("has a value of the unknown type {other}")),
        })
    }

    fn array(&mut self, key: &str) -> Result<Value, String> {
        let kind = self.u32()?;
        let count = self.count(&format!("elements under `{key}`"), ELEMENTS_MAX)?;
        if kind == 8 {
            let texts = (0..count).map(|_| self.text(KEY_BYTES_MAX));
            return texts.collect::<Result<_, _>>().map(Value::Texts);
        }
        let numbers = (0..count).map(|_| match self.scalar(kind)? {
            Value::Integer(number) => Ok(number as f32),
            Value::Float(number) => Ok(number as f32),
            Value::Bool(yes) => Ok(f32::from(u8::from(yes))),
            _ => Err("has a list of lists".to_owned()),
        });
        numbers.collect::<Result<_, _>>().map(Value::Numbers)
    }

    fn entry(&mut self) -> Result<Entry, String> {
        let name = self.text(KEY_BYTES_MAX)?;
        let wrong = |reason: &str| format!("tensor `{name}` {reason}");
        let dimensions = self.u32()?;
        if dimensions == 0 || dimensions > DIMENSIONS_MAX {
            return Err(wrong(&format!("has {dimensions} dimensions")));
        }
        let mut shape = Vec::new();
        for _ in 0..dimensions {
            let size = usize::try_from(self.u64()?).map_err(|_| wrong("is too large"))?;
            // The file names the fastest dimension first.
            shape.insert(0, size);
        }
        let (kind, block, block_bytes) = kind(self.u32()?).map_err(|reason| wrong(&reason))?;
        let offset = self.u64()?;
        let columns = shape.last().copied().unwrap_or(0);
        if columns % block != 0 {
            return Err(wrong(&format!("has rows of {columns}, not a multiple of {block}")));
        }
        let numbers = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
        let bytes = numbers.and_then(|numbers| (numbers / block).checked_mul(block_bytes));
        let bytes = bytes.ok_or_else(|| wrong("is too large"))? as u64;
        Ok(Entry { name, kind, shape, offset, bytes })
    }
}

/// A number format with its numbers and bytes a block.
fn kind(code: u32) -> Result<(Kind, usize, usize), String> {
    let ggml = match code {
        0 => return Ok((Kind::F32, 1, 4)),
        1 => return Ok((Kind::F16, 1, 2)),
        30 => return Ok((Kind::Bf16, 1, 2)),
        2 => GgmlDType::Q4_0,
        3 => GgmlDType::Q4_1,
        6 => GgmlDType::Q5_0,
        7 => GgmlDType::Q5_1,
        8 => GgmlDType::Q8_0,
        10 => GgmlDType::Q2K,
        11 => GgmlDType::Q3K,
        12 => GgmlDType::Q4K,
        13 => GgmlDType::Q5K,
        14 => GgmlDType::Q6K,
        other => {
            let known = "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 and Q2_K to Q6_K";
            return Err(format!("has the number format {other}; {known} are supported"));
        }
    };
    Ok((Kind::Ggml(ggml), ggml.block_size(), ggml.type_size()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    /// A file with one value and one tensor of four numbers.
    fn file() -> Vec<u8> {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend([1_u64, 2].iter().flat_map(|count| count.to_le_bytes()));
        file.extend(
            [text("a.size"), 4_u32.to_le_bytes().to_vec(), 7_u32.to_le_bytes().into()].concat(),
        );
        file.extend([text("b"), 9_u32.to_le_bytes().to_vec(), 8_u32.to_le_bytes().into()].concat());
        file.extend([1_u64.to_le_bytes().to_vec(), text("word")].concat());
        file.extend([text("t"), 2_u32.to_le_bytes().to_vec()].concat());
        file.extend([2_u64, 2].iter().flat_map(|size| size.to_le_bytes()));
        file.extend([0_u32.to_le_bytes().to_vec(), 0_u64.to_le_bytes().into()].concat());
        file.resize(file.len().next_multiple_of(32), 0);
        file.extend([1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()));
        file
    }

    fn read(bytes: &[u8]) -> Result<Header, String> {
        Header::read(&mut &*bytes, bytes.len() as u64)
    }

    #[test]
    fn a_whole_file_is_read() {
        let file = file();
        let header = read(&file).unwrap();
        assert_eq!(header.metadata["a.size"], Value::Integer(7));
        assert_eq!(header.metadata["b"], Value::Texts(vec!["word".into()]));
        let entry = header.tensor("t").unwrap();
        assert_eq!((entry.kind, entry.bytes, &*entry.shape), (Kind::F32, 16, &[2, 2][..]));
        let stored = stored(entry, &mut &file[entry.offset as usize..]).unwrap();
        assert_eq!(stored.floats(), [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let change = |at: usize, bytes: &[u8]| {
            let mut file = file();
            file[at..at + bytes.len()].copy_from_slice(bytes);
            file
        };
        let many = u64::MAX.to_le_bytes();
        let cases: [(Vec<u8>, &str); 7] = [
            (b"PK\x03\x04".to_vec(), "not a GGUF file"),
            (file()[..file().len() - 1].to_vec(), "cut off"),
            (file()[..40].to_vec(), "cut off"),
            (change(4, &[1]), "version 1"),
            (change(8, &many), "tensors"),
            (change(16, &many), "values"),
            (change(24, &many), "bytes of a text"),
        ];
        for (file, expected) in cases {
            let said = read(&file).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }

    proptest! {
        #[test]
        fn no_change_makes_it_panic(at in 0_usize..200, bytes in prop::collection::vec(any::<u8>(), 1..9)) {
            let mut damaged = file();
            let at = at.min(damaged.len() - 1);
            let end = (at + bytes.len()).min(damaged.len());
            damaged.splice(at..end, bytes);
            let _ = read(&damaged);
        }

        #[test]
        fn every_truncation_is_noticed(length in 0_usize..400) {
            let whole = file();
            prop_assert!(read(&whole[..length.min(whole.len() - 1)]).is_err());
        }
    }
}
