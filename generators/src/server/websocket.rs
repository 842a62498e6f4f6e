//! Listening to a server: messages over a connection of the same client.

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{StatusCode, Upgraded, header};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

use super::{Ask, Fault, UpstreamError, Visit, Wait, client};

/// The largest message: servers send previews along.
const MESSAGE_BYTES_MAX: usize = 16 << 20;

/// Messages of a server, in their order.
#[derive(Debug)]
pub(crate) struct Websocket(WebSocketStream<Upgraded>);

impl Websocket {
    /// Begins to listen (RFC 6455, section 4.1).
    ///
    /// # Errors
    /// [`UpstreamError`] when the server does not agree.
    pub(crate) async fn open(
        visit: &Visit,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Self, UpstreamError> {
        let opening = upgraded(visit, path, query);
        let wait = visit.client.waits().first_byte.min(visit.left());
        let opened = tokio::time::timeout(wait, opening).await;
        let upgraded = opened.unwrap_or(Err(Fault::TimedOut(Wait::FirstByte).into()))?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits));
        Ok(Self(stream.await))
    }

    /// The next message of text; `None` when the server has ended it, or sends what is none.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return Some(text.as_str().to_owned()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}

async fn upgraded(
    visit: &Visit,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Upgraded, UpstreamError> {
    let key = generate_key();
    let ask = Ask::get(path, Duration::ZERO).with(query);
    let request = visit.client.request(ask, ask.url(visit.lease.base()));
    let request = request
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key);
    let response = request.send().await.map_err(|error| client::fault(&error))?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(client::failure(response).await);
    }
    let accepted = response.headers().get(header::SEC_WEBSOCKET_ACCEPT);
    let expected = derive_accept_key(key.as_bytes());
    if accepted.is_none_or(|accepted| accepted.as_bytes() != expected.as_bytes()) {
        return Err(Fault::Malformed("it does not agree to a websocket").into());
    }
    Ok(response.upgrade().await.map_err(|error| client::fault(&error))?)
}
