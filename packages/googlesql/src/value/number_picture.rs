//! Numbers as text by the format elements of `CAST(number AS STRING FORMAT '…')`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_numeric_type_as_string>

use num_bigint::{BigInt, Sign};

use super::big_decimal::{Decimal, Rounding, divide_rounded, power_of_ten};

/// A number of any of the four types
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    Int(i64),
    Float(f64),
    Decimal(Decimal, BigInt),
}

/// Where the sign stands
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignPlace {
    /// Before the number, a blank where it is not negative
    Blank,
    /// `S` first: before the number
    First,
    /// `S` last
    Last,
    /// `MI`: after the number, a blank where it is not negative
    Minus,
    /// `PR`: in angle brackets
    Brackets,
}

/// A format, taken apart
#[derive(Debug)]
struct Picture {
    /// `0`, `9`, `X` and `,` before the point
    whole: Vec<char>,
    /// `0` and `9` behind the point
    fraction: Vec<char>,
    /// The point as it is written out: `V` stands for none
    point: Option<char>,
    currency: Option<&'static str>,
    sign: SignPlace,
    /// `EEEE`, with its letter
    exponent: Option<char>,
    hexadecimal: bool,
    upper: bool,
    blank_zero: bool,
    /// `FM`: without padding
    short: bool,
}

/// The number as the format says; a number that does not fit is written with `#`
pub fn format(format: &str, number: &Number) -> Result<String, String> {
    let minimal = format.to_ascii_uppercase();
    match minimal.as_str() {
        "TM" | "TM9" => return Ok(minimal_text(number, false, true)),
        "TME" => return Ok(minimal_text(number, true, format.ends_with('E'))),
        "RN" | "FMRN" | "RNFM" => return Ok(roman(number, format, minimal.len() > 2)),
        _ => {}
    }
    let picture = Picture::read(format)?;
    let negative = number.is_negative();
    let body = if picture.hexadecimal {
        picture.hexadecimal(number)
    } else if picture.exponent.is_some() {
        picture.scientific(number)
    } else {
        picture.plain(number)
    };
    let plus = match number {
        Number::Float(value) if value.is_nan() => " ",
        _ => "+",
    };
    Ok(picture.finish(body, negative, plus))
}

