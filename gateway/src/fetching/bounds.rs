//! A stranger's server that redirects, drips, swells and changes its mind about its address.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::*;

/// `outside.test` is the test's own server; `inside.test` an address that must not be called, `mixed.test`
/// both, and `turning.test` the first the first time and the second ever after.
#[derive(Debug)]
struct Names(AtomicUsize);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let port = uri.port_u16().unwrap_or(80);
        let at = |last| SocketAddr::from(([127, 0, 0, last], port));
        let mut found = self.empty();
        match uri.host().unwrap_or_default() {
            "outside.test" => found.push(at(1)),
            "inside.test" => found.push(at(2)),
            "mixed.test" => {
                found.push(at(1));
                found.push(at(2));
            }
            "turning.test" if self.0.fetch_add(1, Ordering::SeqCst) == 0 => found.push(at(1)),
            "turning.test" => found.push(at(2)),
            _ => return Err(Error::HostNotFound),
        }
        Ok(found)
    }
}

/// A server on 127.0.0.1, how often it was asked, and who may fetch from it.
fn outside(answer: fn(&str, u16) -> String) -> (u16, Arc<AtomicUsize>, Fetcher) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 2048];
            let Ok(read) = stream.read(&mut request) else { continue };
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            drop(stream.write_all(answer(&path, port).as_bytes()));
            if path == "/drip" {
                // It never says the rest.
                thread::spawn(move || {
                    thread::sleep(Duration::from_secs(10));
                    drop(stream);
                });
            }
        }
    });
    let bounds = Bounds {
        scheme: "http",
        port,
        may_call: |address| address == IpAddr::from([127, 0, 0, 1]),
        time_max: Duration::from_secs(2),
        bytes_max: 1000,
    };
    (port, asked, Fetcher::within(bounds, Names(AtomicUsize::new(0))))
}

fn answer(path: &str, port: u16) -> String {
    let body = |text: &str| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
            text.len()
        )
    };
    let to = |place: String| {
        format!(
            "HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
    };
    match path {
        "/good" => body("store"),
        "/large" => body(&"x".repeat(1001)),
        "/once" => to(format!("http://outside.test:{port}/good")),
        "/loop" => to(format!("http://outside.test:{port}/loop")),
        "/inside" => to(format!("http://inside.test:{port}/good")),
        "/port" => to("http://outside.test:22/".to_owned()),
        "/file" => to("file:///etc/passwd".to_owned()),
        "/again" => to(format!("http://turning.test:{port}/good")),
        _ => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned(),
    }
}

#[test]
fn what_is_within_bounds_is_fetched() {
    let (port, _, fetcher) = outside(answer);
    for path in ["good", "once"] {
        let fetched = fetcher.fetch(&format!("http://outside.test:{port}/{path}"));
        assert_eq!(fetched.unwrap(), b"store", "{path}");
    }
}

#[test]
fn redirects_are_checked_as_the_first_address_was() {
    let (port, asked, fetcher) = outside(answer);
    for path in ["inside", "port", "file", "loop", "large", "drip"] {
        let fetched = fetcher.fetch(&format!("http://outside.test:{port}/{path}"));
        assert!(fetched.is_err(), "{path}: {fetched:?}");
    }
    let before = asked.load(Ordering::SeqCst);
    // Five that are asked once, and one that leads in a circle.
    assert!(before <= 5 + REDIRECTS_MAX as usize + 2, "{before}");
    for host in ["inside.test", "mixed.test", "nowhere.test"] {
        let fetched = fetcher.fetch(&format!("http://{host}:{port}/good"));
        assert!(fetched.is_err(), "{host}: {fetched:?}");
    }
    assert!(fetcher.fetch(&format!("https://outside.test:{port}/good")).is_err());
    assert_eq!(asked.load(Ordering::SeqCst), before, "nobody was called");
}

#[test]
fn a_name_that_turns_inwards_is_called_where_it_was_checked_or_not_at_all() {
    let (port, _, fetcher) = outside(answer);
    let url = format!("http://turning.test:{port}");
    // Resolved once, and called there.
    assert_eq!(fetcher.fetch(&format!("{url}/good")).unwrap(), b"store");
    // Now it leads inwards, also by a detour.
    assert!(fetcher.fetch(&format!("{url}/good")).is_err());
    assert!(fetcher.fetch(&format!("http://outside.test:{port}/again")).is_err());
}
