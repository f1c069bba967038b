//! `FORMAT(text, …)`: printf's conversions
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string>

use super::format_number::{Shape, decimal, float, integer};

/// An argument: its kind and its text, `None` for NULL
///
/// Kinds are `i`nteger, `f`loat, `s`tring, `b`ool, `d`ate, b`y`tes as hexadecimal digits,
/// `t`imestamp, date`c`lock, ti`m`e, `n`umeric, bi`g`numeric, inter`v`al, `j`son, `r`ange and arrays
/// and structs as `x`: their texts under `%t` and `%T`, the first with its length before it
pub type Argument<'a> = (char, Option<&'a str>);

/// The widest piece that is made
const WIDEST: i64 = 1 << 20;

/// `Ok(None)` when the result is NULL
pub fn format(format: &str, arguments: &[Argument]) -> Result<Option<String>, String> {
    let mut text = String::new();
    let mut null = false;
    let mut letters = format.chars().peekable();
    let mut next = arguments.iter();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        if letters.next_if_eq(&'%').is_some() {
            text.push('%');
            continue;
        }
        let mut shape = Shape::default();
        while let Some(flag) = letters.next_if(|letter| "-+ #0'".contains(*letter)) {
            shape.flag(flag);
        }
        let mut star = |next: &mut std::slice::Iter<Argument>| match next.next() {
            Some(('i', Some(text))) => Ok(text.parse().unwrap_or(0)),
            Some(('i', None)) => {
                null = true;
                Ok(0)
            }
            Some(_) => Err("`*` in FORMAT takes an INT64".to_owned()),
            None => Err("FORMAT has too few arguments".to_owned()),
        };
        let number = |letters: &mut std::iter::Peekable<std::str::Chars>| {
            let mut digits = String::new();
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits.parse::<i64>().unwrap_or(match digits.is_empty() {
                true => 0,
                false => i64::MAX,
            })
        };
        let width: i64 = match letters.next_if_eq(&'*') {
            Some(_) => star(&mut next)?,
            None => number(&mut letters),
        };
        let precision: Option<i64> = match letters.next_if_eq(&'.') {
            None => None,
            Some(_) => Some(match letters.next_if_eq(&'*') {
                Some(_) => star(&mut next)?,
                None => number(&mut letters),
            }),
        };
        // A negative width is a flag, a negative precision is none
        shape.left |= width < 0;
        if width.unsigned_abs() > WIDEST.unsigned_abs()
            || precision.is_some_and(|digits| digits > WIDEST)
        {
            return Err("the width or precision in FORMAT is too large".to_owned());
        }
        shape.width = width.unsigned_abs() as usize;
        shape.precision = precision.and_then(|digits| usize::try_from(digits).ok());
        let conversion = letters.next().ok_or("FORMAT ends within a conversion")?;
        if !"diouxXfFeEgGspPtT".contains(conversion) {
            return Err(format!("FORMAT has no conversion `%{conversion}`"));
        }
        let (kind, value) = next.next().ok_or("FORMAT has too few arguments")?;
        match one(conversion, *kind, *value, &shape)? {
            Some(piece) => text.push_str(&piece),
            None => null = true,
        }
    }
    match next.next() {
        Some(_) => Err("FORMAT has too many arguments".to_owned()),
        None => Ok((!null).then_some(text)),
    }
}

fn one(
    conversion: char,
    kind: char,
    value: Option<&str>,
    shape: &Shape,
) -> Result<Option<String>, String> {
    let wrong = || format!("FORMAT has no `%{conversion}` for this argument");
    let fits = match conversion {
        'd' | 'i' | 'o' | 'x' | 'X' => kind == 'i',
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => matches!(kind, 'f' | 'n' | 'g'),
        's' => kind == 's',
        'p' | 'P' => kind == 'j',
        't' | 'T' => true,
        _ => false,
    };
    if !fits {
        return Err(wrong());
    }
    let value = match (value, conversion) {
        (Some(value), _) => value,
        (None, 't' | 'T') => return Ok(Some(shape.text("NULL"))),
        (None, _) => return Ok(None),
    };
    Ok(Some(match (conversion, kind) {
        ('t' | 'T', _) => shape.text(&printed(conversion == 'T', kind, value).ok_or_else(wrong)?),
        ('s', _) => shape.text(value),
        ('p', _) => shape.text(value),
        ('P', _) => shape.text(&super::json::pretty(value)),
        (_, 'i') => integer(value.parse().map_err(|_| wrong())?, conversion, shape),
        (_, 'f') => float(value.parse().map_err(|_| wrong())?, conversion, shape),
        _ => decimal(value, conversion, shape),
    }))
}

/// A value as `%t` shows it, or as a literal
fn printed(literal: bool, kind: char, text: &str) -> Option<String> {
    let named = |name: &str| format!("{name} \"{text}\"");
    Some(match (kind, literal) {
        ('f', _) => {
            let value: f64 = text.parse().ok()?;
            match (value.is_finite(), literal) {
                (true, _) if value == 0.0 && value.is_sign_negative() => "-0.0".to_owned(),
                (true, _) => super::json::float_text(value),
                (false, false) => super::number::format_float(value),
                (false, true) => format!(
                    "CAST(\"{}\" AS FLOAT64)",
                    super::number::format_float(value)
                ),
            }
        }
        ('s', true) => quoted(text),
        ('y', _) => bytes(text, literal),
        ('d', true) => named("DATE"),
        ('t', true) => named("TIMESTAMP"),
        ('c', true) => named("DATETIME"),
        ('m', true) => named("TIME"),
        ('n', true) => named("NUMERIC"),
        ('g', true) => named("BIGNUMERIC"),
        ('v', true) => format!("INTERVAL \"{text}\" YEAR TO SECOND"),
        ('j', true) => format!("JSON {}", quoted(text)),
        ('x', _) => {
            let (plain, own) = two_texts(text)?;
            if literal { own } else { plain }.to_owned()
        }
        _ => text.to_owned(),
    })
}

/// `5:plainliteral` as `plain` and `literal`
fn two_texts(both: &str) -> Option<(&str, &str)> {
    let (length, texts) = both.split_once(':')?;
    texts.split_at_checked(length.parse().ok()?)
}

/// The quote that a literal needs least escapes with
fn quote_for(double: bool, single: bool) -> char {
    if double && !single { '\'' } else { '"' }
}

/// A string literal
pub fn quoted(text: &str) -> String {
    let quote = quote_for(text.contains('"'), text.contains('\''));
    let mut quoted = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\\' => quoted.push_str("\\\\"),
            letter if letter == quote => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '\0'..' ' | '\x7f' => quoted.push_str(&format!("\\x{:02x}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push(quote);
    quoted
}

/// Bytes that come as hexadecimal digits: as a literal, or bare
fn bytes(hex: &str, literal: bool) -> String {
    let bytes: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let quote = quote_for(bytes.contains(&b'"'), bytes.contains(&b'\''));
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            byte if literal && char::from(byte) == quote => {
                text.push('\\');
                text.push(quote);
            }
            0x20..0x7f => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    match literal {
        true => format!("b{quote}{text}{quote}"),
        false => text,
    }
}
