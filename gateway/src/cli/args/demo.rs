//! `imprimatur demo`, `config` and `bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `demo`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Demo {
    /// Something else than the demonstration
    #[command(subcommand)]
    pub command: Option<DemoCommand>,
    /// End after the demonstration instead of serving
    #[arg(long)]
    pub exit: bool,
    /// A photo of yours (PNG or JPEG) for the first part
    #[arg(long)]
    pub photo: Option<PathBuf>,
    /// Keep what was made in this new folder instead of a temporary one; --data-dir does the same
    #[arg(long)]
    pub keep: Option<PathBuf>,
}

/// `demo …`
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Fill a data folder with invented requests, for trials
    ///
    /// They go through the whole line, and invented editors decide about some of them. The folder is
    /// the one of --data-dir, else ./imprimatur-trial. Where it is new, the log's clock starts --days
    /// ago and its name is trial.invalid/imprimatur; times in credentials and certificates are those
    /// of now. Where it exists, its own configuration and the time now hold.
    Seed(Seed),
}

/// `demo seed`
#[derive(Debug, Args)]
pub struct Seed {
    /// How many requests
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub n: u32,
    /// How many days ago they begin
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    pub days: u16,
    /// Another number, other requests
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `config …`
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Can it be used: its keys, rules, lists, certificates and models?
    Check,
    /// Print every value in force
    Show {
        /// Say where each comes from: a line of the file, a variable of the environment, or the default
        #[arg(long)]
        origin: bool,
    },
}

/// `bench`
#[derive(Debug, Args)]
pub struct Bench {
    /// How long each row is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    pub seconds: u8,
    /// How many ask at once in the last row
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub clients: u16,
}
