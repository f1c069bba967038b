//! Names that a script gives to values: variables, parameters and system variables

use std::ops::Range;

use super::Resolver;
use crate::Error;
use crate::tree::Typed;

/// What outlives the script and reads tables as they then are
pub const VIEW: &str = "a view";

impl Resolver<'_> {
    /// The variable, parameter (`@x`, `?1`) or system variable (`@@x`) with a name
    pub fn variable(&self, name: &str, span: Range<usize>) -> Result<Option<Typed>, Error> {
        let Some(variable) = self.catalog.variable(name) else {
            return Ok(None);
        };
        if let Some(what) = self.lasting.get() {
            let message = format!("`{name}` has no value in {what}, which outlives the script");
            return Err(self.invalid(message, span));
        }
        Ok(Some(match variable.null {
            true => Typed::null(variable.ty, span).into_exact(),
            false => Typed::text(variable.ty, variable.sql, span),
        }))
    }

    /// The value of `@x`, `?1` or `@@x`
    pub fn placeholder(&self, name: &str, span: Range<usize>) -> Result<Typed, Error> {
        if let Some(found) = self.variable(name, span.clone())? {
            return Ok(found);
        }
        let shown = if name.starts_with('?') { "?" } else { name };
        if name.eq_ignore_ascii_case("@@time_zone") {
            return Ok(self.string(&self.zone, span));
        }
        Err(match name.starts_with("@@") {
            true => self.unsupported(format!("system variable `{shown}`"), span),
            false => self
                .invalid(format!("query parameter `{shown}` has no value"), span)
                .help("parameters get values from EXECUTE IMMEDIATE … USING"),
        })
    }

    /// Whether a view's query is resolved
    pub fn in_view(&self) -> bool {
        self.lasting.get() == Some(VIEW)
    }

    /// Refuses in a view what ends with the script
    pub fn refuse_in_view(&self, what: &str, name: &str, span: &Range<usize>) -> Result<(), Error> {
        match self.in_view() {
            true => {
                let message = format!("{what} `{name}` ends with the script, {VIEW} does not");
                Err(self.invalid(message, span.clone()))
            }
            false => Ok(()),
        }
    }

    /// Resolves what is kept beyond the script, such as a view, which cannot read its variables
    pub fn lasting<T>(
        &self,
        what: &'static str,
        resolve: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let before = self.lasting.replace(Some(what));
        let resolved = resolve();
        self.lasting.set(before);
        resolved
    }
}
