//! What does one message of the server say? A piece of text, the reason of an end, a count of tokens,
//! or an error; anything else is refused by name.

use serde::Deserialize;
use serde_json::Value;

/// Characters of a server's error message that are passed on.
const REASON_CHARS_MOST: usize = 300;

/// One message, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The next piece of the answer.
    pub(super) text: String,
    /// Whether the model thinks, for itself, in this message.
    pub(super) thinks: bool,
    /// Why the model ended, in the message in which it does.
    pub(super) finish: Option<String>,
    /// What the server says that it took.
    pub(super) claimed: Option<Claimed>,
}

/// Tokens as the server counts them; whatever is no count is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) tokens_in: Option<u64>,
    pub(super) tokens_out: Option<u64>,
}

/// A message as servers write it; unknown fields are theirs.
#[derive(Debug, Deserialize)]
struct Message {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    /// In a stream.
    delta: Option<Words>,
    /// In an answer that came whole.
    message: Option<Words>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Words {
    content: Option<String>,
    /// llama.cpp and others.
    reasoning_content: Option<String>,
    /// vLLM and Ollama.
    reasoning: Option<String>,
}

impl Chunk {
    /// Whether it shows that the model is at work: servers greet at once, before it is.
    pub(super) fn is_of_the_model(&self) -> bool {
        self.thinks || self.finish.is_some() || !self.text.is_empty()
    }

    /// Reads a message.
    ///
    /// # Errors
    /// The server's own words when it reports an error, or what is wrong with the message.
    pub(super) fn read(data: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(data)
            .map_err(|error| format!("a message of its stream is no JSON ({error})"))?;
        if let Some(reason) = error_in(&value) {
            return Err(format!("it reported an error: {reason}"));
        }
        let message: Message = serde_json::from_value(value)
            .map_err(|error| format!("a message of its stream has another shape ({error})"))?;
        let claimed = message.usage.as_ref().filter(|usage| usage.is_object()).map(|usage| {
            let count = |key: &str| usage.get(key).and_then(Value::as_u64);
            Claimed { tokens_in: count("prompt_tokens"), tokens_out: count("completion_tokens") }
        });
        let choice = message.choices.into_iter().next();
        let (words, finish) = choice.map_or((None, None), |one| {
            (one.delta.or(one.message), one.finish_reason.filter(|why| !why.is_empty()))
        });
        let words = words.unwrap_or_default();
        let said = |words: &Option<String>| words.as_ref().is_some_and(|text| !text.is_empty());
        let thinks = said(&words.reasoning_content) || said(&words.reasoning);
        Ok(Self { text: words.content.unwrap_or_default(), thinks, finish, claimed })
    }
}

/// The server's error message, in the shapes that servers use: an object, a text, or vLLM's own.
pub(super) fn error_in(value: &Value) -> Option<String> {
    let error = value.get("error").filter(|error| !error.is_null());
    let own = || value.get("message").filter(|_| value.get("object") == Some(&"error".into()));
    let words = match error {
        Some(Value::String(words)) => words,
        Some(error) => {
            let words = error.get("message").and_then(Value::as_str);
            return Some(shortened(words.unwrap_or("without a message")));
        }
        None => own()?.as_str()?,
    };
    Some(shortened(words))
}

/// A stranger's text, fit for one line of a log.
pub(super) fn shortened(text: &str) -> String {
    let plain: String = text.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).collect();
    let plain = plain.trim();
    let mut kept: String = plain.chars().take(REASON_CHARS_MOST).collect();
    if kept.len() < plain.len() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data: &str, text: &str, finish: Option<&str>) -> Chunk {
        let chunk = Chunk::read(data).expect(data);
        assert_eq!((chunk.text.as_str(), chunk.finish.as_deref()), (text, finish));
        chunk
    }

    #[test]
    fn pieces_of_text() {
        check(r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"#, "", None);
        check(r#"{"choices":[{"delta":{"content":"Tea"},"finish_reason":null}]}"#, "Tea", None);
        assert!(check(r#"{"choices":[{"delta":{"reasoning_content":"Hm"}}]}"#, "", None).thinks);
        check(
            r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":null}"#,
            "",
            Some("stop"),
        );
        check(
            r#"{"choices":[{"message":{"content":"Tea."},"finish_reason":"stop"}]}"#,
            "Tea.",
            Some("stop"),
        );
    }

    #[test]
    fn counts_and_what_is_no_count() {
        let claimed = |usage: &str| {
            let data = format!("{{\"choices\":[],\"usage\":{usage}}}");
            check(&data, "", None).claimed.map(|one| (one.tokens_in, one.tokens_out))
        };
        let sound = r#"{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}"#;
        assert_eq!(claimed(sound), Some((Some(9), Some(3))));
        let wrong = r#"{"prompt_tokens":-9,"completion_tokens":"many"}"#;
        assert_eq!(claimed(wrong), Some((None, None)));
        assert_eq!(claimed("7"), None);
    }

    #[test]
    fn errors_in_every_shape() {
        let check = |data: &str, wanted: &str| {
            let error = Chunk::read(data).expect_err(data);
            assert!(error.contains(wanted), "{error}");
        };
        check(r#"{"error":{"message":"out of\nmemory","code":500}}"#, "out of memory");
        check(r#"{"error":"model not found"}"#, "model not found");
        check(r#"{"object":"error","message":"too long"}"#, "too long");
        check(r#"{"error":{}}"#, "without a message");
        check("<html>", "no JSON");
        check(r#"{"choices":"none"}"#, "another shape");
        let long = format!("{{\"error\":\"{}\"}}", "x".repeat(5_000));
        assert!(Chunk::read(&long).expect_err("an error").len() < 400);
    }
}
