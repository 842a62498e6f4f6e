//! The command line, as `imprimatur help` shows it.

pub(super) mod audit;

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use types::MarkId;

mod assist;
mod color;
mod demo;
mod generate;
mod keys;
mod label;
mod listening;
mod log;
mod people;
mod policy;
mod reviews;
mod sign;

pub(super) use assist::{AssistCommand, ProfileCommand, Reading};
pub(super) use demo::{Bench, ConfigCommand, Demo, DemoCommand, Seed};
pub(super) use generate::{DrawingArgs, Generate, Kind, SpeakingArgs};
pub(super) use keys::{Csr, Import, KeysCommand, Revoke, Rotate};
pub(super) use label::Label;
pub(super) use listening::{Transcribe, Translate, Written};
pub(super) use log::{LogCommand, WitnessServer};
pub(super) use people::{CreatePerson, PeopleCommand};
pub(super) use policy::{PackFile, PolicyCommand, Replay};
pub(super) use reviews::{Publishing, ReviewsCommand, Verdict};
pub(super) use sign::Sign;
mod vault;
mod verify;

pub(super) use vault::{
    About, Access, Backup, HoldCommand, Migrate, Restore, Reveal, VaultCommand,
};
pub(super) use verify::{TrustCommand, Verify};

/// Checked, marked, signed and logged generations for newsrooms.
#[derive(Debug, Parser)]
#[command(name = "imprimatur", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What applies to every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Configuration file; else ./imprimatur.toml, or the one sub-folder that holds one
    #[arg(short = 'C', long, global = true, env = "IMPRIMATUR_CONFIG")]
    pub config: Option<PathBuf>,
    /// Data folder; else the folder of the configuration file
    #[arg(long, global = true)]
    pub data_dir: Option<PathBuf>,
    /// One JSON object on stdout, or one a line for lists
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more on stderr; twice for details
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but errors on stderr
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Language of sentences for people, English if absent; of a text that `assist` reads
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// When help and errors are coloured; `auto`: on terminals, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
    /// Answer yes to every question
    #[arg(long, global = true)]
    pub yes: bool,
}

/// Language of sentences for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English
    En,
    /// 中文
    Zh,
}

impl From<Lang> for types::Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole line at work in a temporary data folder
    Demo(Demo),
    /// Make a configuration, keys and certificates
    Init(Init),
    /// Serve the API
    Serve(Serve),
    /// Offer generate, verify and moderate as tools over stdin and stdout (Model Context Protocol)
    Mcp(Mcp),
    /// Generate through the line
    Generate(Box<Generate>),
    /// Write down what is said in a sound
    Transcribe(Transcribe),
    /// Translate a text, or what is said in a sound
    Translate(Translate),
    /// Say what a file's credentials, mark and log entry say
    Verify(Verify),
    /// The mark alone
    #[command(subcommand)]
    Watermark(WatermarkCommand),
    /// Draw or write the label that people see, or measure the one that is there
    Label(Label),
    /// Judge a text without generating
    Moderate(Moderate),
    /// Correct a text, shorten it, ask what it lacks; describe a picture
    #[command(subcommand)]
    Assist(AssistCommand),
    /// What you prefer: `assist` orders its proposals by it
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Rule packs
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// The log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Witnesses of logs
    #[command(subcommand)]
    Log(LogCommand),
    /// Lists of those whose signatures count
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// API keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// People who sign in to the console
    #[command(subcommand)]
    People(PeopleCommand),
    /// Held assets
    #[command(subcommand)]
    Reviews(ReviewsCommand),
    /// Systems that are told what happens
    #[command(subcommand)]
    Webhooks(super::webhooks::WebhooksCommand),
    /// Give files that were not generated here credentials
    Sign(Sign),
    /// Write the data folder into one file, while no server runs
    Backup(Backup),
    /// Put a backup back, without whom was erased since
    Restore(Restore),
    /// Move log, state, assets and originals to where several gateways reach them, while no server runs
    Migrate(Migrate),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look for what is wrong, with a fix for each finding
    Doctor,
    /// Measure what requests cost on this machine beside a model
    Bench(Bench),
    /// Print what a shell needs to complete commands
    Completions(super::manual::Completions),
    /// Write manual pages
    Man(super::manual::Man),
}

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// The organisation named in certificates
    #[arg(long, default_value = "Example Newsroom")]
    pub publisher: String,
}

