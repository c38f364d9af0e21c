//! Who may come in, and what may they spend? Sessions of those who signed in, and API keys with their
//! caps. What opens a door is never kept: only its hash is, made by the caller.

use crate::operation::begin::{Begin, Begun};
use crate::operation::begin_by_key::BeginByKey;
use crate::operation::key::{ChangeKey, MakeKey, NoteKeyUsed, RevokeKey};
use crate::operation::reader::{EraseAnswer, GiveFeedback};
use crate::operation::session::{EndSession, NoteSeen, OpenSession};
use crate::read::key::KeyUsage;
use crate::read::movement::{Movements, Reserved};
use crate::read::{key, movement, session};
use crate::{Account, Ledger, LedgerError};
use footnote_domain::id::{Address, AnswerId, Digest, KeyId};
use footnote_domain::money::Nano;

/// A sign-in that was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Hash of what the browser is given.
    pub id: Digest,
    /// Who signed in.
    pub address: Address,
    /// What the browser calls itself, for the list of sessions.
    pub agent: String,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
    /// The sign-in's nonce with its own end, used up by this; none where there was no message.
    pub nonce: Option<(Digest, u64)>,
    /// The session that this one takes the place of.
    pub replaces: Option<Digest>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of what the browser holds.
    pub id: Digest,
    /// Who.
    pub address: Address,
    /// What the browser called itself.
    pub agent: String,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
    /// Seconds since 1970, to the minute.
    pub seen_at: u64,
}

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Everything that its owner may do; for servers.
    Secret,
    /// Asking, from named pages, within caps; for everybody to see.
    Public,
}

impl KeyKind {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Public => "public",
        }
    }
}

/// What a key may spend in a UTC day; none for no limit but its owner's balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyCaps {
    /// In all.
    pub per_day: Option<Nano>,
    /// For one address of the network.
    pub per_ip: Option<Nano>,
    /// For one visitor.
    pub per_visitor: Option<Nano>,
}

/// What the owner of a key decides about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyTerms {
    /// What the owner calls it.
    pub name: String,
    /// The sites whose pages may use it, such as `https://example.org`; none for a secret key.
    pub origins: Vec<String>,
    /// What it may spend.
    pub caps: KeyCaps,
    /// What a visitor is told when a cap is reached; empty for the usual words.
    pub over_limit: String,
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its name in lists.
    pub id: KeyId,
    /// Hash of the key itself.
    pub hash: Digest,
    /// Its last letters.
    pub hint: String,
    /// What it opens.
    pub kind: KeyKind,
    /// Who pays.
    pub owner: Address,
    /// The owner's decisions.
    pub terms: KeyTerms,
    /// Seconds since 1970.
    pub created_at: u64,
}

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name in lists.
    pub id: KeyId,
    /// What it opens.
    pub kind: KeyKind,
    /// Who pays.
    pub owner: Address,
    /// The last letters of the key itself.
    pub hint: String,
    /// The owner's decisions.
    pub terms: KeyTerms,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970, to the minute.
    pub used_at: Option<u64>,
    /// Since when it opens nothing any more.
    pub revoked_at: Option<u64>,
}

/// On whose behalf a key asks. Both are hashes: what they stand for is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key: KeyId,
    /// The address of the network, of this day.
    pub ip: Option<Digest>,
    /// The visitor, when the page tells them apart.
    pub visitor: Option<Digest>,
}

/// What a reader thought of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Whether it helped.
    pub good: bool,
    /// Why, in the reader's words; may be empty.
    pub reason: String,
    /// Seconds since 1970.
    pub given_at: u64,
}

impl Ledger {
    /// Signs somebody in.
    ///
    /// # Errors
    /// [`LedgerError::NonceSpent`] when the same signed message was used before.
    pub async fn open_session(&self, session: NewSession) -> Result<(), LedgerError> {
        self.writer.submit(OpenSession(session)).await
    }

    /// The session behind a hash, unless it is over at `now`.
    pub async fn session(&self, id: Digest, now: u64) -> Result<Option<Session>, LedgerError> {
        session::session(&self.readers, id, now).await
    }

    /// Where somebody is signed in, the newest first.
    pub async fn sessions_of(
        &self,
        address: Address,
        now: u64,
    ) -> Result<Vec<Session>, LedgerError> {
        session::of(&self.readers, address, now).await
    }

