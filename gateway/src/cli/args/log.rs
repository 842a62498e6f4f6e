//! `imprimatur log`, as `imprimatur help` shows it.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};

/// `log`
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Act as a witness of logs (C2SP tlog-witness)
    Witness(WitnessServer),
}

/// `log witness`
#[derive(Debug, Args)]
pub struct WitnessServer {
    /// Where logs ask
    #[arg(long, default_value = "127.0.0.1:8790")]
    pub listen: SocketAddr,
    /// The vkey of a log to watch; may be given more than once, also for the keys of one log
    #[arg(long = "log", required = true)]
    pub logs: Vec<String>,
    /// The folder of key and memory, made if it does not exist; never restore an old copy of it
    #[arg(long)]
    pub dir: PathBuf,
    /// The witness's name in cosignatures: a URL without scheme
    #[arg(long, default_value = "localhost/witness")]
    pub name: String,
}
