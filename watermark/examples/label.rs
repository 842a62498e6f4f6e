//! Labels a file, or measures its label: pictures, WAV, FLAC and texts.
//!
//! ```sh
//! cargo run --release -p watermark --example label -- write IN OUT --regime eu-art50,cn-gb45438
//! cargo run --release -p watermark --example label -- measure FILE --regime eu-art50
//! ```

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::{env, fs, time::Instant};

use types::{Language, MediaType, Modality};
use watermark::label::{self, Asked, Plan, measure};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "label write IN OUT|measure FILE --regime NAME,… [--lang en|zh]";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *words.as_slice() {
        ["write", input, output, ref options @ ..] => write(input, output, &plan(options)?),
        ["measure", input, ref options @ ..] => measured(input, &plan(options)?),
        _ => Err(USAGE.into()),
    }
}

fn plan(options: &[&str]) -> Outcome<Plan> {
    let option = |name: &str| {
        let at = options.iter().position(|word| *word == name)?;
        options.get(at + 1).copied()
    };
    let language = if option("--lang") == Some("zh") { Language::Zh } else { Language::En };
    let asked = Asked::built_in()?.only(option("--regime").ok_or(USAGE)?.split(','))?;
    Ok(Plan::of(&asked, language).ok_or(USAGE)?)
}

fn write(input: &str, output: &str, plan: &Plan) -> Outcome<()> {
    let file = fs::read(input)?;
    let media_type = MediaType::sniff(&file).ok_or("the file is of no known type")?;
    let started = Instant::now();
    let labelled = match media_type.modality() {
        Modality::Image => label::picture(&file, media_type, &plan.picture)?,
        Modality::Audio => label::sound(&file, media_type, &plan.sound)?,
        Modality::Text => label::text(std::str::from_utf8(&file)?, &plan.text)?.into_bytes(),
        other => return Err(format!("{other} is not labelled here").into()),
    };
    println!("labelled in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    Ok(fs::write(output, labelled)?)
}

fn measured(input: &str, plan: &Plan) -> Outcome<()> {
    let file = fs::read(input)?;
    let started = Instant::now();
    match MediaType::sniff(&file).map(MediaType::modality) {
        Some(Modality::Image) => {
            println!("{:?}", measure::picture(&file, &[plan.picture.text.as_str()])?);
        }
        Some(Modality::Audio) => println!("{:?}", measure::rhythm(&file)?),
        Some(Modality::Text) => {
            println!("{:?}", measure::line(std::str::from_utf8(&file)?, &[&plan.text.line]));
        }
        other => return Err(format!("{other:?} is not measured here").into()),
    }
    println!("measured in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    Ok(())
}
