//! What a reader of the file relies on: its schema, that it is the same every time, and that the
//! players behave

#![cfg(test)]

use std::path::Path;

use diagnostic::{Diagnostic, code};
use duckdb::Connection;
use proptest::prelude::*;
use simulate::{SimulateError, SimulateOptions, Summary, simulate};

const SCHEMA: &[(&str, &str)] = &[
    ("event_date", "VARCHAR"),
    ("event_timestamp", "BIGINT"),
    ("event_name", "VARCHAR"),
    (
        "event_params",
        "STRUCT(\"key\" VARCHAR, \"value\" STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, double_value DOUBLE))[]",
    ),
    ("event_previous_timestamp", "BIGINT"),
    ("event_value_in_usd", "DOUBLE"),
    ("event_bundle_sequence_id", "BIGINT"),
    ("event_server_timestamp_offset", "BIGINT"),
    ("user_id", "VARCHAR"),
    ("user_pseudo_id", "VARCHAR"),
    (
        "user_properties",
        "STRUCT(\"key\" VARCHAR, \"value\" STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, double_value DOUBLE, set_timestamp_micros BIGINT))[]",
    ),
    ("user_first_touch_timestamp", "BIGINT"),
    ("user_ltv", "STRUCT(revenue DOUBLE, currency VARCHAR)"),
    (
        "device",
        "STRUCT(category VARCHAR, mobile_brand_name VARCHAR, mobile_model_name VARCHAR, mobile_marketing_name VARCHAR, mobile_os_hardware_model VARCHAR, operating_system VARCHAR, operating_system_version VARCHAR, vendor_id VARCHAR, advertising_id VARCHAR, \"language\" VARCHAR, is_limited_ad_tracking VARCHAR, time_zone_offset_seconds BIGINT)",
    ),
    (
        "geo",
        "STRUCT(continent VARCHAR, country VARCHAR, region VARCHAR, city VARCHAR)",
    ),
    (
        "app_info",
        "STRUCT(id VARCHAR, \"version\" VARCHAR, install_store VARCHAR, firebase_app_id VARCHAR, install_source VARCHAR)",
    ),
    (
        "traffic_source",
        "STRUCT(\"name\" VARCHAR, medium VARCHAR, \"source\" VARCHAR)",
    ),
    ("stream_id", "VARCHAR"),
    ("platform", "VARCHAR"),
];

fn options(users: u64, days: u32, seed: u64) -> SimulateOptions {
    SimulateOptions { users, days, seed }
}

/// A connection with the file as the view `events`
fn open(file: &Path) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(&format!(
            "CREATE VIEW events AS SELECT * FROM '{}'",
            file.display()
        ))
        .unwrap();
    connection
}

fn number(connection: &Connection, sql: &str) -> f64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_schema_is_that_of_the_export() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/folder/events.parquet");
    simulate(&options(3, 2, 7), &file).unwrap();
    let connection = open(&file);
    let mut statement = connection
        .prepare("SELECT column_name, column_type FROM (DESCRIBE events)")
        .unwrap();
    let columns: Vec<(String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let wanted: Vec<(String, String)> = SCHEMA
        .iter()
        .map(|(name, kind)| ((*name).into(), (*kind).into()))
        .collect();
    assert_eq!(columns, wanted);
}

#[test]
fn the_same_options_give_the_same_bytes_and_another_seed_another_world() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: u64| {
        let file = folder.path().join(name);
        simulate(&options(40, 5, seed), &file).unwrap();
        std::fs::read(file).unwrap()
    };
    let first = write("first.parquet", 1);
    assert!(first == write("second.parquet", 1));
    assert!(first != write("third.parquet", 2));
}

