//! Captions: drawn into frames, and as WebVTT.

use crate::{
    canvas::{Canvas, Ink, Place, Side},
    colour::Colour,
    lettering::{Fit, Weight},
    plates::Setting,
    storyboard::{Caption, Storyboard},
};

/// The caption of a moment.
pub(crate) fn shown(board: &Storyboard, at: f64) -> Option<&Caption> {
    let after = board.captions.partition_point(|caption| caption.start <= at);
    let last = board.captions.get(after.checked_sub(1)?)?;
    (at < last.end).then_some(last)
}

/// Draws a caption above what lies along the lower edge, on a dark area.
pub(crate) fn draw(canvas: &mut Canvas, text: &str, setting: &Setting) {
    let (u, safe) = (canvas.unit(), canvas.safe());
    let kept = if setting.has_interpreter { canvas.size.0 * 0.28 } else { 0.0 };
    let room = safe.w - kept;
    let fit = Fit {
        weight: Weight::Regular,
        size: 30.0 * u,
        size_min: 21.0 * u,
        width: (room - 36.0 * u).min(1000.0 * u),
        lines_max: 2,
    };
    let block = canvas.fitted(text, fit);
    let (wide, high) = (block.width() + 36.0 * u, block.height() + 12.0 * u);
    let middle = safe.x + room / 2.0;
    let plate = Place::new(middle - wide / 2.0, setting.above_ticker(canvas) - high, wide, high);
    canvas.round(plate, 8.0 * u, Ink::Flat(Colour::hex(0x08_0a_0e), 0.88));
    canvas.block(&block, (middle, plate.y + 6.0 * u), Side::Middle, Colour::WHITE);
}

/// The captions as a WebVTT file.
pub(crate) fn webvtt(captions: &[Caption]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for caption in captions {
        let line = caption.text.trim();
        // A blank line would end the cue, and these three letters start markup.
        let line = line.split('\n').map(str::trim).filter(|line| !line.is_empty());
        let line = line.collect::<Vec<_>>().join("\n");
        let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (start, end) = (stamp(caption.start), stamp(caption.end));
        text.push_str(&format!("\n{start} --> {end}\n{line}\n"));
    }
    text
}

fn stamp(seconds: f64) -> String {
    let ms = (seconds * 1000.0).round() as u64;
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_written_as_webvtt() {
        let caption =
            Caption { start: 1.5, end: 62.25, text: "Rain & wind\n\n<b>now</b>".to_owned() };
        let expected =
            "WEBVTT\n\n00:00:01.500 --> 00:01:02.250\nRain &amp; wind\n&lt;b&gt;now&lt;/b&gt;\n";
        assert_eq!(webvtt(&[caption]), expected);
    }
}
