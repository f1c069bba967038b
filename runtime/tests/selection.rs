//! What selectors mean: a table of cases over one project, and laws that hold for all of them

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use sqlx_compiler::{Compilation, CompileOptions, MemoryProject, compile, to_json};
use sqlx_runtime::{Baseline, Depth, Evidence, Expression, Method, Plan, Reach, Selection, select};

const FILES: &[(&str, &str)] = &[
    (
        "workflow_settings.yaml",
        "defaultProject: shop\ndefaultDataset: sales\ndefaultAssertionDataset: checks\n",
    ),
    (
        "definitions/sources/events.sqlx",
        "config { type: \"declaration\", schema: \"raw\", name: \"events\" }\n",
    ),
    (
        "definitions/sources/people.sqlx",
        "config { type: \"declaration\", schema: \"raw\", name: \"people\" }\n",
    ),
    (
        "definitions/staging/visits.sqlx",
        "config { type: \"view\", tags: [\"staging\", \"daily\"] }\nSELECT * FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/staging/persons.sqlx",
        "config { type: \"table\", tags: [\"staging\"], schema: \"crm\" }\nSELECT * FROM ${ref(\"people\")}\n",
    ),
    (
        "definitions/marts/sessions.sqlx",
        "config { type: \"incremental\", tags: [\"daily\"] }\nSELECT * FROM ${ref(\"visits\")}\n",
    ),
    (
        "definitions/marts/report.sqlx",
        "config { type: \"table\", assertions: { nonNull: [\"person\"] } }\nSELECT 1 AS person FROM ${ref(\"sessions\")} JOIN ${ref(\"persons\")}\n",
    ),
    (
        "definitions/marts/export.sqlx",
        "config { type: \"operations\", tags: [\"two words\"] }\nSELECT 1 FROM ${ref(\"report\")}\n",
    ),
    (
        "definitions/tests/visits_test.sqlx",
        "config { type: \"test\", dataset: \"visits\" }\ninput \"events\" { SELECT 1 }\nSELECT 1\n",
    ),
];

fn project(changes: &[(&str, &str)]) -> Compilation {
    let files: BTreeMap<&str, &str> = FILES.iter().chain(changes).copied().collect();
    let project = files
        .into_iter()
        .fold(MemoryProject::new(), |project, (path, text)| {
            project.with(path, text)
        });
    let compilation = compile(&project, &CompileOptions::default());
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
    compilation
}

fn selection(select: &[&str], exclude: &[&str]) -> Selection {
    let parse = |text: &&str| Expression::parse("--select", text).unwrap();
    Selection {
        select: select.iter().map(parse).collect(),
        exclude: exclude.iter().map(parse).collect(),
        ..Selection::default()
    }
}

fn names(compilation: &Compilation, selection: &Selection) -> BTreeSet<String> {
    match select(&compilation.graph, selection) {
        Ok(selected) => {
            let names = selected.chosen_items().map(|item| match item.name() {
                name if item.kind() == "test" => name,
                name => name.split_once('.').unwrap().1.to_owned(),
            });
            names.collect()
        }
        Err(diagnostic) => [format!("{}: {}", diagnostic.code, diagnostic.message)].into(),
    }
}