impl Picture {
    fn read(format: &str) -> Result<Self, String> {
        let bad = |message: &str| format!("number format `{format}`: {message}");
        let mut picture = Self {
            whole: Vec::new(),
            fraction: Vec::new(),
            point: None,
            currency: None,
            sign: SignPlace::Blank,
            exponent: None,
            hexadecimal: false,
            upper: true,
            blank_zero: false,
            short: false,
        };
        let (mut signed, mut digits, mut closed) = (false, false, false);
        let mut hexadecimal_case = 'X';
        let mut rest = format;
        while let Some(letter) = rest.chars().next() {
            let head = |word: &str| {
                rest.get(..word.len())
                    .is_some_and(|own| own.eq_ignore_ascii_case(word))
            };
            let mut length = letter.len_utf8();
            if picture.exponent.is_some() && (letter.is_ascii_digit() || ".,".contains(letter)) {
                return Err(bad("nothing of the number can follow `EEEE`"));
            }
            if closed && !head("B") && !head("FM") && !"$CcLl".contains(letter) {
                return Err(bad("a sign at the end comes after all digits"));
            }
            if head("EEEE") {
                if picture.exponent.is_some() || !digits || picture.whole.contains(&',') {
                    return Err(bad("`EEEE` comes once, after digits without `,`"));
                }
                picture.exponent = Some(letter);
                length = 4;
            } else if head("MI") || head("PR") || head("S") {
                if signed {
                    return Err(bad("there can be one of `S`, `MI` and `PR`"));
                }
                let first = !digits && picture.point.is_none();
                picture.sign = match letter {
                    'M' | 'm' => SignPlace::Minus,
                    'P' | 'p' => SignPlace::Brackets,
                    _ if first => SignPlace::First,
                    _ => SignPlace::Last,
                };
                if first && picture.sign != SignPlace::First {
                    return Err(bad("`MI` and `PR` come after all digits"));
                }
                signed = true;
                closed = picture.sign != SignPlace::First;
                length = if matches!(letter, 'S' | 's') { 1 } else { 2 };
            } else if head("FM") {
                picture.short = true;
                length = 2;
            } else {
                match letter {
                    '0' | '9' => {
                        digits = true;
                        match picture.point {
                            Some(_) => picture.fraction.push(letter),
                            None => picture.whole.push(letter),
                        }
                    }
                    'X' | 'x' => {
                        digits = true;
                        hexadecimal_case = letter;
                        picture.hexadecimal = true;
                        picture.whole.push('X');
                    }
                    ',' | 'G' | 'g' => {
                        if picture.whole.is_empty() || picture.point.is_some() {
                            return Err(bad("`,` stands between digits before the point"));
                        }
                        picture.whole.push(',');
                    }
                    '.' | 'D' | 'd' | 'V' | 'v' => {
                        let point = if matches!(letter, 'V' | 'v') {
                            'V'
                        } else {
                            '.'
                        };
                        if picture.point.replace(point).is_some() {
                            return Err(bad("there can be one of `.`, `D` and `V`"));
                        }
                    }
                    '$' | 'C' | 'c' | 'L' | 'l' => {
                        let currency = match letter {
                            'C' => "USD",
                            'c' => "usd",
                            _ => "$",
                        };
                        if picture.currency.replace(currency).is_some() {
                            return Err(bad("there can be one of `$`, `C` and `L`"));
                        }
                    }
                    'B' | 'b' => {
                        if std::mem::replace(&mut picture.blank_zero, true) {
                            return Err(bad("there can be one `B`"));
                        }
                    }
                    other => return Err(bad(&format!("`{other}` is no format element"))),
                }
            }
            rest = &rest[length..];
        }
        if !digits {
            return Err(bad("there must be one of `X`, `0` and `9`"));
        }
        if picture.hexadecimal {
            let alone = picture.point.is_none()
                && picture.currency.is_none()
                && picture.exponent.is_none()
                && !picture.blank_zero
                && !picture.whole.iter().any(|one| matches!(one, '9' | ','));
            if !alone || picture.whole.len() > 16 {
                return Err(bad("`X` goes with `0` and a sign only, and up to 16 times"));
            }
            picture.upper = hexadecimal_case == 'X';
        }
        if picture.exponent.is_some() && picture.point == Some('V') {
            return Err(bad("`V` and `EEEE` exclude each other"));
        }
        Ok(picture)
    }

    /// The digits by position, the second part with the point; `None` where the number is blank
    fn plain(&self, number: &Number) -> Body {
        let shift = match self.point {
            Some('V') => self.fraction.len(),
            _ => 0,
        };
        let behind = self.fraction.len() - shift;
        let tail = match self.point {
            Some('.') => behind + 1,
            _ => 0,
        };
        let slots: Vec<char> = self
            .whole
            .iter()
            .copied()
            .chain(self.fraction[..shift].iter().copied())
            .collect();
        let places = slots.iter().filter(|slot| **slot != ',').count();
        let Some((whole, fraction)) = number.digits(behind, shift) else {
            let name = number.special_name();
            return match places >= name.len() {
                true => Body::text(format!("{name}{}", " ".repeat(tail)), slots.len() + tail),
                false => self.overflow(&slots, behind),
            };
        };
        let whole = whole.trim_start_matches('0');
        if whole.len() > places {
            return self.overflow(&slots, behind);
        }
        let zero = whole.is_empty() && fraction.bytes().all(|digit| digit == b'0');
        if zero && self.blank_zero {
            return Body::blank(slots.len() + tail);
        }
        let first_zero = slots.iter().position(|slot| *slot == '0');
        let forced = first_zero.map_or(0, |at| {
            slots[at..].iter().filter(|slot| **slot != ',').count()
        });
        // What `V` puts before the point is a fraction, whose zeros are written
        let forced = forced.max(if self.short { 0 } else { shift });
        // A lone zero is written where nothing else would be
        let bare = fraction.is_empty() || zero && self.short;
        let least = usize::from(bare && places > 0);
        let shown = whole.len().max(forced).max(least);
        let digits = format!("{whole:0>shown$}");
        let mut text = String::new();
        let mut left = places;
        let mut written = digits.chars();
        for slot in &slots {
            match slot {
                ',' if left < shown => text.push(','),
                ',' => {}
                _ => {
                    if left <= shown {
                        text.extend(written.next());
                    }
                    left -= 1;
                }
            }
        }
        if self.point == Some('.') {
            let fraction = match self.short {
                true => {
                    let kept = self
                        .fraction
                        .iter()
                        .rposition(|slot| *slot == '0')
                        .map_or(0, |at| at + 1);
                    let trimmed = fraction.trim_end_matches('0').len();
                    &fraction[..trimmed.max(kept)]
                }
                false => &fraction,
            };
            text.push('.');
            text.push_str(fraction);
        }
        Body::text(text, slots.len() + tail)
    }

