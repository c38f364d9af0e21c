//! Answers by a model of the Llama family in this process, each with the adapters that its request
//! names: the multi-LoRA engine as a backend.

use super::scheduler::Engine;
use super::words::{Spoken, Words};
use super::{
    AdapterMisfit, AdapterSlots, Asked, Decoder, DecoderSettings, Device, Ended, EngineError,
    Given, Mix, ModelError, Said, Sampling, Stops, WeightPrecision,
};
use crate::model::{Prompt, Speech, prompt};
use crate::{
    Backend, Capabilities, Event, EventStream, Expert, GenerateError, Request, TokenLimits, Usage,
};
use async_trait::async_trait;
use footnote_domain::id::Digest;
use footnote_domain::score::{Score, ScoreError, ScoreRow};
use futures::StreamExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;

/// The name by which requests and receipts know this backend.
const NAME: &str = "engine";
/// Events that may wait for a slow reader; the model goes on meanwhile.
const EVENTS_WAITING: usize = 16;
/// Answers of full length that can be written at the same time on any model; shorter ones more.
const ANSWERS_LEAST: usize = 2;

/// Which model, and how much of the machine it may use.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineSettings {
    /// Folder of the model: `config.json`, `tokenizer.json`, `tokenizer_config.json` and
    /// `*.safetensors`.
    pub model_dir: PathBuf,
    /// Tokens of prompt and answer, at most.
    pub limits: TokenLimits,
    /// In which precision weights are kept.
    pub precision: WeightPrecision,
    /// Bytes for keys and values of all answers that are written at the same time.
    pub cache_bytes: usize,
    /// Bytes of adapters that stay packed while nobody uses them.
    pub adapter_bytes: usize,
    /// Threads; 0 for one per processor.
    pub threads: usize,
    /// Texts at which an answer ends, beside the model's own end tokens.
    pub stops: Vec<String>,
}

impl EngineSettings {
    /// The usual ones.
    pub fn new(model_dir: PathBuf, limits: TokenLimits) -> Self {
        Self {
            model_dir,
            limits,
            precision: WeightPrecision::AsStored,
            cache_bytes: 1 << 30,
            adapter_bytes: 1 << 30,
            threads: 0,
            stops: Vec::new(),
        }
    }
}

/// A loaded model with slots for adapters. Clones share it.
#[derive(Clone)]
pub struct EngineBackend {
    engine: Engine,
    words: Words,
    slots: Arc<AdapterSlots>,
    model_id: String,
    digest: Digest,
    limits: TokenLimits,
    stops: Vec<String>,
}

/// A model that could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum EngineOpenError {
    /// Its folder.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Its thread.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What an answer may take is more than the model can hold.
    #[error(
        "generation.tokens_in and tokens_out are {asked} together; the model and its memory hold {most}"
    )]
    Limits {
        /// Tokens of prompt and answer.
        asked: u64,
        /// Tokens that fit.
        most: usize,
    },
}

impl EngineBackend {
    /// Loads the model and starts its thread.
    ///
    /// # Errors
    /// [`EngineOpenError`], naming the file that is missing or damaged where that is the reason.
    pub async fn open(settings: EngineSettings) -> Result<Self, EngineOpenError> {
        let opened = tokio::task::spawn_blocking(move || Self::load(settings)).await;
        opened.map_err(|stopped| EngineError::Thread(stopped.to_string()))?
    }

    fn load(settings: EngineSettings) -> Result<Self, EngineOpenError> {
        let limits = settings.limits;
        let words = Words::open(&settings.model_dir)?;
        let decoder = DecoderSettings {
            precision: settings.precision,
            cache_bytes: settings.cache_bytes,
            cache_tokens_least: ANSWERS_LEAST * (limits.tokens_in + limits.tokens_out) as usize,
            threads: settings.threads,
        };
        let decoder = Decoder::open(&settings.model_dir, decoder)?;
        let digest = decoder.digest();
        let slots = Arc::new(AdapterSlots::new(decoder.config().clone(), settings.adapter_bytes));
        let engine = Engine::start(decoder)?;
        let (asked, most) = (limits.tokens_in + limits.tokens_out, engine.context());
        if asked > most as u64 {
            return Err(EngineOpenError::Limits { asked, most });
        }
        let (model_id, stops) = (name(&settings.model_dir), settings.stops);
        Ok(Self { engine, words, slots, model_id, digest, limits, stops })
    }

