//! `run --openlineage`: the events that a run is told as

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value as Json;

use crate::scratch::Scratch;

fn shop() -> Scratch {
    let scratch = Scratch::project(&[
        (
            "raw.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "totals.sqlx",
            "config { type: \"table\", columns: { customer: \"who\" } }\n\
             SELECT customer, SUM(amount) AS amount FROM ${ref(\"raw\", \"orders\")}\n\
             WHERE id > 0 GROUP BY customer\n",
        ),
        (
            "no_debt.sqlx",
            "config { type: \"assertion\" }\nSELECT * FROM ${ref(\"totals\")} WHERE amount < 0\n",
        ),
        (
            "broken.sqlx",
            "config { type: \"view\" }\nSELECT missing FROM ${ref(\"totals\")}\n",
        ),
    ]);
    scratch.write("data/orders.csv", "id,customer,amount\n1,ann,5\n2,bob,7\n");
    scratch.write("sqlx-run.toml", "[sources]\norders = \"data/*.csv\"\n");
    scratch
}

fn is_text(value: &Json) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// What the schema 2-0-2 asks of every run event
fn check_structure(event: &Json) {
    let kinds = ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"];
    assert!(
        kinds.contains(&event["eventType"].as_str().unwrap()),
        "{event}"
    );
    let time = event["eventTime"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z'), "{event}");
    let id = event["run"]["runId"].as_str().unwrap();
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{event}");
    for text in [
        &event["producer"],
        &event["schemaURL"],
        &event["job"]["namespace"],
        &event["job"]["name"],
    ] {
        assert!(is_text(text), "{event}");
    }
    for facets in [&event["run"]["facets"], &event["job"]["facets"]] {
        check_facets(facets);
    }
    for list in ["inputs", "outputs"] {
        for dataset in event[list].as_array().unwrap() {
            assert!(
                is_text(&dataset["namespace"]) && is_text(&dataset["name"]),
                "{event}"
            );
            for facets in ["facets", "inputFacets", "outputFacets"] {
                check_facets(&dataset[facets]);
            }
        }
    }
}

fn check_facets(facets: &Json) {
    for (name, facet) in facets.as_object().into_iter().flatten() {
        let schema = facet["_schemaURL"].as_str().unwrap();
        assert!(
            schema.starts_with("https://openlineage.io/spec/facets/"),
            "{name}: {facet}"
        );
        assert!(is_text(&facet["_producer"]), "{name}: {facet}");
    }
}

#[test]
fn a_run_is_told_with_its_datasets_and_columns() {
    let scratch = shop();
    let ran = scratch.run(&["run", "--openlineage", "file:events.jsonl"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let text = std::fs::read_to_string(scratch.path().join("events.jsonl")).unwrap();
    let events: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    events.iter().for_each(check_structure);
    let of = |kind: &str, job: &str| {
        let mut events = events.iter();
        let found = events.find(|one| one["eventType"] == kind && one["job"]["name"] == job);
        found.unwrap_or_else(|| panic!("no {kind} of {job}: {text}"))
    };
    let parent = of("START", "sqlx-run");
    assert_eq!(
        of("FAIL", "sqlx-run")["run"]["runId"],
        parent["run"]["runId"]
    );
    let totals = of("COMPLETE", "sales.totals");
    assert_eq!(
        totals["run"]["runId"],
        of("START", "sales.totals")["run"]["runId"]
    );
    let parent_of = &totals["run"]["facets"]["parent"]["run"]["runId"];
    assert_eq!(*parent_of, parent["run"]["runId"]);
    assert_eq!(totals["inputs"][0]["name"], "shop.raw.orders");
    let read = &totals["inputs"][0]["facets"]["schema"]["fields"][0];
    assert_eq!(
        (&read["name"], &read["type"]),
        (&"id".into(), &"INT64".into())
    );
    let output = &totals["outputs"][0];
    assert_eq!(output["name"], "shop.sales.totals");
    assert_eq!(output["outputFacets"]["outputStatistics"]["rowCount"], 2);
    assert_eq!(
        output["facets"]["schema"]["fields"][0]["description"],
        "who"
    );
    let lineage = &output["facets"]["columnLineage"];
    let from = &lineage["fields"]["amount"]["inputFields"][0];
    assert_eq!(
        (&from["name"], &from["field"]),
        (&"shop.raw.orders".into(), &"amount".into())
    );
    let filters: Vec<&Json> = lineage["dataset"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["field"])
        .collect();
    assert!(filters.contains(&&Json::from("id")), "{lineage}");
    let failed = of("FAIL", "sales.broken");
    let message = failed["run"]["facets"]["errorMessage"]["message"]
        .as_str()
        .unwrap();
    assert!(message.contains("missing"), "{message}");
    let checked = &of("COMPLETE", "checks.no_debt")["inputs"][0]["inputFacets"];
    assert_eq!(
        checked["dataQualityAssertions"]["assertions"][0]["success"],
        true
    );
    assert!(
        totals["job"]["facets"]["sql"]["query"]
            .as_str()
            .unwrap()
            .starts_with("SELECT customer")
    );
}

#[test]
fn an_endpoint_gets_each_event_and_never_fails_a_run() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut bodies: Vec<String> = Vec::new();
        // the first answer is an error that passes
        let mut answers =
            std::iter::once("503 Service Unavailable").chain(std::iter::repeat("201 Created"));
        let is_last = |body: &String| {
            let event: Json = serde_json::from_str(body).unwrap();
            event["job"]["name"] == "sqlx-run" && event["eventType"] != "START"
        };
        while !bodies.last().is_some_and(is_last) {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 65536];
            let body = loop {
                let read = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.trim().parse::<usize>().ok())?
                });
                if body.len() >= length.unwrap_or_default() {
                    break body.to_owned();
                }
            };
            assert!(String::from_utf8_lossy(&request).starts_with("POST /api/v1/lineage "));
            let answer = answers.next().unwrap();
            let text =
                format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(text.as_bytes()).unwrap();
            bodies.push(body);
        }
        bodies
    });
    let scratch = shop();
    let ran = scratch.run(&["run", "--actions", "totals", "--openlineage", &address]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("L001"), "{}", ran.stderr);
    let bodies = server.join().unwrap();
    // START and COMPLETE of the run and of the action, and the first one again
    assert_eq!(bodies.len(), 5);
    assert_eq!(bodies[0], bodies[1]);

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let ran = scratch.run(&["run", "--actions", "totals", "--openlineage", &address]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("L001"), "{}", ran.stderr);
}
