//! A close look at JavaScript: whether any of its functions could have an effect beyond itself

use std::collections::HashSet;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, ArrowFunctionExpression, AssignmentTargetPropertyIdentifier,
    AssignmentTargetPropertyProperty, AwaitExpression, BindingPattern, BindingProperty,
    CallExpression, Class, ComputedMemberExpression, Expression, ExpressionStatement,
    ForOfStatement, Function, IdentifierReference, ImportExpression, MemberExpression,
    NewExpression, ObjectProperty, ObjectPropertyKind, PropertyKey, RegExpFlags, RegExpLiteral,
    SimpleAssignmentTarget, SpreadElement, StaticMemberExpression, UnaryExpression, UnaryOperator,
    VariableDeclarator, WithStatement, YieldExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::{ScopeFlags, ScopeId, Scoping, SemanticBuilder, SymbolId};
use oxc_span::SourceType;

use super::names;

/// Looks at one module after another
pub struct Analyzer<'g> {
    allocator: Allocator,
    /// Names of includes
    globals: HashSet<&'g str>,
}

impl<'g> Analyzer<'g> {
    /// For modules that see these globals beside JavaScript's and Dataform's own
    pub fn new(globals: HashSet<&'g str>) -> Self {
        Self {
            allocator: Allocator::default(),
            globals,
        }
    }

    /// What effect the code of a module may have; `None` if it has none. What it does while it is loaded is no
    /// effect where it is loaded `early`, before all definitions, whatever those are
    pub fn effect(&mut self, code: &str, early: bool) -> Option<&'static str> {
        self.allocator.reset();
        let options = ParseOptions {
            allow_return_outside_function: true,
            ..ParseOptions::default()
        };
        let parsed = Parser::new(&self.allocator, code, SourceType::script())
            .with_options(options)
            .parse();
        if parsed.panicked || !parsed.diagnostics.is_empty() {
            return Some("its JavaScript is not understood");
        }
        let scoping = SemanticBuilder::new()
            .build(&parsed.program)
            .semantic
            .into_scoping();
        let mut walker = Walker {
            globals: &self.globals,
            running: vec![vec![scoping.root_scope_id()]],
            scoping: &scoping,
            early,
            fresh: HashSet::new(),
            statement_call: false,
            read_at_once: false,
            effect: None,
        };
        walker.visit_program(&parsed.program);
        walker.effect
    }
}

struct Walker<'s> {
    globals: &'s HashSet<&'s str>,
    scoping: &'s Scoping,
    /// The functions around the place that is looked at, outermost first, each with the callbacks in it that
    /// run as a part of it
    running: Vec<Vec<ScopeId>>,
    /// Whether the module is loaded before all definitions
    early: bool,
    /// Variables that only ever hold a value made by the function that declares them
    fresh: HashSet<SymbolId>,
    /// Whether the next call is a statement, so that its value is lost
    statement_call: bool,
    /// Whether the value of the next call is read at once and lost
    read_at_once: bool,
    effect: Option<&'static str>,
}

const ELSEWHERE: &str = "it changes a variable of another scope";
const SHARED: &str = "it may change a value that others see";
const UNKNOWN: &str = "it uses a part of JavaScript that is not followed";

