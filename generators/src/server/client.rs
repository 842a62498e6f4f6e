//! Requests to the servers: a pool of open connections, deadlines, tries, and health.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    ask::Ask,
    budget::{RetryBudget, pause},
    endpoint::{Endpoints, Lease},
    error::{Fault, UpstreamError, Wait, harmless},
    settings::{Connection, Key, Waits},
};
use crate::{GeneratorError, routing::health::Health, seats::Seats};

/// A server that asks for time is waited for so long; who asks for more is not tried again.
const REST_WAIT_MAX: Duration = Duration::from_secs(2);
/// Open connections that are kept for each server.
const IDLE_CONNECTIONS_MAX: usize = 64;
/// Shorter than what common servers keep idle connections for.
const CONNECTION_IDLE_MAX: Duration = Duration::from_secs(4);
/// The longest answer to a look.
pub(crate) const LOOK_BYTES_MAX: usize = 4 << 20;
/// As much of an error's body is read.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// Sends requests.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    pub(super) endpoints: Endpoints,
    authorization: Option<HeaderValue>,
    waits: Waits,
    pub(super) retries_max: u32,
    budget: RetryBudget,
    retries: AtomicU64,
}

/// How a key is shown to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// As a bearer token.
    Bearer,
    /// `name:password` as HTTP's own; a key without a colon as a bearer token.
    Basic,
}

