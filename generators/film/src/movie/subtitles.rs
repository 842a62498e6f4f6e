//! Captions as a track of timed text (3GPP TS 26.245).

use std::num::NonZeroU16;

use shiguredo_mp4::boxes::{BoxRecord, FontRecord, FtabBox, StyleRecord, Tx3gBox};

use super::Sample;
use crate::storyboard::Caption;

/// Samples of a text track in thousandths of a second: one for each caption and for each time
/// without one.
pub(crate) fn subtitles(captions: &[Caption], seconds: f64) -> Vec<Sample> {
    let ms = |seconds: f64| (seconds * 1000.0).round() as u32;
    let (mut samples, mut now) = (Vec::new(), 0);
    let mut push = |text: &str, from: u32, to: u32| {
        if to > from {
            let length = text.len().min(usize::from(u16::MAX)) as u16;
            let mut bytes = length.to_be_bytes().to_vec();
            bytes.extend(text.bytes().take(usize::from(length)));
            samples.push(Sample { bytes, duration: to - from, is_key: true });
        }
    };
    for caption in captions {
        let (start, end) = (ms(caption.start).max(now), ms(caption.end));
        push("", now, start);
        push(caption.text.trim(), start, end);
        now = end.max(start);
    }
    push("", now, ms(seconds));
    samples
}

/// How the text looks: white in the lower part.
pub(super) fn description((width, height): (u32, u32)) -> Tx3gBox {
    let (width, height) = (width as i16, height as i16);
    Tx3gBox {
        data_reference_index: NonZeroU16::MIN,
        display_flags: 0,
        horizontal_justification: 1,
        vertical_justification: -1,
        background_color_rgba: [0, 0, 0, 0],
        default_text_box: BoxRecord {
            top: height - height / 6,
            left: 0,
            bottom: height,
            right: width,
        },
        default_style: StyleRecord {
            start_char: 0,
            end_char: 0,
            font_id: 1,
            face_style_flags: 0,
            font_size: (height / 24).clamp(8, 100) as u8,
            text_color_rgba: [255; 4],
        },
        ftab_box: FtabBox {
            entries: vec![FontRecord { font_id: 1, font_name: b"Sans-Serif".to_vec() }],
        },
        unknown_boxes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_fill_the_whole_time() {
        let caption = |start, end| Caption { start, end, text: "中文".to_owned() };
        let samples = subtitles(&[caption(0.5, 1.0), caption(1.0, 2.0)], 3.0);
        let durations: Vec<u32> = samples.iter().map(|sample| sample.duration).collect();
        assert_eq!(durations, [500, 500, 1000, 1000]);
        assert_eq!(samples[1].bytes, [0, 6, 0xe4, 0xb8, 0xad, 0xe6, 0x96, 0x87]);
        assert_eq!(samples[3].bytes, [0, 0]);
    }
}
