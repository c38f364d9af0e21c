//! Answers as they are kept, and their events for readers who come late.

use super::AskError;
use super::answer::Answer;
use super::event::AnswerEvent;
use crate::app::App;
use footnote_domain::id::AnswerId;
use footnote_ledger::AnswerState;
use futures::stream::{BoxStream, StreamExt};
use std::sync::Arc;

/// What is said of an answer that was forgotten.
pub const ERASED: &str = "this question and its answer were deleted by their reader";

/// An answer as it stands.
#[derive(Debug, Clone)]
pub enum View {
    /// Stored.
    Finished(Box<Answer>),
    /// Being written.
    Running,
    /// Its reader wanted it forgotten.
    Erased,
    /// Given up; nothing was charged.
    Voided {
        /// Why.
        reason: String,
    },
}

/// Reads what is stored of an answer.
pub(super) fn parsed(id: AnswerId, body: &[u8]) -> Result<Box<Answer>, AskError> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|error| AskError::Broken(format!("answer {id} cannot be read: {error}")))?;
    Ok(Box::new(answer))
}

/// Reads an answer by its id; `None` when there is none.
pub async fn answer(app: &App, id: AnswerId) -> Result<Option<View>, AskError> {
    let Some(stored) = app.ledger.answer(id).await? else { return Ok(None) };
    if let Some(body) = stored.body {
        return Ok(Some(View::Finished(parsed(id, &body)?)));
    }
    if stored.erased {
        return Ok(Some(View::Erased));
    }
    Ok(Some(match stored.state {
        AnswerState::Running => View::Running,
        AnswerState::Captured | AnswerState::Voided => View::Voided {
            reason: stored.reason.unwrap_or_else(|| "it was interrupted".to_owned()),
        },
    }))
}

/// The events of an answer after number `after`, live or as they were; ends with the last one.
pub async fn events(
    app: &Arc<App>,
    id: AnswerId,
    after: Option<u64>,
) -> Result<BoxStream<'static, (u64, AnswerEvent)>, AskError> {
    let from =
        after.map_or(0, |after| usize::try_from(after).unwrap_or(usize::MAX).saturating_add(1));
    if let Some(live) = app.live.get(id) {
        return Ok(live.follow(from));
    }
    let events = match answer(app, id).await? {
        None => return Err(AskError::UnknownAnswer(id)),
        Some(View::Finished(answer)) => answer.replay(),
        Some(View::Running) => {
            // Its end is a moment away, or another process writes it: the reader comes again.
            return Err(AskError::StillRunning);
        }
        Some(View::Erased) => {
            let failed = AnswerEvent::Failed { code: "erased".into(), message: ERASED.to_owned() };
            return Ok(futures::stream::iter([(from as u64, failed)]).boxed());
        }
        Some(View::Voided { reason }) => {
            let message = format!(
                "the answer was given up ({reason}); nothing was charged; ask it again, with the same key or another"
            );
            let failed = AnswerEvent::Failed { code: "voided".into(), message };
            // Whatever number the reader has come to, this is the next event and the last.
            return Ok(futures::stream::iter([(from as u64, failed)]).boxed());
        }
    };
    let numbered = (0u64..).zip(events).skip(from).collect::<Vec<_>>();
    Ok(futures::stream::iter(numbered).boxed())
}
