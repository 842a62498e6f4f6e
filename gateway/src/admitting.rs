//! What follows from who has come in: limits, turns, and the end of what is under way.
//!
//! A handler runs with the caller's pass at hand, and a [`Case`](crate::case::Case) that it opens keeps
//! it. So the line itself counts what is used, waits for a turn, and stops when a key ends, however the
//! answer is delivered.

mod spending;

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use access::{
    AccessError, Clock, Cookies, Limits, Pass, Turns,
    oidc::{Fetch, FetchError, HttpRequest, HttpResponse, Provider},
};
use audit::StateStore;
use generators::ModelCard;
pub(crate) use spending::{charge_output, charge_tokens, ended, permit, turn};

use crate::{
    config::{Auth, StorageKind},
    installation::Installation,
};
use zeroize::Zeroizing;

/// Backends that run on this machine.
const LOCAL: [&str; 7] =
    ["llama", "diffusion", "gan", "stable-diffusion", "retouch", "voice", "film"];
/// Requests of a tenant that may wait for a turn of one model.
const WAITING_MAX: usize = 64;
/// How long a provider of identities may take for an answer.
const PROVIDER_SECONDS_MAX: u64 = 10;
/// Longest answer of a provider that is read.
const PROVIDER_BYTES_MAX: u64 = 1 << 20;

tokio::task_local! {
    static PASS: Option<Arc<Pass>>;
}

/// The pass of whoever sent the request that is being handled.
pub(crate) fn current() -> Option<Arc<Pass>> {
    PASS.try_with(Clone::clone).ok().flatten()
}

/// Does something with a pass at hand.
pub(crate) async fn carrying<T>(pass: Option<Arc<Pass>>, doing: impl Future<Output = T>) -> T {
    PASS.scope(pass, doing).await
}

/// The same future with the pass of now at hand, for a task of its own.
pub(crate) fn carried<F: Future>(doing: F) -> impl Future<Output = F::Output> {
    carrying(current(), doing)
}

/// Limits, turns and the way in, as configured; a clone shares the counters.
#[derive(Debug, Clone)]
pub(crate) struct Admitting {
    /// How much somebody may.
    pub(crate) limits: Limits,
    /// How the console's cookie is set.
    pub(crate) cookies: Cookies,
    /// Who else may vouch for people.
    pub(crate) provider: Option<Provider>,
    turns: Arc<Mutex<HashMap<String, Turns>>>,
    local_max: usize,
    remote_max: usize,
}

impl Admitting {
    /// As configured.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] naming what cannot be used.
    pub(crate) fn open(
        installation: &Installation,
        state: Arc<dyn StateStore>,
    ) -> Result<Self, AccessError> {
        let config = installation.config();
        let auth = &config.auth;
        let processors = thread::available_parallelism().map_or(2, usize::from);
        let local_max = match auth.local_generations_max {
            0 => (processors * 2).max(4),
            configured => configured,
        };
        let clock = Clock::default();
        let mut limits =
            Limits::new(Arc::clone(&state), clock.clone(), auth.limits, auth.budgets.clone());
        if config.storage.kind == StorageKind::Postgres {
            limits = limits.among_others(state, clock);
        }
        Ok(Self {
            limits,
            cookies: Cookies::new(auth.secure_cookies || config.server.tls.is_on()),
            provider: provider(installation)?,
            turns: Arc::default(),
            local_max,
            remote_max: auth.remote_generations_max,
        })
    }

    /// By a newer configuration: counters and turns go on where their settings are the same.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub(crate) fn reloaded(
        &self,
        before: &Auth,
        installation: &Installation,
        state: Arc<dyn StateStore>,
    ) -> Result<Self, AccessError> {
        let mut new = Self::open(installation, state)?;
        let auth = &installation.config().auth;
        if (before.limits, &before.budgets) == (auth.limits, &auth.budgets) {
            new.limits = self.limits.clone();
        }
        if (self.local_max, self.remote_max) == (new.local_max, new.remote_max) {
            new.turns = Arc::clone(&self.turns);
        }
        Ok(new)
    }

    /// The turns of one model.
    fn turns_of(&self, card: &ModelCard) -> Turns {
        // Whoever panicked had put whole turns there.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = turns.get(&card.name) {
            return known.clone();
        }
        let local = LOCAL.contains(&card.backend.as_str());
        let at_once = if local { self.local_max } else { self.remote_max };
        turns.entry(card.name.clone()).or_insert(Turns::new(at_once, WAITING_MAX)).clone()
    }
}

fn provider(installation: &Installation) -> Result<Option<Provider>, AccessError> {
    let Some(settings) = &installation.config().auth.oidc else { return Ok(None) };
    let file = settings.client_secret_file.as_ref();
    let secret = file.map(|file| secret(&installation.resolve(file))).transpose()?;
    Provider::new(settings.clone(), secret, fetch()).map(Some)
}

fn secret(path: &Path) -> Result<Zeroizing<String>, AccessError> {
    let wrong = |reason: &dyn std::fmt::Display| {
        AccessError::Invalid(format!("{}: {reason}", path.display()))
    };
    let mode = fs::metadata(path).map_err(|error| wrong(&error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(wrong(&"can be read by others: run `chmod 600` on it"));
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(|error| wrong(&error))
}

/// Reaches only the configured provider and what it names, with one deadline and no redirects.
fn fetch() -> Fetch {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(PROVIDER_SECONDS_MAX)))
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    Arc::new(move |request: HttpRequest| -> Result<HttpResponse, FetchError> {
        let said = |error: ureq::Error| FetchError(error.to_string());
        let answer = agent.run(request).map_err(said)?;
        let (parts, mut body) = answer.into_parts();
        let body = body.with_config().limit(PROVIDER_BYTES_MAX).read_to_vec().map_err(said)?;
        Ok(HttpResponse::from_parts(parts, body))
    })
}
