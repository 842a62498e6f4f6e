//! `imprimatur assist` and `imprimatur profile`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `assist`
#[derive(Debug, Subcommand)]
pub enum AssistCommand {
    /// How a text could go on, or be put shorter
    Suggest(Reading),
    /// What is written wrong, with the reason: exit 0 nothing, 1 something
    Correct(Reading),
    /// What a text lacks, and what could be asked next
    Ideas(Reading),
    /// Headlines and a summary that add no name and no number
    Headline {
        /// The text
        #[command(flatten)]
        reading: Reading,
        /// How long a headline may be, in characters
        #[arg(long)]
        max_chars: Option<usize>,
    },
    /// A description of a picture, from what is known without looking at it
    AltText {
        /// A PNG or JPEG picture
        file: PathBuf,
        /// What is to be seen, in your words
        #[arg(long)]
        caption: Option<String>,
    },
}

/// A text to be read; `--lang` says its language if its characters shall not.
#[derive(Debug, Args)]
pub struct Reading {
    /// A text, a file, or `-` for standard input
    #[arg(default_value = "-")]
    pub input: String,
}

/// `profile`
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Show what you prefer: exit 0 there is a profile, 1 there is none
    Show,
    /// Set what you prefer; that is consent to keeping it
    Set {
        /// neutral, formal, lively or plain
        #[arg(long)]
        tone: Option<String>,
        /// short, medium or long
        #[arg(long)]
        length: Option<String>,
        /// What you write about; may be given again
        #[arg(long)]
        topic: Vec<String>,
        /// A word that you like to use; may be given again
        #[arg(long)]
        prefer: Vec<String>,
        /// A word that you do not use; may be given again
        #[arg(long)]
        avoid: Vec<String>,
    },
    /// Print all that is kept of it as JSON
    Export,
    /// Erase it, with all that was learned
    Erase,
}
