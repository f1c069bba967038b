//! Roots, powers and logarithms of NUMERIC and BIGNUMERIC, to the last digit
//!
//! Transcendental functions are series in binary fixed point with [`BITS`] fractional bits, which is
//! far more than the 256 bits of a result and of an exponent together need.

use std::sync::LazyLock;

use num_bigint::{BigInt, Sign};

use super::big_decimal::{Decimal, Rounding, divide_rounded, power_of_ten};

const BITS: u64 = 640;

const OVERFLOW: &str = "overflow";

/// Digits of π after the 3; more than a BIGNUMERIC times π needs
const PI_DIGITS: &str = "14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651";

static LN_2: LazyLock<BigInt> =
    LazyLock::new(|| ln_near_one(&(one() * 4 / 3)) + ln_near_one(&(one() * 3 / 2)));
static LN_10: LazyLock<BigInt> = LazyLock::new(|| ln(&(one() * 10)));

fn one() -> BigInt {
    BigInt::from(1) << BITS
}

fn long_pi() -> Option<(BigInt, u32)> {
    let digits = u32::try_from(PI_DIGITS.len()).ok()?;
    let pi = BigInt::parse_bytes(format!("3{PI_DIGITS}").as_bytes(), 10)?;
    Some((pi, digits))
}

/// Degrees to radians
pub fn radians(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    let (pi, digits) = long_pi().ok_or(OVERFLOW)?;
    let divisor = power_of_ten(digits) * 180;
    finish(
        decimal,
        divide_rounded(&(units * pi), &divisor, Rounding::HalfAwayFromZero),
    )
}

/// Radians to degrees
pub fn degrees(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    let (pi, digits) = long_pi().ok_or(OVERFLOW)?;
    let dividend = units * power_of_ten(digits) * 180;
    finish(
        decimal,
        divide_rounded(&dividend, &pi, Rounding::HalfAwayFromZero),
    )
}

/// An error for a negative number
pub fn sqrt(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    if units.sign() == Sign::Minus {
        return Err("SQRT of a negative number".to_owned());
    }
    let root = (units * decimal.one() * power_of_ten(40)).sqrt();
    finish(
        decimal,
        divide_rounded(&root, &power_of_ten(20), Rounding::HalfAwayFromZero),
    )
}

/// The cubic root, also of negative numbers
pub fn cbrt(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    let root = (units * decimal.one() * decimal.one() * power_of_ten(60)).cbrt();
    finish(
        decimal,
        divide_rounded(&root, &power_of_ten(20), Rounding::HalfAwayFromZero),
    )
}

/// e to the power
pub fn exponential(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    of_fixed(decimal, &exp(&fixed(decimal, units))?)
}

/// The natural logarithm; an error for a number that is not positive
pub fn natural_logarithm(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    positive("LN", units)?;
    of_fixed(decimal, &ln(&fixed(decimal, units)))
}

/// The logarithm to base 10
pub fn decimal_logarithm(decimal: Decimal, units: &BigInt) -> Result<BigInt, String> {
    positive("LOG10", units)?;
    of_fixed(decimal, &((ln(&fixed(decimal, units)) << BITS) / &*LN_10))
}

/// The logarithm to a base other than 1
pub fn logarithm(decimal: Decimal, units: &BigInt, base: &BigInt) -> Result<BigInt, String> {
    positive("LOG", units)?;
    positive("LOG", base)?;
    if *base == decimal.one() {
        return Err("LOG to base 1".to_owned());
    }
    of_fixed(
        decimal,
        &((ln(&fixed(decimal, units)) << BITS) / ln(&fixed(decimal, base))),
    )
}

/// A power; a negative base takes whole exponents only
pub fn power(decimal: Decimal, base: &BigInt, exponent: &BigInt) -> Result<BigInt, String> {
    let one_unit = decimal.one();
    if exponent.sign() == Sign::NoSign {
        return Ok(one_unit);
    }
    let whole = (exponent % &one_unit).sign() == Sign::NoSign;
    let odd = whole && (exponent / &one_unit).bit(0);
    match base.sign() {
        Sign::NoSign if exponent.sign() == Sign::Minus => {
            return Err("POW of 0 with a negative exponent".to_owned());
        }
        Sign::NoSign => return Ok(BigInt::ZERO),
        Sign::Minus if !whole => {
            return Err("POW of a negative number with a fraction".to_owned());
        }
        _ => {}
    }
    let magnitude = BigInt::from(base.magnitude().clone());
    let product = (ln(&fixed(decimal, &magnitude)) * fixed(decimal, exponent)) >> BITS;
    let result = exp(&product)?;
    let negative = base.sign() == Sign::Minus && odd;
    of_fixed(decimal, &if negative { -result } else { result })
}

