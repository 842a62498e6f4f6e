//! A run of several requests at one server: found once, then kept to.

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::{Fault, UpstreamError, ask::Ask, client::Client, endpoint::Lease};

/// The longest answer that is no picture.
const TALK_BYTES_MAX: usize = 4 << 20;
/// How long what is said at the end may take: nobody waits for it.
const FAREWELL: Duration = Duration::from_secs(10);

/// A server that has answered and is asked for all further parts of a run.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(super) client: Arc<Client>,
    pub(super) lease: Arc<Lease>,
    deadline: Instant,
}

impl Visit {
    /// Finds a server that answers, with the tries of any request. Its health is judged by what
    /// becomes of the run, not by this.
    ///
    /// # Errors
    /// [`UpstreamError`] of the last try.
    pub(crate) async fn begin(client: &Arc<Client>, knock: &str) -> Result<Self, UpstreamError> {
        let deadline = Instant::now() + client.waits().total;
        let mut answer = client.ask(Ask::get(knock, client.waits().first_byte)).await?;
        answer.whole(TALK_BYTES_MAX).await?;
        Ok(Self { client: Arc::clone(client), lease: Arc::clone(&answer.lease), deadline })
    }

    /// The same server, for words after the run: it may be told to stop also after the deadline.
    pub(crate) fn farewell(&self) -> Self {
        Self { deadline: Instant::now() + FAREWELL, ..self.clone() }
    }

    /// All of an answer. What only reads is asked again where it may help; what is posted is sent
    /// once, because the server may have begun with it.
    ///
    /// # Errors
    /// [`UpstreamError`]
    pub(crate) async fn ask(
        &self,
        ask: Ask<'_>,
        bytes_max: usize,
    ) -> Result<Vec<u8>, UpstreamError> {
        let tries = if ask.body.is_some() { 0 } else { self.client.retries_max };
        for _ in 0..tries {
            match self.once(ask, bytes_max).await {
                Err(error)
                    if error.is_worth_another_try()
                        && self.client.may_retry(self.deadline).await => {}
                answered => return answered,
            }
        }
        self.once(ask, bytes_max).await
    }

    async fn once(&self, ask: Ask<'_>, bytes_max: usize) -> Result<Vec<u8>, UpstreamError> {
        let mut answer = self.client.quietly(ask, &self.lease, self.deadline).await?;
        answer.whole(bytes_max).await
    }

    /// What a GET says, as JSON.
    ///
    /// # Errors
    /// [`UpstreamError`]
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, UpstreamError> {
        let ask = Ask::get(path, self.client.waits().first_byte).with(query);
        parsed(&self.ask(ask, TALK_BYTES_MAX).await?)
    }

    /// A look at what a GET says, as JSON: its failure says nothing of the run.
    ///
    /// # Errors
    /// [`UpstreamError`]
    pub(crate) async fn glance<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, UpstreamError> {
        let ask = Ask::get(path, self.client.waits().first_byte).with(query);
        let mut answer = self.client.quietly(ask, &self.lease, self.deadline).await?;
        parsed(&answer.whole(TALK_BYTES_MAX).await?)
    }

    /// Posts JSON, of which nothing is read but whether it was taken.
    ///
    /// # Errors
    /// [`UpstreamError`]
    pub(crate) async fn tell(
        &self,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<(), UpstreamError> {
        let body = body.to_string();
        let ask = Ask::json(path, body.as_bytes(), self.client.waits().first_byte);
        self.ask(ask, TALK_BYTES_MAX).await.map(drop)
    }

    /// How long the first byte of an answer may take.
    pub(crate) fn first_byte(&self) -> Duration {
        self.client.waits().first_byte
    }

    /// The time that is left for the run.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether nothing else of ours is under way there.
    pub(crate) fn is_alone(&self) -> bool {
        self.lease.is_alone()
    }

    /// Notes what came of the run for the endpoint's health.
    pub(crate) fn judged<T>(&self, result: Result<T, UpstreamError>) -> Result<T, UpstreamError> {
        match &result {
            Ok(_) => self.lease.succeeded(),
            Err(error) => self.lease.failed(error),
        }
        result
    }
}

/// An answer as the JSON that its protocol promises.
///
/// # Errors
/// [`Fault::Malformed`]
pub(crate) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, UpstreamError> {
    let malformed = |_| Fault::Malformed("it is not the JSON of its protocol");
    Ok(serde_json::from_slice(body).map_err(malformed)?)
}
