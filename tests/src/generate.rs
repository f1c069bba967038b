//! Generated Dataform projects: the mix of actions, references and JavaScript that real projects have, the
//! same files for the same number of actions and seed

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Texts by path, relative to the project folder
pub type Files = BTreeMap<String, String>;

const SUBJECTS: [&str; 10] = [
    "customer", "order", "product", "session", "channel", "store", "event", "campaign", "invoice",
    "ticket",
];
const PROPERTIES: [&str; 8] = [
    "id", "name", "amount", "count", "date", "status", "type", "score",
];
const DOMAINS: [&str; 8] = [
    "sales",
    "marketing",
    "finance",
    "product",
    "support",
    "ops",
    "crm",
    "web",
];
/// JavaScript files publish so many tables each
const PUBLISHED_PER_FILE: usize = 5;

const SETTINGS: &str = r#"defaultProject: generated-project
defaultLocation: US
defaultDataset: analytics
defaultAssertionDataset: analytics_assertions
vars:
  env: dev
  start_date: "2023-01-01"
  lookback_days: "3"
"#;

const CONSTANTS: &str = r#"const PROJECT = "generated-project";
const START_DATE = dataform.projectConfig.vars.start_date;
const LOOKBACK = parseInt(dataform.projectConfig.vars.lookback_days, 10);
const IS_DEV = dataform.projectConfig.vars.env === "dev";
module.exports = { PROJECT, START_DATE, LOOKBACK, IS_DEV };
"#;

const MACROS: &str = r#"const lookback = () => parseInt(dataform.projectConfig.vars.lookback_days, 10);
function safeDivide(numerator, denominator) {
  return `SAFE_DIVIDE(${numerator}, NULLIF(${denominator}, 0))`;
}
function caseMap(column, names) {
  const arms = Object.keys(names).map((key) => `WHEN '${key}' THEN '${names[key]}'`).join("\n    ");
  return `CASE ${column}\n    ${arms}\n    ELSE 'other'\n  END`;
}
function surrogateKey(columns) {
  const texts = columns.map((column) => `IFNULL(CAST(${column} AS STRING), '')`);
  return `TO_HEX(MD5(CONCAT(${texts.join(", '|', ")})))`;
}
function dateFilter(column) {
  return `${column} >= DATE_SUB(CURRENT_DATE(), INTERVAL ${lookback()} DAY)`;
}
module.exports = { safeDivide, caseMap, surrogateKey, dateFilter };
"#;

/// A project of `actions` actions that someone writes: files, or calls of `publish`. Declarations and the
/// assertions that configs ask for come on top.
///
/// Six in ten are views and tables with one to four references, two incremental tables with assertions,
/// one operations, and one published by JavaScript.
pub fn project(actions: usize, seed: u64) -> Files {
    let mut generator = Generator::new(actions, seed);
    generator.shared_files();
    generator.sources(actions);
    let parts = |tenths: usize| (actions * tenths + 5) / 10;
    let mut kinds = vec![Kind::Query; parts(6)];
    kinds.extend(vec![Kind::Incremental; parts(2)]);
    kinds.extend(vec![Kind::Operation; parts(1)]);
    kinds.resize(actions, Kind::Published);
    kinds.shuffle(&mut generator.random);
    for (number, kind) in kinds.into_iter().enumerate() {
        generator.action(number, kind);
    }
    generator.flush_published();
    generator.files
}

/// A project of `tables` tables that all take their `columns` from one include with `columns` columns, on
/// two lines each
pub fn documented(tables: usize, columns: usize) -> Files {
    let mut files = Files::new();
    let settings = "defaultProject: p\ndefaultDataset: d\ndefaultLocation: US\n";
    files.insert("workflow_settings.yaml".to_owned(), settings.to_owned());
    let entries: String = (0..columns)
        .map(|at| format!("  column_{at:04}:\n    \"What column {at} of the source is about.\",\n"))
        .collect();
    files.insert(
        "includes/docs.js".to_owned(),
        format!("const columns = {{\n{entries}}};\nmodule.exports = {{ columns }};\n"),
    );
    for table in 0..tables {
        files.insert(
            format!("definitions/table_{table:03}.sqlx"),
            "config {\n  type: \"table\",\n  columns: docs.columns\n}\nselect 1 as a\n".to_owned(),
        );
    }
    files
}

