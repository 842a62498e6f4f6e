//! FLAC files (RFC 9639): metadata blocks, then frames.

use flacenc::{
    bitsink::ByteSink, component::BitRepr as _, config::Encoder, encode_with_fixed_block_size,
    error::Verify as _, source::MemSource,
};

use super::{Depth, Sound, integer};
use crate::WatermarkError;

/// Samples of a frame, which is what most encoders choose.
const BLOCK: usize = 4096;
/// The flag of the last metadata block.
const LAST: u8 = 0x80;
/// Blocks that stay true: application data, comments, cue sheets, pictures.
const KEPT: [u8; 4] = [2, 4, 5, 6];

/// Writes a file with nothing but the sound.
pub(super) fn write(sound: &Sound) -> Result<Vec<u8>, WatermarkError> {
    let unwritable =
        |error: &dyn std::fmt::Debug| WatermarkError::Unwritable { reason: format!("{error:?}") };
    let bits = match sound.depth() {
        Depth::Int8 => 8,
        Depth::Int16 => 16,
        Depth::Int24 | Depth::Int32 | Depth::Float32 | Depth::Float64 => 24,
    };
    let mut samples = Vec::with_capacity(sound.frames() * sound.channels().len());
    for at in 0..sound.frames() {
        let turn = sound.channels().iter().map(|channel| channel.get(at).copied());
        samples.extend(turn.map(|sample| integer(sample.unwrap_or_default(), bits)));
    }
    let config = Encoder::default().into_verified().map_err(|(_, error)| unwritable(&error))?;
    let (channels, rate) = (sound.channels().len(), sound.rate() as usize);
    let source = MemSource::from_samples(&samples, channels, bits as usize, rate);
    drop(samples);
    let stream =
        encode_with_fixed_block_size(&config, source, BLOCK).map_err(|error| unwritable(&error))?;
    let mut sink = ByteSink::new();
    stream.write(&mut sink).map_err(|error| unwritable(&error))?;
    let mut file = sink.into_inner();
    one_block_size(&mut file);
    Ok(file)
}

/// The least block size does not count the last block (RFC 9639, section 8.2), but the encoder counts
/// it, and readers then expect blocks of many sizes.
fn one_block_size(file: &mut [u8]) {
    // The marker, a block's head, the least size and the greatest, 16 bits each.
    if let Some([.., least_a, least_b, greatest_a, greatest_b]) = file.get_mut(..12) {
        (*least_a, *least_b) = (*greatest_a, *greatest_b);
    }
}

/// Puts the metadata of `source` that is kept into `file`, behind its own first block.
pub(super) fn carry(file: &[u8], source: &[u8]) -> Vec<u8> {
    let (own, frames) = blocks(file);
    let (theirs, _) = blocks(source);
    let first = own.into_iter().take(1);
    let kept: Vec<(u8, &[u8])> =
        first.chain(theirs.into_iter().filter(|(kind, _)| KEPT.contains(kind))).collect();
    let mut result = b"fLaC".to_vec();
    for (at, (kind, contents)) in kept.iter().enumerate() {
        result.push(if at + 1 == kept.len() { kind | LAST } else { *kind });
        // A length has 24 bits: it was read from 24 bits.
        result.extend((contents.len() as u32).to_be_bytes().into_iter().skip(1));
        result.extend(*contents);
    }
    result.extend(frames);
    result
}

/// The metadata blocks of a file, each with its kind, and what follows them.
fn blocks(file: &[u8]) -> (Vec<(u8, &[u8])>, &[u8]) {
    let mut blocks = Vec::new();
    let mut rest = file.strip_prefix(b"fLaC").unwrap_or_default();
    while let Some(([head, a, b, c], contents)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        let Some((contents, after)) = contents.split_at_checked(length) else { break };
        blocks.push((head & !LAST, contents));
        rest = after;
        if head & LAST != 0 {
            break;
        }
    }
    (blocks, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_carried_and_seek_tables_are_not() {
        let block =
            |kind: u8, contents: &[u8]| [&[kind, 0, 0, contents.len() as u8], contents].concat();
        let source =
            [b"fLaC".to_vec(), block(0, b"info"), block(3, b"seek"), block(4 | LAST, b"comment")];
        let file = [b"fLaC".to_vec(), block(LAST, b"INFO"), b"frames".to_vec()];
        let expected =
            [b"fLaC".to_vec(), block(0, b"INFO"), block(4 | LAST, b"comment"), b"frames".to_vec()];
        assert_eq!(carry(&file.concat(), &source.concat()), expected.concat());
    }
}
