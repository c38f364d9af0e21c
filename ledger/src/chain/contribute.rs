//! How do hundreds of texts get on chain quickly? In batches, many transactions under way at once,
//! and with one outcome per text: a batch that a contract refuses is cut in halves until the text
//! at fault stands alone.

use super::address::{signer_address, to_chain};
use super::batch::{
    Consented, ContributionItem, Cost, Limits, Outcome, gas_limit, plan, signature_bytes,
};
use super::bindings::Registry;
use super::client::ChainClient;
use super::consent::Signature;
use super::error::ChainError;
use super::rpc::call_request;
use super::transaction::{Mined, Sent};
use alloy::eips::BlockNumberOrTag;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolCall;
use footnote_domain::id::{Address, DatanetId};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::{HashSet, VecDeque};

/// Transactions under way at once: nodes promise to keep 16 per account.
const MOST_UNDER_WAY: usize = 16;

/// Reads under way at once.
const READS_AT_ONCE: usize = 32;

/// Refusals that are about the sender or the Datanet, so that every other batch would meet them too.
const HOPELESS: [&str; 5] =
    ["UnknownEntry", "NotDatanet", "NotActive", "NotAllowed", "ConsentExpired"];

/// Called with the number of texts whose outcome is known.
pub type Progress<'a> = &'a (dyn Fn(usize) + Send + Sync);

impl ChainClient {
    /// Contributes texts whose payees are the signer and escrows, in order; one outcome per text.
    ///
    /// Texts that are there already are skipped, so it may be run again after any failure.
    ///
    /// # Errors
    /// What concerns all of them: [`ChainError::Unreachable`], or [`ChainError::Reverted`] when the
    /// signer may not contribute to this Datanet.
    pub async fn contribute(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        items: &[ContributionItem],
    ) -> Result<Vec<Outcome>, ChainError> {
        self.contribute_reporting(signer, id, items, &|_| ()).await
    }

    /// [`Self::contribute`], telling its progress after each transaction.
    ///
    /// # Errors
    /// As [`Self::contribute`].
    pub async fn contribute_reporting(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        items: &[ContributionItem],
        progress: Progress<'_>,
    ) -> Result<Vec<Outcome>, ChainError> {
        let texts = items.iter().map(|item| Text { item, signatures: &[] }).collect();
        self.register(signer, Load { id, texts, deadline: None }, progress).await
    }

    /// Contributes texts that name other addresses as payees, with their consents, which all hold
    /// until `deadline` (seconds since 1970).
    ///
    /// # Errors
    /// As [`Self::contribute`]; also when the deadline has passed.
    pub async fn contribute_for(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        items: &[Consented],
        deadline: u64,
    ) -> Result<Vec<Outcome>, ChainError> {
        let texts = items.iter();
        let texts = texts.map(|c| Text { item: &c.item, signatures: &c.signatures }).collect();
        self.register(signer, Load { id, texts, deadline: Some(deadline) }, &|_| ()).await
    }

