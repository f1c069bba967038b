//! Edits of small projects: what they give, and how much is compiled again

use super::Scratch;
use crate::cache::Reuse;

/// A project, the edits of it, and how much is compiled again after each
struct Case {
    what: &'static str,
    files: &'static [(&'static str, &'static str)],
    edits: &'static [(&'static str, &'static str, Reuse)],
}

const COLUMNS: &str = "module.exports = { columns: { id: 'The key' }, list: ['a', 'b'] };";
const TABLE: &str = "config { type: \"table\" }\nselect 1 as x";

/// Edits that change no more than one file's own actions
const APART: &[Case] = &[
    Case {
        what: "a query",
        files: &[
            ("includes/docs.js", COLUMNS),
            ("definitions/a.sqlx", "config { type: \"table\", columns: docs.columns }\nselect 1"),
            ("definitions/b.sqlx", "select * from ${ref('a')}"),
        ],
        edits: &[
            ("definitions/a.sqlx", "config { type: \"table\", tags: ['t'] }\nselect 2", Reuse::Part),
            ("definitions/b.sqlx", "select 1, ${docs.list.join()} from ${ref('sales', 'a')}", Reuse::Part),
            ("definitions/b.sqlx", "select 3", Reuse::Part),
            ("definitions/a.sqlx", "config { type: \"view\", disabled: true }\nselect 2", Reuse::Part),
            ("definitions/a.sqlx", "config { type: \"view\" }\r\nselect 2\r\n", Reuse::Part),
        ],
    },
    Case {
        what: "JavaScript that publishes in a loop",
        files: &[
            ("includes/docs.js", COLUMNS),
            (
                "definitions/many.js",
                "docs.list.forEach(name => publish(name).query(ctx => `select 1 from ${ctx.ref('src')}`));",
            ),
            ("definitions/src.js", "declare({ schema: 'raw', name: 'src' });"),
            ("definitions/c.sqlx", "select * from ${ref('b')}"),
        ],
        edits: &[(
            "definitions/many.js",
            "docs.list.forEach(name => {\n  publish(name).query(ctx => `select 2 from ${ctx.ref('src')}`).tags(['x']);\n});",
            Reuse::Part,
        )],
    },
    Case {
        what: "inline assertions, and an assertion's dependencies",
        files: &[
            (
                "definitions/a.sqlx",
                "config { type: \"table\", assertions: { uniqueKey: ['x'], nonNull: ['x'] } }\nselect 1 as x",
            ),
            ("definitions/check.sqlx", "config { type: \"assertion\" }\nselect * from ${ref('a')}"),
        ],
        edits: &[
            (
                "definitions/a.sqlx",
                "config { type: \"table\", assertions: { uniqueKey: ['y'], nonNull: ['y'] } }\nselect 1 as y",
                Reuse::Part,
            ),
            (
                "definitions/check.sqlx",
                "config { type: \"assertion\" }\nselect 1 from ${ref('a')}",
                Reuse::Part,
            ),
            ("definitions/check.sqlx", "config { type: \"assertion\" }\nselect 1", Reuse::None),
        ],
    },
    Case {
        what: "suffixes",
        files: &[
            (
                "workflow_settings.yaml",
                "defaultProject: p\ndefaultDataset: d\ndatasetSuffix: dev\nnamePrefix: my\nprojectSuffix: x\n",
            ),
            ("definitions/a.sqlx", TABLE),
            ("definitions/b.sqlx", "config { type: \"view\" }\nselect * from ${ref('a')} join ${self()}"),
            ("definitions/s.js", "declare({ schema: 'raw', name: 'src' });"),
        ],
        edits: &[
            (
                "definitions/b.sqlx",
                "config { type: \"view\" }\nselect '${name()}' from ${ref('src')}",
                Reuse::Part,
            ),
            ("definitions/s.js", "declare({ schema: 'raw', name: 'src', description: 'x' });", Reuse::Part),
        ],
    },
    Case {
        what: "a module that is required",
        files: &[
            ("lib/sql.js", "module.exports = { one: (x) => `${x} + 1` };"),
            ("definitions/a.sqlx", "js { const { one } = require('../lib/sql.js'); }\nselect ${one('x')}"),
        ],
        edits: &[
            (
                "definitions/a.sqlx",
                "js { const { one } = require('../lib/sql'); }\nselect ${one('y')}",
                Reuse::Part,
            ),
            ("lib/sql.js", "module.exports = { one: (x) => `${x} + 2` };", Reuse::None),
            ("lib/sql", "module.exports = { one: (x) => `${x} + 3` };", Reuse::None),
            ("definitions/a.sqlx", "select 1", Reuse::Part),
        ],
    },
    Case {
        what: "a date that is written down",
        files: &[("definitions/a.sqlx", "select '${new Date(0).toISOString()}'")],
        edits: &[("definitions/a.sqlx", "select '${new Date(86400000).toISOString()}'", Reuse::Part)],
    },
];

