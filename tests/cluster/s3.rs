//! An S3 server on loopback: `s3s-fs` over a folder.

use std::{convert::Infallible, net::SocketAddr, path::Path, sync::Arc, thread};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::{net::TcpListener, runtime::Runtime, sync::Mutex};

/// Variables with which a program finds the server.
pub(crate) fn environment(port: u16) -> Vec<(String, String)> {
    [
        ("AWS_ENDPOINT", format!("http://127.0.0.1:{port}").as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "local"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Serves the buckets in a folder until the process ends.
pub(crate) fn serve(folder: &Path) -> SocketAddr {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = service.build();
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    // That server looks first and writes then; S3 does both at once. So writes take turns.
    let turn = Arc::new(Mutex::new(()));
    thread::spawn(move || {
        runtime.block_on(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let (service, turn) = (service.clone(), Arc::clone(&turn));
                tokio::spawn(async move {
                    let serving = hyper::service::service_fn(move |request: hyper::Request<_>| {
                        let (service, turn) = (service.clone(), Arc::clone(&turn));
                        async move {
                            let _turn = match request.method() {
                                &hyper::Method::PUT | &hyper::Method::DELETE => {
                                    Some(turn.lock().await)
                                }
                                _ => None,
                            };
                            let answer = hyper::service::Service::call(&service, request).await;
                            Ok::<_, Infallible>(answer.unwrap())
                        }
                    });
                    let connection = Builder::new(TokioExecutor::new());
                    drop(connection.serve_connection(TokioIo::new(socket), serving).await);
                });
            }
        });
    });
    address
}
