//! `imprimatur.toml`: defaults, then the file, then `IMPRIMATUR__SECTION__KEY` from the environment.
//!
//! Unknown keys are errors that name the nearest known key, because a misspelt policy setting that
//! is silently ignored is a hole.

mod auth;
mod checkers;
mod generators;
mod labels;
mod provenance;
mod quotes;
pub(crate) mod routes;
mod server;
mod storage;
mod telemetry;
mod vault;
mod watch;
mod webhooks;
mod witnesses;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use auth::Auth;
pub use checkers::CheckerSection;
pub use generators::{GeneratorSection, Protocol};
pub use labels::{AtPublication, Labels, Unwritable, Visible};
pub use provenance::{Provenance, TimeStamp};
pub use quotes::QuotesSection;
pub use routes::{HedgeAfter, Learned, RouteSection};
use serde::{Deserialize, Serialize};
pub use server::{ClientCertificate, Connections, Cors, Server, Tls};
pub use storage::{Hidden, Storage, StorageKind};
pub use telemetry::{Otlp, Telemetry};
use types::{Action, Category};
pub use vault::Vault;
pub use watch::WatchSection;
pub use webhooks::WebhookSection;
pub use witnesses::{ActingWitness, TimeStamps, WitnessSection};

/// Everything that can be configured. Paths are relative to the data folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Addresses and limits of the HTTP server.
    pub server: Server,
    /// Who may, and how much.
    pub auth: Auth,
    /// The rules.
    pub policy: Policy,
    /// One section for each model: `[generators.NAME]`.
    pub generators: BTreeMap<String, GeneratorSection>,
    /// Models under one name: `[routes.NAME]`.
    pub routes: BTreeMap<String, RouteSection>,
    /// Who is told what happens: `[webhooks.NAME]`.
    pub webhooks: BTreeMap<String, WebhookSection>,
    /// Folders whose files are signed as they come: `[watch.NAME]`.
    pub watch: BTreeMap<String, WatchSection>,
    /// Invisible marks.
    pub watermark: Watermark,
    /// Content Credentials.
    pub provenance: Provenance,
    /// What people see, hear and read of an asset's origin.
    pub labels: Labels,
    /// The log.
    pub audit: Audit,
    /// Where log, state and assets are kept.
    pub storage: Storage,
    /// Held assets.
    pub review: Review,
    /// Logs of the program itself.
    pub telemetry: Telemetry,
}

/// `[policy]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// A rule pack in TOML; without it the built-in newsroom pack.
    pub pack: Option<PathBuf>,
    /// Public keys (Ed25519, PEM) of whose signature under the pack counts; with one or more, a pack without any
    /// does not come into force.
    pub signers: Vec<PathBuf>,
    /// Lists of known pictures.
    pub picture_lists: Vec<PictureListSection>,
    /// Servers that are asked beside the rules.
    pub checkers: BTreeMap<String, CheckerSection>,
    /// Quotations that no source has.
    pub quotes: Option<QuotesSection>,
    /// How a request names the agreement of a person who is to be shown or heard.
    pub consent: ConsentNamed,
}

/// How a request names the agreement of a person who is to be shown or heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentNamed {
    /// By the place where it is kept, or by its id; ids are looked up.
    #[default]
    Anywhere,
    /// By its id alone.
    Registered,
}

/// `[[policy.picture_lists]]`: what follows for a picture that is on a list, or nearly so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureListSection {
    /// Fingerprints, one a line, as `imprimatur moderate FILE` prints them.
    pub path: PathBuf,
    /// What the pictures are of, by the names of rule packs, such as `sexual/minors`.
    pub category: Category,
    /// What follows, such as `block` or `review`.
    pub action: Action,
}

/// `[watermark]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Watermark {
    /// What happens to an asset that cannot be marked.
    pub unmarkable: Unmarkable,
}

/// What happens to an asset that cannot be marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unmarkable {
    /// Released; manifest and record say why there is no mark.
    #[default]
    Release,
    /// Held for a person.
    Hold,
    /// Refused.
    Refuse,
}

/// `[audit]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// The log's name in checkpoints: a URL without scheme (C2SP tlog-checkpoint).
    pub origin: String,
    /// Others are shown the last checkpoint that so many witnesses have cosigned.
    pub quorum: usize,
    /// A quorum that is missing for longer is reported.
    pub quorum_overdue_s: u64,
    /// Who is asked to cosign.
    pub witnesses: BTreeMap<String, WitnessSection>,
    /// Acting as a witness of other logs.
    pub witness: ActingWitness,
    /// RFC 3161 time-stamps over checkpoints.
    pub time_stamps: TimeStamps,
    /// The evidence vault.
    pub vault: Vault,
    /// Looking again at what was released.
    pub examination: Examination,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            origin: "localhost/imprimatur".to_owned(),
            quorum: 0,
            quorum_overdue_s: 60,
            witnesses: BTreeMap::new(),
            witness: ActingWitness::default(),
            time_stamps: TimeStamps::default(),
            vault: Vault::default(),
            examination: Examination::default(),
        }
    }
}

/// `[audit.examination]`: looking again at what was released, while the program serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Examination {
    /// How many assets of the day before are drawn at random; none if 0.
    pub daily: usize,
}

/// `[review]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Review {
    /// Nobody approves what they asked for themselves.
    pub four_eyes: bool,
    /// Nothing is published that nobody has approved.
    pub before_publication: bool,
}

