//! Checks by tools that no one here wrote. They run when `IMPRIMATUR_EXTERNAL=1`, where a missing
//! tool fails; elsewhere they say that they did not run.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use provenance::{
    Authority, Credentials, DigitalSourceType, Ingredient, Model, Signed, SigningRequest,
    UpdateKind, UpdateRequest,
    metadata::{Aigc, Labels},
};
use serde_json::json;
use types::{MediaType, Sha256};

use crate::press::{AI, samples};

const PRODUCER: &str = "001191110000EXAMPLE0XX10001";

fn wanted(what: &str) -> bool {
    let wanted = std::env::var_os("IMPRIMATUR_EXTERNAL").is_some_and(|value| value == "1");
    if !wanted {
        eprintln!("not run: {what} (set IMPRIMATUR_EXTERNAL=1 and IMPRIMATUR_PYTHON)");
    }
    wanted
}

fn ask(script: &str, arguments: &[PathBuf]) {
    let python = std::env::var("IMPRIMATUR_PYTHON").unwrap_or_else(|_| "python3".into());
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/external");
    let output = Command::new(python).arg(scripts.join(script)).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

fn made() -> SigningRequest {
    let model = Model { name: "Painter".into(), version: "v2".into(), sha256: Sha256::of(b"w") };
    let aigc = Some(Aigc::produced(PRODUCER.parse().unwrap(), "made-1"));
    SigningRequest {
        model: Some(model),
        labels: Labels { ai_system: None, aigc },
        ..SigningRequest::new("asset", AI)
    }
}

fn write(folder: &Path, name: &str, signed: &Signed) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, &signed.bytes).unwrap();
    if let Some(sidecar) = &signed.sidecar {
        std::fs::write(folder.join(format!("{name}.c2pa")), sidecar).unwrap();
    }
    path
}

/// Every kind: as a model made it, brought in and opened, and published.
#[test]
fn two_independent_validators_call_every_kind_trusted() {
    if !wanted("c2pa-python and encypher-c2pa on every kind of file") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let credentials =
        Credentials::new(Authority::create(folder.path(), "Example Press").unwrap()).unwrap();
    let mut files = vec![folder.path().join("root.pem")];
    for (index, (media_type, plain)) in samples().into_iter().enumerate() {
        let name = |state: &str| format!("{index}-{state}.{}", media_type.extension());
        let made = credentials.sign(&made(), &plain, media_type).unwrap();
        let ingredient = Ingredient {
            sidecar: made.sidecar.clone(),
            ..Ingredient::new("original", made.bytes.clone(), media_type)
        };
        let opened = SigningRequest {
            ingredients: vec![ingredient],
            ..SigningRequest::new("opened", DigitalSourceType::Unstated)
        };
        let opened = credentials.sign(&opened, &made.bytes, media_type).unwrap();
        let update = UpdateRequest::new("published", UpdateKind::Published);
        let published = credentials
            .update(&update, &opened.bytes, opened.sidecar.as_deref(), media_type)
            .unwrap();
        files.push(write(folder.path(), &name("made"), &made));
        files.push(write(folder.path(), &name("opened"), &opened));
        // A store beside a WAV whose own store has an odd length is misread by encypher-c2pa.
        if media_type != MediaType::Wav {
            files.push(write(folder.path(), &name("published"), &published));
        }
    }
    ask("verify_c2pa.py", &files);
}

#[test]
fn exiftool_ffprobe_mutagen_and_yaml_read_one_label_in_every_kind() {
    if !wanted("exiftool, ffprobe, mutagen and PyYAML on every kind of file") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let credentials =
        Credentials::new(Authority::create(folder.path(), "Example Press").unwrap()).unwrap();
    let expected = json!({
        "aigc": {
            "Label": "1",
            "ContentProducer": PRODUCER,
            "ProduceID": "made-1",
            "ReservedCode1": "",
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        },
        "source_type": AI.uri(),
        "ai_system": "Painter",
        "ai_system_version": "v2",
    });
    let path = folder.path().join("expected.json");
    std::fs::write(&path, expected.to_string()).unwrap();
    let mut files = vec![path];
    for (index, (media_type, plain)) in samples().into_iter().enumerate() {
        if media_type != MediaType::Binary {
            let signed = credentials.sign(&made(), &plain, media_type).unwrap();
            let name = format!("{index}.{}", media_type.extension());
            files.push(write(folder.path(), &name, &signed));
        }
    }
    ask("read_labels.py", &files);
}
