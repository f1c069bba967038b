//! `CREATE` and `DROP`

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::{
    ColumnSpec, CreateTable, CreateView, DropObject, Key, Kind, Name, Path, Reference, TableSource,
    ViewColumn,
};
use super::{model, routine};
use crate::Error;

pub fn create(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("CREATE")?;
    let or_replace = cursor.take_keywords(&["OR", "REPLACE"]);
    let temporary = cursor.take_keywords(&["TEMP"]) || cursor.take_keywords(&["TEMPORARY"]);
    let head = routine::Head {
        or_replace,
        temporary,
        ..routine::Head::default()
    };
    if cursor.take_keywords(&["FUNCTION"]) {
        return routine::create(cursor, head);
    }
    if cursor.take_keywords(&["AGGREGATE", "FUNCTION"]) {
        let aggregate = true;
        return routine::create(cursor, routine::Head { aggregate, ..head });
    }
    if cursor.take_keywords(&["TABLE", "FUNCTION"]) {
        let table = true;
        return routine::create(cursor, routine::Head { table, ..head });
    }
    if cursor.take_keywords(&["TABLE"]) {
        let table = create_table(cursor, or_replace, temporary)?;
        return Ok(Kind::CreateTable(Box::new(table)));
    }
    if !temporary && let Some(kind) = create_lasting(cursor, or_replace)? {
        return Ok(kind);
    }
    let what = cursor.peek_word().unwrap_or_default().to_lowercase();
    match what.as_str() {
        "search" | "vector" | "row" | "assignment" | "reservation" | "capacity" | "live"
        | "property" | "view" | "constant" | "private" | "public" | "privilege" | "connection"
        | "procedure" | "index" | "external" | "data_policy" | "approx" => {
            Ok(cursor.unsupported(format!("`CREATE {}`", object_words(cursor))))
        }
        _ => Err(cursor.expected("what to create")),
    }
}

/// The words that say what kind of thing a statement is about, such as `ROW ACCESS POLICY`
fn object_words(cursor: &Cursor) -> String {
    const WORDS: &[&str] = &[
        "ALL", "ROW", "ACCESS", "POLICY", "POLICIES", "SEARCH", "VECTOR", "INDEX", "PROPERTY",
        "GRAPH", "EXTERNAL", "SCHEMA", "LIVE", "VIEW",
    ];
    let mut words = vec![cursor.peek_word().unwrap_or_default()];
    while let Some(Token::Word(word)) = cursor.peek(words.len()) {
        let word = word.value.to_uppercase();
        if !WORDS.contains(&word.as_str()) {
            break;
        }
        words.push(word);
    }
    words.join(" ")
}

/// What cannot be temporary
fn create_lasting(cursor: &mut Cursor, or_replace: bool) -> Result<Option<Kind>, Error> {
    let materialized = cursor.take_keywords(&["MATERIALIZED"]);
    if materialized && !cursor.peek_keyword(&["VIEW"]) {
        return Err(cursor.expected("`VIEW`"));
    }
    if cursor.take_keywords(&["VIEW"]) {
        return create_view(cursor, or_replace, materialized).map(Some);
    }
    if cursor.take_keywords(&["SCHEMA"]) {
        let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
        let path = cursor.path()?;
        if cursor.peek_keyword(&["DEFAULT"]) {
            let what = "default collation of a schema".to_owned();
            return Ok(Some(cursor.unsupported(what)));
        }
        return Ok(Some(Kind::CreateSchema {
            path,
            or_replace,
            if_not_exists,
            options: cursor.options()?,
        }));
    }
    if cursor.take_keywords(&["MODEL"]) {
        return model::create(cursor, or_replace).map(Some);
    }
    let word = if cursor.take_keywords(&["EXTERNAL", "TABLE"]) {
        "EXTERNAL"
    } else if cursor.take_keywords(&["SNAPSHOT", "TABLE"]) {
        "SNAPSHOT"
    } else {
        return Ok(None);
    };
    let mut table = create_table(cursor, or_replace, false)?;
    table.external = word == "EXTERNAL";
    match &mut table.source {
        Some(source) if source.word == "CLONE" && !table.external => source.word = "SNAPSHOT",
        None if table.external => {}
        _ => return Err(cursor.expected("another form of this statement")),
    }
    Ok(Some(Kind::CreateTable(Box::new(table))))
}

