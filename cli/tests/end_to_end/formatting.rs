//! `format`: what is written, what is only told, and what is left alone

use std::path::Path;

use crate::assert_transcript;
use crate::scratch::Scratch;

const ORDERS: &str = "config { type:'table' }\nselect id, sum(amount) as amount from ${ref(\"raw\")} group by id -- one row per id\n";
const TIDY: &str = "config {\n  type: \"view\"\n}\n\nSELECT\n  1 AS n\n";
const UNCLOSED: &str = "select 1\npre_operations { select 2";

fn project() -> Scratch {
    Scratch::project(&[
        ("orders.sqlx", ORDERS),
        ("tidy.sqlx", TIDY),
        ("reports/totals.sqlx", "select  2"),
        ("definitions/reports/totals.sqlx", "select  2"),
        ("definitions/notes.txt", "select  3"),
        ("includes/docs.js", "module.exports={id:'the id'}"),
    ])
}

fn text(scratch: &Scratch, name: &str) -> String {
    std::fs::read_to_string(scratch.path().join(name)).unwrap()
}

#[test]
fn files_are_written() {
    let scratch = project();
    assert_transcript!("format", scratch.snapshot(&["format"]));
    assert_transcript!("format_again", scratch.snapshot(&["format"]));
    let orders = text(&scratch, "definitions/orders.sqlx");
    assert_transcript!("format_orders", &orders);
    assert_eq!(text(&scratch, "definitions/tidy.sqlx"), TIDY);
    assert_eq!(text(&scratch, "definitions/notes.txt"), "select  3");
    assert_eq!(text(&scratch, "reports/totals.sqlx"), "select  2");
    assert_eq!(
        text(&scratch, "includes/docs.js"),
        "module.exports = {\n  id: 'the id'\n}\n"
    );
    let left: Vec<_> = std::fs::read_dir(scratch.path().join("definitions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn nothing_is_written_when_asked() {
    let scratch = project();
    assert_transcript!("format_check", scratch.snapshot(&["format", "--check"]));
    assert_transcript!("format_diff", scratch.snapshot(&["format", "--diff"]));
    assert_transcript!(
        "format_report",
        scratch.snapshot(&["format", "--check", "--output-format", "json"])
    );
    assert_eq!(text(&scratch, "definitions/orders.sqlx"), ORDERS);
}

#[test]
fn files_can_be_named() {
    let scratch = project();
    let ran = scratch.run(&["format", "./definitions/reports", "includes/docs.js"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(text(&scratch, "definitions/orders.sqlx"), ORDERS);
    assert_eq!(
        text(&scratch, "definitions/reports/totals.sqlx"),
        "SELECT\n  2\n"
    );
    assert_transcript!(
        "format_missing",
        scratch.snapshot(&["format", "definitions/nothing.sqlx"])
    );
    assert_transcript!(
        "format_foreign",
        scratch.snapshot(&["format", "definitions/notes.txt"])
    );
    let elsewhere = Scratch::empty();
    assert_transcript!("format_no_project", elsewhere.snapshot(&["format"]));
}

#[test]
fn what_is_not_safe_is_left_alone() {
    let scratch = project();
    scratch.write("definitions/unclosed.sqlx", UNCLOSED);
    let bytes: &[u8] = b"select '\xff'";
    std::fs::write(scratch.path().join("definitions/bytes.sqlx"), bytes).unwrap();
    assert_transcript!("format_failed", scratch.snapshot(&["format"]));
    assert_eq!(text(&scratch, "definitions/unclosed.sqlx"), UNCLOSED);
    let kept = std::fs::read(scratch.path().join("definitions/bytes.sqlx")).unwrap();
    assert_eq!(kept, bytes);
    assert_ne!(text(&scratch, "definitions/orders.sqlx"), ORDERS);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = project();
    let path = scratch.path().join("definitions/orders.sqlx");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    let link = scratch.path().join("definitions/link.sqlx");
    symlink("orders.sqlx", &link).unwrap();
    assert_eq!(
        scratch.run(&["format", "definitions/link.sqlx"]).code,
        Some(0)
    );
    assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("orders.sqlx"));
    assert_ne!(text(&scratch, "definitions/orders.sqlx"), ORDERS);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// The program as `dataform`: patterns of files, and its own texts
#[test]
fn dataform_names_files_by_patterns() {
    let scratch = project();
    scratch.write("definitions/unclosed.sqlx", UNCLOSED);
    for (name, patterns) in [
        ("dataform_format_check", &[][..]),
        ("dataform_format_glob", &["definitions/*"]),
        // a comma separates patterns, also between braces
        ("dataform_format_braces", &["**/{tidy,totals}.sqlx"]),
        (
            "dataform_format_paths",
            &["./definitions/tidy.sqlx", "nothing"],
        ),
    ] {
        let mut words = vec!["dataform", "format", ".", "--check"];
        for pattern in patterns {
            words.extend(["--actions", pattern]);
        }
        assert_transcript!(name, scratch.snapshot(&words));
    }
}