impl Client {
    /// # Errors
    /// [`GeneratorError::Unsupported`] when an address or the key cannot be used.
    pub(crate) fn new(settings: &Connection, scheme: Scheme) -> Result<Self, GeneratorError> {
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
            authorization: settings.key.as_ref().map(|key| shown(key, scheme)).transpose()?,
            waits: settings.waits,
            retries_max: settings.retries_max,
            budget: RetryBudget::full(),
            retries: AtomicU64::new(0),
        })
    }

    pub(crate) const fn waits(&self) -> &Waits {
        &self.waits
    }

    /// How the endpoints are doing, and who waits for them.
    pub(crate) fn health(&self, seats: &Seats) -> Health {
        Health {
            queued: seats.waiting(),
            turned_away: seats.turned_away(),
            retries: self.retries.load(Ordering::Relaxed),
            ..self.endpoints.health()
        }
    }

    /// Asks, and asks again while nothing was read and it may help: another endpoint first.
    ///
    /// # Errors
    /// [`UpstreamError`] of the last try.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, UpstreamError> {
        let latest = Instant::now() + self.waits.total;
        let deadline = ask.until.map_or(latest, |until| until.min(latest));
        self.budget.earn();
        let (mut tried, mut last) = (Vec::new(), None::<UpstreamError>);
        for retry in 0..=self.retries_max {
            if let Some(error) = last.take_if(|_| !self.may_try(deadline)) {
                return Err(error);
            }
            if last.is_some() {
                tokio::time::sleep(pause(retry)).await;
            }
            let lease = match self.endpoints.lease(&tried) {
                Ok(lease) => lease,
                Err(resting) => match self.rested(resting, last.take(), deadline).await {
                    Ok(lease) => lease,
                    Err(error) => return Err(error),
                },
            };
            tried.push(lease.place());
            match self.once(ask, Arc::new(lease), deadline).await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_worth_another_try() => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| Fault::Resting.into()))
    }

    /// An endpoint after a short rest that it has asked for, where this request has met it before.
    async fn rested(
        &self,
        resting: UpstreamError,
        last: Option<UpstreamError>,
        deadline: Instant,
    ) -> Result<Lease, UpstreamError> {
        // What the last endpoint said is more than that all rest.
        let Some(last) = last else { return Err(resting) };
        let rest = Duration::from_secs(resting.retry_after_s.unwrap_or(0).into());
        if rest > REST_WAIT_MAX || Instant::now() + rest >= deadline {
            return Err(last);
        }
        tokio::time::sleep(rest).await;
        self.endpoints.lease(&[]).map_err(|_| last)
    }

    /// Whether there is time for one more retry, and it may be made; it is counted.
    fn may_try(&self, deadline: Instant) -> bool {
        let may = Instant::now() < deadline && self.budget.spend();
        self.retries.fetch_add(u64::from(may), Ordering::Relaxed);
        may
    }

    /// Whether one more retry may be made, after its pause.
    pub(super) async fn may_retry(&self, deadline: Instant) -> bool {
        let may = self.may_try(deadline);
        if may {
            tokio::time::sleep(pause(1)).await;
        }
        may
    }

    /// Asks one endpoint once, and notes its failure for its health.
    async fn once(
        &self,
        ask: Ask<'_>,
        lease: Arc<Lease>,
        deadline: Instant,
    ) -> Result<Answer, UpstreamError> {
        let answered = self.quietly(ask, &lease, deadline).await;
        answered.inspect_err(|error| lease.failed(error))
    }

    /// Asks one endpoint once.
    pub(super) async fn quietly(
        &self,
        ask: Ask<'_>,
        lease: &Arc<Lease>,
        deadline: Instant,
    ) -> Result<Answer, UpstreamError> {
        let request = self.request(ask, ask.url(lease.base()));
        self.begin(request, ask.first_byte, lease, deadline).await
    }

    /// Fetches what an answer names at its own server, as far as it is that server.
    ///
    /// # Errors
    /// [`Fault::Malformed`] when the address is none or another server's, else as of any request.
    pub(crate) async fn follow(
        &self,
        answer: &Answer,
        address: &str,
    ) -> Result<Answer, UpstreamError> {
        let base = answer.lease.base();
        let url = base.join(address).map_err(|_| Fault::Malformed("its picture has no address"))?;
        if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
            let elsewhere = "its picture is on another server, from which nothing is fetched";
            return Err(Fault::Malformed(elsewhere).into());
        }
        let request = self.request(Ask::get("", self.waits.first_byte), url);
        self.begin(request, self.waits.first_byte, &answer.lease, answer.deadline).await
    }

    async fn begin(
        &self,
        request: RequestBuilder,
        first_byte: Duration,
        lease: &Arc<Lease>,
        deadline: Instant,
    ) -> Result<Answer, UpstreamError> {
        let first_byte = first_byte.min(deadline.saturating_duration_since(Instant::now()));
        let tried = tokio::time::timeout(first_byte, answered(request)).await;
        let (response, first) = tried.unwrap_or(Err(Fault::TimedOut(Wait::FirstByte).into()))?;
        let (lease, idle) = (Arc::clone(lease), self.waits.idle);
        Ok(Answer { response, first, lease, deadline, idle, bytes: 0 })
    }

    pub(super) fn request(&self, ask: Ask<'_>, url: Url) -> RequestBuilder {
        let method = if ask.body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.http.request(method, url).header(ACCEPT, "*/*");
        if let Some(parent) = super::within::traceparent() {
            request = request.header("traceparent", parent);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if let Some((kind, body)) = ask.body {
            request = request.header(CONTENT_TYPE, kind).body(body.to_vec());
        }
        request
    }

    /// What every endpoint says to a GET, without tries and health: for a look from outside.
    pub(crate) async fn look(&self, path: &str) -> Vec<(Url, Result<Vec<u8>, UpstreamError>)> {
        let mut found = Vec::new();
        for base in self.endpoints.bases() {
            let ask = Ask::get(path, self.waits.first_byte);
            let reading = async {
                let (mut response, first) = answered(self.request(ask, ask.url(base))).await?;
                let mut bytes = first.unwrap_or_default();
                while let Some(more) = response.chunk().await.map_err(|error| fault(&error))? {
                    bytes.extend_from_slice(&more);
                    if bytes.len() > LOOK_BYTES_MAX {
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

/// The answer's head and its first bytes.
async fn answered(request: RequestBuilder) -> Result<(Response, Option<Vec<u8>>), UpstreamError> {
    let mut response = request.send().await.map_err(|error| fault(&error))?;
    if response.status() != StatusCode::OK {
        return Err(failure(response).await);
    }
    let first = response.chunk().await.map_err(|error| fault(&error))?;
    Ok((response, first.map(Vec::from)))
}

fn shown(key: &Key, scheme: Scheme) -> Result<HeaderValue, GeneratorError> {
    let key = key.reveal();
    let shown = match scheme {
        Scheme::Basic if key.contains(':') => format!("Basic {}", STANDARD.encode(key)),
        _ => format!("Bearer {key}"),
    };
    let mut value = HeaderValue::from_str(&shown).map_err(|_| GeneratorError::Unsupported {
        reason: "its key holds characters that no key has".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// An answer that has begun. Dropping it before its end closes the connection.
#[derive(Debug)]
pub(crate) struct Answer {
    response: Response,
    first: Option<Vec<u8>>,
    pub(super) lease: Arc<Lease>,
    pub(super) deadline: Instant,
    idle: Duration,
    bytes: usize,
}

impl Answer {
    /// Whether it says that it is a stream of events.
    pub(crate) fn is_events(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`UpstreamError`] when they do not come, or there are more than `bytes_max` in all.
    pub(crate) async fn next(
        &mut self,
        bytes_max: usize,
    ) -> Result<Option<Vec<u8>>, UpstreamError> {
        // What is announced as too large is not waited for.
        let announced = self.response.content_length().map(usize::try_from);
        if announced.is_some_and(|length| length.is_ok_and(|length| length > bytes_max)) {
            return Err(Fault::TooLarge.into());
        }
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
    pub(crate) async fn whole(&mut self, bytes_max: usize) -> Result<Vec<u8>, UpstreamError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next(bytes_max).await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// Notes what came of it for the endpoint's health.
    pub(crate) fn judged<T>(&self, result: Result<T, UpstreamError>) -> Result<T, UpstreamError> {
        match &result {
            Ok(_) => self.lease.succeeded(),
            Err(error) => self.lease.failed(error),
        }
        result
    }
}

pub(super) fn fault(error: &reqwest::Error) -> Fault {
    if error.is_connect() { Fault::Unreachable } else { Fault::Reset }
}

/// What an answer without success says.
pub(super) async fn failure(mut response: Response) -> UpstreamError {
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
pub(crate) fn code_of(error: &Value) -> Option<String> {
    let named = |name: &str| error.get(name).and_then(Value::as_str).and_then(harmless);
    named("code").or_else(|| named("type"))
}
