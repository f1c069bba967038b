//! Small broken projects as a newcomer makes them, and what is shown for each

use diagnostic::{Renderer, to_json};
use sqlx_compiler::{CompileOptions, MemoryProject, compile};

const SETTINGS: &str =
    "defaultProject: p\ndefaultDataset: d\ndefaultLocation: EU\ndefaultAssertionDataset: a\n";

/// A project: what is wrong with it, and its files
type Case = (&'static str, &'static [(&'static str, &'static str)]);

/// What is shown for each project
fn shown(cases: &[Case]) -> String {
    let renderer = Renderer::new(false, 100);
    let mut out = String::new();
    for (name, files) in cases {
        let mut project = MemoryProject::new();
        if !files.iter().any(|(path, _)| *path == "dataform.json") {
            project = project.with("workflow_settings.yaml", SETTINGS);
        }
        for (path, text) in *files {
            project = project.with(*path, *text);
        }
        let compilation = compile(&project, &CompileOptions::default());
        assert!(compilation.has_errors(), "{name}: nothing is found");
        out.push_str(&format!("##### {name}\n"));
        for diagnostic in &compilation.diagnostics {
            out.push_str(&renderer.render(diagnostic));
        }
    }
    out
}

#[test]
fn settings() {
    insta::assert_snapshot!(shown(&[
        (
            "several unknown settings",
            &[(
                "workflow_settings.yaml",
                "defaultProject: p\ndefaultSchema: d\nvar:\n  a: b\nassertionDataset: x\n"
            )]
        ),
        (
            "a tab",
            &[(
                "workflow_settings.yaml",
                "defaultProject: p\nvars:\n\ta: b\n"
            )]
        ),
        (
            "a colon in a text",
            &[(
                "workflow_settings.yaml",
                "defaultProject: p\ndefaultDataset: my: dataset\n"
            )]
        ),
        (
            "no space after the colon",
            &[(
                "workflow_settings.yaml",
                "defaultProject:p\ndefaultDataset: d\n"
            )]
        ),
        (
            "an indented line",
            &[(
                "workflow_settings.yaml",
                "defaultProject: p\n  defaultDataset: d\n"
            )]
        ),
        (
            "a key twice",
            &[(
                "workflow_settings.yaml",
                "defaultProject: p\ndefaultProject: q\n"
            )]
        ),
        (
            "a quote that is not closed",
            &[(
                "workflow_settings.yaml",
                "defaultProject: \"p\ndefaultDataset: d\n"
            )]
        ),
        (
            "variables that are no texts",
            &[(
                "workflow_settings.yaml",
                "defaultProject: p\nvars:\n  days: 7\n  full: true\n  name: x\n"
            )]
        ),
        (
            "variables as a list",
            &[("workflow_settings.yaml", "defaultProject: p\nvars: days\n")]
        ),
        (
            "a trailing comma in dataform.json",
            &[(
                "dataform.json",
                "{\n  \"warehouse\": \"bigquery\",\n  \"defaultDatabase\": \"p\",\n}\n"
            )]
        ),
        (
            "an unknown key in dataform.json",
            &[(
                "dataform.json",
                "{\n  \"warehouse\": \"bigquery\",\n  \"defaultDataset\": \"d\"\n}\n"
            )]
        ),
        (
            "both settings files",
            &[
                ("dataform.json", "{}"),
                ("workflow_settings.yaml", SETTINGS)
            ]
        ),
    ]));
}

