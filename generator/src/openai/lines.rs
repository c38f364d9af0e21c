//! Where does one message of a server-sent stream end? Bytes come in cut anywhere; the text after
//! `data:` goes out, message by message.

/// Longest line of a stream; a server that sends more has lost its mind or its newline.
pub(super) const LINE_BYTES_MOST: usize = 1 << 20;

/// Bytes that are no stream of messages.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LineFault {
    /// No end of line in sight.
    TooLong,
    /// No UTF-8.
    NoText,
}

/// Cuts a server-sent stream into messages.
#[derive(Debug, Default)]
pub(super) struct Messages {
    line: Vec<u8>,
    data: Vec<String>,
}

impl Messages {
    /// The messages that are whole with these bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, LineFault> {
        let mut whole = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + piece.len() > LINE_BYTES_MOST {
                return Err(LineFault::TooLong);
            }
            self.line.extend_from_slice(piece);
            if self.line.ends_with(b"\n") {
                whole.extend(self.end_line()?);
            }
        }
        Ok(whole)
    }

    /// The stream has ended: a last message may lack the empty line behind it.
    pub(super) fn end(&mut self) -> Result<Option<String>, LineFault> {
        let last = self.end_line()?;
        Ok(last.or_else(|| self.dispatch()))
    }

    fn end_line(&mut self) -> Result<Option<String>, LineFault> {
        let line = String::from_utf8(std::mem::take(&mut self.line));
        let line = line.map_err(|_| LineFault::NoText)?;
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        // Comments keep the connection alive; names, ids and delays of events are not used here.
        if let Some(data) = line.strip_prefix("data:") {
            self.data.push(data.strip_prefix(' ').unwrap_or(data).to_owned());
            // Data of many short lines is as long as one long line.
            if self.data.iter().map(String::len).sum::<usize>() > LINE_BYTES_MOST {
                return Err(LineFault::TooLong);
            }
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Option<String> {
        (!self.data.is_empty()).then(|| std::mem::take(&mut self.data).join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str = ": ping\r\n\r\ndata: {\"a\":\"茶\"}\r\n\r\nevent: x\ndata:one\ndata: two\n\nid: 3\n\ndata: [DONE]";

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut messages = Messages::default();
        let mut all = Vec::new();
        for piece in pieces {
            all.extend(messages.take(piece).expect("text"));
        }
        all.extend(messages.end().expect("text"));
        all
    }

    #[test]
    fn messages_are_found() {
        assert_eq!(read(&[STREAM.as_bytes()]), ["{\"a\":\"茶\"}", "one\ntwo", "[DONE]"]);
        assert_eq!(read(&[b"", b"\n\n\n"]), [""; 0]);
    }

    #[test]
    fn endless_lines_and_bytes_that_are_no_text_are_faults() {
        let mut messages = Messages::default();
        assert_eq!(messages.take(&vec![b'x'; LINE_BYTES_MOST + 1]), Err(LineFault::TooLong));
        let many = "data: xxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(LINE_BYTES_MOST / 20);
        assert_eq!(Messages::default().take(many.as_bytes()), Err(LineFault::TooLong));
        assert_eq!(Messages::default().take(b"data: \xff\n"), Err(LineFault::NoText));
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut(mut cuts in prop::collection::vec(0..STREAM.len(), 0..9)) {
            cuts.sort_unstable();
            let (mut pieces, mut from) = (Vec::new(), 0);
            for at in cuts.into_iter().chain([STREAM.len()]) {
                pieces.push(&STREAM.as_bytes()[from..at]);
                from = at;
            }
            prop_assert_eq!(read(&pieces), read(&[STREAM.as_bytes()]));
        }
    }
}
