//! BigQuery's answers as errors of ours: codes, whether they may pass, places in the script, and what to do

use diagnostic::{Code, code};
use google_cloud_bigquery_v2::model::ErrorProto;
use google_cloud_gax::error::Error;
use google_cloud_gax::error::rpc::StatusDetails;

use super::credentials::LOGIN;
use super::{access, place};
use crate::warehouse::SqlError;

/// What an error is told with, beside BigQuery's own words
#[derive(Debug, Clone)]
pub struct Asking {
    /// The project that jobs run in
    pub project: String,
    /// Who asks, as policies name it, where that is known
    pub principal: Option<String>,
    /// Where it was asked
    pub endpoint: String,
}

/// A request that failed
pub fn of_request(failure: &Error, script: &str, asking: &Asking) -> SqlError {
    if failure.is_authentication() {
        return unauthenticated(failure, asking);
    }
    let status = failure.http_status_code();
    let message = failure.status().map(|status| status.message.clone());
    match (status, message) {
        (Some(401), message) => SqlError {
            help: Some(LOGIN.to_owned()),
            ..SqlError::new(
                code::CREDENTIALS_UNUSABLE,
                format!(
                    "BigQuery does not accept the credentials: {}",
                    fragment(&message.unwrap_or_default())
                ),
            )
        },
        (status, Some(message)) => {
            let reason = reason(failure).unwrap_or_default();
            of_answer(&reason, status, &message, script, asking)
        }
        (Some(status), None) => of_answer(
            "",
            Some(status),
            &format!("HTTP status {status}"),
            script,
            asking,
        ),
        (None, None) => unreachable(failure, asking),
    }
}

/// A job that ended with an error
pub fn of_job(error: &ErrorProto, script: &str, asking: &Asking) -> SqlError {
    of_answer(&error.reason, None, &error.message, script, asking)
}

/// The word by which BigQuery tells its errors apart, such as `notFound`
pub fn reason(failure: &Error) -> Option<String> {
    let details = &failure.status()?.details;
    details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) => Some(info.reason.clone()),
        _ => None,
    })
}

/// Whether the same request may succeed when it is sent again
pub fn is_transient(failure: &Error) -> bool {
    match failure.http_status_code() {
        Some(status) => is_transient_answer(&reason(failure).unwrap_or_default(), Some(status)),
        None => {
            failure.is_io()
                || failure.is_timeout()
                || failure.is_connect()
                || failure.is_transport()
        }
    }
}

fn is_transient_answer(reason: &str, status: Option<u16>) -> bool {
    matches!(
        reason,
        "backendError"
            | "internalError"
            | "rateLimitExceeded"
            | "jobBackendError"
            | "jobInternalError"
            | "jobRateLimitExceeded"
            | "tableUnavailable"
    ) || matches!(status, Some(408 | 429 | 500 | 502 | 503 | 504))
}

fn of_answer(
    reason: &str,
    status: Option<u16>,
    message: &str,
    script: &str,
    asking: &Asking,
) -> SqlError {
    let (told, span) = place::take(message, script);
    let code = classify(reason, status, &told);
    let conflict = ["due to concurrent update", "due to concurrent modification"]
        .iter()
        .any(|part| told.contains(part));
    SqlError {
        span,
        help: help(code, reason, &told, asking),
        transient: conflict || is_transient_answer(reason, status),
        ..SqlError::new(code, fragment(&told))
    }
}

fn classify(reason: &str, status: Option<u16>, message: &str) -> Code {
    let message = message.strip_prefix("Query error: ").unwrap_or(message);
    let begins = |front: &str| message.starts_with(front);
    match reason {
        "quotaExceeded" | "rateLimitExceeded" | "jobRateLimitExceeded" => code::QUOTA_EXCEEDED,
        "bytesBilledLimitExceeded" => code::BYTES_LIMIT,
        "stopped" | "timeout" => code::JOB_STOPPED,
        "accessDenied" | "billingNotEnabled" => code::ACCESS_DENIED,
        "notFound" => not_found(message),
        _ if is_transient_answer(reason, None) => code::ENGINE_FAILED,
        _ if begins("Exceeded rate limits") || begins("Quota exceeded") => code::QUOTA_EXCEEDED,
        _ if begins("Access Denied") => code::ACCESS_DENIED,
        _ if begins("Not found: ") => not_found(message),
        _ => match status {
            Some(403) => code::ACCESS_DENIED,
            Some(404) => not_found(message),
            Some(429) => code::QUOTA_EXCEEDED,
            Some(status) if is_transient_answer("", Some(status)) => code::ENGINE_FAILED,
            _ => of_query(message),
        },
    }
}

fn not_found(message: &str) -> Code {
    match message
        .strip_prefix("Not found: ")
        .map(|rest| rest.split([' ', ':']).next())
    {
        Some(Some("Dataset" | "Project")) => code::UNKNOWN_DATASET,
        Some(Some("Model")) => code::MODEL_NOT_FOUND,
        Some(Some("Routine" | "Procedure")) => code::UNKNOWN_PROCEDURE,
        Some(Some("Function")) => code::UNKNOWN_FUNCTION,
        _ => code::UNKNOWN_TABLE,
    }
}

/// What is wrong with a statement, by how BigQuery's sentence begins
fn of_query(message: &str) -> Code {
    let table: [(&str, Code); 10] = [
        ("Syntax error", code::SQL_SYNTAX),
        ("Unrecognized name", code::UNKNOWN_COLUMN),
        ("Name ", code::UNKNOWN_COLUMN),
        ("Column name", code::AMBIGUOUS_COLUMN),
        ("Function not found", code::UNKNOWN_FUNCTION),
        ("Procedure is not found", code::UNKNOWN_PROCEDURE),
        ("No matching signature", code::TYPE_MISMATCH),
        ("Value has type", code::TYPE_MISMATCH),
        ("Table name", code::SQL_INVALID),
        ("SELECT list expression", code::SQL_INVALID),
    ];
    if message.contains("is ambiguous") {
        return code::AMBIGUOUS_COLUMN;
    }
    table
        .iter()
        .find(|(front, _)| message.starts_with(front))
        .map_or(code::EXECUTION_FAILED, |(_, code)| *code)
}