/// Writes the files of a project into a folder.
///
/// # Errors
/// A folder or file cannot be made.
pub fn write(files: &Files, folder: &Path) -> io::Result<()> {
    for (path, text) in files {
        let place = folder.join(path);
        if let Some(parent) = place.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(place, text)?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Query,
    Incremental,
    Operation,
    Published,
}

/// Where a body of SQL stands: its references differ
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Sqlx,
    Published,
}

struct Generator {
    random: ChaCha8Rng,
    files: Files,
    columns: Vec<String>,
    sources: Vec<String>,
    /// Actions that can be referred to
    made: Vec<String>,
    published: Vec<String>,
    published_files: usize,
}

impl Generator {
    fn new(actions: usize, seed: u64) -> Self {
        let stream = seed.wrapping_mul(1_000_003).wrapping_add(actions as u64);
        let columns = SUBJECTS
            .iter()
            .flat_map(|subject| PROPERTIES.map(|property| format!("{subject}_{property}")));
        Self {
            random: ChaCha8Rng::seed_from_u64(stream),
            files: Files::new(),
            columns: columns.collect(),
            sources: Vec::new(),
            made: Vec::new(),
            published: Vec::new(),
            published_files: 0,
        }
    }

    fn file(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.random.random_bool(probability)
    }

    fn shared_files(&mut self) {
        let entries: Vec<String> = self
            .columns
            .iter()
            .map(|column| {
                let words = column.replace('_', " ");
                format!("  \"{column}\": \"The {words} as recorded by the source system.\"")
            })
            .collect();
        let docs = format!(
            "const columns = {{\n{}\n}};\nmodule.exports = {{ columns }};\n",
            entries.join(",\n")
        );
        self.file("workflow_settings.yaml", SETTINGS);
        self.file("includes/constants.js", CONSTANTS);
        self.file("includes/macros.js", MACROS);
        self.file("includes/docs.js", docs);
    }

    /// Half of the sources are declared in one JavaScript file, the others in a file each
    fn sources(&mut self, actions: usize) {
        let count = (actions / 20).clamp(3, 60);
        self.sources = (0..count).map(|at| format!("raw_{at:03}")).collect();
        let (listed, own) = self.sources.split_at(count / 2);
        let listed: Vec<String> = listed.iter().map(|name| format!("\"{name}\"")).collect();
        let own = own.to_vec();
        self.file(
            "definitions/sources/sources.js",
            format!(
                "[{}].forEach((name) =>\n  declare({{ database: \"generated-project\", schema: \"raw\", name }})\n);\n",
                listed.join(", ")
            ),
        );
        for name in own {
            self.file(
                format!("definitions/sources/{name}.sqlx"),
                format!(
                    "config {{\n  type: \"declaration\",\n  database: \"generated-project\",\n  schema: \"raw\",\n  name: \"{name}\",\n  description: \"Raw table {name}\"\n}}\n"
                ),
            );
        }
    }

    fn action(&mut self, number: usize, kind: Kind) {
        let domain = DOMAINS
            .choose(&mut self.random)
            .copied()
            .unwrap_or_default();
        let columns = self.some_columns();
        let word = match kind {
            Kind::Query => "mdl",
            Kind::Incremental => "inc",
            Kind::Operation => "op",
            Kind::Published => "gen",
        };
        let name = format!("{domain}_{word}_{number:05}");
        let has_output = match kind {
            Kind::Query => {
                let text = self.query(&name, domain, &columns);
                self.file(format!("definitions/{domain}/{name}.sqlx"), text);
                true
            }
            Kind::Incremental => {
                let text = self.incremental(&name, domain, &columns);
                let path = format!("definitions/{domain}/incremental/{name}.sqlx");
                self.file(path, text);
                true
            }
            Kind::Operation => {
                let has_output = self.chance(0.5);
                let text = self.operation(domain, &columns, has_output);
                self.file(format!("definitions/operations/{name}.sqlx"), text);
                has_output
            }
            Kind::Published => {
                self.publish(&name, domain, &columns);
                true
            }
        };
        if has_output {
            self.made.push(name);
        }
    }

    /// Mostly a few columns, now and then very many
    fn some_columns(&mut self) -> Vec<String> {
        let draw: f64 = self.random.random();
        let count = if draw < 0.6 {
            self.random.random_range(3..=8)
        } else if draw < 0.9 {
            self.random.random_range(9..=24)
        } else {
            self.random.random_range(25..=60)
        };
        self.columns
            .sample(&mut self.random, count)
            .cloned()
            .collect()
    }

