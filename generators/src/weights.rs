//! Weight files in the safetensors format, read tensor by tensor without mapping memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use candle_core::quantized::GgmlDType;
use half::f16;
use safetensors::{
    Dtype,
    tensor::{Metadata, TensorInfo},
};
use serde::Deserialize;

use crate::{
    GeneratorError,
    files::{HashingReader, Listing, ModelFiles, OpenFile},
};

/// The longest header that is read, as in the format's own library.
const HEADER_BYTES_MAX: u64 = 100_000_000;
/// The longest index of shards that is read.
const INDEX_BYTES_MAX: u64 = 64 << 20;
/// The file that lists the shards of a large model.
const INDEX: &str = "model.safetensors.index.json";
/// The file of a small model.
const SINGLE: &str = "model.safetensors";

/// Which files hold the weights, with the index that names them.
///
/// # Errors
/// [`GeneratorError::File`] when there are none or the index cannot be read.
pub(crate) fn files_of(files: &ModelFiles) -> Result<WeightFiles, GeneratorError> {
    if !files.has(INDEX) {
        if !files.has(SINGLE) {
            let reason = "is missing: the weights must be safetensors, whole or in shards";
            return Err(GeneratorError::file(files.path(SINGLE), reason));
        }
        return Ok(WeightFiles { shards: vec![SINGLE.to_owned()], index: None });
    }
    let wrong = |reason: String| GeneratorError::file(files.path(INDEX), reason);
    let text = files.read(INDEX, INDEX_BYTES_MAX)?;
    let index: Index = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let shards: BTreeSet<String> = index.weight_map.into_values().collect();
    // A name with a path would read outside the folder.
    if let Some(name) = shards.iter().find(|name| name.contains(['/', '\\']) || *name == "..") {
        return Err(wrong(format!("names `{name}`, which is not a file beside it")));
    }
    Ok(WeightFiles { shards: shards.into_iter().collect(), index: Some(INDEX) })
}

/// Which files hold the weights.
#[derive(Debug, Clone)]
pub(crate) struct WeightFiles {
    /// Their names, sorted.
    pub(crate) shards: Vec<String>,
    /// The index that names them.
    pub(crate) index: Option<&'static str>,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The header of one weight file, checked against the file's length.
#[derive(Debug)]
pub(crate) struct Header {
    tensors: Metadata,
}

impl Header {
    /// Reads the header of the file `name`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is damaged or the file is shorter or longer than it says.
    pub(crate) fn of(files: &ModelFiles, name: &str) -> Result<Self, GeneratorError> {
        let OpenFile { mut content, bytes } = files.open(name)?;
        Self::read(&mut content, bytes)
            .map_err(|reason| GeneratorError::file(files.path(name), reason))
    }

    fn read(content: &mut dyn Read, bytes: u64) -> Result<Self, String> {
        let mut length = [0; 8];
        content.read_exact(&mut length).map_err(|_| CUT_OFF.to_owned())?;
        let length = u64::from_le_bytes(length);
        if length > HEADER_BYTES_MAX {
            return Err("is not a safetensors file: its header would be too long".to_owned());
        }
        let mut header = Vec::new();
        content.take(length).read_to_end(&mut header).map_err(|error| error.to_string())?;
        if (header.len() as u64) < length {
            return Err(CUT_OFF.to_owned());
        }
        let damaged = |error| format!("has a damaged header ({error}): download it again");
        let tensors: Metadata = serde_json::from_slice(&header).map_err(damaged)?;
        let promised = (8 + length).saturating_add(tensors.data_len() as u64);
        match promised.cmp(&bytes) {
            std::cmp::Ordering::Equal => Ok(Self { tensors }),
            std::cmp::Ordering::Greater => {
                Err(format!("has {bytes} bytes of {promised}: it is cut off, download it again"))
            }
            std::cmp::Ordering::Less => {
                Err(format!("has {bytes} bytes where {promised} are described: it is damaged"))
            }
        }
    }

    /// The shape of every tensor by its name.
    pub(crate) fn shapes(&self) -> BTreeMap<String, Vec<usize>> {
        let shape = |(name, info): (String, &TensorInfo)| (name, info.shape.clone());
        self.tensors.tensors().into_iter().map(shape).collect()
    }
}

const CUT_OFF: &str = "is cut off: download it again";

/// A number format of weight files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    F32,
    F16,
    Bf16,
    /// Blocks of few bits, by GGML.
    Ggml(GgmlDType),
}

/// A tensor as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) kind: Kind,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Stored {
    /// Its numbers of 16 bits.
    pub(crate) fn halves(&self) -> impl Iterator<Item = u16> {
        self.bytes.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// Its numbers as 32-bit floats; none when it is quantised.
    pub(crate) fn floats(&self) -> Vec<f32> {
        match self.kind {
            Kind::F32 => {
                self.bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            }
            Kind::F16 => self.halves().map(|half| f16::from_bits(half).to_f32()).collect(),
            Kind::Bf16 => self.halves().map(|half| f32::from_bits(u32::from(half) << 16)).collect(),
            Kind::Ggml(_) => Vec::new(),
        }
    }
}

