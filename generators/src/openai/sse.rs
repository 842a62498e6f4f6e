//! Server-sent events, read as their bytes come: cut anywhere, bounded, strict.

use crate::server::Fault;

/// The longest event that is read.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// Puts events together.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Bytes without a line's end yet.
    line: Vec<u8>,
    /// Lines of the event that is being read.
    data: Option<String>,
    /// Whether the last line ended with a carriage return, whose line feed may follow.
    after_return: bool,
    ready: std::collections::VecDeque<String>,
}

impl Events {
    /// Takes bytes.
    ///
    /// # Errors
    /// [`Fault`] when they are no events or too long.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (before, after) = rest.split_at(end);
            let is_return = after.first() == Some(&b'\r');
            rest = after.get(1..).unwrap_or_default();
            let second_half = self.after_return && before.is_empty() && self.line.is_empty();
            self.after_return = is_return;
            if second_half && !is_return {
                continue; // the line feed of a carriage return
            }
            self.keep(before)?;
            let line = std::mem::take(&mut self.line);
            self.line(&line)?;
        }
        if !rest.is_empty() {
            self.after_return = false;
            self.keep(rest)?;
        }
        Ok(())
    }

    /// The data of the next event that is complete.
    pub(super) fn next(&mut self) -> Option<String> {
        self.ready.pop_front()
    }

    /// The server has closed: an event without the blank line after it counts.
    ///
    /// # Errors
    /// [`Fault::Malformed`] when a line is cut off.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.line(&line)?;
        }
        self.line(b"")
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let held = self.line.len() + self.data.as_ref().map_or(0, String::len);
        if held + bytes.len() > EVENT_BYTES_MAX {
            return Err(Fault::TooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let line = std::str::from_utf8(line).map_err(|_| Fault::Malformed("it is not UTF-8"))?;
        if line.is_empty() {
            self.ready.extend(self.data.take());
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field.trim_start_matches('\u{feff}') {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment keeps the connection open; names and numbers of events say nothing here.
            "" | "event" | "id" | "retry" => {}
            _ => return Err(Fault::Malformed("it is no stream of events")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<String>, Fault> {
        let mut events = Events::default();
        for piece in pieces {
            events.push(piece)?;
        }
        events.finish()?;
        Ok(std::iter::from_fn(|| events.next()).collect())
    }

    #[test]
    fn events_are_read_as_the_standard_says() {
        let cases: [(&str, &[&str]); 7] = [
            ("data: a\n\ndata: b\n\n", &["a", "b"]),
            ("data:a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
            ("data: a\r\rdata: b\r\r", &["a", "b"]),
            (": hello\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", &["a"]),
            ("data: a\ndata: b\n\n", &["a\nb"]),
            ("data: a", &["a"]),
            ("\n\n\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&[text.as_bytes()]).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert!(matches!(read(&[b"<html>\n"]), Err(Fault::Malformed(_))));
        assert!(matches!(read(&[b"data: \xff\n\n"]), Err(Fault::Malformed(_))));
        let endless = vec![b'a'; EVENT_BYTES_MAX];
        assert_eq!(read(&[b"data: ", &endless]), Err(Fault::TooLarge));
        let mut lines = Vec::new();
        for _ in 0..=EVENT_BYTES_MAX / 4000 {
            lines.extend_from_slice(b"data: ");
            lines.extend_from_slice(&[b'a'; 4000]);
            lines.push(b'\n');
        }
        assert_eq!(read(&[&lines]), Err(Fault::TooLarge));
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(text in "(data: ?[ab河🌊]{0,3}(\n|\r\n|\r)|(\n|\r\n|\r)|: [ab]*\n){0,8}", cut in 0_usize..80) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            prop_assert_eq!(read(&[&bytes[..cut], &bytes[cut..]]), read(&[bytes]));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[&bytes]);
        }
    }
}
