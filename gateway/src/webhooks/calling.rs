//! Calls of receivers: one POST, verified TLS, no redirects, no proxy, and no private address unless
//! configuration says so. What is connected to is what was checked.

use std::{io, time::Duration};

use async_trait::async_trait;
use outbox::{Call, Failure, Reply, Transport};
use ureq::{
    Agent, Error,
    config::Config,
    http::{Uri, header::RETRY_AFTER},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::fetching::is_public;

/// Calls receivers.
#[derive(Debug, Clone)]
pub(crate) struct Calling {
    agent: Agent,
}

impl Calling {
    /// `allow_private` also lets plain HTTP be spoken.
    pub(crate) fn new(allow_private: bool) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .https_only(!allow_private)
            // A proxy would resolve names where nobody checks the addresses.
            .proxy(None)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Guarded { resolver: DefaultResolver::default(), allow_private };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }

    /// Blocks.
    fn post_and_wait(&self, call: &Call) -> Result<Reply, Failure> {
        let mut request = self.agent.post(&call.url).header("content-type", "application/json");
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let request = request.config().timeout_global(Some(call.deadline)).build();
        let answer = request.send(call.body.as_bytes()).map_err(|error| failure(&error))?;
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let seconds = retry_after.and_then(|text| text.trim().parse().ok());
        let status = answer.status().as_u16();
        Ok(Reply { status, retry_after: seconds.map(Duration::from_secs) })
    }
}

#[async_trait]
impl Transport for Calling {
    async fn post(&self, call: Call) -> Result<Reply, Failure> {
        let calling = self.clone();
        let called = tokio::task::spawn_blocking(move || calling.post_and_wait(&call)).await;
        // A call that panics is a bug; the message is tried again.
        called.unwrap_or(Err(Failure::Unreachable))
    }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Timeout(_) => Failure::TimedOut,
        Error::Tls(_) | Error::Rustls(_) => Failure::Untrusted,
        Error::RequireHttpsOnly(_) => Failure::Forbidden,
        Error::Io(error) => match error.kind() {
            io::ErrorKind::PermissionDenied => Failure::Forbidden,
            io::ErrorKind::TimedOut => Failure::TimedOut,
            // The library wraps what TLS says.
            io::ErrorKind::InvalidData => Failure::Untrusted,
            _ => Failure::Unreachable,
        },
        _ => Failure::Unreachable,
    }
}

/// Resolves names, and keeps private addresses out unless they are allowed.
#[derive(Debug)]
struct Guarded {
    resolver: DefaultResolver,
    allow_private: bool,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let resolved = self.resolver.resolve(uri, config, timeout)?;
        // One private address among public ones is reason enough: names of that kind are traps.
        if self.allow_private || resolved.iter().all(|address| is_public(address.ip())) {
            return Ok(resolved);
        }
        Err(Error::Io(io::Error::from(io::ErrorKind::PermissionDenied)))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread,
    };

    use super::*;

    fn call(url: &str) -> Call {
        let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        Call {
            url: url.to_owned(),
            body: "{}".to_owned(),
            headers: headers.map(|name| (name, "x".to_owned())),
            deadline: Duration::from_millis(500),
        }
    }

    /// A receiver that answers once; where it listens.
    fn receiver(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 4096];
            while !buffer.windows(2).any(|two| two == b"{}") {
                if stream.read(&mut buffer).unwrap_or(0) == 0 {
                    return;
                }
            }
            drop(stream.write_all(answer.as_bytes()));
            // Whoever waits for more than the head waits in vain.
            thread::sleep(Duration::from_secs(2));
        });
        format!("127.0.0.1:{}", address.port())
    }

    #[test]
    fn private_addresses_are_not_called_unless_they_may_be() {
        let public = Calling::new(false);
        for url in [
            "https://127.0.0.1/hook",
            "https://localhost:9000/hook",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/hook",
            "https://[::ffff:10.0.0.1]/hook",
            "https://2130706433/hook",
            "http://cms.example/hook",
        ] {
            assert_eq!(public.post_and_wait(&call(url)), Err(Failure::Forbidden), "{url}");
        }
        let address = receiver("HTTP/1.1 204 No Content\r\n\r\n");
        let reply = Calling::new(true).post_and_wait(&call(&format!("http://{address}/hook")));
        assert_eq!(reply.unwrap().status, 204);
    }

    #[test]
    fn an_answer_is_its_head_and_no_redirect_is_followed() {
        let calling = Calling::new(true);
        let ask = |answer| calling.post_and_wait(&call(&format!("http://{}/", receiver(answer))));
        let busy = "HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 99\r\n\r\n";
        let retry_after = Some(Duration::from_secs(7));
        assert_eq!(ask(busy), Ok(Reply { status: 503, retry_after }));
        let moved =
            "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(moved), Ok(Reply { status: 307, retry_after: None }));
        assert_eq!(ask(""), Err(Failure::TimedOut));
    }

    #[test]
    fn who_speaks_no_tls_is_not_believed() {
        let address = receiver("HTTP/1.1 204 No Content\r\n\r\n");
        let error = Calling::new(true).post_and_wait(&call(&format!("https://{address}/")));
        assert!(matches!(
            error,
            Err(Failure::Untrusted | Failure::TimedOut | Failure::Unreachable)
        ));
        let nobody = Calling::new(true).post_and_wait(&call("http://127.0.0.1:1/"));
        assert_eq!(nobody, Err(Failure::Unreachable));
    }
}
