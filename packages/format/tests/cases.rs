//! Files before and after: `cases/NAME` and what `dataform format` 3.0.69 makes of it, `cases/NAME.formatted`

use std::fs;
use std::path::Path;

use sqlx_format::{Change, FormatError, Language, format};

#[test]
fn files_are_laid_out_as_by_dataform() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut seen = 0;
    let mut unequal = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Some(language) = Language::of(&path) else {
            continue;
        };
        let before = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected =
            fs::read_to_string(path.with_file_name(format!("{name}.formatted"))).unwrap();
        seen += 1;
        match format(&before, language) {
            Ok(after) if after == expected => {}
            Ok(after) => unequal.push(format!("{name} is\n{after}\nand not\n{expected}")),
            Err(error) => unequal.push(format!("{name}: {error}")),
        }
    }
    assert!(seen > 30, "only {seen} cases were found");
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}

#[test]
fn what_cannot_be_laid_out_safely_is_refused() {
    use Language::{JavaScript, Sqlx};
    let removed = || FormatError::Changed(Change::Removed);
    let cases = [
        (Sqlx, "pre_operations { select 1", FormatError::Unclosed),
        (Sqlx, "select 1 post_operations {", FormatError::Unclosed),
        (Sqlx, "select ${a", FormatError::Changed(Change::Replaced)),
        (Sqlx, "select ${ {a:1} , b", removed()),
        // the first line of a file is never indented, so that the rest would move at each turn
        (JavaScript, "  a()\n  b()", FormatError::Unstable),
        // a comment between a function and its template is lost
        (JavaScript, "a/* b */`c`", removed()),
    ];
    for (language, text, expected) in cases {
        assert_eq!(format(text, language), Err(expected), "{text}");
    }
}

#[test]
fn any_name_may_be_in_use() {
    let text = "SELECT\n  _slot00000000,\n  'a' AS _slotx00000001,\n  ${b}\n";
    assert_eq!(format(text, Language::Sqlx).as_deref(), Ok(text));
}

/// Where Dataform's own formatter loses or changes something
#[test]
fn what_dataform_damages_is_kept() {
    let cases = [
        ("-- costs $$5\nselect 1", "-- costs $$5\nSELECT\n  1\n"),
        ("/* $& and $` */ select 1", "/* $& and $` */\nSELECT\n  1\n"),
        ("-- it$'s\nselect 1", "-- it$'s\nSELECT\n  1\n"),
        ("select início from t", "SELECT\n  início\nFROM\n  t\n"),
    ];
    for (before, after) in cases {
        assert_eq!(format(before, Language::Sqlx).as_deref(), Ok(after));
    }
}
