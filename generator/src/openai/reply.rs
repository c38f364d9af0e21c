//! What does the server send back? A stream of messages, or, from servers that do not stream, one.

use super::chunk::Chunk;
use super::lines::{LINE_BYTES_MOST, LineFault, Messages};
use super::server::{Fault, said};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use std::collections::VecDeque;

/// The message that ends a stream.
const DONE: &str = "[DONE]";

/// A reply while it comes.
#[derive(Debug)]
pub(super) struct Reply {
    response: Response,
    messages: Messages,
    ready: VecDeque<String>,
    /// The bytes of an answer that comes whole; `None` for a stream.
    whole: Option<Vec<u8>>,
    /// Whether what should come has come.
    finished: bool,
    over: bool,
}

impl Reply {
    /// Reads what kind of reply it is.
    pub(super) fn of(response: Response) -> Result<Self, Fault> {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or("text/event-stream").to_lowercase();
        let whole = kind.starts_with("application/json").then(Vec::new);
        if whole.is_none() && !kind.starts_with("text/event-stream") {
            let kind = super::chunk::shortened(&kind);
            return Err(Fault::lasting(format!(
                "it sent {kind} instead of an answer; check generation.base_url"
            )));
        }
        Ok(Self {
            response,
            messages: Messages::default(),
            ready: VecDeque::new(),
            whole,
            finished: false,
            over: false,
        })
    }

    /// The next message; `None` after the last. Safe to drop while it waits.
    pub(super) async fn next(&mut self) -> Result<Option<Chunk>, Fault> {
        loop {
            if let Some(data) = self.ready.pop_front() {
                if data.trim() == DONE {
                    (self.finished, self.over) = (true, true);
                    self.ready.clear();
                    return Ok(None);
                }
                let chunk = Chunk::read(&data).map_err(Fault::lasting)?;
                self.finished |= chunk.finish.is_some() || self.whole.is_some();
                return Ok(Some(chunk));
            }
            if self.over {
                let cut = || Fault::passing("its answer was cut off in the middle");
                return if self.finished { Ok(None) } else { Err(cut()) };
            }
            self.read_on().await?;
        }
    }

    async fn read_on(&mut self) -> Result<(), Fault> {
        let bytes = self.response.chunk().await.map_err(|error| Fault::passing(said(&error)))?;
        let Some(bytes) = bytes else {
            self.over = true;
            let last = match self.whole.as_mut().map(std::mem::take) {
                Some(whole) => {
                    Some(String::from_utf8(whole).map_err(|_| fault(&LineFault::NoText))?)
                }
                None => self.messages.end().map_err(|error| fault(&error))?,
            };
            self.ready.extend(last.filter(|last| !last.is_empty()));
            return Ok(());
        };
        match &mut self.whole {
            Some(whole) if whole.len() + bytes.len() > LINE_BYTES_MOST => {
                return Err(fault(&LineFault::TooLong));
            }
            Some(whole) => whole.extend_from_slice(&bytes),
            None => self.ready.extend(self.messages.take(&bytes).map_err(|error| fault(&error))?),
        }
        Ok(())
    }
}

fn fault(error: &LineFault) -> Fault {
    Fault::lasting(match error {
        LineFault::TooLong => {
            format!("a message of its answer is longer than {LINE_BYTES_MOST} bytes")
        }
        LineFault::NoText => "its answer is no UTF-8".to_owned(),
    })
}
