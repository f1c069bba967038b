//! The client beside a service that fails as told: what is sent again, what is not, and how operations are waited for
#![cfg(test)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use vertex::client::{Client, ClientOptions, Failure, Identity, Stop};

/// Answers requests in order, each with a status and a body; notes the first line and the token of what came
fn service(answers: Vec<(u16, Value)>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut text = String::new();
            let mut part = [0; 4096];
            while !is_whole(&text) {
                let length = stream.read(&mut part).unwrap();
                text.push_str(&String::from_utf8_lossy(&part[..length]));
            }
            let first = text.lines().next().unwrap();
            let first = first.trim_end_matches(" HTTP/1.1");
            let token = text
                .lines()
                .find_map(|line| line.strip_prefix("authorization: "));
            let words: Vec<&str> = [Some(first), token].into_iter().flatten().collect();
            noted.lock().unwrap().push(words.join(" | "));
            let body = body.to_string();
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close");
            write!(stream, "{head}\r\n\r\n{body}").unwrap();
        }
    });
    (address, seen)
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn client(address: &str) -> Client {
    Client::new(ClientOptions {
        identity: Identity::Token("secret".to_owned()),
        ..ClientOptions::anonymous(address)
    })
    .unwrap()
}

#[test]
fn what_was_not_done_is_sent_again() {
    let refused = json!({"error": {"message": "try later."}});
    let (address, seen) = service(vec![
        (503, refused.clone()),
        (429, refused),
        (200, json!({"name": "n"})),
        (404, json!({"error": {"message": "no"}})),
    ]);
    let client = client(&address);
    let stop = Stop::default();
    let made: Value = client.post("p/endpoints", &json!({}), &stop).unwrap();
    assert_eq!(made["name"], "n");
    let none: Option<Value> = client.get("p/endpoints/1", &stop).unwrap();
    assert_eq!(none, None);
    let sent = "POST /v1/p/endpoints | Bearer secret";
    let asked = "GET /v1/p/endpoints/1 | Bearer secret";
    assert_eq!(*seen.lock().unwrap(), [sent, sent, sent, asked]);
}

#[test]
fn what_is_wrong_is_told_at_once() {
    let body = json!({"error": {"message": "trafficSplit sums to 90."}});
    let (address, seen) = service(vec![(400, body), (500, json!({}))]);
    let client = client(&address);
    let post = |path: &str| client.post::<Value>(path, &json!({}), &Stop::default());
    let failure = post("p:deployModel").unwrap_err();
    assert_eq!(failure.code.id, "V004");
    assert_eq!(
        failure.message,
        "Vertex AI refused the request: trafficSplit sums to 90"
    );
    // nobody knows whether this was done
    assert_eq!(post("p/jobs").unwrap_err().status, Some(500));
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn operations_are_waited_for() {
    let operation = |key: &str, value: Value| {
        let mut operation = json!({"name": "p/operations/7", "done": true});
        operation[key] = value;
        (200, operation)
    };
    let (address, _) = service(vec![
        operation("done", false.into()),
        operation("done", false.into()),
        operation("response", json!({"model": "m"})),
        operation("done", false.into()),
        operation("error", json!({"code": 9, "message": "no room."})),
    ]);
    let client = client(&address);
    let operate = || -> Result<Value, Failure> {
        client.operate(
            Method::POST,
            "p/models:upload",
            &json!({}),
            &Stop::default(),
        )
    };
    assert_eq!(operate().unwrap()["model"], "m");
    let failure = operate().unwrap_err();
    assert_eq!(failure.code.id, "V005");
    assert_eq!(failure.message, "operation 7 of Vertex AI failed: no room");
}

#[test]
fn pages_are_put_together_and_waiting_can_be_stopped() {
    let (address, seen) = service(vec![
        (200, json!({"models": [1, 2], "nextPageToken": "t"})),
        (200, json!({"models": [3]})),
        (200, json!({"name": "p/operations/7", "done": false})),
    ]);
    let client = client(&address);
    let stop = Stop::default();
    let all: Vec<u32> = client.list("p/models", "models", &stop).unwrap();
    assert_eq!(all, [1, 2, 3]);
    assert!(seen.lock().unwrap()[1].starts_with("GET /v1/p/models?pageToken=t"));
    stop.stop();
    let stopped = client.operate::<Value>(Method::POST, "p", &json!({}), &stop);
    assert_eq!(stopped.unwrap_err().code.id, "R005");
}