    /// Notes that a session was used.
    pub async fn note_seen(&self, id: Digest, at: u64) -> Result<(), LedgerError> {
        self.writer.submit(NoteSeen { id, at }).await
    }

    /// Ends a session of this owner; ending one that is not there changes nothing.
    pub async fn end_session(&self, id: Digest, owner: Address) -> Result<(), LedgerError> {
        self.writer.submit(EndSession { id, owner }).await
    }

    /// Keeps a new key.
    ///
    /// # Errors
    /// [`LedgerError::TooManyKeys`].
    pub async fn make_key(&self, key: NewKey) -> Result<(), LedgerError> {
        self.writer.submit(MakeKey(key)).await
    }

    /// Changes what the owner decides about a key.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchKey`] for a key that is another's, revoked, or not there.
    pub async fn change_key(
        &self,
        id: KeyId,
        owner: Address,
        terms: KeyTerms,
    ) -> Result<(), LedgerError> {
        self.writer.submit(ChangeKey { id, owner, terms }).await
    }

    /// Ends a key for ever; repeating it changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchKey`] for a key that is another's or not there.
    pub async fn revoke_key(&self, id: KeyId, owner: Address, at: u64) -> Result<(), LedgerError> {
        self.writer.submit(RevokeKey { id, owner, at }).await
    }

    /// Notes that a key was used.
    pub async fn note_key_used(&self, id: KeyId, at: u64) -> Result<(), LedgerError> {
        self.writer.submit(NoteKeyUsed { id, at }).await
    }

    /// The key behind a hash, revoked or not.
    pub async fn key_of_hash(&self, hash: Digest) -> Result<Option<ApiKey>, LedgerError> {
        key::of_hash(&self.readers, hash).await
    }

    /// Somebody's keys, the newest first, revoked ones last.
    pub async fn keys_of(&self, owner: Address) -> Result<Vec<ApiKey>, LedgerError> {
        key::of_owner(&self.readers, owner).await
    }

    /// Whether any key may be used from this site's pages.
    pub async fn serves_origin(&self, origin: &str) -> Result<bool, LedgerError> {
        key::serves_origin(&self.readers, origin).await
    }

    /// What was asked by a key, per day, the newest first.
    pub async fn key_usage(&self, id: KeyId) -> Result<Vec<KeyUsage>, LedgerError> {
        key::usage(&self.readers, id).await
    }

    /// Reserves the highest price of an answer out of the balance of a key's owner, within its caps;
    /// the payer of `begin` is set to that owner.
    ///
    /// # Errors
    /// As [`Ledger::begin`]; [`LedgerError::NoSuchKey`] for one that was revoked;
    /// [`LedgerError::KeyCap`], which leaves the idempotency key free.
    pub async fn begin_by_key(&self, begin: Begin, used: KeyUse) -> Result<Begun, LedgerError> {
        self.writer.submit(BeginByKey { begin, used }).await
    }

    /// By which key an answer was asked; none for those of guests and signed-in accounts.
    pub async fn key_of_answer(&self, answer: AnswerId) -> Result<Option<KeyId>, LedgerError> {
        key::of_answer(&self.readers, answer).await
    }

    /// Keeps what a reader thought of an answer; the last word counts.
    pub async fn give_feedback(
        &self,
        answer: AnswerId,
        feedback: Feedback,
    ) -> Result<(), LedgerError> {
        self.writer.submit(GiveFeedback { answer, feedback }).await
    }

    /// Forgets question and answer; returns whether there was something to forget. What was charged
    /// stays in the books.
    pub async fn erase_answer(&self, answer: AnswerId) -> Result<bool, LedgerError> {
        self.writer.submit(EraseAnswer { answer }).await
    }

    /// Movements of an account, the newest first, those before number `before` only.
    pub async fn movements(
        &self,
        account: Account,
        before: Option<u64>,
        most: u64,
    ) -> Result<Movements, LedgerError> {
        movement::movements(&self.readers, account, before, most).await
    }

    /// What is reserved for answers of an account that still run.
    pub async fn reserved(&self, account: Account) -> Result<Vec<Reserved>, LedgerError> {
        movement::reserved(&self.readers, account).await
    }
}
