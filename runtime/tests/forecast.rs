//! What a run would do and cost, on a warehouse that answers like BigQuery

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use diagnostic::{Diagnostic, code};
use googlesql::{Column, PhysicalName, Type};
use sqlx_compiler::{CompileOptions, MemoryProject, Target, compile};
use sqlx_runtime::warehouse::{
    Engine, Estimate, Existing, Metadata, Session, SessionContext, SqlError, TableKind, TableState,
    Warehouse,
};
use sqlx_runtime::{Environment, Forecast, Plan, Selection, forecast};

/// Holds tables, and knows what their names in a script cost
#[derive(Default)]
struct Priced {
    tables: BTreeMap<String, TableKind>,
    /// Every script that an estimate was asked for
    asked: Mutex<Vec<String>>,
    /// How often what stands there was asked for
    described: Mutex<usize>,
}

impl Warehouse for Priced {
    fn engine(&self) -> Engine {
        Engine::BigQuery
    }

    fn describe(&self, targets: &[Target]) -> Result<Vec<Option<TableState>>, Diagnostic> {
        *self.described.lock().unwrap() += 1;
        let describe = |target: &Target| {
            self.tables.get(&target.name).map(|kind| TableState {
                kind: *kind,
                columns: vec![Column::new("n", Type::Int64)],
                version: None,
                created_by: None,
            })
        };
        Ok(targets.iter().map(describe).collect())
    }

    fn estimate(&self, script: &str) -> Result<Option<Estimate>, SqlError> {
        self.asked.lock().unwrap().push(script.to_owned());
        if script.contains("broken") {
            return Err(SqlError::new(code::EXECUTION_FAILED, "no such function"));
        }
        Ok(Some(Estimate { bytes: 1 << 40 }))
    }

    fn set_metadata(&self, _: &Target, _: &Metadata) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn drop(&self, _: &Target, _: TableKind) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn create_datasets(&self, _: &[Target]) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn existing(&self, _: &Target) -> Result<Existing, Diagnostic> {
        Ok(Existing::None)
    }

    fn columns(&self, _: &PhysicalName) -> Option<Vec<Column>> {
        None
    }

    fn tables(&self) -> Result<Vec<PhysicalName>, Diagnostic> {
        Ok(Vec::new())
    }

    fn session(&self, _: &SessionContext) -> Result<Box<dyn Session>, Diagnostic> {
        Err(Diagnostic::error(code::EXECUTION_FAILED, "nothing runs"))
    }
}

const FILES: &[(&str, &str)] = &[
    (
        "workflow_settings.yaml",
        "defaultProject: shop\ndefaultDataset: sales\n",
    ),
    (
        "definitions/events.sqlx",
        "config { type: \"declaration\", schema: \"raw\" }\n",
    ),
    (
        "definitions/fresh.sqlx",
        "config { type: \"table\", tags: [\"daily\"] }\nSELECT n FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/below.sqlx",
        "config { type: \"table\", tags: [\"daily\"] }\nSELECT n FROM ${ref(\"fresh\")}\n",
    ),
    (
        "definitions/grown.sqlx",
        "config { type: \"incremental\" }\nSELECT n FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/merged.sqlx",
        "config { type: \"incremental\", uniqueKey: [\"n\"], protected: true }\nSELECT n FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/swapped.sqlx",
        "config { type: \"table\", tags: [\"daily\"] }\nSELECT n FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/shown.sqlx",
        "config { type: \"view\" }\nSELECT n FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/wrong.sqlx",
        "config { type: \"table\" }\nSELECT broken(n) AS n FROM ${ref(\"events\")}\n",
    ),
    (
        "definitions/off.sqlx",
        "config { type: \"table\", disabled: true }\nSELECT 1 AS n\n",
    ),
];

fn warehouse() -> Priced {
    let tables = [
        ("events", TableKind::Table),
        ("grown", TableKind::Table),
        ("merged", TableKind::Table),
        ("swapped", TableKind::View),
        ("shown", TableKind::View),
    ];
    Priced {
        tables: tables.map(|(name, kind)| (name.to_owned(), kind)).into(),
        ..Priced::default()
    }
}

