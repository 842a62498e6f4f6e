//! Marks files and looks for marks: a door to this crate for measuring it.
//!
//! ```sh
//! cargo run --release -p watermark --example mark -- embed photo.png marked.png --id 0123456789abcdef
//! cargo run --release -p watermark --example mark -- detect marked.png
//! ```
//!
//! `detect` prints one line of JSON. Both take `--key` with 64 hexadecimal digits; without one the
//! key is a fixed one, for measuring only.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::{env, error::Error, fs, time::Instant};

use types::{MarkId, MediaType, Modality};
use watermark::{WatermarkKey, image};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: mark embed IN OUT --id HEX16 [--key HEX64] [--faint] | mark detect FILE [--key HEX64]";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *words.as_slice() {
        ["embed", input, output, ref options @ ..] => embed(input, output, options),
        ["detect", input, ref options @ ..] => detect(input, options),
        _ => Err(USAGE.into()),
    }
}

fn embed(input: &str, output: &str, options: &[&str]) -> Outcome<()> {
    let (key, file) = (key(options)?, fs::read(input)?);
    let id = MarkId::from(u64::from_str_radix(option(options, "--id").ok_or(USAGE)?, 16)?);
    let media_type = MediaType::sniff(&file).ok_or("the file is of no known type")?;
    let marked = match media_type.modality() {
        Modality::Image => {
            let strength = match options.contains(&"--faint") {
                false => image::Strength::Standard,
                true => image::Strength::Faint,
            };
            image::embed_with(&key, &file, media_type, id, strength)?
        }
        other => return Err(format!("{other:?} is not marked here").into()),
    };
    Ok(fs::write(output, marked)?)
}

fn detect(input: &str, options: &[&str]) -> Outcome<()> {
    let (key, file) = (key(options)?, fs::read(input)?);
    let started = Instant::now();
    let found = match MediaType::sniff(&file).map(MediaType::modality) {
        Some(Modality::Image) => {
            image::detect(&[key], &file)?.map(|found| (found.id, found.p_value, found.bit_errors))
        }
        other => return Err(format!("{other:?} is not read here").into()),
    };
    let ms = started.elapsed().as_secs_f64() * 1e3;
    match found {
        Some((id, p_value, bit_errors)) => println!(
            r#"{{"found":true,"id":"{:016x}","confidence":{{"p_value":{p_value:e},"bit_errors":{bit_errors}}},"ms":{ms:.1}}}"#,
            id.to_u64()
        ),
        None => println!(r#"{{"found":false,"id":null,"confidence":null,"ms":{ms:.1}}}"#),
    }
    Ok(())
}

/// The value that follows an option's name.
fn option<'a>(options: &[&'a str], name: &str) -> Option<&'a str> {
    options.iter().skip_while(|word| **word != name).nth(1).copied()
}

fn key(options: &[&str]) -> Outcome<WatermarkKey> {
    let Some(digits) = option(options, "--key") else { return Ok(WatermarkKey::new([7; 32])) };
    let mut secret = [0; 32];
    if digits.len() != 64 {
        return Err(USAGE.into());
    }
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair)?, 16)?;
    }
    Ok(WatermarkKey::new(secret))
}
