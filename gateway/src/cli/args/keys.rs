//! Arguments of `keys`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use provenance::Algorithm;

/// `keys`
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make an API key; it is shown once
    Create {
        /// The organisation
        #[arg(long)]
        tenant: String,
        /// The desk
        #[arg(long)]
        desk: String,
        /// journalist, editor, standards, auditor or ops
        #[arg(long)]
        role: types::Role,
        /// Whom the key stands for
        #[arg(long)]
        subject: String,
        /// What it is for, such as generate:text,verify; all that the role may if absent
        #[arg(long = "scope", value_delimiter = ',')]
        scopes: Vec<access::Scope>,
        /// After how many days it ends by itself
        #[arg(long, value_name = "DAYS")]
        expires_in_days: Option<u32>,
    },
    /// All API keys and signing identities, without their secrets
    List,
    /// Replace a key of the installation; no server may be running
    Rotate(Rotate),
    /// End a key at once
    Revoke(Revoke),
    /// Make a key that signs assets, and a request for its certificate
    Csr(Csr),
    /// Sign assets with a certificate of another authority from now on
    Import(Import),
    /// Revoke a signing certificate whose key somebody else may have, and list what it has signed
    Compromise {
        /// `current`, or the first digits of the certificate's SHA-256
        key: String,
        /// Since when somebody else may have it, for example 2026-08-02T10:00:00Z
        #[arg(long)]
        since: String,
    },
}

/// `keys rotate`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true)))]
pub struct Rotate {
    /// An API key, by its id: it gets a new secret, which is shown once
    #[arg(long, group = "which", value_name = "ID")]
    pub api: Option<String>,
    /// How many hours the secret before stays good
    #[arg(long, value_name = "HOURS", default_value = "24", requires = "api", value_parser = hours)]
    pub overlap: u32,
    /// The key that signs the log
    #[arg(long, group = "which")]
    pub log: bool,
    /// The key of invisible marks: marks of the one before are still read
    #[arg(long, group = "which")]
    pub watermark: bool,
    /// The key that signs assets, with a certificate of the installation's own
    #[arg(long, group = "which")]
    pub signing: bool,
    /// How to sign: ed25519, es256, es384 or ps256
    #[arg(long, default_value = "ed25519", requires = "signing")]
    pub algorithm: Algorithm,
    /// The organisation whose own key of marks to make or replace
    #[arg(long, requires = "watermark")]
    pub tenant: Option<String>,
}

/// `24` and `24h` are the same.
fn hours(text: &str) -> Result<u32, String> {
    let hours = text.strip_suffix('h').unwrap_or(text).parse::<u32>();
    let hours = hours.map_err(|_| "give hours, such as 24h".to_owned())?;
    if hours <= 24 * 90 { Ok(hours) } else { Err("at most 90 days, 2160h".to_owned()) }
}

/// `keys revoke`
#[derive(Debug, Args)]
pub struct Revoke {
    /// An API key's id (the part between the first and second underscore); with --signing `current`,
    /// or the first digits of the certificate's SHA-256
    pub id: String,
    /// A signing certificate that is no longer used
    #[arg(long)]
    pub signing: bool,
    /// Since when; now if absent
    #[arg(long, requires = "signing")]
    pub since: Option<String>,
}

/// `keys csr`
#[derive(Debug, Args)]
pub struct Csr {
    /// Where the request goes (PKCS#10, PEM)
    #[arg(short, long)]
    pub output: PathBuf,
    /// Where the key goes (PKCS#8, mode 600); else beside the request, as NAME.key.pem
    #[arg(long)]
    pub key: Option<PathBuf>,
    /// How to sign: ed25519, es256, es384 or ps256
    #[arg(long, default_value = "es256")]
    pub algorithm: Algorithm,
    /// Use the configured token's key, which is made there if it is missing; no file holds it
    #[arg(long, conflicts_with = "key")]
    pub token: bool,
    /// The organisation; else the configured publisher
    #[arg(long)]
    pub publisher: Option<String>,
}

/// `keys import`
#[derive(Debug, Args)]
pub struct Import {
    /// The certificates (PEM), the signer's first, without root
    #[arg(long)]
    pub chain: PathBuf,
    /// The key (PKCS#8, PEM)
    #[arg(long, required_unless_present = "token")]
    pub key: Option<PathBuf>,
    /// The key is the one in the configured token
    #[arg(long, conflicts_with = "key")]
    pub token: bool,
    /// The file with its passphrase, which must also be provenance.passphrase_file
    #[arg(long)]
    pub passphrase_file: Option<PathBuf>,
}
