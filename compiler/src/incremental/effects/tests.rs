//! What is seen to be free of effects, and what is not

use std::collections::HashSet;

use super::walk::Analyzer;

#[test]
fn code_without_effects() {
    let mut analyzer = Analyzer::new(HashSet::from(["docs"]));
    for code in [
        "const a = 1, b = { c: [1, 2] };\nmodule.exports = { a, b, ...b };",
        "exports.f = (x, y = 2) => `${x} + ${y}`;",
        "module.exports.f = function (list) { const out = []; for (const x of list) { out.push(x); } return out.join(); };",
        "function f(list) { const out = {}; list.forEach(x => { out[x] = 1; }); return out; }",
        "function f(list) { let n = 0; for (let i = 0; i < list.length; i++) { n += list[i]; } return n; }",
        "const f = (list) => list.map(x => x.trim()).filter(x => x).sort().join(', ');",
        "const columns = {}; for (const name of ['a', 'b']) { columns[name] = `The ${name}`; }\nmodule.exports = columns;",
        "const f = (o) => Object.entries(o).map(([key, value]) => `${key} = ${value}`);",
        "const f = (o) => [...new Map(Object.entries(o)).values()].reverse();",
        "const f = (x) => x.replace(/a/g, 'b').split(/,/g).length;",
        "const f = (x) => /^a/.test(x) ? JSON.parse(x) : null;",
        "const { one } = require('./other'); module.exports = { two: () => one() + 1 };",
        "publish('a', { type: 'table', bigquery: { labels: docs.labels } }).query(ctx => `select ${ctx.ref('b')}`);",
        "docs.list.forEach(name => publish(name).query(`select 1`).tags(['x']));",
        "if (dataform.projectConfig.vars.env === 'dev') { declare({ name: 'x' }); }",
        "const dates = new Date(2020, 1, 1).toISOString(); const big = Math.max(1, 2);",
        "function f({ a, b: { c } }, ...rest) { const [d] = rest; try { return a + c + d; } catch (error) { return error.message; } }",
        "const f = function () { var x = 1; { x = 2; } return x; };",
        "function f(list) { var out = ''; list.forEach(function (x, at) { out = out.concat(x); }); return out; }",
        "const f = (x) => { const date = new Date(x); date.setMonth(date.getMonth() - 1); return date; };",
    ] {
        assert_eq!(analyzer.effect(code, false), None, "{code}");
    }
}

#[test]
fn code_that_may_have_effects() {
    let mut analyzer = Analyzer::new(HashSet::from(["docs"]));
    for code in [
        "let n = 0; const f = () => { n = 1; };",
        "let n = 0; const f = () => [n] = [1];",
        "const l = []; const f = (x) => l.push(x);",
        "const f = (list) => list.push(1);",
        "const f = (list) => { const l = list; l.push(1); };",
        "const f = (o) => { o.x = 1; };",
        "const f = () => { const o = { x: docs.x }; o.x.y = 1; };",
        "docs.x = 1;",
        "delete docs.x;",
        "docs.list.sort();",
        "const o = require('./o'); o.x = 1;",
        "x = 1;",
        "this.x = 1;",
        "Object.assign(docs, {});",
        "Object.assign(...[docs, {}]);",
        "const { assign } = Object; assign(docs, {});",
        "const o = Object; o.assign(docs, {});",
        "[].push.apply(docs.list, [1]);",
        "docs[docs.name](1);",
        "const it = docs.list.values();",
        "const it = docs.list[Symbol.iterator]();",
        "function* f() {}",
        "async function f() {}",
        "class A {}",
        "const o = { map: (f) => f };",
        "const map = 1; module.exports = { map };",
        "module.exports.filter = () => 1;",
        "const r = /a/g;",
        "const r = new RegExp('a', 'g');",
        "eval('1');",
        "globalThis.x;",
        "process.env.x;",
        "jitData('x', 1);",
        "dataform.jitData('x', 1);",
        "dataform.projectConfig.vars.x = 1;",
        "publish('a', docs.config);",
        "publish('a', { ...docs.config });",
        "publish('a', { bigquery: docs.bigquery });",
        "publish('a', { assertions: { rowConditions: docs.conditions } });",
        "const p = publish; p('a', docs.config);",
        "dataform.publish('a', docs.config);",
        "const f = (x) => { for (x.y of [1]) {} };",
        "const f = () => { list.forEach(function () { arguments[0] = 1; }); };",
        "const f = () => new Error().stack;",
        "with (docs) { x = 1; }",
        "const f = (",
    ] {
        assert!(analyzer.effect(code, false).is_some(), "{code}");
    }
}

#[test]
fn what_includes_do_while_they_are_loaded() {
    let mut analyzer = Analyzer::new(HashSet::from(["docs"]));
    for code in [
        "const o = require('./o'); o.x = 1; o.list.push(2); Object.assign(o, {});",
        "const o = require('./o'); o.list.forEach((x) => { o.y[x] = 1; });",
    ] {
        assert_eq!(analyzer.effect(code, true), None, "{code}");
        assert!(analyzer.effect(code, false).is_some(), "{code}");
    }
    for code in [
        "const o = require('./o'); const f = () => { o.x = 1; };",
        "let n = 0; module.exports = { next: () => ++n };",
        "Array.prototype.map = () => [];",
        "const it = require('./o').values();",
    ] {
        assert!(analyzer.effect(code, true).is_some(), "{code}");
    }
}
