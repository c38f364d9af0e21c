//! Why did a contract refuse? Turns the bytes of a revert into a name and a sentence.

use super::bindings::{FeePolicy, OpenToken, Registry, Settlement};
use alloy::sol_types::{Revert as RevertString, SolError, SolInterface};
use std::fmt;

/// A contract's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revert {
    /// Name of the contract's error, say `NotOwner`; empty when the bytes are of no known error.
    pub name: String,
    /// What it says, for people.
    pub text: String,
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Revert {
    /// Reads the bytes of a revert.
    pub(super) fn decode(data: &[u8]) -> Self {
        known::<Registry::RegistryErrors>(data)
            .or_else(|| known::<Settlement::SettlementErrors>(data))
            .or_else(|| known::<FeePolicy::FeePolicyErrors>(data))
            .or_else(|| known::<OpenToken::OpenTokenErrors>(data))
            .or_else(|| plain(data))
            .unwrap_or_else(|| Self::unknown(data))
    }

    /// A refusal that no contract explained.
    pub(super) fn unexplained(text: impl Into<String>) -> Self {
        Self { name: String::new(), text: text.into() }
    }

    fn unknown(data: &[u8]) -> Self {
        let shown = alloy::hex::encode(&data[..data.len().min(36)]);
        Self::unexplained(format!("an error that these contracts do not declare (0x{shown})"))
    }
}

/// An error that one of the contracts declares, with its arguments.
fn known<E: SolInterface + fmt::Debug>(data: &[u8]) -> Option<Revert> {
    let error = E::abi_decode(data).ok()?;
    // `NotOwner(NotOwner { id: 0x…, sender: 0x… })`: the name, and the arguments inside.
    let debug = format!("{error:?}");
    let (name, inner) = debug.split_once('(').unwrap_or((&debug, ""));
    let arguments = inner.strip_prefix(name).unwrap_or(inner).trim_end_matches(')').trim();
    let arguments = arguments.trim_start_matches('{').trim_end_matches('}').trim();
    let sentence = explain(name).map_or_else(|| name.to_owned(), |text| format!("{text} [{name}]"));
    let shown = if arguments.is_empty() { sentence } else { format!("{sentence} ({arguments})") };
    Some(Revert { name: name.to_owned(), text: shown })
}

/// `require(…, "text")` of a contract that is not ours.
fn plain(data: &[u8]) -> Option<Revert> {
    RevertString::abi_decode(data).ok().map(|revert| Revert::unexplained(revert.reason))
}

/// What the errors mean that a person can cause.
fn explain(name: &str) -> Option<&'static str> {
    Some(match name {
        "BadSlug" => "a slug is 1 to 64 of a–z, 0–9 and inner hyphens",
        "EntryExists" => "this owner has an entry of that name already",
        "UnknownEntry" => "there is no such entry; create it first",
        "NotDatanet" => "only Datanets take contributions",
        "NotOwner" => "only the owner may do this",
        "NotAllowed" => "the Datanet is not open; its owner must allow this sender",
        "NotActive" => "the entry is frozen or retracted",
        "VersionMismatch" => "another version was published meanwhile; read it and try again",
        "AlreadyContributed" => "this text is in the Datanet already",
        "NotContributed" => "this text is not in the Datanet",
        "ConsentMissing" => "a payee that is an address must sign its consent",
        "ConsentInvalid" => "the signature is not this payee's, or not over these payees",
        "ConsentExpired" => "the consents have expired; have them signed again",
        "SameKey" => "proposer and guardian must be different keys",
        "NotProposer" => "only the proposer may propose an epoch",
        "NotGuardian" => "only the guardian may veto an epoch",
        "WrongEpoch" => "epochs are proposed strictly in order",
        "EpochPending" => "an epoch is pending; accept or veto it first",
        "NothingPending" => {
            "no such epoch is pending; it was accepted or vetoed, or never proposed"
        }
        "WrongPrevious" => "the epoch does not name the last accepted one as its previous",
        "TotalDecreases" => "the total of all claims can only grow",
        "TotalUnfunded" => "the claims exceed what was deposited",
        "TooEarly" => "the challenge window is still open",
        "NotAccepted" => "no such epoch has been accepted yet",
        "BadProof" => "account and amount are not in the accepted epoch's balances",
        "NothingToClaim" => "all of this has been paid already",
        "BeyondAccepted" => "the claim exceeds what the accepted epoch pays in all",
        "ERC20InsufficientBalance" => "the account does not hold that many tokens",
        "ERC20InsufficientAllowance" => "the account has not approved that many tokens",
        "OwnableUnauthorizedAccount" => "only the contract's owner may do this",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Address, B256};

    #[test]
    fn a_declared_error_is_named_and_explained() {
        let error =
            Registry::NotOwner { id: B256::repeat_byte(1), sender: Address::repeat_byte(2) };
        let revert = Revert::decode(&error.abi_encode());
        assert_eq!(revert.name, "NotOwner");
        let wanted = format!(
            "only the owner may do this [NotOwner] (id: {:?}, sender: {:?})",
            error.id, error.sender
        );
        assert_eq!(revert.text, wanted);
    }

    #[test]
    fn an_error_without_arguments_or_explanation_still_reads_well() {
        let revert = Revert::decode(&Settlement::ZeroAmount {}.abi_encode());
        assert_eq!((revert.name.as_str(), revert.text.as_str()), ("ZeroAmount", "ZeroAmount"));
    }

    #[test]
    fn foreign_errors_keep_their_words_or_bytes() {
        let foreign = RevertString { reason: "paused".into() };
        assert_eq!(Revert::decode(&foreign.abi_encode()).text, "paused");
        assert!(Revert::decode(&[0xde, 0xad, 0xbe, 0xef]).text.contains("0xdeadbeef"));
        assert!(Revert::decode(&[]).name.is_empty());
    }
}
