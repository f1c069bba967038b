//! `init`: a small project that runs at once

use std::path::Path;

use diagnostic::{Diagnostic, code};
use serde_json::json;

use crate::arguments::{GlobalArguments, InitArguments};
use crate::exit;
use crate::printer::Printer;
use crate::project::{is_project, root};

const GITIGNORE: &str = ".sqlx-run/\n.df-credentials.json\nnode_modules/\n";

const NUMBERS: &str = "\
config {
  type: \"table\",
  description: \"The numbers from one to ten\",
  tags: [\"example\"],
  assertions: {
    uniqueKey: [\"number\"],
    nonNull: [\"number\"]
  }
}

SELECT number
FROM UNNEST(GENERATE_ARRAY(1, 10)) AS number
";

const SQUARES: &str = "\
config {
  type: \"view\",
  description: \"Each number with its square\",
  tags: [\"example\"]
}

SELECT
  number,
  number * number AS square
FROM ${ref(\"numbers\")}
";

/// Writes the files; what is there already is never overwritten
pub fn init(global: &GlobalArguments, arguments: &InitArguments, printer: &Printer) -> u8 {
    let folder = arguments.directory.clone().unwrap_or_else(|| root(global));
    if is_project(&folder) {
        printer.diagnostic(
            &Diagnostic::error(
                code::OUTPUT_UNWRITABLE,
                format!("`{}` is a project already", folder.display()),
            )
            .help("name another folder"),
        );
        return exit::USAGE;
    }
    let settings = format!(
        "defaultProject: {}\ndefaultLocation: US\ndefaultDataset: dataform\n\
         defaultAssertionDataset: dataform_assertions\ndataformCoreVersion: 3.0.65\n",
        serde_json::Value::from(arguments.default_project.as_str())
    );
    let files = [
        ("definitions/numbers.sqlx", NUMBERS),
        ("definitions/squares.sqlx", SQUARES),
        (".gitignore", GITIGNORE),
        // the settings come last: with them the folder is a project
        ("workflow_settings.yaml", settings.as_str()),
    ];
    let mut made = Vec::new();
    for (name, text) in files {
        match write_new(&folder, name, text) {
            Ok(true) => made.push(name),
            Ok(false) => {}
            Err(error) => {
                printer.diagnostic(&Diagnostic::error(
                    code::OUTPUT_UNWRITABLE,
                    format!(
                        "`{}` cannot be written: {error}",
                        folder.join(name).display()
                    ),
                ));
                return exit::FAILED;
            }
        }
    }
    if let Err(error) = std::fs::create_dir_all(folder.join("includes")) {
        printer.diagnostic(&Diagnostic::error(
            code::OUTPUT_UNWRITABLE,
            format!(
                "`{}` cannot be made: {error}",
                folder.join("includes").display()
            ),
        ));
        return exit::FAILED;
    }
    if printer.is_json() {
        printer.json(&json!({ "folder": folder.display().to_string(), "files": made }));
    } else {
        for name in made {
            printer.note(&format!("wrote {}", folder.join(name).display()));
        }
        printer.note(&format!(
            "next: `sqlx-run -C {0}`, then `sqlx-run -C {0} query 'SELECT * FROM dataform.squares'`",
            folder.display()
        ));
    }
    exit::OK
}

/// False when the file was there
fn write_new(folder: &Path, name: &str, text: &str) -> std::io::Result<bool> {
    let path = folder.join(name);
    if path.exists() {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, text)?;
    Ok(true)
}