/// A line each: a selector, and after `=` what it means
const CASES: &str = "
visits = visits
sales.visits = visits
shop.sales.visits = visits
*s = events persons sales_report_assertions_rowConditions sessions visits
{visits,persons} = persons visits
\"visits\" = visits
visits persons = persons visits
visits or persons = persons visits
visits|persons = persons visits
tag:staging = persons visits
tag:'two words' = export
tag:d* = sessions visits
tag:staging tag:daily = persons sessions visits
tag:staging,tag:daily = visits
tag:staging and tag:daily = visits
tag:staging & tag:daily = visits
tag:staging and not tag:daily = persons
tag:staging, !tag:daily = persons
not (tag:staging or tag:daily) = events export people report sales_report_assertions_rowConditions visits_test
type:view = visits
type:views = visits
type:operations = export
type:declaration = events people
type:assertion = sales_report_assertions_rowConditions
type:test = visits_test
type:notebook = U001: nothing matches `type:notebook`
schema:crm = persons
schema:raw = events people
path:definitions/staging = persons visits
path:./definitions/staging/ = persons visits
path:definitions/**/v*.sqlx = visits visits_test
path:definitions/*.sqlx = U001: no action is defined in `definitions/*.sqlx`
source:events = visits
source:raw.* = persons visits
+visits = events visits
+visits_test = events visits visits_test
visits+ = export report sales_report_assertions_rowConditions sessions visits visits_test
+sessions+ = events export report sales_report_assertions_rowConditions sessions visits
1+report = persons report sessions
2+report = people persons report sessions visits
0+report = report
visits+1 = sessions visits visits_test
1+sessions+1 = report sessions visits
@persons = events export people persons report sales_report_assertions_rowConditions sessions visits
@people, type:view = visits
+(visits persons) = events people persons visits
(tag:daily and type:view)+1 = sessions visits visits_test
visits or persons and type:view = visits
(visits or persons) and type:view = visits
visits,persons = U001: nothing matches `visits and persons`
visitz = U001: no action is called `visitz`
tag:stagin = U001: no action has the tag `stagin`
source:evnts = U001: the project declares no source `evnts`
type:tabel = U006: there is no type `tabel`
state:modified = U007: `state:modified` needs a saved graph to compare with
";

#[test]
fn selectors_mean_what_the_table_says() {
    let compilation = project(&[]);
    let mut wrong = Vec::new();
    for case in CASES.lines().filter(|line| !line.is_empty()) {
        let (text, expected) = case.rsplit_once(" = ").unwrap();
        let found = names(&compilation, &selection(&[text], &[]));
        let found: Vec<String> = found.into_iter().collect();
        if found.join(" ") != expected {
            wrong.push(format!(
                "{text}\n  is       {}\n  expected {expected}",
                found.join(" ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A line each: what cannot be understood, the place, and what is said
const FAULTS: &str = "
tga:daily | 1-4 | there is no method `tga:` | did you mean `tag`?
(visits | 1-2 | expected a `)` for this `(`
visits) | 7-8 | expected the end: this `)` has no `(`
visits and | 11-11 | expected a name or a method such as `tag:`
visits and or b | 12-14 | expected a name or a method such as `tag:`
tag: daily | 5-6 | expected what the method looks for, without a space
+ visits | 2-3 | expected a name or a method such as `tag:`
@visits+ | 8-9 | expected no `+` after `@`
a+b | 3-4 | expected a space, `and`, `or` or `,`
'visits | 1-8 | expected a `'` that ends the text
99999999999999999999+a | 1-2 | expected a smaller number of steps
";

#[test]
fn faults_point_at_their_place() {
    for case in FAULTS.lines().filter(|line| !line.is_empty()) {
        let mut parts = case.split(" | ");
        let mut next = || parts.next();
        let text = next().unwrap();
        let diagnostic = Expression::parse("--select", text).unwrap_err();
        let place = diagnostic.location.as_ref().unwrap();
        let columns = format!("{}-{}", place.line_column().1, place.end().1);
        assert_eq!(columns, next().unwrap(), "{text}");
        assert_eq!(diagnostic.message, next().unwrap(), "{text}");
        if let Some(help) = next() {
            assert_eq!(diagnostic.help.as_deref(), Some(help), "{text}");
        }
    }
    let deep = "(".repeat(100_000);
    assert!(Expression::parse("--select", &deep).is_err());
    let deep = "not ".repeat(100_000);
    assert!(Expression::parse("--select", &deep).is_err());
}

#[test]
fn flags_of_dataform_combine_with_selectors() {
    let compilation = project(&[]);
    let joined = |selection: &Selection| {
        let names: Vec<String> = names(&compilation, selection).into_iter().collect();
        names.join(" ")
    };
    let both = Selection {
        tags: vec!["daily".to_owned()],
        include_dependencies: true,
        ..selection(&["persons"], &["type:declaration"])
    };
    assert_eq!(joined(&both), "persons sessions visits");
    assert_eq!(
        both.to_string(),
        "+(tag:daily or persons) and not type:declaration"
    );
    assert_eq!(
        joined(&selection(&["visits", "persons"], &[])),
        "persons visits"
    );
    let without = selection(&[], &["tag:staging", "type:declaration", "type:test"]);
    assert_eq!(
        joined(&without),
        "export report sales_report_assertions_rowConditions sessions"
    );
    // a run has nothing to do for declarations and unit tests
    let compilation = Arc::new(compilation);
    let plan = |select: &str| Plan::new(Arc::clone(&compilation), selection(&[select], &[]), false);
    assert_eq!(plan("+visits").unwrap().actions.len(), 1);
    let refused = plan("events").err().unwrap();
    assert_eq!(
        refused.message,
        "the selection is `raw.events`, a declaration, and no action to run"
    );
}

#[test]
fn each_choice_has_a_reason() {
    let compilation = project(&[]);
    let why = |text: &str| -> Vec<String> {
        let selection = selection(&[text], &[]);
        let selected = select(&compilation.graph, &selection).unwrap();
        let lines = selected.chosen.keys().map(|&position| {
            let why = selected.why(position).unwrap();
            format!("{} | {why}", selected.items[position].name())
        });
        lines.collect()
    };
    assert_eq!(
        why("+tag:daily,type:view"),
        ["sales.visits | tag:daily and type:view"]
    );
    assert_eq!(
        why("2+report and not type:table"),
        [
            "sales.sessions | report: sales.report ← sales.sessions, and not type:table",
            "sales.visits | report: sales.report ← sales.sessions ← sales.visits, and not type:table",
            "raw.people | report: sales.report ← crm.persons ← raw.people, and not type:table",
        ]
    );
    let below = why("@people and tag:daily");
    assert_eq!(
        below,
        [
            "sales.sessions | people: raw.people → crm.persons → sales.report ← sales.sessions, and tag:daily",
            "sales.visits | people: raw.people → crm.persons → sales.report ← sales.sessions ← sales.visits, and tag:daily",
        ]
    );
}

#[test]
fn what_changed_is_told_by_what_is_compiled() {
    let before = project(&[]);
    let after = project(&[
        // another comment in the file is no change of what is compiled
        (
            "definitions/staging/persons.sqlx",
            "config { /* who */ type: \"table\", tags: [\"staging\"], schema: \"crm\" }\nSELECT * FROM ${ref(\"people\")}\n",
        ),
        (
            "definitions/marts/sessions.sqlx",
            "config { type: \"incremental\", tags: [\"daily\"] }\nSELECT 2 FROM ${ref(\"visits\")}\n",
        ),
        (
            "definitions/marts/extra.sqlx",
            "config { type: \"table\" }\nSELECT 1\n",
        ),
    ]);
    let saved: serde_json::Value = serde_json::from_str(&to_json(&before.graph)).unwrap();
    let baselines = [Baseline::of(&before.graph), Baseline::read(&saved).unwrap()];
    assert_eq!(baselines[0], baselines[1]);
    let results = [("sales.visits", "failed"), ("sales.report", "skipped")];
    let results = results.map(|(name, status)| (name.to_owned(), status.to_owned()));
    let evidence = Evidence {
        state: Some(Arc::new(baselines[1].clone())),
        revisions: [("main".to_owned(), Arc::new(baselines[0].clone()))].into(),
        results: [("last".to_owned(), results.into_iter().collect())].into(),
    };
    for (text, expected) in [
        ("state:modified", "extra sessions"),
        ("state:new", "extra"),
        ("changed:main", "extra sessions"),
        ("changed:main+1", "extra report sessions"),
        ("result:failed", "visits"),
        ("result:failed@last result:skipped@last", "report visits"),
    ] {
        let selection = Selection {
            evidence: evidence.clone(),
            ..selection(&[text], &[])
        };
        let found: Vec<String> = names(&after, &selection).into_iter().collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }
    assert_eq!(Baseline::read(&serde_json::json!({ "a": 1 })), None);
}

