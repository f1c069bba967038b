//! INT64, FLOAT64 and BOOL as text, and arithmetic with GoogleSQL's errors

/// As CAST to STRING writes it: the shortest text that reads back, exponents from 1e15 on
pub fn format_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if value == 0.0 {
        // Neither NaN nor 0 has a sign
        return "0".to_owned();
    }
    // C's %.15g, or %.17g where 15 digits do not read back
    let short = general(value, 15);
    match short.parse::<f64>() == Ok(value) {
        true => short,
        false => general(value, 17),
    }
}

/// C's `%.<precision>g`
pub fn general(value: f64, precision: usize) -> String {
    let scientific = format!("{value:.*e}", precision - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    let most = i32::try_from(precision).unwrap_or(i32::MAX);
    if (-4..most).contains(&exponent) {
        let digits = usize::try_from(most - 1 - exponent).unwrap_or(0);
        return trimmed(&format!("{value:.digits$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs())
}

pub fn parse_int(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let value = match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            i128::from_str_radix(hex, 16).ok()?
        }
        None if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse::<i128>().ok()?
        }
        _ => return None,
    };
    i64::try_from(if negative { -value } else { value }).ok()
}

pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let value = match unsigned.to_ascii_lowercase().as_str() {
        "nan" => return Some(f64::NAN),
        "inf" | "infinity" => f64::INFINITY,
        number if number.starts_with("0x") => parse_hexadecimal(&number[2..])?,
        // Numbers that are too large are infinite
        number if number.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.') => {
            number.parse::<f64>().ok()?
        }
        _ => return None,
    };
    Some(if text.starts_with('-') { -value } else { value })
}

/// As C writes it: hexadecimal digits with a point, times a power of two after `p`
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let value = u64::from_str_radix(&all, 16).ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let exponent = exponent.checked_sub(4 * places)?;
    // Very small numbers would be rounded twice
    (value < 1 << 53 || exponent > -1000).then_some(())?;
    Some(value as f64 * 2_f64.powi(exponent))
}

pub fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Rounds half away from zero (or cuts off) after `digits` digits behind the point, by the exact
/// decimal expansion of the value
pub fn round(value: f64, digits: i64, cut: bool) -> Option<f64> {
    if !value.is_finite() || digits > 330 {
        return Some(value);
    }
    if digits < -310 {
        return Some(0.0);
    }
    if let Some(rounded) = round_by_product(value.abs(), digits, cut) {
        return Some(rounded.copysign(value));
    }
    // So many digits that the last one's own rounding does not matter
    let behind = usize::try_from(digits.max(0)).ok()? + 80;
    let text = format!("{:.behind$}", value.abs());
    let (whole, fraction) = text.split_once('.')?;
    let mut all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let keep = i64::try_from(whole.len()).ok()? + digits;
    if keep < 0 {
        return Some(0.0_f64.copysign(value));
    }
    let keep = usize::try_from(keep).ok()?;
    let up = !cut && all.get(keep).is_some_and(|digit| *digit >= b'5');
    for digit in all.iter_mut().skip(keep) {
        *digit = b'0';
    }
    let mut carry = up;
    for digit in all.iter_mut().take(keep).rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    let mut digits = String::from_utf8(all).ok()?;
    digits.insert(whole.len(), '.');
    if carry {
        digits.insert(0, '1');
    }
    let rounded: f64 = digits.parse().ok()?;
    rounded.is_finite().then_some(rounded.copysign(value))
}

/// [`round`] of a number that is not negative, where its product with a power of ten is known exactly
///
/// The product of two FLOAT64s is the sum of the rounded product and what a fused multiplication says
/// it lacks; the quotient of two whole FLOAT64s is the one that is nearest.
fn round_by_product(value: f64, digits: i64, cut: bool) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let power = *POWERS.get(usize::try_from(digits).ok()?)?;
    let product = value * power;
    // With a bit for halves; and the rest of a product of tiny numbers would not be exact
    if product >= 2_f64.powi(51) || value != 0.0 && value < 1e-200 {
        return None;
    }
    let rest = || value.mul_add(power, -product);
    // Below 2⁵¹, which needs no library
    let whole = product as i64 as f64;
    let beyond = product - whole;
    let whole = match cut {
        true if beyond == 0.0 && rest() < 0.0 => whole - 1.0,
        true => whole,
        false if beyond > 0.5 || beyond == 0.5 && rest() >= 0.0 => whole + 1.0,
        false => whole,
    };
    Some(whole / power)
}

/// A result that is finite where its operands are
pub fn finite(result: f64, operands: &[f64]) -> Option<f64> {
    let expected = operands.iter().all(|operand| operand.is_finite());
    (result.is_finite() || !expected).then_some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_text() {
        for (value, text) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (-2.5e-7, "-2.5e-07"),
            (1e15, "1e+15"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e100, "1e+100"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(format_float(value), text);
        }
        assert_eq!(parse_int(" -0x1F "), Some(-31));
        assert_eq!(parse_int("1.5"), None);
        assert_eq!(parse_float("1e999"), Some(f64::INFINITY));
        assert_eq!(parse_float("-0x1.8p1"), Some(-3.0));
        assert_eq!(format_float(-0.0), "0");
        assert_eq!(round(2.5, 0, false), Some(3.0));
        assert_eq!(round(-1234.5, -2, true), Some(-1200.0));
        assert_eq!(round(2.675, 2, false), Some(2.67));
        assert_eq!(round(0.285, 2, false), Some(0.28));
        assert_eq!(round(0.29, 2, true), Some(0.28));
        assert_eq!(
            round(-0.4, 0, false).map(f64::to_bits),
            Some((-0.0_f64).to_bits())
        );
    }
}
