//! The program as `dataform`: what the recorded transcripts of Dataform's CLI leave out

use std::fmt::Write as _;

use crate::assert_transcript;
use crate::scratch::Scratch;

const SOURCE: &str = "config { type: \"declaration\", schema: \"raw\" }\n";
const ORDERS: &str = "\
config { type: \"incremental\", tags: [\"daily\"], uniqueKey: [\"id\"] }
SELECT 1 AS id, DATE \"2024-01-01\" AS day
";
const REVENUE: &str = "\
config { type: \"view\", assertions: { nonNull: [\"id\"] } }
SELECT id FROM ${ref(\"orders\")}
";
const CLEAN: &str = "config { type: \"operations\", tags: [\"daily\"] }\nDELETE FROM ${ref(\"visits\")} WHERE TRUE\n";

fn shop() -> Scratch {
    let scratch = Scratch::project(&[
        ("visits.sqlx", SOURCE),
        ("orders.sqlx", ORDERS),
        ("revenue.sqlx", REVENUE),
        ("clean.sqlx", CLEAN),
    ]);
    scratch.write(
        "package.json",
        "{\"dependencies\": {\"@dataform/core\": \"3.0.65\"}}\n",
    );
    scratch
}

/// The transcripts of several command lines, one below the other
fn transcripts(scratch: &Scratch, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let mut words = vec!["dataform"];
        words.extend(line.split(' ').filter(|word| !word.is_empty()));
        writeln!(text, "$ dataform {line}\n{}", scratch.snapshot(&words)).unwrap();
    }
    text
}

#[test]
fn help_pages() {
    let lines = [
        "",
        "help",
        "--version",
        "help init",
        "help install",
        "help init-creds",
        "compile --help",
        "test help",
        "--help run",
        "help format",
        "help nothing",
    ];
    assert_transcript!("drop_in_help", transcripts(&Scratch::empty(), &lines));
}

#[test]
fn command_lines_that_are_refused() {
    let lines = [
        "compil",
        "nothing-like-it",
        "compile . --foo",
        "compile . --foo-bar=1 --foo-bar=2 -x",
        "compile . more",
        "--json compile .",
        "compile nowhere",
        "compile definitions",
        "compile 7",
        "compile . --json --dot",
        "compile . --schemaSuffix=a-b",
        "compile . --output-include-dependents",
        "compile . --vars a=b --vars c=d",
        "compile . --output-actions 7",
        "compile . --default-schema=7",
        "run . --include-deps",
        "run . --json",
        "run . --credentials=1",
        "test . --dot",
        "init",
        "init shop project",
        "init . project US",
    ];
    assert_transcript!("drop_in_refused", transcripts(&shop(), &lines));
}

#[test]
fn compile_in_all_its_ways() {
    let lines = [
        "compile",
        "compile --quiet --no-verbose",
        "compile --project-dir=. --outputActions orders --output-include-dependents",
        "compile --output-tags=daily,none --dot",
        "compile --output-actions sales.revenue nothing --output-actions clean --quiet",
        "compile --disable-assertions --table-prefix t --schema-suffix=dev --database-suffix=2 -- --json",
        "compile --timeout=-1s",
        "compile --timeout 1h30m --quiet",
        "compile --output-actions= --json",
    ];
    let scratch = shop();
    assert_transcript!("drop_in_compile", transcripts(&scratch, &lines));
    assert!(
        !scratch.path().join(".sqlx-run").exists(),
        "`dataform` leaves nothing behind"
    );
}

#[test]
fn errors_have_their_classes_and_excerpts() {
    let scratch = shop();
    scratch.write("definitions/broken.js", "const a = 1;\nconst b = ;\n");
    scratch.write(
        "definitions/open.sqlx",
        "js {\n  const a = 'x\n}\nSELECT 1\n",
    );
    scratch.write(
        "definitions/placeholder.sqlx",
        "config { type: \"view\" }\nSELECT ${ 1 + }\n",
    );
    scratch.write("definitions/text.js", "throw \"no error\";\n");
    scratch.write("definitions/type.js", "null.a;\n");
    scratch.write(
        "definitions/unknown.sqlx",
        "SELECT ${ref(\"nothing\")} ${nobody}\n",
    );
    scratch.write(
        "definitions/where.sqlx",
        "incremental_where { TRUE }\nSELECT 1\n",
    );
    let lines = [
        "compile",
        "compile --quiet --output-actions orders",
        "compile --json",
        "run",
        "test --json",
    ];
    assert_transcript!("drop_in_errors", transcripts(&scratch, &lines));
}

#[test]
fn versions_of_dataform_core_come_from_one_place() {
    let scratch = shop();
    std::fs::remove_file(scratch.path().join("package.json")).unwrap();
    let mut text = transcripts(&scratch, &["compile --quiet", "install"]);
    let settings = "defaultProject: shop\ndefaultDataset: sales\ndataformCoreVersion: 3.0.0\n";
    scratch.write("workflow_settings.yaml", settings);
    text += &transcripts(&scratch, &["compile --quiet", "install"]);
    scratch.write("package.json", "{}");
    text += &transcripts(&scratch, &["compile --quiet"]);
    scratch.write(
        "workflow_settings.yaml",
        "defaultProject: shop\nnobody: knows\n",
    );
    text += &transcripts(&scratch, &["compile --quiet", "compile --json", "install"]);
    assert_transcript!("drop_in_versions", text);
}

#[test]
fn colours_do_without_a_terminal() {
    let scratch = shop();
    let mut command = scratch.command(&["dataform", "compile", "--output-actions", "orders"]);
    let output = command.env_remove("NO_COLOR").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_transcript!("drop_in_colours", text.escape_debug().to_string());
}

#[test]
fn run_and_test_end_where_bigquery_begins() {
    let scratch = shop();
    let mut text = transcripts(
        &scratch,
        &["run --timeout 1m", "test . --credentials key.json"],
    );
    scratch.write(
        ".df-credentials.json",
        "{\"projectId\": \"shop\", \"location\": \"US\"}",
    );
    text += &transcripts(&scratch, &["run --dry-run", "test", "init-creds"]);
    for wrong in ["{", "[]", "{}", "{\"projectId\": \"shop\", \"more\": 1}"] {
        scratch.write(".df-credentials.json", wrong);
        text += &transcripts(&scratch, &["run"]);
    }
    assert_transcript!("drop_in_bigquery", text);
}

#[test]
fn dry_runs_print_the_execution_graph() {
    let scratch = shop();
    let lines = [
        "run . --dry-run --json",
        "run . --dry-run --json --tags daily --include-dependents --full-refresh",
        "run . --dry-run --json --actions nothing",
    ];
    assert_transcript!("drop_in_dry_run_fresh", transcripts(&scratch, &lines));
    let ran = scratch.run(&["--actions", "orders,revenue", "--include-deps"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let again = ["run . --dry-run --json --actions orders revenue"];
    assert_transcript!("drop_in_dry_run_existing", transcripts(&scratch, &again));
    assert_transcript!(
        "dry_run_json",
        scratch.snapshot(&["run", "--dry-run", "--json", "--actions", "ord*"])
    );
}

#[test]
fn init_writes_settings_that_read_back() {
    let scratch = Scratch::empty();
    let mut text = String::new();
    for (name, project, location) in [
        ("plain", "my-project", "US"),
        ("numbers", "123", "1e3"),
        ("words", "true", "null"),
        ("marks", "a: b", "#x"),
        ("dates", "2024-01-01", "it's"),
    ] {
        let ran = scratch.run(&["dataform", "init", name, project, location]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let settings = scratch.path().join(name).join("workflow_settings.yaml");
        text += &std::fs::read_to_string(settings).unwrap();
    }
    text += &transcripts(
        &scratch,
        &[
            "init plain p US",
            "init deep/er p US",
            "init iced p US --iceberg",
        ],
    );
    assert_transcript!("drop_in_init", text);
}

#[cfg(unix)]
#[test]
fn packages_are_installed_by_npm() {
    use std::os::unix::fs::PermissionsExt as _;

    let scratch = shop();
    let npm = scratch.path().join("tools/npm");
    scratch.write(
        "tools/npm",
        "#!/bin/sh\necho \"npm $*\" >> npm.log\n[ ! -e fail ] || { echo 'E404' >&2; exit 1; }\n",
    );
    std::fs::set_permissions(&npm, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = |words: &[&str], path: &str| {
        let output = scratch.command(words).env("PATH", path).output().unwrap();
        let ran = crate::scratch::Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        format!("$ {}\n{}", words.join(" "), scratch.transcript(&ran))
    };
    let tools = format!("{}:/usr/bin:/bin", scratch.path().join("tools").display());
    let mut text = run(&["dataform", "install"], &tools) + &run(&["install"], &tools);
    let package = "{\"dependencies\": {\"@dataform/core\": \"3.0.65\", \"lodash\": \"4\"}}\n";
    scratch.write("package.json", package);
    text += &run(&["dataform", "install", "."], &tools);
    text += &run(&["install"], &tools);
    text += &run(&["install"], "/nowhere");
    scratch.write("fail", "");
    text += &run(&["install"], &tools);
    text += &run(&["dataform", "install"], &tools);
    scratch.write("package.json", "{");
    text += &run(&["install"], &tools);
    text += "----- npm.log -----\n";
    text += &std::fs::read_to_string(scratch.path().join("npm.log")).unwrap();
    assert_transcript!("install", text);
}
