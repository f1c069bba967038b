//! Which model answers the next request

use std::sync::atomic::{AtomicU32, Ordering};

/// Coprime to 100 and near its golden section, so that each model's turns are spread evenly
const STEP: u32 = 61;

/// A split of the traffic; of any 100 requests in a row each model gets as many as its percents
#[derive(Debug, Default)]
pub struct Traffic {
    /// Up to which hundredth a model's share goes, and its position
    shares: Vec<(u32, usize)>,
    turn: AtomicU32,
}

impl Traffic {
    /// A split into percents, by position
    pub fn new(percents: impl IntoIterator<Item = (usize, u32)>) -> Self {
        let mut end = 0;
        let mut shares = Vec::new();
        for (position, percent) in percents {
            if percent > 0 {
                end += percent;
                shares.push((end, position));
            }
        }
        Self {
            shares,
            turn: AtomicU32::new(0),
        }
    }

    /// The position whose turn it is; `None` where there is no traffic
    pub fn next(&self) -> Option<usize> {
        if let [(_, only)] = self.shares.as_slice() {
            return Some(*only);
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let hundredth = (turn % 100) * STEP % 100;
        let found = self.shares.iter().find(|(end, _)| hundredth < *end);
        found.map(|(_, position)| *position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_hundred_requests_are_split_exactly() {
        for (first, second) in [(50, 50), (90, 10), (99, 1), (0, 100)] {
            let traffic = Traffic::new([(0, first), (1, second)]);
            for _ in 0..37 {
                traffic.next();
            }
            let chosen: Vec<usize> = (0..100).filter_map(|_| traffic.next()).collect();
            let to_second = chosen.iter().filter(|position| **position == 1).count();
            assert_eq!((chosen.len(), to_second), (100, second as usize));
        }
        assert_eq!(Traffic::default().next(), None);
    }
}
