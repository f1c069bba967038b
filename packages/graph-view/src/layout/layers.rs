//! Which layer a node stands in, and the points by which long edges cross layers

use std::collections::HashMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Size;

/// Nodes and the turning points of long edges, called items, in layers
pub struct Layered {
    /// Items of each layer, top to bottom; the first items are the nodes
    pub layers: Vec<Vec<usize>>,
    /// Height of each item; 0 for a turning point
    pub heights: Vec<f64>,
    /// Items in the layer before that an item is joined with
    pub before: Vec<Vec<usize>>,
    /// Items in the layer after
    pub after: Vec<Vec<usize>>,
    /// The items that each edge runs through from left to right
    pub paths: Vec<Vec<usize>>,
}

impl Layered {
    pub fn new(sizes: &[Size], edges: &[(usize, usize)]) -> Self {
        let directed = without_circles(sizes.len(), edges);
        let layer_of = assign(sizes.len(), &directed);
        let count = layer_of.iter().max().map_or(0, |last| last + 1);
        let mut layered = Self {
            layers: vec![Vec::new(); count],
            heights: sizes.iter().map(|size| size.height).collect(),
            before: vec![Vec::new(); sizes.len()],
            after: vec![Vec::new(); sizes.len()],
            paths: Vec::with_capacity(edges.len()),
        };
        for (node, layer) in layer_of.iter().enumerate() {
            layered.layers[*layer].push(node);
        }
        // edges out of one node share their turning points, as the branches of a bus do
        let mut turns: HashMap<(usize, usize), usize> = HashMap::new();
        for (from, to) in directed {
            let mut path = vec![from];
            for layer in layer_of[from] + 1..layer_of[to] {
                let turn = *turns
                    .entry((from, layer))
                    .or_insert_with(|| layered.add_turn(layer));
                path.push(turn);
            }
            if from != to {
                path.push(to);
            }
            layered.join(&path);
            layered.paths.push(path);
        }
        layered
    }

    fn add_turn(&mut self, layer: usize) -> usize {
        let item = self.heights.len();
        self.heights.push(0.0);
        self.before.push(Vec::new());
        self.after.push(Vec::new());
        self.layers[layer].push(item);
        item
    }

    fn join(&mut self, path: &[usize]) {
        for pair in path.windows(2) {
            if let [left, right] = pair
                && !self.after[*left].contains(right)
            {
                self.after[*left].push(*right);
                self.before[*right].push(*left);
            }
        }
    }
}

/// The edges, those that close a circle turned around
fn without_circles(nodes: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    for _ in 0..nodes {
        graph.add_node(());
    }
    for (from, to) in edges {
        graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
    }
    // Tarjan's components come in reverse order of dependency; within one, the number decides
    let mut rank = vec![(0, 0); nodes];
    for (component, members) in tarjan_scc(&graph).iter().rev().enumerate() {
        for member in members {
            rank[member.index()] = (component, member.index());
        }
    }
    edges
        .iter()
        .map(|(from, to)| {
            if rank[*from] <= rank[*to] {
                (*from, *to)
            } else {
                (*to, *from)
            }
        })
        .collect()
}

/// The longest path to each node; what nothing leads to stands right before what needs it first
fn assign(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut waiting = vec![0_usize; nodes];
    let mut after = vec![Vec::new(); nodes];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        waiting[*to] += 1;
        after[*from].push(*to);
    }
    let first: Vec<bool> = waiting.iter().map(|count| *count == 0).collect();
    let mut layer = vec![0; nodes];
    let mut ready: Vec<usize> = (0..nodes).filter(|node| first[*node]).collect();
    while let Some(node) = ready.pop() {
        for next in &after[node] {
            layer[*next] = layer[*next].max(layer[node] + 1);
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    for node in (0..nodes).filter(|node| first[*node]) {
        if let Some(next) = after[node].iter().map(|next| layer[*next]).min() {
            layer[node] = next - 1;
        }
    }
    layer
}
