//! Requests to the servers: a pool of open connections, deadlines, tries, and health.

use std::time::{Duration, Instant};

use reqwest::{
    Method, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde_json::Value;

use super::{
    budget::RetryBudget,
    endpoint::{Endpoints, Lease},
    error::{Fault, UpstreamError, Wait, harmless},
    settings::{Key, Settings, Waits},
};
use crate::GeneratorError;

/// The first pause before another try; it doubles.
const PAUSE_FIRST: Duration = Duration::from_millis(20);
/// Open connections that are kept for each server.
const IDLE_CONNECTIONS_MAX: usize = 64;
/// Shorter than what common servers keep idle connections for.
const CONNECTION_IDLE_MAX: Duration = Duration::from_secs(4);
/// As much of an error's body is read.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// Sends requests.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    pub(super) endpoints: Endpoints,
    authorization: Option<HeaderValue>,
    waits: Waits,
    retries_max: u32,
    budget: RetryBudget,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// The path below an endpoint's address.
    pub(super) path: &'a str,
    /// JSON; without it the request is a GET.
    pub(super) body: Option<&'a [u8]>,
    /// How long the first byte may take.
    pub(super) first_byte: Duration,
}

impl Client {
    /// # Errors
    /// [`GeneratorError::Unsupported`] when an address or the key cannot be used.
    pub(super) fn new(settings: &Settings) -> Result<Self, GeneratorError> {
        // The one implementation of cryptography in this program; another that is installed stays.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(settings.waits.connect)
            .tcp_nodelay(true)
            .pool_idle_timeout(CONNECTION_IDLE_MAX)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        let unsupported = |reason: String| GeneratorError::Unsupported { reason };
        Ok(Self {
            http: http.map_err(|error| unsupported(error.without_url().to_string()))?,
            endpoints: Endpoints::new(settings.bases()?),
            authorization: settings.key.as_ref().map(bearer).transpose()?,
            waits: settings.waits,
            retries_max: settings.retries_max,
            budget: RetryBudget::full(),
        })
    }

    pub(super) const fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Asks, and asks again while nothing was read and it may help: another endpoint first.
    ///
    /// # Errors
    /// [`UpstreamError`] of the last try.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, UpstreamError> {
        let deadline = Instant::now() + self.waits.total;
        self.budget.earn();
        let (mut tried, mut pause, mut last) = (Vec::new(), PAUSE_FIRST, None::<UpstreamError>);
        for _ in 0..=self.retries_max {
            if last.is_some() {
                if !self.budget.spend() {
                    break;
                }
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
            let lease = match self.endpoints.lease(&tried) {
                Ok(lease) => lease,
                // What the last endpoint said is more than that all rest.
                Err(resting) => return Err(last.unwrap_or(resting)),
            };
            tried.push(lease.place());
            match self.once(ask, lease, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_worth_another_try() => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| Fault::Resting.into()))
    }

    async fn once(
        &self,
        ask: Ask<'_>,
        lease: Lease,
        deadline: Instant,
    ) -> Result<Answer, UpstreamError> {
        let first_byte = ask.first_byte.min(deadline.saturating_duration_since(Instant::now()));
        let trying = tokio::time::timeout(first_byte, self.send(ask, lease.url(ask.path)));
        let tried = trying.await.unwrap_or(Err(Fault::TimedOut(Wait::FirstByte).into()));
        match tried {
            Ok((response, first)) => {
                Ok(Answer { response, first, lease, deadline, idle: self.waits.idle, bytes: 0 })
            }
            Err(error) => {
                lease.failed(&error);
                Err(error)
            }
        }
    }