impl Default for Review {
    fn default() -> Self {
        Self { four_eyes: true, before_publication: true }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A key that is not known.
    #[error("{origin}: unknown key `{key}`{}", nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    UnknownKey {
        /// The file, or `environment`.
        origin: String,
        /// The key as written.
        key: String,
        /// The known key that is written most like it.
        nearest: Option<String>,
    },
    /// Not TOML, or a value of the wrong type.
    #[error("{origin}: {message}")]
    Value {
        /// The file.
        origin: String,
        /// What is wrong, with line and column where known.
        message: String,
    },
}

impl Config {
    /// Reads `file` (if any) and the environment over the defaults.
    ///
    /// # Errors
    /// [`ConfigError`] naming the key or value to correct.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let origin = file.map_or("environment".to_owned(), |file| file.display().to_string());
        let mut builder = config::Config::builder();
        if let Some(file) = file {
            strict(&origin, file)?;
            builder = builder.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("IMPRIMATUR")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        let built = builder.add_source(environment).build();
        let read = built.and_then(config::Config::try_deserialize);
        let mut read: Self = read.map_err(|error| explain(&origin, &error.to_string()))?;
        read.provenance.take_secrets();
        match read.problem() {
            Some(message) => Err(ConfigError::Value { origin, message }),
            None => Ok(read),
        }
    }
}

impl Config {
    /// What fits no section's rules, in words.
    fn problem(&self) -> Option<String> {
        let vault = self.audit.vault.problem();
        vault
            .or_else(|| self.provenance.problem())
            .or_else(|| self.labels.problem())
            .or_else(|| self.server.problem())
            .or_else(|| self.telemetry.problem())
            .or_else(|| routes::problem(&self.routes, &self.generators))
    }
}

/// Values from the environment are texts and may be read as numbers; those in the file have a type
/// already, which must be the right one.
fn strict(origin: &str, file: &Path) -> Result<(), ConfigError> {
    let read = std::fs::read_to_string(file);
    let text = read.map_err(|error| explain(origin, &error.to_string()))?;
    let parsed = toml::from_str::<Config>(&text);
    let parsed = parsed.map_err(|error| explain(origin, error.to_string().trim_end()))?;
    if parsed.storage.url.is_some() {
        let message = "storage.url holds a password: set IMPRIMATUR__STORAGE__URL, or name a file \
                       of mode 600 in storage.url_file";
        return Err(explain(origin, message));
    }
    if let Some(message) = parsed.provenance.secret() {
        return Err(explain(origin, &message));
    }
    Ok(())
}

fn explain(origin: &str, message: &str) -> ConfigError {
    let origin = origin.to_owned();
    let Some((_, unknown)) = message.split_once("unknown field") else {
        return ConfigError::Value { origin, message: message.to_owned() };
    };
    let mut quoted = unknown.split('`').skip(1).step_by(2).map(str::to_owned);
    let key = quoted.next().unwrap_or_default();
    let distance = |known: &String| strsim::damerau_levenshtein(&key, known);
    let nearest = quoted.min_by_key(distance).filter(|known| distance(known) <= 4);
    ConfigError::UnknownKey { origin, key, nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path()))
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(load("").unwrap(), Config::default());
    }

    #[test]
    fn a_misspelt_key_names_the_nearest_one() {
        let error = load("[server]\nlisten_adr = \"127.0.0.1:1\"\nlissten = 3").unwrap_err();
        assert!(error.to_string().contains("did you mean `listen`?"), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        assert!(matches!(load("[review]\nfour_eyes = 7"), Err(ConfigError::Value { .. })));
    }

    #[test]
    fn a_password_has_no_place_in_the_file() {
        let error = load("[storage]\nkind = \"postgres\"\nurl = \"postgresql://u:hunter2@db/x\"");
        let error = error.unwrap_err().to_string();
        assert!(error.contains("url_file") && !error.contains("hunter2"), "{error}");
        assert!(!format!("{:?}", Hidden::from("hunter2".to_owned())).contains("hunter2"));
    }

    #[test]
    fn keys_are_named_by_their_files() {
        let error = load("[provenance]\nsigning_key = \"hunter2\"").unwrap_err().to_string();
        assert!(error.contains("signing_key_file") && !error.contains("hunter2"), "{error}");
        let cases = [
            ("signing_key_file = \"k.pem\"", "signing_chain is missing"),
            ("pkcs11_token = \"t\"", "needs provenance.pkcs11_module"),
            ("tsa_trust = \"t.pem\"", "without provenance.tsa_url"),
            ("tsa_url = \"ftp://tsa\"", "must begin with http"),
        ];
        for (text, expected) in cases {
            let error = load(&format!("[provenance]\n{text}")).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn witnesses_are_named_sections() {
        let text = "[audit]\nquorum = 1\n[audit.witnesses.one]\nurl = \"http://w\"\nvkey = \"v\"";
        assert_eq!(load(text).unwrap().audit.witnesses["one"].url, "http://w");
        assert!(load("[audit.witnesses.one]\nurl = \"http://w\"").is_err(), "a key is needed");
    }

    #[test]
    fn evidence_is_kept_for_at_least_six_months() {
        let months = |count| load(&format!("[audit.vault]\nretention_months = {count}"));
        assert_eq!(load("").unwrap().audit.vault.retention_months, 24);
        assert_eq!(months(6).unwrap().audit.vault.retention_months, 6);
        let error = months(5).unwrap_err();
        assert!(error.to_string().contains("at least 6 months"), "{error}");
    }

    #[test]
    fn generators_are_named_sections() {
        let config = load("[generators.newsdesk]\nkind = \"llama\"\npath = \"models/x\"").unwrap();
        assert_eq!(config.generators["newsdesk"].kind, "llama");
        let error = load("[generators.x]\nkind = \"openai\"\nkey = \"hunter2\"").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("`key`") && !error.contains("hunter2"), "{error}");
    }
}
