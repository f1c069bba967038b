//! `graph`: the compiled graph as a picture

use diagnostic::{Diagnostic, code};
use graph_view::{Format, RenderOptions, render};

use crate::arguments::{GlobalArguments, GraphArguments, GraphFormat};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, root};

/// Draws
pub fn graph(global: &GlobalArguments, arguments: &GraphArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let format = match arguments.format {
        GraphFormat::Dot => Format::Dot,
        GraphFormat::Mermaid => Format::Mermaid,
        GraphFormat::Json => Format::Json,
        GraphFormat::Html => Format::Html,
    };
    let drawn = render(
        &project.compilation.graph,
        format,
        &RenderOptions::default(),
    );
    let text = match drawn {
        Ok(text) => text,
        Err(error) => {
            printer.diagnostic(&Diagnostic::error(
                code::OUTPUT_UNWRITABLE,
                format!("the graph cannot be drawn: {error}"),
            ));
            return exit::FAILED;
        }
    };
    match &arguments.output {
        None => printer.data(&text),
        Some(path) => {
            if let Err(error) = std::fs::write(path, text) {
                printer.diagnostic(&Diagnostic::error(
                    code::OUTPUT_UNWRITABLE,
                    format!("`{}` cannot be written: {error}", path.display()),
                ));
                return exit::FAILED;
            }
            printer.note(&format!("wrote {}", path.display()));
        }
    }
    exit::OK
}