    /// The adapters, ready for the device.
    async fn mix(&self, experts: Vec<Expert>) -> Result<Mix, GenerateError> {
        if let Some(other) = foreign(self.digest, &experts) {
            return Err(other);
        }
        let slots = Arc::clone(&self.slots);
        blocking(move || {
            let packed = |one: &Expert| Ok((slots.get(&one.adapter)?, one.weight));
            let packed: Result<Vec<_>, AdapterMisfit> = experts.iter().map(packed).collect();
            let misfit =
                |error: AdapterMisfit| GenerateError::Adapter { reason: error.to_string() };
            Ok(Mix::new(packed.map_err(misfit)?))
        })
        .await
    }

    /// Log-probabilities under a mix of adapters: what leaving one out changes.
    ///
    /// # Errors
    /// When a row cannot be read by the model.
    pub async fn log_probabilities(
        &self,
        rows: &[ScoreRow],
        experts: Vec<Expert>,
    ) -> Result<Vec<Vec<f32>>, ScoreError> {
        let failed = |reason: String| ScoreError(reason);
        let mix = self.mix(experts).await.map_err(|error| failed(error.to_string()))?;
        let given = |row: &ScoreRow| self.given(row, &mix);
        let given: Vec<Given> = rows.iter().map(given).collect::<Result<_, _>>().map_err(failed)?;
        self.engine.score(given).await.map_err(|error| failed(error.to_string()))
    }

    fn given(&self, row: &ScoreRow, mix: &Mix) -> Result<Given, String> {
        let mut tokens: Vec<u32> = self.words.begin().into_iter().collect();
        tokens.extend(self.words.tokens(&row.prompt)?);
        let from = tokens.len();
        tokens.extend(self.words.tokens(&row.continuation)?);
        Ok(Given { tokens, from, mix: mix.clone() })
    }
}

/// The tokens of a prompt with as many passages as fit, the last ones left out first.
fn fitting(words: &Words, request: &Request, most: u64) -> Result<Vec<u32>, GenerateError> {
    let mut tokens = Vec::new();
    for passages in (1..=request.sources.len().max(1)).rev() {
        let Prompt { system, user, dropped } = prompt(request, passages);
        tokens = words.chat(&system, &user).map_err(interrupted)?;
        if tokens.len() as u64 <= most {
            if dropped > 0 {
                tracing::debug!(dropped, "passages did not fit into the prompt");
            }
            return Ok(tokens);
        }
    }
    Err(GenerateError::TooLong { tokens: tokens.len() as u64, most })
}

/// Computes where no other request has to wait for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GenerateError> + Send + 'static,
) -> Result<T, GenerateError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|stopped| interrupted(stopped.to_string()))?
}

/// The error of the first adapter that says that it belongs to another base.
fn foreign(base: Digest, experts: &[Expert]) -> Option<GenerateError> {
    let other = |expert: &Expert| expert.adapter.base_digest.filter(|digest| *digest != base);
    experts.iter().find_map(other).map(|other| GenerateError::Adapter {
        reason: format!("the adapter was made for the base model {other}, not for {base}"),
    })
}

