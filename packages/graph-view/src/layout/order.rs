//! The order of items within a layer: each goes to the middle of its neighbours, back and forth,
//! and the order with the fewest crossings wins

use super::layers::Layered;

/// Sweeps over all layers; more help little
const SWEEPS: usize = 12;

pub fn reduce_crossings(layered: &mut Layered) {
    start(layered);
    let mut places = places(layered);
    let mut best = layered.layers.clone();
    let mut fewest = crossings(layered, &places);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let count = layered.layers.len();
        for step in 1..count {
            let (layer, neighbours) = if sweep % 2 == 0 {
                (step, &layered.before)
            } else {
                (count - 1 - step, &layered.after)
            };
            sort_by_middle(&mut layered.layers[layer], neighbours, &mut places);
        }
        let now = crossings(layered, &places);
        if now < fewest {
            fewest = now;
            best.clone_from(&layered.layers);
        }
    }
    layered.layers = best;
}

/// A first order: depth first from the left, so that what belongs together stays together
fn start(layered: &mut Layered) {
    let mut seen = vec![false; layered.heights.len()];
    let mut order = Vec::with_capacity(seen.len());
    let roots: Vec<usize> = layered.layers.iter().flatten().copied().collect();
    for root in roots {
        let mut open = vec![root];
        while let Some(item) = open.pop() {
            if std::mem::replace(&mut seen[item], true) {
                continue;
            }
            order.push(item);
            open.extend(layered.after[item].iter().rev());
        }
    }
    let mut position = vec![0; order.len()];
    for (at, item) in order.into_iter().enumerate() {
        position[item] = at;
    }
    for layer in &mut layered.layers {
        layer.sort_by_key(|item| position[*item]);
    }
}

fn places(layered: &Layered) -> Vec<usize> {
    let mut places = vec![0; layered.heights.len()];
    for layer in &layered.layers {
        for (place, item) in layer.iter().enumerate() {
            places[*item] = place;
        }
    }
    places
}

fn sort_by_middle(layer: &mut [usize], neighbours: &[Vec<usize>], places: &mut [usize]) {
    let mut keyed: Vec<(f64, usize)> = layer
        .iter()
        .map(|item| {
            let around = &neighbours[*item];
            let middle = if around.is_empty() {
                places[*item] as f64
            } else {
                around
                    .iter()
                    .map(|other| places[*other] as f64)
                    .sum::<f64>()
                    / around.len() as f64
            };
            (middle, *item)
        })
        .collect();
    keyed.sort_by(|left, right| left.0.total_cmp(&right.0));
    for (place, (_, item)) in keyed.into_iter().enumerate() {
        layer[place] = item;
        places[item] = place;
    }
}

/// How often edges cross, layer by layer, counted with a tree of partial sums
fn crossings(layered: &Layered, places: &[usize]) -> u64 {
    let mut total = 0;
    for pair in layered.layers.windows(2) {
        let [left, right] = pair else { continue };
        let mut sums = vec![0_u64; right.len() + 1];
        let mut seen = 0;
        for item in left {
            let mut ends: Vec<usize> = layered.after[*item]
                .iter()
                .map(|other| places[*other])
                .collect();
            ends.sort_unstable();
            for end in &ends {
                let mut not_after = 0;
                let mut at = end + 1;
                while at > 0 {
                    not_after += sums[at];
                    at &= at - 1;
                }
                total += seen - not_after;
            }
            for end in ends {
                seen += 1;
                let mut at = end + 1;
                while at < sums.len() {
                    sums[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
    }
    total
}
