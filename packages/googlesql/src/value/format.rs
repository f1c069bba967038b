//! `FORMAT(text, …)`: printf's conversions
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string>

/// An argument: its kind and its text, `None` for NULL
///
/// Kinds are `i`nteger, `f`loat, `s`tring, `b`ool, `d`ate, b`y`tes as hexadecimal digits,
/// `t`imestamp, date`c`lock, ti`m`e, `n`umeric, `j`son, and arrays and structs as `x`: their texts
/// under `%t` and `%T`, the first with its length before it
pub type Argument<'a> = (char, Option<&'a str>);

/// `Ok(None)` when the result is NULL
pub fn format(format: &str, arguments: &[Argument]) -> Result<Option<String>, String> {
    let mut text = String::new();
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
        let mut flags = String::new();
        while let Some(flag) = letters.next_if(|letter| "-+ #0'".contains(*letter)) {
            flags.push(flag);
        }
        let mut number = || {
            let mut digits = String::new();
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits
        };
        let width: usize = number().parse().unwrap_or(0);
        let precision = match letters.next_if_eq(&'.') {
            Some(_) => {
                let mut digits = String::new();
                while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                Some(digits.parse::<usize>().unwrap_or(0))
            }
            None => None,
        };
        if letters.peek() == Some(&'*')
            || width > 10_000
            || precision.is_some_and(|digits| digits > 10_000)
        {
            return Err("this width in FORMAT is not supported".to_owned());
        }
        let conversion = letters.next().ok_or("FORMAT ends in `%`")?;
        let (kind, value) = next.next().ok_or("FORMAT has too few arguments")?;
        let Some(piece) = one(conversion, *kind, *value, &flags, precision)? else {
            return Ok(None);
        };
        text.push_str(&pad(
            &piece,
            width,
            &flags,
            matches!(
                conversion,
                'd' | 'i' | 'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'x' | 'X' | 'o'
            ),
        ));
    }
    match next.next() {
        Some(_) => Err("FORMAT has too many arguments".to_owned()),
        None => Ok(Some(text)),
    }
}

fn one(
    conversion: char,
    kind: char,
    value: Option<&str>,
    flags: &str,
    precision: Option<usize>,
) -> Result<Option<String>, String> {
    let wrong = || format!("FORMAT has no `%{conversion}` for this argument");
    if matches!(conversion, 't' | 'T') {
        return Ok(Some(match (value, kind, conversion) {
            (None, ..) => "NULL".to_owned(),
            (Some(text), 'f', _) => float_value(text)?,
            (Some(text), 's', 'T') => quoted(text),
            (Some(hex), 'y', _) => bytes(hex, conversion == 'T'),
            (Some(text), 'd', 'T') => format!("DATE \"{text}\""),
            (Some(text), 't', 'T') => format!("TIMESTAMP \"{text}\""),
            (Some(text), 'c', 'T') => format!("DATETIME \"{text}\""),
            (Some(text), 'm', 'T') => format!("TIME \"{text}\""),
            (Some(text), 'n', 'T') => format!("NUMERIC \"{text}\""),
            (Some(text), 'j', 'T') => format!("JSON '{}'", text.replace('\'', "\\'")),
            (Some(both), 'x', _) => {
                let (plain, literal) = two_texts(both).ok_or_else(wrong)?;
                if conversion == 'T' { literal } else { plain }.to_owned()
            }
            (Some(text), ..) => text.to_owned(),
        }));
    }
    let Some(value) = value else {
        return Ok(None);
    };
    Ok(Some(match (conversion, kind) {
        ('d' | 'i', 'i') => {
            let number: i64 = value.parse().map_err(|_| wrong())?;
            let digits = number.unsigned_abs().to_string();
            let digits = match precision {
                Some(least) => format!("{digits:0>least$}"),
                None => digits,
            };
            signed(number < 0, grouped(&digits, flags), flags)
        }
        ('x' | 'X' | 'o', 'i') => {
            let number: i64 = value.parse().map_err(|_| wrong())?;
            let magnitude = number.unsigned_abs();
            let (digits, prefix) = match conversion {
                'x' => (format!("{magnitude:x}"), "0x"),
                'X' => (format!("{magnitude:X}"), "0X"),
                _ => (format!("{magnitude:o}"), "0"),
            };
            let digits = match flags.contains('#') {
                true => format!("{prefix}{digits}"),
                false => digits,
            };
            signed(number < 0, digits, flags)
        }
        ('f' | 'F', 'f') => {
            let number: f64 = value.parse().map_err(|_| wrong())?;
            if !number.is_finite() {
                return Err("this number in FORMAT is not supported".to_owned());
            }
            let digits = format!("{:.*}", precision.unwrap_or(6), number.abs());
            signed(number.is_sign_negative(), grouped(&digits, flags), flags)
        }
        ('e' | 'E', 'f') => {
            let number: f64 = value.parse().map_err(|_| wrong())?;
            if !number.is_finite() {
                return Err("this number in FORMAT is not supported".to_owned());
            }
            let digits = scientific(number.abs(), precision.unwrap_or(6));
            let digits = if conversion == 'E' {
                digits.to_uppercase()
            } else {
                digits
            };
            signed(number.is_sign_negative(), digits, flags)
        }
        ('s', 's') => match precision {
            Some(most) => value.chars().take(most).collect(),
            None => value.to_owned(),
        },
        _ => return Err(wrong()),
    }))
}

/// `5:plainliteral` as `plain` and `literal`
fn two_texts(both: &str) -> Option<(&str, &str)> {
    let (length, texts) = both.split_once(':')?;
    texts.split_at_checked(length.parse().ok()?)
}

fn float_value(text: &str) -> Result<String, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Ok(match value.is_finite() {
        true => super::json::float_text(value),
        false => super::number::format_float(value),
    })
}

fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        None => text,
    }
}

fn signed(negative: bool, digits: String, flags: &str) -> String {
    if negative {
        format!("-{digits}")
    } else if flags.contains('+') {
        format!("+{digits}")
    } else if flags.contains(' ') {
        format!(" {digits}")
    } else {
        digits
    }
}

fn grouped(digits: &str, flags: &str) -> String {
    if !flags.contains('\'') {
        return digits.to_owned();
    }
    let (whole, rest) = match digits.find('.') {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

fn pad(text: &str, width: usize, flags: &str, number: bool) -> String {
    let length = text.chars().count();
    if length >= width {
        return text.to_owned();
    }
    let missing = width - length;
    if flags.contains('-') {
        return format!("{text}{}", " ".repeat(missing));
    }
    if flags.contains('0') && number {
        let sign = text.len() - text.trim_start_matches(['-', '+', ' ']).len();
        return format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..]);
    }
    format!("{}{text}", " ".repeat(missing))
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') {
        '\''
    } else {
        '"'
    };
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
            letter => quoted.push(letter),
        }
    }
    quoted.push(quote);
    quoted
}

/// The literal of bytes that come as hexadecimal digits; bare without `quotes`
fn bytes(hex: &str, quotes: bool) -> String {
    let mut text = String::new();
    for pair in hex.as_bytes().chunks(2) {
        let digits = std::str::from_utf8(pair).unwrap_or_default();
        let byte = u8::from_str_radix(digits, 16).unwrap_or_default();
        match byte {
            b'"' | b'\\' if quotes => {
                text.push('\\');
                text.push(char::from(byte));
            }
            0x20..0x7f => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    if quotes { format!("b\"{text}\"") } else { text }
}
