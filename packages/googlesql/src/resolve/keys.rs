//! Primary and foreign keys of tables, which nothing enforces

use super::Resolver;
use super::scope::same;
use crate::metadata::{StoredKey, TableMetadata};
use crate::parse::statement as parsed;
use crate::{Column, Error, Type};

impl Resolver<'_> {
    /// Those of a `CREATE TABLE`, in the order of the text
    pub fn keys(
        &self,
        table: &parsed::CreateTable,
        columns: &[Column],
    ) -> Result<Vec<StoredKey>, Error> {
        let own = table.path.parts.last().map_or("", String::as_str);
        let mut keys = Vec::new();
        for spec in &table.columns {
            let column = std::slice::from_ref(&spec.name);
            if spec.primary {
                keys.push(self.key(own, None, column, None, columns, foreign_keys(&keys))?);
            }
            if let Some(reference) = &spec.references {
                keys.push(self.key(
                    own,
                    None,
                    column,
                    Some(reference),
                    columns,
                    foreign_keys(&keys),
                )?);
            }
        }
        for key in &table.keys {
            let (name, reference) = (key.name.as_ref(), key.references.as_ref());
            keys.push(self.key(
                own,
                name,
                &key.columns,
                reference,
                columns,
                foreign_keys(&keys),
            )?);
        }
        let primary = keys.iter().filter(|key| key.references.is_none()).count();
        match primary > 1 {
            true => Err(self.invalid(
                "a table has one primary key at most",
                table.path.span.clone(),
            )),
            false => Ok(keys),
        }
    }

    /// A key of the table `own`, named as BigQuery does where it has no name
    pub fn key(
        &self,
        own: &str,
        name: Option<&parsed::Name>,
        key: &[parsed::Name],
        reference: Option<&parsed::Reference>,
        all: &[Column],
        number: usize,
    ) -> Result<StoredKey, Error> {
        let columns = key
            .iter()
            .map(|column| Ok(self.column_of(all, column)?.name.clone()))
            .collect::<Result<Vec<_>, Error>>()?;
        if let Some(reference) = reference {
            self.referenced(own, &columns, reference, all)?;
        }
        let made_up = match reference {
            Some(_) => format!("{own}.fk${}", number + 1),
            None => format!("{own}.pk$"),
        };
        Ok(StoredKey {
            name: name.map_or(made_up, |name| format!("{own}.{}", name.text)),
            columns,
            references: reference.map(|reference| {
                let names = reference.columns.iter().map(|one| one.text.clone());
                (reference.path.parts.join("."), names.collect())
            }),
        })
    }

    /// Checks that a foreign key's columns fit those of the primary key that it refers to
    fn referenced(
        &self,
        own: &str,
        columns: &[String],
        reference: &parsed::Reference,
        all: &[Column],
    ) -> Result<(), Error> {
        let path = &reference.path;
        if path.last() == own {
            return Ok(());
        }
        let found = self.catalog.table(&path.parts, path.span.clone());
        let table = match found {
            // what is only checked may stand in no warehouse yet
            Err(_) if self.findings.is_some() => return Ok(()),
            found => found?,
        };
        let types = |name: &str| {
            let column = all.iter().find(|column| same(&column.name, name));
            column.map(|column| &column.ty)
        };
        if columns.len() != reference.columns.len() {
            let message = "a foreign key has as many columns as the key that it refers to";
            return Err(self.invalid(message, path.span.clone()));
        }
        for (column, name) in columns.iter().zip(&reference.columns) {
            let target = self.column_of(&table.columns, name)?;
            let known = target.ty.is_known() && types(column).is_some_and(Type::is_known);
            if known && types(column) != Some(&target.ty) {
                let message = format!(
                    "column `{}` is {}, and `{column}`, which refers to it, is not",
                    name.text, target.ty
                );
                return Err(self.mismatch(message, name.span.clone()));
            }
        }
        let stored = self
            .catalog
            .stored(&self.physical(path)?, path.span.clone())?;
        let Some(stored) = stored else {
            return Ok(());
        };
        let keys = TableMetadata::read(stored.comment.as_deref()).keys;
        let primary = keys.iter().find(|key| key.references.is_none());
        let fits = primary.is_some_and(|key| {
            key.columns.len() == reference.columns.len()
                && key
                    .columns
                    .iter()
                    .all(|own| reference.columns.iter().any(|name| same(own, &name.text)))
        });
        match fits {
            true => Ok(()),
            false => {
                let message = format!(
                    "a foreign key refers to a primary key, which `{}` does not have with these columns",
                    path.parts.join(".")
                );
                Err(self.invalid(message, path.span.clone()))
            }
        }
    }
}

/// How many of the keys refer to other tables
pub fn foreign_keys(keys: &[StoredKey]) -> usize {
    keys.iter().filter(|key| key.references.is_some()).count()
}
