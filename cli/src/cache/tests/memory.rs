//! Project code that is not a matter of its file alone: what it remembers, shares, or asks the clock

use super::Scratch;
use crate::cache::Reuse;

/// Project code with a memory: the file that is edited, and the one that notices
const MEMORY: &[(&str, &str, &str)] = &[
    (
        "let n = 0; module.exports = { next: () => ++n };",
        "${s.next()}",
        "${s.next()} ${s.next()}",
    ),
    (
        "const c = { n: 0 }; module.exports = { next: () => (c.n += 1) };",
        "${s.next()}",
        "x",
    ),
    (
        "const l = []; module.exports = { add: (x) => { l.push(x); return l.join(); } };",
        "${s.add(1)}",
        "${s.add(2)}",
    ),
    (
        "const seen = new Set(); module.exports = { f: (x) => seen.has(x) ? 'again' : (seen.add(x), 'first') };",
        "${s.f(1)}",
        "x",
    ),
    (
        "const m = {}; module.exports = { f: (x) => (m[x] = m[x] || Object.keys(m).length + 1) };",
        "${s.f('a')}",
        "${s.f('b')} ${s.f('a')}",
    ),
    (
        "module.exports = { list: ['b', 'a'] };",
        "${s.list}",
        "${s.list.sort()}",
    ),
    (
        "module.exports = { list: ['b', 'a'] };",
        "${s.list}",
        "${s.list.reverse() && 1}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${s.o.x = 2}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${s.o.x++}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${delete s.o.x}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${Object.assign(s.o, { x: 3 }).x}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${[s.o].map(o => (o.x = 4))}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${(({ o }) => { const p = o; p.x = 5; return 1; })(s)}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${[s.o.x] = [6]}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${s['o']['x'] = 7}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${Reflect.set(s.o, 'x', 8)}",
    ),
    (
        "module.exports = { o: { x: 1 } };",
        "${s.o.x}",
        "${Object.defineProperty(s.o, 'x', { value: 9 }).x}",
    ),
    (
        "module.exports = { l: [1] };",
        "${s.l}",
        "${[].push.call(s.l, 2)}",
    ),
    (
        "module.exports = { l: [1] };",
        "${s.l}",
        "${s.l['pu' + 'sh'](2)}",
    ),
    (
        "module.exports = { l: [1] };",
        "${s.l}",
        "${(({ push }) => 1)(s.l)} ${s.l.length = 0}",
    ),
    (
        "module.exports = { x: 1 };",
        "${typeof shared}",
        "${(() => { shared = 1; return 1; })()}",
    ),
    (
        "module.exports = { x: 1 };",
        "${typeof shared}",
        "${globalThis.shared = 1}",
    ),
    (
        "module.exports = { x: 1 };",
        "${'a'.twice ? 1 : 0}",
        "${String.prototype.twice = 1}",
    ),
    (
        "module.exports = { x: 1 };",
        "${[1].y}",
        "${[].constructor.prototype.y = 1}",
    ),
    (
        "module.exports = { x: 1 };",
        "${[1].y}",
        "${eval('Array.prototype.y = 1')}",
    ),
    (
        "module.exports = { x: 1 };",
        "${[1].y}",
        "${new Function('Array.prototype.y = 1')()}",
    ),
    (
        "module.exports = { x: 1 };",
        "${dataform.projectConfig.vars.v}",
        "${dataform.projectConfig.vars.v = 'x'}",
    ),
    (
        "module.exports = { x: 1 };",
        "${dataform.projectConfig.defaultSchema}",
        "${dataform.projectConfig.defaultSchema = 'x'}",
    ),
    (
        "module.exports = { r: /a/g };",
        "${s.r.test('aa')}",
        "${s.r.test('aa')} 2",
    ),
    (
        "const r = /a/g; module.exports = { f: (x) => r.exec(x) !== null };",
        "${s.f('a')}",
        "${s.f('a')} 2",
    ),
    (
        "const it = [1, 2].values(); module.exports = { all: () => [...it].join() };",
        "${s.all()}",
        "x",
    ),
    (
        "function* g() { yield 1; yield 2; } const it = g(); module.exports = { next: () => it.next().value };",
        "${s.next()}",
        "x",
    ),
    (
        "class C { constructor() { this.n = 0; } next() { return ++this.n; } } module.exports = new C();",
        "${s.next()}",
        "x",
    ),
    (
        "const o = { n: 0, get next() { return ++this.n; } }; module.exports = o;",
        "${s.next}",
        "x",
    ),
    (
        "const o = { n: 0 }; module.exports = new Proxy(o, { get: (t, k) => k === 'next' ? ++t.n : t[k] });",
        "${s.next}",
        "x",
    ),
    (
        "const o = { forEach: (f) => f }; function mk() { let n = 0; o.forEach(() => ++n); return o.forEach(() => ++n); } module.exports = { next: mk() };",
        "${s.next()}",
        "x",
    ),
    (
        "const make = () => { let n = 0; return () => ++n; }; module.exports = { next: make() };",
        "${s.next()}",
        "x",
    ),
    (
        "const f = () => (f.n = (f.n || 0) + 1); module.exports = { f };",
        "${s.f()}",
        "x",
    ),
    (
        "const d = new Date(0); module.exports = { f: () => d.setDate(d.getDate() + 1) };",
        "${s.f()}",
        "x",
    ),
    (
        "const f = (x, l = s.l) => l.push(x); const s = { l: [], f }; module.exports = s;",
        "${s.f(1)}",
        "x",
    ),
    (
        "const made = []; module.exports = { f: () => [1, 2].forEach(x => made.push(x)) || made.length };",
        "${s.f()}",
        "x",
    ),
    (
        "var n = 0; function next() { for (n of [n + 1]) {} return n; } module.exports = { next };",
        "${s.next()}",
        "x",
    ),
    (
        "let n = 0; module.exports = { next: () => { ({ n } = { n: n + 1 }); return n; } };",
        "${s.next()}",
        "x",
    ),
    (
        "let n = 0; const o = { toString() { return String(++n); } }; module.exports = { o };",
        "${s.o}",
        "x",
    ),
];