/// Edits that others may notice, or that are of something else than definitions
const TOGETHER: &[Case] = &[
    Case {
        what: "an include",
        files: &[("includes/docs.js", COLUMNS), ("definitions/a.sqlx", "select ${docs.list.join()}")],
        edits: &[
            ("includes/docs.js", "module.exports = { list: ['c'] };", Reuse::None),
            ("includes/other.js", "module.exports = 1;", Reuse::None),
            ("includes/docs.js", "module.exports = { };", Reuse::None),
            ("includes/docs.js", COLUMNS, Reuse::None),
        ],
    },
    Case {
        what: "a package",
        files: &[
            ("node_modules/p/package.json", "{ \"main\": \"lib/main.js\" }"),
            ("node_modules/p/lib/main.js", "module.exports = { x: 1 };"),
            ("node_modules/p/other.js", "module.exports = { x: 3 };"),
            ("definitions/a.sqlx", "js { const p = require('p'); }\nselect ${p.x}"),
        ],
        edits: &[
            ("node_modules/p/lib/main.js", "module.exports = { x: 2 };", Reuse::None),
            ("node_modules/p/package.json", "{ \"main\": \"other.js\" }", Reuse::None),
            ("definitions/node_modules/p/index.js", "module.exports = { x: 4 };", Reuse::None),
        ],
    },
    Case {
        what: "new names and kinds",
        files: &[
            ("definitions/a.sqlx", TABLE),
            ("definitions/b.sqlx", "select * from ${ref('a')}"),
        ],
        edits: &[
            ("definitions/a.sqlx", "config { type: \"table\", name: \"c\" }\nselect 1", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"table\", schema: \"other\" }\nselect 1", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"operations\" }\nselect 1", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"operations\", hasOutput: true }\nselect 1", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"declaration\" }", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"table\", assertions: { nonNull: 'x' } }\nselect 1", Reuse::None),
            ("definitions/c.sqlx", "select * from ${ref('b')}", Reuse::None),
        ],
    },
    Case {
        what: "errors",
        files: &[
            ("definitions/a.sqlx", TABLE),
            ("definitions/b.sqlx", "select * from ${ref('a')}"),
        ],
        edits: &[
            ("definitions/a.sqlx", "config { type: \"table\" }\nselect * from ${ref('b')}", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"table\" }\nselect * from ${ref('nothing')}", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"tabel\" }\nselect 1", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"table\", name: 'b' }\nselect 1", Reuse::None),
            ("definitions/a.sqlx", "config { \nselect 1", Reuse::None),
            // as at the beginning, and there was nothing to remember since
            ("definitions/a.sqlx", TABLE, Reuse::All),
            ("definitions/a.sqlx", "config { type: \"table\" }\nselect 2;", Reuse::None),
            ("definitions/a.sqlx", "config { type: \"table\" }\nselect ${self()}, ${ref('a')}", Reuse::None),
        ],
    },
    Case {
        what: "a unit test of the edited table",
        files: &[
            ("definitions/a.sqlx", TABLE),
            ("definitions/b.sqlx", "config { type: \"table\" }\nselect x from ${ref('a')}"),
            (
                "definitions/b_test.sqlx",
                "config { type: \"test\", dataset: \"b\" }\ninput \"a\" { select 1 as x }\nselect 1 as x",
            ),
        ],
        edits: &[
            ("definitions/b.sqlx", "config { type: \"table\" }\nselect x + 1 from ${ref('a')}", Reuse::None),
            (
                "definitions/b_test.sqlx",
                "config { type: \"test\", dataset: \"b\" }\ninput \"a\" { select 2 as x }\nselect 3 as x",
                Reuse::None,
            ),
            ("definitions/a.sqlx", "config { type: \"table\" }\nselect 2 as x", Reuse::Part),
        ],
    },
    Case {
        what: "dependencies that bring assertions along",
        files: &[
            ("definitions/a.sqlx", "config { type: \"table\", assertions: { nonNull: 'x' } }\nselect 1 as x"),
            (
                "definitions/b.sqlx",
                "config { type: \"table\", dependOnDependencyAssertions: true }\nselect x from ${ref('a')}",
            ),
            ("definitions/check.sqlx", "config { type: \"assertion\" }\nselect * from ${ref('a')}"),
        ],
        edits: &[
            (
                "definitions/b.sqlx",
                "config { type: \"table\", dependOnDependencyAssertions: true }\nselect 2 from ${ref('a')}",
                Reuse::None,
            ),
            ("definitions/a.sqlx", "config { type: \"table\", assertions: { nonNull: 'x' } }\nselect 2 as x", Reuse::Part),
            ("definitions/check.sqlx", "config { type: \"assertion\" }\nselect 1", Reuse::None),
        ],
    },
    Case {
        what: "settings, actions.yaml and what it names",
        files: &[
            ("definitions/actions.yaml", "actions:\n- table:\n    filename: x.sql\n"),
            ("definitions/x.sql", "select 1"),
            ("definitions/a.sqlx", "select * from ${ref('x')}"),
        ],
        edits: &[
            ("definitions/x.sql", "select 2", Reuse::None),
            ("definitions/a.sqlx", "select 3 from ${ref('x')}", Reuse::Part),
            ("definitions/actions.yaml", "actions:\n- view:\n    filename: x.sql\n", Reuse::None),
            ("workflow_settings.yaml", "defaultProject: other\ndefaultDataset: d\n", Reuse::None),
            ("definitions/sub/actions.yaml", "actions:\n- declaration:\n    name: y\n", Reuse::None),
            ("README.md", "not listed", Reuse::All),
        ],
    },
    Case {
        what: "one file that requires another",
        files: &[
            ("definitions/a.js", "exports.name = 'a1';\npublish('a').query('select 1');"),
            ("definitions/b.js", "publish(require('./a').name + 'x').query('select 1');"),
            ("definitions/c.sqlx", "select 1"),
        ],
        edits: &[
            ("definitions/a.js", "exports.name = 'a2';\npublish('a').query('select 1');", Reuse::None),
            ("definitions/c.sqlx", "select 2", Reuse::Part),
            ("definitions/c.sqlx", "select '${require('./a').name}'", Reuse::None),
        ],
    },
    Case {
        what: "a definition that another file reads as text",
        files: &[
            ("definitions/a.js", "publish('a').query('select 1');"),
            ("definitions/actions.yaml", "actions:\n- operation:\n    filename: a.js\n    name: text\n"),
            ("definitions/b.sqlx", "select 1"),
        ],
        edits: &[
            ("definitions/a.js", "publish('a').query('select 2');", Reuse::None),
            ("definitions/b.sqlx", "select 2", Reuse::Part),
        ],
    },
    Case {
        what: "an action that two files share through a package",
        files: &[
            ("lib/shared.js", "const made = publish('made').query('select 1');\nmodule.exports = { made };"),
            ("definitions/a.js", "require('../lib/shared').made.tags(['a']);"),
            ("definitions/b.js", "require('../lib/shared').made.tags(['b']);"),
        ],
        edits: &[
            ("definitions/b.js", "require('../lib/shared').made.tags(['c']);", Reuse::None),
            ("definitions/a.js", "require('../lib/shared').made.tags(['d']);", Reuse::None),
        ],
    },
    Case {
        what: "the console",
        files: &[
            ("definitions/a.js", "console.log('one');\npublish('a').query('select 1');"),
            ("definitions/b.sqlx", "select 1"),
        ],
        edits: &[
            ("definitions/b.sqlx", "select 2", Reuse::None),
            ("definitions/a.js", "console.warn('two');\npublish('a').query('select 1');", Reuse::None),
            ("README.md", "", Reuse::All),
        ],
    },
];