#[test]
fn configs() {
    insta::assert_snapshot!(shown(&[
        (
            "several wrong keys",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"table\",\n  descripton: \"x\",\n  tag: [\"a\"],\n  uniqueKey: \"id\",\n  bigqery: { partitionBy: \"day\" }\n}\nselect 1 as id\n"
            )]
        ),
        (
            "an unknown type",
            &[(
                "definitions/a.sqlx",
                "config { type: \"tabel\" }\nselect 1\n"
            )]
        ),
        (
            "materialized on its own",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"materialized\"\n}\nselect 1\n"
            )]
        ),
        (
            "a missing comma",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"table\"\n  tags: [\"a\"]\n}\nselect 1\n"
            )]
        ),
        (
            "an equals sign",
            &[(
                "definitions/a.sqlx",
                "config {\n  type = \"table\"\n}\nselect 1\n"
            )]
        ),
        (
            "a missing quote",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"table,\n  tags: [\"a\"]\n}\nselect 1\n"
            )]
        ),
        (
            "no quotes",
            &[("definitions/a.sqlx", "config { type: table }\nselect 1\n")]
        ),
        (
            "a missing bracket",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\", tags: [\"a\" }\nselect 1\n"
            )]
        ),
        (
            "a dot in the name",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\", name: \"other.a\" }\nselect 1\n"
            )]
        ),
        (
            "assertions of the wrong shape",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"table\",\n  assertions: [\"nonNull\"]\n}\nselect 1\n"
            )]
        ),
        (
            "a wrong key in assertions",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"table\",\n  assertions: { notNull: [\"id\"] }\n}\nselect 1 as id\n"
            )]
        ),
        (
            "an unknown partition option",
            &[(
                "definitions/a.sqlx",
                "config {\n  type: \"table\",\n  bigquery: {\n    partitonBy: \"day\",\n    clusterBy: [\"id\"]\n  }\n}\nselect 1\n"
            )]
        ),
        (
            "protected on a table",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\", protected: true }\nselect 1\n"
            )]
        ),
        (
            "a test without a dataset",
            &[(
                "definitions/a.sqlx",
                "config { type: \"test\" }\nselect 1\n"
            )]
        ),
        (
            "a test of nothing",
            &[(
                "definitions/a.sqlx",
                "config { type: \"test\", dataset: \"nothing\" }\nselect 1\n"
            )]
        ),
        (
            "a number as a name",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\", name: 5 }\nselect 1\n"
            )]
        ),
        (
            "a variable in the config",
            &[
                (
                    "definitions/a.sqlx",
                    "config { type: \"table\", tags: [constant.tag] }\nselect 1\n"
                ),
                (
                    "includes/constants.js",
                    "module.exports = { tag: \"x\" };\n"
                )
            ]
        ),
    ]));
}

#[test]
fn blocks_and_sql() {
    insta::assert_snapshot!(shown(&[
        (
            "a semicolon",
            &[(
                "definitions/a.sqlx",
                "config { type: \"view\" }\nselect 1;\n"
            )]
        ),
        (
            "two statements in a table",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect 1\n---\nselect 2\n"
            )]
        ),
        (
            "incremental_where in a table",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect 1\nincremental_where { x > 1 }\n"
            )]
        ),
        (
            "pre_operations in an operation",
            &[(
                "definitions/a.sqlx",
                "config { type: \"operations\" }\npre_operations { select 1 }\nselect 2\n"
            )]
        ),
        (
            "an input outside of a test",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\ninput \"b\" { select 1 }\nselect 2\n"
            )]
        ),
        (
            "an unfinished placeholder",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect ${1 +} as x\n"
            )]
        ),
        (
            "a placeholder that is not closed",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect ${ref(\"b\") from x\n"
            )]
        ),
        (
            "an unfinished js block",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\njs {\n  const x = ;\n}\nselect ${x}\n"
            )]
        ),
        (
            "a name twice in a js block",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\njs {\n  const x = 1;\n  const x = 2;\n}\nselect ${x}\n"
            )]
        ),
        (
            "several wrong placeholders",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect ${nope} as x,\n  ${reff(\"b\")} as y,\n  ${ref(\"c\")},\n  ${self().name.x.y} as z\n"
            )]
        ),
        (
            "ref outside of a placeholder",
            &[(
                "definitions/a.sqlx",
                "config { type: \"table\", description: ref(\"b\") }\nselect 1\n"
            )]
        ),
    ]));
}

