//! Models from the outside: versions that are kept, options that change, and remote models that an
//! endpoint on this machine stands for

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::scratch::Scratch;

const MODEL: &str = "config { type: \"operations\", hasOutput: true }
CREATE OR REPLACE MODEL ${self()}
TRANSFORM (ML.STANDARD_SCALER(x) OVER () AS x, label)
OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label'], l2_reg = 0.5, description = 'first')
AS SELECT x, x > 40 OR MOD(x, 7) = 0 AS label FROM UNNEST(GENERATE_ARRAY(1, 90)) AS x
";

#[test]
fn versions_are_kept_and_options_change() {
    let scratch = Scratch::project(&[("m.sqlx", MODEL)]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    scratch.write(
        "definitions/m.sqlx",
        &MODEL.replace("l2_reg = 0.5", "l2_reg = 2"),
    );
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let altered = "ALTER MODEL sales.m SET OPTIONS (description = 'second', labels = [('team', 'a')]); SELECT 1";
    let ran = scratch.run(&["query", altered]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    let show = |arguments: &[&str]| -> Json {
        let all = [
            &["models", "show", "m", "--output-format", "json"],
            arguments,
        ]
        .concat();
        let ran = scratch.run(&all);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let latest = show(&[]);
    assert_eq!(latest["model"]["version"], 2);
    assert_eq!(latest["model"]["versions"], json!([1, 2]));
    assert_eq!(latest["options"]["description"], "second");
    assert_eq!(latest["options"]["l2_reg"], 2);
    assert!(
        latest["fitted_transform"]
            .as_str()
            .unwrap()
            .contains("ML.FITTED_STANDARD_SCALER(x, 4.55e1, ")
    );
    let first = show(&["--version", "1"]);
    assert_eq!(first["options"]["l2_reg"], 0.5);
    assert_eq!(first["options"]["description"], "first");
    assert_eq!(first["fingerprint"], latest["fingerprint"]);
    assert_ne!(first["model"]["metrics"], latest["model"]["metrics"]);

    let listed = scratch.run(&["models"]);
    assert!(
        listed
            .stdout
            .starts_with("sales.m  LOGISTIC_REG  v2  90 rows  "),
        "{}",
        listed.stdout
    );
    let unknown = scratch.run(&["models", "show", "n"]);
    assert!(unknown.stderr.contains("M001"), "{}", unknown.stderr);
    let rows = scratch.rows(
        "SELECT model_name, model_type, version, training_rows FROM sales.INFORMATION_SCHEMA.MODELS",
    );
    assert_eq!(
        rows,
        json!([{ "model_name": "m", "model_type": "LOGISTIC_REG", "version": 2, "training_rows": 90 }])
    );
    let refused = scratch.run(&["query", "ALTER MODEL sales.m SET OPTIONS (l2_reg = 1)"]);
    assert!(refused.stderr.contains("M002"), "{}", refused.stderr);
    let dropped = scratch.run(&["query", "DROP MODEL sales.m; SELECT 1"]);
    assert_eq!(dropped.code, Some(0), "{}", dropped.stderr);
    assert_eq!(scratch.run(&["models"]).stdout, "");
}

/// An endpoint that speaks both protocols: it says the prompt in capitals, and refuses `bad`
struct Peer {
    port: u16,
    requests: Arc<Mutex<Vec<(String, Json)>>>,
}

impl Peer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || answer(stream.unwrap(), &heard));
            }
        });
        Self { port, requests }
    }
}