fn help(code: Code, reason: &str, message: &str, asking: &Asking) -> Option<String> {
    let told = if reason == "billingNotEnabled" {
        format!(
            "link the project `{}` to a billing account: `gcloud billing projects link {} --billing-account=ACCOUNT`",
            asking.project, asking.project
        )
    } else if code == code::ACCESS_DENIED {
        access::help(message, &asking.project, asking.principal.as_deref())
    } else if code == code::QUOTA_EXCEEDED {
        "run fewer actions at a time with `--jobs`, or raise the quota in the Google Cloud console"
            .to_owned()
    } else if code == code::BYTES_LIMIT {
        "read fewer partitions or columns, or allow more bytes".to_owned()
    } else if code == code::UNKNOWN_DATASET && message.contains("not found in location") {
        "check its name and location: a job reads only datasets in the location where it runs"
            .to_owned()
    } else if code == code::UNKNOWN_TABLE {
        "run the action that makes it first, for example with `--include-deps`".to_owned()
    } else if reason == "resourcesExceeded" {
        "let the statement keep less at a time: filter earlier, leave out ORDER BY, or split it"
            .to_owned()
    } else {
        return None;
    };
    Some(told)
}

fn unauthenticated(failure: &Error, asking: &Asking) -> SqlError {
    let reasons = chain(failure);
    let denied = reasons.contains("iam.serviceAccounts.getAccessToken");
    let (code, help) = match denied {
        true => (
            code::ACCESS_DENIED,
            access::help(&reasons, &asking.project, asking.principal.as_deref()),
        ),
        false => (code::CREDENTIALS_UNUSABLE, LOGIN.to_owned()),
    };
    SqlError {
        help: Some(help),
        ..SqlError::new(code, format!("no token for BigQuery: {reasons}"))
    }
}

fn unreachable(failure: &Error, asking: &Asking) -> SqlError {
    let message = match failure.is_timeout() {
        true => format!("no answer in time from `{}`", asking.endpoint),
        false => format!("no answer from `{}`: {}", asking.endpoint, chain(failure)),
    };
    SqlError {
        help: Some(
            "check the network, and `--api-endpoint` or `BIGQUERY_EMULATOR_HOST` where another address is meant"
                .to_owned(),
        ),
        transient: is_transient(failure),
        ..SqlError::new(code::ENGINE_UNREACHABLE, message)
    }
}

/// The last causes of an error, which say most
fn chain(failure: &dyn std::error::Error) -> String {
    let mut last = failure.to_string();
    let mut cause = failure.source();
    while let Some(inner) = cause {
        last = inner.to_string();
        cause = inner.source();
    }
    fragment(&last)
}

/// A lower-case fragment: an acronym, a quoted name or a word of SQL keeps its case
pub fn fragment(message: &str) -> String {
    let message = message.strip_prefix("Query error: ").unwrap_or(message);
    let message = message.trim().trim_end_matches('.');
    let mut letters = message.chars();
    match letters.next() {
        Some(first) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_codes_and_say_whether_they_may_pass() {
        let asking = Asking {
            project: "p".to_owned(),
            principal: None,
            endpoint: "http://here".to_owned(),
        };
        for (reason, status, message, code, transient) in [
            (
                "backendError",
                Some(503),
                "Error encountered during execution. Retrying may solve the problem.",
                "R047",
                true,
            ),
            (
                "rateLimitExceeded",
                Some(403),
                "Exceeded rate limits: too many table update operations for this table.",
                "R043",
                true,
            ),
            (
                "quotaExceeded",
                Some(403),
                "Quota exceeded: Your project exceeded quota for free query bytes scanned.",
                "R043",
                false,
            ),
            (
                "accessDenied",
                Some(403),
                "Access Denied: Project p: User does not have bigquery.jobs.create permission in project p.",
                "R042",
                false,
            ),
            (
                "bytesBilledLimitExceeded",
                Some(400),
                "Query exceeded limit for bytes billed: 1. 10485760 or higher required.",
                "R044",
                false,
            ),
            (
                "notFound",
                Some(404),
                "Not found: Dataset p:d was not found in location US",
                "R045",
                false,
            ),
            (
                "notFound",
                Some(404),
                "Not found: Table p:d.t was not found in location US",
                "Q005",
                false,
            ),
            (
                "invalidQuery",
                Some(400),
                "Unrecognized name: foo at [1:8]",
                "Q004",
                false,
            ),
            (
                "invalidQuery",
                None,
                "Query error: Syntax error: Unexpected keyword FROM at [1:1]",
                "Q001",
                false,
            ),
            (
                "invalidQuery",
                None,
                "Could not serialize access to table p:d.t due to concurrent update",
                "Q010",
                true,
            ),
            (
                "stopped",
                None,
                "Job execution was cancelled: User requested cancellation",
                "R046",
                false,
            ),
            ("", Some(502), "Bad Gateway", "R047", true),
            (
                "invalidQuery",
                None,
                "Division by zero: 1 / 0",
                "Q010",
                false,
            ),
        ] {
            let error = of_answer(reason, status, message, "select 1", &asking);
            assert_eq!(
                (error.code.id, error.transient),
                (code, transient),
                "{message}"
            );
            assert!(!error.message.ends_with('.'), "{}", error.message);
        }
    }
}
