//! With tools that no one here wrote: OpenSSL as authority for certificates and time, SoftHSM2 as
//! token, and two independent validators.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use serde_json::json;

use crate::{
    external::{python, said, wanted},
    newsroom::{Newsroom, PROGRAM, RIVER},
};

/// The module of SoftHSM2, where Debian puts it.
const SOFTHSM: [&str; 2] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
const PIN: &str = "0123";

fn openssl(newsroom: &Newsroom, line: &str) -> Output {
    let output = Command::new("openssl")
        .current_dir(newsroom.path("."))
        .args(line.split_whitespace())
        .output()
        .unwrap();
    assert!(output.status.success(), "openssl {line}: {}", said(&output));
    output
}

/// An authority made with OpenSSL: `ca.pem`, `ca.key`, and one below it: `mid.pem`, `mid.key`.
fn authority(newsroom: &Newsroom) {
    let extensions = "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n\
        [leaf]\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n\
        [tsa]\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n";
    fs::write(newsroom.path("ext.cnf"), extensions).unwrap();
    for name in ["ca", "mid", "tsa"] {
        openssl(newsroom, &format!("ecparam -name prime256v1 -genkey -noout -out {name}.key"));
        openssl(
            newsroom,
            &format!("req -new -key {name}.key -subj /O=Test-Trust/CN={name} -out {name}.csr"),
        );
    }
    openssl(
        newsroom,
        "x509 -req -in ca.csr -signkey ca.key -extfile ext.cnf -extensions ca -days 90 -out ca.pem",
    );
    for (name, kind) in [("mid", "ca"), ("tsa", "tsa")] {
        openssl(
            newsroom,
            &format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -extfile ext.cnf -extensions {kind} -days 80 -out {name}.pem"
            ),
        );
    }
}

/// The authority's answer to `press.csr`.
fn answer(newsroom: &Newsroom) {
    openssl(newsroom, "req -in press.csr -noout -verify");
    openssl(
        newsroom,
        "x509 -req -in press.csr -CA mid.pem -CAkey mid.key -copy_extensions copyall -extfile ext.cnf -extensions leaf -days 70 -out press.pem",
    );
    let chain =
        ["press.pem", "mid.pem"].map(|name| fs::read_to_string(newsroom.path(name)).unwrap());
    fs::write(newsroom.path("chain.pem"), chain.concat()).unwrap();
}

/// Both validators call what is signed now trusted, by the authority and the newsroom's own clock.
fn accepted(newsroom: &Newsroom, name: &str) {
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", name], 0);
    assert_eq!(newsroom.json(&["verify", name], 0)["verdict"], json!("trusted"));
    let anchors = ["ca.pem", "keys/provenance/root.pem"];
    let anchors = anchors.map(|name| fs::read_to_string(newsroom.path(name)).unwrap());
    fs::write(newsroom.path("anchors.pem"), anchors.concat()).unwrap();
    let files = ["anchors.pem", name].map(|name| newsroom.path(name).display().to_string());
    let output = python("verify_c2pa.py", &files.each_ref().map(String::as_str), &[]);
    assert!(output.status.success(), "{name}: {}", said(&output));
}

#[test]
fn an_openssl_authority_issues_what_two_validators_accept() {
    if !wanted("OpenSSL, c2pa-python and encypher-c2pa") {
        return;
    }
    let newsroom = Newsroom::new();
    authority(&newsroom);
    for algorithm in ["ed25519", "es256", "es384", "ps256"] {
        for old in ["press.csr", "press.key.pem"] {
            drop(fs::remove_file(newsroom.path(old)));
        }
        newsroom.json(&["keys", "csr", "-o", "press.csr", "--algorithm", algorithm], 0);
        answer(&newsroom);
        newsroom.json(&["keys", "import", "--chain", "chain.pem", "--key", "press.key.pem"], 0);
        accepted(&newsroom, &format!("{algorithm}.png"));
    }
}

#[test]
fn a_key_under_a_passphrase_of_openssl_signs() {
    if !wanted("OpenSSL") {
        return;
    }
    let newsroom = Newsroom::new();
    authority(&newsroom);
    newsroom.json(&["keys", "csr", "-o", "press.csr"], 0);
    answer(&newsroom);
    fs::write(newsroom.path("word"), "correct horse\n").unwrap();
    for kdf in ["-v2 aes-256-cbc", "-scrypt"] {
        openssl(
            &newsroom,
            &format!("pkcs8 -topk8 -in press.key.pem -passout file:word {kdf} -out locked.pem"),
        );
        let private = Command::new("chmod")
            .args(["600", "locked.pem", "word"])
            .current_dir(newsroom.path("."))
            .status();
        assert!(private.unwrap().success());
        let import = ["keys", "import", "--chain", "chain.pem", "--key", "locked.pem"];
        let refused = newsroom.run(&import);
        assert_eq!(refused.status.code(), Some(2));
        assert!(said(&refused).contains("passphrase"), "{}", said(&refused));
        newsroom.json(&[import.as_slice(), &["--passphrase-file", "word"]].concat(), 0);
    }
    newsroom.json(&["doctor"], 1);
    newsroom.set("[provenance]", "passphrase_file = \"word\"");
    newsroom.signed("a.txt");
    newsroom.json(&["doctor"], 0);
}

