//! TLS: certificates from files that are read again, and clients that present theirs.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    sync::Arc,
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::newsroom::{Newsroom, Server};

struct Authority {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        let (certificate, pem) = (root.der().clone(), root.pem());
        Self { certificate, pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate and its key (PEM).
    fn issue(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Puts a certificate for the server into its folder.
    fn equip(&self, newsroom: &Newsroom) {
        let (chain, key) = self.issue();
        fs::create_dir_all(newsroom.path("tls")).unwrap();
        fs::write(newsroom.path("tls/chain.pem"), chain).unwrap();
        let file = newsroom.path("tls/key.pem");
        fs::write(&file, key).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A client that trusts this authority.
    fn client(&self, own: Option<&Self>, protocols: &[&str]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let (chain, key) = authority.issue();
                let chain = CertificateDer::from_pem_slice(chain.as_bytes()).unwrap();
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![chain], key).unwrap()
            }
        };
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}

/// What a client is answered, by which certificate, and what protocol was agreed on.
fn ask(server: &Server, client: Arc<ClientConfig>) -> std::io::Result<(String, Vec<u8>, Vec<u8>)> {
    let address = server.url.trim_start_matches("https://");
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let name = "127.0.0.1".try_into().unwrap();
    let connection = ClientConnection::new(client, name).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        read?;
    }
    let certificate = stream.conn.peer_certificates().unwrap()[0].to_vec();
    let protocol = stream.conn.alpn_protocol().unwrap_or_default().to_vec();
    Ok((String::from_utf8_lossy(&answer).into_owned(), certificate, protocol))
}

const FILES: &str = "\n[server.tls]\ncertificate = \"tls/chain.pem\"\nkey = \"tls/key.pem\"\n";

#[test]
fn certificates_are_read_again_and_a_wrong_one_is_refused() {
    let authority = Authority::new();
    let newsroom = Newsroom::with(FILES);
    assert_eq!(newsroom.run(&["serve"]).status.code(), Some(2), "there are no files yet");
    authority.equip(&newsroom);
    let server = newsroom.serve();
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let client = || authority.client(None, &["http/1.1"]);
    let (answer, before, protocol) = ask(&server, client()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    assert_eq!(protocol, b"http/1.1");
    let two = ask(&server, authority.client(None, &["h2", "http/1.1"]));
    assert!(two.is_ok_and(|(_, _, protocol)| protocol == b"h2"), "HTTP/2 is preferred");
    assert!(ask(&server, Authority::new().client(None, &[])).is_err(), "another authority");

    authority.equip(&newsroom);
    server.hang_up();
    server.until(|server| ask(server, client()).is_ok_and(|(_, now, _)| now != before));
    let (_, now, _) = ask(&server, client()).unwrap();
    fs::write(newsroom.path("tls/chain.pem"), "not a certificate").unwrap();
    server.hang_up();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(ask(&server, client()).unwrap().1, now, "the last good one stays");
}

#[test]
fn clients_present_a_certificate_where_that_is_asked() {
    let (authority, people) = (Authority::new(), Authority::new());
    let asking = |how: &str| {
        let more = format!("client_ca = \"tls/people.pem\"\nclient_certificate = \"{how}\"\n");
        let newsroom = Newsroom::with(&(FILES.to_owned() + &more));
        authority.equip(&newsroom);
        fs::write(newsroom.path("tls/people.pem"), &people.pem).unwrap();
        newsroom
    };
    let newsroom = asking("required");
    let server = newsroom.serve();
    let with = |own| ask(&server, authority.client(own, &[]));
    assert!(with(Some(&people)).is_ok_and(|(answer, ..)| answer.contains("200 OK")));
    assert!(with(None).is_err(), "without one there is no answer");
    assert!(with(Some(&authority)).is_err(), "nor with one of another authority");
    drop(server);
    let newsroom = asking("optional");
    let server = newsroom.serve();
    assert!(ask(&server, authority.client(None, &[])).is_ok());
    assert!(ask(&server, authority.client(Some(&authority), &[])).is_err());
}
