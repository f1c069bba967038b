//! Queries that are made at random from the function table and from templates of everything that is
//! not a plain call; a seed gives the same queries again

mod call;
mod literal;
mod template;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use call::Calls;
use template::Templates;

/// A query, and what it is about
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// A function's name or a template's label
    pub about: String,
    /// GoogleSQL
    pub sql: String,
    /// Whether the order of its rows counts
    pub ordered: bool,
}

/// An endless supply of queries
pub struct Generator {
    rng: ChaCha8Rng,
    calls: Calls,
    templates: Templates,
}

impl Generator {
    /// Queries of a seed; only those about names or labels that contain `only`
    pub fn new(seed: u64, only: Option<&str>) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            calls: Calls::new(only),
            templates: Templates::new(only),
        }
    }

    /// The next query; nothing if nothing fits what was asked for
    pub fn query(&mut self) -> Option<Query> {
        let names = self.calls.len();
        let all = names + self.templates.len();
        if all == 0 {
            return None;
        }
        Some(match self.rng.random_range(0..all) < names {
            true => self.calls.query(&mut self.rng),
            false => self.templates.query(&mut self.rng),
        })
    }
}