/// Project code with a memory: the file that is edited, and the one that notices
const MEMORY: &[(&str, &str, &str)] = &[
    ("let n = 0; module.exports = { next: () => ++n };", "${s.next()}", "${s.next()} ${s.next()}"),
    ("const c = { n: 0 }; module.exports = { next: () => (c.n += 1) };", "${s.next()}", "x"),
    ("const l = []; module.exports = { add: (x) => { l.push(x); return l.join(); } };", "${s.add(1)}", "${s.add(2)}"),
    ("const seen = new Set(); module.exports = { f: (x) => seen.has(x) ? 'again' : (seen.add(x), 'first') };", "${s.f(1)}", "x"),
    ("const m = {}; module.exports = { f: (x) => (m[x] = m[x] || Object.keys(m).length + 1) };", "${s.f('a')}", "${s.f('b')} ${s.f('a')}"),
    ("module.exports = { list: ['b', 'a'] };", "${s.list}", "${s.list.sort()}"),
    ("module.exports = { list: ['b', 'a'] };", "${s.list}", "${s.list.reverse() && 1}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${s.o.x = 2}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${s.o.x++}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${delete s.o.x}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${Object.assign(s.o, { x: 3 }).x}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${[s.o].map(o => (o.x = 4))}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${(({ o }) => { const p = o; p.x = 5; return 1; })(s)}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${[s.o.x] = [6]}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${s['o']['x'] = 7}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${Reflect.set(s.o, 'x', 8)}"),
    ("module.exports = { o: { x: 1 } };", "${s.o.x}", "${Object.defineProperty(s.o, 'x', { value: 9 }).x}"),
    ("module.exports = { l: [1] };", "${s.l}", "${[].push.call(s.l, 2)}"),
    ("module.exports = { l: [1] };", "${s.l}", "${s.l['pu' + 'sh'](2)}"),
    ("module.exports = { l: [1] };", "${s.l}", "${(({ push }) => 1)(s.l)} ${s.l.length = 0}"),
    ("module.exports = { x: 1 };", "${typeof shared}", "${(() => { shared = 1; return 1; })()}"),
    ("module.exports = { x: 1 };", "${typeof shared}", "${globalThis.shared = 1}"),
    ("module.exports = { x: 1 };", "${'a'.twice ? 1 : 0}", "${String.prototype.twice = 1}"),
    ("module.exports = { x: 1 };", "${[1].y}", "${[].constructor.prototype.y = 1}"),
    ("module.exports = { x: 1 };", "${[1].y}", "${eval('Array.prototype.y = 1')}"),
    ("module.exports = { x: 1 };", "${[1].y}", "${new Function('Array.prototype.y = 1')()}"),
    ("module.exports = { x: 1 };", "${dataform.projectConfig.vars.v}", "${dataform.projectConfig.vars.v = 'x'}"),
    ("module.exports = { x: 1 };", "${dataform.projectConfig.defaultSchema}", "${dataform.projectConfig.defaultSchema = 'x'}"),
    ("module.exports = { r: /a/g };", "${s.r.test('aa')}", "${s.r.test('aa')} 2"),
    ("const r = /a/g; module.exports = { f: (x) => r.exec(x) !== null };", "${s.f('a')}", "${s.f('a')} 2"),
    ("const it = [1, 2].values(); module.exports = { all: () => [...it].join() };", "${s.all()}", "x"),
    ("function* g() { yield 1; yield 2; } const it = g(); module.exports = { next: () => it.next().value };", "${s.next()}", "x"),
    ("class C { constructor() { this.n = 0; } next() { return ++this.n; } } module.exports = new C();", "${s.next()}", "x"),
    ("const o = { n: 0, get next() { return ++this.n; } }; module.exports = o;", "${s.next}", "x"),
    ("const o = { n: 0 }; module.exports = new Proxy(o, { get: (t, k) => k === 'next' ? ++t.n : t[k] });", "${s.next}", "x"),
    ("const o = { forEach: (f) => f }; function mk() { let n = 0; o.forEach(() => ++n); return o.forEach(() => ++n); } module.exports = { next: mk() };", "${s.next()}", "x"),
    ("const make = () => { let n = 0; return () => ++n; }; module.exports = { next: make() };", "${s.next()}", "x"),
    ("const f = () => (f.n = (f.n || 0) + 1); module.exports = { f };", "${s.f()}", "x"),
    ("const d = new Date(0); module.exports = { f: () => d.setDate(d.getDate() + 1) };", "${s.f()}", "x"),
    ("const f = (x, l = s.l) => l.push(x); const s = { l: [], f }; module.exports = s;", "${s.f(1)}", "x"),
    ("const made = []; module.exports = { f: () => [1, 2].forEach(x => made.push(x)) || made.length };", "${s.f()}", "x"),
    ("var n = 0; function next() { for (n of [n + 1]) {} return n; } module.exports = { next };", "${s.next()}", "x"),
    ("let n = 0; module.exports = { next: () => { ({ n } = { n: n + 1 }); return n; } };", "${s.next()}", "x"),
    ("let n = 0; const o = { toString() { return String(++n); } }; module.exports = { o };", "${s.o}", "x"),
];