/// The folder's own name: what an operator calls the model.
fn name(folder: &Path) -> String {
    folder
        .file_name()
        .map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn interrupted(reason: impl Into<String>) -> GenerateError {
    GenerateError::Interrupted { backend: NAME, reason: reason.into() }
}

#[async_trait]
impl Backend for EngineBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            scores: true,
            model_id: Some(self.model_id.clone()),
            model_digest: Some(self.digest),
            limits: Some(self.limits),
        }
    }

    fn scorer(&self) -> Option<Arc<dyn Score>> {
        Some(Arc::new(self.clone()))
    }

    fn takes_adapters(&self) -> bool {
        true
    }

    fn scorer_with(&self, adapters: Vec<Expert>) -> Option<Arc<dyn Score>> {
        Some(Arc::new(Under { engine: self.clone(), adapters }))
    }

    async fn generate(&self, request: Request) -> Result<EventStream, GenerateError> {
        if request.max_sentences == 0 {
            return Err(GenerateError::NoSentencesAllowed);
        }
        let (most, most_sentences) = (self.limits.tokens_in, request.max_sentences);
        let (words, experts) = (self.words.clone(), request.adapters.clone());
        let tokens = blocking(move || fitting(&words, &request, most)).await?;
        let mix = self.mix(experts).await?;
        let usage = Usage { tokens_in: tokens.len() as u64, ..Usage::default() };
        let tokens_most = self.limits.tokens_out as usize;
        let asked = Asked { tokens, mix, sampling: Sampling::GREEDY, tokens_most };
        let said = self.engine.ask(asked).await.map_err(|error| interrupted(error.to_string()))?;
        let (events, written) = mpsc::channel(EVENTS_WAITING);
        let answer = Answer {
            said,
            spoken: self.words.spoken(),
            stops: Stops::new(self.stops.iter().cloned()),
            speech: Speech::new(most_sentences),
            usage,
        };
        tokio::spawn(answer.write(events));
        Ok(tokio_stream::wrappers::ReceiverStream::new(written).boxed())
    }
}

#[async_trait]
impl Score for EngineBackend {
    async fn log_probs(&self, rows: &[ScoreRow]) -> Result<Vec<Vec<f32>>, ScoreError> {
        self.log_probabilities(rows, Vec::new()).await
    }
}

/// The model with adapters on it, as a scorer.
struct Under {
    engine: EngineBackend,
    adapters: Vec<Expert>,
}

#[async_trait]
impl Score for Under {
    async fn log_probs(&self, rows: &[ScoreRow]) -> Result<Vec<Vec<f32>>, ScoreError> {
        self.engine.log_probabilities(rows, self.adapters.clone()).await
    }
}

/// An answer on its way from tokens to sentences.
struct Answer {
    said: mpsc::Receiver<Said>,
    spoken: Spoken,
    stops: Stops,
    speech: Speech,
    usage: Usage,
}

impl Answer {
    /// Sends on what the model writes, sentence by sentence. Dropping `said`, when the reader has gone
    /// or the answer is whole, takes the sequence out of the batch.
    async fn write(mut self, events: mpsc::Sender<Result<Event, GenerateError>>) {
        let outcome = tokio::select! {
            outcome = self.stream(&events) => outcome,
            () = events.closed() => return,
        };
        // Nobody listening any more is no fault.
        let _ = events.send(outcome.map(|usage| Event::Done { usage })).await;
    }

    async fn stream(
        &mut self,
        events: &mpsc::Sender<Result<Event, GenerateError>>,
    ) -> Result<Usage, GenerateError> {
        let mut cut_off = false;
        while !self.speech.is_over() && !self.stops.stopped() {
            match self.said.recv().await {
                Some(Said::Token(chosen)) => {
                    self.usage.tokens_out += 1;
                    let piece = self.spoken.take(chosen.token).map_err(interrupted)?;
                    let certain = self.stops.take(&piece);
                    send(events, self.speech.take(&certain)).await;
                }
                Some(Said::End(ended)) => {
                    cut_off = ended == Ended::ByLength;
                    break;
                }
                None => return Err(interrupted(EngineError::Stopped.to_string())),
            }
        }
        let rest = self.spoken.end().map_err(interrupted)?;
        let rest = self.stops.take(&rest) + &self.stops.end();
        send(events, self.speech.take(&rest)).await;
        send(events, self.speech.end(cut_off)).await;
        Ok(Usage { sentences: self.speech.sentences(), ..self.usage })
    }
}

async fn send(events: &mpsc::Sender<Result<Event, GenerateError>>, said: Vec<Event>) {
    for event in said {
        // Nobody listening any more is no fault.
        let _ = events.send(Ok(event)).await;
    }
}
