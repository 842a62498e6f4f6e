//! `imprimatur mcp`: the tools of the Model Context Protocol over stdin and stdout, one message a line.

use std::{
    io::{BufRead as _, Write as _},
    sync::Arc,
};

use anyhow::Context as _;
use tokio::sync::mpsc;

use super::{
    args::{Global, Mcp},
    exit::{Answer, Exit},
    locate,
    moderate::local,
    output,
};
use crate::{admitting, mcp::Tools, telemetry};

/// Messages that may wait.
const WAITING_MAX: usize = 16;

pub(crate) async fn run(global: &Global, args: &Mcp) -> Answer {
    // Standard output belongs to the protocol; what the program says goes to standard error.
    let line = locate::line(global).await?;
    let telemetry = telemetry::start(&line.stages().installation, output::logged(global))?;
    telemetry.counting(&line.stages());
    line.stages().close_unfinished().await?;
    let pass = match &args.key {
        Some(key) => Some(line.stages().accounts.authenticate(key).await.context("--key")?),
        None => None,
    };
    let principal = pass.as_ref().map_or_else(local, |pass| pass.principal.clone());
    let pass = pass.map(Arc::new);
    let tools = Tools::new(line.clone(), principal);
    let mut messages = messages();
    while let Some(message) = messages.recv().await {
        let answering = admitting::carrying(pass.clone(), tools.answer(message.as_bytes()));
        if let Some(answer) = answering.await {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{answer}").and_then(|()| out.flush()).context("standard output")?;
        }
    }
    line.stages().close().await?;
    telemetry.end().await;
    Ok(Exit::Yes)
}

/// The lines of standard input, until it ends.
fn messages() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    // A thread of its own: it waits for a person's program, perhaps for ever.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let is_last = !line.trim().is_empty() && sender.blocking_send(line).is_err();
            if is_last {
                return;
            }
        }
    });
    receiver
}