    /// Names of up to `most` actions or sources, of the last 200 that were made
    fn references(&mut self, most: usize) -> Vec<String> {
        let count = self.random.random_range(1..=most);
        let actions = !self.made.is_empty() && self.chance(0.85);
        let pool = if actions { &self.made } else { &self.sources };
        let recent = &pool[pool.len().saturating_sub(200)..];
        recent.sample(&mut self.random, count).cloned().collect()
    }

    fn reference(&mut self, name: &str, place: Place) -> String {
        let context = if place == Place::Published {
            "ctx."
        } else {
            ""
        };
        if self.sources.iter().any(|source| source == name) && self.chance(0.5) {
            format!("${{{context}ref(\"raw\", \"{name}\")}}")
        } else {
            format!("${{{context}ref(\"{name}\")}}")
        }
    }

    fn query(&mut self, name: &str, domain: &str, columns: &[String]) -> String {
        let table = !self.chance(0.45);
        let mut config = vec![
            format!("  type: \"{}\"", if table { "table" } else { "view" }),
            format!("  schema: \"{domain}\""),
            format!("  description: \"Model {name} of the {domain} domain.\""),
        ];
        if self.chance(0.6) {
            let words = ["daily", "hourly", "core", "pii", "mart", domain];
            let tags: Vec<&&str> = words.sample(&mut self.random, 2).collect();
            config.push(format!("  tags: {tags:?}"));
        }
        let keys = &columns[..2];
        if table && self.chance(0.5) {
            config.push(format!(
                "  bigquery: {{\n    partitionBy: \"event_date\",\n    clusterBy: {keys:?},\n    labels: {{ domain: \"{domain}\" }}\n  }}"
            ));
        }
        if self.chance(0.35) {
            let documented: Vec<String> = columns
                .iter()
                .take(6)
                .map(|column| format!("    {column}: docs.columns.{column}"))
                .collect();
            config.push(format!("  columns: {{\n{}\n  }}", documented.join(",\n")));
        }
        if self.chance(0.25) {
            config.push(format!(
                "  assertions: {{\n    uniqueKey: [\"{}\"],\n    nonNull: {keys:?}\n  }}",
                columns[0]
            ));
        }
        let mut text = format!("config {{\n{}\n}}\n\n", config.join(",\n"));
        if self.chance(0.15) {
            let threshold = self.random.random_range(1..=99);
            text += &format!(
                "js {{\n  const threshold = {threshold};\n  const keep = {keys:?}.map((x) => `${{x}}`).join(\", \");\n}}\n\n"
            );
        }
        if table && self.chance(0.1) {
            text += "pre_operations {\n  DECLARE cutoff DATE DEFAULT \"2023-01-01\";\n}\n\n";
        }
        let references = self.references(4);
        text += &self.body(&references, columns, Place::Sqlx, false);
        if table && self.chance(0.1) {
            text += &format!(
                "\npost_operations {{\n  GRANT `roles/bigquery.dataViewer` ON TABLE ${{self()}} TO \"group:{domain}@example.com\"\n}}\n"
            );
        }
        text
    }

    fn incremental(&mut self, name: &str, domain: &str, columns: &[String]) -> String {
        let (key, keys, third) = (&columns[0], &columns[..2], &columns[2]);
        let mut text = format!(
            "config {{\n  type: \"incremental\",\n  schema: \"{domain}\",\n  uniqueKey: [\"{key}\"],\n  description: \"Incremental {name}\",\n  \
             bigquery: {{\n    partitionBy: \"DATE(event_date)\",\n    clusterBy: {keys:?},\n    \
             updatePartitionFilter: \"event_date >= DATE_SUB(CURRENT_DATE(), INTERVAL 7 DAY)\"\n  }},\n  \
             assertions: {{\n    uniqueKey: [\"{key}\"],\n    nonNull: {keys:?},\n    \
             rowConditions: [\"{third} IS NOT NULL OR {key} > 0\"]\n  }},\n  tags: [\"incremental\", \"{domain}\"]\n}}\n\n"
        );
        text += &format!(
            "pre_operations {{\n  DECLARE checkpoint DEFAULT (\n    \
             ${{when(incremental(), `SELECT MAX({key}) FROM ${{self()}}`, `SELECT DATE(\"2023-01-01\")`)}}\n  );\n}}\n\n"
        );
        let references = self.references(3);
        text + &self.body(&references, columns, Place::Sqlx, true)
    }

