//! A server that answers requests by a script, and remembers them

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};
use sqlx_runtime::warehouse::bigquery::{BigQueryOptions, BigQueryWarehouse};

/// What is asked
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// With the query behind `?`
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Json,
}

impl Request {
    /// The job's id that an inserted job has
    pub fn job_id(&self) -> String {
        let id = &self.body["jobReference"]["jobId"];
        id.as_str().unwrap_or_default().to_owned()
    }
}

/// What is answered
#[derive(Debug, Clone)]
pub enum Reply {
    Json(u16, Json),
    Text(u16, &'static str),
    /// The connection is closed without a word
    Close,
    /// Nothing comes for so long
    Hang(Duration),
}

/// A server with a script: the number of a request among those of its method and path, and the request
pub struct Server {
    pub endpoint: String,
    pub asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub fn start(script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let remembered = Arc::clone(&asked);
        let script = Arc::new(script);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, script) = (Arc::clone(&remembered), Arc::clone(&script));
                std::thread::spawn(move || serve(stream, &asked, &*script));
            }
        });
        Self { endpoint, asked }
    }

    /// The requests whose line begins so, such as `POST /bigquery/v2/projects/p/jobs`
    pub fn asked(&self, begin: &str) -> Vec<Request> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let fits =
            |request: &&Request| format!("{} {}", request.method, request.path).starts_with(begin);
        asked.iter().filter(fits).cloned().collect()
    }

    pub fn warehouse(&self) -> BigQueryWarehouse {
        BigQueryWarehouse::open(BigQueryOptions {
            project: Some("p".to_owned()),
            endpoint: Some(self.endpoint.clone()),
            request_timeout: Some(Duration::from_millis(500)),
            ..BigQueryOptions::default()
        })
        .unwrap()
    }
}

fn serve(
    stream: TcpStream,
    asked: &Mutex<Vec<Request>>,
    script: &(dyn Fn(usize, &Request) -> Reply + Send + Sync),
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let number = {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let path = |request: &Request| {
                request
                    .path
                    .split('?')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            };
            let same = |one: &&Request| one.method == request.method && path(one) == path(&request);
            let number = asked.iter().filter(same).count();
            asked.push(request.clone());
            number
        };
        let (status, kind, body) = match script(number, &request) {
            Reply::Json(status, json) => (status, "application/json", json.to_string()),
            Reply::Text(status, text) => (status, "text/html", text.to_owned()),
            Reply::Close => return,
            Reply::Hang(time) => {
                std::thread::sleep(time);
                return;
            }
        };
        let answer = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Json::Null),
    })
}

/// An error as BigQuery's API writes it
pub fn refusal(status: u16, reason: &str, message: &str) -> Reply {
    let errors = json!([{"reason": reason, "message": message, "domain": "global"}]);
    Reply::Json(
        status,
        json!({"error": {"code": status, "message": message, "errors": errors}}),
    )
}

/// A job that runs, is done, or failed with a reason and message
pub fn job(id: &str, state: &str, error: Option<(&str, &str)>) -> Json {
    let mut status = json!({"state": state});
    if let Some((reason, message)) = error {
        status["errorResult"] = json!({"reason": reason, "message": message});
    }
    json!({
        "kind": "bigquery#job",
        "jobReference": {"projectId": "p", "jobId": id, "location": "EU"},
        "status": status,
        "user_email": "loader@p.iam.gserviceaccount.com",
        "statistics": {
            "totalBytesProcessed": "1000",
            "totalSlotMs": "7",
            "query": {"statementType": "INSERT", "totalBytesBilled": "2000", "numDmlAffectedRows": "3"},
        },
    })
}
