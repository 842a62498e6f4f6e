//! S3 as `s3s-fs` serves it on loopback: conditional writes go over the wire. That server looks first
//! and writes then, so it is asked for one thing at a time.

use std::{process::Command, sync::Arc};

use audit::Place;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use object_store::aws::AmazonS3Builder;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::net::TcpListener;

use crate::place_suite;

/// Serves the buckets in a folder until the test ends; its address.
async fn serve(folder: &std::path::Path) -> String {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let connection = Builder::new(TokioExecutor::new());
                drop(connection.serve_connection(TokioIo::new(socket), service).await);
            });
        }
    });
    format!("http://{address}")
}

/// A folder with one bucket, and the address of its server.
async fn bucket() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("bucket")).unwrap();
    let endpoint = serve(folder.path()).await;
    (folder, endpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_refuses_to_replace_what_was_not_seen() {
    let (_folder, endpoint) = bucket().await;
    drop(rustls::crypto::ring::default_provider().install_default());
    let s3 = AmazonS3Builder::new()
        .with_bucket_name("bucket")
        .with_region("local")
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_access_key_id("key")
        .with_secret_access_key("secret");
    place_suite::run_in_turn(Place::on(Arc::new(s3.build().unwrap()))).await;
}

/// Settings come from the environment, which a process gets when it begins: the test runs itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_opened_by_its_url_and_the_environment() {
    if std::env::var_os("IMPRIMATUR_TEST_S3").is_some() {
        return place_suite::run_in_turn(Place::open("s3://bucket/a/prefix").unwrap()).await;
    }
    let (folder, endpoint) = bucket().await;
    let itself = std::env::current_exe().unwrap();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new(itself)
            .args(["--exact", "on_s3::a_bucket_is_opened_by_its_url_and_the_environment"])
            .env("IMPRIMATUR_TEST_S3", "1")
            .envs([("AWS_ENDPOINT", endpoint.as_str()), ("AWS_ALLOW_HTTP", "true")])
            .envs([("AWS_REGION", "local"), ("AWS_ACCESS_KEY_ID", "key")])
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .output()
            .unwrap()
    });
    let ran = ran.await.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    assert!(folder.path().join("bucket/a/prefix/log/checkpoint").exists());
}
