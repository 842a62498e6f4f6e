//! The fuzz targets of this room on their seeds, and on seeds changed at random.

#[path = "../../fuzz/fuzz_targets/certificates.rs"]
mod certificates;
#[path = "../../fuzz/fuzz_targets/file.rs"]
mod file;
#[path = "../../../../tests/mutated.rs"]
mod mutated;
#[path = "../../fuzz/fuzz_targets/signing.rs"]
mod signing;
#[path = "../../fuzz/fuzz_targets/text.rs"]
mod text;

use provenance::{Algorithm, ClaimKey, StampRequest, TimeStampAuthority as _};
use types::MediaType;

use crate::press::{PICTURES, Press, authority, request, samples};

/// Bytes after the place of their kind's name.
fn called(name: &str, bytes: &[u8]) -> Vec<u8> {
    let place = file::NAMES.iter().position(|known| *known == name).unwrap_or_default();
    [&[u8::try_from(place).unwrap()], bytes].concat()
}

#[test]
fn any_file_is_read_or_refused() {
    let press = Press::new("Test Press");
    let mut seeds = Vec::new();
    for (kind, bytes) in samples() {
        let signed = press.credentials.sign(&request(), &bytes, kind).unwrap();
        seeds.push(called(kind.extension(), &signed.bytes));
        seeds.extend(signed.sidecar.map(|store| called("c2pa", &store)));
    }
    for kind in PICTURES {
        let signed =
            press.credentials.sign(&request(), &crate::press::picture(kind), kind).unwrap();
        seeds.push(called("c2pa", &signed.manifest_store));
    }
    mutated::check("file", &seeds, 300, file::run);
}

#[test]
fn any_certificate_is_read_or_refused() {
    let authority = authority("Test Press");
    let key = ClaimKey::generate(Algorithm::Es256).unwrap().to_pem().unwrap().to_string();
    let asked = StampRequest::new(b"checkpoint", [1, 2, 3, 4, 5, 6, 7, 8]);
    let answer = authority.time_stamps().stamp(asked.der()).unwrap();
    let root = authority.root_pem();
    let list = serde_json::json!({"LoTE": {
        "ListAndSchemeInformation": {"ListIssueDateTime": "2026-01-01T00:00:00Z"},
        "TrustedEntitiesList": [{"TrustedEntityServices": [{"ServiceInformation": {
            "ServiceDigitalIdentity": {"X509Certificates": [{"val": block(root)}]},
            "ServiceStatus": "https://c2pa.org/status/trusted",
        }}]}],
    }});
    let seeds = [
        root.as_bytes().to_vec(),
        format!("{key}{root}").into_bytes(),
        list.to_string().into_bytes(),
        asked.der().to_vec(),
        answer,
    ];
    mutated::check("certificates", &seeds, 300, certificates::run);
}

/// The base64 between the lines of a PEM.
fn block(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn any_text_is_read_or_refused() {
    let press = Press::new("Test Press");
    let signed = press.credentials.sign_text(&request(), "The river fell. 河水。").unwrap();
    let seeds = [signed.bytes, b"e\xcc\x81t\xef\xbb\xbf\xf3\xa0\x84\xb3".to_vec()];
    mutated::check("text", &seeds, 200, text::run);
}

#[test]
fn any_file_that_is_to_be_signed_is_read_or_refused() {
    let seed = |kind: MediaType, bytes: &[u8]| {
        let place = signing::KINDS.iter().position(|known| *known == kind).unwrap();
        [&[u8::try_from(place).unwrap()], bytes].concat()
    };
    let mut seeds: Vec<Vec<u8>> =
        samples().iter().map(|(kind, bytes)| seed(*kind, bytes)).collect();
    seeds.extend(signing::KINDS.map(|kind| seed(kind, b"")));
    mutated::check("signing", &seeds, 100, signing::run);
}
