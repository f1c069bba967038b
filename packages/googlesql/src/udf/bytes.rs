//! BYTES

use super::Kind::{Blob, Bool, Int, Text};
use super::text::{instr, substr_range};
use super::{Answer, Function, or_error};

macro_rules! function {
    ($name:literal, [$($kind:ident),*], $result:ident, $body:expr) => {
        Function { name: $name, parameters: &[$($kind),*], result: $result, body: $body }
    };
}

const MOST: i64 = 1 << 20;

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_bytes_within",
        parameters: &[Blob, Int],
        result: Blob,
        body: |cells| {
            let (bytes, most) = (cells[0].bytes(), cells[1].int());
            let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            let fits = (length <= most).then(|| bytes.to_vec());
            let message = format_args!("BYTES({most}) cannot hold {length} bytes");
            or_error(fits, Answer::Blob, message)
        },
    },
    function!("gs_bytes_not", [Blob], Blob, |cells| {
        Ok(Answer::Blob(
            cells[0].bytes().iter().map(|byte| !byte).collect(),
        ))
    }),
    function!("gs_bytes_and", [Blob, Blob], Blob, |cells| zip(
        cells[0].bytes(),
        cells[1].bytes(),
        |a, b| a & b
    )),
    function!("gs_bytes_or", [Blob, Blob], Blob, |cells| zip(
        cells[0].bytes(),
        cells[1].bytes(),
        |a, b| a | b
    )),
    function!("gs_bytes_xor", [Blob, Blob], Blob, |cells| zip(
        cells[0].bytes(),
        cells[1].bytes(),
        |a, b| a ^ b
    )),
    function!("gs_bytes_shift_left", [Blob, Int], Blob, |cells| shift(
        cells[0].bytes(),
        cells[1].int(),
        true
    )),
    function!("gs_bytes_shift_right", [Blob, Int], Blob, |cells| shift(
        cells[0].bytes(),
        cells[1].int(),
        false
    )),
    function!("gs_bytes_bit_count", [Blob], Int, |cells| {
        Ok(Answer::Int(
            cells[0]
                .bytes()
                .iter()
                .map(|byte| i64::from(byte.count_ones()))
                .sum(),
        ))
    }),
    function!("gs_bytes_like", [Blob, Blob], Bool, |cells| {
        Ok(Answer::Bool(like(cells[0].bytes(), cells[1].bytes())?))
    }),
    function!("gs_bytes_lower", [Blob], Blob, |cells| Ok(Answer::Blob(
        cells[0].bytes().to_ascii_lowercase()
    ))),
    function!("gs_bytes_upper", [Blob], Blob, |cells| Ok(Answer::Blob(
        cells[0].bytes().to_ascii_uppercase()
    ))),
    function!("gs_bytes_reverse", [Blob], Blob, |cells| {
        Ok(Answer::Blob(
            cells[0].bytes().iter().rev().copied().collect(),
        ))
    }),
    function!("gs_bytes_replace", [Blob, Blob, Blob], Blob, |cells| {
        let (mut rest, wanted, by) = (cells[0].bytes(), cells[1].bytes(), cells[2].bytes());
        if wanted.is_empty() {
            return Ok(Answer::Blob(rest.to_vec()));
        }
        let mut result = Vec::new();
        while let Some(first) = rest.first() {
            match rest.strip_prefix(wanted) {
                Some(after) => {
                    result.extend_from_slice(by);
                    rest = after;
                }
                None => {
                    result.push(*first);
                    rest = &rest[1..];
                }
            }
        }
        Ok(Answer::Blob(result))
    }),
    function!("gs_bytes_starts_with", [Blob, Blob], Bool, |cells| {
        Ok(Answer::Bool(cells[0].bytes().starts_with(cells[1].bytes())))
    }),
    function!("gs_bytes_ends_with", [Blob, Blob], Bool, |cells| {
        Ok(Answer::Bool(cells[0].bytes().ends_with(cells[1].bytes())))
    }),
    function!("gs_bytes_strpos", [Blob, Blob], Int, |cells| {
        let (bytes, wanted) = (cells[0].bytes(), cells[1].bytes());
        let found = (0..=bytes.len()).find(|at| bytes[*at..].starts_with(wanted));
        Ok(Answer::Int(found.map_or(0, |at| at as i64 + 1)))
    }),
    function!("gs_bytes_instr", [Blob, Blob, Int, Int], Int, |cells| {
        instr(
            cells[0].bytes(),
            cells[1].bytes(),
            cells[2].int(),
            cells[3].int(),
        )
    }),
    function!("gs_bytes_substr_from", [Blob, Int], Blob, |cells| {
        Ok(Answer::Blob(substr(
            cells[0].bytes(),
            cells[1].int(),
            i64::MAX,
        )))
    }),
    function!("gs_bytes_substr", [Blob, Int, Int], Blob, |cells| {
        if cells[2].int() < 0 {
            return Err("SUBSTR takes a length that is not negative".to_owned());
        }
        Ok(Answer::Blob(substr(
            cells[0].bytes(),
            cells[1].int(),
            cells[2].int(),
        )))
    }),
    function!("gs_bytes_left", [Blob, Int], Blob, |cells| {
        let bytes = cells[0].bytes();
        let count = usize::try_from(cells[1].int()).map_err(|_| "length is negative".to_owned())?;
        Ok(Answer::Blob(bytes[..count.min(bytes.len())].to_vec()))
    }),
    function!("gs_bytes_right", [Blob, Int], Blob, |cells| {
        let bytes = cells[0].bytes();
        let count = usize::try_from(cells[1].int()).map_err(|_| "length is negative".to_owned())?;
        Ok(Answer::Blob(
            bytes[bytes.len().saturating_sub(count)..].to_vec(),
        ))
    }),
    function!("gs_bytes_lpad", [Blob, Int, Blob], Blob, |cells| {
        pad(cells[0].bytes(), cells[1].int(), cells[2].bytes(), true)
    }),
    function!("gs_bytes_rpad", [Blob, Int, Blob], Blob, |cells| {
        pad(cells[0].bytes(), cells[1].int(), cells[2].bytes(), false)
    }),
    function!("gs_bytes_trim", [Blob, Blob], Blob, |cells| {
        Ok(Answer::Blob(trim(
            cells[0].bytes(),
            cells[1].bytes(),
            true,
            true,
        )))
    }),
    function!("gs_bytes_ltrim", [Blob, Blob], Blob, |cells| {
        Ok(Answer::Blob(trim(
            cells[0].bytes(),
            cells[1].bytes(),
            true,
            false,
        )))
    }),
    function!("gs_bytes_rtrim", [Blob, Blob], Blob, |cells| {
        Ok(Answer::Blob(trim(
            cells[0].bytes(),
            cells[1].bytes(),
            false,
            true,
        )))
    }),
    function!(
        "gs_bytes_ascii",
        [Blob],
        Int,
        |cells| match cells[0].bytes().first() {
            None => Ok(Answer::Int(0)),
            Some(byte) => Ok(Answer::Int(i64::from(*byte))),
        }
    ),
    function!("gs_bytes_to_text_lossy", [Blob], Text, |cells| Ok(
        Answer::Text(lossy(cells[0].bytes()))
    )),
    function!("gs_from_hex", [Text], Blob, |cells| {
        let text = cells[0].text();
        let padded = if text.len() % 2 == 1 {
            format!("0{text}")
        } else {
            text.to_owned()
        };
        let bytes: Option<Vec<u8>> = padded
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        match bytes {
            Some(bytes) if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Answer::Blob(bytes))
            }
            _ => Err("not a hexadecimal text".to_owned()),
        }
    }),
    function!("gs_from_base64", [Text], Blob, |cells| {
        decode(
            cells[0].text(),
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            6,
        )
    }),
    function!("gs_from_base32", [Text], Blob, |cells| {
        decode(cells[0].text(), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5)
    }),
    function!("gs_to_base32", [Blob], Text, |cells| {
        Ok(Answer::Text(base32(cells[0].bytes())))
    }),
];

