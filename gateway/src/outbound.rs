//! Requests to others: witnesses and time-stamp authorities. Only configured addresses are called.

use std::time::Duration;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 256 << 10;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url} does not answer: {reason}")]
pub struct OutboundError {
    /// Who was asked.
    pub url: String,
    /// What went wrong.
    pub reason: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The beginning of the body, for messages.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

/// Sends requests, each with one deadline for everything. Redirects are not followed.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    agent: ureq::Agent,
}

impl Outbound {
    pub(crate) fn new(deadline: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(deadline))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into() }
    }

    /// The same on this thread, which waits.
    pub(crate) fn post_and_wait(
        &self,
        url: &str,
        content_type: &str,
        body: &[u8],
    ) -> Result<Reply, OutboundError> {
        let sent = send(&self.agent, url, content_type, body);
        sent.map_err(|reason| OutboundError { url: url.to_owned(), reason })
    }

    /// Posts a body and reads the answer, whatever its status.
    pub(crate) async fn post(
        &self,
        url: &str,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Result<Reply, OutboundError> {
        let (agent, to) = (self.agent.clone(), url.to_owned());
        let sent = tokio::task::spawn_blocking(move || send(&agent, &to, content_type, &body));
        let sent = sent.await.map_err(|error| error.to_string()).flatten();
        sent.map_err(|reason| OutboundError { url: url.to_owned(), reason })
    }
}

fn send(agent: &ureq::Agent, url: &str, content_type: &str, body: &[u8]) -> Result<Reply, String> {
    let answer = agent.post(url).header("content-type", content_type).send(body);
    let mut answer = answer.map_err(|error| error.to_string())?;
    let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let read = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
    let body = read.map_err(|error| error.to_string())?;
    Ok(Reply { status: answer.status().as_u16(), content_type, body })
}
