//! `OPTIONS` of tables, views, columns and datasets: which there are, and their types

use diagnostic::did_you_mean;

use super::Resolver;
use super::coerce::cost;
use super::scope::{Scope, same};
use crate::metadata::StoredOption;
use crate::parse::statement as parsed;
use crate::{Error, Type};

/// What options belong to
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Table,
    View,
    Column,
    Schema,
    External,
    Function,
    Export,
    ModelExport,
    Files,
}

/// `name TYPE` pairs for each owner; `PAIRS` is `ARRAY<STRUCT<STRING, STRING>>`
///
/// <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language>
const OPTIONS: &[(Owner, &str)] = &[
    (
        Owner::Table,
        "expiration_timestamp TIMESTAMP, partition_expiration_days FLOAT64, require_partition_filter BOOL, \
         kms_key_name STRING, friendly_name STRING, description STRING, labels PAIRS, default_rounding_mode STRING, \
         enable_change_history BOOL, max_staleness INTERVAL, enable_fine_grained_mutations BOOL, storage_uri STRING, \
         file_format STRING, table_format STRING, tags PAIRS",
    ),
    (
        Owner::View,
        "expiration_timestamp TIMESTAMP, friendly_name STRING, description STRING, labels PAIRS, privacy_policy STRING, \
         tags PAIRS, enable_refresh BOOL, refresh_interval_minutes FLOAT64, max_staleness INTERVAL, \
         allow_non_incremental_definition BOOL, kms_key_name STRING",
    ),
    (
        Owner::Column,
        "description STRING, rounding_mode STRING, policy_tags STRINGS, data_policies STRINGS",
    ),
    (
        Owner::Schema,
        "default_kms_key_name STRING, default_partition_expiration_days FLOAT64, default_rounding_mode STRING, \
         default_table_expiration_days FLOAT64, description STRING, failover_reservation STRING, friendly_name STRING, \
         is_case_insensitive BOOL, is_primary BOOL, labels PAIRS, location STRING, max_time_travel_hours INT64, \
         primary_replica STRING, storage_billing_model STRING, tags PAIRS",
    ),
    (
        Owner::External,
        "allow_jagged_rows BOOL, allow_quoted_newlines BOOL, compression STRING, description STRING, \
         enable_logical_types BOOL, encoding STRING, expiration_timestamp TIMESTAMP, field_delimiter STRING, \
         format STRING, friendly_name STRING, hive_partition_uri_prefix STRING, ignore_unknown_values BOOL, \
         labels PAIRS, max_bad_records INT64, null_marker STRING, null_markers STRINGS, quote STRING, \
         preserve_ascii_control_characters BOOL, require_hive_partition_filter BOOL, skip_leading_rows INT64, uris STRINGS, \
         tags PAIRS",
    ),
    (
        Owner::Function,
        "description STRING, library STRINGS, data_governance_type STRING",
    ),
    (
        Owner::Export,
        "compression STRING, field_delimiter STRING, format STRING, header BOOL, overwrite BOOL, uri STRING, \
         use_avro_logical_types BOOL",
    ),
    (
        Owner::ModelExport,
        "format STRING, trial_id INT64, uri STRING",
    ),
    (
        Owner::Files,
        "allow_jagged_rows BOOL, allow_quoted_newlines BOOL, compression STRING, encoding STRING, field_delimiter STRING, \
         format STRING, ignore_unknown_values BOOL, max_bad_records INT64, null_marker STRING, null_markers STRINGS, \
         preserve_ascii_control_characters BOOL, quote STRING, skip_leading_rows INT64, uris STRINGS, \
         enable_logical_types BOOL, hive_partition_uri_prefix STRING, autodetect BOOL",
    ),
];

impl Resolver<'_> {
    /// Checks options and gives them as they are kept; `NULL` values too
    pub fn stored_options(
        &self,
        sql: &str,
        options: &[parsed::OptionItem],
        owner: Owner,
    ) -> Result<Vec<StoredOption>, Error> {
        let mut stored: Vec<StoredOption> = Vec::new();
        for option in options {
            let name = option.name.text.to_lowercase();
            if stored.iter().any(|other| other.name == name) {
                let message = format!("option `{name}` is given twice");
                return Err(self.invalid(message, option.name.span.clone()));
            }
            let ty = self.option_type(option, owner)?;
            let value = self.expression(&option.value, &Scope::default())?;
            if cost(&value, &ty).is_none() {
                let message = format!("option `{name}` is {ty}, the value is {}", value.ty);
                return Err(self.mismatch(message, option.span.clone()));
            }
            let text = sql.get(option.span.clone()).unwrap_or_default();
            let text = text.split_once('=').map_or(text, |(_, value)| value.trim());
            stored.push(StoredOption {
                name,
                ty: ty.to_string(),
                value: text.to_owned(),
            });
        }
        Ok(stored)
    }

    fn option_type(&self, option: &parsed::OptionItem, owner: Owner) -> Result<Type, Error> {
        let known = || {
            OPTIONS
                .iter()
                .filter(|(other, _)| *other == owner)
                .flat_map(|(_, list)| list.split(", "))
                .filter_map(|pair| pair.trim().split_once(' '))
        };
        let name = &option.name.text;
        match known().find(|(own, _)| same(own, name)) {
            Some((_, ty)) => Ok(named_type(ty)),
            None => {
                let message = format!("no option `{name}` here");
                let error = self.invalid(message, option.name.span.clone());
                Err(match did_you_mean(name, known().map(|(own, _)| own)) {
                    Some(help) => error.help(help),
                    None => error,
                })
            }
        }
    }
}

fn named_type(name: &str) -> Type {
    match name {
        "BOOL" => Type::Bool,
        "INT64" => Type::Int64,
        "FLOAT64" => Type::Float64,
        "TIMESTAMP" => Type::Timestamp,
        "INTERVAL" => Type::Interval,
        "STRINGS" => Type::Array(Box::new(Type::String)),
        "PAIRS" => {
            let field = |ty| crate::Field { name: None, ty };
            let pair = vec![field(Type::String), field(Type::String)];
            Type::Array(Box::new(Type::Struct(pair)))
        }
        _ => Type::String,
    }
}

/// The options after some were set; a value of NULL takes one away
pub fn merged(before: Vec<StoredOption>, set: Vec<StoredOption>) -> Vec<StoredOption> {
    let mut options = before;
    for option in set {
        options.retain(|other| other.name != option.name);
        if !option.value.eq_ignore_ascii_case("NULL") {
            options.push(option);
        }
    }
    options.sort_by(|left, right| left.name.cmp(&right.name));
    options
}
