//! Files named `NAME.vertex.yaml` become Vertex AI actions of the graph, after all names of the SQL actions are known
//!
//! Dataform ignores these files, and nothing of them is in its graph: the room only reads what project code made.

mod action;
mod cycles;
mod export;
mod fields;
mod names;
mod placeholder;
mod resource;

use std::sync::Arc;

use diagnostic::{Diagnostic, code};

use crate::graph::CompiledGraph;
use crate::project::yaml;
use action::Draft;
use fields::File;
use names::Names;

pub use export::exported_to;

/// How the files' names end
pub const SUFFIX: &str = ".vertex.yaml";

/// Adds the actions of files, path and text each, to a graph of SQL actions; gives what is wrong with them
pub fn add(graph: &mut CompiledGraph, files: &[(String, Arc<str>)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut drafts = Vec::new();
    for (path, text) in files {
        match yaml::parse(text) {
            Ok(document) => drafts.extend(Draft::read(
                File::new(path, text, document),
                graph.project_config.as_ref(),
                &mut found,
            )),
            Err(error) => found.push(error.diagnostic(code::VERTEX_FILE_INVALID, path, text)),
        }
    }
    remove_duplicates(&mut drafts, &mut found);
    let actions: Vec<_> = {
        let names = Names::new(graph, &drafts);
        let finished = drafts.iter().map(|draft| draft.finish(&names, &mut found));
        finished.collect()
    };
    graph.vertex_actions = actions;
    let places = |index: usize| drafts[index].file.at(&["name"]);
    found.extend(cycles::cycles(graph, &places));
    found
}

/// Names of Vertex AI actions are unique among them; of two the first stays
fn remove_duplicates(drafts: &mut Vec<Draft<'_>>, found: &mut Vec<Diagnostic>) {
    let mut kept: Vec<Draft<'_>> = Vec::new();
    for draft in drafts.drain(..) {
        match kept.iter().find(|other| other.name == draft.name) {
            Some(other) => found.push(
                Diagnostic::error(
                    code::DUPLICATE_ACTION,
                    format!("two Vertex AI actions are called `{}`", draft.name),
                )
                .at(draft.file.at(&["name"]))
                .of_action(draft.display())
                .relate("the other one", other.file.at(&["name"])),
            ),
            None => kept.push(draft),
        }
    }
    *drafts = kept;
}
