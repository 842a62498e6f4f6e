//! `imprimatur reviews`

use clap::{Args, Subcommand};

/// `reviews`
#[derive(Debug, Subcommand)]
pub enum ReviewsCommand {
    /// What waits for a decision
    List,
    /// Release a held asset
    Approve(Verdict),
    /// Keep a held asset back for good
    Reject(Verdict),
    /// Publish an approved asset
    Publish(Publishing),
    /// Say that a published asset was corrected
    Correct(Publishing),
    /// Say that a published asset was withdrawn
    Withdraw(Publishing),
}

/// What becomes of an asset before the public.
#[derive(Debug, Args)]
pub struct Publishing {
    /// Which asset, and who decides
    #[command(flatten)]
    pub verdict: Verdict,
    /// Where readers find the article, or the notice of a correction or withdrawal
    #[arg(long)]
    pub url: Option<String>,
    /// The asset that takes its place
    #[arg(long)]
    pub replaced_by: Option<types::AssetId>,
}

/// A decision about an asset.
#[derive(Debug, Args)]
pub struct Verdict {
    /// The asset's id
    pub asset: types::AssetId,
    /// Whose decision it is: an API key of an editor
    #[arg(long, env = "IMPRIMATUR_KEY", hide_env_values = true)]
    pub key: String,
    /// Why, as a short code such as `accurate` or `misleading`
    #[arg(long, default_value = "unspecified")]
    pub reason: String,
}