/// `mcp`
#[derive(Debug, Args)]
pub struct Mcp {
    /// The key of whoever calls the tools; without one it is the owner of the machine
    #[arg(long, env = "IMPRIMATUR_KEY", hide_env_values = true)]
    pub key: Option<String>,
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Address of the API
    #[arg(long)]
    pub listen: Option<std::net::SocketAddr>,
    /// Address of the public listener
    #[arg(long)]
    pub public_listen: Option<std::net::SocketAddr>,
    /// Address of the listener for operators: health, metrics, reload
    #[arg(long)]
    pub admin_listen: Option<std::net::SocketAddr>,
    /// Serve the models of this server, too (http://HOST:PORT/v1), the first also as `default`; a key
    /// that it wants is read from IMPRIMATUR_UPSTREAM_KEY
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
}

/// `watermark`
#[derive(Debug, Subcommand)]
pub enum WatermarkCommand {
    /// Embed a mark id
    Embed {
        /// The file to read
        input: PathBuf,
        /// The file to write
        output: PathBuf,
        /// 16 hexadecimal digits
        #[arg(long)]
        id: MarkId,
        /// The organisation by whose key to mark, if it has its own
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Look for a mark: exit 0 found, 1 not found
    Detect {
        /// The file to read
        file: PathBuf,
    },
}

/// `moderate`
#[derive(Debug, Args)]
pub struct Moderate {
    /// A text, a file of a text or a picture, or `-` for standard input
    #[arg(default_value = "-")]
    pub input: String,
    /// Judge as an output of a model, not as a prompt
    #[arg(long)]
    pub output: bool,
}

/// `audit`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Prove that a record is in the log
    Prove {
        /// A log index, or a request's or asset's id
        record: String,
    },
    /// Check the log, or an export, from end to end
    Verify(audit::VerifyEvidence),
    /// Write a bag of records, proofs and a report for others to check
    Export(audit::Export),
    /// Write one asset's whole story as a bag
    Case(audit::Case),
    /// Run the checks of a regime over the log
    Report(audit::Report),
    /// Put a log that refuses to start aside, and begin a new one that declares the gap
    Epoch {
        /// Why, in words for whoever reads the log later
        #[arg(long)]
        reason: String,
    },
    /// Look again at released files: credentials, mark, what strangers are told; exit 1 if one is missing or changed
    Examine(audit::Examine),
    /// Find records by any of their values: exit 0 found, 1 none
    Find(Box<Find>),
    /// Print the last records
    Tail {
        /// How many
        #[arg(short, default_value_t = 10)]
        n: u64,
    },
    /// Originals: erasure, reveals, holds, access
    #[command(flatten)]
    Vault(VaultCommand),
}

/// `audit find`
#[derive(Debug, Args)]
pub struct Find {
    /// Of one organisation; needed to find people by their names
    #[arg(long)]
    pub tenant: Option<String>,
    /// What records must have
    #[command(flatten)]
    pub criteria: crate::criteria::Criteria,
}

/// `models`
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// What is configured
    List,
    /// Take in a model as downloaded: a folder with config.json, or a GGUF file
    Add {
        /// The folder or file; it stays where it is
        model: PathBuf,
        /// The name in requests; that of the folder or file, if absent
        #[arg(long)]
        name: Option<String>,
    },
    /// Are the files complete and readable?
    Check {
        /// A configured name or a folder; all configured models if absent
        model: Option<String>,
    },
}
