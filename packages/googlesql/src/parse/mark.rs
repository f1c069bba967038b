//! Names that stand for syntax which sqlparser lacks; no text of a user can hold them
//!
//! A construct is written as a call of such a name, or a relation of such a name, and the resolver
//! reads it back.

/// A relation: the input of a pipe operator
pub const INPUT: &str = "\u{0}input";
/// A select list of one name: all columns, of a query that starts with `FROM`
pub const ALL: &str = "\u{0}all";
/// `CALL from((query))`: a pipe operator written as a query over [`INPUT`]
pub const FROM: &str = "\u{0}from";
/// `CALL distinct()`: the pipe operator `DISTINCT`
pub const DISTINCT: &str = "\u{0}distinct";
/// `CALL with((WITH … SELECT 1))`: the pipe operator `WITH`
pub const WITH: &str = "\u{0}with";
/// `CALL assert(condition, message…)`: the pipe operator `ASSERT`
pub const ASSERT: &str = "\u{0}assert";
/// `CALL set('UNION', 'ALL', 'mode', 'column'…, (query)…)`: a set operation in a pipe
pub const SET: &str = "\u{0}set";
/// `CALL unsupported('…')`: any other pipe operator
pub const UNSUPPORTED: &str = "\u{0}unsupported";
/// The first key of `GROUP AND ORDER BY`
pub const ORDERED: &str = "\u{0}ordered";
/// `sets(…)`: `GROUPING SETS (…)` where sqlparser reads expressions
pub const SETS: &str = "\u{0}sets";
/// `empty()`: an empty grouping set
pub const EMPTY: &str = "\u{0}empty";
/// The first item of a query that stands for a set operation's matching by name
pub const BY_NAME: &str = "\u{0}by name";
/// `format(value, format, zone…)`: the operand of a `CAST` with a format
pub const FORMAT: &str = "\u{0}format";
/// The first item of the query that holds a recursive query and its `WITH DEPTH`
pub const DEPTH: &str = "\u{0}depth";
/// `let('a', value, …, result)`: the expression `WITH(a AS value, …, result)`
pub const LET: &str = "\u{0}let";
/// `any(…)`, `all(…)`: the patterns of `LIKE ANY` and `LIKE ALL`
pub const ANY: &str = "\u{0}any";
/// See [`ANY`]
pub const EVERY: &str = "\u{0}every";
/// `unnest(array)`: an array among the patterns of `LIKE ANY` and `LIKE ALL`
pub const UNNEST: &str = "\u{0}unnest";
/// `mode('PAD')`: how `UNNEST` of several arrays treats their lengths
pub const MODE: &str = "\u{0}mode";
/// `named(array, 'alias')`: an array with an alias in `UNNEST` of several
pub const NAMED: &str = "\u{0}named";
/// The start of an alias that stands for a number: a label of `UNPIVOT`
pub const LABEL: &str = "\u{0}label";
/// `NULLS FIRST` of the item before, in a pipe operator
pub const NULLS_FIRST: &str = "\u{0}nulls first";
/// `NULLS LAST` of the item before, in a pipe operator
pub const NULLS_LAST: &str = "\u{0}nulls last";
