//! The reference page of the functions is written from the function table;
//! `UPDATE_DOCS=1 cargo test -p googlesql` renews it

use std::path::Path;

#[test]
fn the_page_lists_every_function() {
    let page = googlesql::reference();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/functions.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "renew docs/functions.md with UPDATE_DOCS=1 cargo test -p googlesql"
    );
}
