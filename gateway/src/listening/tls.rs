//! TLS of the listeners: certificates from files, and clients that present theirs.

use std::{fs, io, path::Path, sync::Arc};

use tokio_rustls::rustls::{
    self, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};

use crate::{config::ClientCertificate, installation::Installation, signing_keys};

/// Why the server cannot speak TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file.
    #[error("server.tls: {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificates and key do not fit each other, or are of a kind that is not used.
    #[error("server.tls: {0}")]
    Tls(#[from] rustls::Error),
    /// The authorities of clients.
    #[error("server.tls.client_ca: {0}")]
    Clients(#[from] rustls::server::VerifierBuilderError),
}

/// The configured TLS; none where it is off.
pub(crate) fn open(installation: &Installation) -> Result<Option<Arc<ServerConfig>>, TlsError> {
    let tls = &installation.config().server.tls;
    let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) else { return Ok(None) };
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for root in certificates(&installation.resolve(path))? {
                roots.add(root)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = match tls.client_certificate {
                ClientCertificate::Required => verifier,
                ClientCertificate::Optional => verifier.allow_unauthenticated(),
            };
            builder.with_client_cert_verifier(verifier.build()?)
        }
    };
    let chain = certificates(&installation.resolve(certificate))?;
    let mut config = builder.with_single_cert(chain, private_key(&installation.resolve(key))?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(Arc::new(config)))
}

/// The certificates of a PEM file, in their order.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = fs::read(path).map_err(|error| wrong(path, &error))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let read = read.map_err(|error| wrong(path, &error))?;
    if read.is_empty() {
        return Err(wrong(path, &io::Error::other("there is no certificate in it")));
    }
    Ok(read)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = signing_keys::secret(path).map_err(|error| wrong(path, &error))?;
    // The error would repeat nothing of the key; the sentence says what to do.
    PrivateKeyDer::from_pem_slice(pem.as_str().as_bytes())
        .map_err(|_| wrong(path, &io::Error::other("there is no private key (PEM) in it")))
}

fn wrong(path: &Path, reason: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.display().to_string(), reason: reason.to_string() }
}
