//! `imprimatur policy`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `policy`
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Is the pack well formed, and do its rules make sense?
    Lint(PackFile),
    /// Run the pack's inline tests
    Test(PackFile),
    /// Both
    Check(PackFile),
    /// Say which rules two packs have otherwise: exit 0 none, 1 some
    Diff {
        /// The newer pack
        file: PathBuf,
        /// The older pack; the one in force if absent
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Sign a pack: writes FILE.sig, which `policy.signers` asks for
    Sign {
        /// A rule pack
        file: PathBuf,
        /// An Ed25519 private key in PEM
        #[arg(long)]
        key: PathBuf,
    },
    /// Judge again what was asked and written, by the rules in force and by a candidate; on record
    Replay(Replay),
}

/// A pack.
#[derive(Debug, Args)]
pub struct PackFile {
    /// A rule pack; the one in force if absent
    pub file: Option<PathBuf>,
}

/// `policy replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// The candidate
    pub file: PathBuf,
    /// Of this time or later: RFC 3339, or a date
    #[arg(long)]
    pub since: Option<String>,
    /// Before this time: RFC 3339, or a date
    #[arg(long)]
    pub until: Option<String>,
    /// One organisation; all if absent
    #[arg(long)]
    pub tenant: Option<String>,
}