fn zip(left: &[u8], right: &[u8], join: fn(u8, u8) -> u8) -> Result<Answer, String> {
    if left.len() != right.len() {
        return Err("bit operators take BYTES of equal length".to_owned());
    }
    Ok(Answer::Blob(
        left.iter()
            .zip(right)
            .map(|(left, right)| join(*left, *right))
            .collect(),
    ))
}

fn shift(bytes: &[u8], bits: i64, left: bool) -> Result<Answer, String> {
    let bits = usize::try_from(bits)
        .map_err(|_| "a shift takes a number that is not negative".to_owned())?;
    let count = bytes.len();
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    let mut result = vec![0_u8; count];
    for at in 0..count * 8 {
        let source = if left {
            at.checked_add(bits)
        } else {
            at.checked_sub(bits)
        };
        if let Some(source) = source.filter(|source| *source < count * 8) {
            result[at / 8] |= bit(source) << (7 - at % 8);
        }
    }
    Ok(Answer::Blob(result))
}

/// `%` any bytes, `_` one byte, backslash escapes
fn like(bytes: &[u8], pattern: &[u8]) -> Result<bool, String> {
    Ok(match pattern.split_first() {
        None => bytes.is_empty(),
        Some((b'%', rest)) => {
            for at in 0..=bytes.len() {
                if like(&bytes[at..], rest)? {
                    return Ok(true);
                }
            }
            false
        }
        Some((b'_', rest)) => !bytes.is_empty() && like(&bytes[1..], rest)?,
        Some((b'\\', rest)) => match rest.split_first() {
            Some((wanted, rest)) => bytes.first() == Some(wanted) && like(&bytes[1..], rest)?,
            None => return Err("LIKE pattern ends with a backslash".to_owned()),
        },
        Some((wanted, rest)) => bytes.first() == Some(wanted) && like(&bytes[1..], rest)?,
    })
}

