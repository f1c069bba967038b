//! NUMERIC and BIGNUMERIC as whole numbers of their last digit, of any length
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types>

use num_bigint::{BigInt, Sign};

use super::decimal::{Written, written};

/// Which of the two decimal types
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// 9 digits after the point, 29 before
    Numeric,
    /// 38 digits after the point; 256 bits in all
    Big,
}

/// How a digit that is dropped changes the one before it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    HalfAwayFromZero,
    HalfEven,
    /// Cut off
    TowardZero,
    /// Up
    Ceiling,
    /// Down
    Floor,
}

impl Decimal {
    /// Digits after the point
    pub fn scale(self) -> u32 {
        match self {
            Self::Numeric => super::decimal::SCALE,
            Self::Big => 38,
        }
    }

    /// The type's name
    pub fn name(self) -> &'static str {
        match self {
            Self::Numeric => "NUMERIC",
            Self::Big => "BIGNUMERIC",
        }
    }

    /// The units of 1
    pub fn one(self) -> BigInt {
        power_of_ten(self.scale())
    }

    /// The units, where the type holds them
    pub fn check(self, units: BigInt) -> Option<BigInt> {
        let fits = match self {
            Self::Numeric => *units.magnitude() < *power_of_ten(38).magnitude(),
            Self::Big => {
                let bits = units.magnitude().bits();
                bits < 256
                    || bits == 256
                        && units.sign() == Sign::Minus
                        && units.magnitude().count_ones() == 1
            }
        };
        fits.then_some(units)
    }

    /// The units of a decimal text, rounded half away from zero
    pub fn parse(self, text: &str) -> Option<BigInt> {
        let Written {
            negative,
            whole,
            fraction,
            exponent,
        } = written(text)?;
        let all = format!("{whole}{fraction}");
        if !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value = BigInt::parse_bytes(all.as_bytes(), 10)?;
        if value.sign() == Sign::NoSign {
            return Some(value);
        }
        let behind = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
        let shift = i64::from(self.scale()) - behind;
        let units = match u32::try_from(shift) {
            // Beyond any value of the type
            Ok(more) if more > 200 => return None,
            Ok(more) => value * power_of_ten(more),
            Err(_) => {
                let drop = shift.unsigned_abs();
                match u32::try_from(drop)
                    .ok()
                    .filter(|_| drop <= all.len() as u64)
                {
                    Some(drop) => {
                        divide_rounded(&value, &power_of_ten(drop), Rounding::HalfAwayFromZero)
                    }
                    None => BigInt::ZERO,
                }
            }
        };
        self.check(if negative { -units } else { units })
    }

    /// As `PARSE_BIGNUMERIC` reads it
    pub fn parse_loose(self, text: &str) -> Option<BigInt> {
        self.parse(&super::decimal::tightened(text)?)
    }

    /// Without trailing zeros
    pub fn format(self, units: &BigInt) -> String {
        let text = self.fixed(units, self.scale());
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    }

    /// With so many digits after the point, at most those that the type has
    fn fixed(self, units: &BigInt, digits: u32) -> String {
        let sign = if units.sign() == Sign::Minus { "-" } else { "" };
        let scale = self.scale() as usize;
        let text = format!("{:0>width$}", units.magnitude(), width = scale + 1);
        let (whole, fraction) = text.split_at(text.len() - scale);
        match digits {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{}", &fraction[..digits as usize]),
        }
    }

    pub fn multiply(self, left: &BigInt, right: &BigInt) -> Option<BigInt> {
        let product = left * right;
        self.check(divide_rounded(
            &product,
            &self.one(),
            Rounding::HalfAwayFromZero,
        ))
    }

    /// `None` for a zero divisor too
    pub fn divide(self, left: &BigInt, right: &BigInt) -> Option<BigInt> {
        if right.sign() == Sign::NoSign {
            return None;
        }
        let scaled = left * self.one();
        self.check(divide_rounded(&scaled, right, Rounding::HalfAwayFromZero))
    }

    /// The quotient without its fraction
    pub fn whole_quotient(self, left: &BigInt, right: &BigInt) -> Option<BigInt> {
        self.check(left.checked_div(right)? * self.one())
    }

    /// Rounds after `digits` digits behind the point
    pub fn round(self, units: &BigInt, digits: i64, rounding: Rounding) -> Option<BigInt> {
        let drop = i64::from(self.scale()).saturating_sub(digits);
        if drop <= 0 {
            return Some(units.clone());
        }
        // No value has this many digits
        let step = power_of_ten(u32::try_from(drop.min(100)).ok()?);
        self.check(divide_rounded(units, &step, rounding) * step)
    }

    /// The exact value rounded half away from zero; `None` beyond the type and where not finite
    pub fn of_float(self, value: f64) -> Option<BigInt> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i64;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = match exponent {
            0 => (fraction, -1074),
            _ => (fraction | 1 << 52, exponent - 1075),
        };
        let scaled = BigInt::from(mantissa) * self.one();
        let units = match u32::try_from(exponent) {
            Ok(up) if up > 256 => return None,
            Ok(up) => scaled << up,
            Err(_) => {
                let step = BigInt::from(1) << exponent.unsigned_abs();
                divide_rounded(&scaled, &step, Rounding::HalfAwayFromZero)
            }
        };
        self.check(if value < 0.0 { -units } else { units })
    }

    /// The nearest FLOAT64
    pub fn to_float(self, units: &BigInt) -> f64 {
        format!("{units}e-{}", self.scale())
            .parse()
            .unwrap_or(f64::NAN)
    }

    /// Rounded to the nearest whole number, half away from zero
    pub fn to_int(self, units: &BigInt) -> Option<i64> {
        let whole = divide_rounded(units, &self.one(), Rounding::HalfAwayFromZero);
        i64::try_from(&whole).ok()
    }

    /// The units in the other decimal type, rounded where that has fewer digits
    pub fn convert(self, units: &BigInt, to: Self) -> Option<BigInt> {
        let (own, other) = (self.scale(), to.scale());
        let units = match other.checked_sub(own) {
            Some(more) => units * power_of_ten(more),
            None => divide_rounded(
                units,
                &power_of_ten(own - other),
                Rounding::HalfAwayFromZero,
            ),
        };
        to.check(units)
    }

    /// Whether the units are of at most so many digits, `scale` of them after the point
    pub fn within(self, units: &BigInt, precision: i64, scale: i64) -> bool {
        let whole = u32::try_from(precision - scale).unwrap_or(0);
        *units.magnitude() < *power_of_ten(whole + self.scale()).magnitude()
    }
}