/// What asks for the time or for chance
const CLOCK: &[&str] = &[
    "Date.now()", "new Date().getTime()", "Date().length", "Math.random()", "performance.now()",
    "new (class extends Date {})().getTime()", "Reflect.construct(Date, []).getTime()",
    "new (new Date(0).constructor)().getTime()", "(({ now }) => now())(Date)",
];

/// Configs that share values: the include, the file that uses it, and what the edited one uses
const SHARED: &[(&str, &str, &str)] = &[
    ("{ bigquery: { labels: { a: 'b' } } }", "bigquery: s.bigquery", "bigquery: s.bigquery"),
    ("{ bigquery: { labels: { a: 'b' } } }", "...s", "...s"),
    ("{ bigquery: { labels: { a: 'b' } } }", "...{ ...s }", "bigquery: { ...s.bigquery }"),
    ("{ bigquery: { labels: { a: 'b' } } }", "description: JSON.stringify(s)", "...s"),
    ("{ conditions: ['x > 1'] }", "assertions: { rowConditions: s.conditions, nonNull: 'y' }", "assertions: { rowConditions: s.conditions, nonNull: 'z' }"),
    ("{ conditions: ['x > 1'] }", "description: s.conditions.join()", "assertions: { rowConditions: s.conditions, nonNull: 'z' }"),
    ("{ assertions: { nonNull: 'x' } }", "assertions: s.assertions", "assertions: s.assertions"),
    ("{ tags: ['x'], columns: { a: 'b' } }", "tags: s.tags, columns: s.columns", "tags: s.tags, columns: s.columns"),
];

