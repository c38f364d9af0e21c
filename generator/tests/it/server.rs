//! A server of the OpenAI protocol that does as it is told: well, slowly, wrongly, or not at all.

use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One step of what the server does after it has read a request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Sends a response's head: status, content type, further header lines.
    Head(u16, &'static str, &'static str),
    /// Sends bytes of the body.
    Body(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Sends the last steps over and over, until the reader goes.
    Forever(Vec<u8>),
}

/// What the server has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Bodies of the questions, in order.
    pub(crate) questions: Vec<Value>,
    /// Heads of the requests, in order.
    pub(crate) heads: Vec<String>,
    /// Readers that went away before the end of what was to be sent.
    pub(crate) gone: usize,
}

/// A running server; ends when dropped.
pub(crate) struct Server {
    pub(crate) base_url: String,
    pub(crate) seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A server that offers `models` and treats question after question as the scripts say; the last one
/// stands for all further ones.
pub(crate) async fn serve(models: &[&str], scripts: Vec<Vec<Step>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let seen = Arc::new(Mutex::new(Seen::default()));
    let data: Vec<Value> = models.iter().map(|id| json!({"id": id, "object": "model"})).collect();
    let models = json!({"object": "list", "data": data}).to_string();
    let shared = Arc::clone(&seen);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (models, scripts, seen) = (models.clone(), scripts.clone(), Arc::clone(&shared));
            tokio::spawn(async move { connection(stream, &models, &scripts, &seen).await });
        }
    });
    Server { base_url: format!("http://{address}/v1"), seen, task }
}

async fn connection(
    mut stream: TcpStream,
    models: &str,
    scripts: &[Vec<Step>],
    seen: &Mutex<Seen>,
) {
    let Some((head, body)) = read_request(&mut stream).await else { return };
    let asks_for_models = head.starts_with("GET /v1/models ");
    let steps = {
        let mut seen = seen.lock().expect("whole");
        seen.heads.push(head);
        if asks_for_models {
            vec![Step::Head(200, "application/json", ""), Step::Body(models.as_bytes().to_vec())]
        } else {
            seen.questions.push(serde_json::from_slice(&body).expect("a JSON body"));
            scripts[(seen.questions.len() - 1).min(scripts.len() - 1)].clone()
        }
    };
    for step in steps {
        if play(&mut stream, step).await.is_err() {
            seen.lock().expect("whole").gone += 1;
            return;
        }
    }
    // Nobody there any more is how a reader goes who has had enough.
    let _ = stream.shutdown().await;
}

async fn play(stream: &mut TcpStream, step: Step) -> std::io::Result<()> {
    match step {
        Step::Head(status, kind, more) => {
            let head = format!(
                "HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\nconnection: close\r\n{more}\r\n"
            );
            stream.write_all(head.as_bytes()).await
        }
        Step::Body(bytes) => stream.write_all(&bytes).await,
        Step::Wait(time) => {
            // A reader who goes meanwhile closes the connection.
            let mut nothing = [0; 1];
            match tokio::time::timeout(time, stream.read(&mut nothing)).await {
                Ok(_) => Err(std::io::ErrorKind::BrokenPipe.into()),
                Err(_) => Ok(()),
            }
        }
        Step::Forever(bytes) => loop {
            stream.write_all(&bytes).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        },
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let length = head.to_lowercase();
    let length = length.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |text| text.trim().parse().expect("a length"));
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, bytes[end..end + length].to_vec()))
}

/// A message of a stream that carries a piece of text.
pub(crate) fn piece(text: &str) -> Step {
    event(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

/// A message of a stream.
pub(crate) fn event(value: &Value) -> Step {
    Step::Body(format!("data: {value}\n\n").into_bytes())
}

/// The head of a stream, and the greeting that servers send before the model has begun.
pub(crate) fn head() -> Vec<Step> {
    let greeting =
        json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]});
    vec![Step::Head(200, "text/event-stream; charset=utf-8", ""), event(&greeting)]
}

/// The end of a stream: the reason, the count, the last word.
pub(crate) fn end(reason: &str, usage: Value) -> Vec<Step> {
    vec![
        event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})),
        event(&json!({"choices": [], "usage": usage})),
        Step::Body(b"data: [DONE]\n\n".to_vec()),
    ]
}

/// A whole, faithful answer in these pieces.
pub(crate) fn answer(pieces: &[&str]) -> Vec<Step> {
    let mut steps = head();
    steps.extend(pieces.iter().map(|text| piece(text)));
    steps.extend(end("stop", json!({"prompt_tokens": 210, "completion_tokens": 17})));
    steps
}
