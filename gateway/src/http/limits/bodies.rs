//! Bodies that have to come in time, and answers that end when the server does.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::header::CONTENT_TYPE,
    response::Response,
};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::turns::Turn;
use crate::{
    http::ApiError,
    listening::{Phase, Serving},
};

/// Whether a body came too late.
#[derive(Debug, Clone, Default)]
pub(super) struct Late(Arc<AtomicBool>);

impl Late {
    pub(super) fn is_so(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A body that fails when it has not come in time.
pub(super) struct Timed {
    body: Body,
    deadline: Pin<Box<Sleep>>,
    late: Late,
}

impl Timed {
    /// The request with a deadline for its body, if it has one.
    pub(super) fn within(request: Request, limit: Duration) -> (Request, Late) {
        let late = Late::default();
        if request.body().is_end_stream() {
            return (request, late);
        }
        let deadline = Box::pin(tokio::time::sleep_until(Instant::now() + limit));
        let timed = late.clone();
        (request.map(|body| Body::new(Self { body, deadline, late: timed })), late)
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if self.deadline.as_mut().poll(context).is_ready() {
            self.late.0.store(true, Ordering::Release);
            let error = io::Error::new(io::ErrorKind::TimedOut, "the body did not come in time");
            return Poll::Ready(Some(Err(error.into())));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer that ends when the server does: a stream of events with an event that says so. What
/// makes the answer is dropped, and its record says `interrupted`.
pub(super) struct Ending {
    body: Option<Body>,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    events: bool,
    _turn: Option<Turn>,
}

impl Ending {
    pub(super) fn of(response: Response, serving: Arc<Serving>, turn: Option<Turn>) -> Response {
        // What is there as a whole is not cut off.
        if response.body().size_hint().exact().is_some() {
            return response;
        }
        let kind = response.headers().get(CONTENT_TYPE);
        let events = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let ended = Box::pin(async move { serving.reached(Phase::Cut).await });
        response.map(|body| Body::new(Self { body: Some(body), ended, events, _turn: turn }))
    }
}

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if self.ended.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.body = None;
        if !self.events {
            // Half of a file must not look like a whole one.
            let error = io::Error::new(io::ErrorKind::Interrupted, "the server is ending");
            return Poll::Ready(Some(Err(error.into())));
        }
        let said = serde_json::to_string(&ApiError::ending().body()).unwrap_or_default();
        let event = Bytes::from(format!("data: {said}\n\n"));
        Poll::Ready(Some(Ok(Frame::data(event))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use futures::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn a_body_that_drips_fails_in_time() {
        let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, io::Error>>(1);
        let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let request = Request::new(Body::from_stream(stream));
        let (request, late) = Timed::within(request, Duration::from_millis(50));
        sender.send(Ok(Bytes::from_static(b"half"))).await.unwrap();
        assert!(axum::body::to_bytes(request.into_body(), 100).await.is_err());
        assert!(late.is_so());
        let (request, late) = Timed::within(Request::new(Body::from("all")), Duration::ZERO);
        assert_eq!(axum::body::to_bytes(request.into_body(), 100).await.unwrap(), "all");
        assert!(!late.is_so());
    }

    #[tokio::test]
    async fn a_stream_of_events_says_that_the_server_ends() {
        let serving = Arc::new(Serving::default());
        let first = futures::stream::iter([Ok::<_, io::Error>("data: 1\n\n")]);
        let body = Body::from_stream(first.chain(futures::stream::pending()));
        let response = ([("content-type", "text/event-stream")], body).into_response();
        let response = Ending::of(response, Arc::clone(&serving), None);
        serving.enter(Phase::Cut);
        let bytes = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.starts_with("data: 1\n\ndata: {") && text.contains("interrupted"), "{text}");
        let whole = Ending::of("whole".into_response(), serving, None);
        assert_eq!(axum::body::to_bytes(whole.into_body(), 100).await.unwrap(), "whole");
    }
}
