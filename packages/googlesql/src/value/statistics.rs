//! Statistics of a group's values that need all of them at once

/// Population and sample covariance, and correlation, of pairs
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    count: f64,
    /// Sums of products of deviations from the mean, of values divided by the scales
    xx: f64,
    yy: f64,
    xy: f64,
    scale: (f64, f64),
}

impl Moments {
    /// Of pairs without NULL
    ///
    /// An infinite value has no finite distance from a mean: all moments are NaN. Values are scaled by powers of two first, so that squares of extreme values stay in range.
    pub fn of(pairs: &[(f64, f64)]) -> Self {
        let infinite = |(x, y): &(f64, f64)| x.is_infinite() || y.is_infinite();
        if pairs.iter().any(infinite) {
            return Self {
                count: pairs.len() as f64,
                xx: f64::NAN,
                yy: f64::NAN,
                xy: f64::NAN,
                scale: (1.0, 1.0),
            };
        }
        let scale = (
            scale(pairs.iter().map(|pair| pair.0)),
            scale(pairs.iter().map(|pair| pair.1)),
        );
        let count = pairs.len() as f64;
        let scaled = || pairs.iter().map(|(x, y)| (x / scale.0, y / scale.1));
        let (mut mean_x, mut mean_y) = (0.0, 0.0);
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        // Welford's updates
        for (at, (x, y)) in scaled().enumerate() {
            let number = at as f64 + 1.0;
            let (off_x, off_y) = (x - mean_x, y - mean_y);
            mean_x += off_x / number;
            mean_y += off_y / number;
            xx += off_x * (x - mean_x);
            yy += off_y * (y - mean_y);
            xy += off_x * (y - mean_y);
        }
        // Infinity has no deviation from a mean
        let finite = pairs.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        let sum = |sum: f64| if finite { sum } else { f64::NAN };
        Self {
            count,
            xx: sum(xx),
            yy: sum(yy),
            xy: sum(xy),
            scale,
        }
    }

    /// `COVAR_POP`
    pub fn covar_pop(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.xy / self.count * self.scale.0 * self.scale.1)
    }

    /// `COVAR_SAMP`
    pub fn covar_samp(&self) -> Option<f64> {
        (self.count > 1.0).then(|| self.xy / (self.count - 1.0) * self.scale.0 * self.scale.1)
    }

    /// `CORR`
    pub fn corr(&self) -> Option<f64> {
        (self.count > 1.0).then(|| {
            let corr = self.xy / (self.xx * self.yy).sqrt();
            corr.clamp(-1.0, 1.0)
        })
    }
}

/// A power of two near the largest magnitude, 1 for ordinary values
fn scale(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.map(f64::abs).fold(0.0, f64::max);
    match largest.is_finite() && !(1e-70..1e70).contains(&largest) && largest > 0.0 {
        true => 2_f64.powi(largest.log2().floor().min(1023.0) as i32),
        false => 1.0,
    }
}

/// `PERCENTILE_CONT`: where the fraction falls between two of the sorted values, NULL before NaN before
/// numbers; beside a NULL it is the other value
pub fn percentile_cont(values: &mut [Option<f64>], fraction: f64) -> Option<f64> {
    values.sort_by(|left, right| match (left, right) {
        (Some(left), Some(right)) => right
            .is_nan()
            .cmp(&left.is_nan())
            .then(left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal)),
        (left, right) => left.is_some().cmp(&right.is_some()),
    });
    let position = fraction * values.len().checked_sub(1)? as f64;
    let (low, weight) = (position.floor(), position - position.floor());
    let below = *values.get(low as usize)?;
    if weight == 0.0 {
        return below;
    }
    let above = *values.get(low as usize + 1)?;
    match (below, above) {
        (Some(below), Some(above)) if below == above => Some(below),
        (Some(below), Some(above)) => Some(below * (1.0 - weight) + above * weight),
        (below, above) => below.or(above),
    }
}

/// As [`percentile_cont`], of NUMERICs and a NUMERIC fraction in billionths
pub fn percentile_cont_numeric(values: &mut [Option<i128>], fraction: i128) -> Option<i128> {
    const ONE: i128 = 1_000_000_000;
    values.sort();
    let position = fraction * values.len().checked_sub(1)? as i128;
    let (low, weight) = (position / ONE, position % ONE);
    let low = usize::try_from(low).ok()?;
    let below = *values.get(low)?;
    if weight == 0 {
        return below;
    }
    match (below, *values.get(low + 1)?) {
        (Some(below), Some(above)) => {
            // Both at once would not fit: the whole parts apart
            let step = above - below;
            let part = step / ONE * weight + round_half_away(step % ONE * weight, ONE);
            Some(below + part)
        }
        (below, above) => below.or(above),
    }
}

fn round_half_away(value: i128, unit: i128) -> i128 {
    (value + value.signum() * unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_values_keep_their_moments() {
        let big = f64::MAX;
        let extreme = Moments::of(&[(big, big), (-big, -big)]);
        assert_eq!(extreme.corr(), Some(1.0));
        assert_eq!(extreme.covar_samp(), Some(f64::INFINITY));
        assert_eq!(Moments::of(&[(1.0, 2.0)]).covar_samp(), None);
        assert_eq!(
            Moments::of(&[(1.0, 2.0), (3.0, 4.0)]).covar_samp(),
            Some(2.0)
        );
        let flat = Moments::of(&[(1.0, 2.0), (1.0, 3.0)]).corr();
        assert!(flat.is_some_and(f64::is_nan));
        let infinite = Moments::of(&[(1.0, f64::INFINITY), (1.0, 3.0)]).covar_pop();
        assert!(infinite.is_some_and(f64::is_nan));
        let infinite = Moments::of(&[(1.0, 4.0), (f64::INFINITY, 5.0)]).covar_samp();
        assert!(infinite.is_some_and(f64::is_nan));
    }

    #[test]
    fn percentiles_lie_between_values() {
        let mut values = [Some(4.0), None, Some(1.0), Some(2.0)];
        assert_eq!(percentile_cont(&mut values, 0.5), Some(1.5));
        assert_eq!(percentile_cont(&mut values, 0.1), Some(1.0));
        assert_eq!(percentile_cont(&mut values, 0.0), None);
        let mut values = [
            Some(4_000_000_000),
            Some(1_500_000_000),
            Some(2_000_000_000),
        ];
        let found = percentile_cont_numeric(&mut values, 300_000_000);
        assert_eq!(found, Some(1_800_000_000));
    }
}