#[test]
fn references() {
    insta::assert_snapshot!(shown(&[
        (
            "a misspelt name, twice",
            &[
                (
                    "definitions/customers.sqlx",
                    "config { type: \"table\" }\nselect 1\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect * from ${ref(\"custmers\")}\nunion all\nselect * from ${ref(\"custmers\")}\n"
                )
            ]
        ),
        (
            "an action whose file has an error",
            &[
                (
                    "definitions/customers.sqlx",
                    "config { type: \"table\" tags: [\"daily\"] }\nselect 1\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect * from ${ref(\"customers\")}\n"
                )
            ]
        ),
        (
            "dataset and name in one",
            &[
                (
                    "definitions/customers.sqlx",
                    "config { type: \"table\" }\nselect 1\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect * from ${ref(\"d.customers\")}\n"
                )
            ]
        ),
        (
            "a source that is not declared",
            &[(
                "definitions/a.sqlx",
                "config { type: \"view\" }\nselect * from ${ref(\"raw\", \"orders\")}\n"
            )]
        ),
        (
            "a dependency that is not there",
            &[
                (
                    "definitions/a.sqlx",
                    "config {\n  type: \"view\",\n  dependencies: [\"b\", \"setup\"]\n}\nselect 1\n"
                ),
                (
                    "definitions/b.sqlx",
                    "config { type: \"view\" }\nselect 1\n"
                )
            ]
        ),
        (
            "a dependency with too many dots",
            &[(
                "definitions/a.sqlx",
                "config { type: \"view\", dependencies: [\"a.b.c.d\"] }\nselect 1\n"
            )]
        ),
        (
            "a name that is made",
            &[(
                "definitions/a.sqlx",
                "config { type: \"view\" }\njs { const source = \"ord\" + \"ers\"; }\nselect *\nfrom ${ref(source)}\n"
            )]
        ),
        (
            "in JavaScript",
            &[(
                "definitions/a.js",
                "publish(\"a\", { type: \"view\" }).query(\n  (ctx) => `select * from ${ctx.ref(\"nothing\")}`,\n);\n"
            )]
        ),
        (
            "in an include",
            &[
                (
                    "includes/sources.js",
                    "function latest(ctx, name) {\n  return ctx.ref(`${name}_latest`);\n}\nmodule.exports = { latest };\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect * from ${sources.latest({ ref }, \"orders\")}\n"
                )
            ]
        ),
        (
            "a name in two datasets",
            &[
                (
                    "definitions/a.sqlx",
                    "config { type: \"table\", schema: \"one\", name: \"t\" }\nselect 1\n"
                ),
                (
                    "definitions/b.sqlx",
                    "config { type: \"table\", schema: \"two\", name: \"t\" }\nselect 1\n"
                ),
                (
                    "definitions/c.sqlx",
                    "config { type: \"view\" }\nselect * from ${ref(\"t\")}\n"
                )
            ]
        ),
        (
            "two actions of one name",
            &[
                (
                    "definitions/a.sqlx",
                    "config { type: \"table\" }\nselect 1\n"
                ),
                (
                    "definitions/b/a.sqlx",
                    "config { type: \"view\" }\nselect 2\n"
                )
            ]
        ),
        (
            "two in one loop",
            &[(
                "definitions/a.js",
                "for (const country of [\"fr\", \"de\", \"fr\"]) {\n  publish(`orders_${country}`, { type: \"table\" }).query(`select '${country}'`);\n}\n"
            )]
        ),
        (
            "a circle of two",
            &[
                (
                    "definitions/a.sqlx",
                    "config { type: \"table\" }\nselect * from ${ref(\"b\")}\n"
                ),
                (
                    "definitions/b.js",
                    "publish(\"b\").query((ctx) => `\n  select *\n  from ${ctx.ref(\"a\")}`);\n"
                )
            ]
        ),
        (
            "itself",
            &[(
                "definitions/a.sqlx",
                "config { type: \"incremental\" }\nselect * from x where t > (select max(t) from ${ref(\"a\")})\n"
            )]
        ),
        (
            "an operation that makes nothing",
            &[
                (
                    "definitions/a.sqlx",
                    "config { type: \"operations\" }\ncreate table x as select 1\n"
                ),
                (
                    "definitions/b.sqlx",
                    "config { type: \"view\" }\nselect * from ${ref(\"a\")}\n"
                )
            ]
        ),
        (
            "no arguments",
            &[(
                "definitions/a.sqlx",
                "config { type: \"view\" }\nselect * from ${ref()}\n"
            )]
        ),
        (
            "too many arguments",
            &[(
                "definitions/a.sqlx",
                "config { type: \"view\" }\nselect * from ${ref(\"a\", \"b\", \"c\", \"d\")}\n"
            )]
        ),
    ]));
}

