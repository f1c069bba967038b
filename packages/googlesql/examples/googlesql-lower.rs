//! Scratch
#[path = "../../../tests/src/googlesql/mod.rs"]
#[expect(dead_code, reason = "scratch")]
mod conformance;
use googlesql::Analyzed;
fn main() {
    let file = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let Ok(connection) = duckdb::Connection::open_in_memory() else {
        return;
    };
    if let Err(e) = googlesql::udf::register(&connection) {
        println!("{e}");
    }
    if std::path::Path::new("/work/shared/data/events.parquet").exists() {
        let _ = connection.execute_batch("CREATE SCHEMA a; CREATE VIEW a.\"events_*\" AS SELECT * FROM '/work/shared/data/events.parquet'");
    }
    let catalog = conformance::MemoryCatalog {
        connection: &connection,
        zone: "UTC".into(),
    };
    match googlesql::parse(&text) {
        Err(e) => println!(
            "{e} {:?} help {:?} at {:?}",
            e.span,
            e.help,
            text.get(e.span.clone())
        ),
        Ok(all) => {
            for s in all {
                match googlesql::analyze(&text, &s, &catalog) {
                    Err(e) => println!("{e} help {:?} at {:?}", e.help, text.get(e.span.clone())),
                    Ok(Analyzed::Query(r)) => {
                        println!(
                            "{}\n-- {:?}",
                            r.sql,
                            r.columns
                                .iter()
                                .map(|c| format!("{} {}", c.name, c.ty))
                                .collect::<Vec<_>>()
                        );
                        match connection.prepare(&r.sql) {
                            Err(e) => println!("ERR {e}"),
                            Ok(mut st) => match st.query([]) {
                                Err(e) => println!("ERR {e}"),
                                Ok(mut rows) => {
                                    let mut n = 0;
                                    loop {
                                        match rows.next() {
                                            Ok(Some(row)) => {
                                                n += 1;
                                                if n <= 10 {
                                                    println!(
                                                        "{:?}",
                                                        (0..r.columns.len())
                                                            .map(|i| row
                                                                .get::<_, duckdb::types::Value>(i))
                                                            .collect::<Result<Vec<_>, _>>()
                                                    );
                                                }
                                            }
                                            Ok(None) => break,
                                            Err(e) => {
                                                println!("ERR {e}");
                                                break;
                                            }
                                        }
                                    }
                                    println!("{n} rows");
                                }
                            },
                        }
                    }
                    Ok(Analyzed::Execute { sql, effect }) => {
                        for s in &sql {
                            println!("{s};\n-- {effect:?}");
                            if let Err(e) = connection.execute_batch(s) {
                                println!("ERR {e}");
                            }
                        }
                    }
                    Ok(other) => println!("{other:#?}"),
                }
            }
        }
    }
}
