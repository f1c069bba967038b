//! What goes wrong between here and BigQuery

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx_compiler::Target;
use sqlx_runtime::warehouse::bigquery::{BigQueryOptions, BigQueryWarehouse};
use sqlx_runtime::warehouse::{
    Existing, Metadata, Outcome, SessionContext, SqlError, Statistics, Warehouse,
};

use crate::server::{Reply, Request, Server, job, refusal};

const INSERT: &str = "POST /bigquery/v2/projects/p/jobs";

fn context(attempt: u32) -> SessionContext {
    SessionContext {
        run: "r1".to_owned(),
        action: "d.t".to_owned(),
        attempt,
        labels: BTreeMap::from([("Team".to_owned(), "A B".to_owned())]),
    }
}

fn execute(server: &Server, attempt: u32) -> (Result<Vec<Outcome>, SqlError>, Statistics) {
    let warehouse = server.warehouse();
    let mut session = warehouse.session(&context(attempt)).unwrap();
    let result = session.execute_together("INSERT INTO d.t SELECT foo", &mut |_| {});
    (result, session.statistics())
}

/// A job that is done when it is asked for
fn done(request: &Request) -> Reply {
    let id = request.path.rsplit('/').next().unwrap_or_default();
    let id = id.split('?').next().unwrap_or_default();
    match request.path.contains("/queries/") {
        true => Reply::Json(200, json!({"jobComplete": true, "totalRows": "0"})),
        false => Reply::Json(200, job(id, "DONE", None)),
    }
}

#[test]
fn a_job_is_named_labelled_and_accounted_for() {
    let server = Server::start(|_, request| match request.method.as_str() {
        "POST" => Reply::Json(200, job(&request.job_id(), "RUNNING", None)),
        _ => done(request),
    });
    let (result, statistics) = execute(&server, 1);
    assert_eq!(result.unwrap(), [Outcome::Changed(3)]);
    assert_eq!(statistics.bytes_processed, Some(1000));
    assert_eq!(statistics.bytes_billed, Some(2000));
    assert_eq!(statistics.slot_millis, Some(7));
    let inserted = server.asked(INSERT);
    let sent = &inserted[0];
    assert_eq!(statistics.jobs, [format!("p:EU.{}", sent.job_id())]);
    assert!(
        sent.job_id().starts_with("sqlx_run_r1_d_t_1_1_"),
        "{}",
        sent.job_id()
    );
    let labels = json!({"sqlx_run_id": "r1", "sqlx_run_action": "d_t", "team": "a_b"});
    assert_eq!(sent.body["configuration"]["labels"], labels);
    assert_eq!(sent.body["configuration"]["query"]["useLegacySql"], false);
    let asked = server.asked("GET /bigquery/v2/projects/p/queries/");
    assert!(asked[0].path.contains("timeoutMs=10000") && asked[0].path.contains("location=EU"));
}

#[test]
fn of_a_job_that_is_done_at_once_nothing_more_is_asked() {
    let server = Server::start(|_, request| Reply::Json(200, job(&request.job_id(), "DONE", None)));
    assert_eq!(execute(&server, 1).0.unwrap(), [Outcome::Changed(3)]);
    assert_eq!(server.asked("GET ").len(), 0);
    let failure = ("invalidQuery", "Unrecognized name: foo at [1:24]");
    let server = Server::start(move |_, request| {
        Reply::Json(200, job(&request.job_id(), "DONE", Some(failure)))
    });
    let told = execute(&server, 1).0.unwrap_err();
    assert!(told.message.contains("unrecognized name: foo"), "{told:?}");
    assert_eq!(server.asked("GET ").len(), 0);
}

#[test]
fn what_is_expected_is_asked_for_once() {
    for (count, queries) in [(3_usize, 0_usize), (40, 1)] {
        let server = Server::start(|_, request| match request.method.as_str() {
            "GET" if request.path.contains("/tables/") => {
                refusal(404, "notFound", "Not found: Table")
            }
            "GET" => done(request),
            _ => Reply::Json(200, job(&request.job_id(), "DONE", None)),
        });
        let target = |number: usize| Target {
            database: None,
            schema: Some("d".to_owned()),
            name: format!("t{number}"),
        };
        let targets: Vec<Target> = (0..count).map(target).collect();
        let warehouse = server.warehouse();
        warehouse.expect(&targets);
        for target in &targets {
            assert_eq!(warehouse.existing(target).unwrap(), Existing::None);
        }
        assert_eq!(server.asked(INSERT).len(), queries);
        let each = if queries == 0 { count } else { 0 };
        assert_eq!(server.asked("GET ").len(), each);
    }
}