#[test]
fn javascript() {
    insta::assert_snapshot!(shown(&[
        (
            "an unknown type",
            &[(
                "definitions/a.js",
                "publish(\"x\", {\n  type: \"tabel\",\n  tags: [\"a\"],\n}).query(\"select 1\");\n"
            )]
        ),
        (
            "a wrong key",
            &[(
                "definitions/a.js",
                "publish(\"w\", { description: \"fine\" }).query(\"select 1\");\n\npublish(\"x\", {\n  type: \"table\",\n  desription: \"x\",\n}).query(\"select 1\");\n"
            )]
        ),
        (
            "a semicolon",
            &[(
                "definitions/a.js",
                "publish(\"w\").query(\"select 1\");\npublish(\"x\").query(\"select 1;\");\n"
            )]
        ),
        (
            "ref without a context",
            &[(
                "definitions/a.js",
                "publish(\"x\").query(`select * from ${ref(\"y\")}`);\n"
            )]
        ),
        (
            "a misspelt method",
            &[("definitions/a.js", "publish(\"x\").querry(\"select 1\");\n")]
        ),
        (
            "a misspelt function",
            &[("definitions/a.js", "publsh(\"x\");\n")]
        ),
        (
            "a missing bracket",
            &[(
                "definitions/a.js",
                "publish(\"x\", { type: \"table\" }.query(\"select 1\");\n"
            )]
        ),
        (
            "a missing brace at the end",
            &[(
                "definitions/a.js",
                "[\"a\", \"b\"].forEach((name) => {\n  publish(name).query(\"select 1\");\n"
            )]
        ),
        (
            "a missing quote",
            &[("definitions/a.js", "publish(\"x).query(\"select 1\");\n")]
        ),
        (
            "an assertion with a wrong key",
            &[(
                "definitions/a.js",
                "assert(\"x\", { descripton: \"x\" }).query(\"select 1\");\n"
            )]
        ),
        (
            "a dot in a name",
            &[(
                "definitions/a.js",
                "publish(\"a.x\").query(\"select 1\");\n"
            )]
        ),
        (
            "a misspelt function of an include",
            &[
                (
                    "includes/dates.js",
                    "function lastWeek() {\n  return \"7\";\n}\nmodule.exports = { lastWeek };\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect ${dates.lastWek()}\n"
                )
            ]
        ),
        (
            "a function that is not exported",
            &[
                (
                    "includes/dates.js",
                    "function lastWeek() {\n  return \"7\";\n}\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect ${dates.lastWeek()}\n"
                )
            ]
        ),
        (
            "an error in an include",
            &[
                (
                    "includes/dates.js",
                    "function lastWeek(options) {\n  return options.range.days;\n}\nmodule.exports = { lastWeek };\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect 1,\n  ${dates.lastWeek({})} as week\n"
                )
            ]
        ),
        (
            "an include that does not parse",
            &[
                (
                    "includes/dates.js",
                    "function lastWeek( {\n  return 7;\n}\nmodule.exports = { lastWeek };\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect ${dates.lastWeek()}\n"
                )
            ]
        ),
        (
            "a module that is not there",
            &[
                ("includes/dates.js", "module.exports = {};\n"),
                (
                    "definitions/a.js",
                    "const dates = require(\"../include/dates\");\nconst moment = require(\"moment\");\n"
                )
            ]
        ),
        (
            "an error in a required file",
            &[
                (
                    "lib/shared.js",
                    "module.exports = (name) => {\n  publish(name, { typ: \"table\" });\n};\n"
                ),
                ("definitions/a.js", "require(\"../lib/shared\")(\"x\");\n"),
                ("definitions/b.js", "require(\"../lib/shared\")(\"y\");\n")
            ]
        ),
        (
            "an error in a package",
            &[
                ("node_modules/pkg/package.json", "{ \"main\": \"main.js\" }"),
                (
                    "node_modules/pkg/main.js",
                    "exports.make = (options) => publish(options.name.toUpperCase());\n"
                ),
                (
                    "definitions/a.js",
                    "const pkg = require(\"pkg\");\n\npkg.make({});\n"
                )
            ]
        ),
        (
            "throwing a text",
            &[(
                "definitions/a.js",
                "if (!dataform.projectConfig.vars.days) {\n  throw \"days is missing\";\n}\n"
            )]
        ),
        (
            "calling itself",
            &[
                (
                    "includes/f.js",
                    "module.exports = (n) => n + module.exports(n - 1);\n"
                ),
                (
                    "definitions/a.sqlx",
                    "config { type: \"view\" }\nselect ${f(3)}\n"
                )
            ]
        ),
        (
            "changing a constant",
            &[("definitions/a.js", "const total = 1;\ntotal += 1;\n")]
        ),
        (
            "a wrong type of settings",
            &[("definitions/a.js", "dataform.projectConfig.vars = 5;\n")]
        ),
    ]));
}

