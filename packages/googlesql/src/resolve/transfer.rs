//! `EXPORT DATA`, `LOAD DATA` and external tables: local files instead of Cloud Storage

use std::ops::Range;

use super::Resolver;
use super::define::{head, insert_all};
use super::options::Owner;
use super::query::{indent, over};
use super::settings::Settings;
use super::statement::{execute, qualified};
use crate::metadata::TableMetadata;
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{
    Analyzed, Column, Effect, Error, ExportModel, PhysicalName, Relation, Type, quote_identifier,
    quote_string,
};

impl Resolver<'_> {
    pub fn export(&self, sql: &str, export: &parsed::Export) -> Result<Analyzed, Error> {
        let settings = Settings {
            options: &export.options,
            span: export.span.clone(),
        };
        self.stored_options(sql, &export.options, Owner::Export)?;
        let uri = settings.text("uri", self)?.ok_or_else(|| {
            self.invalid("EXPORT DATA needs the option `uri`", export.span.clone())
        })?;
        let place = settings
            .get("uri")
            .map_or(export.span.clone(), |option| option.span.clone());
        if uri.matches('*').count() > 1 {
            return Err(self.invalid("a URI has one `*` at most", place));
        }
        let file = self.catalog.file(&uri, place.clone())?;
        let file = file.replace('*', "000000000000");
        let format = settings
            .text("format", self)?
            .unwrap_or_else(|| "CSV".to_owned());
        let relation = self.relation(&export.query)?;
        let (rows, mut options) = match format.to_uppercase().as_str() {
            "CSV" => {
                let delimiter = settings.text("field_delimiter", self)?;
                let delimiter = delimiter
                    .unwrap_or_else(|| ",".to_owned())
                    .replace("tab", "\t");
                let header = settings.bool("header", true);
                let options = format!(
                    "FORMAT csv, HEADER {header}, DELIMITER {}",
                    quote_string(&delimiter)
                );
                (self.exported_texts(&relation, &place)?, options)
            }
            "JSON" | "NEWLINE_DELIMITED_JSON" => {
                (self.exported_json(&relation)?, "FORMAT json".to_owned())
            }
            "PARQUET" => {
                let unfit = relation.columns.iter().find(|column| {
                    matches!(
                        column.ty,
                        Type::Interval | Type::BigNumeric | Type::Range(_)
                    )
                });
                if let Some(column) = unfit {
                    return Err(self.unsupported(format!("{} in Parquet", column.ty), place));
                }
                (relation.sql.clone(), "FORMAT parquet".to_owned())
            }
            other => return Err(self.unsupported(format!("the format {other}"), place)),
        };
        if let Some(compression) = settings.text("compression", self)? {
            options.push_str(&format!(
                ", COMPRESSION {}",
                quote_string(&compression.to_lowercase())
            ));
        }
        let copy = format!(
            "COPY (\n{}\n) TO {} ({options})",
            indent(&rows),
            quote_string(&file)
        );
        let mut statements = Vec::new();
        if !settings.bool("overwrite", false) {
            let message = format!("the file {file} exists; OPTIONS(overwrite = true) replaces it");
            statements.push(format!(
                "SELECT CASE WHEN count(*) > 0 THEN CAST(gs_error({}) AS BOOLEAN) END FROM glob({})",
                quote_string(&message),
                quote_string(&file)
            ));
        }
        statements.push(copy);
        Ok(execute(statements, Effect::Export { file }))
    }

    pub fn export_model(&self, sql: &str, export: &parsed::ExportModel) -> Result<Analyzed, Error> {
        let settings = Settings {
            options: &export.options,
            span: export.span.clone(),
        };
        self.stored_options(sql, &export.options, Owner::ModelExport)?;
        let uri = settings.text("uri", self)?.ok_or_else(|| {
            self.invalid("EXPORT MODEL needs the option `uri`", export.span.clone())
                .help("such as `OPTIONS(uri = 'gs://bucket/folder')`, or a path on this machine")
        })?;
        let trial = match settings.get("trial_id") {
            Some(option) => match self.constant(&option.value)? {
                crate::Value::Int64(trial) => Some(trial),
                _ => None,
            },
            None => None,
        };
        Ok(Analyzed::ExportModel(ExportModel {
            model: self.physical(&export.path)?,
            uri,
            format: settings.text("format", self)?,
            trial,
            span: export.span.clone(),
        }))
    }

    /// Rows as CSV has them: every value in GoogleSQL's text
    fn exported_texts(&self, relation: &Relation, span: &Range<usize>) -> Result<String, Error> {
        let alias = self.fresh("q");
        let mut items = Vec::new();
        for column in &relation.columns {
            let name = quote_identifier(&column.name);
            let value = Typed::column(column.ty.clone(), &alias, &column.name, span.clone());
            let text = match &column.ty {
                Type::Array(_) | Type::Struct(_) => {
                    let message = format!(
                        "column `{}` is {}, which CSV cannot hold",
                        column.name, column.ty
                    );
                    return Err(self.invalid(message, span.clone()));
                }
                Type::Bytes => Typed::apply(Type::String, "base64($0)", vec![value], span.clone()),
                Type::Timestamp => Typed::apply(
                    Type::String,
                    "regexp_replace(strftime(CAST($0 AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f'), '[.]?0*$', '') || ' UTC'",
                    vec![value],
                    span.clone(),
                ),
                Type::Json => Typed::apply(
                    Type::String,
                    "CAST($0 AS VARCHAR)",
                    vec![value],
                    span.clone(),
                ),
                _ => self.cast(value, &Type::String, false)?,
            };
            items.push(format!("{} AS {name}", text.sql()));
        }
        Ok(over(&items, &relation.sql, &alias))
    }

    /// Rows as BigQuery's JSON has them: INT64 and NUMERIC as texts, no member for NULL
    fn exported_json(&self, relation: &Relation) -> Result<String, Error> {
        let alias = self.fresh("q");
        let mut items = Vec::new();
        for column in &relation.columns {
            let value = Typed::column(column.ty.clone(), &alias, &column.name, self.whole.clone());
            let value = self.json_value(value)?;
            items.push(format!(
                "{} AS {}",
                value.sql(),
                quote_identifier(&column.name)
            ));
        }
        Ok(over(&items, &relation.sql, &alias))
    }

    fn json_value(&self, value: Typed) -> Result<Typed, Error> {
        let span = value.span.clone();
        Ok(match value.ty.clone() {
            Type::Bool | Type::Float64 | Type::String | Type::Json => value,
            Type::Bytes => Typed::apply(Type::String, "base64($0)", vec![value], span),
            Type::Timestamp => Typed::apply(
                Type::String,
                "regexp_replace(strftime(CAST($0 AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f'), '[.]?0*$', '') || ' UTC'",
                vec![value],
                span,
            ),
            Type::Array(_) | Type::Struct(_) => {
                self.part_by_part(value, &mut |part| self.json_value(part))?
            }
            _ => self.cast(value, &Type::String, false)?,
        })
    }

    pub fn load(&self, sql: &str, load: &parsed::Load) -> Result<Analyzed, Error> {
        let settings = Settings {
            options: &load.files,
            span: load.span.clone(),
        };
        self.stored_options(sql, &load.files, Owner::Files)?;
        let table = &load.table;
        let name = self.physical(&table.path)?;
        let known = self.catalog.stored(&name, table.path.span.clone())?;
        let declared = self.declared_columns(&table.columns)?;
        let before = match (&known, load.overwrite) {
            (Some(stored), false) => {
                let columns = stored.columns.iter().map(|one| one.column.clone());
                columns.collect()
            }
            _ => declared.clone(),
        };
        let rows = self.read_files(&settings, &before)?;
        let limits = match declared.is_empty() {
            true => self.changeable(&table.path)?.1,
            false => self.declared_limits(&table.columns)?,
        };
        let rows = self.held_rows(self.stored_rows(rows), &limits);
        let mut statements = Vec::new();
        if known.is_none() || load.overwrite {
            let metadata = self.table_metadata(sql, table, &rows.columns, Owner::Table)?;
            let replacing = parsed::CreateTable {
                or_replace: load.overwrite,
                ..table.clone()
            };
            let lines = match declared.is_empty() {
                true => rows.columns.iter().map(written).collect(),
                false => self.written_columns(&table.columns, &declared)?,
            };
            statements.push(format!(
                "{} (\n{}\n)",
                head(&replacing, &name),
                lines.join(",\n")
            ));
            self.comments(sql, &name, &metadata, &table.columns, &mut statements)?;
        }
        statements.push(insert_all(&name, &rows.columns, &rows.sql));
        Ok(execute(statements, Effect::Change(name)))
    }

    /// A view over files
    pub fn external_table(
        &self,
        sql: &str,
        table: &parsed::CreateTable,
        name: &PhysicalName,
    ) -> Result<Vec<String>, Error> {
        let settings = Settings {
            options: &table.options,
            span: table.path.span.clone(),
        };
        let declared = self.declared_columns(&table.columns)?;
        let rows = self.read_files(&settings, &declared)?;
        if table.folders {
            return Err(self.unsupported("partition columns of files", table.path.span.clone()));
        }
        let metadata = TableMetadata {
            kind: Some("EXTERNAL".to_owned()),
            ..self.table_metadata(sql, table, &rows.columns, Owner::External)?
        };
        let head = match (table.or_replace, table.if_not_exists) {
            (true, _) => "CREATE OR REPLACE VIEW",
            (false, true) => "CREATE VIEW IF NOT EXISTS",
            (false, false) => "CREATE VIEW",
        };
        Ok(vec![
            format!("{head} {} AS\n{}", qualified(name), rows.sql),
            metadata.statement(name, true),
        ])
    }

    /// The rows of files, with these columns or, if there are none, with those found
    fn read_files(&self, settings: &Settings, columns: &[Column]) -> Result<Relation, Error> {
        settings.only(
            &[
                "format",
                "uris",
                "skip_leading_rows",
                "field_delimiter",
                "null_marker",
                "quote",
                "allow_quoted_newlines",
                "autodetect",
                "compression",
                "description",
                "labels",
                "friendly_name",
                "encoding",
            ],
            self,
        )?;
        let uris = settings.texts("uris", self)?;
        if uris.is_empty() {
            return Err(self.invalid("the option `uris` names no file", settings.span.clone()));
        }
        let mut files = Vec::new();
        for (uri, span) in &uris {
            files.push(quote_string(&self.catalog.file(uri, span.clone())?));
        }
        let files = format!("[{}]", files.join(", "));
        let format = settings
            .text("format", self)?
            .unwrap_or_default()
            .to_uppercase();
        match format.as_str() {
            "CSV" => self.read_csv(settings, &files, columns),
            "JSON" | "NEWLINE_DELIMITED_JSON" | "PARQUET" => {
                let function = if format == "PARQUET" {
                    "read_parquet"
                } else {
                    "read_json"
                };
                let from = format!("{function}({files}, union_by_name = true)");
                self.read_typed(&from, columns, settings, format != "PARQUET")
            }
            "" => Err(self.invalid("the option `format` is missing", settings.span.clone())),
            other => Err(self.unsupported(format!("the format {other}"), settings.span.clone())),
        }
    }

    fn read_csv(
        &self,
        settings: &Settings,
        files: &str,
        columns: &[Column],
    ) -> Result<Relation, Error> {
        let mut options = String::new();
        if let Some(delimiter) = settings.text("field_delimiter", self)? {
            let delimiter = match delimiter.as_str() {
                "tab" | "\\t" => "\t".to_owned(),
                _ => delimiter,
            };
            options.push_str(&format!(", delim = {}", quote_string(&delimiter)));
        } else {
            options.push_str(", delim = ','");
        }
        let quote = settings
            .text("quote", self)?
            .unwrap_or_else(|| "\"".to_owned());
        options.push_str(&format!(
            ", quote = {}, escape = {}",
            quote_string(&quote),
            quote_string(&quote)
        ));
        let null = settings.text("null_marker", self)?.unwrap_or_default();
        // an empty text in quotes is no NULL
        options.push_str(&format!(
            ", nullstr = {}, allow_quoted_nulls = false",
            quote_string(&null)
        ));
        let skip = settings.number("skip_leading_rows", self)?;
        if columns.is_empty() {
            let from = self.detected_csv(settings, files, &options, skip)?;
            return self.read_typed(&from, columns, settings, true);
        }
        let names: Vec<_> = columns
            .iter()
            .map(|column| format!("{}: 'VARCHAR'", quote_string(&column.name)))
            .collect();
        let from = format!(
            "read_csv({files}, header = false, skip = {skip}, auto_detect = false, strict_mode = true, \
             columns = {{{}}}{options})",
            names.join(", ")
        );
        let alias = self.fresh("file");
        let mut items = Vec::new();
        for column in columns {
            let value = Typed::column(Type::String, &alias, &column.name, settings.span.clone());
            let value = match &column.ty {
                Type::Bytes => Typed::apply(
                    Type::Bytes,
                    "from_base64($0)",
                    vec![value],
                    settings.span.clone(),
                ),
                Type::Json => Typed::apply(
                    Type::Json,
                    "CAST($0 AS JSON)",
                    vec![value],
                    settings.span.clone(),
                ),
                Type::Bool => {
                    let words = Typed::apply(
                        Type::String,
                        "CASE WHEN lower($0) IN ('t', 'y', 'yes', '1') THEN 'true' \
                         WHEN lower($0) IN ('f', 'n', 'no', '0') THEN 'false' ELSE $0 END",
                        vec![value],
                        settings.span.clone(),
                    );
                    self.cast(words, &Type::Bool, false)?
                }
                Type::Array(_) | Type::Struct(_) => {
                    let message = format!(
                        "column `{}` is {}, which CSV cannot hold",
                        column.name, column.ty
                    );
                    return Err(self.invalid(message, settings.span.clone()));
                }
                ty => self.cast(value, ty, false)?,
            };
            items.push(format!(
                "{} AS {}",
                value.into_exact().sql(),
                quote_identifier(&column.name)
            ));
        }
        Ok(Relation {
            sql: format!(
                "SELECT {}\nFROM {from} AS {}",
                items.join(", "),
                quote_identifier(&alias)
            ),
            columns: columns.to_vec(),
        })
    }

    /// The reader of CSV files whose columns are to be found out. A first line of texts is a header where the
    /// lines after it have other types; without one, columns are named after their types
    ///
    /// <https://cloud.google.com/bigquery/docs/schema-detect#csv_header>
    fn detected_csv(
        &self,
        settings: &Settings,
        files: &str,
        options: &str,
        skip: i64,
    ) -> Result<String, Error> {
        let reader = |header: bool, skip: i64, names: &str| {
            format!(
                "read_csv({files}, header = {header}, skip = {skip}, strict_mode = true{options}{names})"
            )
        };
        let told = settings.get("skip_leading_rows").is_some();
        let first = (skip - 1).max(0);
        let types = |from: &str| -> Result<Vec<Type>, Error> {
            let found = self
                .catalog
                .described(from, true, settings.span.clone())?
                .columns;
            Ok(found.into_iter().map(|column| column.ty).collect())
        };
        if !told || skip > 0 {
            let headed = types(&reader(true, first, ""))?;
            let whole = types(&reader(false, first, ""))?;
            let texts = |types: &[Type]| types.iter().all(|ty| *ty == Type::String);
            if texts(&whole) && !texts(&headed) {
                return Ok(reader(true, first, ""));
            }
        }
        let names: Vec<String> = types(&reader(false, skip, ""))?
            .iter()
            .enumerate()
            .map(|(at, ty)| {
                let ty = match ty {
                    Type::Float64 => "double".to_owned(),
                    other => other.to_string().to_lowercase(),
                };
                quote_string(&format!("{ty}_field_{at}"))
            })
            .collect();
        let names = format!(", names = [{}]", names.join(", "));
        Ok(reader(false, skip, &names))
    }

    /// Rows of files that know their types, by name
    fn read_typed(
        &self,
        from: &str,
        columns: &[Column],
        settings: &Settings,
        texts: bool,
    ) -> Result<Relation, Error> {
        let span = &settings.span;
        let found = self.catalog.described(from, texts, span.clone())?;
        let wanted = if columns.is_empty() {
            &found.columns
        } else {
            columns
        };
        let mut items = Vec::new();
        for column in wanted {
            let name = quote_identifier(&column.name);
            let source = found
                .columns
                .iter()
                .find(|other| super::scope::same(&other.name, &column.name));
            let Some(source) = source else {
                let ty = column.ty.duckdb();
                items.push(format!("CAST(NULL AS {ty}) AS {name}"));
                continue;
            };
            let value = Typed::column(source.ty.clone(), "", &source.name, span.clone());
            let value = match (source.ty == column.ty, texts && source.ty == Type::String) {
                (true, _) => value,
                (false, true) if column.ty == Type::Bytes => {
                    Typed::apply(Type::Bytes, "from_base64($0)", vec![value], span.clone())
                }
                (false, true) => self.cast(value, &column.ty, false)?,
                (false, false) => self.assign(value, &column.ty, &column.name)?,
            };
            items.push(format!("{} AS {name}", value.into_exact().sql()));
        }
        Ok(Relation {
            sql: format!("SELECT {}\nFROM {}", items.join(", "), found.sql),
            columns: wanted.to_vec(),
        })
    }
}

fn written(column: &Column) -> String {
    format!(
        "  {} {}",
        quote_identifier(&column.name),
        column.ty.duckdb()
    )
}
