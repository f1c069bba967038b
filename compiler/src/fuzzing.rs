//! Entrances for fuzzing and for tests with hostile input: each takes any text and checks what always holds

use std::time::Duration;

use crate::action::{Session, load_actions_yaml, load_property_graphs};
use crate::project::yaml_dump::dump;
use crate::project::{ConfigOverride, MemoryProject, Settings, read_settings, yaml};
use crate::sqlx::{SqlPart, extract, generate, parse_config, parse_tree, template};
use crate::{Compilation, CompileOptions, compile};

/// Takes `text` apart as a SQLX file.
///
/// # Panics
/// When spans are out of bounds, out of order or inside a character, or when text gets lost
pub fn sqlx(text: &str) {
    let mut at = 0;
    for node in parse_tree(text) {
        for leaf in node.leaves() {
            assert!(leaf.span.start == at, "the tree leaves text out");
            at = leaf.span.end;
        }
        assert!(node.span.end == at, "a node is not what is in it");
        assert!(text.is_char_boundary(at), "a node ends inside a character");
    }
    assert!(at == text.len(), "the tree ends before the text");
    let parts = match extract(text) {
        Ok(parts) => parts,
        Err(error) => {
            assert!(text.get(error.span).is_some(), "an error has no place");
            return;
        }
    };
    for span in parts.config.iter().chain(&parts.javascript) {
        assert!(text.get(span.clone()).is_some(), "a block has no place");
    }
    if let Some(config) = &parts.config {
        parse_config(text, config.start, config.end);
    }
    let blocks = [
        (SqlPart::Query, Some(&parts.statements)),
        (SqlPart::Where, parts.incremental_where.as_ref()),
        (SqlPart::PreOperation(0), parts.pre_operations.as_ref()),
        (SqlPart::PostOperation(0), parts.post_operations.as_ref()),
    ];
    for (part, statements) in blocks {
        for (number, statement) in statements.into_iter().flatten().enumerate() {
            let mut end = 0;
            for piece in &statement.pieces {
                let place = text.get(piece.span.clone());
                assert!(place.is_some(), "a piece has no place");
                assert!(end <= piece.span.start, "pieces are not in order");
                end = piece.span.end;
            }
            template(text, statement);
            if number > 8 {
                continue;
            }
            let sql: String = text.chars().take(40).collect();
            if let Some(range) = crate::sqlx::locate(text, &parts, part, &sql, 0..sql.len()) {
                assert!(text.get(range).is_some(), "compiled SQL leads nowhere");
            }
        }
    }
    let generated = generate("definitions/x.sqlx", text, &parts);
    let mut end = 0;
    for segment in &generated.segments {
        assert!(text.get(segment.source.clone()).is_some());
        assert!(generated.text.get(segment.generated.clone()).is_some());
        assert!(end <= segment.generated.start, "segments are not in order");
        end = segment.generated.end;
    }
}

/// Reads `text` as every kind of file that needs no JavaScript.
///
/// # Panics
/// When a diagnostic has no text
pub fn settings(text: &str) {
    for name in ["workflow_settings.yaml", "dataform.json"] {
        let project = MemoryProject::new().with(name, text);
        if let Err(failure) = read_settings(&project, &ConfigOverride::default(), false) {
            assert!(!failure.diagnostics.is_empty());
        }
    }
    let read = |path: &str| (path.len() < 80).then(|| text.to_owned());
    let session = || Session::new(Settings::default());
    // what aborts the compilation is a result too
    let _ = load_actions_yaml(&mut session(), "definitions/actions.yaml", &read);
    load_property_graphs(
        &mut session(),
        &["definitions/graph.yaml".to_owned()],
        &read,
    );
    if let Ok(document) = yaml::parse(text) {
        dump(&document.value);
        document.value.to_json();
    }
}

/// Compiles the files in `text`, each after a line `=== path`; text before the first such line is a SQLX
/// file, and settings are there unless the text has them
pub fn project(text: &str) -> Compilation {
    let settings = "defaultProject: p\ndefaultDataset: d\ndefaultLocation: EU\n";
    let mut project = MemoryProject::new().with("workflow_settings.yaml", settings);
    let (mut path, mut content) = ("definitions/x.sqlx", String::new());
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(next) => {
                project = project.with(path, std::mem::take(&mut content));
                path = next.trim_end();
            }
            None => content.push_str(line),
        }
    }
    let options = CompileOptions {
        time_limit: Duration::from_secs(1),
        memory_limit: 32 << 20,
        ..CompileOptions::default()
    };
    compile(&project.with(path, content), &options)
}