impl CreateTable {
    /// A table of which nothing but the name is known yet
    pub fn of(path: Path) -> Self {
        Self {
            path,
            or_replace: false,
            if_not_exists: false,
            temporary: false,
            columns: Vec::new(),
            source: None,
            keys: Vec::new(),
            external: false,
            folders: false,
            partition_by: None,
            cluster_by: Vec::new(),
            options: Vec::new(),
            query: None,
        }
    }
}

fn create_table(
    cursor: &mut Cursor,
    or_replace: bool,
    temporary: bool,
) -> Result<CreateTable, Error> {
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let mut table = CreateTable {
        or_replace,
        if_not_exists,
        temporary,
        ..CreateTable::of(cursor.path()?)
    };
    if cursor.peek_is(&Token::LParen) {
        columns(cursor, &mut table)?;
    }
    for word in ["LIKE", "COPY", "CLONE"] {
        if table.columns.is_empty() && cursor.take_keywords(&[word]) {
            table.source = Some(TableSource {
                path: cursor.path()?,
                rows: word != "LIKE",
                word,
            });
        }
    }
    if table.source.is_some() && cursor.peek_keyword(&["FOR"]) {
        return Err(Error::new(
            diagnostic::code::SQL_UNSUPPORTED,
            "FOR SYSTEM_TIME AS OF is not supported by the embedded engine",
            cursor.span(),
        ));
    }
    table_layout(cursor, &mut table)?;
    if cursor.take_keywords(&["AS"]) {
        table.query = Some(cursor.query()?);
    }
    Ok(table)
}

/// Collation, partitioning, clustering and options
pub fn table_layout(cursor: &mut Cursor, table: &mut CreateTable) -> Result<(), Error> {
    if cursor.peek_keyword(&["DEFAULT"]) {
        return Err(Error::new(
            diagnostic::code::SQL_UNSUPPORTED,
            "default collation of a table is not supported by the embedded engine",
            cursor.span(),
        ));
    }
    if cursor.take_keywords(&["WITH", "PARTITION", "COLUMNS"]) {
        table.folders = true;
        if cursor.peek_is(&Token::LParen) {
            columns(cursor, table)?;
        }
    }
    if cursor.take_keywords(&["PARTITION", "BY"]) {
        table.partition_by = Some(cursor.expression()?);
    }
    table.cluster_by = cluster_by(cursor)?;
    table.options = cursor.options()?;
    Ok(())
}

fn cluster_by(cursor: &mut Cursor) -> Result<Vec<Name>, Error> {
    let mut names = Vec::new();
    if cursor.take_keywords(&["CLUSTER", "BY"]) {
        names.push(cursor.name()?);
        while cursor.take(&Token::Comma) {
            names.push(cursor.name()?);
        }
    }
    Ok(names)
}

/// `(column, …, constraint, …)`
pub fn columns(cursor: &mut Cursor, table: &mut CreateTable) -> Result<(), Error> {
    cursor.expect(&Token::LParen)?;
    while !cursor.take(&Token::RParen) {
        match table_constraint(cursor)? {
            Some(key) => table.keys.push(key),
            None => table.columns.push(column(cursor)?),
        }
        if !cursor.take(&Token::Comma) {
            cursor.expect(&Token::RParen)?;
            break;
        }
    }
    Ok(())
}

/// Keys that BigQuery does not enforce have no effect on rows
pub fn table_constraint(cursor: &mut Cursor) -> Result<Option<Key>, Error> {
    let start = cursor.span().start;
    let named = cursor.peek_keyword(&["CONSTRAINT"]);
    let key = cursor.peek_keyword(&["PRIMARY", "FOREIGN"])
        && matches!(cursor.peek(1), Some(Token::Word(word)) if word.value.eq_ignore_ascii_case("KEY"));
    if !named && !key {
        return Ok(None);
    }
    let mut name = None;
    if cursor.take_keywords(&["CONSTRAINT"]) {
        cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
        name = Some(cursor.name()?);
    }
    let (columns, references) = if cursor.take_keywords(&["PRIMARY", "KEY"]) {
        let columns = cursor.names()?;
        not_enforced(cursor)?;
        (columns, None)
    } else if cursor.take_keywords(&["FOREIGN", "KEY"]) {
        (cursor.names()?, Some(references(cursor)?))
    } else {
        return Err(cursor.expected("`PRIMARY KEY` or `FOREIGN KEY`"));
    };
    Ok(Some(Key {
        name,
        columns,
        references,
        span: start..cursor.previous_end(),
    }))
}