/// What asks for the time or for chance
const CLOCK: &[&str] = &[
    "Date.now()",
    "new Date().getTime()",
    "Date().length",
    "Math.random()",
    "performance.now()",
    "new (class extends Date {})().getTime()",
    "Reflect.construct(Date, []).getTime()",
    "new (new Date(0).constructor)().getTime()",
    "(({ now }) => now())(Date)",
];

/// Configs that share values: the include, the file that uses it, and what the edited one uses
const SHARED: &[(&str, &str, &str)] = &[
    (
        "{ bigquery: { labels: { a: 'b' } } }",
        "bigquery: s.bigquery",
        "bigquery: s.bigquery",
    ),
    ("{ bigquery: { labels: { a: 'b' } } }", "...s", "...s"),
    (
        "{ bigquery: { labels: { a: 'b' } } }",
        "...{ ...s }",
        "bigquery: { ...s.bigquery }",
    ),
    (
        "{ bigquery: { labels: { a: 'b' } } }",
        "description: JSON.stringify(s)",
        "...s",
    ),
    (
        "{ conditions: ['x > 1'] }",
        "assertions: { rowConditions: s.conditions, nonNull: 'y' }",
        "assertions: { rowConditions: s.conditions, nonNull: 'z' }",
    ),
    (
        "{ conditions: ['x > 1'] }",
        "description: s.conditions.join()",
        "assertions: { rowConditions: s.conditions, nonNull: 'z' }",
    ),
    (
        "{ assertions: { nonNull: 'x' } }",
        "assertions: s.assertions",
        "assertions: s.assertions",
    ),
    (
        "{ tags: ['x'], columns: { a: 'b' } }",
        "tags: s.tags, columns: s.columns",
        "tags: s.tags, columns: s.columns",
    ),
];

#[test]
fn configs_that_share_values_are_compiled_whole() {
    for (include, other, edited) in SHARED {
        for (kind, of) in [
            ("sqlx", sqlx as fn(&str, &str) -> String),
            ("js", published),
        ] {
            let (a, b) = (
                format!("definitions/a.{kind}"),
                format!("definitions/b.{kind}"),
            );
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
            (
                "definitions/a.js",
                &format!("publish('a').query(ctx => `select {edited}`);"),
            ),
            (
                "definitions/b.js",
                &format!("publish('b').query(ctx => `select {other}`);"),
            ),
        ]);
        scratch.check(include);
        scratch.write(
            "definitions/b.js",
            &format!("publish('b').query(ctx => `select 1, {other}`);"),
        );
        scratch.check(&format!("{include} {other}"));
    }
}

#[test]
fn time_and_chance_are_asked_each_time() {
    for code in CLOCK {
        let scratch = Scratch::project(&[(
            "definitions/a.sqlx",
            &format!("js {{ const asked = {code}; }}\nselect ${{asked > 0 ? 1 : 0}}"),
        )]);
        scratch.check(code);
        assert_eq!(scratch.check(code), Reuse::None, "{code}");
    }
    let scratch = Scratch::project(&[("definitions/a.sqlx", "select ${Math.random()}")]);
    let compile = || {
        scratch
            .compile(super::Wanted::Json, super::Caching::On)
            .0
            .text
    };
    assert_ne!(compile(), compile());
}