#[test]
fn a_lost_answer_runs_nothing_twice() {
    // the job is made, but the connection breaks before the answer; the second insert is refused
    let server = Server::start(|number, request| match request.method.as_str() {
        "POST" if number == 0 => Reply::Close,
        "POST" => refusal(409, "duplicate", "Already Exists: Job p:EU.x"),
        _ => done(request),
    });
    let (result, _) = execute(&server, 1);
    assert_eq!(result.unwrap(), [Outcome::Changed(3)]);
    let inserted = server.asked(INSERT);
    assert_eq!(inserted.len(), 2);
    assert_eq!(inserted[0].job_id(), inserted[1].job_id());
}

#[test]
fn a_later_attempt_takes_over_the_job_of_an_earlier_one() {
    let server = Server::start(|_, request| done(request));
    let (result, _) = execute(&server, 2);
    assert_eq!(result.unwrap(), [Outcome::Changed(3)]);
    assert!(server.asked(INSERT).is_empty());
    // one that failed, or never came to be, is run anew under a name of its own
    for failed in [true, false] {
        let server = Server::start(move |_, request| {
            let first = request.path.contains("d_t_1_1");
            match request.method.as_str() {
                "POST" => Reply::Json(200, job(&request.job_id(), "RUNNING", None)),
                _ if first && failed => {
                    Reply::Json(200, job("x", "DONE", Some(("backendError", "later"))))
                }
                _ if first => refusal(404, "notFound", "Not found: Job p:x"),
                _ => done(request),
            }
        });
        let (result, _) = execute(&server, 2);
        assert_eq!(result.unwrap(), [Outcome::Changed(3)]);
        assert!(server.asked(INSERT)[0].job_id().contains("d_t_2_1"));
    }
}

#[test]
fn what_may_pass_is_asked_again() {
    let replies = [
        refusal(500, "internalError", "An internal error occurred"),
        refusal(503, "backendError", "Try again"),
        refusal(429, "rateLimitExceeded", "Exceeded rate limits"),
        Reply::Text(502, "<html>Bad Gateway</html>"),
        Reply::Close,
        Reply::Hang(Duration::from_secs(2)),
    ];
    for reply in replies {
        let first = reply.clone();
        let server =
            Server::start(
                move |number, request| match (request.method.as_str(), number) {
                    (_, 0) => first.clone(),
                    ("POST", _) => Reply::Json(200, job(&request.job_id(), "RUNNING", None)),
                    _ => done(request),
                },
            );
        let (result, _) = execute(&server, 1);
        assert_eq!(
            result.as_deref(),
            Ok(&[Outcome::Changed(3)][..]),
            "{reply:?}"
        );
    }
}

#[test]
fn what_does_not_pass_ends_with_its_reason() {
    let cases = [
        (
            refusal(
                503,
                "backendError",
                "Error encountered during execution. Retrying may solve the problem.",
            ),
            "R047",
            true,
            "error encountered during execution. Retrying may solve the problem",
        ),
        (
            refusal(
                403,
                "quotaExceeded",
                "Quota exceeded: Your project exceeded quota for concurrent queries.",
            ),
            "R043",
            false,
            "quota exceeded: Your project exceeded quota for concurrent queries",
        ),
        (
            refusal(
                401,
                "authError",
                "Request had invalid authentication credentials.",
            ),
            "R041",
            false,
            "BigQuery does not accept the credentials: request had invalid authentication credentials",
        ),
        (Reply::Text(502, "<html>"), "R047", true, "HTTP status 502"),
    ];
    for (reply, code, transient, message) in cases {
        let server = Server::start(move |_, _| reply.clone());
        let failure = execute(&server, 1).0.unwrap_err();
        assert_eq!(
            (failure.code.id, failure.transient, failure.message.as_str()),
            (code, transient, message)
        );
    }
}

#[test]
fn nobody_at_the_address_is_told_as_such() {
    let warehouse = BigQueryWarehouse::open(BigQueryOptions {
        project: Some("p".to_owned()),
        endpoint: Some("http://127.0.0.1:1/bigquery/v2".to_owned()),
        ..BigQueryOptions::default()
    })
    .unwrap();
    let mut session = warehouse.session(&context(1)).unwrap();
    let failure = session.execute("SELECT 1", &mut |_| {}).unwrap_err();
    assert_eq!(failure.code.id, "R040");
    assert!(failure.transient);
    let begin = "no answer from `http://127.0.0.1:1`: ";
    assert!(failure.message.starts_with(begin), "{}", failure.message);
    assert!(failure.help.unwrap().contains("--api-endpoint"));
}