impl Walker<'_> {
    fn found(&mut self, effect: &'static str) {
        self.effect.get_or_insert(effect);
    }

    fn symbol(&self, identifier: &IdentifierReference<'_>) -> Option<SymbolId> {
        let reference = identifier.reference_id.get()?;
        self.scoping.get_reference(reference).symbol_id()
    }

    fn is_global(&self, expression: &Expression<'_>, names: &[&str]) -> bool {
        matches!(expression, Expression::Identifier(identifier)
            if names.contains(&identifier.name.as_str()) && self.symbol(identifier).is_none())
    }

    fn while_loading(&self) -> bool {
        self.running.len() == 1
    }

    /// Whether it runs once, before anything that could notice
    fn is_early(&self) -> bool {
        self.early && self.while_loading()
    }

    /// Whether a variable belongs to the function that runs
    fn is_own(&self, symbol: SymbolId) -> bool {
        let mut scope = self.scoping.symbol_scope_id(symbol);
        while !self.scoping.scope_flags(scope).is_var() {
            match self.scoping.scope_parent_id(scope) {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        self.running
            .last()
            .is_some_and(|scopes| scopes.contains(&scope))
    }

    fn write_variable(&mut self, identifier: &IdentifierReference<'_>) {
        let own = match self.symbol(identifier) {
            Some(symbol) => self.is_own(symbol),
            None => identifier.name == "exports" && self.while_loading(),
        };
        if !own && !self.is_early() {
            self.found(ELSEWHERE);
        }
    }

    /// Whether a value was made by the function that runs, and is nobody else's yet
    fn is_made_here(&self, value: &Expression<'_>) -> bool {
        match value.without_parentheses() {
            Expression::ObjectExpression(_) | Expression::ArrayExpression(_) => true,
            Expression::NewExpression(new) => {
                let makers = ["Map", "Set", "WeakMap", "WeakSet", "Array", "Date"];
                self.is_global(&new.callee, &makers)
            }
            Expression::CallExpression(call) => self.makes_value(call),
            Expression::Identifier(identifier) => self
                .symbol(identifier)
                .is_some_and(|symbol| self.fresh.contains(&symbol) && self.is_own(symbol)),
            _ => false,
        }
    }

    fn makes_value(&self, call: &CallExpression<'_>) -> bool {
        let Expression::StaticMemberExpression(callee) = &call.callee else {
            return self.is_global(&call.callee, &["Array", "structuredClone"]);
        };
        let name = callee.property.name.as_str();
        let of = |globals: &[&str]| self.is_global(&callee.object, globals);
        match name {
            "keys" | "values" | "entries" | "fromEntries" => of(&["Object"]),
            "assign" => of(&["Object"]) && self.first_is_made_here(call),
            "from" | "of" => of(&["Array"]),
            "parse" => of(&["JSON"]),
            "forEach" => false,
            name => names::is_array_method(name),
        }
    }

    fn first_is_made_here(&self, call: &CallExpression<'_>) -> bool {
        let first = call.arguments.first().and_then(Argument::as_expression);
        first.is_some_and(|first| self.is_made_here(first))
    }

    /// Whether properties of a value may be written
    fn check_owner(&mut self, object: &Expression<'_>) {
        let export = match object {
            Expression::StaticMemberExpression(member) => {
                member.property.name == "exports" && self.is_global(&member.object, &["module"])
            }
            object => self.is_global(object, &["module", "exports"]),
        };
        let own = (export && self.while_loading()) || self.is_made_here(object);
        if !own && !self.is_early() {
            self.found(SHARED);
        }
    }

    fn check_target(&mut self, target: &MemberExpression<'_>) {
        match target {
            MemberExpression::StaticMemberExpression(member) => {
                let name = member.property.name.as_str();
                if names::is_mutator(name) || names::is_array_method(name) {
                    self.found(SHARED);
                }
                self.check_owner(&member.object);
            }
            MemberExpression::ComputedMemberExpression(member) => self.check_owner(&member.object),
            MemberExpression::PrivateFieldExpression(_) => self.found(UNKNOWN),
        }
    }

    /// Whether a call of a method that changes its object is of one that was made here
    fn changes_own(&self, call: &CallExpression<'_>) -> bool {
        let Expression::StaticMemberExpression(callee) = &call.callee else {
            return false;
        };
        let early = self.is_early();
        match callee.property.name.as_str() {
            "assign" | "freeze" | "seal" => {
                self.is_global(&callee.object, &["Object"])
                    && (early || self.first_is_made_here(call))
            }
            "test" | "exec" => matches!(&callee.object, Expression::RegExpLiteral(literal)
                if !remembers(literal)),
            name => {
                names::changes_only_its_object(name) && (early || self.is_made_here(&callee.object))
            }
        }
    }

    fn check_new_key(&mut self, key: &PropertyKey<'_>, value: &Expression<'_>) {
        let data = matches!(
            value,
            Expression::StringLiteral(_)
                | Expression::TemplateLiteral(_)
                | Expression::NumericLiteral(_)
                | Expression::BooleanLiteral(_)
                | Expression::NullLiteral(_)
                | Expression::ObjectExpression(_)
                | Expression::ArrayExpression(_)
        );
        match key.static_name() {
            Some(name) if name == "__proto__" => self.found(UNKNOWN),
            Some(name) if names::is_taken_apart(&name) => {
                let made = match value.without_parentheses() {
                    Expression::ObjectExpression(_) => name != "rowConditions",
                    Expression::ArrayExpression(_) => true,
                    value => name == "rowConditions" && self.is_made_here(value),
                };
                if !made {
                    self.found(SHARED);
                }
            }
            Some(name) if names::is_array_method(&name) && !data => self.found(UNKNOWN),
            None if matches!(
                value,
                Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)
            ) =>
            {
                self.found(UNKNOWN);
            }
            _ => {}
        }
    }

    /// Whether a config has but values in it that stand where it stands
    fn is_config(config: &Expression<'_>) -> bool {
        match config.without_parentheses() {
            Expression::ObjectExpression(object) => {
                object.properties.iter().all(|property| match property {
                    ObjectPropertyKind::ObjectProperty(property) => {
                        property.key.static_name().is_some()
                    }
                    ObjectPropertyKind::SpreadProperty(spread) => Self::is_config(&spread.argument),
                })
            }
            Expression::StringLiteral(_)
            | Expression::TemplateLiteral(_)
            | Expression::ArrowFunctionExpression(_)
            | Expression::FunctionExpression(_) => true,
            _ => false,
        }
    }

    /// Configs are taken apart when an action is defined: they must not be shared with others
    fn check_configs(&mut self, call: &CallExpression<'_>) {
        let config = match &call.callee {
            callee if self.is_global(callee, &["publish"]) => call.arguments.get(1),
            Expression::StaticMemberExpression(callee)
                if names::is_taken_apart(&callee.property.name) =>
            {
                call.arguments.first()
            }
            _ => None,
        };
        let config = match sqlx_config(call) {
            Some(config) if self.is_global(&call.callee, &["__sqlx"]) => Some(Some(config)),
            _ => config.map(Argument::as_expression),
        };
        if config.is_some_and(|config| !config.is_some_and(Self::is_config)) {
            self.found(SHARED);
        }
    }

    fn check_read_key(&mut self, key: &PropertyKey<'_>) {
        if key
            .static_name()
            .is_none_or(|name| names::is_mutator(&name))
        {
            self.found(SHARED);
        }
    }

    /// Looks at the arguments of a call; callbacks of `forEach` run as a part of the function
    fn visit_call_arguments(&mut self, call: &CallExpression<'_>, statement: bool) {
        let method = match &call.callee {
            Expression::StaticMemberExpression(callee) => callee.property.name.as_str(),
            _ => "",
        };
        let replaces = matches!(
            method,
            "replace" | "replaceAll" | "match" | "matchAll" | "split" | "search"
        );
        let gathers = self.makes_value(call) && matches!(method, "from" | "fromEntries");
        for (at, argument) in call.arguments.iter().enumerate() {
            match argument {
                Argument::ArrowFunctionExpression(function)
                    if statement && method == "forEach" && !function.r#async =>
                {
                    if let (Some(scope), Some(scopes)) =
                        (function.scope_id.get(), self.running.last_mut())
                    {
                        scopes.push(scope);
                    }
                    walk::walk_arrow_function_expression(self, function);
                }
                Argument::FunctionExpression(function)
                    if statement
                        && method == "forEach"
                        && !function.r#async
                        && !function.generator =>
                {
                    if let (Some(scope), Some(scopes)) =
                        (function.scope_id.get(), self.running.last_mut())
                    {
                        scopes.push(scope);
                    }
                    walk::walk_function(self, function, ScopeFlags::Function);
                }
                Argument::RegExpLiteral(literal)
                    if replaces && !literal.regex.flags.contains(RegExpFlags::Y) => {}
                argument => {
                    self.read_at_once = gathers && at == 0;
                    self.visit_argument(argument);
                    self.read_at_once = false;
                }
            }
        }
    }
}

