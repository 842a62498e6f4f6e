//! Arguments of the commands about evidence, backups and restores.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The part of `audit` that is about originals.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Destroy what is kept about a person
    Erase(About),
    /// Read originals: one person asks with --reason, another confirms
    Reveal(Reveal),
    /// Legal holds: what must not be erased or expire
    #[command(subcommand)]
    Hold(HoldCommand),
    /// Give a person what is kept about them
    Access(Access),
    /// Destroy what has reached its term; the server does so every day
    Expire,
}

/// Whom it is about, and who does it.
#[derive(Debug, Args)]
pub struct About {
    /// A caller's name as `keys list` shows it, or their pseudonym in the log
    #[arg(required_unless_present = "mentioned", conflicts_with = "mentioned")]
    pub subject: Option<String>,
    /// Instead, a person whom callers wrote about
    #[arg(long)]
    pub mentioned: Option<String>,
    /// The organisation; needed where several know the name
    #[arg(long)]
    pub tenant: Option<String>,
    /// Whose act it is: an API key of an auditor; else the operator's
    #[arg(long, env = "IMPRIMATUR_KEY", hide_env_values = true)]
    pub key: Option<String>,
}

/// `audit access`
#[derive(Debug, Args)]
pub struct Access {
    /// Whom it is about
    #[command(flatten)]
    pub about: About,
    /// The ZIP to write
    #[arg(short, long)]
    pub output: PathBuf,
}

/// `audit reveal`
#[derive(Debug, Args)]
pub struct Reveal {
    /// An id from the vault, a request's id, or a log index
    pub id: String,
    /// Why, as a short code: files the request
    #[arg(long, required_unless_present = "confirm", conflicts_with = "confirm")]
    pub reason: Option<String>,
    /// Confirm another person's request and read
    #[arg(long)]
    pub confirm: bool,
    /// Whose act it is: an API key of a reviewer or auditor
    #[arg(long, env = "IMPRIMATUR_KEY", hide_env_values = true)]
    pub key: String,
    /// Where the original goes, or a folder if there are several; else stdout
    #[arg(short, long, requires = "confirm")]
    pub output: Option<PathBuf>,
}

/// `audit hold`
#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// Keep what a scope covers
    Add {
        /// all, tenant:NAME, subject:NAME, request:ID or entry:ID
        scope: String,
        /// Why, as a short code such as a docket number
        #[arg(long)]
        reason: String,
        /// The organisation of a named subject
        #[arg(long)]
        tenant: Option<String>,
        /// Whose act it is: an API key of an auditor; else the operator's
        #[arg(long, env = "IMPRIMATUR_KEY", hide_env_values = true)]
        key: Option<String>,
    },
    /// End a hold
    Release {
        /// Its number
        hold: u64,
        /// Whose act it is: an API key of an auditor; else the operator's
        #[arg(long, env = "IMPRIMATUR_KEY", hide_env_values = true)]
        key: Option<String>,
    },
    /// Holds in force
    List,
}

/// `backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write
    #[arg(short, long)]
    pub output: PathBuf,
    /// Also the secret keys: then the file opens everything
    #[arg(long)]
    pub with_keys: bool,
}

/// `migrate`
#[derive(Debug, Args)]
pub struct Migrate {
    /// The configuration to move to: its [storage] says where, everything else is as it was
    #[arg(long)]
    pub to: PathBuf,
}

/// `restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// A file that `backup` wrote
    pub backup: PathBuf,
    /// The folder to restore into; else that of the configuration in use
    #[arg(long)]
    pub into: Option<PathBuf>,
    /// Keep the newer log that is there, and erase again who was erased since
    #[arg(long)]
    pub keep_log: bool,
    /// Erase again whom this later copy of the log, or export, knows to be erased
    #[arg(long)]
    pub erasures: Option<PathBuf>,
    /// A later checkpoint of the same log: refuse if the backup is behind it
    #[arg(long)]
    pub checkpoint: Option<PathBuf>,
}