    fn overflow(&self, slots: &[char], behind: usize) -> Body {
        let mut text: String = slots
            .iter()
            .map(|slot| if *slot == ',' { ',' } else { '#' })
            .collect();
        if self.point == Some('.') {
            text.push('.');
            text.push_str(&"#".repeat(behind));
        }
        let width = text.len();
        Body::text(text, width)
    }

    fn scientific(&self, number: &Number) -> Body {
        let point = if self.point.is_some() { "." } else { "" };
        let mark = if self.exponent == Some('e') { 'e' } else { 'E' };
        let tail = self.fraction.len() + point.len() + 4;
        if self.whole.is_empty() {
            let width = self.fraction.len() + 5;
            return Body::text(format!(".{}", "#".repeat(width - 1)), width);
        }
        let Some((mantissa, exponent)) = number.scientific(self.fraction.len()) else {
            let name = number.special_name();
            return Body::text(name.to_owned(), tail + self.whole.len());
        };
        if self.blank_zero && mantissa.bytes().all(|digit| digit == b'0') {
            return Body::blank(tail + 1);
        }
        let (whole, fraction) = mantissa.split_at(1);
        let sign = if exponent < 0 { '-' } else { '+' };
        let text = format!("{whole}{point}{fraction}{mark}{sign}{:02}", exponent.abs());
        let width = text.len();
        Body::text(text, width)
    }

    fn hexadecimal(&self, number: &Number) -> Body {
        let overflow = "#".repeat(self.whole.len());
        // Halves go away from zero here, those of FLOAT64 too
        let number = match number {
            Number::Float(value) => &Number::Float(value.round()),
            other => other,
        };
        let value = number
            .digits(0, 0)
            .and_then(|(whole, _)| whole.parse::<u128>().ok());
        let text = match value {
            Some(value) if value <= u128::from(u64::MAX) => format!("{value:x}"),
            _ => overflow.clone(),
        };
        let forced = match self.whole.iter().position(|slot| *slot == '0') {
            Some(at) => self.whole.len() - at,
            None => 1,
        };
        let text = match text.len() > self.whole.len() {
            true => overflow,
            false => format!("{text:0>forced$}"),
        };
        let text = if self.upper {
            text.to_uppercase()
        } else {
            text
        };
        Body::text(text, self.whole.len())
    }