/// The config in the argument of the call that the code of a SQLX file is
fn sqlx_config<'e, 'a>(call: &'e CallExpression<'a>) -> Option<&'e Expression<'a>> {
    let Some(Argument::ObjectExpression(parts)) = call.arguments.first() else {
        return None;
    };
    parts.properties.iter().find_map(|property| match property {
        ObjectPropertyKind::ObjectProperty(property)
            if property.key.is_specific_static_name("config") =>
        {
            Some(&property.value)
        }
        _ => None,
    })
}

/// Whether a regular expression remembers where it matched last
fn remembers(literal: &RegExpLiteral<'_>) -> bool {
    literal
        .regex
        .flags
        .intersects(RegExpFlags::G | RegExpFlags::Y)
}

impl<'a> Visit<'a> for Walker<'_> {
    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        if function.r#async || function.generator {
            self.found(UNKNOWN);
        }
        let name = function.id.as_ref().map(|id| id.name.as_str());
        if name.is_some_and(names::is_array_method) {
            self.found(UNKNOWN);
        }
        self.running
            .push(function.scope_id.get().into_iter().collect());
        walk::walk_function(self, function, flags);
        self.running.pop();
    }

    fn visit_arrow_function_expression(&mut self, function: &ArrowFunctionExpression<'a>) {
        if function.r#async {
            self.found(UNKNOWN);
        }
        self.running
            .push(function.scope_id.get().into_iter().collect());
        walk::walk_arrow_function_expression(self, function);
        self.running.pop();
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if let BindingPattern::BindingIdentifier(identifier) = &declarator.id
            && let Some(symbol) = identifier.symbol_id.get()
        {
            let made = (declarator.init.as_ref()).is_some_and(|init| self.is_made_here(init));
            let once = !self.scoping.symbol_is_mutated(symbol)
                && self.scoping.symbol_redeclarations(symbol).is_empty();
            if made && once {
                self.fresh.insert(symbol);
            }
        }
        walk::walk_variable_declarator(self, declarator);
    }

    fn visit_simple_assignment_target(&mut self, target: &SimpleAssignmentTarget<'a>) {
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) = target {
            self.write_variable(identifier);
            return;
        }
        match target.as_member_expression() {
            Some(member) => self.check_target(member),
            None => self.found(UNKNOWN),
        }
        walk::walk_simple_assignment_target(self, target);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        property: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        self.write_variable(&property.binding);
        if names::is_mutator(&property.binding.name) {
            self.found(SHARED);
        }
        walk::walk_assignment_target_property_identifier(self, property);
    }

    fn visit_assignment_target_property_property(
        &mut self,
        property: &AssignmentTargetPropertyProperty<'a>,
    ) {
        self.check_read_key(&property.name);
        walk::walk_assignment_target_property_property(self, property);
    }

    fn visit_binding_property(&mut self, property: &BindingProperty<'a>) {
        self.check_read_key(&property.key);
        walk::walk_binding_property(self, property);
    }

    fn visit_unary_expression(&mut self, unary: &UnaryExpression<'a>) {
        if unary.operator == UnaryOperator::Delete {
            match unary.argument.without_parentheses().as_member_expression() {
                Some(member) => self.check_target(member),
                None => self.found(UNKNOWN),
            }
        }
        walk::walk_unary_expression(self, unary);
    }

    fn visit_expression_statement(&mut self, statement: &ExpressionStatement<'a>) {
        self.statement_call = matches!(statement.expression, Expression::CallExpression(_));
        walk::walk_expression_statement(self, statement);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let statement = std::mem::take(&mut self.statement_call);
        let read_at_once = std::mem::take(&mut self.read_at_once);
        self.check_configs(call);
        match &call.callee {
            callee if self.is_global(callee, &["publish"]) => {}
            Expression::StaticMemberExpression(callee) if self.changes_own(call) => {
                if !self.is_global(&callee.object, &["Object"])
                    && !matches!(callee.object, Expression::RegExpLiteral(_))
                {
                    self.visit_expression(&callee.object);
                }
            }
            Expression::StaticMemberExpression(callee)
                if names::is_iterator(&callee.property.name)
                    && !read_at_once
                    && !self.is_global(&callee.object, &["Object"]) =>
            {
                self.found(SHARED);
            }
            Expression::ComputedMemberExpression(callee)
                if !matches!(
                    callee.expression,
                    Expression::StringLiteral(_) | Expression::NumericLiteral(_)
                ) =>
            {
                self.found(UNKNOWN);
            }
            callee => self.visit_expression(callee),
        }
        self.visit_call_arguments(call, statement);
    }

    fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
        self.visit_expression(&new.callee);
        let gathers = self.is_global(&new.callee, &["Map", "Set"]);
        for argument in &new.arguments {
            self.read_at_once = gathers;
            self.visit_argument(argument);
            self.read_at_once = false;
        }
    }

    fn visit_spread_element(&mut self, spread: &SpreadElement<'a>) {
        self.read_at_once = true;
        walk::walk_spread_element(self, spread);
        self.read_at_once = false;
    }

    fn visit_for_of_statement(&mut self, statement: &ForOfStatement<'a>) {
        if statement.r#await {
            self.found(UNKNOWN);
        }
        if let Expression::CallExpression(call) = &statement.right {
            self.read_at_once = true;
            self.visit_call_expression(call);
            self.read_at_once = false;
            self.visit_for_statement_left(&statement.left);
            self.visit_statement(&statement.body);
        } else {
            walk::walk_for_of_statement(self, statement);
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        if names::is_mutator(&member.property.name) || member.property.name == "publish" {
            self.found(SHARED);
        }
        if !self.is_global(&member.object, &["Object"]) {
            self.visit_expression(&member.object);
        }
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        let name = match &member.expression {
            Expression::StringLiteral(name) => Some(name.value.as_str()),
            Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
                self.found(UNKNOWN);
                None
            }
            _ => None,
        };
        if name.is_some_and(names::is_mutator) {
            self.found(SHARED);
        }
        walk::walk_computed_member_expression(self, member);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        self.check_new_key(&property.key, &property.value);
        walk::walk_object_property(self, property);
    }

    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        let name = identifier.name.as_str();
        let global = names::is_harmless_global(name) && name != "publish";
        let known = global || self.globals.contains(name) || self.symbol(identifier).is_some();
        if !known {
            self.found(UNKNOWN);
        }
    }

    fn visit_reg_exp_literal(&mut self, literal: &RegExpLiteral<'a>) {
        if remembers(literal) {
            self.found(SHARED);
        }
    }

    fn visit_class(&mut self, _: &Class<'a>) {
        self.found(UNKNOWN);
    }

    fn visit_yield_expression(&mut self, _: &YieldExpression<'a>) {
        self.found(UNKNOWN);
    }

    fn visit_await_expression(&mut self, _: &AwaitExpression<'a>) {
        self.found(UNKNOWN);
    }

    fn visit_with_statement(&mut self, _: &WithStatement<'a>) {
        self.found(UNKNOWN);
    }

    fn visit_import_expression(&mut self, _: &ImportExpression<'a>) {
        self.found(UNKNOWN);
    }
}
