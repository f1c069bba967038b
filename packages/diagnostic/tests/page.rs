//! The reference page of the codes is written from the codes; `UPDATE_DOCS=1 cargo test -p diagnostic` renews it

use std::fmt::Write as _;
use std::path::Path;

use diagnostic::code::ALL;

/// What is said about the JSON form
const JSON: &str = "
## As JSON

With `--output-format json` a diagnostic is an object with these fields; those without a value are left out. Lines and
columns count from 1, in characters, and an end is the place after the last character.

| field | |
|---|---|
| `code` | one of the codes above |
| `severity` | `error`, `warning` or `note` |
| `message` | one line, without the place |
| `file` | path in the project, with forward slashes |
| `line`, `column`, `end_line`, `end_column` | the place in the file |
| `length` | the characters from the place to its end |
| `snippet` | the first line of the place; of a long one the part around it, with `…` for the rest |
| `label` | what is said at the place itself |
| `action` | the action that it is about, as `dataset.name` |
| `help` | the next step |
| `related` | other places to look at: objects with a `message` and the fields of a place |
";

#[test]
fn the_page_lists_every_code() {
    let mut page = String::from(
        "# Diagnostics\n\nEvery diagnostic has a stable code. `P` is the project and its settings, `C` compilation, \
         `Q` GoogleSQL, `M` models, `R` runs and warehouses, `V` Vertex AI, `S` the local server, `T` unit tests, `L` lineage, `U` usage.\n",
    );
    for (index, code) in ALL.iter().enumerate() {
        let before = ALL[..index].iter().find(|other| other.id == code.id);
        assert!(before.is_none(), "{} stands for two things", code.id);
        write!(
            page,
            "\n## {}: {}\n\n{}\n",
            code.id, code.title, code.explanation
        )
        .unwrap();
    }
    page.push_str(JSON);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, page,
        "renew it with UPDATE_DOCS=1 cargo test -p diagnostic"
    );
}