#[test]
fn users_churn_bounce_and_play_as_real_ones_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.parquet");
    let summary = simulate(&options(700, 28, 1), &file).unwrap();
    let connection = open(&file);
    connection
        .execute_batch(
            "CREATE TABLE users AS
             SELECT user_pseudo_id, min(event_timestamp) AS first, max(event_timestamp) AS last
             FROM events WHERE event_name = 'user_engagement' GROUP BY 1;
             CREATE TABLE labels AS
             SELECT users.*, (last < first + 86400000000)::INT AS churned,
               (last <= first + 600000000)::INT AS bounced,
               count(*) FILTER (event_name = 'user_engagement'
                 AND event_timestamp < first + 86400000000) AS engagements
             FROM users JOIN events USING (user_pseudo_id) GROUP BY ALL",
        )
        .unwrap();
    let churned = number(&connection, "SELECT avg(churned) FROM labels");
    assert!((0.40..0.65).contains(&churned), "churned {churned}");
    let bounced = number(&connection, "SELECT avg(bounced) FROM labels");
    assert!((0.15..0.30).contains(&bounced), "bounced {bounced}");
    // the area under the ROC curve of one feature alone, as the share of rightly ordered pairs
    let area = number(
        &connection,
        "WITH ranked AS (
           SELECT churned, rank() OVER (ORDER BY engagements)
             + (count(*) OVER (PARTITION BY engagements) - 1) / 2 AS place
           FROM labels WHERE bounced = 0)
         SELECT (sum(place) FILTER (churned = 0)
             - count(*) FILTER (churned = 0) * (count(*) FILTER (churned = 0) + 1) / 2)
           / (count(*) FILTER (churned = 0) * count(*) FILTER (churned = 1))
         FROM ranked",
    );
    assert!((0.65..0.92).contains(&area), "area {area}");
    assert_eq!(
        number(&connection, "SELECT count(*) FROM events") as u64,
        summary.events
    );
    for (event, low, high) in [
        ("screen_view", 0.30, 0.45),
        ("user_engagement", 0.18, 0.30),
        ("level_start_quickplay", 0.06, 0.13),
        ("session_start", 0.005, 0.02),
        ("completed_5_levels", 0.00005, 0.001),
        ("use_extra_steps", 0.0003, 0.005),
        ("challenge_a_friend", 0.00002, 0.0005),
    ] {
        let share = number(
            &connection,
            &format!("SELECT avg((event_name = '{event}')::INT) FROM events"),
        );
        assert!((low..high).contains(&share), "{event}: {share}");
    }
}

#[test]
fn a_file_is_replaced_only_by_a_complete_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it's.parquet");
    std::fs::write(&file, "old").unwrap();
    assert!(matches!(
        simulate(&options(0, 5, 1), &file),
        Err(SimulateError::Options {
            option: "users",
            ..
        })
    ));
    assert_eq!(std::fs::read(&file).unwrap(), b"old");
    simulate(&options(2, 2, 1), &file).unwrap();
    assert_eq!(&std::fs::read(&file).unwrap()[..4], b"PAR1");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing unfinished stays behind");
}

#[test]
fn bad_options_and_bad_paths_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let blocker = folder.path().join("file");
    std::fs::write(&blocker, "").unwrap();
    let cases = [
        (
            options(0, 1, 1),
            folder.path().join("a.parquet"),
            code::USAGE,
        ),
        (
            options(1, 0, 1),
            folder.path().join("a.parquet"),
            code::USAGE,
        ),
        (
            options(1, 9_999, 1),
            folder.path().join("a.parquet"),
            code::USAGE,
        ),
        (
            options(1, 1, 1),
            folder.path().to_path_buf(),
            code::OUTPUT_UNWRITABLE,
        ),
        (
            options(1, 1, 1),
            blocker.join("a.parquet"),
            code::OUTPUT_UNWRITABLE,
        ),
    ];
    for (options, out, code) in cases {
        let diagnostic = Diagnostic::from(simulate(&options, &out).unwrap_err());
        assert_eq!(diagnostic.code, code, "{diagnostic}");
        assert!(diagnostic.help.is_some());
    }
    assert!(!folder.path().join("a.parquet").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is asked for: every user is there, nobody does two things at once, and all of it
    /// happens within the days of the log
    #[test]
    fn every_world_is_consistent(users in 1_u64..30, days in 1_u32..40, seed: u64) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.parquet");
        let summary = simulate(&options(users, days, seed), &file).unwrap();
        let connection = open(&file);
        let start = 1_528_761_600_000_000_i64;
        let end = start + i64::from(days) * 86_400_000_000;
        let found = Summary {
            events: number(&connection, "SELECT count(DISTINCT (user_pseudo_id, event_timestamp)) FROM events") as u64,
            users: number(&connection, "SELECT count(DISTINCT user_pseudo_id) FROM events") as u64,
        };
        prop_assert_eq!(found, summary);
        prop_assert_eq!(summary.users, users);
        let wrong = number(&connection, &format!(
            "SELECT count(*) FROM events WHERE event_timestamp NOT BETWEEN {start} AND {end}
               OR strftime(make_timestamp(event_timestamp), '%Y%m%d') <> event_date
               OR event_previous_timestamp >= event_timestamp
               OR NOT regexp_full_match(user_pseudo_id, '[0-9A-F]{{32}}')
               OR event_name IS NULL OR len(event_params) < 3 OR user_first_touch_timestamp > event_timestamp"
        ));
        prop_assert_eq!(wrong, 0.0);
    }
}
