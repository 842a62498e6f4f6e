//! `imprimatur sign`

use std::path::PathBuf;

use clap::Args;

/// `sign`
#[derive(Debug, Args)]
pub struct Sign {
    /// A file, or a folder of files
    pub file: PathBuf,
    /// The signed file, or the folder of signed files; a manifest that a file cannot carry lies beside
    /// it as FILE.c2pa
    #[arg(short, long)]
    pub output: PathBuf,
    /// How the content came about: a term of IPTC's digital source types; nothing is assumed
    #[arg(long)]
    pub source_type: Option<String>,
    /// What the file was made from; its own credentials are kept
    #[arg(long)]
    pub ingredient: Vec<PathBuf>,
    /// Put in an invisible mark, too
    #[arg(long)]
    pub mark: bool,
    /// The file is another form of this asset: resized, cropped or re-encoded
    #[arg(long, conflicts_with_all = ["source_type", "ingredient", "mark"])]
    pub parent: Option<types::AssetId>,
}
