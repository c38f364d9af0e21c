//! Does this signed message let somebody in? Sign-in with Ethereum (ERC-4361): the message that we
//! propose, and the rules that one must keep to come back through.

use super::{message, nonce};
use footnote_domain::id::{Address, Digest};
use footnote_ledger::chain::checksummed;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How long a message may count, from when it says that it was issued.
pub const VALID_SECONDS: u64 = 600;
/// How far a wallet's clock may be ahead of ours.
const SKEW_SECONDS: u64 = 60;
/// No message of ours comes near this length, in bytes.
const BYTES_MOST: usize = 4_096;
const STATEMENT: &str = "Sign in to Footnote. This costs nothing and moves no money.";

/// Where a sign-in counts, and for which browser.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    /// Host and port, as the browser shows them.
    pub domain: &'a str,
    /// Address of the page.
    pub uri: &'a str,
    /// The chain of the accounts.
    pub chain_id: u64,
    /// The service's secret behind nonces.
    pub secret: &'a [u8; 32],
    /// By which this browser is told from others.
    pub browser: &'a str,
}

/// What a message that kept every rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who wants in; that they signed is not checked here.
    pub address: Address,
    /// Hash of the nonce, to be spent.
    pub nonce: Digest,
    /// Seconds since 1970 after which nobody needs to remember the nonce.
    pub nonce_until: u64,
}

/// Why a message lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Not of the form that ERC-4361 prescribes.
    #[error("this is no sign-in message ({0}); reload the page and sign the message it shows")]
    Unreadable(String),
    /// Signed for another site, and shown here.
    #[error(
        "the message is for {given}, but this is {wanted}; if another site asked you to sign it, that site is trying to sign in as you"
    )]
    WrongDomain {
        /// In the message.
        given: String,
        /// Here.
        wanted: String,
    },
    /// Signed for another page.
    #[error(
        "the message names the page {given}, but this is {wanted}; sign the message of this page"
    )]
    WrongUri {
        /// In the message.
        given: String,
        /// Here.
        wanted: String,
    },
    /// Signed for another chain.
    #[error("the message is for chain {given}, but accounts here are on chain {wanted}")]
    WrongChain {
        /// In the message.
        given: u64,
        /// Here.
        wanted: u64,
    },
    /// Without an end, or with one too far away.
    #[error("the message must expire within {} minutes of being issued", VALID_SECONDS / 60)]
    Unbounded,
    /// Too late.
    #[error("the message has expired; reload the page and sign a fresh one")]
    Expired,
    /// Too early.
    #[error("the message is not valid yet; is your clock right?")]
    Early,
    /// Another browser's number, or nobody's.
    #[error("the message was not made for this browser; reload the page and sign the one it shows")]
    ForeignNonce,
    /// Signed by somebody else.
    #[error("the signature is not by {0}; sign with the account that the message names")]
    Forged(Address),
    /// Bytes that are no signature.
    #[error("this is no signature; it is 0x followed by an even number of digits")]
    NoSignature,
    /// Used before.
    #[error("this message was used before; reload the page and sign a fresh one")]
    Replayed,
}

/// The message for an address to sign.
pub fn message(door: &Door<'_>, address: Address, now: u64) -> String {
    let nonce = nonce::make(door.secret, door.browser, now);
    let (domain, uri, chain_id) = (door.domain, door.uri, door.chain_id);
    let (issued, expires) = (written(now), written(now + VALID_SECONDS));
    let address = checksummed(address);
    format!(
        "{domain} wants you to sign in with your Ethereum account:\n{address}\n\n{STATEMENT}\n\n\
         URI: {uri}\nVersion: 1\nChain ID: {chain_id}\nNonce: {nonce}\nIssued At: {issued}\n\
         Expiration Time: {expires}"
    )
}

