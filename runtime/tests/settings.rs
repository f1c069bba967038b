//! `sqlx-run.toml`: what environments come to, and that the reference page has every setting and variable

use sqlx_runtime::warehouse::Engine;
use sqlx_runtime::{EnvironmentVariables, Priority, RunSettings};

const FILE: &str = r#"
[sources]
orders = "data/orders.csv"
people = "data/people.csv"

[defaults]
environment = "dev"
jobs = 8

[environments.dev]
sources = { people = "fixtures/people.csv" }
vars = { days = "7" }

[environments.prod]
engine = "bigquery"
project = "shop-prod"
location = "EU"
dataset_suffix = "v2"
credentials = { file = "key.json", impersonate = "runner@shop.iam.gserviceaccount.com" }
priority = "batch"
maximum_bytes_billed = "1.5 TiB"
labels = { team = "growth" }
protected = true
price_per_tib = 7.5
"#;

#[test]
fn environments_come_to_what_is_written() {
    let settings = RunSettings::parse(FILE.to_owned()).unwrap();
    let dev = settings.environment(None).unwrap();
    assert_eq!(dev.name.as_deref(), Some("dev"));
    assert_eq!(dev.engine, Engine::Embedded);
    assert_eq!(dev.sources["orders"].to_str(), Some("data/orders.csv"));
    assert_eq!(dev.sources["people"].to_str(), Some("fixtures/people.csv"));
    assert_eq!(settings.defaults.jobs, Some(8));
    let prod = settings.environment(Some("prod")).unwrap();
    assert_eq!(prod.engine, Engine::BigQuery);
    assert_eq!(prod.priority, Priority::Batch);
    assert_eq!(prod.maximum_bytes_billed, Some(3 << 39));
    assert_eq!(prod.credentials.file.unwrap().to_str(), Some("key.json"));
    assert!(prod.protected);
    let none = RunSettings::parse(String::new()).unwrap();
    let none = none.environment(None).unwrap();
    assert_eq!((none.name, none.engine), (None, Engine::Embedded));
}

#[test]
fn faults_have_their_place_and_the_next_step() {
    let cases = [
        (
            "[environments.dev]\nengin = \"bigquery\"\n",
            "2:1 there is no setting `engin` here; did you mean `engine`?",
        ),
        (
            "[environment.dev]\n",
            "1:2 there is no setting `environment` here; did you mean `environments`?",
        ),
        (
            "[environments.dev]\nlabels = { team = \"a\" }\n",
            "2:1 `labels` is for the engine `bigquery`, and `dev` runs on the engine `embedded`; remove the line, or set `engine = \"bigquery\"`",
        ),
        (
            "[defaults]\nenvironment = \"dve\"\n[environments.dev]\n",
            "2:1 `sqlx-run.toml` has no environment `dve`; did you mean `dev`?",
        ),
        (
            "[environments.a]\nengine = \"bigquery\"\nmaximum_bytes_billed = \"12 apples\"\n",
            "3:24 `12 apples` is no amount of data, such as `500 MB` or `2 TiB`; docs/environments.md has every setting",
        ),
    ];
    for (text, expected) in cases {
        let diagnostic = RunSettings::parse(text.to_owned()).unwrap_err();
        let (line, column) = diagnostic.location.as_ref().unwrap().line_column();
        let help = diagnostic.help.as_deref().unwrap_or_default();
        let found = format!("{line}:{column} {}; {help}", diagnostic.message);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_reference_page_has_every_setting_and_variable() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/environments.md");
    let page = std::fs::read_to_string(page).unwrap();
    for variable in EnvironmentVariables::ALL {
        assert!(page.contains(&format!("| `{variable}` |")), "{variable}");
    }
    let unknown = "[environments.dev]\n? = 1\n".replace('?', "zzzzzzzzzz");
    let help = RunSettings::parse(unknown).unwrap_err().help.unwrap();
    let settings = help.strip_prefix("settings here are: ").unwrap();
    for setting in settings.split(", ") {
        assert!(page.contains(&format!("`{setting}")), "{setting}");
    }
}
