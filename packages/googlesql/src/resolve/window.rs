//! Windows: `OVER (PARTITION BY … ORDER BY … frame)` and the `WINDOW` clause

use std::ops::Range;

use sqlparser::ast::{
    NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowFrameUnits,
    WindowSpec, WindowType,
};

use super::Resolver;
use super::scope::{Scope, same};
use crate::{Error, Type};

/// The written parts of a window
#[derive(Debug, Clone, Default)]
pub struct NamedWindow {
    /// The keys of its partitions
    pub keys: Vec<String>,
    pub partition: String,
    pub order: String,
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
            WindowType::NamedWindow(name) => self.named(&name.value, scope, self.ident_span(name))?,
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
        if !spec.partition_by.is_empty() {
            let keys = self.all(&spec.partition_by, scope)?;
            if let Some(key) = keys.iter().find(|key| {
                !super::grouping::groupable(&key.ty) || matches!(key.ty, Type::Array(_))
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
        }
        if let Some(frame) = &spec.window_frame {
            window.frame = self.frame(frame, scope)?;
            let offset = window.frame.starts_with("RANGE")
                && window.frame.chars().any(|letter| letter.is_ascii_digit());
            if offset
                && let Some((nan, rest)) = window
                    .order
                    .split_once("NULLS FIRST, ")
                    .or(window.order.split_once("NULLS LAST, "))
                && nan.contains("isnan(")
            {
                // A range needs one key; NaN stands apart from all ranges on DuckDB too
                window.order = format!("ORDER BY {rest}");
            }
        }
        Ok(window)
    }

    fn frame(&self, frame: &WindowFrame, scope: &Scope) -> Result<String, Error> {
        let units = match frame.units {
            WindowFrameUnits::Rows => "ROWS",
            WindowFrameUnits::Range => "RANGE",
            WindowFrameUnits::Groups => {
                return Err(self.invalid("GROUPS is not GoogleSQL", self.whole.clone()));
            }
        };
        let start = self.bound(&frame.start_bound, scope)?;
        match &frame.end_bound {
            Some(end) => {
                let end = self.bound(end, scope)?;
                Ok(format!("{units} BETWEEN {start} AND {end}"))
            }
            None => Ok(format!("{units} {start}")),
        }
    }

    fn bound(&self, bound: &WindowFrameBound, scope: &Scope) -> Result<String, Error> {
        let (offset, word) = match bound {
            WindowFrameBound::CurrentRow => return Ok("CURRENT ROW".to_owned()),
            WindowFrameBound::Preceding(offset) => (offset, "PRECEDING"),
            WindowFrameBound::Following(offset) => (offset, "FOLLOWING"),
        };
        let Some(offset) = offset else {
            return Ok(format!("UNBOUNDED {word}"));
        };
        let value = self.expression(offset, scope)?;
        match value.ty {
            Type::Int64 | Type::Float64 | Type::Numeric if !value.is_null_literal() => {
                Ok(format!("{} {word}", value.sql()))
            }
            _ => Err(self.mismatch("a frame's offset is a number", value.span)),
        }
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
