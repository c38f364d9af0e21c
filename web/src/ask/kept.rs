//! What may readers do with the answers that they asked for? List them, name them, judge them, take them
//! back. Whose an answer is, the key says under which it was asked; who has its address may read it, and
//! no more.

use super::stored::parsed;
use super::{Answer, AskError, Caller, Payer, View, now};
use crate::app::App;
use footnote_domain::id::AnswerId;
use footnote_ledger::{AnswerState, AskedAnswer, Cursor, Feedback};

/// Longest name of an answer, in code points.
pub const NAME_CHARS_MOST: usize = 120;
/// Longest reason of a verdict, in code points.
pub const REASON_CHARS_MOST: usize = 1_000;

/// One answer of a reader's list.
#[derive(Debug, Clone)]
pub struct KeptAnswer {
    /// Its id.
    pub id: AnswerId,
    /// When it was asked, in seconds since 1970.
    pub created: u64,
    /// The reader's own name for it.
    pub name: Option<String>,
    /// What there is of it.
    pub what: Kept,
}

/// What there is of an answer.
#[derive(Debug, Clone)]
pub enum Kept {
    /// All of it.
    Answer(Box<Answer>),
    /// It is being written.
    Running,
    /// Nothing: it was interrupted or failed.
    Nothing,
    /// Its text was deleted.
    Erased,
}

impl Caller {
    /// The scope of a caller who can be told from everybody else. An address is no such thing: many
    /// people share one. What is asked by a key is its owner's to look up, and nobody's to change here.
    fn own_scope(&self) -> Option<String> {
        let is_known = match self.payer {
            Payer::Guest => self.session.is_some(),
            Payer::Account(_) => true,
            Payer::Key { .. } => false,
        };
        is_known.then(|| self.scope())
    }
}

/// The caller's answers before `before`, the newest first; none for a caller without a session.
pub async fn list(
    app: &App,
    caller: &Caller,
    before: Option<Cursor>,
    limit: u32,
) -> Result<Vec<KeptAnswer>, AskError> {
    let Some(scope) = caller.own_scope() else { return Ok(Vec::new()) };
    let asked = app.ledger.asked(&scope, before, limit).await?;
    asked.into_iter().map(kept).collect()
}

fn kept(asked: AskedAnswer) -> Result<KeptAnswer, AskError> {
    let AskedAnswer { id, state, body, erased, name, created_at: created } = asked;
    let what = match (body, state) {
        (Some(body), _) => Kept::Answer(parsed(id, &body)?),
        (None, _) if erased => Kept::Erased,
        (None, AnswerState::Running) => Kept::Running,
        (None, _) => Kept::Nothing,
    };
    Ok(KeptAnswer { id, created, name, what })
}

/// Whether the caller asked for this answer.
pub async fn owns(app: &App, caller: &Caller, id: AnswerId) -> Result<bool, AskError> {
    let Some(own) = caller.own_scope() else { return Ok(false) };
    Ok(app.ledger.scope_of(id).await?.is_some_and(|scope| scope == own))
}

/// To everybody else, an answer that they may not change does not exist.
async fn owned(app: &App, caller: &Caller, id: AnswerId) -> Result<(), AskError> {
    if owns(app, caller, id).await? { Ok(()) } else { Err(AskError::UnknownAnswer(id)) }
}

/// Names an answer in the caller's list; an empty name takes the name away.
pub async fn rename(app: &App, caller: &Caller, id: AnswerId, name: &str) -> Result<(), AskError> {
    owned(app, caller, id).await?;
    let name: String = one_line(name).chars().take(NAME_CHARS_MOST).collect();
    Ok(app.ledger.rename(id, (!name.is_empty()).then_some(name)).await?)
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Deletes question, text, quotes and salts of an answer. Receipt, money, and the hash by which a
/// repeated form is known stay.
pub async fn delete(app: &App, caller: &Caller, id: AnswerId) -> Result<(), AskError> {
    owned(app, caller, id).await?;
    erase(app, id).await
}

/// Forgets an answer that whoever asks this may change; one that was lost leaves nothing to forget.
pub(crate) async fn erase(app: &App, id: AnswerId) -> Result<(), AskError> {
    if app.live.get(id).is_some() {
        return Err(AskError::StillRunning);
    }
    if app.ledger.erase_answer(id).await? {
        return Ok(());
    }
    // Another process may be writing it.
    match super::answer(app, id).await? {
        Some(View::Running) => Err(AskError::StillRunning),
        _ => Ok(()),
    }
}

/// Keeps what the reader of an answer thinks of it; whose it is was checked.
pub(crate) async fn note(
    app: &App,
    id: AnswerId,
    good: bool,
    reason: &str,
) -> Result<(), AskError> {
    let reason = one_line(reason).chars().take(REASON_CHARS_MOST).collect();
    Ok(app.ledger.give_feedback(id, Feedback { good, reason, given_at: now() }).await?)
}

/// Stores what the caller thinks of an answer of theirs.
pub async fn judge(
    app: &App,
    caller: &Caller,
    id: AnswerId,
    good: bool,
    reason: &str,
) -> Result<(), AskError> {
    owned(app, caller, id).await?;
    note(app, id, good, reason).await
}

/// Ends an answer that is being written at its last complete sentence; one that has ended stays as it is.
pub async fn stop(app: &App, caller: &Caller, id: AnswerId) -> Result<(), AskError> {
    owned(app, caller, id).await?;
    if let Some(live) = app.live.get(id) {
        live.stop();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::id::{Address, KeyId};
    use footnote_ledger::KeyUse;

    #[test]
    fn an_address_alone_owns_nothing() {
        let caller = |session: Option<&str>, payer: Payer| Caller {
            ip: "203.0.113.9".into(),
            session: session.map(str::to_owned),
            payer,
        };
        let guest = |session| caller(session, Payer::Guest).own_scope();
        assert_eq!((guest(None), guest(Some("ab"))), (None, Some("guest ab".to_owned())));
        let known = Payer::Account(Address([1; 20]));
        assert_eq!(caller(None, known).own_scope(), Some(known.scope("")));
        assert_ne!(caller(Some("ab"), known).own_scope(), guest(Some("ab")));
        let used = KeyUse { key: KeyId([2; 16]), ip: None, visitor: None };
        let key = Payer::Key { owner: Address([1; 20]), used };
        assert_eq!(caller(Some("ab"), key).own_scope(), None);
    }

    #[test]
    fn names_and_reasons_are_one_line() {
        assert_eq!(one_line(" a\nb\u{0}\tc  d "), "a b c d");
    }
}
