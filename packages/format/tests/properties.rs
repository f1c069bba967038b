//! What holds for any text: formatting ends, is stable, and changes nothing but white space and case

use proptest::prelude::*;
use sqlx_format::{Language, format};

/// Texts made of pieces that mean something to a formatter, and of anything else
fn soup(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        1 => "[ \t\r\n]{0,3}",
    ];
    let blank = prop_oneof![4 => Just(" "), 2 => Just(""), 1 => Just("\n"), 1 => Just("\r\n")];
    prop::collection::vec((piece, blank), 0..40).prop_map(|pairs| {
        pairs
            .into_iter()
            .flat_map(|(piece, blank)| [piece, blank.to_owned()])
            .collect()
    })
}

const SQLX: &[&str] = &[
    "config { type: \"table\" }",
    "js { const a = 1 }",
    "pre_operations {",
    "input \"a\" {",
    "}",
    "---",
    "select",
    "FROM",
    "left join",
    "on",
    "and",
    "case",
    "when",
    "then",
    "else",
    "end",
    "over (",
    "values",
    "create or replace table",
    "union all",
    "if(",
    "sum(",
    "count",
    "(",
    ")",
    ",",
    ".",
    "-",
    "*",
    "=",
    "a",
    "b1",
    "'x'",
    "\"y\"",
    "'''",
    "\"\"\"",
    "`p.d.t`",
    "`",
    "-- c\n",
    "# c\n",
    "/* c */",
    "/*",
    "*/",
    "\\",
    "${ref(\"a\")}",
    "${",
    "${\n[1].map(x => {\nreturn x})}",
    "é",
];

const JAVASCRIPT: &[&str] = &[
    "var",
    "let",
    "const",
    "function",
    "function*",
    "return",
    "if",
    "else",
    "for",
    "while",
    "do",
    "switch",
    "case",
    "default",
    "break",
    "throw",
    "try",
    "catch",
    "finally",
    "new",
    "typeof",
    "in",
    "of",
    "get",
    "set",
    "async",
    "await",
    "yield",
    "class",
    "extends",
    "import",
    "export",
    "from",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ".",
    "?.",
    "=",
    "=>",
    "+",
    "-",
    "++",
    "--",
    "!",
    "...",
    "?",
    ":",
    "*",
    "/",
    "&&",
    "::",
    "a",
    "b",
    "1",
    "2.5",
    ".5",
    "'s'",
    "\"t\"",
    "'",
    "`u`",
    "`${",
    "`",
    "/re/g",
    "// c\n",
    "/* c */",
    "/* c\n * d\n */",
    "/*",
    "\\",
    "#p",
    "@d",
    "/* beautify preserve:start */",
    "/* beautify preserve:end */",
    "/* beautify ignore:start */",
    "<!--",
    "-->",
    "#!x\n",
];

fn solid(text: &str, keeps_order: bool) -> Vec<char> {
    let space = |character: &char| character.is_whitespace() || *character == '\u{feff}';
    let mut solid: Vec<char> = text.chars().filter(|character| !space(character)).collect();
    if !keeps_order {
        solid = solid.iter().map(char::to_ascii_uppercase).collect();
        solid.sort_unstable();
    }
    solid
}

fn holds(text: &str, language: Language) -> Result<(), TestCaseError> {
    if let Ok(after) = format(text, language) {
        prop_assert_eq!(format(&after, language), Ok(after.clone()));
        let keeps_order = language == Language::JavaScript;
        prop_assert_eq!(solid(&after, keeps_order), solid(text, keeps_order));
        prop_assert!(after.ends_with('\n'));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn sqlx_is_kept(text in soup(SQLX)) {
        holds(&text, Language::Sqlx)?;
    }

    #[test]
    fn javascript_is_kept(text in soup(JAVASCRIPT)) {
        holds(&text, Language::JavaScript)?;
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,60}") {
        holds(&text, Language::Sqlx)?;
        holds(&text, Language::JavaScript)?;
    }
}
