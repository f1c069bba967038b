//! Numbers under printf's conversions

/// Flags, width and precision
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub left: bool,
    pub width: usize,
    pub precision: Option<usize>,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    grouped: bool,
}

impl Shape {
    /// Adds a flag
    pub fn flag(&mut self, flag: char) {
        match flag {
            '-' => self.left = true,
            '+' => self.plus = true,
            ' ' => self.space = true,
            '#' => self.alternate = true,
            '0' => self.zero = true,
            _ => self.grouped = true,
        }
    }

    /// Text cut to the precision and filled up to the width
    pub fn text(&self, text: &str) -> String {
        let cut: String = match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        };
        self.padded("", &cut, false)
    }

    fn padded(&self, sign: &str, digits: &str, zeros: bool) -> String {
        let length = sign.chars().count() + digits.chars().count();
        let missing = self.width.saturating_sub(length);
        match (self.left, zeros && self.zero) {
            (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }
}

/// `%d`, `%i`, `%o`, `%x`, `%X`
pub fn integer(value: i64, conversion: char, shape: &Shape) -> String {
    let magnitude = value.unsigned_abs();
    let (digits, prefix, separator, group) = match conversion {
        'o' => (format!("{magnitude:o}"), "0", ',', 4),
        'x' => (format!("{magnitude:x}"), "0x", ':', 4),
        'X' => (format!("{magnitude:X}"), "0X", ':', 4),
        _ => (magnitude.to_string(), "", ',', 3),
    };
    let digits = match shape.precision {
        Some(0) if value == 0 => String::new(),
        Some(least) => format!("{digits:0>least$}"),
        None => digits,
    };
    let digits = match shape.grouped {
        true => grouped(&digits, separator, group),
        false => digits,
    };
    let prefix = if shape.alternate { prefix } else { "" };
    let sign = format!("{}{prefix}", shape.sign(value < 0));
    shape.padded(&sign, &digits, shape.precision.is_none())
}

/// `%f`, `%e`, `%g` of a FLOAT64
pub fn float(value: f64, conversion: char, shape: &Shape) -> String {
    let sign = shape.sign(value < 0.0);
    if !value.is_finite() {
        let name = if value.is_nan() { "nan" } else { "inf" };
        return shape.padded(sign, &cased(name, conversion), false);
    }
    let value = value.abs();
    let fixed = |digits: usize| format!("{value:.digits$}");
    let scientific = |digits: usize| match format!("{value:.digits$e}").split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse().unwrap_or(0)),
        None => (String::new(), 0),
    };
    written(sign, &fixed, &scientific, conversion, shape)
}

/// `%f`, `%e`, `%g` of a NUMERIC's text; digits are rounded half away from zero
pub fn decimal(text: &str, conversion: char, shape: &Shape) -> String {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{rest}");
    let fixed = |places: usize| {
        let (kept, carried) = rounded(&digits, whole.len() + places);
        let (head, tail) = kept.split_at(whole.len() + usize::from(carried));
        match tail.is_empty() {
            true => head.to_owned(),
            false => format!("{head}.{tail}"),
        }
    };
    let scientific = |places: usize| {
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let significant = &digits[leading.min(digits.len() - 1)..];
        let exponent = match significant {
            "0" => 0,
            _ => whole.len() as i32 - 1 - leading as i32,
        };
        let (kept, carried) = rounded(significant, places + 1);
        let (head, tail) = kept.split_at(1);
        let tail = &tail[..places];
        let mantissa = match tail.is_empty() {
            true => head.to_owned(),
            false => format!("{head}.{tail}"),
        };
        (mantissa, exponent + i32::from(carried))
    };
    written(shape.sign(negative), &fixed, &scientific, conversion, shape)
}

/// The first so many digits, rounded, with zeros where there are fewer; and whether one came before
fn rounded(digits: &str, count: usize) -> (String, bool) {
    if digits.len() <= count {
        return (format!("{digits:0<count$}"), false);
    }
    let mut kept: Vec<u8> = digits.as_bytes()[..count].to_vec();
    if digits.as_bytes()[count] < b'5' {
        return (String::from_utf8(kept).unwrap_or_default(), false);
    }
    for digit in kept.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return (String::from_utf8(kept).unwrap_or_default(), false);
        }
        *digit = b'0';
    }
    kept.insert(0, b'1');
    (String::from_utf8(kept).unwrap_or_default(), true)
}

fn written(
    sign: &str,
    fixed: &dyn Fn(usize) -> String,
    scientific: &dyn Fn(usize) -> (String, i32),
    conversion: char,
    shape: &Shape,
) -> String {
    let precision = shape.precision.unwrap_or(6);
    let exponent_text = |mantissa: &str, exponent: i32| {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    };
    let pointed = |digits: String| match shape.alternate && !digits.contains('.') {
        true => format!("{digits}."),
        false => digits,
    };
    let with_groups = |digits: String| match shape.grouped {
        true => grouped(&digits, ',', 3),
        false => digits,
    };
    let digits = match conversion.to_ascii_lowercase() {
        'f' => with_groups(pointed(fixed(precision))),
        'e' => {
            let (mantissa, exponent) = scientific(precision);
            exponent_text(&pointed(mantissa), exponent)
        }
        _ => {
            let precision = precision.max(1);
            let (mantissa, exponent) = scientific(precision - 1);
            let short = |digits: String| match shape.alternate || !digits.contains('.') {
                true => pointed(digits),
                false => digits
                    .trim_end_matches('0')
                    .trim_end_matches('.')
                    .to_owned(),
            };
            match usize::try_from(precision as i32 - 1 - exponent) {
                Ok(places) if exponent >= -4 => with_groups(short(fixed(places))),
                _ => exponent_text(&short(mantissa), exponent),
            }
        }
    };
    shape.padded(sign, &cased(&digits, conversion), true)
}

fn cased(text: &str, conversion: char) -> String {
    match conversion.is_ascii_uppercase() {
        true => text.to_uppercase(),
        false => text.to_owned(),
    }
}

/// Digits before a point in groups
fn grouped(digits: &str, separator: char, group: usize) -> String {
    let (whole, rest) = match digits.find('.') {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % group == 0 {
            text.push(separator);
        }
        text.push(digit);
    }
    text + rest
}
