//! Answers by a language model in this process, through mistral.rs: any model it can load from a local
//! folder (safetensors or one GGUF file), on the CPU.
//!
//! Useful for one base model at a time. Adapters are merged when a model is loaded, so swapping them
//! per request is not for this backend.

#[cfg(test)]
mod tests;

use crate::folder::{ModelFolder, ModelFolderError};
use crate::model::{Prompt, Speech, prompt};
use crate::{
    Backend, Capabilities, Event, EventStream, GenerateError, Request, TokenLimits, Usage,
};
use async_trait::async_trait;
use footnote_domain::id::Digest;
use futures::StreamExt;
use mistralrs::{
    GgufModelBuilder, Model, ModelDType, RequestBuilder, Response, TextMessageRole, TextMessages,
    TextModelBuilder, TokenSource,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;

/// The name by which requests and receipts know this backend.
const NAME: &str = "mistralrs";
/// Events that may wait for a slow reader before the model is not asked on.
const EVENTS_WAITING: usize = 16;
/// Sequences that the engine works on at once; more wait in its queue.
const SEQUENCES_AT_ONCE: usize = 8;

/// Which model, and how much it may read and write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MistralSettings {
    /// Folder of the model: `config.json`, `tokenizer.json`, `tokenizer_config.json` and
    /// `*.safetensors`; or one `.gguf` file.
    pub model_dir: PathBuf,
    /// Tokens of prompt and answer, at most.
    pub limits: TokenLimits,
}

/// A loaded model.
pub struct MistralBackend {
    model: Arc<Model>,
    model_id: String,
    digest: Digest,
    limits: TokenLimits,
}

/// A model that could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum MistralError {
    /// The folder does not hold a model.
    #[error(transparent)]
    Folder(#[from] ModelFolderError),
    /// mistral.rs could not load it.
    #[error("the model in {folder} cannot be loaded: {reason}")]
    Load {
        /// Its folder.
        folder: PathBuf,
        /// What mistral.rs says.
        reason: String,
    },
    /// It was loaded, and cannot write a word.
    #[error("the model in {folder} was loaded, but its first words failed: {reason}")]
    WarmUp {
        /// Its folder.
        folder: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

impl MistralBackend {
    /// Checks the folder, loads the model and lets it write one token, so that the first reader does
    /// not wait for what can be known now.
    ///
    /// # Errors
    /// [`MistralError`], naming the file that is missing or damaged where that is the reason.
    pub async fn open(settings: MistralSettings) -> Result<Self, MistralError> {
        let MistralSettings { model_dir, limits } = settings;
        let folder = ModelFolder::check(&model_dir)?;
        let digest = folder.digest()?;
        let model = load(folder)
            .await
            .map_err(|reason| MistralError::Load { folder: model_dir.clone(), reason })?;
        let model_id = name(&model_dir);
        let backend = Self { model: Arc::new(model), model_id, digest, limits };
        let warmed = backend.warm_up().await;
        warmed.map_err(|reason| MistralError::WarmUp { folder: model_dir, reason })?;
        Ok(backend)
    }

    async fn warm_up(&self) -> Result<(), String> {
        let hello = Prompt { system: "Say hello.".into(), user: "Hello.".into(), dropped: 0 };
        let request = chat(&hello).set_sampler_max_len(1);
        let answer = self.model.send_chat_request(request).await;
        answer.map(|_| ()).map_err(|error| error.to_string())
    }

    /// The prompt with as many passages as fit, the last ones left out first.
    async fn fitting(&self, request: &Request) -> Result<Prompt, GenerateError> {
        let most = self.limits.tokens_in;
        let mut tokens = 0;
        for passages in (1..=request.sources.len().max(1)).rev() {
            let prompt = prompt(request, passages);
            tokens = self.tokens(&prompt).await?;
            if tokens <= most {
                return Ok(prompt);
            }
        }
        Err(GenerateError::TooLong { tokens, most })
    }

    /// Tokens of the whole conversation, by the model's own tokenizer and template.
    async fn tokens(&self, prompt: &Prompt) -> Result<u64, GenerateError> {
        let messages = TextMessages::new()
            .add_message(TextMessageRole::System, &prompt.system)
            .add_message(TextMessageRole::User, &prompt.user);
        let counted =
            self.model.tokenize(either::Either::Left(messages), None, false, true, None).await;
        counted.map(|tokens| tokens.len() as u64).map_err(|error| interrupted(error.to_string()))
    }
}

/// Loads in a task of its own: mistral.rs panics over some damaged files, and that must not take the
/// service down.
async fn load(folder: ModelFolder) -> Result<Model, String> {
    match tokio::spawn(async move { build(&folder).await }).await {
        Ok(built) => built.map_err(|error| format!("{error:#}")),
        Err(stopped) => Err(stopped.try_into_panic().map_or_else(
            |cancelled| cancelled.to_string(),
            |panic| panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "it panicked".into()),
        )),
    }
}

async fn build(folder: &ModelFolder) -> anyhow::Result<Model> {
    match folder {
        ModelFolder::Safetensors { root, .. } => {
            TextModelBuilder::new(root.display())
                .with_force_cpu()
                .with_dtype(ModelDType::Auto)
                .with_token_source(TokenSource::None)
                .with_max_num_seqs(SEQUENCES_AT_ONCE)
                .build()
                .await
        }
        ModelFolder::Gguf { root, file } => {
            GgufModelBuilder::new(root.display(), vec![file.clone()])
                .with_force_cpu()
                .with_token_source(TokenSource::None)
                .with_max_num_seqs(SEQUENCES_AT_ONCE)
                .build()
                .await
        }
    }
}

/// The folder's own name: what an operator calls the model.
fn name(folder: &Path) -> String {
    folder
        .file_name()
        .map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn chat(prompt: &Prompt) -> RequestBuilder {
    RequestBuilder::new()
        .add_message(TextMessageRole::System, &prompt.system)
        .add_message(TextMessageRole::User, &prompt.user)
        .set_deterministic_sampler()
        .enable_thinking(false)
}

fn interrupted(reason: impl Into<String>) -> GenerateError {
    GenerateError::Interrupted { backend: NAME, reason: reason.into() }
}

#[async_trait]
impl Backend for MistralBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            scores: false,
            model_id: Some(self.model_id.clone()),
            model_digest: Some(self.digest),
            limits: Some(self.limits),
        }
    }

    async fn generate(&self, request: Request) -> Result<EventStream, GenerateError> {
        if request.max_sentences == 0 {
            return Err(GenerateError::NoSentencesAllowed);
        }
        request.refuse_adapters(NAME)?;
        let prompt = self.fitting(&request).await?;
        if prompt.dropped > 0 {
            tracing::debug!(dropped = prompt.dropped, "passages did not fit into the prompt");
        }
        let asked = chat(&prompt).set_sampler_max_len(self.limits.tokens_out as usize);
        let (events, written) = mpsc::channel(EVENTS_WAITING);
        let model = Arc::clone(&self.model);
        let most = request.max_sentences;
        tokio::spawn(async move { write(&model, asked, most, &events).await });
        Ok(tokio_stream::wrappers::ReceiverStream::new(written).boxed())
    }
}