#[test]
fn keys_in_a_token_sign_what_two_validators_accept() {
    if !wanted("SoftHSM2") {
        return;
    }
    let module = SOFTHSM.into_iter().find(|path| PathBuf::from(path).exists()).unwrap();
    let newsroom = Newsroom::new();
    authority(&newsroom);
    fs::create_dir(newsroom.path("tokens")).unwrap();
    let settings = format!("directories.tokendir = {}\n", newsroom.path("tokens").display());
    fs::write(newsroom.path("softhsm.conf"), settings).unwrap();
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(program)
            .current_dir(newsroom.path("."))
            .env("SOFTHSM2_CONF", newsroom.path("softhsm.conf"))
            .env("IMPRIMATUR__PROVENANCE__PKCS11_PIN", PIN)
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{program} {args:?}: {}", said(&output));
    };
    run(
        "softhsm2-util",
        &["--init-token", "--free", "--label", "desk", "--pin", PIN, "--so-pin", "5678"],
    );
    for algorithm in ["ed25519", "es256", "es384", "ps256"] {
        let plain = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
        newsroom.set(
            "[provenance]",
            &format!("pkcs11_module = \"{module}\"\npkcs11_token = \"desk\"\npkcs11_key = \"{algorithm}\""),
        );
        drop(fs::remove_file(newsroom.path("press.csr")));
        run(PROGRAM, &["keys", "csr", "--token", "-o", "press.csr", "--algorithm", algorithm]);
        answer(&newsroom);
        run(PROGRAM, &["keys", "import", "--chain", "chain.pem", "--token"]);
        let name = format!("{algorithm}.png");
        run(PROGRAM, &["generate", "image", "a harbour at dawn", "-o", &name]);
        run(PROGRAM, &["verify", &name]);
        run(PROGRAM, &["doctor"]);
        fs::write(newsroom.path("imprimatur.toml"), plain).unwrap();
        let anchors = ["ca.pem", "keys/provenance/root.pem"];
        let anchors = anchors.map(|name| fs::read_to_string(newsroom.path(name)).unwrap());
        fs::write(newsroom.path("anchors.pem"), anchors.concat()).unwrap();
        let files = ["anchors.pem", &name].map(|name| newsroom.path(name).display().to_string());
        let output = python("verify_c2pa.py", &files.each_ref().map(String::as_str), &[]);
        assert!(output.status.success(), "{name}: {}", said(&output));
    }
    // Without its PIN the token signs nothing, and the rest works.
    let refused = newsroom.run(&["generate", "text", RIVER]);
    assert!(!refused.status.success() && said(&refused).contains("token"), "{}", said(&refused));
    assert_eq!(newsroom.json(&["verify", "es256.png"], 0)["verdict"], json!("trusted"));
}

async fn stamp(State(folder): State<PathBuf>, body: Bytes) -> Vec<u8> {
    let (query, reply) = (folder.join("query.tsq"), folder.join("reply.tsr"));
    fs::write(&query, body).unwrap();
    let made = Command::new("openssl")
        .current_dir(&folder)
        .args([
            "ts",
            "-reply",
            "-config",
            "tsa.cnf",
            "-queryfile",
            "query.tsq",
            "-out",
            "reply.tsr",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
    fs::read(reply).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_openssl_authority_stamps_the_time() {
    if !wanted("OpenSSL's time-stamp authority") {
        return;
    }
    let newsroom = Newsroom::new();
    authority(&newsroom);
    let settings = "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\ncerts = ca.pem\nsigner_key = tsa.key\n\
        signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\naccuracy = secs:1\ness_cert_id_alg = sha256\n";
    fs::write(newsroom.path("tsa.cnf"), settings).unwrap();
    fs::write(newsroom.path("serial"), "01").unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    let routes = Router::new().route("/tsa", post(stamp)).with_state(newsroom.path("."));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    newsroom.set("[provenance]", &format!("tsa_url = \"{url}\"\ntsa_trust = \"ca.pem\""));
    newsroom.json(&["doctor"], 0);
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "a.png"], 0);
    let report = newsroom.json(&["verify", "a.png", "--trust", "ca.pem"], 0);
    assert_eq!(report["time_stamp"], json!({"trusted": true, "authority": "tsa"}));
    let anchors = ["ca.pem", "keys/provenance/root.pem"];
    let anchors = anchors.map(|name| fs::read_to_string(newsroom.path(name)).unwrap());
    fs::write(newsroom.path("anchors.pem"), anchors.concat()).unwrap();
    let files = ["anchors.pem", "a.png"].map(|name| newsroom.path(name).display().to_string());
    let output = python("verify_c2pa.py", &files.each_ref().map(String::as_str), &[]);
    assert!(output.status.success(), "{}", said(&output));
}
