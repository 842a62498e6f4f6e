//! A client on a bare socket: it reads at once, slowly, or leaves.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use serde_json::Value;

/// How a client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Quick,
    Slow,
    Leaves,
}

/// What a client has seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The status, 0 if it left before.
    pub(super) status: u16,
    /// Everything that was read, headers too.
    pub(super) bytes: Vec<u8>,
}

impl Seen {
    pub(super) fn has(&self, part: &str) -> bool {
        part.is_empty() || self.bytes.windows(part.len()).any(|window| window == part.as_bytes())
    }

    /// The beginning, for messages.
    pub(super) fn begins(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        text.chars().filter(|c| !c.is_control()).take(900).collect()
    }

    /// The body, where it is one piece.
    pub(super) fn json(&self) -> Value {
        let start = self.bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let body = start.map_or(&[][..], |start| &self.bytes[start + 4..]);
        serde_json::from_slice(body).unwrap_or_default()
    }
}

/// Where and who.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) address: String,
    pub(super) key: String,
    pub(super) reader: Reader,
}

impl Client {
    /// Posts a JSON body.
    pub(super) fn post(&self, path: &str, body: &Value) -> Seen {
        self.send("POST", path, "application/json", body.to_string().as_bytes())
    }

    /// Posts a form; names that begin with `@` are files.
    pub(super) fn form(&self, path: &str, fields: &[(&str, &[u8])]) -> Seen {
        let mut body = Vec::new();
        for (name, content) in fields {
            let file = if name.starts_with('@') { "; filename=\"file\"" } else { "" };
            let name = name.trim_start_matches('@');
            let head =
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(b"--edge--\r\n");
        self.send("POST", path, "multipart/form-data; boundary=edge", &body)
    }

    /// Gets, and reads at once.
    pub(super) fn get(&self, path: &str) -> Seen {
        let quick = Self { reader: Reader::Quick, ..self.clone() };
        quick.send("GET", path, "text/plain", b"")
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Seen {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.key,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let bytes = match self.reader {
            Reader::Quick => {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).unwrap();
                all
            }
            Reader::Slow => slowly(&mut stream),
            Reader::Leaves => {
                // Long enough for the request to have been taken.
                thread::sleep(Duration::from_millis(15));
                stream.shutdown(Shutdown::Both).unwrap();
                Vec::new()
            }
        };
        let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        let status = status.and_then(|digits| digits.parse().ok()).unwrap_or_default();
        Seen { status, bytes }
    }
}

fn slowly(stream: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut piece) = (Vec::new(), [0; 400]);
    for round in 0.. {
        let read = stream.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        all.extend_from_slice(&piece[..read]);
        if round < 12 {
            thread::sleep(Duration::from_millis(4));
        }
    }
    all
}
