//! Which actions are steps of BigQuery ML for which pipelines have tasks of their own, by the words of their SQL

use sqlx_compiler::{ActionRef, Operation, Table, TableType, Target, VertexAction, exported_to};

/// What a step does
#[derive(Debug, Clone)]
pub enum Work<'a> {
    /// Runs statements
    Query {
        /// GoogleSQL
        sql: String,
    },
    /// Trains a model
    CreateModel {
        /// The model
        model: Target,
        /// Its `CREATE MODEL`
        sql: String,
    },
    /// Writes what a model says of rows into a table
    Ml {
        /// What is asked
        query: MlQuery,
        /// Where the rows go
        table: Target,
        /// The same as a statement, where no task of its own fits
        sql: String,
    },
    /// Exports a model
    Export {
        /// The model, as it is written
        model: Vec<String>,
        /// Where to
        uri: String,
        /// Its `EXPORT MODEL`
        sql: String,
    },
    /// Makes a resource of Vertex AI
    Vertex(&'a VertexAction),
}

/// `SELECT * FROM ML.FUNCTION(MODEL name, (query))`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlQuery {
    /// `EVALUATE` or `PREDICT`
    pub function: String,
    /// The model's name, part by part
    pub model: Vec<String>,
    /// The rows
    pub rows: String,
}

/// The work of an action that is a step of BigQuery ML
pub fn work<'a>(action: ActionRef<'a>) -> Option<Work<'a>> {
    match action {
        ActionRef::Operation(operation) => of_operation(operation),
        ActionRef::Table(table) => of_table(table),
        _ => None,
    }
}

fn of_operation<'a>(operation: &Operation) -> Option<Work<'a>> {
    let [sql] = operation.queries.as_slice() else {
        return None;
    };
    let sql = sql.trim().trim_end_matches(';').to_owned();
    let words = words(&sql);
    let mut rest = words.as_slice();
    if skip(&mut rest, &["EXPORT", "MODEL"]) {
        return Some(Work::Export {
            model: path(&mut rest)?,
            uri: exported_to(operation)?,
            sql: sql.clone(),
        });
    }
    let own = &operation.target;
    let created = created_model(&sql).filter(|_| operation.has_output == Some(true))?;
    names(&created, own).then(|| Work::CreateModel {
        model: own.clone(),
        sql: sql.clone(),
    })
}

/// The name of the model that a statement creates, part by part
pub fn created_model(sql: &str) -> Option<Vec<String>> {
    let words = words(sql);
    let mut rest = words.as_slice();
    if !skip(&mut rest, &["CREATE"]) {
        return None;
    }
    skip(&mut rest, &["OR", "REPLACE"]);
    if !skip(&mut rest, &["MODEL"]) {
        return None;
    }
    skip(&mut rest, &["IF", "NOT", "EXISTS"]);
    path(&mut rest)
}

/// A plain table of what a model says of rows: one with options or further statements is a query
fn of_table<'a>(table: &Table) -> Option<Work<'a>> {
    let plain = table.enum_type == Some(TableType::Table)
        && table.pre_ops.is_empty()
        && table.post_ops.is_empty()
        && table.bigquery.is_none();
    let query = table.query.as_deref().filter(|_| plain)?;
    let asked = ml_query(query)?;
    let target = sqlx_compiler::sql::quoted(&table.target);
    Some(Work::Ml {
        query: asked,
        table: table.target.clone(),
        sql: format!("CREATE OR REPLACE TABLE {target} AS\n{};", query.trim()),
    })
}

