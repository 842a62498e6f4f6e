//! `imprimatur verify` and `imprimatur trust`, as `imprimatur help` shows them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Files, folders, or `-` for standard input
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// More trust anchors: PEM files or folders; the list is named by the file or folder
    #[arg(long)]
    pub trust: Vec<PathBuf>,
    /// Allowed end-entity certificates (PEM)
    #[arg(long)]
    pub allow: Vec<PathBuf>,
    /// Judge as of this time (RFC 3339, or a date): certificates that were valid and not revoked then
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Look for the mark and the fingerprint also when the credentials are intact
    #[arg(long)]
    pub recover: bool,
    /// Fetch credentials that are kept elsewhere, over https from public addresses only
    #[arg(long)]
    pub fetch: bool,
    /// Ask the soft binding resolution service of this origin for credentials that a file has lost
    #[arg(long, value_name = "ORIGIN")]
    pub resolve: Option<String>,
}

/// `trust`
#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// Those that were added, with their age
    List,
    /// Take a list from a file (PEM, or the JSON that C2PA publishes); no server may be running
    Update {
        /// The file
        #[arg(long)]
        from: PathBuf,
        /// The list's name; the file's, if absent. `tsa` as a word of it means: time-stamps only
        #[arg(long)]
        name: Option<String>,
    },
}
