//! Names and types: sqlparser's tree against a catalog, into typed expressions and lowered queries

pub mod access;
pub mod aggregate;
pub mod alter;
pub mod analytic;
pub mod approximate;
pub mod assign;
pub mod assignment;
pub mod attempt;
pub mod by_name;
pub mod call;
pub mod cast;
pub mod cast_format;
pub mod change;
pub mod coerce;
pub mod column;
pub mod compare;
pub mod condition;
pub mod datatype;
pub mod define;
pub mod depth;
pub mod expression;
pub mod extreme;
pub mod findings;
pub mod flatten;
pub mod from;
pub mod gap_fill;
pub mod grant;
pub mod grouped;
pub mod grouping;
pub mod held;
pub mod held_here;
pub mod interval;
pub mod javascript;
pub mod join;
mod keys;
pub mod lambda;
pub mod layout;
pub mod leaves;
pub mod let_expression;
pub mod like;
pub mod limit;
pub mod literal;
pub mod membership;
pub mod merge;
pub mod natural;
pub mod operator;
pub mod options;
pub mod order;
pub mod outer_join;
pub mod part;
mod partition_filter;
pub mod percentile;
pub mod pipe;
pub mod pipe_aggregate;
pub mod piped;
pub mod pivot;
pub mod placement;
pub mod preprocessing;
pub mod quantified;
pub mod query;
pub mod range_sessionize;
pub mod range_value;
pub mod recursive;
pub mod routine;
pub mod sample;
pub mod scope;
pub mod select;
pub mod setops;
pub mod settings;
pub mod special;
pub mod special_array;
pub mod special_json;
pub mod special_number;
pub mod special_search;
pub mod special_temporal;
pub mod special_text;
pub mod statement;
pub mod statistics;
pub mod stored;
pub mod table_function;
pub mod transfer;
pub mod unnest;
pub mod unnest_several;
pub mod unpivot;
pub mod variable;
mod view;
pub mod window;
pub mod with_clause;

use std::cell::{Cell, RefCell};
use std::ops::Range;

use diagnostic::{Code, code};
use sqlparser::ast::Spanned;

use crate::lex::range_of;
use crate::{Catalog, Error, Sites};

/// How deep expressions and queries may nest
const DEPTH: usize = 1500;

/// How many expressions and queries a statement may have, with those that functions and repeated parts bring
const STEPS: usize = 50_000;

/// How many more there may be for each byte of the statement
const STEPS_PER_BYTE: usize = 20;

/// Resolves one statement
pub struct Resolver<'a> {
    pub catalog: &'a dyn Catalog,
    /// The name of the time zone that conversions use
    pub zone: String,
    /// Where the statement stands: the span of nodes that have none
    pub whole: Range<usize>,
    /// What is found where a statement is checked; `None` where it is lowered, to be run
    pub findings: Option<findings::Findings>,
    /// Which expressions can fail while the statement runs
    pub sites: RefCell<Sites>,
    /// What is defined here and outlives the script, so that variables may not stand in it
    lasting: Cell<Option<&'static str>>,
    /// Whether a path goes on into the elements of arrays, as it does in `FROM`
    pub flattens: Cell<bool>,
    /// What analytic functions ask of all rows of the `SELECT` that is resolved; `None` where they
    /// may not stand
    pub statistics: RefCell<Option<analytic::Statistics>>,
    /// Whether the fitted forms of analytic functions have a meaning
    pub fitted: Cell<bool>,
    /// For the order of rows where a statement names none
    pub natural: natural::Natural,
    /// Whether tables are read as they ask for
    partition_filters: partition_filter::PartitionFilters,
    counter: Cell<usize>,
    depth: Cell<usize>,
    steps: Cell<usize>,
}

impl<'a> Resolver<'a> {
    pub fn new(catalog: &'a dyn Catalog, whole: Range<usize>) -> Self {
        Self {
            catalog,
            zone: catalog.time_zone().to_owned(),
            whole,
            findings: None,
            sites: RefCell::default(),
            lasting: Cell::new(None),
            flattens: Cell::new(false),
            statistics: RefCell::default(),
            fitted: Cell::new(false),
            natural: natural::Natural::default(),
            partition_filters: partition_filter::PartitionFilters::default(),
            counter: Cell::new(0),
            depth: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// As [`Resolver::new`], for a statement that is checked and never runs
    pub fn for_check(catalog: &'a dyn Catalog, whole: Range<usize>) -> Self {
        Self {
            findings: Some(findings::Findings::default()),
            ..Self::new(catalog, whole)
        }
    }

    /// Where a node of sqlparser's tree stands
    pub fn span(&self, node: &impl Spanned) -> Range<usize> {
        range_of(node.span()).unwrap_or_else(|| self.whole.clone())
    }

    /// A name that nothing the user wrote has
    pub fn fresh(&self, stem: &str) -> String {
        self.counter.set(self.counter.get() + 1);
        format!("_{stem}{}", self.counter.get())
    }

    /// Runs `inner` one level deeper, on a stack that grows
    pub fn deeper<T>(&self, inner: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        if self.depth.get() >= DEPTH {
            return Err(self.unsupported("an expression nested this deeply", self.whole.clone()));
        }
        if self.steps.get() > STEPS + STEPS_PER_BYTE * self.whole.len() {
            let what = "a statement whose parts multiply like this";
            let help = "calls within calls multiply: compute the inner ones in a query that this one reads";
            return Err(self.unsupported(what, self.whole.clone()).help(help));
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let result = stacker::maybe_grow(512 * 1024, 4 * 1024 * 1024, inner);
        self.depth.set(self.depth.get() - 1);
        result
    }

    pub fn error(&self, code: Code, message: impl Into<String>, span: Range<usize>) -> Error {
        Error::new(code, message, span)
    }

    pub fn invalid(&self, message: impl Into<String>, span: Range<usize>) -> Error {
        Error::new(code::SQL_INVALID, message, span)
    }

    pub fn mismatch(&self, message: impl Into<String>, span: Range<usize>) -> Error {
        Error::new(code::TYPE_MISMATCH, message, span)
    }

    pub fn unsupported(&self, what: impl std::fmt::Display, span: Range<usize>) -> Error {
        Error::new(
            code::SQL_UNSUPPORTED,
            format!("{what} is not supported by the embedded engine"),
            span,
        )
    }
}
