//! Where nodes and edges go: layers from left to right, few crossings, short edges

mod layers;
mod order;
mod place;

use layers::Layered;

/// A node's size in pixels
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// A point in pixels
pub type Point = (f64, f64);

/// Where everything goes; `y` grows downwards
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Upper left corners of the nodes
    pub nodes: Vec<Point>,
    /// The points that each edge goes through, from the right side of one node to the left side of
    /// the other
    pub edges: Vec<Vec<Point>>,
    /// Size of all
    pub width: f64,
    pub height: f64,
}

/// Lays out nodes of these sizes; an edge that closes a circle goes back to the left
pub fn layout(sizes: &[Size], edges: &[(usize, usize)]) -> Layout {
    let mut layered = Layered::new(sizes, edges);
    order::reduce_crossings(&mut layered);
    place::place(&layered, sizes, edges)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graphs() -> impl Strategy<Value = (Vec<Size>, Vec<(usize, usize)>)> {
        (1_usize..40).prop_flat_map(|count| {
            let sizes = prop::collection::vec(150.0_f64..330.0, count).prop_map(|widths| {
                let size = |width| Size {
                    width,
                    height: 46.0,
                };
                widths.into_iter().map(size).collect()
            });
            let edges = prop::collection::btree_set((0..count, 0..count), 0..80)
                .prop_map(|edges| edges.into_iter().collect());
            (sizes, edges)
        })
    }

    proptest! {
        /// Whatever the graph, circles and all: nodes lie apart and within the drawing, and edges
        /// begin and end at the sides of their nodes
        #[test]
        fn every_graph_is_laid_out((sizes, edges) in graphs()) {
            let layout = layout(&sizes, &edges);
            prop_assert_eq!(layout.nodes.len(), sizes.len());
            prop_assert_eq!(layout.edges.len(), edges.len());
            for (node, (x, y)) in layout.nodes.iter().enumerate() {
                let size = sizes[node];
                prop_assert!(*x >= 0.0 && *y >= 0.0);
                prop_assert!(x + size.width <= layout.width && y + size.height <= layout.height);
                for (other, (left, top)) in layout.nodes.iter().enumerate().skip(node + 1) {
                    let apart = x + size.width <= *left
                        || left + sizes[other].width <= *x
                        || y + size.height <= *top
                        || top + sizes[other].height <= *y;
                    prop_assert!(apart, "{} and {} overlap", node, other);
                }
            }
            for ((from, to), points) in edges.iter().zip(&layout.edges) {
                if from == to {
                    continue;
                }
                for (node, end) in [(from, points.first()), (to, points.last())] {
                    let (x, y) = layout.nodes[*node];
                    let size = sizes[*node];
                    let (end_x, end_y) = *end.unwrap();
                    prop_assert!((end_y - y - size.height / 2.0).abs() < 0.01);
                    prop_assert!((end_x - x).abs() < 0.01 || (end_x - x - size.width).abs() < 0.01);
                }
            }
        }
    }

    #[test]
    fn a_chain_runs_from_left_to_right_on_one_line() {
        let sizes = [Size {
            width: 100.0,
            height: 40.0,
        }; 4];
        let layout = layout(&sizes, &[(2, 0), (0, 3), (3, 1)]);
        let order = [2, 0, 3, 1];
        for pair in order.windows(2) {
            assert!(layout.nodes[pair[0]].0 + 100.0 < layout.nodes[pair[1]].0);
            assert!((layout.nodes[pair[0]].1 - layout.nodes[pair[1]].1).abs() < 0.01);
        }
    }

    #[test]
    fn nothing_is_laid_out_as_nothing() {
        let layout = layout(&[], &[]);
        assert!(layout.nodes.is_empty() && layout.width >= 0.0 && layout.height >= 0.0);
    }
}