    fn operation(&mut self, domain: &str, columns: &[String], has_output: bool) -> String {
        let references = self.references(2);
        let reference = self.reference(&references[0], Place::Sqlx);
        let statement = if has_output {
            let list = columns.join(", ");
            format!("CREATE OR REPLACE TABLE ${{self()}} AS\nSELECT {list}\nFROM {reference}\n")
        } else {
            let key = &columns[0];
            format!("DELETE FROM {reference}\nWHERE {key} < \"${{constants.START_DATE}}\"\n")
        };
        format!(
            "config {{\n  type: \"operations\",\n  schema: \"{domain}\",\n  hasOutput: {has_output},\n  tags: [\"ops\"]\n}}\n\n\
             {statement}---\nINSERT INTO `generated-project.audit.log` (name, at)\nVALUES (\"${{name()}}\", CURRENT_TIMESTAMP())\n"
        )
    }

    fn publish(&mut self, name: &str, domain: &str, columns: &[String]) {
        let kinds = ["table", "view", "incremental"];
        let kind = kinds.choose(&mut self.random).copied().unwrap_or_default();
        let references = self.references(3);
        let body = self.body(&references, columns, Place::Published, false);
        let body = body.replace('`', "\\`");
        self.published.push(format!(
            "publish(\"{name}\", {{\n  type: \"{kind}\",\n  schema: \"{domain}\",\n  tags: [\"generated\", \"{domain}\"],\n  \
             description: \"Published {name}\"\n}}).query((ctx) => `\n{body}`);\n"
        ));
        if self.published.len() == PUBLISHED_PER_FILE {
            self.flush_published();
        }
    }

    fn flush_published(&mut self) {
        if self.published.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.published).join("\n");
        let path = format!("definitions/generated/gen_{:04}.js", self.published_files);
        self.published_files += 1;
        self.file(path, text);
    }

    /// A query over some actions, with the placeholders that people write
    fn body(
        &mut self,
        references: &[String],
        columns: &[String],
        place: Place,
        incremental: bool,
    ) -> String {
        let key = &columns[0];
        let mut inputs = Vec::new();
        for (at, name) in references.iter().enumerate() {
            let table = self.reference(name, place);
            let mut input =
                format!("src_{at} AS (\n  SELECT *\n  FROM {table}\n  WHERE {key} IS NOT NULL");
            if self.chance(0.25) {
                input += &format!(
                    "\n    AND {} >= ${{constants.START_DATE ? \"'\" + constants.START_DATE + \"'\" : \"NULL\"}}",
                    columns[1]
                );
            }
            inputs.push(input + "\n)");
        }
        let mut lines = vec![format!("WITH {}", inputs.join(",\n"))];
        let mut selected: Vec<String> = columns
            .iter()
            .map(|column| format!("  src_0.{column}"))
            .collect();
        let last = &columns[columns.len() - 1];
        if self.chance(0.5) {
            selected.push(format!(
                "  ${{macros.safeDivide(\"SUM(src_0.{last})\", \"COUNT(*)\")}} AS avg_{last}"
            ));
        }
        if self.chance(0.35) {
            selected.push(format!(
                "  ${{macros.caseMap(\"src_0.{key}\", {{ a: \"alpha\", b: \"beta\", c: \"gamma\" }})}} AS {key}_label"
            ));
        }
        if self.chance(0.35) {
            selected.push(format!(
                "  ${{macros.surrogateKey([\"src_0.{key}\", \"src_0.{}\"])}} AS row_key",
                columns[1]
            ));
        }
        lines.push(format!("SELECT\n{}\nFROM src_0", selected.join(",\n")));
        for at in 1..references.len() {
            lines.push(format!(
                "LEFT JOIN src_{at}\n  ON src_0.{key} = src_{at}.{key}"
            ));
        }
        if self.chance(0.4) {
            lines.push(format!(
                "-- keep the last rows only; `{key}` is unique upstream"
            ));
        }
        if incremental {
            lines.push(format!(
                "${{when(incremental(), `WHERE src_0.{key} > (SELECT MAX({key}) FROM ${{self()}})`, `WHERE ${{macros.dateFilter(\"src_0.event_date\")}}`)}}"
            ));
        }
        if self.chance(0.3) {
            let numbers: Vec<String> = (1..=columns.len()).map(|at| at.to_string()).collect();
            lines.push(format!("GROUP BY {}", numbers.join(", ")));
        }
        lines.join("\n") + "\n"
    }
}
