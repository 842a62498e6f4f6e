//! Keys that sign assets: asked for, imported, replaced, revoked; and who stamps the time.

mod external;
mod time_stamps;

use std::{fs, os::unix::fs::PermissionsExt as _};

use provenance::ClaimKey;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::{Value, json};

use crate::newsroom::{Newsroom, RIVER};

/// An authority with a root of its own.
struct Authority {
    root: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = named("Root of Trust");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = params.self_signed(&key).unwrap().pem();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// A certificate for the key in a file.
    fn issue(&self, key: &str, purpose: ExtendedKeyUsagePurpose) -> String {
        let key = ClaimKey::from_pem(key, None).unwrap();
        let mut params = named("Evening Post");
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        params.signed_by(&key, &self.issuer).unwrap().pem()
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::OrganizationName, name);
    params
}

impl Newsroom {
    fn signed(&self, name: &str) -> Value {
        self.json(&["generate", "text", RIVER, "-o", name], 0)
    }

    fn verdict(&self, name: &str, exit: i32) -> Value {
        self.json(&["verify", name], exit)
    }

    fn last_record(&self) -> Value {
        self.lines(&["audit", "tail", "-n", "1"]).pop().unwrap()["record"].clone()
    }
}

#[test]
fn a_certificate_of_another_authority_signs_after_its_import() {
    let newsroom = Newsroom::new();
    newsroom.signed("before.txt");
    let first = newsroom.last_record()["c2pa"]["certificate_sha256"].clone();
    let made = newsroom.json(&["keys", "csr", "-o", "press.csr"], 0);
    assert_eq!(made["key"], json!("press.key.pem"));
    assert_eq!(newsroom.last_record()["event"], json!("signing_key_requested"));
    let file = newsroom.path("press.key.pem");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(newsroom.run(&["keys", "csr", "-o", "press.csr"]).status.code(), Some(2));
    let key = fs::read_to_string(&file).unwrap();

    let authority = Authority::new();
    let import = ["keys", "import", "--chain", "chain.pem", "--key", "press.key.pem"];
    let refused = |chain: String, expected: &str| {
        fs::write(newsroom.path("chain.pem"), chain).unwrap();
        let refused = newsroom.run(&import);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2));
        assert!(said.contains(expected) && !said.contains(key.lines().nth(1).unwrap()), "{said}");
    };
    refused(authority.issue(&key, ExtendedKeyUsagePurpose::ServerAuth), "another purpose");
    let good = authority.issue(&key, ExtendedKeyUsagePurpose::EmailProtection);
    refused(good.clone() + &authority.root, "remove it");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    refused(good.clone(), "chmod 600");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();

    let imported = newsroom.json(&import, 0);
    assert_eq!(imported["old"], first);
    newsroom.signed("after.txt");
    let record = newsroom.last_record();
    assert_eq!(record["c2pa"]["certificate_sha256"], imported["new"]["certificate"]);
    for (name, signer) in [("before.txt", "Example Newsroom"), ("after.txt", "Evening Post")] {
        let report = newsroom.verdict(name, 0);
        assert_eq!(report["signer"]["name"], json!(signer));
        assert_eq!(report["signer"]["list"], json!("own"));
    }
    // Others trust it through the authority.
    fs::write(newsroom.path("authority.pem"), &authority.root).unwrap();
    let stranger = Newsroom::new();
    let trust =
        ["--trust", "authority.pem", "--trust", "keys/provenance/root.pem"].map(str::to_owned);
    let trust = trust.map(|word| {
        if word.starts_with("--") { word } else { newsroom.path(&word).display().to_string() }
    });
    let file = newsroom.path("after.txt").display().to_string();
    let args: Vec<&str> =
        ["verify", &file].into_iter().chain(trust.iter().map(String::as_str)).collect();
    assert_eq!(stranger.json(&args, 0)["signer"]["list"], json!("authority"));
    newsroom.json(&["doctor"], 0);

    // An own one again, by another algorithm; all that was signed is still verified.
    let rotated = newsroom.json(&["keys", "rotate", "--signing", "--algorithm", "es256"], 0);
    assert_eq!(rotated["old"], imported["new"]["certificate"]);
    assert_eq!(newsroom.last_record()["event"], json!("signing_key_changed"));
    newsroom.signed("again.txt");
    for name in ["before.txt", "after.txt", "again.txt"] {
        assert_eq!(newsroom.verdict(name, 0)["verdict"], json!("trusted"), "{name}");
    }
    let listed = newsroom.lines(&["keys", "list"]);
    let signing: Vec<&Value> = listed.iter().filter(|row| row["certificate"].is_string()).collect();
    assert_eq!(signing.len(), 3);
    assert_eq!(signing.iter().filter(|row| row["signs"] == json!(true)).count(), 1);
}