fn positive(name: &str, units: &BigInt) -> Result<(), String> {
    match units.sign() {
        Sign::Plus => Ok(()),
        _ => Err(format!("{name} of a number that is not positive")),
    }
}

fn finish(decimal: Decimal, units: BigInt) -> Result<BigInt, String> {
    let overflow = || format!("{} {OVERFLOW}", decimal.name());
    decimal.check(units).ok_or_else(overflow)
}

fn fixed(decimal: Decimal, units: &BigInt) -> BigInt {
    (units << BITS) / decimal.one()
}

/// Rounded in two steps, so that a result that lies on a half is not lost to a last bit
fn of_fixed(decimal: Decimal, value: &BigInt) -> Result<BigInt, String> {
    let longer = power_of_ten(25);
    let digits = value * decimal.one() * &longer;
    let digits = divide_rounded(&digits, &one(), Rounding::HalfAwayFromZero);
    finish(
        decimal,
        divide_rounded(&digits, &longer, Rounding::HalfAwayFromZero),
    )
}

/// Of a positive number: as 2ᵏ times one near 1
fn ln(value: &BigInt) -> BigInt {
    let bits = i64::try_from(value.bits()).unwrap_or(0);
    let exponent = bits - 1 - i64::try_from(BITS).unwrap_or(0);
    let near = match u64::try_from(exponent) {
        Ok(down) => value >> down,
        Err(_) => value << exponent.unsigned_abs(),
    };
    &*LN_2 * exponent + ln_near_one(&near)
}

/// 2 artanh((x - 1) / (x + 1))
fn ln_near_one(value: &BigInt) -> BigInt {
    let part = ((value - one()) << BITS) / (value + one());
    let square = (&part * &part) >> BITS;
    let (mut term, mut sum, mut divisor) = (part.clone(), part, 1_u32);
    while term.bits() > 1 {
        term = (term * &square) >> BITS;
        divisor += 2;
        sum += &term / divisor;
    }
    sum * 2
}

/// Powers of 2 apart, the rest divided by 2⁸ for the series and squared as often
fn exp(value: &BigInt) -> Result<BigInt, String> {
    let exponent = i64::try_from(&(value / &*LN_2)).map_err(|_| OVERFLOW);
    let exponent = match exponent {
        Ok(exponent) if exponent < 400 => exponent,
        _ if value.sign() == Sign::Minus => return Ok(BigInt::ZERO),
        _ => return Err(OVERFLOW.to_owned()),
    };
    let rest = (value - &*LN_2 * exponent) >> 8_u32;
    let (mut term, mut sum, mut count) = (one(), one(), 0_u32);
    while term.bits() > 1 {
        count += 1;
        term = ((term * &rest) >> BITS) / count;
        sum += &term;
    }
    for _ in 0..8 {
        sum = (&sum * &sum) >> BITS;
    }
    Ok(match u64::try_from(exponent) {
        Ok(up) => sum << up,
        Err(_) => sum >> exponent.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_exact_to_the_last_digit() {
        let big = |text: &str| Decimal::Big.parse(text).unwrap();
        let text = |value: Result<BigInt, String>| Decimal::Big.format(&value.unwrap());
        let decimal = Decimal::Big;
        for (value, expected) in [
            (
                exponential(decimal, &big("1")),
                "2.71828182845904523536028747135266249776",
            ),
            (
                natural_logarithm(decimal, &big("2")),
                "0.69314718055994530941723212145817656808",
            ),
            (
                decimal_logarithm(decimal, &big("2")),
                "0.30102999566398119521373889472449302677",
            ),
            (decimal_logarithm(decimal, &big("1e-38")), "-38"),
            (logarithm(decimal, &big("8"), &big("2")), "3"),
            (
                sqrt(decimal, &big("2")),
                "1.41421356237309504880168872420969807857",
            ),
            (cbrt(decimal, &big("-27")), "-3"),
            (
                cbrt(decimal, &big("28")),
                "3.03658897187566251942080957850566963558",
            ),
            (power(decimal, &big("-2"), &big("3")), "-8"),
            (
                power(decimal, &big("2"), &big("0.5")),
                "1.41421356237309504880168872420969807857",
            ),
            (exponential(decimal, &big("-1000")), "0"),
            (
                radians(decimal, &big("360")),
                "6.28318530717958647692528676655900576839",
            ),
            (
                degrees(decimal, &big("360")),
                "20626.48062470963551564733573307786131966597",
            ),
        ] {
            assert_eq!(text(value), expected);
        }
        assert!(exponential(decimal, &big("90")).is_err());
        assert!(exponential(decimal, &big("1e30")).is_err());
    }
}
