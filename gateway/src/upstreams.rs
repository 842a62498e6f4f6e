//! Servers behind this one: from configuration to settings, and what `serve --upstream` finds.

use std::{path::Path, sync::Arc, time::Duration};

use generators::{
    Checked, Generator, Upstream, a1111, comfyui,
    openai::{
        self, Key, Settings, Waits,
        audio::{AudioPaths, UpstreamRecogniser, UpstreamVoice},
        models,
    },
    server::Connection,
    transcribing::Transcribing,
};
use types::Modality;
use zeroize::Zeroizing;

use crate::{
    config::{GeneratorSection, Protocol},
    installation::Installation,
    models::ModelError,
    signing_keys,
};

/// The backend's name in the configuration.
pub(crate) const KIND: &str = "openai";
/// The web UI's.
pub(crate) const A1111: &str = "a1111";
/// ComfyUI's.
pub(crate) const COMFYUI: &str = "comfyui";
/// The name under which the first model of `serve --upstream` is served, too.
const DEFAULT: &str = "default";
/// The environment variable with the key of `serve --upstream`.
const KEY_ENV: &str = "IMPRIMATUR_UPSTREAM_KEY";

/// What a section says about a server.
///
/// # Errors
/// [`ModelError::Settings`] when its key cannot be read.
pub(crate) fn settings(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<Settings, ModelError> {
    let Connection { urls, key, waits, retries_max, requests_max } =
        connection(installation, name, section)?;
    Ok(Settings {
        urls,
        model: section.model.clone(),
        key,
        modality: section.modality.unwrap_or(Modality::Text),
        protocol: match section.protocol {
            Protocol::Completions => openai::Protocol::Completions,
            // Sounds are asked for otherwise: see `sounding`.
            _ => openai::Protocol::Chat,
        },
        waits,
        retries_max,
        requests_max,
    })
}

/// A server of OpenAI's protocol behind the seam: it writes, draws, speaks or hears.
///
/// # Errors
/// [`ModelError`] when its settings cannot be used.
pub(crate) fn open(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<Arc<dyn Generator>, ModelError> {
    let settings = settings(installation, name, section)?;
    let speaks =
        |paths| UpstreamVoice::new(name, settings.clone(), paths).map(|it| Arc::new(it) as _);
    let hears = |paths| {
        let recogniser = UpstreamRecogniser::new(name, settings.clone(), paths)?;
        Ok(Arc::new(Transcribing::new(Arc::new(recogniser))) as _)
    };
    let opened = match section.protocol {
        Protocol::Chat | Protocol::Completions => {
            Upstream::new(name, settings.clone()).map(|model| Arc::new(model) as _)
        }
        Protocol::Speech => speaks(AudioPaths::default()),
        Protocol::Piper => speaks(AudioPaths::piper()),
        Protocol::Transcriptions => hears(AudioPaths::default()),
        Protocol::WhisperCpp => hears(AudioPaths::whisper_cpp()),
    };
    opened.map_err(ModelError::of(name))
}

/// Whether a section's model is on a server.
pub(crate) fn is_server(section: &GeneratorSection) -> bool {
    [KIND, A1111, COMFYUI].contains(&section.kind.as_str())
}

/// What a section says about a server of the web UI.
///
/// # Errors
/// [`ModelError::Settings`] when its key cannot be read.
pub(crate) fn a1111(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<a1111::Settings, ModelError> {
    let connection = connection(installation, name, section)?;
    Ok(a1111::Settings { connection, model: section.model.clone() })
}

/// What a section says about a graph and the servers that run it.
///
/// # Errors
/// [`ModelError::PathMissing`] without a graph, [`ModelError::Settings`] when the key cannot be read.
pub(crate) fn comfyui(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<comfyui::Settings, ModelError> {
    let template = section.path.as_ref().ok_or_else(|| ModelError::PathMissing(name.to_owned()))?;
    let connection = connection(installation, name, section)?;
    Ok(comfyui::Settings { connection, template: installation.resolve(template) })
}

/// Asks the servers of a section whether they are there and have what it names.
///
/// # Errors
/// [`ModelError`] when the section cannot be used.
pub(crate) fn check(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<Checked, ModelError> {
    Ok(match section.kind.as_str() {
        A1111 => a1111::check(&a1111(installation, name, section)?),
        COMFYUI => comfyui::check(&comfyui(installation, name, section)?),
        // These servers list no models.
        _ if matches!(section.protocol, Protocol::Piper | Protocol::WhisperCpp) => {
            open(installation, name, section)?;
            generators::check(KIND, Path::new("")).map_err(ModelError::of(name))?
        }
        _ => models::check(&settings(installation, name, section)?),
    })
}

fn connection(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<Connection, ModelError> {
    let usual = Connection::new("");
    let seconds = |given: Option<u64>, usual: Duration| given.map_or(usual, Duration::from_secs);
    let key = key(installation, section)
        .map_err(|reason| ModelError::Settings { model: name.to_owned(), reason })?;
    Ok(Connection {
        urls: section.url.iter().chain(&section.urls).cloned().collect(),
        key,
        waits: Waits {
            connect: seconds(section.connect_seconds_max, usual.waits.connect),
            first_byte: seconds(section.first_byte_seconds_max, usual.waits.first_byte),
            idle: seconds(section.idle_seconds_max, usual.waits.idle),
            total: seconds(section.total_seconds_max, usual.waits.total),
        },
        retries_max: section.retries_max.unwrap_or(usual.retries_max),
        requests_max: section.requests_max.unwrap_or(usual.requests_max),
    })
}

/// The key that a server wants, from a file or the environment.
fn key(installation: &Installation, section: &GeneratorSection) -> Result<Option<Key>, String> {
    let text = key_text(installation, section.key_file.as_deref(), section.key_env.as_deref())?;
    Ok(text.map(|text| Key::new(&text)))
}

/// A server's key as it stands in a file or else in a variable; `None` without either.
///
/// # Errors
/// A sentence about the file or variable that cannot be read.
pub(crate) fn key_text(
    installation: &Installation,
    file: Option<&Path>,
    variable: Option<&str>,
) -> Result<Option<Zeroizing<String>>, String> {
    match (file, variable) {
        (Some(file), _) => signing_keys::secret(&installation.resolve(file))
            .map(|text| Some(Zeroizing::new(text.as_str().to_owned())))
            .map_err(|error| error.to_string()),
        (None, Some(name)) => std::env::var(name)
            .map(|text| Some(Zeroizing::new(text)))
            .map_err(|_| format!("the environment variable {name} (`key_env`) is not set")),
        (None, None) => Ok(None),
    }
}

/// The installation with all models of the server at `url`; the first is also called `default`.
///
/// # Errors
/// [`ModelError`] when the server does not answer or lists none.
pub(crate) async fn with(
    installation: Installation,
    url: &str,
) -> Result<Installation, ModelError> {
    let key_env = std::env::var_os(KEY_ENV).map(|_| KEY_ENV.to_owned());
    let section = GeneratorSection {
        kind: KIND.to_owned(),
        url: Some(url.to_owned()),
        key_env,
        ..GeneratorSection::default()
    };
    let settings = settings(&installation, url, &section)?;
    let listed = models::list(&settings).await.map_err(ModelError::of(url))?;
    let first = listed.first().map(|model| (DEFAULT.to_owned(), model.clone()));
    let named = listed.into_iter().map(|model| (model.clone(), model)).chain(first);
    let found = named
        .map(|(name, model)| (name, GeneratorSection { model: Some(model), ..section.clone() }));
    Ok(installation.with_generators(found))
}