/// Selectors that mean something in the project, of all forms
fn expressions() -> impl Strategy<Value = Expression> {
    let atom = prop_oneof![
        prop::sample::select(vec![
            "visits", "persons", "sessions", "report", "*s", "events"
        ])
        .prop_map(|name| Expression::atom(Method::Name, name)),
        prop::sample::select(vec!["staging", "daily", "two words"])
            .prop_map(|name| Expression::atom(Method::Tag, name)),
        prop::sample::select(vec!["view", "table", "notebook", "test"])
            .prop_map(|name| Expression::atom(Method::Type, name)),
        prop::sample::select(vec!["definitions/marts", "definitions/*/v*"])
            .prop_map(|name| Expression::atom(Method::Path, name)),
    ];
    nested(atom.boxed())
}

/// Selectors of any text
fn any_text() -> impl Strategy<Value = Expression> {
    let mut methods = Method::WRITTEN.to_vec();
    methods.push(Method::Name);
    let atom = (
        prop::sample::select(methods),
        "\\PC{0,8}|[a-z0-9@:+{,}. ]{1,6}|and|not",
    )
        .prop_map(|(method, value)| Expression::atom(method, value));
    nested(atom.boxed())
}

fn nested(atom: BoxedStrategy<Expression>) -> impl Strategy<Value = Expression> {
    atom.prop_recursive(4, 16, 3, |inner| {
        let depth = prop_oneof![Just(Depth::Whole), (0usize..4).prop_map(Depth::Steps)];
        let depth = prop::option::of(depth);
        let reach = prop_oneof![
            Just(Reach::Closure),
            (depth.clone(), depth)
                .prop_filter("one of both", |(up, down)| up.is_some() || down.is_some())
                .prop_map(|(dependencies, dependents)| Reach::Steps {
                    dependencies,
                    dependents
                }),
        ];
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Expression::All),
            several().prop_map(Expression::Any),
            inner.clone().prop_map(|one| Expression::Not(Box::new(one))),
            (inner.clone(), reach).prop_map(|(one, reach)| Expression::Reach(Box::new(one), reach)),
        ]
    })
}

