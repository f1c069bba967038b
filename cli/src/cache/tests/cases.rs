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
            (
                "definitions/a.sqlx",
                "config { type: \"table\", columns: docs.columns }\nselect 1",
            ),
            ("definitions/b.sqlx", "select * from ${ref('a')}"),
        ],
        edits: &[
            (
                "definitions/a.sqlx",
                "config { type: \"table\", tags: ['t'] }\nselect 2",
                Reuse::Part,
            ),
            (
                "definitions/b.sqlx",
                "select 1, ${docs.list.join()} from ${ref('sales', 'a')}",
                Reuse::Part,
            ),
            ("definitions/b.sqlx", "select 3", Reuse::Part),
            (
                "definitions/a.sqlx",
                "config { type: \"view\", disabled: true }\nselect 2",
                Reuse::Part,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"view\" }\r\nselect 2\r\n",
                Reuse::Part,
            ),
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
            (
                "definitions/src.js",
                "declare({ schema: 'raw', name: 'src' });",
            ),
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
            (
                "definitions/check.sqlx",
                "config { type: \"assertion\" }\nselect * from ${ref('a')}",
            ),
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
            (
                "definitions/check.sqlx",
                "config { type: \"assertion\" }\nselect 1",
                Reuse::None,
            ),
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
            (
                "definitions/b.sqlx",
                "config { type: \"view\" }\nselect * from ${ref('a')} join ${self()}",
            ),
            (
                "definitions/s.js",
                "declare({ schema: 'raw', name: 'src' });",
            ),
        ],
        edits: &[
            (
                "definitions/b.sqlx",
                "config { type: \"view\" }\nselect '${name()}' from ${ref('src')}",
                Reuse::Part,
            ),
            (
                "definitions/s.js",
                "declare({ schema: 'raw', name: 'src', description: 'x' });",
                Reuse::Part,
            ),
        ],
    },
    Case {
        what: "a module that is required",
        files: &[
            ("lib/sql.js", "module.exports = { one: (x) => `${x} + 1` };"),
            (
                "definitions/a.sqlx",
                "js { const { one } = require('../lib/sql.js'); }\nselect ${one('x')}",
            ),
        ],
        edits: &[
            (
                "definitions/a.sqlx",
                "js { const { one } = require('../lib/sql'); }\nselect ${one('y')}",
                Reuse::Part,
            ),
            (
                "lib/sql.js",
                "module.exports = { one: (x) => `${x} + 2` };",
                Reuse::None,
            ),
            (
                "lib/sql",
                "module.exports = { one: (x) => `${x} + 3` };",
                Reuse::None,
            ),
            ("definitions/a.sqlx", "select 1", Reuse::Part),
        ],
    },
    Case {
        what: "includes that complete each other while they are loaded",
        files: &[
            (
                "includes/a.js",
                "const b = require('./deep/b'); b.x = 1; module.exports = { b };",
            ),
            ("includes/deep/b.js", "module.exports = { x: 0 };"),
            ("definitions/a.sqlx", "select ${a.b.x}"),
            (
                "definitions/b.sqlx",
                "select ${require('../includes/deep/b').x}",
            ),
        ],
        edits: &[
            ("definitions/a.sqlx", "select ${a.b.x}, 1", Reuse::Part),
            ("definitions/b.sqlx", "select 1", Reuse::Part),
            (
                "includes/deep/b.js",
                "module.exports = { x: 0, y: 1 };",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "a date that is written down",
        files: &[(
            "definitions/a.sqlx",
            "select '${new Date(0).toISOString()}'",
        )],
        edits: &[(
            "definitions/a.sqlx",
            "select '${new Date(86400000).toISOString()}'",
            Reuse::Part,
        )],
    },
];

/// Edits that others may notice, or that are of something else than definitions
const TOGETHER: &[Case] = &[
    Case {
        what: "an include",
        files: &[
            ("includes/docs.js", COLUMNS),
            ("definitions/a.sqlx", "select ${docs.list.join()}"),
        ],
        edits: &[
            (
                "includes/docs.js",
                "module.exports = { list: ['c'] };",
                Reuse::None,
            ),
            ("includes/other.js", "module.exports = 1;", Reuse::None),
            ("includes/docs.js", "module.exports = { };", Reuse::None),
            ("includes/docs.js", COLUMNS, Reuse::None),
        ],
    },
    Case {
        what: "a package",
        files: &[
            (
                "node_modules/p/package.json",
                "{ \"main\": \"lib/main.js\" }",
            ),
            ("node_modules/p/lib/main.js", "module.exports = { x: 1 };"),
            ("node_modules/p/other.js", "module.exports = { x: 3 };"),
            (
                "definitions/a.sqlx",
                "js { const p = require('p'); }\nselect ${p.x}",
            ),
        ],
        edits: &[
            (
                "node_modules/p/lib/main.js",
                "module.exports = { x: 2 };",
                Reuse::None,
            ),
            (
                "node_modules/p/package.json",
                "{ \"main\": \"other.js\" }",
                Reuse::None,
            ),
            (
                "definitions/node_modules/p/index.js",
                "module.exports = { x: 4 };",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "new names and kinds",
        files: &[
            ("definitions/a.sqlx", TABLE),
            ("definitions/b.sqlx", "select * from ${ref('a')}"),
        ],
        edits: &[
            (
                "definitions/a.sqlx",
                "config { type: \"table\", name: \"c\" }\nselect 1",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\", schema: \"other\" }\nselect 1",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"operations\" }\nselect 1",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"operations\", hasOutput: true }\nselect 1",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"declaration\" }",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\", assertions: { nonNull: 'x' } }\nselect 1",
                Reuse::None,
            ),
            (
                "definitions/c.sqlx",
                "select * from ${ref('b')}",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "errors",
        files: &[
            ("definitions/a.sqlx", TABLE),
            ("definitions/b.sqlx", "select * from ${ref('a')}"),
        ],
        edits: &[
            (
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect * from ${ref('b')}",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect * from ${ref('nothing')}",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"tabel\" }\nselect 1",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\", name: 'b' }\nselect 1",
                Reuse::None,
            ),
            ("definitions/a.sqlx", "config { \nselect 1", Reuse::None),
            // as at the beginning, and there was nothing to remember since
            ("definitions/a.sqlx", TABLE, Reuse::All),
            (
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect 2;",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect ${self()}, ${ref('a')}",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "a unit test of the edited table",
        files: &[
            ("definitions/a.sqlx", TABLE),
            (
                "definitions/b.sqlx",
                "config { type: \"table\" }\nselect x from ${ref('a')}",
            ),
            (
                "definitions/b_test.sqlx",
                "config { type: \"test\", dataset: \"b\" }\ninput \"a\" { select 1 as x }\nselect 1 as x",
            ),
        ],
        edits: &[
            (
                "definitions/b.sqlx",
                "config { type: \"table\" }\nselect x + 1 from ${ref('a')}",
                Reuse::None,
            ),
            (
                "definitions/b_test.sqlx",
                "config { type: \"test\", dataset: \"b\" }\ninput \"a\" { select 2 as x }\nselect 3 as x",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\" }\nselect 2 as x",
                Reuse::Part,
            ),
        ],
    },
    Case {
        what: "dependencies that bring assertions along",
        files: &[
            (
                "definitions/a.sqlx",
                "config { type: \"table\", assertions: { nonNull: 'x' } }\nselect 1 as x",
            ),
            (
                "definitions/b.sqlx",
                "config { type: \"table\", dependOnDependencyAssertions: true }\nselect x from ${ref('a')}",
            ),
            (
                "definitions/check.sqlx",
                "config { type: \"assertion\" }\nselect * from ${ref('a')}",
            ),
        ],
        edits: &[
            (
                "definitions/b.sqlx",
                "config { type: \"table\", dependOnDependencyAssertions: true }\nselect 2 from ${ref('a')}",
                Reuse::None,
            ),
            (
                "definitions/a.sqlx",
                "config { type: \"table\", assertions: { nonNull: 'x' } }\nselect 2 as x",
                Reuse::Part,
            ),
            (
                "definitions/check.sqlx",
                "config { type: \"assertion\" }\nselect 1",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "settings, actions.yaml and what it names",
        files: &[
            (
                "definitions/actions.yaml",
                "actions:\n- table:\n    filename: x.sql\n",
            ),
            ("definitions/x.sql", "select 1"),
            ("definitions/a.sqlx", "select * from ${ref('x')}"),
        ],
        edits: &[
            ("definitions/x.sql", "select 2", Reuse::None),
            (
                "definitions/a.sqlx",
                "select 3 from ${ref('x')}",
                Reuse::Part,
            ),
            (
                "definitions/actions.yaml",
                "actions:\n- view:\n    filename: x.sql\n",
                Reuse::None,
            ),
            (
                "workflow_settings.yaml",
                "defaultProject: other\ndefaultDataset: d\n",
                Reuse::None,
            ),
            (
                "definitions/sub/actions.yaml",
                "actions:\n- declaration:\n    name: y\n",
                Reuse::None,
            ),
            ("README.md", "not listed", Reuse::All),
        ],
    },
    Case {
        what: "one file that requires another",
        files: &[
            (
                "definitions/a.js",
                "exports.name = 'a1';\npublish('a').query('select 1');",
            ),
            (
                "definitions/b.js",
                "publish(require('./a').name + 'x').query('select 1');",
            ),
            ("definitions/c.sqlx", "select 1"),
        ],
        edits: &[
            (
                "definitions/a.js",
                "exports.name = 'a2';\npublish('a').query('select 1');",
                Reuse::None,
            ),
            ("definitions/c.sqlx", "select 2", Reuse::Part),
            (
                "definitions/c.sqlx",
                "select '${require('./a').name}'",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "a definition that another file reads as text",
        files: &[
            ("definitions/a.js", "publish('a').query('select 1');"),
            (
                "definitions/actions.yaml",
                "actions:\n- operation:\n    filename: a.js\n    name: text\n",
            ),
            ("definitions/b.sqlx", "select 1"),
        ],
        edits: &[
            (
                "definitions/a.js",
                "publish('a').query('select 2');",
                Reuse::None,
            ),
            ("definitions/b.sqlx", "select 2", Reuse::Part),
        ],
    },
    Case {
        what: "an action that two files share through a package",
        files: &[
            (
                "lib/shared.js",
                "const made = publish('made').query('select 1');\nmodule.exports = { made };",
            ),
            (
                "definitions/a.js",
                "require('../lib/shared').made.tags(['a']);",
            ),
            (
                "definitions/b.js",
                "require('../lib/shared').made.tags(['b']);",
            ),
        ],
        edits: &[
            (
                "definitions/b.js",
                "require('../lib/shared').made.tags(['c']);",
                Reuse::None,
            ),
            (
                "definitions/a.js",
                "require('../lib/shared').made.tags(['d']);",
                Reuse::None,
            ),
        ],
    },
    Case {
        what: "the console",
        files: &[
            (
                "definitions/a.js",
                "console.log('one');\npublish('a').query('select 1');",
            ),
            ("definitions/b.sqlx", "select 1"),
        ],
        edits: &[
            ("definitions/b.sqlx", "select 2", Reuse::None),
            (
                "definitions/a.js",
                "console.warn('two');\npublish('a').query('select 1');",
                Reuse::None,
            ),
            ("README.md", "", Reuse::All),
        ],
    },
];

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
            if !scratch
                .compile(super::Wanted::Actions, super::Caching::Off)
                .0
                .has_errors
            {
                assert_eq!(scratch.check(&what), Reuse::All, "{what}: again");
            }
        }
    }
}
