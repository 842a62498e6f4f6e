//! Signs files as a new press: `cargo run -p provenance --example sign -- FOLDER FILE...`
//! makes keys in FOLDER, and there, for each file, one that a model made, one that was brought in and
//! opened, and one that was published after a review. Other validators can be asked about them with
//! FOLDER/root.pem as anchor.

use std::{env, error::Error, fs, path::Path};

use provenance::{
    Authority, BindingKind, Credentials, DigitalSourceType, Ingredient, Model, Signed,
    SigningRequest, SoftBinding, UpdateKind, UpdateRequest,
    metadata::{Aigc, Labels},
};
use types::{MediaType, Sha256};

/// Built as the standard says, and nobody's.
const PRODUCER: &str = "001191110000EXAMPLE0XX10001";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: sign FOLDER FILE...")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let credentials = Credentials::new(Authority::create(folder, "Example Press")?)?;
    let mut refused = 0;
    for file in arguments {
        if let Err(error) = sign(&credentials, folder, Path::new(&file)) {
            eprintln!("{file}: {error}");
            refused += 1;
        }
    }
    if refused == 0 { Ok(()) } else { Err(format!("{refused} not signed").into()) }
}

fn sign(credentials: &Credentials, folder: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let name =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (name(file.file_stem()), name(file.extension()));
    let media_type = MediaType::from_extension(&extension)
        .or_else(|| MediaType::sniff(&bytes))
        .unwrap_or(MediaType::Binary);
    let made = credentials.sign(&made(&stem)?, &bytes, media_type)?;
    let opened = credentials.sign(&opened(&stem, &made, media_type), &made.bytes, media_type)?;
    let update = UpdateRequest::new(stem.as_str(), UpdateKind::Published);
    let published =
        credentials.update(&update, &opened.bytes, opened.sidecar.as_deref(), media_type)?;
    for (name, signed) in [("made", &made), ("opened", &opened), ("published", &published)] {
        write(folder, &format!("{stem}.{name}.{}", media_type.extension()), signed)?;
    }
    let update = UpdateRequest {
        redactions: vec!["org.imprimatur.not-marked".into()],
        ..UpdateRequest::new(stem.as_str(), UpdateKind::Corrected)
    };
    // Not every format lets something be taken out again.
    match credentials.update(&update, &opened.bytes, opened.sidecar.as_deref(), media_type) {
        Ok(signed) => {
            write(folder, &format!("{stem}.redacted.{}", media_type.extension()), &signed)?
        }
        Err(error) => eprintln!("{stem}: {error}"),
    }
    Ok(())
}

fn made(title: &str) -> Result<SigningRequest, Box<dyn Error>> {
    let binding = |algorithm: &str, kind| SoftBinding {
        algorithm: algorithm.into(),
        value: vec![0, 1, 2, 3, 4, 5, 6, 7],
        kind,
    };
    Ok(SigningRequest {
        model: Some(Model {
            name: "Example".into(),
            version: "1".into(),
            sha256: Sha256::of(b"weights"),
        }),
        soft_bindings: vec![
            binding("org.imprimatur.image.1", BindingKind::Watermark),
            binding("org.imprimatur.fingerprint.1", BindingKind::Fingerprint),
        ],
        labels: Labels {
            aigc: Some(Aigc::produced(PRODUCER.parse()?, "example-1")),
            ..Labels::default()
        },
        ..SigningRequest::new(title, DigitalSourceType::TrainedAlgorithmicMedia)
    })
}

fn opened(title: &str, made: &Signed, media_type: MediaType) -> SigningRequest {
    let ingredient = Ingredient {
        sidecar: made.sidecar.clone(),
        ..Ingredient::new("original", made.bytes.clone(), media_type)
    };
    SigningRequest {
        not_marked: Some("an example".into()),
        ingredients: vec![ingredient],
        ..SigningRequest::new(title, DigitalSourceType::Unstated)
    }
}

fn write(folder: &Path, name: &str, signed: &Signed) -> Result<(), std::io::Error> {
    fs::write(folder.join(name), &signed.bytes)?;
    if let Some(sidecar) = &signed.sidecar {
        fs::write(folder.join(format!("{name}.c2pa")), sidecar)?;
    }
    Ok(())
}
