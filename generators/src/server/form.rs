//! Bodies of several parts (RFC 7578): fields and files.

/// A body of several parts.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    boundary: String,
    parts: Vec<u8>,
}

impl Form {
    /// A form whose parts are told apart by a random line.
    pub(crate) fn new() -> Self {
        Self { boundary: format!("imprimatur-{}", super::random_id()), parts: Vec::new() }
    }

    /// With a field of text.
    pub(crate) fn field(mut self, name: &'static str, value: &str) -> Self {
        self.open(&format!("name=\"{name}\""), "");
        self.close(value.as_bytes())
    }

    /// With a PNG file.
    pub(crate) fn png(self, name: &'static str, file: &str, bytes: &[u8]) -> Self {
        self.file(name, file, "image/png", bytes)
    }

    /// With a file of any media type.
    pub(crate) fn file(
        mut self,
        name: &'static str,
        file: &str,
        kind: &'static str,
        bytes: &[u8],
    ) -> Self {
        let head = format!("content-type: {kind}\r\n");
        self.open(&format!("name=\"{name}\"; filename=\"{file}\""), &head);
        self.close(bytes)
    }

    fn open(&mut self, disposition: &str, more: &str) {
        let head = format!(
            "--{}\r\ncontent-disposition: form-data; {disposition}\r\n{more}\r\n",
            self.boundary
        );
        self.parts.extend_from_slice(head.as_bytes());
    }

    fn close(mut self, bytes: &[u8]) -> Self {
        self.parts.extend_from_slice(bytes);
        self.parts.extend_from_slice(b"\r\n");
        self
    }

    /// Its media type and its bytes.
    pub(crate) fn finish(mut self) -> (String, Vec<u8>) {
        self.parts.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_between_their_lines() {
        let (kind, body) = Form::new().field("n", "1").png("image", "a.png", b"\x89\r\n").finish();
        let (_, line) = kind.split_once("boundary=").unwrap();
        let mut expected = format!("--{line}\r\ncontent-disposition: form-data; name=\"n\"\r\n\r\n1\r\n--{line}\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n").into_bytes();
        expected.extend_from_slice(b"\x89\r\n");
        expected.extend_from_slice(format!("\r\n--{line}--\r\n").as_bytes());
        assert_eq!(body, expected);
        assert!(line.len() > 20 && line.len() <= 70);
    }
}
