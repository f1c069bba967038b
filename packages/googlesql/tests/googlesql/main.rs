//! GoogleSQL in, DuckDB SQL and answers out

#[cfg(test)]
mod answers;
#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod check;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod lowering;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod support;