fn ml_query(sql: &str) -> Option<MlQuery> {
    let words = words(sql);
    let mut rest = words.as_slice();
    if !skip(&mut rest, &["SELECT", "*", "FROM", "ML", "."]) {
        return None;
    }
    let function = ["EVALUATE", "PREDICT"];
    let function = function.into_iter().find(|word| skip(&mut rest, &[word]))?;
    if !skip(&mut rest, &["(", "MODEL"]) {
        return None;
    }
    let model = path(&mut rest)?;
    if !skip(&mut rest, &[",", "("]) {
        return None;
    }
    let start = rest.first()?.at;
    let mut depth = 1;
    let mut end = start;
    while depth > 0 {
        let (word, others) = rest.split_first()?;
        match word.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        end = word.at;
        rest = others;
    }
    let closed = skip(&mut rest, &[")"]) && rest.iter().all(|word| word.text == ";");
    closed.then(|| MlQuery {
        function: function.to_owned(),
        model,
        rows: sql[start..end].trim().to_owned(),
    })
}

/// Whether a path that was written names a target
pub fn names(path: &[String], target: &Target) -> bool {
    let parts = [
        Some(&target.name),
        target.schema.as_ref(),
        target.database.as_ref(),
    ];
    let mut parts = parts.into_iter().flatten();
    path.iter().rev().all(|part| parts.next() == Some(part))
}

/// A name, a keyword, a literal or a sign, where it stands
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    at: usize,
}

/// Goes past words, if they stand there
fn skip(rest: &mut &[Word<'_>], words: &[&str]) -> bool {
    let fits = rest.len() >= words.len()
        && rest
            .iter()
            .zip(words)
            .all(|(word, wanted)| word.text.eq_ignore_ascii_case(wanted));
    if fits {
        *rest = &rest[words.len()..];
    }
    fits
}

/// Goes past a name: parts with dots between, in backticks or not
fn path(rest: &mut &[Word<'_>]) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    loop {
        let (word, others) = rest.split_first()?;
        *rest = others;
        let inside = word.text.trim_matches('`');
        parts.extend(inside.split('.').map(str::to_owned));
        if !skip(rest, &["."]) {
            return Some(parts);
        }
    }
}

/// The words of SQL, without comments
fn words(sql: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(sign) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let name = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '@';
        let (length, keep) = if sign.is_whitespace() {
            (sign.len_utf8(), false)
        } else if rest.starts_with("--") || sign == '#' {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), false)
        } else if matches!(sign, '\'' | '"' | '`') {
            (quoted(rest, sign), true)
        } else if name(sign) {
            (rest.find(|sign| !name(sign)).unwrap_or(rest.len()), true)
        } else {
            (sign.len_utf8(), true)
        };
        if keep {
            let text = &rest[..length];
            words.push(Word { text, at });
        }
        at += length;
    }
    words
}

/// The length of what stands in quotes, quotes included
fn quoted(text: &str, quote: char) -> usize {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let quote = match quote != '`' && text.starts_with(&triple) {
        true => triple,
        false => quote.to_string(),
    };
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(quote.len()) {
        if !escaped && text[at..].starts_with(&quote) {
            return at + quote.len();
        }
        escaped = !escaped && sign == '\\';
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_to_models_are_recognised() {
        let asked = ml_query(
            "-- how well\nSELECT *\nFROM ML.EVALUATE(MODEL `p.d.m`,\n  (SELECT ')' AS x, f(1) FROM `p.d.t`)\n)",
        );
        let expected = MlQuery {
            function: "EVALUATE".to_owned(),
            model: ["p", "d", "m"].map(str::to_owned).to_vec(),
            rows: "SELECT ')' AS x, f(1) FROM `p.d.t`".to_owned(),
        };
        assert_eq!(asked, Some(expected));
        for other in [
            "SELECT a FROM ML.PREDICT(MODEL m, (SELECT 1))",
            "SELECT * FROM ML.PREDICT(MODEL m, TABLE t)",
            "SELECT * FROM ML.PREDICT(MODEL m, (SELECT 1), STRUCT(0.3 AS threshold))",
            "SELECT * FROM ML.PREDICT(MODEL m, (SELECT 1)) WHERE TRUE",
        ] {
            assert_eq!(ml_query(other), None, "{other}");
        }
    }
}