    /// The answer's head and its first bytes.
    async fn send(
        &self,
        ask: Ask<'_>,
        url: Url,
    ) -> Result<(Response, Option<Vec<u8>>), UpstreamError> {
        let method = if ask.body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.http.request(method, url).header(ACCEPT, "*/*");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if let Some(body) = ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_vec());
        }
        let mut response = request.send().await.map_err(|error| fault(&error))?;
        if response.status() != StatusCode::OK {
            return Err(failure(response).await);
        }
        let first = response.chunk().await.map_err(|error| fault(&error))?;
        Ok((response, first.map(Vec::from)))
    }

    /// What every endpoint says to a GET, without tries and health: for a look from outside.
    pub(super) async fn look(&self, path: &str) -> Vec<(Url, Result<Vec<u8>, UpstreamError>)> {
        let mut found = Vec::new();
        for base in self.endpoints.bases() {
            let url = super::endpoint::below(base, path);
            let ask = Ask { path, body: None, first_byte: self.waits.first_byte };
            let reading = async {
                let (mut response, first) = self.send(ask, url).await?;
                let mut bytes = first.unwrap_or_default();
                while let Some(more) = response.chunk().await.map_err(|error| fault(&error))? {
                    bytes.extend_from_slice(&more);
                    if bytes.len() > super::models::LIST_BYTES_MAX {
                        return Err(Fault::TooLarge.into());
                    }
                }
                Ok(bytes)
            };
            let read = tokio::time::timeout(self.waits.connect.saturating_mul(2), reading).await;
            let read = read.unwrap_or(Err(Fault::TimedOut(Wait::Whole).into()));
            found.push((base.clone(), read));
        }
        found
    }
}

fn bearer(key: &Key) -> Result<HeaderValue, GeneratorError> {
    let value = HeaderValue::from_str(&format!("Bearer {}", key.reveal()));
    let mut value = value.map_err(|_| GeneratorError::Unsupported {
        reason: "its key holds characters that no key has".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// An answer that has begun. Dropping it before its end closes the connection.
#[derive(Debug)]
pub(super) struct Answer {
    response: Response,
    first: Option<Vec<u8>>,
    lease: Lease,
    deadline: Instant,
    idle: Duration,
    bytes: usize,
}

impl Answer {
    /// Whether it says that it is a stream of events.
    pub(super) fn is_events(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`UpstreamError`] when they do not come, or there are more than `bytes_max` in all.
    pub(super) async fn next(
        &mut self,
        bytes_max: usize,
    ) -> Result<Option<Vec<u8>>, UpstreamError> {
        let bytes = match self.first.take() {
            Some(first) => Some(first),
            None => self.read().await?,
        };
        self.bytes += bytes.as_ref().map_or(0, Vec::len);
        if self.bytes > bytes_max {
            return Err(Fault::TooLarge.into());
        }
        Ok(bytes)
    }

    async fn read(&mut self) -> Result<Option<Vec<u8>>, UpstreamError> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let (wait, late) =
            if left < self.idle { (left, Wait::Whole) } else { (self.idle, Wait::NextByte) };
        let read = tokio::time::timeout(wait, self.response.chunk()).await;
        let read = read.map_err(|_| Fault::TimedOut(late))?;
        Ok(read.map_err(|error| fault(&error))?.map(Vec::from))
    }

    /// All of it.
    ///
    /// # Errors
    /// Those of [`Self::next`].
    pub(super) async fn whole(&mut self, bytes_max: usize) -> Result<Vec<u8>, UpstreamError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next(bytes_max).await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// Notes what came of it for the endpoint's health.
    pub(super) fn judged<T>(&self, result: Result<T, UpstreamError>) -> Result<T, UpstreamError> {
        match &result {
            Ok(_) => self.lease.succeeded(),
            Err(error) => self.lease.failed(error),
        }
        result
    }
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_connect() { Fault::Unreachable } else { Fault::Reset }
}

/// What an answer without success says.
async fn failure(mut response: Response) -> UpstreamError {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after_s = retry_after.and_then(|text| text.trim().parse().ok());
    let fault = match status.as_u16() {
        429 | 503 => return UpstreamError { fault: Fault::Busy, retry_after_s },
        401 | 403 | 404 | 405 => Fault::Misconfigured(status.as_u16()),
        300..=399 => Fault::Redirected,
        400..=499 => {
            let code = code(&mut response).await;
            Fault::Refused { status: status.as_u16(), code }
        }
        500..=599 => Fault::Failed(status.as_u16()),
        _ => Fault::Malformed("its status is not one of success or failure"),
    };
    UpstreamError { fault, retry_after_s: None }
}

/// The code in an error's body, if it has one that may be repeated.
async fn code(response: &mut Response) -> Option<String> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.ok()? {
        body.extend_from_slice(&bytes);
        if body.len() > ERROR_BYTES_MAX {
            return None;
        }
    }
    let body: Value = serde_json::from_slice(&body).ok()?;
    code_of(body.get("error")?)
}

/// The code in an error object of OpenAI's shape.
pub(super) fn code_of(error: &Value) -> Option<String> {
    let named = |name: &str| error.get(name).and_then(Value::as_str).and_then(harmless);
    named("code").or_else(|| named("type"))
}
