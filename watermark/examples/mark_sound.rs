//! Marks a sound, or reads its mark: `mark_sound embed IN OUT --id HEX16 [--key HEX64]`,
//! `mark_sound detect FILE [--key HEX64]`; or counts how many windows of five seconds of an unmarked
//! file are taken for marked under so many keys: `mark_sound chance FILE KEYS`.

#![expect(clippy::print_stdout, reason = "the answer of a command")]

use std::{error::Error, fs, time::Instant};

use types::{MarkId, MediaType};
use watermark::{WatermarkKey, audio};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["embed", input, output, options @ ..] => embed(input, output, options),
        ["detect", input, options @ ..] => detect(input, options),
        ["chance", input, keys] => chance(input, keys.parse()?),
        _ => {
            Err("give `embed IN OUT --id HEX16 [--key HEX64]` or `detect FILE [--key HEX64]`"
                .into())
        }
    }
}

fn embed(input: &str, output: &str, options: &[&str]) -> Result<(), Box<dyn Error>> {
    let id: MarkId = option(options, "--id").ok_or("give --id")?.parse()?;
    let file = fs::read(input)?;
    let media_type = MediaType::sniff(&file).ok_or("the file is of no known kind")?;
    fs::write(output, audio::embed(&key(options)?, &file, media_type, id)?)?;
    Ok(())
}

fn detect(input: &str, options: &[&str]) -> Result<(), Box<dyn Error>> {
    let (file, key) = (fs::read(input)?, key(options)?);
    let start = Instant::now();
    let found = audio::detect(&[key], &file)?;
    let ms = start.elapsed().as_millis();
    match found {
        Some(found) => println!(
            r#"{{"found":true,"id":"{}","confidence":{{"p_value":{:e},"bit_errors":{},"bits":{}}},"from_ms":{},"to_ms":{},"speed":{},"ms":{ms}}}"#,
            found.id,
            found.p_value,
            found.bit_errors,
            found.bits,
            found.from_ms,
            found.to_ms,
            found.speed,
        ),
        None => println!(r#"{{"found":false,"ms":{ms}}}"#),
    }
    Ok(())
}

fn chance(input: &str, keys: u32) -> Result<(), Box<dyn Error>> {
    let sound = audio::read(&fs::read(input)?)?;
    let keys: Vec<WatermarkKey> = (0..keys)
        .map(|number| {
            let mut secret = [0; 32];
            secret[..4].copy_from_slice(&number.to_be_bytes());
            WatermarkKey::new(secret)
        })
        .collect();
    let (length, mut windows, mut accepted) = (sound.rate() as usize * 5, 0, 0);
    for start in (0..sound.frames().saturating_sub(length)).step_by(length / 2) {
        let part = |channel: &Vec<f32>| channel.iter().skip(start).take(length).copied().collect();
        let channels = sound.channels().iter().map(part).collect();
        let window = audio::Sound::new(sound.rate(), sound.depth(), channels)?;
        for key in &keys {
            windows += 1;
            accepted += u32::from(audio::find(std::slice::from_ref(key), &window)?.is_some());
        }
    }
    println!(r#"{{"windows":{windows},"accepted":{accepted}}}"#);
    Ok(())
}

/// The key of the options, or one that everybody knows.
fn key(options: &[&str]) -> Result<WatermarkKey, Box<dyn Error>> {
    let Some(digits) = option(options, "--key") else { return Ok(WatermarkKey::new([42; 32])) };
    let mut secret = [0; 32];
    if digits.len() != 64 {
        return Err("a key has 64 hexadecimal digits".into());
    }
    for (at, byte) in secret.iter_mut().enumerate() {
        let pair = digits.get(2 * at..2 * at + 2).ok_or("a key has hexadecimal digits")?;
        *byte = u8::from_str_radix(pair, 16)?;
    }
    Ok(WatermarkKey::new(secret))
}

fn option<'a>(options: &[&'a str], name: &str) -> Option<&'a str> {
    options.iter().skip_while(|word| **word != name).nth(1).copied()
}
