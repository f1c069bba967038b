//! One page with everything in it: styles, script, and the graph as data; nothing is fetched

use handlebars::Handlebars;
use serde::Serialize;
use serde_json::json;

use crate::layout::{Layout, Point, Size, layout};
use crate::model::{Column, Model, Sql};
use crate::{GraphViewError, State};

const TEMPLATE: &str = include_str!("page/page.hbs");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: [&str; 4] = [
    include_str!("page/highlight.js"),
    include_str!("page/canvas.js"),
    include_str!("page/panel.js"),
    include_str!("page/main.js"),
];

/// Height of a node in pixels
const HEIGHT: f64 = 46.0;
/// Width of a node beside its name
const FRAME: f64 = 58.0;
/// Width of a letter of the name, on average
const LETTER: f64 = 7.6;
/// Width of a letter of the line below, on average
const SMALL_LETTER: f64 = 6.2;
/// Letters of a name that are shown at most
const MOST_LETTERS: usize = 34;

#[derive(Serialize)]
struct Page<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge>,
    width: f64,
    height: f64,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    name: &'a str,
    label: String,
    dataset: &'a str,
    r#type: &'static str,
    tags: &'a [String],
    file: &'a str,
    description: &'a str,
    columns: Vec<Column<'a>>,
    sql: Vec<Sql<'a>>,
    disabled: bool,
    state: Option<&'a State>,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Serialize)]
struct Edge {
    from: usize,
    to: usize,
    /// Corners of the line, in pairs
    points: Vec<Point>,
}

pub fn render(model: &Model<'_>) -> Result<String, GraphViewError> {
    let labels: Vec<String> = model.nodes.iter().map(|node| label(node.name)).collect();
    let sizes: Vec<Size> = model
        .nodes
        .iter()
        .zip(&labels)
        .map(|(node, label)| size(node, label))
        .collect();
    let layout = layout(&sizes, &model.edges);
    let data = serde_json::to_string(&page(model, labels, &sizes, layout))?;
    let values = json!({
        "title": model.title,
        "style": STYLE,
        "script": SCRIPT.concat(),
        "data": inert(&data),
    });
    Ok(Handlebars::new().render_template(TEMPLATE, &values)?)
}

/// JSON that cannot end the element it stands in
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

fn label(name: &str) -> String {
    if name.chars().count() <= MOST_LETTERS {
        return name.to_owned();
    }
    let half = MOST_LETTERS / 2 - 1;
    let letters: Vec<char> = name.chars().collect();
    let head: String = letters[..half].iter().collect();
    let tail: String = letters[letters.len() - half..].iter().collect();
    format!("{head}…{tail}")
}

fn size(node: &crate::model::Node<'_>, label: &str) -> Size {
    let dataset = node.dataset.rsplit('.').next().unwrap_or_default();
    let below = dataset.chars().count() + 3 + node.kind.as_str().len();
    let width = (LETTER * label.chars().count() as f64).max(SMALL_LETTER * below as f64);
    Size {
        width: (FRAME + width).round().clamp(170.0, 330.0),
        height: HEIGHT,
    }
}

fn page<'a>(model: &'a Model<'a>, labels: Vec<String>, sizes: &[Size], layout: Layout) -> Page<'a> {
    let nodes = model.nodes.iter().zip(labels).enumerate();
    let edges = model.edges.iter().zip(layout.edges);
    Page {
        nodes: nodes
            .map(|(index, (node, label))| Node {
                id: &node.id,
                name: node.name,
                label,
                dataset: &node.dataset,
                r#type: node.kind.as_str(),
                tags: node.action.tags(),
                file: node.action.file_name(),
                description: node.action.description().unwrap_or_default(),
                columns: node.columns(),
                sql: node.sql(),
                disabled: node.action.disabled(),
                state: node.state,
                x: round(layout.nodes[index].0),
                y: round(layout.nodes[index].1),
                width: sizes[index].width,
                height: sizes[index].height,
            })
            .collect(),
        edges: edges
            .map(|((from, to), points)| Edge {
                from: *from,
                to: *to,
                points: points
                    .into_iter()
                    .map(|(x, y)| (round(x), round(y)))
                    .collect(),
            })
            .collect(),
        width: round(layout.width),
        height: round(layout.height),
    }
}

fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}
