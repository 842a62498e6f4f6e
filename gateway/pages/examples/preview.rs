//! Writes every page with sample data into a folder, for whoever works on their looks:
//! `cargo run -p pages --example preview -- FOLDER`, then any file server in it.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use pages::{
    Frame, Html,
    public::{
        about, complaint,
        link::Link,
        proof::{Inclusion, Proof, Sibling, Tree},
        record,
        report::{List, Publication, Report},
        transparency, trust, verify,
    },
};
use serde_json::json;
use types::{Language, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: preview FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in pages::assets::all() {
        fs::write(folder.join(asset.path().trim_start_matches('/')), asset.bytes())?;
    }
    for (language, code) in [(Language::En, "en"), (Language::Zh, "zh")] {
        let frame = Frame {
            publisher: "The Harbour Courier".to_owned(),
            language,
            language_chosen: true,
            theme: None,
            nonce: "preview".to_owned(),
            path: "/verify".to_owned(),
        };
        for (name, html) in pages(&frame)? {
            fs::write(folder.join(format!("{name}.{code}.html")), html?)?;
        }
    }
    Ok(())
}

fn pages(frame: &Frame) -> Result<Vec<(&'static str, Html)>, Box<dyn Error>> {
    let report = report()?;
    let lists: Vec<List> = report.lists.clone();
    let leaf = Sha256::of(b"leaf").to_string();
    let side = |n: u64| Sibling {
        hash: Sha256::of(&n.to_be_bytes()).to_string(),
        left: n.is_multiple_of(3),
    };
    let tree = Tree::new(5000, Sha256::of(b"root").to_string(), &leaf, (0..13).map(side).collect());
    let proof = Proof::new(4711, leaf, Inclusion::Proved, Some(tree));
    let link =
        Link::new("https://verify.example.org", "/verify/0192f0c1-7b1a-7e6f-8f11-0a2b3c4d5e6f");
    let publication: Publication = serde_json::from_value(published())?;
    Ok(vec![
        ("verify", verify::page(frame, true, None)),
        ("result", result(frame, &report, &proof, &link)),
        ("trust", trust::page(frame, &lists)),
        ("about", about::page(frame, 5)),
        ("complaint", complaint::form(frame, false, &complaint::Filled::default())),
        (
            "record",
            record::page(
                frame,
                &record::Record {
                    asset_id: "0192f0c1-7b1a-7e6f-8f11-0a2b3c4d5e6f",
                    media_type: "image/png",
                    made_at: "2026-11-20T08:30:00Z",
                    publication: &publication,
                    picture: None,
                    mark_id: Some("00c0ffee00c0ffee"),
                    manifest_label: "urn:c2pa:6e1c1d6e-3f0a-4a55-9be1-7d7d3ad1f0a5",
                    manifest_url: "/sbr/v1/manifests/x",
                    proof: Some(&proof),
                    link: Some(&link),
                },
            ),
        ),
        ("log", transparency::page(frame, &log(&proof))),
    ])
}

fn result(frame: &Frame, report: &Report, proof: &Proof, link: &Link) -> Html {
    let pictures = BTreeMap::new();
    verify::page(
        frame,
        true,
        Some(&verify::Checked {
            name: Some("harbour.png"),
            report,
            raw: "{\n  \"verdict\": \"trusted\"\n}",
            version: "0.1.0",
            pictures: &pictures,
            proof: Some(proof),
            link: Some(link),
        }),
    )
}

fn log(proof: &Proof) -> transparency::Log<'_> {
    transparency::Log {
        origin: "log.example.org/courier",
        size: 5000,
        root: Sha256::of(b"root").to_string(),
        note: "log.example.org/courier\n5000\nW1v4…=\n\n— log.example.org/courier Az3g…\n",
        vkey: "log.example.org/courier+8c1f2d3a+AW1v4Qm0k8".to_owned(),
        witnesses: vec!["witness.example.net/w1".to_owned()],
        base: "https://verify.example.org",
        asked: "4711",
        proof: Some(proof),
    }
}

fn published() -> serde_json::Value {
    json!({"state": "corrected", "at": "2026-11-21T09:00:00Z", "url": "https://courier.example.org/harbour",
        "notice_url": "https://courier.example.org/corrections/17", "replaced_by": null})
}

fn report() -> Result<Report, serde_json::Error> {
    let ingredient = |title: &str, verdict: &str, below: serde_json::Value| {
        json!({"title": title, "relationship": "parentOf", "media_type": "image/jpeg", "verdict": verdict,
            "signer": {"name": "Nikon Corporation", "list": "c2pa-trust-list", "revoked_at": null},
            "signed_at": "2026-10-02T07:12:00Z", "ai_declared": verdict == "untrusted_signer", "ingredients": below})
    };
    let below = json!([ingredient("DSC_0417.NEF", "trusted", json!([]))]);
    let tree = json!([
        ingredient("harbour-original.jpg", "trusted", below),
        ingredient("sky.png", "untrusted_signer", json!([]))
    ]);
    serde_json::from_value(json!({
        "verdict": "trusted",
        "summary": "This file has not changed since The Harbour Courier, who is on the list \"own\", signed it.",
        "intact": true, "signer": {"name": "The Harbour Courier", "list": "own", "revoked_at": null},
        "signed_at": "2026-11-20T08:31:00Z", "publication": published(),
        "time_stamp": {"trusted": true, "authority": "Example TSA"}, "ai_declared_active": true,
        "ai_declared_anywhere": true, "ingredient_warning": false,
        "labels": {"source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "aigc": {"Label": "1", "ContentProducer": "001191330000MA0000000000012"}},
        "manifest_label": "urn:c2pa:6e1c1d6e-3f0a-4a55-9be1-7d7d3ad1f0a5", "remote_url": null,
        "mark": {"found": true, "algorithm": "org.imprimatur.image.1", "id": "00c0ffee00c0ffee", "decidable": true},
        "recovered": null,
        "matches": [{"asset_id": "0192f0c1-7b1a-7e6f-8f11-0a2b3c4d5e6f", "how": "watermark+fingerprint", "certainty": "likely",
            "media_type": "image/png", "made_at": "2026-11-20T08:30:00Z", "publication": published()}],
        "receipt": {"index": 4711, "leaf_hash": "ab", "inclusion": "proved"},
        "lists": [
            {"name": "own", "sha256": Sha256::of(b"own"), "certificates": 1, "expired": 0, "as_of": null, "next_update": null},
            {"name": "c2pa-trust-list", "sha256": Sha256::of(b"c2pa"), "certificates": 31, "expired": 2,
                "as_of": "2026-11-01T00:00:00Z", "next_update": "2027-02-01T00:00:00Z"}],
        "failures": [], "warnings": [], "title": "harbour.png", "generator": "Imprimatur 0.1.0", "thumbnail": null,
        "actions": [
            {"action": "c2pa.created", "when": null, "agent": "scenes-starter 1", "source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"},
            {"action": "c2pa.watermarked.bound", "when": null, "agent": null, "source_type": null},
            {"action": "c2pa.addedText", "when": null, "agent": null, "source_type": null}],
        "identities": [{"name": "Ada Example", "issuer": "Example ID", "status": "unlisted"}],
        "ingredients": tree, "ingredients_left_out": false, "ms": 41
    }))
}