fn plan(full_refresh: bool) -> Plan {
    let files = FILES.iter();
    let project = files.fold(MemoryProject::new(), |project, (path, text)| {
        project.with(*path, *text)
    });
    let compilation = compile(&project, &CompileOptions::default());
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
    Plan::new(Arc::new(compilation), Selection::default(), full_refresh).unwrap()
}

fn lines(found: &Forecast) -> Vec<String> {
    let mut lines: Vec<String> = found
        .actions
        .iter()
        .map(|action| {
            let cost = action.cost.as_ref().map(ToString::to_string);
            let change = action.change.as_str();
            format!("{} {change}: {}", action.action, cost.unwrap_or_default())
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn costs_are_estimated_where_the_inputs_exist() {
    let warehouse = warehouse();
    let found = forecast(
        &plan(false),
        &warehouse,
        &Environment::default(),
        None,
        None,
    )
    .unwrap();
    assert_eq!(
        lines(&found),
        [
            "sales.below create: unknown until `sales.fresh` exists",
            "sales.fresh create: 1.0 TB, $6.25",
            "sales.grown append: 1.0 TB, $6.25",
            "sales.merged merge: 1.0 TB, $6.25",
            "sales.off skip: ",
            "sales.shown replace: 0 B, $0",
            "sales.swapped replace: 1.0 TB, $6.25",
            "sales.wrong create: unknown: no such function",
        ]
    );
    let total = found.total.as_ref().unwrap().to_string();
    assert_eq!(total, "4.0 TB, $25.00, and 2 actions that cannot be told");
    let daily = found.tags[0].cost.to_string();
    assert_eq!(daily, "2.0 TB, $12.50, and 1 action that cannot be told");
    assert_eq!(
        *warehouse.described.lock().unwrap(),
        1,
        "asked once for all"
    );
    let asked = warehouse.asked.lock().unwrap();
    // a view stands where the table will be, so its query is asked about and not the statement
    assert!(
        asked
            .iter()
            .any(|script| script.trim_start().starts_with("SELECT n"))
    );
    assert!(
        asked
            .iter()
            .any(|script| script.contains("merge `shop.sales.merged`"))
    );
}

#[test]
fn budgets_are_kept() {
    let environment = Environment {
        price_per_tib: 2.0,
        ..Environment::default()
    };
    let found = forecast(&plan(false), &warehouse(), &environment, None, None).unwrap();
    assert!(found.within("8".parse().unwrap()).is_ok());
    let refused = found.within("7.99".parse().unwrap()).unwrap_err();
    assert_eq!(refused.code, code::OVER_BUDGET);
    assert_eq!(
        refused.message,
        "the run would cost about $8.00, more than the $7.99 of `--max-cost`"
    );
    // slots are paid for, not bytes
    let reserved = Environment {
        reservation: Some("projects/p/locations/l/reservations/r".to_owned()),
        ..environment
    };
    let found = forecast(&plan(false), &warehouse(), &reserved, None, None).unwrap();
    assert_eq!(found.total.as_ref().unwrap().dollars, None);
    assert!(found.within("0".parse().unwrap()).is_ok());
}

#[test]
fn a_full_refresh_leaves_what_is_protected() {
    let found = forecast(
        &plan(true),
        &warehouse(),
        &Environment::default(),
        None,
        None,
    )
    .unwrap();
    let of = |name: &str| {
        let mut actions = found.actions.iter();
        let action = actions.find(|action| action.action == name).unwrap();
        format!("{}: {}", action.change.as_str(), action.reason)
    };
    assert_eq!(of("sales.grown"), "replace: `--full-refresh` rebuilds it");
    assert_eq!(
        of("sales.merged"),
        "merge: it is protected against `--full-refresh`"
    );
    assert_eq!(of("sales.swapped"), "replace: a view stands in its place");
}
