//! Options of tables on BigQuery: partitions, clusters, labels, Iceberg

use super::{Raise, Session};
use crate::graph::{BigQueryOptions, IcebergDefaults, Target};
use crate::value::Value;

/// The rules that differ between the types of tables
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// Partition options need a partition
    Table,
    /// They need none
    Incremental,
    /// No checks: what the method `bigquery` is given
    Unchecked,
}

impl Session {
    /// The options of a table or incremental table; `None` when nothing is set
    pub fn table_options(
        &mut self,
        config: &Value,
        rules: Rules,
        raw: &Target,
        target: &Target,
        file: Option<&str>,
    ) -> Result<Option<BigQueryOptions>, Raise> {
        let mut options = BigQueryOptions {
            partition_by: config
                .truthy("partitionBy")
                .and_then(|text| self.text(text)),
            cluster_by: self.list(config, "clusterBy"),
            update_partition_filter: config
                .truthy("updatePartitionFilter")
                .and_then(|text| self.text(text)),
            labels: self.map(config, "labels"),
            partition_expiration_days: config.truthy("partitionExpirationDays").map(whole),
            require_partition_filter: config.truthy("requirePartitionFilter").map(|_| true),
            additional_options: self.map(config, "additionalOptions"),
            incremental_predicates: self.list(config, "incrementalPredicates"),
            ..BigQueryOptions::default()
        };
        let preserve = match config.get("preserveGovernanceControls") {
            Some(value) => value.is_truthy(),
            None => self.config.preserve_governance_controls == Some(true),
        };
        options.preserve_governance_controls = preserve.then_some(true);
        if let Some(iceberg) = config.get("iceberg").filter(|value| value.is_truthy()) {
            self.iceberg(iceberg, target, &mut options)?;
        }
        if rules != Rules::Unchecked {
            self.check_partition(&options, rules, raw, file);
        }
        Ok((options != BigQueryOptions::default()).then_some(options))
    }

    /// The options of a view; `None` when nothing is set
    pub fn view_options(
        &mut self,
        config: &Value,
        raw: &Target,
        file: Option<&str>,
    ) -> Option<BigQueryOptions> {
        let partition_by = config
            .truthy("partitionBy")
            .and_then(|text| self.text(text));
        let cluster_by = self.list(config, "clusterBy");
        let labels = self.map(config, "labels");
        let additional_options = self.map(config, "additionalOptions");
        let divided = partition_by.is_some() || !cluster_by.is_empty();
        if divided && config.truthy("materialized").is_none() {
            self.report(
                "partitionBy/clusterBy can be applied only to materialized views",
                file.map(str::to_owned),
                Some(raw),
            );
        }
        (divided || !labels.is_empty() || !additional_options.is_empty()).then(|| BigQueryOptions {
            partition_by: Some(partition_by.unwrap_or_default()),
            cluster_by,
            labels,
            additional_options,
            ..BigQueryOptions::default()
        })
    }

    fn check_partition(
        &mut self,
        options: &BigQueryOptions,
        rules: Rules,
        raw: &Target,
        file: Option<&str>,
    ) {
        let mut report = |message: &str| {
            self.report(message, file.map(str::to_owned), Some(raw));
        };
        let filtered = options.require_partition_filter.is_some();
        let expires = options.partition_expiration_days.is_some();
        let divided = rules == Rules::Incremental || options.partition_by.is_some();
        if !divided && (filtered || expires) {
            report(
                "requirePartitionFilter/partitionExpirationDays are not valid for non partitioned BigQuery tables",
            );
        }
        if expires
            && options
                .additional_options
                .contains_key("partition_expiration_days")
        {
            report("partitionExpirationDays has been declared twice");
        }
        if filtered
            && options
                .additional_options
                .contains_key("require_partition_filter")
        {
            report("requirePartitionFilter has been declared twice");
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