/// Tensors in memory, by name.
#[derive(Default)]
pub(crate) struct Weights(BTreeMap<String, Stored>);

impl Weights {
    /// Reads the tensors called `wanted` from every shard. `progress` is told how many bytes were
    /// read; when it fails, reading stops.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file cannot be read or is no longer the one that was listed.
    pub(crate) fn read(
        files: &ModelFiles,
        listing: &Listing,
        shards: &[String],
        wanted: &dyn Fn(&str) -> bool,
        progress: &mut dyn FnMut(u64) -> Result<(), GeneratorError>,
    ) -> Result<Self, GeneratorError> {
        let mut weights = Self(BTreeMap::new());
        for name in shards {
            let OpenFile { content, bytes } = files.open(name)?;
            let mut content = HashingReader::new(content);
            let wrong = |reason: String| GeneratorError::file(files.path(name), reason);
            let header = Header::read(&mut content, bytes).map_err(wrong)?;
            progress(bytes.saturating_sub(header.tensors.data_len() as u64))?;
            weights.shard(&header, &mut content, wanted, progress).map_err(
                |error| match error {
                    ShardError::Read(reason) => wrong(reason),
                    ShardError::Stopped(error) => error,
                },
            )?;
            // What is recorded with the output must be what has run.
            if listing.of(name) != Some(content.sha256()) {
                return Err(wrong("was changed after the model was opened: restart".to_owned()));
            }
        }
        Ok(weights)
    }

    fn shard(
        &mut self,
        header: &Header,
        content: &mut HashingReader,
        wanted: &dyn Fn(&str) -> bool,
        progress: &mut dyn FnMut(u64) -> Result<(), GeneratorError>,
    ) -> Result<(), ShardError> {
        let read = |error: std::io::Error| ShardError::Read(error.to_string());
        for name in header.tensors.offset_keys() {
            let Some(info) = header.tensors.info(&name) else { continue };
            let bytes = info.data_offsets.1 - info.data_offsets.0;
            let mut buffer = vec![0; bytes];
            content.read_exact(&mut buffer).map_err(read)?;
            if wanted(&name) {
                let stored = stored(info, buffer)
                    .map_err(|reason| ShardError::Read(format!("tensor `{name}`: {reason}")))?;
                self.0.insert(name, stored);
            }
            progress(bytes as u64).map_err(ShardError::Stopped)?;
        }
        Ok(())
    }

    /// Puts a tensor in.
    pub(crate) fn put(&mut self, name: String, stored: Stored) {
        self.0.insert(name, stored);
    }

    /// Takes a tensor out.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when no file has it.
    pub(crate) fn take(&mut self, name: &str) -> Result<Stored, GeneratorError> {
        let missing =
            || GeneratorError::Unsupported { reason: format!("tensor `{name}` is missing") };
        self.0.remove(name).ok_or_else(missing)
    }
}

enum ShardError {
    Read(String),
    Stopped(GeneratorError),
}

fn stored(info: &TensorInfo, bytes: Vec<u8>) -> Result<Stored, String> {
    let kind = match info.dtype {
        Dtype::F32 => Kind::F32,
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::Bf16,
        other => return Err(format!("has type {other:?}; F32, F16 and BF16 are supported")),
    };
    Ok(Stored { kind, shape: info.shape.clone(), bytes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file() -> Vec<u8> {
        let header = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header);
        bytes.extend([1.5_f32, -2.0].iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Header, String> {
        Header::read(&mut &*bytes, bytes.len() as u64)
    }

    #[test]
    fn a_whole_file_is_read() {
        assert_eq!(read(&file()).unwrap().shapes(), BTreeMap::from([("a".to_owned(), vec![2])]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut longer = file();
        longer.push(0);
        let mut huge = file();
        huge[6] = 1;
        let cases: [(&[u8], &str); 5] = [
            (b"", "cut off"),
            (&file()[..20], "cut off"),
            (&file()[..file().len() - 1], "cut off"),
            (&longer, "damaged"),
            (&huge, "too long"),
        ];
        for (bytes, expected) in cases {
            let said = read(bytes).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), at in 0_usize..70) {
            let mut damaged = file();
            let at = at.min(damaged.len());
            damaged.splice(at..(at + bytes.len()).min(damaged.len()), bytes.clone());
            prop_assert!(read(&bytes).is_err());
            let _ = read(&damaged);
        }

        #[test]
        fn every_truncation_is_noticed(length in 0_usize..70) {
            let whole = file();
            let cut = &whole[..length.min(whole.len() - 1)];
            prop_assert!(read(cut).is_err());
        }
    }
}
