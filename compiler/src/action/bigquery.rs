//! Options of tables on BigQuery: partitions, clusters, labels, Iceberg

use super::target::raw_target;
use super::{Raise, Session};
use crate::graph::{BigQueryOptions, IcebergDefaults, TableType, Target};
use crate::value::Value;

impl Session {
    /// What Dataform checks in the options of a config before it makes the table
    pub fn check_options(
        &mut self,
        table_type: TableType,
        config: &Value,
        file: Option<&str>,
    ) -> Result<(), Raise> {
        let divided = config.truthy("partitionBy").is_some();
        let mut problems = Vec::new();
        if table_type == TableType::View {
            let clustered = config
                .get("clusterBy")
                .and_then(Value::as_array)
                .is_some_and(|columns| !columns.is_empty());
            if (divided || clustered) && config.truthy("materialized").is_none() {
                problems.push("partitionBy/clusterBy can be applied only to materialized views");
            }
        } else {
            let partition = ["partitionExpirationDays", "requirePartitionFilter"];
            let given = partition.map(|key| config.truthy(key).is_some());
            if table_type == TableType::Table && !divided && given.contains(&true) {
                problems.push(
                    "requirePartitionFilter/partitionExpirationDays are not valid for non partitioned BigQuery tables",
                );
            }
            let additional = |key: &str| {
                let options = config.get("additionalOptions");
                options.is_some_and(|options| options.truthy(key).is_some())
            };
            if given[0] && additional("partition_expiration_days") {
                problems.push("partitionExpirationDays has been declared twice");
            }
            if given[1] && additional("require_partition_filter") {
                problems.push("requirePartitionFilter has been declared twice");
            }
        }
        if !problems.is_empty() {
            let raw = raw_target(config, "dataset")?;
            for problem in problems {
                self.report_text(problem, file.map(str::to_owned), Some(&raw));
            }
        }
        Ok(())
    }

    /// The options of a table or incremental table; `None` when nothing is set
    pub fn table_options(
        &mut self,
        config: &Value,
        table_type: TableType,
        target: &Target,
    ) -> Result<Option<BigQueryOptions>, Raise> {
        let mut options = BigQueryOptions {
            preserve_governance_controls: None,
            connection: None,
            table_format: None,
            file_format: None,
            storage_uri: None,
            ..self.given_options(config, false)
        };
        if table_type == TableType::Table {
            let preserve = match config.get("preserveGovernanceControls") {
                Some(value) => value.is_truthy(),
                None => self.config.preserve_governance_controls == Some(true),
            };
            options.preserve_governance_controls = preserve.then_some(true);
        }
        if let Some(iceberg) = config.truthy("iceberg") {
            self.iceberg(iceberg, target, &mut options)?;
        }
        Ok((options != BigQueryOptions::default()).then_some(options))
    }

    /// The options of a view; `None` when nothing is set
    pub fn view_options(&mut self, config: &Value) -> Option<BigQueryOptions> {
        let options = BigQueryOptions {
            partition_by: config
                .truthy("partitionBy")
                .and_then(|text| self.text(text)),
            cluster_by: self.list(config, "clusterBy"),
            labels: self.map(config, "labels"),
            additional_options: self.map(config, "additionalOptions"),
            ..BigQueryOptions::default()
        };
        (options != BigQueryOptions::default()).then(|| BigQueryOptions {
            partition_by: Some(options.partition_by.clone().unwrap_or_default()),
            ..options
        })
    }

    /// The options that an object gives, with `empty` those too that say nothing
    pub fn given_options(&mut self, value: &Value, empty: bool) -> BigQueryOptions {
        let pick = |key: &str| {
            let found = value.get(key).filter(|value| !matches!(value, Value::Null));
            found.filter(|value| empty || value.is_truthy())
        };
        let mut text = |key: &str| pick(key).and_then(|text| self.text(text));
        let partition_by = text("partitionBy");
        let update_partition_filter = text("updatePartitionFilter");
        let connection = text("connection");
        let storage_uri = text("storageUri");
        BigQueryOptions {
            partition_by,
            cluster_by: self.list(value, "clusterBy"),
            update_partition_filter,
            labels: self.map(value, "labels"),
            partition_expiration_days: pick("partitionExpirationDays").map(whole),
            require_partition_filter: pick("requirePartitionFilter").map(Value::is_truthy),
            additional_options: self.map(value, "additionalOptions"),
            connection,
            table_format: None,
            file_format: None,
            storage_uri,
            incremental_predicates: self.list(value, "incrementalPredicates"),
            preserve_governance_controls: pick("preserveGovernanceControls").map(Value::is_truthy),
        }
    }

