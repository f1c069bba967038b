//! The few distributions that the game needs, over one random stream per user

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The random numbers of one user, independent of every other user's
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of one user in the world of `seed`
    pub fn of_user(seed: u64, user: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(user);
        Self(generator)
    }

    /// Uniform in 0..1
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Uniform in `low..high`
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform among the whole numbers `low..=high`
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// True with this probability
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// 128 random bits
    pub fn bits(&mut self) -> u128 {
        u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64())
    }

    /// Standard normal, after Box and Muller
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Exponential with this mean
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Poisson with this mean, after Knuth; meant for small means
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            count += 1;
            product *= self.unit();
        }
        count
    }

    /// One of the items, each as likely as its weight says
    pub fn weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> f64) -> &'a T {
        let total: f64 = items.iter().map(&weight).sum();
        let mut left = self.unit() * total;
        let last = items.len() - 1;
        for item in &items[..last] {
            left -= weight(item);
            if left < 0.0 {
                return item;
            }
        }
        &items[last]
    }
}

/// The logistic function: a probability out of log-odds
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