    async fn register(
        &self,
        signer: &PrivateKeySigner,
        load: Load<'_>,
        progress: Progress<'_>,
    ) -> Result<Vec<Outcome>, ChainError> {
        let mut outcomes = self.screen(signer_address(signer), &load).await?;
        let to_send = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_none());
        let costs: Vec<(usize, Cost)> = to_send.map(|(at, _)| (at, load.cost(at))).collect();
        let mut waiting = VecDeque::from(plan(&costs, self.limits().await?));
        if let Some(first) = waiting.front() {
            self.dry_run(signer, &load, first).await?;
        }
        let mut under_way: VecDeque<(Sent, Vec<usize>)> = VecDeque::new();
        loop {
            progress(outcomes.iter().flatten().count());
            while under_way.len() < MOST_UNDER_WAY
                && let Some(batch) = waiting.pop_front()
            {
                let request = self.request(&load, &batch);
                under_way
                    .push_back((self.outbox.send(signer, load.action(), request).await?, batch));
            }
            let Some((sent, batch)) = under_way.pop_front() else {
                break;
            };
            match self.outbox.confirm(&sent).await {
                Ok(receipt) => {
                    let Mined { transaction, block } = Mined::of(&receipt);
                    for at in batch {
                        outcomes[at] = Some(Outcome::Registered { transaction, block });
                    }
                }
                Err(ChainError::Displaced { .. }) => waiting.push_front(batch),
                Err(error) => match self.after_refusal(&load, batch, error).await? {
                    Next::Known(at, outcome) => outcomes[at] = Some(outcome),
                    Next::Halves(first, second) => {
                        waiting.push_front(second);
                        waiting.push_front(first);
                    }
                },
            }
        }
        Ok(outcomes
            .into_iter()
            .map(|outcome| outcome.expect("each was sent or screened"))
            .collect())
    }

    /// What is known before anything is sent: texts that break a rule, or are there already.
    async fn screen(
        &self,
        sender: Address,
        load: &Load<'_>,
    ) -> Result<Vec<Option<Outcome>>, ChainError> {
        let there: Vec<bool> = stream::iter(&load.texts)
            .map(|text| self.is_contributed(load.id, text.item.content_hash))
            .buffered(READS_AT_ONCE)
            .try_collect()
            .await?;
        let mut seen = HashSet::new();
        let outcomes = load.texts.iter().zip(there).map(|(text, there)| {
            if there || !seen.insert(text.item.content_hash) {
                return Some(Outcome::AlreadyThere);
            }
            text.fault(sender).map(|reason| Outcome::Refused { reason })
        });
        Ok(outcomes.collect())
    }

    async fn limits(&self) -> Result<Limits, ChainError> {
        let provider = &self.rpc.provider;
        let latest = || provider.get_block_by_number(BlockNumberOrTag::Latest);
        let block = self.rpc.get("reading the newest block", latest).await?;
        let block = block.ok_or_else(|| self.rpc.malformed("there is no newest block"))?;
        Ok(Limits::of_block(block.header.gas_limit))
    }

    /// Finds out at no cost whether this signer may contribute here at all.
    async fn dry_run(
        &self,
        signer: &PrivateKeySigner,
        load: &Load<'_>,
        batch: &[usize],
    ) -> Result<(), ChainError> {
        let request = self.request(load, batch).from(signer.address());
        let provider = &self.rpc.provider;
        match self.rpc.get(load.action(), || provider.call(request.clone())).await {
            Err(error) if is_about_one_text(&error) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// A refused batch of many is cut; a refused text alone has its outcome.
    async fn after_refusal(
        &self,
        load: &Load<'_>,
        mut batch: Vec<usize>,
        error: ChainError,
    ) -> Result<Next, ChainError> {
        if !is_about_one_text(&error) {
            return Err(error);
        }
        if batch.len() > 1 {
            let second = batch.split_off(batch.len() / 2);
            return Ok(Next::Halves(batch, second));
        }
        let at = batch[0];
        // Another sender may have been faster with the same text.
        if self.is_contributed(load.id, load.texts[at].item.content_hash).await? {
            return Ok(Next::Known(at, Outcome::AlreadyThere));
        }
        let reason = error.revert().map_or_else(|| error.to_string(), ToString::to_string);
        Ok(Next::Known(at, Outcome::Refused { reason }))
    }

    fn request(&self, load: &Load<'_>, batch: &[usize]) -> TransactionRequest {
        let gas = gas_limit(batch.iter().map(|at| load.cost(*at)));
        call_request(to_chain(self.deployment.registry), load.call(batch).into()).gas_limit(gas)
    }
}

/// What to do after a refusal.
enum Next {
    /// The outcome of one text.
    Known(usize, Outcome),
    /// Two smaller batches to try.
    Halves(Vec<usize>, Vec<usize>),
}

fn is_about_one_text(error: &ChainError) -> bool {
    error.revert().is_some_and(|revert| !HOPELESS.contains(&revert.name.as_str()))
}

/// A text and the consents that come with it.
struct Text<'a> {
    item: &'a ContributionItem,
    signatures: &'a [Signature],
}

impl Text<'_> {
    fn fault(&self, sender: Address) -> Option<String> {
        let needed = self.item.strangers(sender).count();
        self.item.fault().or_else(|| {
            (needed != self.signatures.len()).then(|| {
                let given = self.signatures.len();
                format!("{needed} of its payees must sign their consent, {given} signatures came")
            })
        })
    }
}

/// Texts for one Datanet; with a deadline they go through `contributeFor`.
struct Load<'a> {
    id: DatanetId,
    texts: Vec<Text<'a>>,
    deadline: Option<u64>,
}

impl Load<'_> {
    fn cost(&self, at: usize) -> Cost {
        Cost::of(self.texts[at].item, self.texts[at].signatures.len())
    }

    fn action(&self) -> &'static str {
        if self.deadline.is_some() { "contributeFor" } else { "contribute" }
    }

    fn call(&self, batch: &[usize]) -> Vec<u8> {
        let texts = || batch.iter().map(|at| &self.texts[*at]);
        let id = self.id.0.into();
        let items = texts().map(|text| text.item.for_contract()).collect();
        match self.deadline {
            None => Registry::contributeCall { id, items }.abi_encode(),
            Some(deadline) => {
                let signatures = texts().map(|text| signature_bytes(text.signatures)).collect();
                let deadline = U256::from(deadline);
                Registry::contributeForCall { id, items, signatures, deadline }.abi_encode()
            }
        }
    }
}
