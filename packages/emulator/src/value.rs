//! Values of the interface in the encoding of `docs/query-json.md`, in which `sqlx-run query` prints them

use serde_json::{Map, Number, Value as Json, json};

use crate::Answer;

impl Answer {
    /// Each row as an object by column name
    pub fn encoded_rows(&self) -> Vec<Json> {
        let object = |row: &Vec<Json>| {
            let fields = self.schema.iter().zip(row);
            let fields = fields.map(|(field, value)| (name(field), encoded(field, value)));
            Json::Object(fields.collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }
}

/// A value of a field
pub fn encoded(field: &Json, value: &Json) -> Json {
    if field["mode"] == "REPEATED" {
        let mut element = field.clone();
        element["mode"] = json!("NULLABLE");
        let items = value.as_array().into_iter().flatten();
        return items.map(|item| encoded(&element, &item["v"])).collect();
    }
    let Some(text) = value.as_str() else {
        return structure(field, value);
    };
    match field["type"].as_str().unwrap_or_default() {
        "FLOAT" | "FLOAT64" => text
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map_or_else(|| json!(text.replace("inf", "Infinity")), Json::Number),
        "BOOLEAN" | "BOOL" => json!(text == "true"),
        "JSON" => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        "TIMESTAMP" => text.parse().map_or_else(|_| json!(text), instant),
        "DATETIME" | "TIME" if text.contains('.') => {
            json!(text.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => json!(text),
    }
}

fn structure(field: &Json, value: &Json) -> Json {
    let (Some(fields), Some(cells)) = (field["fields"].as_array(), value["f"].as_array()) else {
        return value.clone();
    };
    let names: Vec<String> = fields.iter().map(name).collect();
    let values = fields.iter().zip(cells);
    let values = values.map(|(field, cell)| encoded(field, &cell["v"]));
    let own = |at: usize| !names[at].is_empty() && !names[..at].contains(&names[at]);
    match (0..names.len()).all(own) {
        true => Json::Object(names.into_iter().zip(values).collect::<Map<_, _>>()),
        false => values.collect(),
    }
}

fn name(field: &Json) -> String {
    field["name"].as_str().unwrap_or_default().to_owned()
}

/// RFC 3339 in UTC, with as many digits after the second as there are
fn instant(microseconds: i64) -> Json {
    jiff::Timestamp::from_microsecond(microseconds).map_or_else(
        |_| json!(microseconds.to_string()),
        |instant| json!(instant.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_utc() {
        for (microseconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_704_164_645_123_450, "2024-01-02T03:04:05.12345Z"),
            (1_709_164_800_000_000, "2024-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(instant(microseconds), text);
        }
    }
}
