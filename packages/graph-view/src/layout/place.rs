//! From layers and orders to pixels: columns beside each other, items as near to their neighbours
//! as the gaps allow

use super::layers::Layered;
use super::{Layout, Point, Size};

/// Between columns
const COLUMN_GAP: f64 = 60.0;
/// Between nodes of a column
const ROW_GAP: f64 = 18.0;
/// Between a turning point and what is beside it
const TURN_GAP: f64 = 12.0;
/// Around all
const MARGIN: f64 = 32.0;
/// Sweeps over all layers
const SWEEPS: usize = 24;

pub fn place(layered: &Layered, sizes: &[Size], edges: &[(usize, usize)]) -> Layout {
    let columns = columns(layered, sizes);
    let middles = middles(layered);
    let column_of = column_of(layered);
    let left = |item: usize| columns[column_of[item]].0;
    let nodes: Vec<Point> = sizes
        .iter()
        .enumerate()
        .map(|(node, size)| (left(node), middles[node] - size.height / 2.0))
        .collect();
    let routes = layered
        .paths
        .iter()
        .zip(edges)
        .map(|(path, (from, _))| {
            let mut points = Vec::with_capacity(path.len() * 2);
            for (step, item) in path.iter().enumerate() {
                let right = match sizes.get(*item) {
                    Some(size) => left(*item) + size.width,
                    None => left(*item) + columns[column_of[*item]].1,
                };
                if step > 0 {
                    points.push((left(*item), middles[*item]));
                }
                if step + 1 < path.len() {
                    points.push((right, middles[*item]));
                }
            }
            if path.first() != Some(from) {
                points.reverse();
            }
            points
        })
        .collect();
    let width = columns.last().map_or(0.0, |(left, width)| left + width);
    let lowest = nodes
        .iter()
        .zip(sizes)
        .map(|((_, top), size)| top + size.height)
        .fold(0.0, f64::max);
    Layout {
        nodes,
        edges: routes,
        width: width + MARGIN,
        height: lowest + MARGIN,
    }
}

/// Left edge and width of each column
fn columns(layered: &Layered, sizes: &[Size]) -> Vec<(f64, f64)> {
    let mut left = MARGIN;
    let mut columns = Vec::with_capacity(layered.layers.len());
    for layer in &layered.layers {
        let width = layer
            .iter()
            .filter_map(|item| sizes.get(*item))
            .map(|size| size.width)
            .fold(0.0, f64::max);
        columns.push((left, width));
        left += width + COLUMN_GAP;
    }
    columns
}

fn column_of(layered: &Layered) -> Vec<usize> {
    let mut column_of = vec![0; layered.heights.len()];
    for (column, layer) in layered.layers.iter().enumerate() {
        for item in layer {
            column_of[*item] = column;
        }
    }
    column_of
}

/// The vertical middle of each item
fn middles(layered: &Layered) -> Vec<f64> {
    let mut middles = vec![0.0; layered.heights.len()];
    for layer in &layered.layers {
        let mut at = 0.0;
        for (place, item) in layer.iter().enumerate() {
            if place > 0 {
                at += distance(layered, layer[place - 1], *item);
            }
            middles[*item] = at;
        }
        for item in layer {
            middles[*item] -= at / 2.0;
        }
    }
    let count = layered.layers.len();
    for sweep in 0..SWEEPS {
        for step in 0..count {
            let layer = if sweep % 2 == 0 {
                step
            } else {
                count - 1 - step
            };
            settle(layered, layer, sweep, &mut middles);
        }
    }
    let top = (0..middles.len())
        .map(|item| middles[item] - layered.heights[item] / 2.0)
        .fold(f64::INFINITY, f64::min);
    for middle in &mut middles {
        *middle += MARGIN - top;
    }
    middles
}

/// Moves the items of a layer as near as possible to the middle of their neighbours, keeping order
/// and gaps: least squares with pool-adjacent-violators
fn settle(layered: &Layered, layer: usize, sweep: usize, middles: &mut [f64]) {
    let items = &layered.layers[layer];
    let mut gaps = 0.0;
    // blocks of items that touch: sum of weighted wishes, weight, number of items
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(items.len());
    let mut offsets = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            gaps += distance(layered, items[place - 1], *item);
        }
        offsets.push(gaps);
        let (wish, weight) = wish(layered, *item, sweep, middles);
        let mut block = ((wish - gaps) * weight, weight, 1);
        while let Some(last) = blocks.last() {
            if last.0 / last.1 <= block.0 / block.1 {
                break;
            }
            block = (block.0 + last.0, block.1 + last.1, block.2 + last.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut place = 0;
    for (sum, weight, count) in blocks {
        for _ in 0..count {
            middles[items[place]] = sum / weight + offsets[place];
            place += 1;
        }
    }
}

/// Where an item would like to be, and how much
fn wish(layered: &Layered, item: usize, sweep: usize, middles: &[f64]) -> (f64, f64) {
    let before = &layered.before[item];
    let after = &layered.after[item];
    let chosen: Vec<usize> = match sweep % 3 {
        0 if !before.is_empty() => before.clone(),
        1 if !after.is_empty() => after.clone(),
        _ => before.iter().chain(after).copied().collect(),
    };
    if chosen.is_empty() {
        return (middles[item], 0.05);
    }
    let sum: f64 = chosen.iter().map(|other| middles[*other]).sum();
    // turning points hold long edges straight
    let weight = if layered.heights[item] == 0.0 {
        4.0
    } else {
        1.0
    };
    (sum / chosen.len() as f64, weight)
}

/// The least distance between the middles of two items that follow each other
fn distance(layered: &Layered, upper: usize, lower: usize) -> f64 {
    let (upper, lower) = (layered.heights[upper], layered.heights[lower]);
    let gap = if upper == 0.0 || lower == 0.0 {
        TURN_GAP
    } else {
        ROW_GAP
    };
    (upper + lower) / 2.0 + gap
}
