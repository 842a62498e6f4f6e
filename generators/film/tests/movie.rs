//! Reads back what was written, by the tables of the file.

use openh264::{decoder::Decoder, formats::YUVSource as _};
use shiguredo_mp4::{
    BoxType, Decode as _,
    auxiliary::SampleTableAccessor,
    boxes::{MoovBox, SampleEntry, TrakBox, UnknownBox},
};

/// The tables of a file.
pub(crate) fn moov(file: &[u8]) -> MoovBox {
    let mut at = 0;
    while at < file.len() {
        let (found, length) = UnknownBox::decode_top_level(&file[at..]).unwrap();
        if found.box_type == BoxType::Normal(*b"moov") {
            return MoovBox::decode(&file[at..]).unwrap().0;
        }
        at += length;
    }
    panic!("no moov");
}

/// The track of a kind.
pub(crate) fn track(moov: &MoovBox, handler: [u8; 4]) -> &TrakBox {
    moov.trak_boxes.iter().find(|t| t.mdia_box.hdlr_box.handler_type == handler).unwrap()
}

/// The bytes of each sample of a track, and how long it lasts.
pub(crate) fn samples<'f>(file: &'f [u8], track: &TrakBox) -> Vec<(&'f [u8], u32)> {
    let table = SampleTableAccessor::new(&track.mdia_box.minf_box.stbl_box).unwrap();
    let samples = table.samples().map(|sample| {
        let start = sample.data_offset() as usize;
        (&file[start..start + sample.data_size() as usize], sample.duration())
    });
    samples.collect()
}

/// The mean luma of each picture.
pub(crate) fn brightness(file: &[u8]) -> Vec<f64> {
    let moov = moov(file);
    let track = track(&moov, *b"vide");
    let SampleEntry::Avc1(entry) = &track.mdia_box.minf_box.stbl_box.stsd_box.entries[0] else {
        panic!("no H.264");
    };
    let mut stream = Vec::new();
    let mut unit = |bytes: &[u8]| stream.extend([&[0, 0, 0, 1], bytes].concat());
    let settings = &entry.avcc_box;
    settings.sps_list.iter().chain(&settings.pps_list).for_each(|set| unit(set));
    for (mut bytes, _) in samples(file, track) {
        while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
            let (data, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
            unit(data);
            bytes = rest;
        }
    }
    let mut decoder = Decoder::new().unwrap();
    let mut means = Vec::new();
    let mut push = |shown: &openh264::decoder::DecodedYUV<'_>| {
        let ((width, height), stride) = (shown.dimensions(), shown.strides().0);
        let rows = shown.y().chunks(stride).take(height).flat_map(|row| &row[..width]);
        means.push(rows.map(|luma| f64::from(*luma)).sum::<f64>() / (width * height) as f64);
    };
    for packet in openh264::nal_units(&stream) {
        if let Some(shown) = decoder.decode(packet).unwrap() {
            push(&shown);
        }
    }
    for shown in decoder.flush_remaining().unwrap() {
        push(&shown);
    }
    means
}