/// What an expression means, where "nothing" is a meaning too
fn meaning(compilation: &Compilation, expression: &Expression) -> BTreeSet<usize> {
    let selection = Selection {
        select: vec![expression.clone()],
        ..Selection::default()
    };
    match select(&compilation.graph, &selection) {
        Ok(selected) => selected.chosen.into_keys().collect(),
        Err(diagnostic) => {
            assert!(
                diagnostic.message.starts_with("nothing matches"),
                "{diagnostic}"
            );
            BTreeSet::new()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_printed_parses_to_the_same(expression in any_text()) {
        let text = expression.to_string();
        let parsed = Expression::parse("--select", &text);
        prop_assert_eq!(parsed, Ok(expression), "{}", text);
    }

    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,40}|[ab()+@!,&|not :\"{}]{0,30}") {
        if let Ok(expression) = Expression::parse("--select", &text) {
            prop_assert_eq!(Expression::parse("--select", &expression.to_string()), Ok(expression));
        }
    }

    #[test]
    fn selectors_are_sets((a, b) in (expressions(), expressions())) {
        let compilation = project(&[]);
        let of = |expression: &Expression| meaning(&compilation, expression);
        let steps = |dependencies, dependents| Reach::Steps { dependencies, dependents };
        let reach = |reach: Reach| of(&Expression::Reach(Box::new(a.clone()), reach));
        let (left, right) = (of(&a), of(&b));
        let union: BTreeSet<usize> = left.union(&right).copied().collect();
        let common: BTreeSet<usize> = left.intersection(&right).copied().collect();
        prop_assert_eq!(of(&Expression::Any(vec![a.clone(), b.clone()])), union.clone());
        prop_assert_eq!(of(&Expression::Any(vec![b.clone(), a.clone()])), union);
        prop_assert_eq!(of(&Expression::All(vec![a.clone(), b.clone()])), common);
        let not = Expression::Not(Box::new(a.clone()));
        prop_assert_eq!(of(&Expression::Not(Box::new(not.clone()))), left.clone());
        prop_assert!(of(&not).is_disjoint(&left));
        let up = reach(steps(Some(Depth::Whole), None));
        let down = reach(steps(None, Some(Depth::Whole)));
        let near = reach(steps(Some(Depth::Steps(1)), None));
        prop_assert!(left.is_subset(&near) && near.is_subset(&up));
        prop_assert!(down.is_subset(&reach(Reach::Closure)));
        prop_assert!(left.is_subset(&down));
    }
}