fn answer(mut stream: std::net::TcpStream, heard: &Mutex<Vec<(String, Json)>>) {
    let mut received = Vec::new();
    let (head, body) = loop {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).unwrap();
        if length == 0 {
            return;
        }
        received.extend_from_slice(&part[..length]);
        let text = String::from_utf8_lossy(&received).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let wanted = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            });
            if wanted.is_none_or(|wanted: usize| body.len() >= wanted) {
                break (head.to_owned(), body.to_owned());
            }
        }
    };
    let request: Json = serde_json::from_str(&body).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let key = head
        .lines()
        .find(|line| {
            line.to_lowercase().starts_with("authorization")
                || line.to_lowercase().starts_with("x-goog")
        })
        .unwrap_or_default()
        .to_owned();
    let prompt = [
        "/messages/0/content",
        "/contents/0/parts/0/text",
        "/input",
        "/content/parts/0/text",
    ]
    .iter()
    .find_map(|place| request.pointer(place)?.as_str())
    .unwrap()
    .to_owned();
    heard
        .lock()
        .unwrap()
        .push((format!("{path} {key}"), request));
    let (status, body) = match prompt.as_str() {
        "bad" => (
            "400 Bad Request",
            json!({ "error": { "message": "no such thing" } }),
        ),
        _ if path.ends_with("/chat/completions") => (
            "200 OK",
            json!({ "choices": [{ "message": { "content": prompt.to_uppercase() } }] }),
        ),
        _ if path.ends_with("/embeddings") => (
            "200 OK",
            json!({ "data": [{ "embedding": [prompt.len() as f64, 0.5] }] }),
        ),
        _ if path.ends_with(":generateContent") => (
            "200 OK",
            json!({ "candidates": [{ "content": { "parts": [{ "text": prompt.to_uppercase() }, { "text": "!" }] }, "safetyRatings": [{ "category": "X" }] }] }),
        ),
        _ => ("200 OK", json!({ "embedding": { "values": [1, 2.5] } })),
    };
    let body = body.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}

const REMOTE: &str = "config { type: \"operations\", hasOutput: true }
CREATE OR REPLACE MODEL ${self()} REMOTE WITH CONNECTION `shop.us.llm` OPTIONS (ENDPOINT = 'ENDPOINT')
";

fn remote(endpoint: &str) -> String {
    REMOTE.replace("ENDPOINT'", &format!("{endpoint}'"))
}

