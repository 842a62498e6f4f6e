//! Labels that people hear: a rhythm, or words said by the built-in voice.

use generators::{SpeechOutput, speaking};
use types::MediaType;
use watermark::{
    WatermarkError,
    audio::{self, Depth, Sound},
    label::{self, SoundKind, SoundStyle},
};

/// Spoken words with the label before them, and behind them where a regime asks for it. The times of
/// the words move with them.
///
/// # Errors
/// A sentence that says why there is none.
pub(super) fn speech(output: &SpeechOutput, style: &SoundStyle) -> Result<SpeechOutput, String> {
    let wrong = |error: WatermarkError| error.to_string();
    let programme = Sound::new(output.rate, Depth::Int16, vec![output.samples.clone()]);
    let programme = programme.map_err(wrong)?;
    let label = recorded(&programme, style)?;
    let labelled = label::prepend(&programme, &label, style.end).map_err(wrong)?;
    let ends = if style.end { 2 } else { 1 };
    let added = (labelled.frames() - programme.frames()) as f64 / ends as f64;
    let later = added / f64::from(output.rate);
    let mut output = output.clone();
    output.samples = labelled.channels().first().cloned().unwrap_or_default();
    for word in &mut output.words {
        word.start += later;
        word.end += later;
    }
    Ok(output)
}

/// A finished file with the label before what is heard.
///
/// # Errors
/// A sentence that says why there is none.
pub(crate) fn file(
    bytes: &[u8],
    media_type: MediaType,
    style: &SoundStyle,
) -> Result<Vec<u8>, String> {
    let wrong = |error: WatermarkError| error.to_string();
    if style.kind == SoundKind::Rhythm && matches!(media_type, MediaType::Wav | MediaType::Flac) {
        return label::sound(bytes, media_type, style).map_err(wrong);
    }
    let programme = audio::read(bytes).map_err(wrong)?;
    let label = recorded(&programme, style)?;
    let labelled = label::prepend(&programme, &label, style.end).map_err(wrong)?;
    audio::write(&labelled, media_type).map_err(wrong)
}

fn recorded(programme: &Sound, style: &SoundStyle) -> Result<Sound, String> {
    let wrong = |error: WatermarkError| error.to_string();
    match style.kind {
        SoundKind::Rhythm => label::rhythm(programme).map_err(wrong),
        SoundKind::Speech => {
            let said = speaking::notice(&style.words).map_err(|error| error.to_string())?;
            Sound::new(said.rate, Depth::Int16, vec![said.samples]).map_err(wrong)
        }
    }
}
