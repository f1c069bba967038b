//! Runs compiled projects: selection, plan, scheduler, events, run records, and the warehouses

mod assertions;
mod check;
mod document;
mod event;
mod forecast;
mod functions;
mod lineage;
mod lock;
mod openlineage;
mod place;
mod plan;
mod preview;
mod prune;
mod record;
mod reuse;
mod run;
mod select;
mod settings;
mod unit_test;
mod vertex;
pub mod warehouse;

pub use crate::vertex::{Vertex, VertexOptions, VertexPlace, WarehouseTables};
pub use assertions::{AssertionPolicy, CheckedAssertions, Severity};
pub use check::{CheckedAction, ProjectCheck, check};
pub use document::{Documenter, RunDocument};
pub use event::{
    ActionInfo, ActionResult, ActionStatus, Event, Observer, RunStatus, SCHEMA_VERSION,
};
pub use forecast::{
    ActionForecast, Change, ColumnChanges, Cost, Dollars, Forecast, TagCost, forecast,
};
pub use lineage::{Direction, Edge, EdgeKind, Lineage, LineageColumn, LineageTable, dotted};
pub use lock::{Holder, RunLock};
pub use openlineage::{Destination as LineageDestination, LineageEngine, OpenLineage};
pub use plan::{Plan, PlannedAction, display_name};
pub use preview::{ActionPreview, preview};
pub use prune::{Orphan, orphans};
pub use record::{
    ActionNote, FORMAT as RECORD_FORMAT, Identity, Notes, RecordFile, RecordStatus, RecordedAction,
    RecordedRun, RecordedStatus, Recorder, Records, last_results, new_run,
};
pub use reuse::{Base, History, Last, Reuse, definition};
pub use run::{Decision, Gate, RunOptions, RunSummary, run};
pub use select::{
    Atom, Baseline, Depth, Evidence, Expression, Item, Method, Reach, Reason, ReasonDirection,
    Selected, Selection, Step, Why, result_of, runs, select,
};
pub use settings::{
    Credentials, Defaults, Environment, EnvironmentSettings, EnvironmentVariables,
    LIST_PRICE_PER_TIB, Priority, RunSettings, SourceArgument, names, source_files,
};
pub use unit_test::{
    ColumnDifference, Difference, RowDifference, TestDocument, TestEvent, TestResult, TestRunner,
    TestStatus, select_tests, tested_action, tests_of,
};
