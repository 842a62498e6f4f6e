//! An RFC 3161 authority elsewhere that stamps the time of claim signatures.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use provenance::{ProvenanceError, TimeStampAuthority, TrustLists, timestamp::Check};

use crate::outbound::Outbound;

/// How long one request to the authority may take: a person waits for the asset.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);
/// For how long an authority that does not answer is not asked again: requests that wait for it
/// would hold every thread.
const PAUSE: Duration = Duration::from_secs(5);

/// An authority elsewhere.
#[derive(Debug)]
pub(crate) struct RemoteAuthority {
    url: String,
    trust: Option<TrustLists>,
    outbound: Outbound,
    silent: Mutex<Option<(Instant, String)>>,
}

impl RemoteAuthority {
    /// The authority at `url`; `trust` is whom its certificates must lead to, if that is given.
    pub(crate) fn new(url: String, trust: Option<TrustLists>) -> Self {
        let (outbound, silent) = (Outbound::new(ANSWER_DEADLINE), Mutex::default());
        Self { url, trust, outbound, silent }
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let reply = self.outbound.post_and_wait(&self.url, "application/timestamp-query", request);
        let reply = reply.map_err(|error| error.to_string())?;
        match reply.status {
            200 => Ok(reply.body),
            status => Err(format!("{} answered {status}: {}", self.url, reply.said())),
        }
    }

    fn silent(&self) -> Option<String> {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.as_ref().filter(|(since, _)| since.elapsed() < PAUSE).map(|(_, why)| why.clone())
    }
}

impl TimeStampAuthority for RemoteAuthority {
    fn stamp(&self, request: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        if let Some(why) = self.silent() {
            return Err(ProvenanceError::TimeStamp(why));
        }
        let answer = self.ask(request);
        let failed = answer.as_ref().err().map(|why| (Instant::now(), why.clone()));
        *self.silent.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        answer.map_err(ProvenanceError::TimeStamp)
    }

    fn check(&self) -> Check<'_> {
        self.trust.as_ref().map_or(Check::Signature, Check::Vouched)
    }
}