#[test]
fn remote_models_are_asked_at_an_endpoint_of_the_settings() {
    let peer = Peer::start();
    let scratch = Scratch::project(&[
        ("writer.sqlx", &remote("gemini-2.5-flash")),
        ("other.sqlx", &remote("https://us-aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-pro")),
        (
            "answers.sqlx",
            "config { type: \"table\", dependencies: [\"writer\"] }
SELECT * FROM ML.GENERATE_TEXT(MODEL `sales.writer`,
  (SELECT id, prompt FROM UNNEST([STRUCT(1 AS id, 'one' AS prompt), (2, 'bad'), (3, CAST(NULL AS STRING))])),
  STRUCT(TRUE AS flatten_json_output, 0.2 AS temperature, ['stop'] AS stop_sequences))
",
        ),
    ]);
    // nothing configured: the error has the lines to add
    let ran = scratch.run(&["run"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for part in [
        "M007",
        "gemini-2.5-flash",
        "[remote_models.\"gemini-2.5-flash\"]",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    scratch.write(
        "sqlx-run.toml",
        &format!(
            "[remote_models.\"gemini-2.5-flash\"]\nprotocol = \"openai\"\nurl = \"http://127.0.0.1:{0}/v1\"\nmodel = \"tiny\"\nkey = \"MODEL_KEY\"\n\n[remote_models.\"gemini-2.5-pro\"]\nprotocol = \"gemini\"\nurl = \"http://127.0.0.1:{0}/v1beta/\"\n",
            peer.port
        ),
    );
    let keyless = scratch.run(&["run"]);
    assert!(keyless.stderr.contains("`MODEL_KEY`"), "{}", keyless.stderr);
    let output = scratch
        .command(&["run"])
        .env("MODEL_KEY", "sesame")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rows = scratch.rows("SELECT * FROM sales.answers ORDER BY id");
    assert_eq!(
        rows,
        json!([
            { "ml_generate_text_llm_result": "ONE", "ml_generate_text_status": "", "id": 1, "prompt": "one" },
            { "ml_generate_text_llm_result": null, "ml_generate_text_status": "400: no such thing", "id": 2, "prompt": "bad" },
            { "ml_generate_text_llm_result": null, "ml_generate_text_status": "the prompt is NULL", "id": 3, "prompt": null },
        ])
    );
    let heard = peer.requests.lock().unwrap().clone();
    let (path, body) = heard
        .iter()
        .find(|(_, body)| body["messages"][0]["content"] == "one")
        .unwrap();
    assert!(path.starts_with("/v1/chat/completions "), "{path}");
    assert!(path.ends_with("Bearer sesame"), "{path}");
    assert_eq!(body["model"], "tiny");
    assert_eq!(body["max_tokens"], 1024);
    assert_eq!(body["stop"], json!(["stop"]));
    assert_eq!(body["temperature"], 0.2);

    // Gemini's protocol, and embeddings
    let json = scratch.rows(
        "SELECT JSON_VALUE(ml_generate_text_result, '$.candidates[0].content.parts[0].text') AS text, ml_generate_text_status AS status FROM ML.GENERATE_TEXT(MODEL sales.other, (SELECT 'two' AS prompt), STRUCT(9 AS top_k, 5 AS max_output_tokens))",
    );
    assert_eq!(json, json!([{ "text": "TWO", "status": "" }]));
    let flat = scratch.rows(
        "SELECT ml_generate_text_llm_result AS text, ml_generate_text_rai_result AS rai FROM ML.GENERATE_TEXT(MODEL sales.other, (SELECT 'two' AS prompt), STRUCT(TRUE AS flatten_json_output, [STRUCT('HARM' AS category, 'BLOCK' AS threshold)] AS safety_settings))",
    );
    assert_eq!(
        flat,
        json!([{ "text": "TWO!", "rai": "[{\"category\":\"X\"}]" }])
    );
    let embedding = scratch.rows(
        "SELECT ARRAY_LENGTH(ml_generate_embedding_result) AS length, ml_generate_embedding_result[OFFSET(1)] AS second, content FROM ML.GENERATE_EMBEDDING(MODEL sales.other, (SELECT 'x' AS content))",
    );
    assert_eq!(
        embedding,
        json!([{ "length": 2, "second": 2.5, "content": "x" }])
    );
    let heard = peer.requests.lock().unwrap().clone();
    let gemini = heard
        .iter()
        .find(|(path, _)| path.contains("generateContent"))
        .unwrap();
    assert!(
        gemini
            .0
            .starts_with("/v1beta/models/gemini-2.5-pro:generateContent"),
        "{}",
        gemini.0
    );
    assert_eq!(
        gemini.1["generationConfig"],
        json!({ "topK": 9, "maxOutputTokens": 5 })
    );

    for (query, part) in [
        (
            "SELECT * FROM ML.PREDICT(MODEL sales.other, (SELECT 'x' AS prompt))",
            "M003",
        ),
        (
            "SELECT * FROM ML.GENERATE_TEXT(MODEL sales.other, (SELECT 'x' AS text))",
            "M006",
        ),
        (
            "SELECT * FROM ML.GENERATE_TEXT(MODEL sales.other, (SELECT 'x' AS prompt), STRUCT(7 AS temperature))",
            "Q008",
        ),
        (
            "SELECT * FROM ML.GENERATE_TEXT(MODEL sales.other, (SELECT 'x' AS prompt), STRUCT(TRUE AS ground_with_google_search))",
            "M003",
        ),
    ] {
        let ran = scratch.run(&["query", query]);
        assert!(ran.stderr.contains(part), "{query}: {}", ran.stderr);
    }
    let listed = scratch.run(&["models"]);
    assert!(
        listed.stdout.contains("sales.writer  REMOTE"),
        "{}",
        listed.stdout
    );
}