#[test]
fn other_files() {
    insta::assert_snapshot!(shown(&[
        (
            "an unknown kind in actions.yaml",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - tabel:\n      filename: a.sql\n"
                ),
                ("definitions/a.sql", "select 1\n")
            ]
        ),
        (
            "unknown keys in actions.yaml",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - table:\n      filename: a.sql\n      descripton: x\n      tag: [b]\n"
                ),
                ("definitions/a.sql", "select 1\n")
            ]
        ),
        (
            "a missing file in actions.yaml",
            &[(
                "definitions/actions.yaml",
                "actions:\n  - declaration:\n      name: x\n  - view:\n      filename: b.sql\n"
            )]
        ),
        (
            "a .sqlx file in actions.yaml",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - view:\n      filename: b.sqlx\n"
                ),
                ("definitions/b.sqlx", "select 1\n")
            ]
        ),
        (
            "no list in actions.yaml",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  table:\n    filename: a.sql\n"
                ),
                ("definitions/a.sql", "select 1\n")
            ]
        ),
        (
            "an item without a type",
            &[(
                "definitions/actions.yaml",
                "actions:\n  - declaration:\n      name: x\n  - {}\n"
            )]
        ),
        (
            "an empty actions.yaml",
            &[("definitions/actions.yaml", "# nothing\n")]
        ),
        (
            "a dependency in actions.yaml",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - view:\n      filename: a.sql\n      dependencyTargets:\n        - name: nothing\n"
                ),
                ("definitions/a.sql", "select 1\n")
            ]
        ),
        (
            "indentation in actions.yaml",
            &[(
                "definitions/actions.yaml",
                "actions:\n  - view:\n    filename: a.sql\n   name: b\n"
            )]
        ),
        (
            "a notebook that is no JSON",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - notebook:\n      filename: n.ipynb\n"
                ),
                (
                    "definitions/n.ipynb",
                    "{\n  \"cells\": [\n    {,}\n  ]\n}\n"
                )
            ]
        ),
        (
            "a notebook without cells",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - notebook:\n      filename: n.ipynb\n"
                ),
                ("definitions/n.ipynb", "{}\n")
            ]
        ),
        (
            "a data preparation that is no YAML",
            &[
                (
                    "definitions/actions.yaml",
                    "actions:\n  - dataPreparation:\n      filename: n.dp.yaml\n"
                ),
                ("definitions/n.dp.yaml", "nodes:\n  - id: [a\n")
            ]
        ),
        (
            "an entity without a name",
            &[(
                "definitions/graph.yaml",
                "name: g\nentities:\n  - name: a\n    keys: [id]\n    data_source_string: p.d.t\n  - keys: [id]\n"
            )]
        ),
        (
            "a relationship to nothing",
            &[(
                "definitions/graph.yaml",
                "name: g\nentities:\n  - name: a\n    keys: [id]\n    data_source_string: p.d.t\nrelationships:\n  - name: r\n    data_source_string: p.d.e\n    source: { entity: a, join_keys: [x] }\n    destination: { entity: b, join_keys: [y] }\n"
            )]
        ),
        (
            "a graph that is no YAML",
            &[("definitions/graph.yaml", "name: g\nentities\n  - name: a\n")]
        ),
    ]));
}

/// The names of the fields are part of the interface
#[test]
fn as_json() {
    let project = MemoryProject::new()
        .with("workflow_settings.yaml", SETTINGS)
        .with("includes/f.js", "module.exports = (x) =>\n  x.é.y;\n")
        .with(
            "definitions/a.sqlx",
            "config { type: \"view\", descripton: \"x\" }\nselect 1\n",
        )
        .with(
            "definitions/b.sqlx",
            "config { type: \"view\" }\nselect ${f({})} from ${ref(\"c\")}\n",
        )
        .with(
            "definitions/c.sqlx",
            "config { type: \"view\" }\nselect * from ${ref(\"d\")}\n",
        )
        .with(
            "definitions/d.sqlx",
            "config { type: \"view\" }\nselect * from ${ref(\"c\")}\n",
        );
    let compilation = compile(&project, &CompileOptions::default());
    let found: Vec<_> = compilation.diagnostics.iter().map(to_json).collect();
    insta::assert_json_snapshot!(found);
}
