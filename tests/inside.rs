//! The line inside the test's own process, where its parts can be broken or replaced.

use std::{path::Path, sync::Arc};

use access::Access;
use audit::LogOptions;
use gateway::{
    config::Config,
    http,
    installation::Installation,
    pipeline::Line,
    wiring::{Stages, WiringError},
};
use types::{GenerationRequest, Message, Modality, Principal, Role, Sampling, Speaker};

/// A new installation with a model that says one sentence and is no model.
pub(crate) fn installation(folder: &Path) -> Installation {
    let made = Installation::create(folder, "Test Press").unwrap();
    let file = made.config_file();
    let text = std::fs::read_to_string(&file).unwrap() + "\n[generators.null]\nkind = \"null\"\n";
    std::fs::write(&file, text).unwrap();
    reopen(folder)
}

/// An installation that exists.
pub(crate) fn reopen(folder: &Path) -> Installation {
    let config = Config::load(Some(&folder.join("imprimatur.toml"))).unwrap();
    Installation::new(folder.to_path_buf(), config)
}

/// The usual log settings.
pub(crate) fn log_options() -> LogOptions {
    LogOptions::new("localhost/imprimatur")
}

/// Opens an installation over a log with these settings.
pub(crate) async fn open(
    installation: Installation,
    log: LogOptions,
) -> Result<Stages, WiringError> {
    Stages::open_with(installation, log).await
}

/// Who asks.
pub(crate) fn journalist() -> Principal {
    Principal {
        tenant: "press".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: "ada".into(),
    }
}

/// A request for a text.
pub(crate) fn ask(model: &str) -> GenerationRequest {
    let messages =
        vec![Message { role: Speaker::User, text: "The council meets on Tuesday.".into() }];
    GenerationRequest::new(
        Modality::Text,
        model,
        messages,
        Sampling { seed: 1, ..Sampling::default() },
    )
}

/// Serves a line on some port until the test ends; its address.
pub(crate) async fn serve(line: &Line) -> String {
    let server = line.stages().installation.config().server.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = http::api(line.clone(), &server);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address.to_string()
}

/// A key for [`journalist`].
pub(crate) async fn key(accounts: &Access) -> String {
    accounts.create(journalist()).await.unwrap().1
}

/// A line over stages.
pub(crate) fn line(stages: Stages) -> Line {
    Line::new(Arc::new(stages))
}