fn written(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Forms end lines as the web does; what was signed ends them as wallets do.
pub fn as_signed(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Holds a message to every rule but its signature.
pub fn check(door: &Door<'_>, text: &str, now: u64) -> Result<Claim, SignInError> {
    if text.len() > BYTES_MOST {
        return Err(SignInError::Unreadable(format!("it is longer than {BYTES_MOST} bytes")));
    }
    let read = message::parse(text).map_err(SignInError::Unreadable)?;
    let (domain, uri) = (read.domain.as_str(), read.uri.as_str());
    if domain != door.domain {
        return Err(SignInError::WrongDomain { given: domain.into(), wanted: door.domain.into() });
    }
    if uri != door.uri {
        return Err(SignInError::WrongUri { given: uri.into(), wanted: door.uri.into() });
    }
    if read.chain_id != door.chain_id {
        return Err(SignInError::WrongChain { given: read.chain_id, wanted: door.chain_id });
    }
    let seconds = |at: i64| u64::try_from(at).map_err(|_| SignInError::Expired);
    let issued = seconds(read.issued_at)?;
    let expires = seconds(read.expires_at.ok_or(SignInError::Unbounded)?)?;
    let from = read.not_before.map(seconds).transpose()?;
    in_time(issued, expires, from, now)?;
    let made = nonce::made_at(door.secret, door.browser, &read.nonce);
    let made = made.ok_or(SignInError::ForeignNonce)?;
    // Whatever the message says of itself, its nonce ends when ours do.
    let nonce_until = made + VALID_SECONDS;
    if now >= nonce_until {
        return Err(SignInError::Expired);
    }
    let nonce = Digest::of(&[b"footnote nonce", read.nonce.as_bytes()]);
    Ok(Claim { address: read.address, nonce, nonce_until })
}

fn in_time(issued: u64, expires: u64, from: Option<u64>, now: u64) -> Result<(), SignInError> {
    if expires <= issued || expires - issued > VALID_SECONDS {
        return Err(SignInError::Unbounded);
    }
    if issued > now + SKEW_SECONDS || from.is_some_and(|from| from > now) {
        return Err(SignInError::Early);
    }
    if now >= expires {
        return Err(SignInError::Expired);
    }
    Ok(())
}

/// The bytes of a signature as wallets write them.
pub fn signature(text: &str) -> Result<Vec<u8>, SignInError> {
    let digits = text.trim().strip_prefix("0x").ok_or(SignInError::NoSignature)?;
    if digits.is_empty() || digits.len() > BYTES_MOST {
        return Err(SignInError::NoSignature);
    }
    hex::decode(digits).map_err(|_| SignInError::NoSignature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_790_000_000;
    const SECRET: [u8; 32] = [7; 32];

    fn door(browser: &str) -> Door<'_> {
        Door {
            domain: "footnote.example",
            uri: "https://footnote.example/sign-in",
            chain_id: 31_337,
            secret: &SECRET,
            browser,
        }
    }

    fn proposed() -> String {
        message(&door("mine"), Address([0xab; 20]), NOW)
    }

    fn check_changed(from: &str, to: &str, wanted: &SignInError) {
        let text = proposed();
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let found = check(&door("mine"), &changed, NOW).expect_err(from);
        let same = std::mem::discriminant(&found) == std::mem::discriminant(wanted);
        assert!(same, "{from} → {to}: {found}");
    }

    #[test]
    fn the_proposed_message_lets_its_account_in_until_it_expires() {
        let text = proposed();
        let claim = check(&door("mine"), &text, NOW).expect("keeps the rules");
        assert_eq!(claim.address, Address([0xab; 20]));
        assert_eq!(claim.nonce_until, NOW + VALID_SECONDS);
        assert!(check(&door("mine"), &text, NOW + VALID_SECONDS - 1).is_ok());
        let late = check(&door("mine"), &text, NOW + VALID_SECONDS);
        assert_eq!(late, Err(SignInError::Expired));
        let early = check(&door("mine"), &text, NOW - SKEW_SECONDS - 1);
        assert_eq!(early, Err(SignInError::Early));
        assert_eq!(check(&door("yours"), &text, NOW), Err(SignInError::ForeignNonce));
        assert_eq!(as_signed(&text.replace('\n', "\r\n")), text);
    }

    #[test]
    fn each_broken_rule_is_named() {
        let no = String::new;
        let domain = SignInError::WrongDomain { given: no(), wanted: no() };
        check_changed("footnote.example wants", "evil.example wants", &domain);
        check_changed("footnote.example wants", "footnote.example:81 wants", &domain);
        let uri = SignInError::WrongUri { given: no(), wanted: no() };
        check_changed("https://footnote.example/", "https://footnote.example/other/", &uri);
        check_changed("URI: https:", "URI: http:", &uri);
        let chain = SignInError::WrongChain { given: 1, wanted: 2 };
        check_changed("Chain ID: 31337", "Chain ID: 1", &chain);
        check_changed("Expiration Time: 2026", "Expiration Time: 2027", &SignInError::Unbounded);
        check_changed("Issued At: 2026", "Issued At: 2025", &SignInError::Unbounded);
        let end = proposed().find("\nExpiration").expect("it has one");
        let endless = &proposed()[..end];
        assert_eq!(check(&door("mine"), endless, NOW), Err(SignInError::Unbounded));
        let later = format!("{}\nNot Before: {}", proposed(), written(NOW + 60));
        assert_eq!(check(&door("mine"), &later, NOW), Err(SignInError::Early));
        let unreadable = SignInError::Unreadable(no());
        let address = checksummed(Address([0xab; 20]));
        let lower = address.to_lowercase();
        for (from, to) in [
            ("Version: 1", "Version: 2"),
            (address.as_str(), "0xzz"),
            (address.as_str(), lower.as_str()),
            ("\n\n", "\n"),
            ("URI: ", "URI:"),
            ("Nonce: ", "Nonce: short\nX: "),
            (" wants you", " wants me"),
        ] {
            check_changed(from, to, &unreadable);
        }
        let long = format!("{}\nResources:{}", proposed(), "\n- https://a.example".repeat(400));
        assert!(matches!(check(&door("mine"), &long, NOW), Err(SignInError::Unreadable(_))));
    }

    #[test]
    fn a_nonce_of_ours_does_not_outlive_its_time_whatever_the_message_says() {
        let text = message(&door("mine"), Address([1; 20]), NOW);
        let renewed = text
            .replace(&written(NOW), &written(NOW + 500))
            .replace(&written(NOW + VALID_SECONDS), &written(NOW + 1_000));
        assert!(check(&door("mine"), &renewed, NOW + 520).is_ok());
        let late = check(&door("mine"), &renewed, NOW + VALID_SECONDS);
        assert_eq!(late, Err(SignInError::Expired));
    }

    #[test]
    fn signatures_are_bytes_in_hexadecimal() {
        assert_eq!(signature(" 0x00ff\n").expect("bytes"), [0, 255]);
        for text in ["", "0x", "00ff", "0x0", "0xzz", &format!("0x{}", "00".repeat(5_000))] {
            assert_eq!(signature(text), Err(SignInError::NoSignature), "{text}");
        }
    }
}
