//! Large and odd files: reading them takes time in proportion to their size, and never the stack

use std::fmt::Write as _;

use diagnostic::Renderer;
use sqlx_compiler::{CompileOptions, MemoryProject, compile};

const SIZE: usize = 1 << 17;

/// A text of about [`SIZE`] bytes
fn many(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

/// Pieces with their numbers in place of `#`
fn numbered(count: usize, piece: &str) -> String {
    let mut out = String::new();
    for number in 0..count {
        out.push_str(&piece.replace('#', &number.to_string()));
    }
    out
}

/// Compiles the project with this text in a file; what is found can be shown
fn compiles(path: &str, text: &str) {
    let mut project = MemoryProject::new();
    if path.starts_with("definitions/") {
        project = project.with("workflow_settings.yaml", "defaultProject: p\n");
    }
    let compilation = compile(&project.with(path, text), &CompileOptions::default());
    let renderer = Renderer::new(false, 100);
    for finding in compilation.diagnostics.iter().take(50) {
        let shown = renderer.render(finding);
        assert!(shown.len() < 8000, "{path}: {} bytes", shown.len());
    }
    let crash = compilation
        .thrown
        .filter(|thrown| thrown.message.contains("unexpectedly"));
    assert_eq!(crash, None);
}

#[test]
fn sqlx_of_one_kind_of_piece() {
    for piece in [
        "${",
        "${ref(\"a\")} ",
        "\"${a}\" ",
        "\"${/*a}\" ",
        "\"${\" ",
        "'${a}' ",
        "\"a\", ",
        "input \"a\" {} ",
        " ---\n",
        "--- x\n",
        "-",
        " -",
        "/*",
        "/* */ ",
        "--\\u\n",
        "'",
        "\"",
        "'''",
        "\\",
        "`",
        "$",
        "config {}",
        "js {} ",
        "js {",
        "pre_operations {",
        "pre_operations {}\n",
        "a\r\n",
        "\0",
        "é🎉",
        "\u{2028}",
        "(",
        "[",
        "{",
        "}",
        "config { a: [",
        ";",
    ] {
        compiles("definitions/x.sqlx", &many(piece));
        let block = format!(
            "config {{ type: \"table\" }}\nselect 1\njs {{ {} }}",
            many(piece)
        );
        compiles("definitions/x.sqlx", &block);
    }
}

#[test]
fn configs_and_placeholders() {
    let tail = "}\nselect 1";
    for text in [
        format!("config {{ a: {}", many("[")),
        format!("config {{ a: {}", many("{a:")),
        format!(
            "config {{ a: {}{}{tail}",
            "[".repeat(50_000),
            "]".repeat(50_000)
        ),
        format!(
            "config {{ type: \"table\", {}{tail}",
            numbered(5_000, "k#: #, ")
        ),
        format!(
            "config {{ type: \"table\", tags: [{}]{tail}",
            numbered(5_000, "\"k#\", ")
        ),
        format!(
            "config {{ type: \"table\", columns: {{ {} }}{tail}",
            numbered(5_000, "k#: \"x\", ")
        ),
        format!(
            "config {{ type: \"table\", assertions: {{ rowConditions: [{}] }}{tail}",
            numbered(500, "\"a# > 1\", ")
        ),
        format!(
            "config {{ type: \"table\", assertions: {{ uniqueKeys: [{}] }}{tail}",
            numbered(500, "[\"a#\"], ")
        ),
        format!(
            "config {{ type: \"view\", dependencies: [{}]{tail}",
            numbered(1_250, "\"k#\", ")
        ),
        format!(
            "config {{ type: \"view\" }}\nselect {}",
            numbered(1_250, "${ref(\"k#\")}, ")
        ),
        format!(
            "config {{ type: \"view\" }}\nselect {}",
            numbered(1_250, "${k#}, ")
        ),
        format!(
            "config {{ type: \"view\" }}\nselect {}",
            "${ref(\"k\")}, ".repeat(20_000)
        ),
        format!(
            "select ${{{}1{}}}",
            "`${".repeat(20_000),
            "}`".repeat(20_000)
        ),
        format!("select ${{{}1{}}}", "(".repeat(50_000), ")".repeat(50_000)),
        format!(
            "config {{ type: \"operations\" }}\n{}",
            "select ${self()}\n---\n".repeat(10_000)
        ),
    ] {
        compiles("definitions/x.sqlx", &text);
    }
}

#[test]
fn yaml() {
    let mut indented = String::new();
    for depth in 0..1000 {
        writeln!(indented, "{}a:", " ".repeat(depth)).unwrap();
    }
    let mut laughs = String::from("a0: &a0 [l, l, l, l, l, l, l, l, l]\n");
    for level in 1..10 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        writeln!(laughs, "a{level}: &a{level} [{before}]").unwrap();
    }
    for text in [
        many("a: ["),
        many("{a: "),
        many("["),
        many("- "),
        many("? "),
        many(": "),
        many(":"),
        many("&a "),
        many("*a "),
        many("!a "),
        many("%a\n"),
        many("---\n"),
        many("\t"),
        many("#"),
        many("\""),
        many("'"),
        many("a: |\n \n"),
        many("| "),
        many("> "),
        format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)),
        format!("a: \"{}", many("\\")),
        format!("a: {}", many("x")),
        format!("vars:\n{}", numbered(5_000, "  k#: \"v\"\n")),
        format!("vars:\n{}", numbered(5_000, "  k#: 2024-01-01\n")),
        format!("vars: {{{}}}", numbered(5_000, "k#: 2024-01-01, ")),
        format!("vars:\n{}", numbered(2_500, "  k#: #\n")),
        format!(
            "a: &a {{{}}}\nb: {{<<: *a, z: 1}}\n",
            numbered(1_250, "k#: 1, ")
        ),
        format!(
            "actions:\n{}",
            numbered(500, "  - declaration: {name: a#}\n")
        ),
        format!(
            "name: g\nentities:\n{}",
            numbered(
                2_000,
                "  - {name: a#, keys: [b], data_source_string: a.b.c}\n"
            )
        ),
        indented,
        laughs,
    ] {
        for path in [
            "workflow_settings.yaml",
            "definitions/actions.yaml",
            "definitions/graph.yaml",
        ] {
            compiles(path, &text);
        }
    }
}

#[test]
fn json_and_javascript() {
    for text in [
        many("["),
        many("{\"a\":"),
        many("\""),
        format!("{{\"vars\": {{{}}}}}", numbered(1_250, "\"k#\": \"v\", ")),
    ] {
        compiles("dataform.json", &text);
    }
    for text in [
        numbered(750, "publish(\"k#\");\n"),
        numbered(500, "publish(\"k\");\n"),
        numbered(500, "publish(\"k#\").query((ctx) => ctx.ref(\"n#\"));\n"),
        many("("),
        many("`${"),
        many("/*"),
        format!("const x = [{}];\nx.y.z;", many("1, ")),
        format!("{}throw new Error(\"x\");", many("\n")),
    ] {
        compiles("definitions/x.js", &text);
    }
}