    fn iceberg(
        &mut self,
        iceberg: &Value,
        target: &Target,
        options: &mut BigQueryOptions,
    ) -> Result<(), Raise> {
        let defaults = self
            .config
            .default_iceberg_config
            .clone()
            .unwrap_or_default();
        let IcebergDefaults {
            bucket_name,
            table_folder_root,
            table_folder_subpath,
            connection,
        } = defaults;
        let mut pick = |key: &str, default: Option<String>| {
            iceberg
                .truthy(key)
                .and_then(|text| self.text(text))
                .or(default.filter(|text| !text.is_empty()))
        };
        let bucket = pick("bucketName", bucket_name).ok_or_else(|| {
            Raise::error(
                "When defining an Iceberg table, bucket name must be defined in workflow_settings.yaml or the config block.",
            )
        })?;
        let root =
            pick("tableFolderRoot", table_folder_root).unwrap_or_else(|| "_dataform".to_owned());
        let path = pick("tableFolderSubpath", table_folder_subpath).unwrap_or_else(|| {
            let schema = target.schema.as_deref().unwrap_or_default();
            format!("{schema}/{}", target.name)
        });
        options.connection =
            Some(pick("connection", connection).unwrap_or_else(|| "DEFAULT".to_owned()));
        options.table_format = Some("ICEBERG".to_owned());
        options.file_format = Some("PARQUET".to_owned());
        options.storage_uri = Some(format!("gs://{bucket}/{root}/{path}"));
        Ok(())
    }

    fn list(&mut self, config: &Value, key: &str) -> Vec<String> {
        config
            .get(key)
            .map(|list| self.texts(list))
            .unwrap_or_default()
    }

    fn map(&mut self, config: &Value, key: &str) -> crate::graph::StringMap {
        match config.get(key) {
            Some(Value::Object(object)) => self.text_map(object),
            _ => crate::graph::StringMap::new(),
        }
    }
}

/// A number as a whole one, as protobuf writes it
pub fn whole(value: &Value) -> i64 {
    let number = match value {
        Value::Number(number) => *number,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::String(text) => text.trim().parse().unwrap_or_default(),
        _ => 0.0,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "protobuf truncates as well"
    )]
    let whole = number as i64;
    whole
}

/// What is wrong with where an Iceberg table is stored
pub fn check_iceberg(options: &BigQueryOptions) -> Option<&'static str> {
    let connected = options.connection.as_deref().is_none_or(valid_connection);
    let stored = options.storage_uri.as_deref().is_none_or(valid_storage_uri);
    if !connected {
        Some(
            "The connection must be in the format `{project}.{location}.{connection_id}` or `projects/{project}/locations/{location}/connections/{connection_id}`, or be set to `DEFAULT`.",
        )
    } else if !stored {
        Some("The storage URI must be in the format `gs://{bucket_name}/{path_to_data}`.")
    } else {
        None
    }
}

fn valid_connection(connection: &str) -> bool {
    let word = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    };
    let dotted: Vec<&str> = connection.split('.').collect();
    let path: Vec<&str> = connection.split('/').collect();
    connection == "DEFAULT"
        || (dotted.len() == 3 && dotted.iter().all(word))
        || matches!(path.as_slice(), ["projects", a, "locations", b, "connections", c]
            if [a, b, c].into_iter().all(word))
}

fn valid_storage_uri(uri: &str) -> bool {
    uri.strip_prefix("gs://")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(bucket, path)| !bucket.is_empty() && !path.is_empty())
}