    /// Sign, currency and padding around the digits
    ///
    /// `plus` is the sign of what is not negative, where one is asked for
    fn finish(&self, body: Body, negative: bool, plus: &str) -> String {
        let currency = self.currency.unwrap_or_default();
        let mut width = body.width + currency.len();
        let Some(text) = body.text else {
            let signs = if self.sign == SignPlace::Brackets {
                2
            } else {
                1
            };
            return if self.short {
                String::new()
            } else {
                " ".repeat(width + signs)
            };
        };
        let number = format!("{currency}{text}");
        let (before, after) = match (self.sign, negative) {
            (SignPlace::Blank | SignPlace::First, true) => ("-", ""),
            (SignPlace::First, false) => (plus, ""),
            (SignPlace::Blank, false) => ("", ""),
            (SignPlace::Last | SignPlace::Minus, true) => ("", "-"),
            (SignPlace::Last, false) => ("", plus),
            (SignPlace::Minus, false) => ("", " "),
            (SignPlace::Brackets, true) => ("<", ">"),
            (SignPlace::Brackets, false) => (" ", " "),
        };
        width += if self.sign == SignPlace::Brackets {
            2
        } else {
            1
        };
        let written = format!("{before}{number}{after}");
        match self.short {
            true => written.trim().to_owned(),
            false => format!("{written:>width$}"),
        }
    }
}

/// Digits and how wide they may be
struct Body {
    text: Option<String>,
    width: usize,
}

impl Body {
    fn text(text: String, width: usize) -> Self {
        Self {
            text: Some(text),
            width,
        }
    }

    fn blank(width: usize) -> Self {
        Self { text: None, width }
    }
}

impl Number {
    fn is_negative(&self) -> bool {
        match self {
            Self::Int(value) => *value < 0,
            Self::Float(value) => value.is_sign_negative() && *value != 0.0 && !value.is_nan(),
            Self::Decimal(_, units) => units.sign() == Sign::Minus,
        }
    }

    fn special_name(&self) -> &'static str {
        match self {
            Self::Float(value) if value.is_nan() => "NAN",
            _ => "INF",
        }
    }

    /// Digits before the point and so many behind it, of the magnitude times 10^`shift`; `None` for
    /// NaN and infinity
    ///
    /// Halves of FLOAT64 go to the even digit, those of the decimal types away from zero.
    fn digits(&self, behind: usize, shift: usize) -> Option<(String, String)> {
        let all = behind + shift;
        let text = match self {
            Self::Float(value) if !value.is_finite() => return None,
            Self::Float(value) => format!("{:.all$}", value.abs()).replace('.', ""),
            Self::Int(value) => format!("{}{}", value.unsigned_abs(), "0".repeat(all)),
            Self::Decimal(decimal, units) => {
                let units = BigInt::from(units.magnitude().clone());
                let scale = decimal.scale();
                let wanted = u32::try_from(all).ok()?;
                let units = match wanted.checked_sub(scale) {
                    Some(more) => units * power_of_ten(more),
                    None => divide_rounded(
                        &units,
                        &power_of_ten(scale - wanted),
                        Rounding::HalfAwayFromZero,
                    ),
                };
                units.to_string()
            }
        };
        let text = format!("{text:0>width$}", width = behind + 1);
        let (whole, fraction) = text.split_at(text.len() - behind);
        Some((whole.to_owned(), fraction.to_owned()))
    }

    /// One digit and so many more, and the power of ten of the first
    fn scientific(&self, behind: usize) -> Option<(String, i64)> {
        if let Self::Float(value) = self {
            if !value.is_finite() {
                return None;
            }
            let text = format!("{:.behind$e}", value.abs());
            let (mantissa, exponent) = text.split_once('e')?;
            return Some((mantissa.replace('.', ""), exponent.parse().ok()?));
        }
        let scale = match self {
            Self::Decimal(decimal, _) => decimal.scale() as usize,
            _ => 0,
        };
        let (whole, fraction) = self.digits(scale, 0)?;
        let digits = format!("{whole}{fraction}");
        let first = digits.find(|digit| digit != '0');
        let Some(first) = first else {
            return Some(("0".repeat(behind + 1), 0));
        };
        let significant = &digits[first..];
        let exponent = i64::try_from(whole.len()).ok()? - i64::try_from(first).ok()? - 1;
        let value = BigInt::parse_bytes(significant.as_bytes(), 10)?;
        let wanted = behind + 1;
        let drop = significant.len().checked_sub(wanted);
        let Some(drop) = drop else {
            return Some((format!("{significant:0<wanted$}"), exponent));
        };
        let step = power_of_ten(u32::try_from(drop).ok()?);
        let rounded = divide_rounded(&value, &step, Rounding::HalfAwayFromZero).to_string();
        let carried = rounded.len() > wanted;
        Some((rounded[..wanted].to_owned(), exponent + i64::from(carried)))
    }
}

