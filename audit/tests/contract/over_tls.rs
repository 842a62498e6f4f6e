//! PostgreSQL over TLS: only a server whose certificate is trusted is talked to.

use std::{path::PathBuf, process::Command, sync::Arc};

use audit::{Driver, LogError, LogStore as _, PostgresLog};

use crate::postgres_server::{PostgresServer, user, wanted};

/// An authority, and a certificate of it for `localhost`.
const CERTIFICATES: &str = "
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=authority -keyout ca.key -out ca.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
    -keyout server.key -out server.csr
echo subjectAltName=DNS:localhost > names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile names -out server.crt
chmod 600 server.key";

fn open(url: &str) -> Result<PostgresLog, LogError> {
    PostgresLog::open(Arc::new(Driver::start().unwrap()), url, None)
}

/// What is trusted comes from the environment, which a process gets when it begins: the test runs
/// itself.
#[test]
fn a_server_is_trusted_by_its_certificate() {
    if let Ok(url) = std::env::var("IMPRIMATUR_TEST_TLS") {
        let mut log = open(&url).unwrap();
        let first = log.begin().unwrap();
        return log.commit(first, &[b"over TLS".to_vec()]).unwrap();
    }
    if !wanted("PostgreSQL over TLS") {
        return;
    }
    let server = PostgresServer::start();
    server.database("log");
    let folder = PathBuf::from(server.sql("log", "SHOW data_directory"));
    let mut shell = user(Command::new("sh"));
    let made = shell.args(["-ec", CERTIFICATES]).current_dir(&folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    server.sql("log", "ALTER SYSTEM SET ssl = on");
    server.sql("log", "SELECT pg_reload_conf()");
    let url = format!("postgresql://imprimatur@localhost:{}/log?sslmode=require", server.port());
    // The server has read its settings when it offers TLS; it is not trusted then.
    let refused = loop {
        let error = open(&url).unwrap_err().to_string();
        if error.contains("certificate") {
            break error;
        }
    };
    assert!(refused.contains("UnknownIssuer") || refused.contains("unknown"), "{refused}");

    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "over_tls::a_server_is_trusted_by_its_certificate"])
        .env("IMPRIMATUR_TEST_TLS", &url)
        .env("SSL_CERT_FILE", folder.join("ca.pem"))
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    let stored = server.sql("log", "SELECT next FROM log_sequence");
    assert_eq!(stored, "1");
}
