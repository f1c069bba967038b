//! Work on blocks of rows in parallel, with results in the blocks' order: sums over them do not
//! depend on the number of threads

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Runs `work` on each block of `size` values and gives the results in order
pub fn map<T: Send>(
    values: &mut [f64],
    size: usize,
    work: impl Fn(Range<usize>, &mut [f64]) -> T + Sync,
) -> Vec<T> {
    let blocks = values.len().div_ceil(size);
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(blocks);
    let run = |block: usize, values: &mut [f64]| {
        let start = block * size;
        work(start..start + values.len(), values)
    };
    if threads <= 1 {
        let chunks = values.chunks_mut(size).enumerate();
        return chunks.map(|(block, values)| run(block, values)).collect();
    }
    let queue = Mutex::new(values.chunks_mut(size).enumerate());
    let drain = || {
        let mut results = Vec::new();
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            match next {
                Some((block, values)) => results.push((block, run(block, values))),
                None => return results,
            }
        }
    };
    let mut results: Vec<(usize, T)> = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(drain)).collect();
        let mut results = drain();
        for helper in helpers {
            match helper.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(block, _)| *block);
    results.into_iter().map(|(_, result)| result).collect()
}