/// Sends on what the model writes, sentence by sentence. A reader who has gone ends it: the engine
/// drops a sequence whose channel is closed.
async fn write(
    model: &Model,
    asked: RequestBuilder,
    most: usize,
    events: &mpsc::Sender<Result<Event, GenerateError>>,
) {
    let outcome = tokio::select! {
        outcome = stream(model, asked, most, events) => outcome,
        () = events.closed() => return,
    };
    // Nobody listening any more is no fault.
    let _ = events.send(outcome.map(|usage| Event::Done { usage })).await;
}

async fn stream(
    model: &Model,
    asked: RequestBuilder,
    most: usize,
    events: &mpsc::Sender<Result<Event, GenerateError>>,
) -> Result<Usage, GenerateError> {
    let failed = |error: mistralrs::error::Error| interrupted(error.to_string());
    let mut answer = model.stream_chat_request(asked).await.map_err(failed)?;
    let (mut speech, mut usage, mut cut_off) = (Speech::new(most), None, false);
    while let Some(response) = answer.next().await {
        match response {
            Response::Chunk(chunk) => {
                if let Some(choice) = chunk.choices.first() {
                    let piece = choice.delta.content.as_deref().unwrap_or_default();
                    send(events, speech.take(piece)).await;
                    cut_off |= choice.finish_reason.as_deref() == Some("length");
                }
                usage = chunk.usage.or(usage);
            }
            Response::Done(_) => break,
            Response::ModelError(reason, _) => return Err(interrupted(reason)),
            Response::InternalError(reason) | Response::ValidationError(reason) => {
                return Err(interrupted(reason.to_string()));
            }
            _ => return Err(interrupted("the engine answered something that is no text")),
        }
    }
    send(events, speech.end(cut_off)).await;
    let usage =
        usage.ok_or_else(|| interrupted("the engine did not say how many tokens it took"))?;
    Ok(Usage {
        tokens_in: usage.prompt_tokens as u64,
        tokens_out: usage.completion_tokens as u64,
        sentences: speech.sentences(),
    })
}

async fn send(events: &mpsc::Sender<Result<Event, GenerateError>>, said: Vec<Event>) {
    for event in said {
        // Nobody listening any more is no fault.
        let _ = events.send(Ok(event)).await;
    }
}
