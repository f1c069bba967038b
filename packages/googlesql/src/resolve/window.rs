//! Windows: `OVER (PARTITION BY … ORDER BY … frame)` and the `WINDOW` clause

use std::ops::Range;

use sqlparser::ast::{
    NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowFrameUnits,
    WindowSpec, WindowType,
};

use super::Resolver;
use super::call::Call;
use super::scope::{Scope, same};
use crate::tree::{Literal, Typed};
use crate::{Error, Type};

/// The written parts of a window
#[derive(Debug, Clone, Default)]
pub struct NamedWindow {
    /// The keys of its partitions
    pub keys: Vec<String>,
    pub partition: String,
    pub order: String,
    /// The type of its first sort key
    pub key: Option<Type>,
    pub frame: String,
}

impl Resolver<'_> {
    pub fn named_windows(
        &self,
        definitions: &[NamedWindowDefinition],
        scope: &mut Scope,
    ) -> Result<(), Error> {
        for NamedWindowDefinition(name, definition) in definitions {
            let window = match definition {
                NamedWindowExpr::NamedWindow(other) => {
                    self.named(&other.value, scope, self.ident_span(other))?
                }
                NamedWindowExpr::WindowSpec(spec) => self.window_parts(spec, scope)?,
            };
            scope.windows.push((name.value.clone(), window));
        }
        Ok(())
    }

    fn named(&self, name: &str, scope: &Scope, span: Range<usize>) -> Result<NamedWindow, Error> {
        let found = scope.windows.iter().find(|(own, _)| same(own, name));
        match found {
            Some((_, window)) => Ok(window.clone()),
            None => Err(self.invalid(format!("no window `{name}`"), span)),
        }
    }

    /// The written window of a call
    pub fn over(&self, window: &WindowType, scope: &Scope) -> Result<NamedWindow, Error> {
        let window = match window {
            WindowType::NamedWindow(name) => {
                self.named(&name.value, scope, self.ident_span(name))?
            }
            WindowType::WindowSpec(spec) => self.window_parts(spec, scope)?,
        };
        self.natural.note(&window);
        Ok(window)
    }

    fn window_parts(&self, spec: &WindowSpec, scope: &Scope) -> Result<NamedWindow, Error> {
        let mut window = match &spec.window_name {
            Some(name) => self.named(&name.value, scope, self.ident_span(name))?,
            None => NamedWindow::default(),
        };
        if spec.window_name.is_some() && !spec.partition_by.is_empty() {
            let message = "a window that refers to another has no PARTITION BY of its own";
            return Err(self.invalid(message, self.span(&spec.partition_by[0])));
        }
        if let (false, Some(key)) = (window.order.is_empty(), spec.order_by.first()) {
            let message = "the window that this one refers to has an ORDER BY already";
            return Err(self.invalid(message, self.span(&key.expr)));
        }
        if !spec.partition_by.is_empty() {
            let keys = self.all(&spec.partition_by, scope)?;
            if let Some(key) = keys.iter().find(|key| {
                !super::grouping::groupable(&key.ty)
                    || matches!(key.ty, Type::Array(_) | Type::Float64)
            }) {
                let message = format!("cannot partition by {}", key.ty);
                return Err(self.mismatch(message, key.span.clone()));
            }
            keys.iter().for_each(|key| self.key_of(&key.origins));
            let keys: Vec<_> = keys.into_iter().map(|key| key.into_exact().sql()).collect();
            window.partition = format!("PARTITION BY {}", keys.join(", "));
            window.keys = keys;
        }
        if !spec.order_by.is_empty() {
            let keys = self.inner_order(&spec.order_by, scope)?;
            window.order = format!("ORDER BY {}", keys.join(", "));
            window.key = Some(self.expression(&spec.order_by[0].expr, scope)?.ty);
        }
        if let Some(frame) = &spec.window_frame {
            window.frame = self.frame(frame, scope)?;
            let offset = window.frame.starts_with("RANGE")
                && window.frame.chars().any(|letter| letter.is_ascii_digit());
            match &window.key {
                // What is added to the key may be out of its range
                Some(Type::Int64) if offset => {
                    let (key, way) = split_key(window.order.trim_start_matches("ORDER BY "));
                    window.order = format!("ORDER BY CAST({key} AS HUGEINT){way}");
                }
                Some(Type::BigNumeric) if offset => {
                    let what = "a RANGE with an offset over BIGNUMERIC";
                    return Err(self.unsupported(what, self.span(&spec.order_by[0].expr)));
                }
                _ => {}
            }
            if offset
                && let Some((nan, rest)) = window
                    .order
                    .split_once("NULLS FIRST, ")
                    .or(window.order.split_once("NULLS LAST, "))
                && nan.contains("isnan(")
            {
                // A range needs one key. NaN stands after all numbers on DuckDB and before them in
                // GoogleSQL, which only shows where a frame has no end
                window.order = match window.frame.contains("UNBOUNDED") {
                    false => format!("ORDER BY {rest}"),
                    true => {
                        let (key, way) = split_key(rest);
                        format!(
                            "ORDER BY CASE WHEN isnan({key}) THEN CAST('-inf' AS DOUBLE) WHEN {key} = CAST('-inf' AS DOUBLE) THEN -1.7976931348623157e308 ELSE {key} END{way}"
                        )
                    }
                };
            }
        }
        Ok(window)
    }

    /// What the functions of a group ask of their window, and of their constant arguments
    pub fn check_window(
        &self,
        call: &Call,
        window: &NamedWindow,
        arguments: &[Typed],
    ) -> Result<(), Error> {
        let name = call.name.as_str();
        let (ordered, framed) = match name {
            "RANK" | "DENSE_RANK" | "PERCENT_RANK" | "CUME_DIST" | "NTILE" | "LAG" | "LEAD" => {
                (Some(true), false)
            }
            "FIRST_VALUE" | "LAST_VALUE" | "NTH_VALUE" => (Some(true), true),
            "ROW_NUMBER" => (None, false),
            "PERCENTILE_CONT" | "PERCENTILE_DISC" => (Some(false), false),
            _ => (None, true),
        };
        let message = match (ordered, window.order.is_empty()) {
            (Some(true), true) => Some(format!("{name} needs a window with ORDER BY")),
            (Some(false), false) => Some(format!("{name} takes no window with ORDER BY")),
            _ if !framed && !window.frame.is_empty() => {
                Some(format!("{name} takes no window with a frame"))
            }
            _ => None,
        };
        if let Some(message) = message {
            return Err(self.invalid(message, call.span.clone()));
        }
        if matches!(name, "LAG" | "LEAD" | "NTILE" | "NTH_VALUE") {
            let constants = arguments.iter().skip(usize::from(name != "NTILE"));
            if let Some(argument) = constants
                .into_iter()
                .find(|one| super::grouping::has_column(one))
            {
                let message = format!("{name} takes a constant here");
                return Err(self.invalid(message, argument.span.clone()));
            }
        }
        let (place, least) = match name {
            "NTILE" => (0, 1),
            "NTH_VALUE" => (1, 1),
            "LAG" | "LEAD" => (1, 0),
            _ => return Ok(()),
        };
        match arguments.get(place) {
            Some(argument) if !is_at_least(argument, least) => {
                let message = format!("{name} takes a number that is at least {least}");
                Err(self.invalid(message, argument.span.clone()))
            }
            _ => Ok(()),
        }
    }

    fn frame(&self, frame: &WindowFrame, scope: &Scope) -> Result<String, Error> {
        let units = match frame.units {
            WindowFrameUnits::Rows => "ROWS",
            WindowFrameUnits::Range => "RANGE",
            WindowFrameUnits::Groups => {
                return Err(self.invalid("GROUPS is not GoogleSQL", self.whole.clone()));
            }
        };
        let start = self.bound(&frame.start_bound, units, scope)?;
        match &frame.end_bound {
            Some(end) => {
                let end = self.bound(end, units, scope)?;
                Ok(format!("{units} BETWEEN {start} AND {end}"))
            }
            None => Ok(format!("{units} {start}")),
        }
    }

    fn bound(&self, bound: &WindowFrameBound, units: &str, scope: &Scope) -> Result<String, Error> {
        let (offset, word) = match bound {
            WindowFrameBound::CurrentRow => return Ok("CURRENT ROW".to_owned()),
            WindowFrameBound::Preceding(offset) => (offset, "PRECEDING"),
            WindowFrameBound::Following(offset) => (offset, "FOLLOWING"),
        };
        let Some(offset) = offset else {
            return Ok(format!("UNBOUNDED {word}"));
        };
        let value = self.expression(offset, scope)?;
        let negative = match &value.literal {
            Literal::Int(number) => *number < 0,
            Literal::Float(text) => text.starts_with('-'),
            _ => false,
        };
        if negative || super::grouping::has_column(&value) {
            let message = "a frame's offset is a constant that is not negative";
            return Err(self.invalid(message, value.span));
        }
        match value.ty {
            Type::Float64 | Type::Numeric | Type::BigNumeric if units == "ROWS" => {
                Err(self.mismatch("a number of rows is an INT64", value.span))
            }
            Type::Int64 | Type::Float64 | Type::Numeric if !value.is_null_literal() => {
                Ok(format!("{} {word}", value.sql()))
            }
            _ => Err(self.mismatch("a frame's offset is a number", value.span)),
        }
    }
}

/// A written sort key and its direction
fn split_key(key: &str) -> (&str, &str) {
    let end = [" DESC NULLS", " NULLS"]
        .iter()
        .find_map(|end| key.rfind(end));
    key.split_at(end.unwrap_or(key.len()))
}

/// Whether a constant is neither NULL nor too small, as far as can be seen
fn is_at_least(argument: &Typed, least: i64) -> bool {
    match &argument.literal {
        Literal::Int(number) => *number >= least,
        _ => !argument.is_null_constant(),
    }
}

impl NamedWindow {
    pub fn sql(&self) -> String {
        let parts: Vec<&str> = [&self.partition, &self.order, &self.frame]
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        format!("({})", parts.join(" "))
    }
}
