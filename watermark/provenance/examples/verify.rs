//! Verifies files: `cargo run -p provenance --example verify -- [--trust PEM]... FILE...`
//! prints one JSON object a line.

use std::{env, error::Error, fs, io::Write as _, path::Path};

use provenance::{Report, TrustLists, Verifier};
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    file: String,
    #[serde(flatten)]
    report: Report,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut lists = TrustLists::default();
    let mut files = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--trust" {
            let path = arguments.next().ok_or("--trust needs a PEM file")?;
            let name =
                Path::new(&path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            lists.add_pem(&name, &fs::read_to_string(&path)?)?;
        } else {
            files.push(argument);
        }
    }
    let verifier = Verifier::new(lists)?;
    for file in files {
        let sidecar = fs::read(format!("{file}.c2pa")).ok();
        let format = Path::new(&file).extension().map(|end| end.to_string_lossy().into_owned());
        let report = verifier.verify(&fs::read(&file)?, sidecar.as_deref(), format.as_deref());
        let line = serde_json::to_string(&Line { file, report })?;
        writeln!(std::io::stdout(), "{line}")?;
    }
    Ok(())
}
