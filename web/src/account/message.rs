//! What does a sign-in message say? A strict reader of ERC-4361: one spelling per message, every line in
//! its place, nothing before, between or after.

use footnote_domain::id::Address;
use footnote_ledger::chain::checksummed;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const INVITATION: &str = " wants you to sign in with your Ethereum account:";
/// The least that a nonce may be long, in characters.
const NONCE_LEAST: usize = 8;

/// A message that keeps the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Who asks for the signature: host, and port if any; with a scheme when the message names one.
    pub(super) domain: String,
    /// Who signs.
    pub(super) address: Address,
    /// What is agreed to, if anything.
    pub(super) statement: Option<String>,
    /// For which page.
    pub(super) uri: String,
    /// For which chain.
    pub(super) chain_id: u64,
    /// The number of the sign-in.
    pub(super) nonce: String,
    /// Seconds since 1970.
    pub(super) issued_at: i64,
    /// Seconds since 1970.
    pub(super) expires_at: Option<i64>,
    /// Seconds since 1970.
    pub(super) not_before: Option<i64>,
}

/// The lines of a message that are still to be read.
struct Lines<'a>(std::iter::Peekable<std::str::Split<'a, char>>);

impl<'a> Lines<'a> {
    fn next(&mut self, wanted: &str) -> Result<&'a str, String> {
        self.0.next().ok_or_else(|| format!("it ends before {wanted}"))
    }

    fn empty(&mut self, after: &str) -> Result<(), String> {
        let line = self.next("an empty line")?;
        if line.is_empty() { Ok(()) } else { Err(format!("no empty line stands after {after}")) }
    }

    /// The value of a line that must come now.
    fn field(&mut self, label: &str) -> Result<&'a str, String> {
        let line = self.next(label)?;
        let value = line.strip_prefix(label).and_then(|rest| rest.strip_prefix(": "));
        value.ok_or_else(|| format!("`{label}` is not where it belongs"))
    }

    /// The value of a line that may be left out.
    fn optional(&mut self, label: &str) -> Result<Option<&'a str>, String> {
        let here = self
            .0
            .peek()
            .is_some_and(|line| line.strip_prefix(label).is_some_and(|rest| rest.starts_with(':')));
        if here { self.field(label).map(Some) } else { Ok(None) }
    }
}

/// Reads a message, or says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Message, String> {
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err("it holds characters that are no text".to_owned());
    }
    let mut lines = Lines(text.split('\n').peekable());
    let domain = lines.next("its first line")?.strip_suffix(INVITATION);
    let domain = domain.filter(|domain| !domain.is_empty() && !domain.contains([' ', '/', '@']));
    let domain = domain.ok_or("its first line does not ask to sign in")?.to_owned();
    let address = address(lines.next("an address")?)?;
    lines.empty("the address")?;
    let statement = match lines.next("a statement")? {
        "" => None,
        statement => {
            lines.empty("the statement")?;
            Some(statement.to_owned())
        }
    };
    let uri = lines.field("URI")?;
    if uri.contains(' ') || !uri.contains(':') {
        return Err("its URI is none".to_owned());
    }
    if lines.field("Version")? != "1" {
        return Err("its version is not 1".to_owned());
    }
    let chain_id = number(lines.field("Chain ID")?)?;
    let nonce = lines.field("Nonce")?;
    if nonce.len() < NONCE_LEAST || !nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("its nonce is not eight or more letters and digits".to_owned());
    }
    let issued_at = time(lines.field("Issued At")?)?;
    let expires_at = lines.optional("Expiration Time")?.map(time).transpose()?;
    let not_before = lines.optional("Not Before")?.map(time).transpose()?;
    lines.optional("Request ID")?;
    resources(&mut lines)?;
    let (uri, nonce) = (uri.to_owned(), nonce.to_owned());
    Ok(Message {
        domain,
        address,
        statement,
        uri,
        chain_id,
        nonce,
        issued_at,
        expires_at,
        not_before,
    })
}

/// Listed resources bind nobody here, but a message that has them must have them as it should.
fn resources(lines: &mut Lines<'_>) -> Result<(), String> {
    match lines.0.next() {
        None => return Ok(()),
        Some("Resources:") => {}
        Some(_) => return Err("something stands after its last line".to_owned()),
    }
    let uri = |line: &str| line.strip_prefix("- ").is_some_and(|uri| uri.contains(':'));
    if lines.0.all(uri) { Ok(()) } else { Err("a resource is no URI".to_owned()) }
}