fn references(cursor: &mut Cursor) -> Result<Reference, Error> {
    cursor.expect_keyword("REFERENCES")?;
    let path = cursor.path()?;
    let columns = cursor.names()?;
    not_enforced(cursor)?;
    Ok(Reference { path, columns })
}

fn not_enforced(cursor: &mut Cursor) -> Result<(), Error> {
    cursor.expect_keyword("NOT")?;
    cursor.expect_keyword("ENFORCED")
}

pub fn column(cursor: &mut Cursor) -> Result<ColumnSpec, Error> {
    let name = cursor.name()?;
    let ty = cursor.data_type()?;
    let mut spec = ColumnSpec {
        name,
        ty,
        not_null: false,
        default: None,
        options: Vec::new(),
        primary: false,
        references: None,
    };
    loop {
        if cursor.take_keywords(&["NOT", "NULL"]) {
            spec.not_null = true;
        } else if cursor.take_keywords(&["DEFAULT"]) {
            spec.default = Some(cursor.expression()?);
        } else if cursor.take_keywords(&["PRIMARY", "KEY"]) {
            not_enforced(cursor)?;
            spec.primary = true;
        } else if cursor.peek_keyword(&["REFERENCES"]) {
            spec.references = Some(references(cursor)?);
        } else if cursor.peek_keyword(&["OPTIONS"]) {
            spec.options.extend(cursor.options()?);
        } else if cursor.peek_keyword(&["COLLATE"]) {
            return Err(Error::new(
                diagnostic::code::SQL_UNSUPPORTED,
                "COLLATE of a column is not supported by the embedded engine",
                cursor.span(),
            ));
        } else {
            return Ok(spec);
        }
    }
}

fn create_view(cursor: &mut Cursor, or_replace: bool, materialized: bool) -> Result<Kind, Error> {
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let path = cursor.path()?;
    let mut columns = Vec::new();
    if cursor.take(&Token::LParen) {
        while !cursor.take(&Token::RParen) {
            columns.push(ViewColumn {
                name: cursor.name()?,
                options: cursor.options()?,
            });
            if !cursor.take(&Token::Comma) {
                cursor.expect(&Token::RParen)?;
                break;
            }
        }
    }
    let partition_by = match cursor.take_keywords(&["PARTITION", "BY"]) {
        true => Some(cursor.expression()?),
        false => None,
    };
    let cluster_by = cluster_by(cursor)?;
    let options = cursor.options()?;
    cursor.expect_keyword("AS")?;
    let start = cursor.span().start;
    if materialized && cursor.peek_keyword(&["REPLICA"]) {
        return Ok(cursor.unsupported("a replica of a materialized view".to_owned()));
    }
    let query = cursor.query()?;
    Ok(Kind::CreateView(CreateView {
        path,
        or_replace,
        if_not_exists,
        materialized,
        columns,
        partition_by,
        cluster_by,
        options,
        query,
        query_span: start..cursor.previous_end(),
    }))
}

pub fn drop(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("DROP")?;
    let table_function = cursor.take_keywords(&["TABLE", "FUNCTION"]);
    if table_function || cursor.take_keywords(&["FUNCTION"]) {
        let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
        return Ok(Kind::DropRoutine {
            table_function,
            path: cursor.path()?,
            if_exists,
        });
    }
    const OBJECTS: &[(&[&str], DropObject)] = &[
        (&["TABLE"], DropObject::Table),
        (&["VIEW"], DropObject::View),
        (&["MATERIALIZED", "VIEW"], DropObject::MaterializedView),
        (&["EXTERNAL", "TABLE"], DropObject::ExternalTable),
        (&["SNAPSHOT", "TABLE"], DropObject::SnapshotTable),
        (&["EXTERNAL", "SCHEMA"], DropObject::Schema),
        (&["SCHEMA"], DropObject::Schema),
        (&["MODEL"], DropObject::Model),
    ];
    let object = OBJECTS
        .iter()
        .find(|(words, _)| cursor.take_keywords(words))
        .map(|(_, object)| *object);
    let Some(object) = object else {
        let what = object_words(cursor);
        return Ok(cursor.unsupported(format!("`DROP {what}`")));
    };
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let path = cursor.path()?;
    let cascade = cursor.take_keywords(&["CASCADE"]);
    if !cascade {
        cursor.take_keywords(&["RESTRICT"]);
    }
    Ok(Kind::Drop {
        object,
        path,
        if_exists,
        cascade,
    })
}
