//! The reference page of the codes is written from the codes; `UPDATE_DOCS=1 cargo test -p diagnostic` renews it

use std::fmt::Write as _;
use std::path::Path;

use diagnostic::code::ALL;

#[test]
fn the_page_lists_every_code() {
    let mut page = String::from(
        "# Diagnostics\n\nEvery diagnostic has a stable code. `P` is the project and its settings, `C` compilation, \
         `Q` GoogleSQL, `M` models, `R` runs and warehouses, `U` usage.\n",
    );
    for code in ALL {
        write!(
            page,
            "\n## {}: {}\n\n{}\n",
            code.id, code.title, code.explanation
        )
        .unwrap();
    }
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
