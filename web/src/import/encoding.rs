//! In which encoding is a file written? UTF-8 and UTF-16 with a mark are certain, and read; what can
//! only be guessed is refused, with the name of the likely encoding: a wrong guess would be registered
//! for ever.

/// The text of a file, its byte order mark left out.
///
/// # Errors
/// What the file seems to be instead, and how to convert it.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err(convert("UTF-32", "UTF-32")),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest.to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    if let Some(refusal) = without_mark(&bytes) {
        return Err(refusal);
    }
    let refusal = |_| "it is not UTF-8; ".to_owned() + &convert("Latin-1", "LATIN1");
    String::from_utf8(bytes).map_err(refusal)
}

/// Refuses what has noughts: UTF-16 of a Western text has one in every second place.
fn without_mark(bytes: &[u8]) -> Option<String> {
    let noughts = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (noughts(0), noughts(1));
    let most = bytes.len() / 5;
    match (even, odd) {
        (0, 0) => None,
        _ if odd > most && even == 0 => Some(convert("UTF-16 without a mark", "UTF-16LE")),
        _ if even > most && odd == 0 => Some(convert("UTF-16 without a mark", "UTF-16BE")),
        _ => Some("it holds bytes of value 0, so it is no text".to_owned()),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&units.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err("it begins as UTF-16, but is damaged further on".to_owned()),
    }
}

fn convert(seems: &str, name: &str) -> String {
    format!("it seems to be {seems}; convert it first: iconv -f {name} -t UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn marked_texts_are_read_and_the_mark_left_out() {
        let text = "Té 绿茶 🍵";
        let marked = |bytes: fn(u16) -> [u8; 2]| utf16(&format!("\u{feff}{text}"), bytes);
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            marked(u16::to_le_bytes),
            marked(u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes), Ok(text.to_owned()));
        }
        assert_eq!(decode(Vec::new()), Ok(String::new()));
    }

    #[test]
    fn what_can_only_be_guessed_is_refused_by_name() {
        let check = |bytes: &[u8], says: &str| {
            let refusal = decode(bytes.to_vec()).expect_err("refused");
            assert!(refusal.contains(says), "{refusal}");
        };
        check(b"caf\xe9 con leche", "Latin-1");
        check(&utf16("plain words", u16::to_le_bytes), "UTF-16LE");
        check(&utf16("plain words", u16::to_be_bytes), "UTF-16BE");
        check(&[0xFF, 0xFE, 0, 0, b'a', 0, 0, 0], "UTF-32");
        check(&[0xFF, 0xFE, 0x00, 0xD8], "damaged");
        check(&[0xFE, 0xFF, 0x00], "damaged");
        check(b"\x7fELF\0\0\0\x01words", "no text");
    }
}