#[test]
fn a_denial_names_role_principal_and_command() {
    let message = "Access Denied: Dataset data:d: Permission bigquery.tables.create denied on dataset data:d (or it may not exist).";
    let server = Server::start(move |_, request| match request.method.as_str() {
        "POST" => Reply::Json(200, job(&request.job_id(), "RUNNING", None)),
        _ if request.path.contains("/queries/") => refusal(403, "accessDenied", message),
        _ => Reply::Json(200, job("x", "DONE", Some(("accessDenied", message)))),
    });
    let failure = execute(&server, 1).0.unwrap_err();
    assert_eq!((failure.code.id, failure.transient), ("R042", false));
    assert_eq!(
        failure.help.unwrap(),
        "`serviceAccount:loader@p.iam.gserviceaccount.com` needs the permission `bigquery.tables.create`, \
         which the role BigQuery Data Editor has: `gcloud projects add-iam-policy-binding data \
         --member='serviceAccount:loader@p.iam.gserviceaccount.com' --role='roles/bigquery.dataEditor'`"
    );
}

#[test]
fn an_error_of_the_statement_has_its_place() {
    let message = "Query error: Unrecognized name: foo at [1:24]";
    let server = Server::start(move |_, request| match request.method.as_str() {
        "POST" => Reply::Json(200, job(&request.job_id(), "RUNNING", None)),
        _ if request.path.contains("/queries/") => refusal(400, "invalidQuery", message),
        _ => Reply::Json(200, job("x", "DONE", Some(("invalidQuery", message)))),
    });
    let failure = execute(&server, 1).0.unwrap_err();
    assert_eq!(failure.code.id, "Q004");
    assert_eq!(failure.message, "unrecognized name: foo");
    assert_eq!(failure.span, Some(23..26));
}

#[test]
fn a_job_that_runs_is_asked_for_patiently_and_stopped_on_request() {
    // a server that does not wait as BigQuery does
    let server = Server::start(|number, request| match request.method.as_str() {
        "POST" if request.path.contains("/cancel") => {
            Reply::Json(200, json!({"job": job("x", "RUNNING", None)}))
        }
        "POST" => Reply::Json(200, job(&request.job_id(), "RUNNING", None)),
        _ if request.path.contains("/queries/") => Reply::Json(200, json!({"jobComplete": false})),
        _ if number == 0 => Reply::Json(200, job("x", "RUNNING", None)),
        _ => Reply::Json(200, job("x", "DONE", Some(("stopped", "cancelled")))),
    });
    let warehouse = server.warehouse();
    let mut session = warehouse.session(&context(1)).unwrap();
    let handle = session.interrupt_handle();
    let begun = Instant::now();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        handle.interrupt();
    });
    let mut news = Vec::new();
    let failure = session
        .execute("SELECT 1", &mut |progress| news.push(progress.message))
        .unwrap_err();
    assert_eq!(failure.code.id, "R005");
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(news[0], "job runs for 0 s");
    let asked = server.asked("GET /bigquery/v2/projects/p/queries/").len();
    assert!((2..=6).contains(&asked), "{asked} questions in a second");
    assert_eq!(
        server
            .asked(INSERT)
            .iter()
            .filter(|one| one.path.contains("/cancel"))
            .count(),
        1
    );
}

#[test]
fn a_description_is_written_onto_the_version_that_was_read() {
    let server = Server::start(|number, request| match (request.method.as_str(), number) {
        ("GET", number) => Reply::Json(
            200,
            json!({
                "etag": format!("version {number}"),
                "description": "old",
                "labels": {"kept": "1"},
                "schema": {"fields": [{"name": "a", "type": "STRING", "description": "by hand", "unheardOf": 1}]},
            }),
        ),
        (_, 0) => refusal(412, "conditionNotMet", "Precondition check failed."),
        (_, _) => Reply::Json(200, json!({})),
    });
    let target = Target {
        database: None,
        schema: Some("d".to_owned()),
        name: "t".to_owned(),
    };
    let mut metadata = Metadata {
        description: Some("new".to_owned()),
        ..Metadata::default()
    };
    server.warehouse().set_metadata(&target, &metadata).unwrap();
    let patches = server.asked("PATCH /bigquery/v2/projects/p/datasets/d/tables/t");
    let versions: Vec<&str> = patches
        .iter()
        .flat_map(|patch| &patch.headers)
        .filter(|(name, _)| name == "if-match")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(versions, ["version 0", "version 1"]);
    assert_eq!(patches[1].body, json!({"description": "new"}));
    // what is so already is not written
    metadata.description = Some("old".to_owned());
    server.warehouse().set_metadata(&target, &metadata).unwrap();
    assert_eq!(server.asked("PATCH ").len(), 2);
}
