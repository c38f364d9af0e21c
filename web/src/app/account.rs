//! Signing in, and paying in on a development chain.

use super::dev_keys::{dev_key, dev_key_of};
use super::{App, ClaimError};
use crate::account::SESSION_SECONDS;
use crate::account::sign_in::{self, Door, SignInError};
use crate::account::token::{KeyText, SessionToken};
use crate::ask::{AskError, now};
use footnote_domain::id::{Address, Digest, KeyId};
use footnote_domain::money::Nano;
use footnote_ledger::chain::{ChainError, message_hash, recover_message_signer};
use footnote_ledger::{ApiKey, KeyKind, KeyTerms, LedgerError, NewKey, NewSession};

/// What a click pays in on a development chain: 10 worthless tokens.
const DEV_DEPOSIT: i128 = 10_000_000_000;

/// Nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInFailed {
    /// The message or its signature.
    #[error(transparent)]
    Refused(#[from] SignInError),
    /// The contract that stands for the account could not be asked.
    #[error("the chain does not answer, so the signature of a contract cannot be checked: {0}")]
    Chain(#[from] ChainError),
    /// The session could not be kept.
    #[error(transparent)]
    Ledger(#[from] AskError),
}

/// A browser that wants a session.
#[derive(Debug, Clone)]
pub struct Browser {
    /// What it calls itself.
    pub agent: String,
    /// The session it has.
    pub session: Option<Digest>,
}

impl App {
    /// Lets in whoever signed `message`, by a key or by the contract at the address it names.
    pub async fn sign_in(
        &self,
        door: &Door<'_>,
        message: &str,
        signature: &str,
        browser: Browser,
    ) -> Result<SessionToken, SignInFailed> {
        let message = sign_in::as_signed(message);
        let claim = sign_in::check(door, &message, now())?;
        let signature = sign_in::signature(signature)?;
        if !self.signed(claim.address, &message, &signature).await? {
            return Err(SignInError::Forged(claim.address).into());
        }
        let nonce = Some((claim.nonce, claim.nonce_until));
        self.open_session(claim.address, browser, nonce).await
    }

    async fn signed(
        &self,
        address: Address,
        message: &str,
        signature: &[u8],
    ) -> Result<bool, ChainError> {
        let by_key = <&[u8; 65]>::try_from(signature)
            .ok()
            .and_then(|signature| recover_message_signer(message, signature).ok());
        if by_key == Some(address) {
            return Ok(true);
        }
        self.chain.takes_signature(address, message_hash(message), signature).await
    }

    /// Lets in as a sample contributor, whose key everybody knows: a development chain only.
    pub async fn sign_in_as_sample(
        &self,
        name: &str,
        browser: Browser,
    ) -> Result<Option<SessionToken>, SignInFailed> {
        let samples = self.sample_contributors();
        let known = samples.into_iter().find(|(known, _)| *known == name);
        match known {
            Some((_, address)) => self.open_session(address, browser, None).await.map(Some),
            None => Ok(None),
        }
    }

    /// Names and addresses of the sample contributors; none outside a development chain.
    pub fn sample_contributors(&self) -> Vec<(&'static str, Address)> {
        if self.config.dev { super::dev_keys::contributors() } else { Vec::new() }
    }

    async fn open_session(
        &self,
        address: Address,
        browser: Browser,
        nonce: Option<(Digest, u64)>,
    ) -> Result<SessionToken, SignInFailed> {
        let token = SessionToken::new();
        let session = NewSession {
            id: token.id(),
            address,
            agent: browser.agent,
            created_at: now(),
            expires_at: now() + SESSION_SECONDS,
            nonce,
            replaces: browser.session,
        };
        match self.ledger.open_session(session).await {
            Ok(()) => Ok(token),
            Err(LedgerError::NonceSpent) => Err(SignInError::Replayed.into()),
            Err(error) => Err(SignInFailed::Ledger(error.into())),
        }
    }

    /// Makes a key; its text is known to nobody but the caller.
    pub async fn make_key(
        &self,
        owner: Address,
        kind: KeyKind,
        terms: KeyTerms,
    ) -> Result<(ApiKey, KeyText), LedgerError> {
        let text = KeyText::new(kind);
        let (id, created_at, hint) = (KeyId(rand::random()), now(), text.hint().to_owned());
        let hash = text.hash();
        let new = NewKey { id, hash, hint, kind, owner, terms, created_at };
        self.ledger.make_key(new.clone()).await?;
        let NewKey { hint, terms, .. } = new;
        let (used_at, revoked_at) = (None, None);
        Ok((ApiKey { id, kind, owner, hint, terms, created_at, used_at, revoked_at }, text))
    }

    /// Whether [`App::deposit_for_sample`] can pay in for an address.
    pub fn can_deposit_for(&self, address: Address) -> bool {
        self.config.dev && dev_key_of(address).is_some()
    }

    /// Mints and pays in for a sample contributor, on a development chain; returns how much.
    pub async fn deposit_for_sample(&self, address: Address) -> Result<Nano, ClaimError> {
        if !self.config.dev {
            return Err(ClaimError::NotDevelopment);
        }
        let whose = footnote_domain::id::PayeeId::from_address(address);
        let key = dev_key_of(address).ok_or(ClaimError::NotASample(whose))?;
        let operator = dev_key("operator").map_err(|_| ClaimError::NotASample(whose))?;
        let amount = Nano::new(DEV_DEPOSIT).expect("in range");
        self.chain.mint_and_deposit(&operator, &key, amount).await?;
        Ok(amount)
    }
}
