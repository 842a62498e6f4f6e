//! `imprimatur log`: acting as a witness of other logs.

use std::sync::Arc;

use ::audit::{LogKey, Verifier, Witness};
use serde_json::json;
use tokio::net::TcpListener;

use super::{
    args::{Global, LogCommand, WitnessServer},
    exit::{Answer, Exit},
    output::{self, Console},
    serve,
};
use crate::{
    config::{Server, Telemetry},
    http, telemetry,
};

pub(crate) async fn run(global: &Global, command: LogCommand, console: &Console) -> Answer {
    telemetry::start_logging(&Telemetry::default(), output::logged(global));
    match command {
        LogCommand::Witness(args) => witness(&args, console).await,
    }
}

async fn witness(args: &WitnessServer, console: &Console) -> Answer {
    std::fs::create_dir_all(&args.dir)?;
    let logs: Result<Vec<_>, _> = args.logs.iter().map(|vkey| Verifier::parse(vkey)).collect();
    let key = LogKey::load_or_create(&args.dir.join("witness.key"))?;
    let witness = Arc::new(Witness::open(&args.dir.join("logs"), &args.name, key, logs?)?);
    let listener = TcpListener::bind(args.listen).await?;
    let mut signals = serve::Signals::listen()?;
    let (url, vkey) = (format!("http://{}", listener.local_addr()?), witness.cosigner().vkey());
    let logs: Vec<&str> = witness.origins().collect();
    console.result(&json!({"url": url, "vkey": vkey, "logs": logs}), || {
        format!("witnessing {} at {url}\nkey of the witness: {vkey}", logs.join(", "))
    });
    let routes = http::witness(Arc::clone(&witness), &Server::default());
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move { signals.next().await })
        .await?;
    Ok(Exit::Yes)
}