/// Ten to the power
pub fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// The quotient as a whole number; the divisor is not zero
pub fn divide_rounded(dividend: &BigInt, divisor: &BigInt, rounding: Rounding) -> BigInt {
    let quotient = dividend / divisor;
    let rest = dividend % divisor;
    if rest.sign() == Sign::NoSign {
        return quotient;
    }
    let negative = (dividend.sign() == Sign::Minus) != (divisor.sign() == Sign::Minus);
    let half = (rest.magnitude() * 2_u32).cmp(divisor.magnitude());
    let away = match rounding {
        Rounding::HalfAwayFromZero => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || half.is_eq() && quotient.bit(0),
        Rounding::TowardZero => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
    };
    match (away, negative) {
        (false, _) => quotient,
        (true, true) => quotient - 1,
        (true, false) => quotient + 1,
    }
}

/// The whole number of DuckDB's BIGNUM bytes
///
/// Three bytes hold the sign (highest bit set: not negative) and the count of bytes that follow,
/// the magnitude with the greatest first; all are inverted for a negative number, so that bytes
/// order as numbers do.
pub fn decode(bytes: &[u8]) -> BigInt {
    let Some((header, magnitude)) = bytes.split_at_checked(3) else {
        return BigInt::ZERO;
    };
    match header[0] & 0x80 {
        0 => {
            let inverted: Vec<u8> = magnitude.iter().map(|byte| !byte).collect();
            BigInt::from_bytes_be(Sign::Minus, &inverted)
        }
        _ => BigInt::from_bytes_be(Sign::Plus, magnitude),
    }
}

/// The text of a BIGNUMERIC that DuckDB hands out as the bytes of its BIGNUM
pub fn bignumeric_text(bytes: &[u8]) -> String {
    Decimal::Big.format(&decode(bytes))
}

/// DuckDB's BIGNUM bytes of a whole number
pub fn encode(value: &BigInt) -> Vec<u8> {
    let (sign, magnitude) = value.to_bytes_be();
    let count = u32::try_from(magnitude.len()).unwrap_or_default() | 0x80_0000;
    let mut bytes = count.to_be_bytes()[1..].to_vec();
    bytes.extend(magnitude);
    if sign == Sign::Minus {
        for byte in &mut bytes {
            *byte = !*byte;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn big(text: &str) -> BigInt {
        Decimal::Big.parse(text).unwrap()
    }

    #[test]
    fn decimals_compute() {
        let decimal = Decimal::Big;
        assert_eq!(decimal.format(&big("-12.3400")), "-12.34");
        assert_eq!(decimal.format(&big("1e3")), "1000");
        assert_eq!(
            decimal.format(&decimal.divide(&big("2"), &big("-3")).unwrap()),
            "-0.66666666666666666666666666666666666667"
        );
        let least =
            "-578960446186580977117854925043439539266.34992332820282019728792003956564819968";
        assert_eq!(decimal.format(&big(least)), least);
        assert_eq!(decimal.parse(&least[1..]), None);
        assert_eq!(
            Decimal::Numeric.parse("99999999999999999999999999999.9999999995"),
            None
        );
        assert_eq!(
            decimal.format(&decimal.of_float(0.1).unwrap()),
            "0.10000000000000000555111512312578270212"
        );
        let even = decimal.round(&big("2.25"), 1, Rounding::HalfEven);
        assert_eq!(decimal.format(&even.unwrap()), "2.2");
    }

    proptest! {
        #[test]
        fn bignum_bytes_order_as_numbers(left: i128, right: i128) {
            let (left, right) = (BigInt::from(left), BigInt::from(right));
            prop_assert_eq!(decode(&encode(&left)), left.clone());
            prop_assert_eq!(encode(&left).cmp(&encode(&right)), left.cmp(&right));
        }
    }
}