/// An address in the one spelling of EIP-55: its case is a checksum.
fn address(text: &str) -> Result<Address, String> {
    let parsed: Address =
        text.to_lowercase().parse().map_err(|_| "its second line is no address".to_owned())?;
    if checksummed(parsed) == text {
        return Ok(parsed);
    }
    Err("its address is not written with the checksum of EIP-55".to_owned())
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    parsed.ok_or_else(|| "its chain id is no number".to_owned())
}

fn time(text: &str) -> Result<i64, String> {
    let at = OffsetDateTime::parse(text, &Rfc3339);
    at.map(OffsetDateTime::unix_timestamp).map_err(|_| format!("`{text:.40}` is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The informal template of ERC-4361, filled with its example: statement, request and resources.
    const EXAMPLE: &str = "example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json";

    #[test]
    fn the_example_of_the_standard_is_read() {
        let read = parse(EXAMPLE).expect("keeps the grammar");
        assert_eq!(read.domain, "example.com");
        assert_eq!(read.address.to_string(), "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
        let statement = "I accept the ExampleOrg Terms of Service: https://example.com/tos";
        assert_eq!(read.statement.as_deref(), Some(statement));
        assert_eq!((read.uri.as_str(), read.chain_id), ("https://example.com/login", 1));
        assert_eq!((read.nonce.as_str(), read.issued_at), ("32891756", 1_633_019_124));
        assert_eq!((read.expires_at, read.not_before), (None, None));
    }

    #[test]
    fn what_may_be_left_out_may_be_there_too() {
        let statement = "I accept the ExampleOrg Terms of Service: https://example.com/tos\n\n";
        let silent = EXAMPLE.replace(statement, "\n");
        assert_eq!(parse(&silent).expect("no statement").statement, None);
        let end = EXAMPLE.find("\nResources").expect("has them");
        let bare = &EXAMPLE[..end];
        assert!(parse(bare).is_ok());
        let dated = format!(
            "{bare}\nExpiration Time: 2021-09-30T16:35:24Z\nNot Before: 2021-09-30T18:25:24+02:00\nRequest ID: x"
        );
        let read = parse(&dated).expect("every line");
        assert_eq!((read.expires_at, read.not_before), (Some(1_633_019_724), Some(1_633_019_124)));
        let port = EXAMPLE.replacen("example.com wants", "localhost:8080 wants", 1);
        assert_eq!(parse(&port).expect("a port").domain, "localhost:8080");
    }

    #[test]
    fn one_spelling_only() {
        for (from, to) in [
            ("example.com wants", "wants"),
            ("example.com wants", " wants"),
            ("example.com wants", "me@example.com wants"),
            ("wants you", "want you"),
            ("0xC02a", "0xc02a"),
            ("0xC02a", "C02a"),
            ("Cc2\n\n", "Cc2\n"),
            ("tos\n\n", "tos\n"),
            ("URI: ", "URI:"),
            ("URI: https://example.com/login\n", ""),
            ("https://example.com/login", "login"),
            ("Version: 1", "Version: 2"),
            ("Chain ID: 1", "Chain ID: 01"),
            ("Chain ID: 1", "Chain ID: one"),
            ("Nonce: 32891756", "Nonce: 3289175"),
            ("Nonce: 32891756", "Nonce: 3289-1756"),
            ("2021-09-30T16:25:24Z", "30.9.2021"),
            ("2021-09-30T16:25:24Z", "2021-09-30T16:25:24"),
            ("Resources:", "Resource:"),
            ("- ipfs:", "ipfs:"),
            ("Nonce: 32891756\nIssued", "Issued"),
            ("Version: 1\nChain ID: 1", "Chain ID: 1\nVersion: 1"),
            ("\n", "\r\n"),
            ("claim.json", "claim.json\n"),
            ("Issued At", "Issued at"),
        ] {
            let changed = EXAMPLE.replacen(from, to, 1);
            assert_ne!(changed, EXAMPLE, "{from}");
            assert!(parse(&changed).is_err(), "{from} → {to}");
        }
        assert!(parse("").is_err() && parse(&EXAMPLE[..60]).is_err());
    }
}
