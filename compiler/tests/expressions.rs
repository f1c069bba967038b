//! A SQLX file means the same whether its expressions are evaluated one by one or as one module: an empty
//! `js` block makes it a module

use sqlx_compiler::{CompileOptions, MemoryProject, compile, to_json};

const HELPERS: &str = r#"
let count = 0;
const list = ["first"];
const order = [];
module.exports = {
  text: "t", number: 1.5, nothing: undefined, empty: null, list,
  columns: { id: "the id", name: { description: "the name", tags: ["pii"] } },
  next: () => ++count,
  echo: (...values) => { order.push(values[0]); return values.map(String).join("+"); },
  seen: () => order.join(","),
  grow: (item) => { list.push(item); return item; },
  get late() { return `late${++count}`; },
  fail: (message) => { throw new RangeError(message); },
  odd: { toString: () => `odd${++count}` },
  config: { schema: "s", tags: ["x"], description: "d" },
  map: (object) => JSON.stringify(object),
  mutable: { type: "view" },
};
"#;

/// The graph, and the lines of what is wrong, of a file with `block` between its config and its SQL
fn outcome(config: &str, sql: &str, block: &str) -> (String, Vec<String>) {
    let file = format!("config {{{config}}}\n{block}\n{sql}");
    let project = MemoryProject::new()
        .with(
            "workflow_settings.yaml",
            "defaultProject: p\ndefaultDataset: d\ndefaultLocation: US\nvars:\n  env: dev\n",
        )
        .with("includes/h.js", HELPERS)
        .with("definitions/other.sqlx", "select 1 as x\n---\nselect 2")
        .with(
            "definitions/source.js",
            "declare({ schema: \"raw\", name: \"source\" });",
        )
        .with("definitions/x.sqlx", file);
    let compilation = compile(&project, &CompileOptions::default());
    let findings = compilation.diagnostics.iter().map(|finding| {
        let line = finding
            .location
            .as_ref()
            .map(|location| location.line_column().0);
        format!("{} {line:?}", finding.code)
    });
    (to_json(&compilation.graph), findings.collect())
}

#[test]
fn expressions_and_modules_agree() {
    let table = " type: \"table\" ";
    let configs = [
        "",
        " type: \"table\", tags: [h.text, \"b\" + h.number, `c${h.next()}`] ",
        " type: \"view\", ...h.config, description: `own ${h.config.description}` ",
        " ...h.mutable, tags: [...h.list, ...[1, 2].map((at) => `t${at}`)] ",
        " type: \"table\", columns: h.columns, name: h.echo(\"n\", 1) ",
        " type: \"table\", columns: { ...h.columns, id: \"own\", more: h.columns.name } ",
        " type: \"table\", tags: h.list, description: h.grow(\"second\") ",
        " type: \"table\", tags: [h.late, h.late], description: String(h.next()) ",
        " type: h.number > 1 ? \"table\" : \"view\", bigquery: { labels: { a: h.text, \"b-c\": \"x\", 1: \"y\" } } ",
        " type: \"table\", disabled: !h.nothing, description: h.nothing ?? \"none\", hermetic: h.empty ",
        " type: \"table\", // about it\n  tags: [/* none */], description: h.text // trailing\n ",
        " type: \"table\", description: dataform.projectConfig.vars.env === \"dev\" ? 'dev' : \"other\" ",
        " type: \"table\", description: ({ a: \"b\", \"c\": \"d\" }).c, tags: [\"x\".repeat(2), (0.1 + 0.2).toFixed(2)] ",
        " type: \"table\", description: h.map({ \"a\": 1, b: [2, \"c\"], 3: { d() { return \"e\"; } } }) ",
        " type: \"table\", [\"tags\"]: [\"computed\"], description: `two\n  lines` ",
        " type: \"table\", description: h.nothing.deeper ",
        " type: \"table\", description: missing.name ",
        " type: \"table\", description: h.missing(\"x\") ",
        " type: \"table\", description: h.fail(\"because\") ",
        " type: \"table\", description: self() ",
        " type: \"table\", tags: \"x\" y ",
        " type: \"table\", description: h.text = \"changed\" ",
        " type: \"table\", description: this === module.exports ? \"yes\" : \"no\" ",
        " type: \"table\", description: \"abc\".replace(/b/g, \"-\") ",
        " type: \"table\", description: h.odd, tags: [h.echo] ",
        " type: \"table\", unknownKey: h.text ",
        " type: h.text ",
    ];
    let bodies = [
        "select ${h.number}, ${1.50}, ${0.1 + 0.2}, ${-0}, ${1e21}, ${10 / 4} as x\n",
        "select ${h.nothing} ${h.empty} ${[1, [2, h.text]]} ${{}} ${h.odd} ${true}\n",
        "select ${h.next()} ${h.next()} -- ${h.next()}\n, \"${h.next()}\", '${h.next()}', '''${h.next()}'''\n",
        "select * from ${ref(\"other\")} ${ref(h.text)} ${ref(\"raw\", \"source\")} ${resolve(\"source\")}\n",
        "select ${self()} ${name()} ${schema()} ${database()} ${self().length} ${name().toUpperCase()}\n",
        "select ${when(incremental(), `a ${self()}`, `b ${h.echo(`c ${name()}`, \"d\")}`)}\n",
        "select ${incremental()} ${typeof incremental} ${typeof\"x\"} ${h.text in {t:1}}\n",
        "select ${h.echo(\"b\")} ${h.echo(\"a\")} ${h.seen()}\npre_operations { ${h.echo(\"pre\")} ${h.seen()} }\npost_operations { ${h.seen()}\n---\n${self()} }\n",
        "select ${h.list.map((item) => `'${item}'`).join(\", \")} ${[...\"ab\"].join()}\n",
        "select ${h.nothing.x}\n",
        "select 1,\n  ${h.fail(\"inside\")}\n",
        "select ${missing}\n",
        "select ${h.missing(\"x\", 1)}\n",
        "select ${ref(\"nowhere\")} ${ref(\"other\", 1)}\n",
        "select ${(1, \"two\")} ${h.map({ \"a\": \"b\", 1: 2, c: `d` })} ${String.raw`a${1}b`}\n",
        "select ${a = 1} ${`x` + /* no */ 'y'}\n",
        "select ${require(\"includes/h.js\").text} ${typeof module} ${(() => { return \"z\"; })()}\n",
        "select '\\\\' \\n ${\"\\u0041\\n\"} ${'it\\'s'} `${h.text}`\r\nfrom `a`\r\n",
        "select ${}\n",
        "select ${h.text\n",
        "select ${EXPECT} ${ ref ( 'other' ) } ${  }\n",
        "select ${h.columns?.id ?? \"none\"} ${h.columns?.nope?.deeper} ${!h.text || 2 ** 3 !== 8}\n",
    ];
    let check = |config: &str, sql: &str| {
        let plain = outcome(config, sql, "");
        let module = outcome(config, sql, "js { }");
        let differs = plain
            .0
            .lines()
            .zip(module.0.lines())
            .find(|(plain, module)| plain != module);
        assert_eq!(differs, None, "config {{{config}}}\n{sql}");
        assert_eq!(plain.1, module.1, "config {{{config}}}\n{sql}");
    };
    for config in configs {
        check(config, "select ${h.next()} ${h.list} ${h.text} as x\n");
    }
    for sql in bodies {
        for config in [
            table,
            " type: \"incremental\" ",
            " type: \"operations\", hasOutput: true ",
            " type: \"assertion\" ",
            " type: \"test\", dataset: \"other\" ",
        ] {
            check(config, sql);
        }
    }
}
