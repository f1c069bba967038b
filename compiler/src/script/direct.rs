//! Defines the actions of SQLX files without a module of JavaScript: what is not plain in them is expressions

use rquickjs::Value as JsValue;

use super::convert::from_js;
use super::expressions::{Expressions, Form};
use super::natives::named;
use super::shared::{Shared, SqlxModule};
use crate::action::{SqlxBlock, SqlxBlocks, create_sqlx};
use crate::sqlx::{
    Draft, Expression, Statement, TemplatePart, base_name, constant, parse_config, template,
};
use crate::value::{Object, Value};

/// A SQLX file whose config and SQL are known up to the values of expressions
struct Plain {
    config: Option<Draft>,
    blocks: SqlxBlocks,
}

/// Defines the action of a SQLX file, or does nothing and gives false where that takes a module.
///
/// # Errors
/// What an expression in the config throws, and which.
pub fn define<'js>(
    shared: &Shared,
    expressions: &Expressions<'js>,
    path: &str,
    module: &SqlxModule,
) -> Result<bool, (rquickjs::Error, Expression)> {
    let Some(mut plain) = plain(module) else {
        return Ok(false);
    };
    let file = expressions.file(path);
    if let Some(config) = &mut plain.config {
        config.visit(&mut |expression, spread| {
            let form = if spread { Form::Spread } else { Form::Value };
            expressions.register(expression, file, form);
        });
    }
    for part in parts(&mut plain.blocks) {
        if let TemplatePart::Expression(expression) = part {
            expressions.register(expression, file, Form::Text);
        }
    }
    if !expressions.compile() {
        return Ok(false);
    }
    shared.defined.borrow_mut().insert(path.to_owned());
    shared.session.borrow_mut().files.push(path.to_owned());
    let config = match plain.config {
        Some(draft) => config_value(expressions, draft),
        None => Ok(Value::Object(Object::default())),
    };
    let given = match config {
        Ok(given) => given,
        Err(error) => {
            shared.defined.borrow_mut().remove(path);
            return Err(error);
        }
    };
    let mut config = named(base_name(path));
    if let Value::Object(given) = given {
        let own = config.into_entries().into_iter();
        config = Object::from_entries(own.chain(given.into_entries()));
    }
    let mut session = shared.session.borrow_mut();
    let created = create_sqlx(
        &mut session,
        &module.parts,
        Value::Object(config),
        plain.blocks,
    );
    session.files.pop();
    if let Err(raise) = created {
        session.report_raise(raise, path);
    }
    Ok(true)
}

/// The value of a config; all expressions are evaluated before any of their values is looked into
fn config_value(
    expressions: &Expressions<'_>,
    mut draft: Draft,
) -> Result<Value, (rquickjs::Error, Expression)> {
    let mut values: Vec<JsValue<'_>> = Vec::new();
    let mut last = Expression::default();
    let mut failed = None;
    draft.visit(&mut |expression, _| {
        if failed.is_none() {
            match expressions.value(expression, None) {
                Ok(value) => values.push(value),
                Err(error) => failed = Some((error, expression.clone())),
            }
            last.clone_from(expression);
        }
    });
    if let Some(failed) = failed {
        return Err(failed);
    }
    let values: rquickjs::Result<Vec<Value>> = values.iter().map(from_js).collect();
    match values {
        Ok(values) => Ok(draft.fill(&mut values.into_iter())),
        Err(error) => Err((error, last)),
    }
}

fn plain(module: &SqlxModule) -> Option<Plain> {
    let (text, parts) = (&*module.text, &module.parts);
    if !parts.javascript.is_empty() {
        return None;
    }
    let config = match &parts.config {
        // objects of others are changed: by the module, which has them
        Some(span) => {
            let config = parse_config(text, span.start, span.end)?;
            (!config.lends()).then_some(Some(config))?
        }
        None => None,
    };
    let block = |statements: &Option<Vec<Statement>>| match statements {
        Some(statements) => templates(text, statements).map(Some),
        None => Some(None),
    };
    let blocks = SqlxBlocks {
        query: templates(text, &parts.statements)?,
        where_clause: block(&parts.incremental_where)?,
        pre_operations: block(&parts.pre_operations)?,
        post_operations: block(&parts.post_operations)?,
        inputs: parts
            .inputs
            .iter()
            .map(|input| templates(text, &input.statements))
            .collect::<Option<_>>()?,
    };
    let mut plain = Plain { config, blocks };
    let dynamic =
        self::parts(&mut plain.blocks).any(|part| matches!(part, TemplatePart::Expression(_)));
    let incremental =
        self::parts(&mut plain.blocks).any(|part| matches!(part, TemplatePart::Incremental));
    let action_type = action_type(plain.config.as_ref());
    // the SQL of tests has no context of an action's, and only that of tables knows of incremental runs:
    // the module's calls lead to the place of what is not there
    let tests = dynamic && action_type.is_none_or(|name| name == "test");
    let lost = dynamic && incremental && !action_type.is_some_and(is_dataset);
    let varying = plain.blocks.inputs.iter().any(|input| match input {
        SqlxBlock::Templates(statements) => {
            statements.iter().any(|parts| constant(parts).is_none())
        }
        SqlxBlock::Function { .. } => true,
    });
    (!tests && !lost && !varying).then_some(plain)
}

fn is_dataset(action_type: &str) -> bool {
    matches!(action_type, "table" | "view" | "incremental")
}

/// The type in a config, if it is known
fn action_type(config: Option<&Draft>) -> Option<&str> {
    match config {
        None => Some("operations"),
        Some(Draft::Known(config)) => match config.get("type") {
            None => Some("operations"),
            Some(known) => known.as_str(),
        },
        Some(config) => config.named("type"),
    }
}

fn templates(text: &str, statements: &[Statement]) -> Option<SqlxBlock> {
    statements
        .iter()
        .map(|statement| template(text, statement))
        .collect::<Option<_>>()
        .map(SqlxBlock::Templates)
}

/// The parts of every statement
fn parts(blocks: &mut SqlxBlocks) -> impl Iterator<Item = &mut TemplatePart> {
    let SqlxBlocks {
        query,
        where_clause,
        pre_operations,
        post_operations,
        inputs,
    } = blocks;
    [query]
        .into_iter()
        .chain(where_clause)
        .chain(pre_operations)
        .chain(post_operations)
        .chain(inputs)
        .filter_map(|block| match block {
            SqlxBlock::Templates(statements) => Some(statements),
            SqlxBlock::Function { .. } => None,
        })
        .flatten()
        .flatten()
}