fn substr(bytes: &[u8], position: i64, length: i64) -> Vec<u8> {
    let (start, end) = substr_range(bytes.len(), position, length);
    bytes[start..end].to_vec()
}

fn pad(bytes: &[u8], length: i64, fill: &[u8], left: bool) -> Result<Answer, String> {
    if !(0..=MOST).contains(&length) {
        return Err("length of the padded bytes is out of range".to_owned());
    }
    if fill.is_empty() {
        return Err("the fill of LPAD and RPAD is empty".to_owned());
    }
    let length = length as usize;
    if bytes.len() >= length {
        return Ok(Answer::Blob(bytes[..length].to_vec()));
    }
    let mut fill: Vec<u8> = fill
        .iter()
        .copied()
        .cycle()
        .take(length - bytes.len())
        .collect();
    Ok(Answer::Blob(match left {
        true => {
            fill.extend_from_slice(bytes);
            fill
        }
        false => [bytes, &fill].concat(),
    }))
}

fn trim(bytes: &[u8], set: &[u8], left: bool, right: bool) -> Vec<u8> {
    let mut rest = bytes;
    while let (true, Some((first, after))) = (left, rest.split_first()) {
        if !set.contains(first) {
            break;
        }
        rest = after;
    }
    while let (true, Some((last, before))) = (right, rest.split_last()) {
        if !set.contains(last) {
            break;
        }
        rest = before;
    }
    rest.to_vec()
}

/// Text of groups of letters, each of `width` bits, of an alphabet; a last group may be filled up
/// with `=` to a whole number of bytes or end early, and white space does not count
fn decode(text: &str, alphabet: &[u8], width: u32) -> Result<Answer, String> {
    let invalid = || format!("not a text in base {}", alphabet.len());
    let letters: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let filled = letters
        .iter()
        .rev()
        .take_while(|byte| **byte == b'=')
        .count();
    let (letters, fill) = letters.split_at(letters.len() - filled);
    // Letters that make up whole bytes: 4 of 6 bits, 8 of 5 bits
    let group = if width == 6 { 4 } else { 8 };
    let last = letters.len() % group;
    let left = last * width as usize % 8;
    if left >= width as usize || !fill.is_empty() && (last == 0 || last + fill.len() != group) {
        return Err(invalid());
    }
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for letter in letters {
        let Some(value) = alphabet.iter().position(|own| own == letter) else {
            return Err(invalid());
        };
        buffer = (buffer << width | value as u32) & 0xffff;
        bits += width;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xff) as u8);
        }
    }
    Ok(Answer::Blob(bytes))
}

/// UTF-8 text, with one replacement character for each byte that is no part of a letter
fn lossy(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut buffer = [0_u8; 8];
        buffer[3..3 + chunk.len()].copy_from_slice(chunk);
        let value = u64::from_be_bytes(buffer);
        let letters = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let index = (value >> (35 - 5 * at) & 31) as usize;
            text.push(if at < letters {
                char::from(ALPHABET[index])
            } else {
                '='
            });
        }
    }
    text
}
