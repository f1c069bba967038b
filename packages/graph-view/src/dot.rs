//! Graphviz

use std::fmt::Write as _;

use sqlx_compiler::ActionKind;

use crate::Status;
use crate::model::{Model, Node};

pub fn render(model: &Model<'_>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "digraph {} {{", quoted(&model.title));
    text.push_str(
        "  rankdir=LR;
  node [fontname=\"Helvetica\", fontsize=11, style=\"filled\", color=\"#94a3b8\"];
  edge [color=\"#94a3b8\", arrowsize=0.7];
",
    );
    for (number, (dataset, nodes)) in model.datasets().into_iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{number} {{");
        let _ = writeln!(
            text,
            "    label={}; fontname=\"Helvetica\"; style=\"rounded\"; color=\"#cbd5e1\";",
            quoted(dataset)
        );
        for index in nodes {
            let _ = writeln!(text, "    {}", line(&model.nodes[index]));
        }
        text.push_str("  }\n");
    }
    for (from, to) in &model.edges {
        let from = &model.nodes[*from];
        let to = &model.nodes[*to];
        let dashed = if to.kind == ActionKind::Assertion {
            " [style=dashed]"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  {} -> {}{dashed};",
            quoted(&from.id),
            quoted(&to.id)
        );
    }
    text.push_str("}\n");
    text
}

fn line(node: &Node<'_>) -> String {
    let (shape, fill) = look(node.kind);
    let mut style = "filled".to_owned();
    if node.kind == ActionKind::Assertion || node.action.disabled() {
        style.push_str(",dashed");
    }
    let border = match node.state.map(|state| state.status) {
        Some(Status::Succeeded) => ", color=\"#16a34a\", penwidth=2",
        Some(Status::Failed) => ", color=\"#dc2626\", penwidth=2",
        Some(Status::Skipped | Status::Disabled | Status::Cancelled) => {
            ", color=\"#d97706\", penwidth=2"
        }
        None => "",
    };
    format!(
        "{} [label={}, shape={shape}, style=\"{style}\", fillcolor=\"{fill}\", tooltip={}{border}];",
        quoted(&node.id),
        quoted(node.name),
        quoted(&format!("{} {}", node.kind.as_str(), node.id)),
    )
}

fn look(kind: ActionKind) -> (&'static str, &'static str) {
    match kind {
        ActionKind::Declaration => ("cylinder", "#e2e8f0"),
        ActionKind::View => ("box", "#dbeafe"),
        ActionKind::Table => ("box", "#dcfce7"),
        ActionKind::Incremental => ("box", "#ccfbf1"),
        ActionKind::Operation => ("component", "#fef3c7"),
        ActionKind::Assertion => ("ellipse", "#f3e8ff"),
        ActionKind::Notebook => ("note", "#ffe4e6"),
        ActionKind::DataPreparation => ("folder", "#e0f2fe"),
        ActionKind::PropertyGraph => ("octagon", "#fce7f3"),
        ActionKind::Model => ("box3d", "#ede9fe"),
        ActionKind::Endpoint => ("house", "#ffedd5"),
        ActionKind::Deployment => ("cds", "#ffedd5"),
        ActionKind::BatchPrediction => ("tab", "#ede9fe"),
        ActionKind::Monitor => ("hexagon", "#fee2e2"),
    }
}

/// A quoted string of the DOT language, in which a backslash begins an escape of the label
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            character if character.is_control() => quoted.push(' '),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