#[test]
fn a_compromised_key_signs_nothing_more_and_its_assets_are_listed() {
    let newsroom = Newsroom::new();
    newsroom.signed("before.txt");
    // Time-stamps are accurate to a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let asset = newsroom.signed("after.txt")["asset"]["id"].clone();
    let since = newsroom.last_record()["time"].as_str().unwrap().to_owned();
    let affected = newsroom.lines(&["keys", "compromise", "current", "--since", &since]);
    assert_eq!(affected.len(), 1, "{affected:?}");
    assert_eq!(affected[0]["asset_id"], asset);
    assert_eq!(newsroom.last_record()["event"], json!("signing_key_revoked"));

    assert_eq!(newsroom.verdict("before.txt", 0)["verdict"], json!("trusted"));
    let report = newsroom.json(&["verify", "after.txt"], 3);
    assert_eq!(report["verdict"], json!("untrusted_signer"));
    assert!(report["signer"]["revoked_at"].is_string(), "{report}");
    let refused = newsroom.run(&["generate", "text", RIVER]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("revoked") && said.contains("keys rotate --signing"), "{said}");
    let findings = newsroom.json(&["doctor"], 1)["findings"].clone();
    assert!(findings[0]["problem"].as_str().unwrap().contains("revoked"), "{findings}");
    let server = newsroom.serve();
    let ready = server.get("", "/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.json().to_string().contains("signing"), "{}", ready.json());
    drop(server);

    newsroom.json(&["keys", "rotate", "--signing"], 0);
    newsroom.signed("again.txt");
    assert_eq!(newsroom.verdict("again.txt", 0)["verdict"], json!("trusted"));
    newsroom.json(&["doctor"], 0);
}

#[test]
fn a_key_in_the_environment_signs_with_the_configured_chain() {
    let newsroom = Newsroom::new();
    newsroom.json(&["keys", "csr", "-o", "press.csr", "--algorithm", "es384"], 0);
    let key = fs::read_to_string(newsroom.path("press.key.pem")).unwrap();
    let chain = Authority::new().issue(&key, ExtendedKeyUsagePurpose::EmailProtection);
    fs::write(newsroom.path("press.pem"), chain).unwrap();
    fs::remove_file(newsroom.path("press.key.pem")).unwrap();
    newsroom.set("[provenance]", "signing_chain = \"press.pem\"");
    let said = newsroom.run(&["generate", "text", RIVER, "-o", "a.txt"]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("IMPRIMATUR__PROVENANCE__SIGNING_KEY"), "{said}");
    let signed = std::process::Command::new(crate::newsroom::PROGRAM)
        .current_dir(newsroom.path("."))
        .env("IMPRIMATUR__PROVENANCE__SIGNING_KEY", &key)
        .args(["generate", "text", RIVER, "-o", "a.txt"])
        .output()
        .unwrap();
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    assert_eq!(newsroom.verdict("a.txt", 0)["signer"]["name"], json!("Evening Post"));
}

impl Newsroom {
    /// Adds lines to a section of the configuration.
    fn set(&self, section: &str, lines: &str) {
        let file = self.path("imprimatur.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(section), "{section}");
        fs::write(file, text.replacen(section, &format!("{section}\n{lines}"), 1)).unwrap();
    }
}
