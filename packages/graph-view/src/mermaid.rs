//! Mermaid's `flowchart`

use std::fmt::Write as _;

use sqlx_compiler::ActionKind;

use crate::Status;
use crate::model::{Model, Node};

const CLASSES: &str = "  classDef declaration fill:#e2e8f0,stroke:#64748b,color:#0f172a
  classDef view fill:#dbeafe,stroke:#2563eb,color:#0f172a
  classDef table fill:#dcfce7,stroke:#16a34a,color:#0f172a
  classDef incremental fill:#ccfbf1,stroke:#0d9488,color:#0f172a
  classDef operation fill:#fef3c7,stroke:#d97706,color:#0f172a
  classDef assertion fill:#f3e8ff,stroke:#9333ea,color:#0f172a,stroke-dasharray:4 3
  classDef notebook fill:#ffe4e6,stroke:#e11d48,color:#0f172a
  classDef dataPreparation fill:#e0f2fe,stroke:#0284c7,color:#0f172a
  classDef propertyGraph fill:#fce7f3,stroke:#db2777,color:#0f172a
  classDef model fill:#ede9fe,stroke:#7c3aed,color:#0f172a
  classDef endpoint fill:#ffedd5,stroke:#ea580c,color:#0f172a
  classDef deployment fill:#ffedd5,stroke:#ea580c,color:#0f172a
  classDef batchPrediction fill:#ede9fe,stroke:#7c3aed,color:#0f172a
  classDef monitor fill:#fee2e2,stroke:#dc2626,color:#0f172a
";
const STATES: &str = "  classDef succeeded stroke:#16a34a,stroke-width:3px
  classDef failed stroke:#dc2626,stroke-width:3px
  classDef skipped stroke:#d97706,stroke-width:3px
";

pub fn render(model: &Model<'_>) -> String {
    let mut text = String::from("flowchart LR\n");
    for (number, (dataset, nodes)) in model.datasets().into_iter().enumerate() {
        let _ = writeln!(text, "  subgraph d{number}[{}]", quoted(dataset));
        for index in nodes {
            let _ = writeln!(text, "    {}", line(index, &model.nodes[index]));
        }
        text.push_str("  end\n");
    }
    for (from, to) in &model.edges {
        let arrow = if model.nodes[*to].kind == ActionKind::Assertion {
            "-.->"
        } else {
            "-->"
        };
        let _ = writeln!(text, "  n{from} {arrow} n{to}");
    }
    text.push_str(CLASSES);
    if model.nodes.iter().any(|node| node.state.is_some()) {
        text.push_str(STATES);
        for (index, node) in model.nodes.iter().enumerate() {
            let class = match node.state.map(|state| state.status) {
                None => continue,
                Some(Status::Succeeded) => "succeeded",
                Some(Status::Failed) => "failed",
                Some(Status::Skipped | Status::Disabled | Status::Cancelled) => "skipped",
            };
            let _ = writeln!(text, "  class n{index} {class}");
        }
    }
    text
}

fn line(index: usize, node: &Node<'_>) -> String {
    let label = quoted(node.name);
    let (shape, class) = match node.kind {
        ActionKind::Declaration => (format!("[({label})]"), "declaration"),
        ActionKind::View => (format!("[{label}]"), "view"),
        ActionKind::Table => (format!("[{label}]"), "table"),
        ActionKind::Incremental => (format!("[[{label}]]"), "incremental"),
        ActionKind::Operation => (format!("{{{{{label}}}}}"), "operation"),
        ActionKind::Assertion => (format!("([{label}])"), "assertion"),
        ActionKind::Notebook => (format!("[/{label}/]"), "notebook"),
        ActionKind::DataPreparation => (format!("[/{label}\\]"), "dataPreparation"),
        ActionKind::PropertyGraph => (format!("(({label}))"), "propertyGraph"),
        ActionKind::Model => (format!("[({label})]"), "model"),
        ActionKind::Endpoint => (format!(">{label}]"), "endpoint"),
        ActionKind::Deployment => (format!("[/{label}/]"), "deployment"),
        ActionKind::BatchPrediction => (format!("[[{label}]]"), "batchPrediction"),
        ActionKind::Monitor => (format!("{{{{{label}}}}}"), "monitor"),
    };
    format!("n{index}{shape}:::{class}")
}

/// A quoted label: what means something to Mermaid, Markdown or HTML is written as an entity
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '#' | '"' | '&' | '<' | '>' | '`' | '\\' | '*' | ';' => {
                let _ = write!(quoted, "#{};", character as u32);
            }
            character if character.is_control() => quoted.push(' '),
            character => quoted.push(character),
        }
    }
    if text.is_empty() {
        quoted.push(' ');
    }
    quoted.push('"');
    quoted
}
