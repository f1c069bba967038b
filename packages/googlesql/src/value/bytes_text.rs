//! BYTES as text and back, by the formats of `CAST(… FORMAT '…')`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_bytes_as_string>

/// The text of bytes in a format such as `HEX` or `BASE64`
pub fn encode(bytes: &[u8], format: &str) -> Result<String, String> {
    Ok(match format.to_ascii_uppercase().as_str() {
        "HEX" | "BASE16" => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        "BASE2" => bits_text(bytes, 1),
        "BASE8" => bits_text(bytes, 3),
        "BASE32" => grouped(bytes, 5, BASE_32),
        "BASE64" => grouped(bytes, 6, BASE_64),
        "BASE64M" => {
            let text = grouped(bytes, 6, BASE_64);
            let lines: Vec<_> = text
                .as_bytes()
                .chunks(76)
                .map(String::from_utf8_lossy)
                .collect();
            lines.join("\n")
        }
        "ASCII" if bytes.is_ascii() => String::from_utf8_lossy(bytes).into_owned(),
        "ASCII" => return Err("the bytes are not ASCII".to_owned()),
        "UTF8" | "UTF-8" => {
            String::from_utf8(bytes.to_vec()).map_err(|_| "the bytes are not UTF-8".to_owned())?
        }
        _ => return Err(unknown(format)),
    })
}

/// The bytes of a text in a format
pub fn decode(text: &str, format: &str) -> Result<Vec<u8>, String> {
    let bad = || format!("`{text}` is no {}", format.to_ascii_uppercase());
    match format.to_ascii_uppercase().as_str() {
        "HEX" | "BASE16" => from_digits(text, 4).ok_or_else(bad),
        "BASE2" => from_digits(text, 1).ok_or_else(bad),
        "BASE8" => from_digits(text, 3).ok_or_else(bad),
        "BASE32" => from_groups(text, 5, BASE_32).ok_or_else(bad),
        "BASE64" | "BASE64M" => {
            let text: String = text
                .chars()
                .filter(|letter| !letter.is_ascii_whitespace())
                .collect();
            from_groups(&text, 6, BASE_64).ok_or_else(bad)
        }
        "ASCII" if text.is_ascii() => Ok(text.as_bytes().to_vec()),
        "ASCII" => Err(bad()),
        "UTF8" | "UTF-8" => Ok(text.as_bytes().to_vec()),
        _ => Err(unknown(format)),
    }
}

const BASE_32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE_64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn unknown(format: &str) -> String {
    format!("`{format}` is no format of BYTES")
}

/// All bits as one number with digits of so many bits, its highest digit filled with zeros
fn bits_text(bytes: &[u8], width: usize) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1))
        .collect();
    let missing = (width - bits.len() % width) % width;
    let padded: Vec<u8> = std::iter::repeat_n(0, missing).chain(bits).collect();
    padded
        .chunks(width)
        .map(|digit| char::from(b'0' + digit.iter().fold(0, |value, bit| value << 1 | bit)))
        .collect()
}

/// The reverse of [`bits_text`]: bits beyond whole bytes make one more byte, unless they are fewer
/// than a digit has
fn from_digits(text: &str, width: usize) -> Option<Vec<u8>> {
    let mut bits = Vec::with_capacity(text.len() * width);
    for letter in text.chars() {
        let digit = letter.to_digit(1 << width)?;
        bits.extend((0..width).rev().map(|at| u8::from(digit >> at & 1 == 1)));
    }
    let extra = bits.len() % 8;
    let spare = extra > 0 && extra < width;
    let bits = match spare {
        true => bits.split_off(extra),
        false => std::iter::repeat_n(0, (8 - extra) % 8)
            .chain(bits)
            .collect(),
    };
    Some(
        bits.chunks(8)
            .map(|byte| byte.iter().fold(0, |value, bit| value << 1 | bit))
            .collect(),
    )
}

/// Digits of `width` bits each from the front, filled with `=` to a whole number of bytes
fn grouped(bytes: &[u8], width: usize, digits: &[u8]) -> String {
    let group = if width == 5 { 8 } else { 4 };
    let mut text = String::new();
    let (mut buffer, mut count) = (0_u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        count += 8;
        while count >= width {
            count -= width;
            text.push(char::from(
                digits[(buffer >> count) as usize & ((1 << width) - 1)],
            ));
        }
        buffer &= (1 << count) - 1;
    }
    if count > 0 {
        let last = (buffer << (width - count)) as usize;
        text.push(char::from(digits[last]));
    }
    while !text.len().is_multiple_of(group) {
        text.push('=');
    }
    text
}

fn from_groups(text: &str, width: usize, digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut buffer, mut count) = (0_u32, 0);
    let body = text.trim_end_matches('=');
    for letter in body.bytes() {
        let digit = digits.iter().position(|own| *own == letter)?;
        buffer = buffer << width | u32::try_from(digit).ok()?;
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(buffer >> count & 0xff).ok()?);
            buffer &= (1 << count) - 1;
        }
    }
    // What is left is padding: less than a digit
    (count < width).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formats_encode() {
        for (format, text) in [
            ("base2", "011000010110001001100011"),
            ("BASE8", "30261143"),
            ("hex", "616263"),
            ("base32", "MFRGG==="),
            ("base64", "YWJj"),
        ] {
            assert_eq!(encode(b"abc", format).as_deref(), Ok(text));
        }
        assert_eq!(decode("777", "BASE8"), Ok(vec![0xff]));
        assert!(decode("x", "HEX").is_err());
        assert!(encode(&[0xff], "UTF-8").is_err());
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            for format in ["HEX", "BASE2", "BASE8", "BASE32", "BASE64", "BASE64M"] {
                let text = encode(&bytes, format).unwrap();
                prop_assert_eq!(decode(&text, format), Ok(bytes.clone()), "{}", format);
            }
        }
    }
}