#[test]
fn configs_that_share_values_are_compiled_whole() {
    for (include, other, edited) in SHARED {
        for (kind, of) in [("sqlx", sqlx as fn(&str, &str) -> String), ("js", published)] {
            let (a, b) = (format!("definitions/a.{kind}"), format!("definitions/b.{kind}"));
            let scratch = Scratch::project(&[
                ("includes/s.js", &format!("module.exports = {include};")),
                (&a, &of("a", "")),
                (&b, &of("b", other)),
            ]);
            scratch.check(include);
            for text in [edited, other, "tags: ['x']", edited] {
                scratch.write(&a, &of("a", text));
                scratch.check(&format!("{kind} {include} {text}"));
            }
        }
    }
}

fn sqlx(_: &str, config: &str) -> String {
    format!("config {{ type: \"table\", {config} }}\nselect 1")
}

fn published(name: &str, config: &str) -> String {
    format!("publish('{name}', {{ type: 'table', {config} }}).query('select 1');")
}

#[test]
fn files_that_stand_apart_are_compiled_alone() {
    check(APART);
}

#[test]
fn files_that_others_may_notice_are_not() {
    check(TOGETHER);
}

fn check(cases: &[Case]) {
    for case in cases {
        let scratch = Scratch::project(case.files);
        scratch.check(case.what);
        for (at, (path, text, expected)) in case.edits.iter().enumerate() {
            scratch.write(path, text);
            let what = format!("{}, edit {at}: {path}", case.what);
            let reuse = scratch.check(&what);
            assert_eq!(reuse, *expected, "{what}");
            if !scratch.compile(super::Wanted::Actions, super::Caching::Off).0.has_errors {
                assert_eq!(scratch.check(&what), Reuse::All, "{what}: again");
            }
        }
    }
}

#[test]
fn project_code_with_a_memory_is_compiled_whole() {
    for (include, other, edited) in MEMORY {
        let scratch = Scratch::project(&[
            ("includes/s.js", include),
            ("definitions/a.sqlx", "select 1"),
            ("definitions/b.sqlx", &format!("select {other}")),
        ]);
        scratch.check(include);
        for text in [edited, other, "'no use of it'", edited] {
            scratch.write("definitions/a.sqlx", &format!("select {text}"));
            scratch.check(&format!("{include} {text}"));
        }
        let scratch = Scratch::project(&[
            ("includes/s.js", include),
            ("definitions/a.js", &format!("publish('a').query(ctx => `select {edited}`);")),
            ("definitions/b.js", &format!("publish('b').query(ctx => `select {other}`);")),
        ]);
        scratch.check(include);
        scratch.write("definitions/b.js", &format!("publish('b').query(ctx => `select 1, {other}`);"));
        scratch.check(&format!("{include} {other}"));
    }
}

#[test]
fn time_and_chance_are_asked_each_time() {
    for code in CLOCK {
        let scratch = Scratch::project(&[
            ("definitions/a.sqlx", &format!("js {{ const asked = {code}; }}\nselect ${{asked > 0 ? 1 : 0}}")),
        ]);
        scratch.check(code);
        assert_eq!(scratch.check(code), Reuse::None, "{code}");
    }
    let scratch = Scratch::project(&[("definitions/a.sqlx", "select ${Math.random()}")]);
    let compile = || scratch.compile(super::Wanted::Json, super::Caching::On).0.text;
    assert_ne!(compile(), compile());
}
