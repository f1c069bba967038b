//! NUMERIC: 38 digits, 9 after the point, held as a whole number of 10⁻⁹

pub const SCALE: u32 = 9;
pub const ONE: i128 = 1_000_000_000;
/// The largest value's units: 29 digits before the point and 9 after
const MOST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

pub fn check(units: i128) -> Option<i128> {
    (-MOST..=MOST).contains(&units).then_some(units)
}

/// Units of a decimal text, rounded half away from zero
pub fn parse(text: &str) -> Option<i128> {
    let Written {
        negative,
        whole,
        fraction,
        exponent,
    } = written(text)?;
    let mut units: i128 = 0;
    let mut round = None;
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent) + i64::from(SCALE);
    for (at, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
        if !byte.is_ascii_digit() {
            return None;
        }
        let digit = i128::from(byte - b'0');
        if i64::try_from(at).ok()? < point {
            units = units.checked_mul(10)?.checked_add(digit)?;
        } else if round.is_none() && i64::try_from(at).ok()? == point.max(0) && point >= 0 {
            round = Some(digit);
        }
    }
    let read = i64::try_from(whole.len() + fraction.len()).ok()?;
    for _ in read..point.min(read + 64) {
        units = units.checked_mul(10)?;
    }
    if point > read + 64 && units != 0 {
        return None;
    }
    if round.is_some_and(|digit| digit >= 5) {
        units += 1;
    }
    check(if negative { -units } else { units })
}

/// The parts of a decimal text; there is a digit before or after the point, or something that is none
pub struct Written<'t> {
    pub negative: bool,
    pub whole: &'t str,
    pub fraction: &'t str,
    pub exponent: i32,
}

/// Takes a decimal text apart
pub fn written(text: &str) -> Option<Written<'_>> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], digits[at + 1..].parse().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let empty = whole.is_empty() && fraction.is_empty();
    (!empty).then_some(Written {
        negative,
        whole,
        fraction,
        exponent,
    })
}

/// As `PARSE_NUMERIC` reads it
pub fn parse_loose(text: &str) -> Option<i128> {
    parse(&tightened(text)?)
}

/// What `PARSE_NUMERIC` allows beyond a plain number, taken away: blanks around sign and digits,
/// commas in the whole part, the sign after the digits
pub fn tightened(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, rest) = match (text.strip_prefix(['+', '-']), text.strip_suffix(['+', '-'])) {
        (Some(rest), _) => (&text[..1], rest),
        (None, Some(rest)) => (&text[rest.len()..], rest),
        (None, None) => ("", text),
    };
    let rest = rest.trim();
    let (whole, fraction) = match rest.find(['.', 'e', 'E']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if rest.starts_with(['+', '-']) || fraction.contains(',') {
        return None;
    }
    Some(format!("{sign}{}{fraction}", whole.replace(',', "")))
}

/// Without trailing zeros
pub fn format(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let units = units.unsigned_abs();
    let one = ONE.unsigned_abs();
    let fraction = format!("{:09}", units % one);
    let fraction = fraction.trim_end_matches('0');
    match fraction {
        "" => format!("{sign}{}", units / one),
        fraction => format!("{sign}{}.{fraction}", units / one),
    }
}

/// Rounded half away from zero
fn divide_rounded(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div(divisor)?;
    let rest = dividend.checked_rem(divisor)?;
    let away = rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs();
    let step = if (dividend < 0) == (divisor < 0) {
        1
    } else {
        -1
    };
    Some(if away && rest != 0 {
        quotient + step
    } else {
        quotient
    })
}

pub fn multiply(left: i128, right: i128) -> Option<i128> {
    // Whole and fractional parts apart, so that products stay within 128 bits
    let (whole, fraction) = (right / ONE, right % ONE);
    match left.checked_mul(right) {
        Some(product) => check(divide_rounded(product, ONE)?),
        None => {
            let (left_whole, left_fraction) = (left / ONE, left % ONE);
            let high = left_whole.checked_mul(whole)?.checked_mul(ONE)?;
            let cross = left_whole
                .checked_mul(fraction)?
                .checked_add(left_fraction.checked_mul(whole)?)?;
            let low = divide_rounded(left_fraction.checked_mul(fraction)?, ONE)?;
            check(high.checked_add(cross)?.checked_add(low)?)
        }
    }
}

pub fn divide(left: i128, right: i128) -> Option<i128> {
    if right == 0 {
        return None;
    }
    if let Some(scaled) = left.checked_mul(ONE) {
        return check(divide_rounded(scaled, right)?);
    }
    // Long division, nine more digits
    let mut quotient = left / right;
    let mut rest = left % right;
    for _ in 0..SCALE {
        rest = rest.checked_mul(10)?;
        quotient = quotient.checked_mul(10)?.checked_add(rest / right)?;
        rest %= right;
    }
    let away = rest.unsigned_abs() * 2 >= right.unsigned_abs() && rest != 0;
    let step = if (left < 0) == (right < 0) { 1 } else { -1 };
    check(if away { quotient + step } else { quotient })
}

/// Rounds half away from zero (or cuts off) after `digits` digits behind the point
pub fn round(units: i128, digits: i64, cut: bool) -> Option<i128> {
    if digits >= i64::from(SCALE) {
        return Some(units);
    }
    let drop = u32::try_from(i64::from(SCALE) - digits).ok()?;
    if drop > 38 {
        return Some(0);
    }
    let step = 10_i128.checked_pow(drop)?;
    let kept = if cut {
        units / step
    } else {
        divide_rounded(units, step)?
    };
    check(kept.checked_mul(step)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compute() {
        let of = |text: &str| parse(text).unwrap();
        assert_eq!(format(of("-12.3400")), "-12.34");
        assert_eq!(format(of("1e3")), "1000");
        assert_eq!(format(of("0.0000000005")), "0.000000001");
        assert_eq!(format(multiply(of("1.5"), of("-2")).unwrap()), "-3");
        assert_eq!(format(divide(of("1"), of("3")).unwrap()), "0.333333333");
        assert_eq!(format(divide(of("2"), of("-3")).unwrap()), "-0.666666667");
        assert_eq!(divide(of("1"), 0), None);
        assert_eq!(format(round(of("2.55"), 1, false).unwrap()), "2.6");
        assert_eq!(format(round(of("1555"), -2, true).unwrap()), "1500");
        assert_eq!(parse("1e40"), None);
        assert_eq!(parse("x"), None);
    }
}
