//! Signs files as a new press: `cargo run -p provenance --example sign -- FOLDER FILE...`
//! makes keys in FOLDER, and there, for each file, one that a model made and one that was brought in
//! and opened. Other validators can be asked about them with FOLDER/root.pem as anchor.

use std::{env, error::Error, fs, path::Path};

use provenance::{
    Authority, BindingKind, Credentials, DigitalSourceType, Ingredient, Model, Signed,
    SigningRequest, SoftBinding,
};
use types::{MediaType, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: sign FOLDER FILE...")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let credentials = Credentials::new(Authority::create(folder, "Example Press")?)?;
    for file in arguments {
        let bytes = fs::read(&file)?;
        let media_type = MediaType::sniff(&bytes).ok_or("neither PNG, JPEG nor text")?;
        let stem = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let made = credentials.sign(&made(&stem), &bytes, media_type)?;
        let opened =
            credentials.sign(&opened(&stem, &made.bytes, media_type), &made.bytes, media_type)?;
        for (name, signed) in [("made", &made), ("opened", &opened)] {
            write(folder, &format!("{stem}.{name}.{}", media_type.extension()), signed)?;
        }
    }
    Ok(())
}

fn made(title: &str) -> SigningRequest {
    let soft_binding = SoftBinding {
        algorithm: "org.imprimatur.image.1".into(),
        value: vec![0, 1, 2, 3, 4, 5, 6, 7],
        kind: BindingKind::Watermark,
    };
    SigningRequest {
        model: Some(Model {
            name: "Example".into(),
            version: "1".into(),
            sha256: Sha256::of(b"weights"),
        }),
        soft_bindings: vec![soft_binding],
        ..SigningRequest::new(title, DigitalSourceType::TrainedAlgorithmicMedia)
    }
}

fn opened(title: &str, bytes: &[u8], media_type: MediaType) -> SigningRequest {
    let ingredient = Ingredient::new("original", bytes.to_vec(), media_type);
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
