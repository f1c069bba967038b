//! RANGE values: construction, ends, conversions to and from text, and their functions
//!
//! A RANGE is a struct of its first value and the one after its last; an end without a bound is
//! infinite there, so that DuckDB's own comparisons and orders hold.
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/range-functions>

use std::ops::Range;

use super::Resolver;
use super::call::Call;
use crate::tree::Typed;
use crate::type_text::RANGE_FIELDS;
use crate::{Error, Type};

impl Resolver<'_> {
    /// A RANGE from its ends; NULL is an end without a bound
    pub fn range_of(&self, start: Typed, end: Typed, of: &Type, span: Range<usize>) -> Typed {
        let ty = Type::Range(Box::new(of.clone()));
        let bound = |value: Typed, infinity: &str| {
            let template = format!("coalesce($0, CAST('{infinity}' AS {}))", of.duckdb());
            let value = value.into_exact();
            Typed::apply(of.clone(), template, vec![value], span.clone())
        };
        let ends = vec![bound(start, "-infinity"), bound(end, "infinity")];
        let [first, second] = RANGE_FIELDS;
        let template = format!(
            "CASE WHEN $0 >= $1 THEN error('a RANGE ends after it starts') ELSE {{'{first}': $0, '{second}': $1}} END"
        );
        Typed {
            exact: true,
            ..Typed::apply(ty, template, ends, span)
        }
    }

    /// The start (0) or end (1) of a RANGE; NULL without a bound
    pub fn range_end(&self, range: Typed, at: usize) -> Typed {
        let of = match &range.ty {
            Type::Range(of) => of.as_ref().clone(),
            other => other.clone(),
        };
        let span = range.span.clone();
        let (field, infinity) = match at {
            0 => (RANGE_FIELDS[0], "-infinity"),
            _ => (RANGE_FIELDS[1], "infinity"),
        };
        let template = format!(
            "nullif(struct_extract($0, '{field}'), CAST('{infinity}' AS {}))",
            of.duckdb()
        );
        Typed {
            exact: true,
            ..Typed::apply(of, template, vec![range], span)
        }
    }

    /// `[start, end)`
    pub fn text_of_range(&self, range: Typed) -> Result<Typed, Error> {
        let span = range.span.clone();
        let mut parts = vec![range.clone()];
        for at in 0..2 {
            parts.push(self.cast(self.range_end(range.clone(), at), &Type::String, false)?);
        }
        let template = "CASE WHEN $0 IS NOT NULL THEN '[' || coalesce($1, 'UNBOUNDED') || ', ' || coalesce($2, 'UNBOUNDED') || ')' END";
        Ok(Typed {
            exact: true,
            ..Typed::apply(Type::String, template, parts, span)
        })
    }

    /// The RANGE of a text `[start, end)`
    pub fn range_of_text(&self, text: Typed, of: &Type) -> Result<Typed, Error> {
        let span = text.span.clone();
        let text = text.into_exact();
        let part = |function: &'static str| {
            let bound = Typed::apply(Type::String, function, vec![text.clone()], span.clone());
            self.cast(bound, of, false)
        };
        let (start, end) = (part("gs_range_start($0)")?, part("gs_range_end($0)")?);
        let range = self.range_of(start, end, of, span.clone());
        let template = "CASE WHEN $0 IS NOT NULL THEN $1 END";
        Ok(Typed {
            exact: true,
            ..Typed::apply(range.ty.clone(), template, vec![text, range], span)
        })
    }

    /// A function of ranges
    pub fn range_call(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        if call.name == "RANGE" {
            return self.range_constructor(arguments, span);
        }
        let of = match arguments.first().map(|one| one.ty.clone()) {
            Some(Type::Range(of)) => of.as_ref().clone(),
            Some(other) => {
                let message = format!("{} takes a RANGE, found {other}", call.name);
                return Err(self.mismatch(message, span));
            }
            None => return Err(self.wrong_count(call)),
        };
        let bool = |template: &str, arguments: Vec<Typed>| {
            let template = template
                .replace("[0]", "struct_extract($0, '[')")
                .replace("(0)", "struct_extract($0, ')')")
                .replace("[1]", "struct_extract($1, '[')")
                .replace("(1)", "struct_extract($1, ')')");
            Typed::apply(Type::Bool, template, arguments, span.clone())
        };
        let same = |arguments: &[Typed]| arguments.iter().all(|one| one.ty == arguments[0].ty);
        match (call.name.as_str(), arguments.len()) {
            ("RANGE_START", 1) => Ok(self.range_end(arguments.remove(0), 0)),
            ("RANGE_END", 1) => Ok(self.range_end(arguments.remove(0), 1)),
            ("RANGE_IS_START_UNBOUNDED", 1) => Ok(bool(
                &format!("[0] = CAST('-infinity' AS {})", of.duckdb()),
                arguments,
            )),
            ("RANGE_IS_END_UNBOUNDED", 1) => Ok(bool(
                &format!("(0) = CAST('infinity' AS {})", of.duckdb()),
                arguments,
            )),
            ("RANGE_CONTAINS", 2) if same(&arguments) => {
                Ok(bool("[0] <= [1] AND (0) >= (1)", arguments))
            }
            ("RANGE_CONTAINS", 2) => {
                let value = self.coerce(arguments.remove(1), &of)?;
                let both = vec![arguments.remove(0), value];
                Ok(bool("[0] <= $1 AND (0) > $1", both))
            }
            ("RANGE_OVERLAPS", 2) if same(&arguments) => {
                Ok(bool("[0] < (1) AND [1] < (0)", arguments))
            }
            ("RANGE_INTERSECT", 2) if same(&arguments) => {
                let ty = arguments[0].ty.clone();
                let overlap = bool("[0] < (1) AND [1] < (0)", arguments.clone());
                arguments.push(overlap);
                let template = "CASE WHEN $2 THEN {'[': greatest(struct_extract($0, '['), struct_extract($1, '[')), ')': least(struct_extract($0, ')'), struct_extract($1, ')'))} WHEN NOT $2 THEN error('ranges of RANGE_INTERSECT do not overlap') END";
                Ok(Typed {
                    exact: true,
                    ..Typed::apply(ty, template, arguments, span)
                })
            }
            ("RANGE_OVERLAPS" | "RANGE_INTERSECT", 2) => {
                let message = format!("{} takes two ranges of one type", call.name);
                Err(self.mismatch(message, span))
            }
            ("GENERATE_RANGE_ARRAY", 2 | 3) => self.generate_ranges(arguments, &of, span),
            _ => Err(self.wrong_count(call)),
        }
    }

    fn range_constructor(&self, arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        if arguments.len() != 2 {
            return Err(self.invalid("RANGE takes a start and an end", span));
        }
        if arguments.iter().all(Typed::is_null_literal) {
            let message = "one of RANGE's arguments must have a type".to_owned();
            return Err(self.mismatch(message, span));
        }
        let (arguments, of) = self.unify(arguments, "arguments of RANGE")?;
        if !matches!(of, Type::Date | Type::DateTime | Type::Timestamp) {
            return Err(self.mismatch(format!("there is no RANGE of {of}"), span));
        }
        let mut ends = arguments.into_iter();
        match (ends.next(), ends.next()) {
            (Some(start), Some(end)) => Ok(self.range_of(start, end, &of, span)),
            _ => Err(self.invalid("RANGE takes a start and an end", span)),
        }
    }

    /// Ranges of a step's length from a range's start on; the last may be shorter
    fn generate_ranges(
        &self,
        mut arguments: Vec<Typed>,
        of: &Type,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let partial = match arguments.len() {
            3 => self.coerce(arguments.remove(2), &Type::Bool)?,
            _ => Typed::text(Type::Bool, "TRUE", span.clone()),
        };
        let step = self.coerce(arguments.remove(1), &Type::Interval)?;
        let range = arguments.remove(0);
        let mut inner = Vec::new();
        for at in 0..2 {
            let end = self.range_end(range.clone(), at);
            inner.push(match of {
                Type::Date => self.cast(end, &Type::DateTime, false)?,
                Type::Timestamp => self.utc(end),
                _ => end,
            });
        }
        inner.extend([step.into_exact(), partial.into_exact(), range]);
        let kind = format!("'{of}'");
        let (element, list) = (of.duckdb(), self.fresh("l"));
        let [list, item, at] =
            [list, self.fresh("e"), self.fresh("i")].map(|name| crate::quote_identifier(&name));
        let template = format!(
            "CASE WHEN $4 IS NULL OR $2 IS NULL OR $3 IS NULL THEN NULL WHEN $0 IS NULL OR $1 IS NULL THEN error('GENERATE_RANGE_ARRAY of a range without a bound') ELSE list_transform([gs_range_steps($0, $1, $2, $3, {kind})], lambda {list}: list_transform(list_slice({list}, 1, len({list}) - 1), lambda {item}, {at}: {{'[': CAST({item} AS {element}), ')': CAST({list}[{at} + 1] AS {element})}}))[1] END"
        );
        let ty = Type::Array(Box::new(Type::Range(Box::new(of.clone()))));
        Ok(Typed {
            exact: true,
            ..Typed::apply(ty, template, inner, span)
        })
    }
}
