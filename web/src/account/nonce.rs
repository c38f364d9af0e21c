//! Was this number ours, for this browser, a moment ago? A sign-in's nonce carries its own time and a
//! keyed hash, so that showing a page writes nothing; that it counts once is the ledger's to enforce.

use footnote_domain::id::Digest;

/// Digits: seconds in 8, randomness in 32, keyed hash in 32.
const TIME: usize = 8;
const RANDOM: usize = 32;
const SEAL: usize = 32;

/// A nonce for one browser, made at `now` (seconds since 1970).
pub fn make(secret: &[u8; 32], browser: &str, now: u64) -> String {
    let time = format!("{:08x}", u32::try_from(now).unwrap_or(u32::MAX));
    let random = hex::encode(rand::random::<[u8; RANDOM / 2]>());
    let seal = seal(secret, browser, &time, &random);
    format!("{time}{random}{seal}")
}

/// When a nonce was made, if it was made here for this browser.
pub fn made_at(secret: &[u8; 32], browser: &str, nonce: &str) -> Option<u64> {
    if nonce.len() != TIME + RANDOM + SEAL || !nonce.is_ascii() {
        return None;
    }
    let (time, rest) = nonce.split_at(TIME);
    let (random, given) = rest.split_at(RANDOM);
    // Compared by their hashes, so that the time it takes tells nothing of the seal.
    let wanted = seal(secret, browser, time, random);
    let same = Digest::of(&[wanted.as_bytes()]) == Digest::of(&[given.as_bytes()]);
    same.then(|| u64::from_str_radix(time, 16).ok()).flatten()
}

fn seal(secret: &[u8; 32], browser: &str, time: &str, random: &str) -> String {
    let parts: [&[u8]; 5] =
        [b"footnote sign-in", secret, time.as_bytes(), random.as_bytes(), browser.as_bytes()];
    hex::encode(&Digest::of(&parts).0[..SEAL / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_known_to_its_browser_and_its_service_only() {
        let (secret, other) = ([7; 32], [8; 32]);
        let nonce = make(&secret, "mine", 1_790_000_000);
        assert!(nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(made_at(&secret, "mine", &nonce), Some(1_790_000_000));
        assert_ne!(make(&secret, "mine", 1_790_000_000), nonce);
        assert_eq!(made_at(&secret, "yours", &nonce), None);
        assert_eq!(made_at(&other, "mine", &nonce), None);
        assert_eq!(made_at(&secret, "mine", &nonce[1..]), None);
        let later = format!("7fffffff{}", &nonce[8..]);
        assert_eq!(made_at(&secret, "mine", &later), None);
        assert_eq!(made_at(&secret, "mine", &"é".repeat(36)), None);
    }
}