/// As few characters as the value needs
fn minimal_text(number: &Number, scientific: bool, upper: bool) -> String {
    let plain = match number {
        Number::Int(value) => value.to_string(),
        Number::Float(value) => super::number::format_float(*value),
        Number::Decimal(decimal, units) => decimal.format(units),
    };
    if !scientific && plain.len() <= 64 {
        return plain.to_uppercase();
    }
    let magnitude = plain
        .trim_start_matches('-')
        .split(['e', 'E'])
        .next()
        .unwrap_or_default();
    let behind = magnitude
        .bytes()
        .filter(u8::is_ascii_digit)
        .count()
        .saturating_sub(1);
    match number.scientific(behind) {
        Some((mantissa, exponent)) => {
            let (whole, fraction) = mantissa.split_at(1);
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            let minus = if number.is_negative() { "-" } else { "" };
            let mark = if upper { 'E' } else { 'e' };
            let sign = if exponent < 0 { '-' } else { '+' };
            format!(
                "{minus}{whole}{point}{fraction}{mark}{sign}{:02}",
                exponent.abs()
            )
        }
        None => plain.to_uppercase(),
    }
}

/// A whole number from 1 to 3999 in Roman digits, 15 characters wide
fn roman(number: &Number, format: &str, short: bool) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let value = number
        .digits(0, 0)
        .and_then(|(whole, _)| whole.parse::<u32>().ok());
    let Some(mut value) = value.filter(|value| (1..4000).contains(value) && !number.is_negative())
    else {
        return "#".repeat(15);
    };
    let mut text = String::new();
    for (worth, digits) in DIGITS {
        while value >= worth {
            text.push_str(digits);
            value -= worth;
        }
    }
    if format.contains('r') {
        text = text.to_lowercase();
    }
    if short { text } else { format!("{text:>15}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_their_format() {
        let float = |value: f64| Number::Float(value);
        let int = |value: i64| Number::Int(value);
        for (number, picture, text) in [
            (int(12), "999", "  12"),
            (int(-12), "999", " -12"),
            (float(12.345), "000.00", " 012.35"),
            (int(1_234_567), "9,999,999", " 1,234,567"),
            (int(1_234_567), "9,999", " #,###"),
            (int(0), "999", "   0"),
            (int(0), "B999", "    "),
            (int(0), "99.99", "   .00"),
            (float(0.5), ".99", " .50"),
            (int(-12), "$999", " -$12"),
            (int(12), "C999", "  USD12"),
            (int(-12), "999S", " 12-"),
            (int(12), "999PR", "  12 "),
            (int(-12), "$9,999PR", "   <$12>"),
            (float(12345.678), "9.99EEEE", " 1.23E+04"),
            (float(9.999), "9.9EEEE", " 1.0E+01"),
            (int(255), "0xxx", " 00ff"),
            (int(12), "9,099", "   012"),
            (float(2.5), "9", " 2"),
            (float(-0.5), "9", "-0"),
            (float(99.99), "9.9", " #.#"),
            (float(f64::INFINITY), "999.9", " INF  "),
            (float(f64::NEG_INFINITY), "99", "-##"),
            (float(f64::NAN), "9.9EEEE", "     NAN"),
            (float(12.345), "99V99", " 1235"),
            (float(5.1), "FM0999.99", "0005.1"),
            (int(5), "FM999.99", "5."),
            (int(1984), "FMRN", "MCMLXXXIV"),
        ] {
            assert_eq!(format(picture, &number).as_deref(), Ok(text), "{picture}");
        }
        for bad in [
            "", "9.9.9", "S99S", "MI99", "XX.X", "9 9", ",99", "9EEEE9", "9S9",
        ] {
            assert!(format(bad, &int(1)).is_err(), "{bad}");
        }
    }
}
