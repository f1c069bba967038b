//! What string and bytes literals stand for
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#escape_sequences>

/// A message and the byte offset in the literal's content
pub type Problem = (String, usize);

/// The text of a string literal's content
pub fn decode_string(content: &str, raw: bool) -> Result<String, Problem> {
    if raw || !content.contains(['\\', '\r']) {
        return Ok(content.replace("\r\n", "\n").replace('\r', "\n"));
    }
    let mut text = String::with_capacity(content.len());
    decode(content, |piece, _| match piece {
        Piece::Char(letter) => {
            text.push(letter);
            Ok(())
        }
        // In text the number is a code point
        Piece::Byte(byte) => {
            text.push(char::from(byte));
            Ok(())
        }
    })?;
    Ok(text)
}

/// The bytes of a bytes literal's content
pub fn decode_bytes(content: &str, raw: bool) -> Result<Vec<u8>, Problem> {
    if raw {
        return Ok(content.as_bytes().to_vec());
    }
    let mut bytes = Vec::with_capacity(content.len());
    decode(content, |piece, _| {
        match piece {
            Piece::Char(letter) => {
                let mut buffer = [0; 4];
                bytes.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
            }
            Piece::Byte(byte) => bytes.push(byte),
        }
        Ok(())
    })?;
    Ok(bytes)
}

enum Piece {
    Char(char),
    Byte(u8),
}

fn decode(
    content: &str,
    mut put: impl FnMut(Piece, usize) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut letters = content.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\r' {
            letters.next_if(|(_, next)| *next == '\n');
            put(Piece::Char('\n'), at)?;
            continue;
        }
        if letter != '\\' {
            put(Piece::Char(letter), at)?;
            continue;
        }
        let Some((_, escape)) = letters.next() else {
            return Err(("a backslash ends the literal".to_owned(), at));
        };
        let mut digits = |count: usize, radix: u32| -> Result<u32, Problem> {
            let mut value = 0;
            for _ in 0..count {
                let digit = letters.next().and_then(|(_, digit)| digit.to_digit(radix));
                let Some(digit) = digit else {
                    return Err((format!("escape `\\{escape}` is not complete"), at));
                };
                value = value * radix + digit;
            }
            Ok(value)
        };
        let piece = match escape {
            'a' => Piece::Char('\x07'),
            'b' => Piece::Char('\x08'),
            'f' => Piece::Char('\x0c'),
            'n' => Piece::Char('\n'),
            'r' => Piece::Char('\r'),
            't' => Piece::Char('\t'),
            'v' => Piece::Char('\x0b'),
            '\\' | '?' | '"' | '\'' | '`' => Piece::Char(escape),
            'x' | 'X' => Piece::Byte(u8::try_from(digits(2, 16)?).unwrap_or_default()),
            'u' | 'U' => {
                let value = digits(if escape == 'u' { 4 } else { 8 }, 16)?;
                match char::from_u32(value) {
                    Some(letter) => Piece::Char(letter),
                    None => return Err(("escape is no Unicode character".to_owned(), at)),
                }
            }
            '0'..='3' => {
                let high = escape.to_digit(8).unwrap_or_default();
                Piece::Byte(u8::try_from(high * 64 + digits(2, 8)?).unwrap_or_default())
            }
            other => return Err((format!("unknown escape `\\{other}`"), at)),
        };
        put(piece, at)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_decode() {
        assert_eq!(
            decode_string(r"a\n\x41\u00e9\101\'", false).as_deref(),
            Ok("a\nAéA'")
        );
        assert_eq!(decode_string(r"a\n", true).as_deref(), Ok(r"a\n"));
        assert_eq!(
            decode_bytes(r"\xff\000é", false),
            Ok(vec![0xff, 0, 0xc3, 0xa9])
        );
        for bad in [r"\q", r"\x4", r"\ud800", "\\"] {
            assert!(decode_string(bad, false).is_err(), "{bad}");
        }
    }
}
