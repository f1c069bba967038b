//! Queries with their answers: each line of the case files is `query => rows`, rows separated by ` ; `

use crate::support;

use googlesql::Analyzed;

#[test]
fn every_query_gives_its_answer() {
    let mut wrong = Vec::new();
    for (name, cases) in [
        ("arithmetic", include_str!("cases/arithmetic.txt")),
        ("arrays", include_str!("cases/arrays.txt")),
        ("dates", include_str!("cases/dates.txt")),
        ("json", include_str!("cases/json.txt")),
        ("logic", include_str!("cases/logic.txt")),
        ("queries", include_str!("cases/queries.txt")),
        ("text", include_str!("cases/text.txt")),
    ] {
        for line in cases
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("--"))
        {
            let (query, wanted) = line
                .split_once(" => ")
                .unwrap_or_else(|| panic!("{name}: {line}"));
            let found = answer(query.trim());
            if found != wanted.trim() {
                wrong.push(format!(
                    "{name}: {query}\n  wanted {}\n  found  {found}",
                    wanted.trim()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rows, or `error` and what kind
fn answer(query: &str) -> String {
    let catalog = support::Tables {
        tables: Vec::new(),
        zone: "UTC",
    };
    let analyzed = match support::analyze(query, &catalog) {
        Ok(analyzed) => analyzed,
        Err(error) => return format!("error {}", error.code),
    };
    let [Analyzed::Query(relation)] = analyzed.as_slice() else {
        return "not one query".to_owned();
    };
    let connection = support::database();
    let types: Vec<String> = connection
        .prepare(&format!("DESCRIBE {}", relation.sql))
        .and_then(|mut statement| {
            statement
                .query_map([], |row| row.get::<_, String>(1))?
                .collect()
        })
        .unwrap_or_default();
    for (found, column) in types.iter().zip(&relation.columns) {
        let own = googlesql::Type::from_duckdb(found);
        assert_eq!(
            own,
            Some((strip(&column.ty), false)),
            "type of {} in {query}",
            column.name
        );
    }
    match support::rows(&connection, relation) {
        Ok(rows) => rows.join(" ; "),
        Err(error) => format!("fails {}", error.lines().next().unwrap_or_default()),
    }
}

/// Anonymous fields have numbered names on DuckDB
fn strip(ty: &googlesql::Type) -> googlesql::Type {
    use googlesql::{Field, Type};
    match ty {
        Type::Array(element) => Type::Array(Box::new(strip(element))),
        Type::Struct(fields) => Type::Struct(
            fields
                .iter()
                .enumerate()
                .map(|(at, field)| Field {
                    name: Some(
                        field
                            .name
                            .clone()
                            .unwrap_or_else(|| format!("_field_{}", at + 1)),
                    ),
                    ty: strip(&field.ty),
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

#[test]
fn functions_register_again_and_on_other_connections() {
    let connection = support::database();
    let other = connection.try_clone().unwrap();
    let again = googlesql::udf::register(&other);
    let found: i64 = other
        .query_row("SELECT gs_farm_fingerprint('foo')", [], |row| row.get(0))
        .unwrap();
    assert_eq!((again.is_ok(), found), (true, 6_150_913_649_986_995_171));
}
