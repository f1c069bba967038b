//! The text of a script to its statements: lists, blocks, conditions and loops around plain statements
//!
//! Blocks are taken apart on the tokens: what stands between procedural keywords and semicolons is a
//! plain statement or an expression, which is then parsed for itself.

use std::ops::Range;

use diagnostic::code;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::procedural;
use super::reader::{Label, Reader};
use super::statement::{Kind, Name, Statement};
use crate::Error;
use crate::script::tree::{Loop, LoopKind, Procedural};

/// How deep blocks may nest, as on BigQuery
const DEPTH: usize = 50;

/// The statements of a script's tokens; empty statements are skipped
pub fn statements(tokens: Vec<TokenWithSpan>) -> Result<Vec<Statement>, Error> {
    let mut reader = Reader {
        tokens,
        at: 0,
        depth: 0,
        handlers: 0,
        labels: Vec::new(),
    };
    let statements = reader.list(Declarations::First)?;
    match reader.tokens.get(reader.at) {
        None => Ok(statements),
        Some(_) => Err(reader.expected("the start of a statement")),
    }
}

/// Where a list of statements may declare variables
#[derive(Clone, Copy, PartialEq, Eq)]
enum Declarations {
    /// Before its other statements
    First,
    /// Anywhere: procedures that Dataform sends declare where they need a variable
    Anywhere,
    /// Nowhere
    Never,
}

impl Reader {
    fn list(&mut self, declarations: Declarations) -> Result<Vec<Statement>, Error> {
        const ENDS: &[&str] = &["END", "ELSE", "ELSEIF", "WHEN", "UNTIL", "EXCEPTION"];
        let mut statements = Vec::new();
        let mut declaring = declarations != Declarations::Never;
        loop {
            while self.take(&Token::SemiColon) {}
            if self.at >= self.tokens.len() || self.depth > 0 && self.is_any(0, ENDS) {
                return Ok(statements);
            }
            let statement = self.statement()?;
            if matches!(&statement.kind, Kind::Procedural(one) if matches!(**one, Procedural::Declare { .. }))
            {
                if !declaring {
                    let message = "variables are declared at the start of a script or block only";
                    return Err(invalid(message, statement.span));
                }
            } else if declarations == Declarations::First {
                declaring = false;
            }
            statements.push(statement);
            if self.at < self.tokens.len() || self.depth > 0 {
                self.expect(&Token::SemiColon)?;
            }
        }
    }

    fn statement(&mut self) -> Result<Statement, Error> {
        let start = self.at;
        let label = self.label()?;
        let opens = match (self.word(0), self.word(1)) {
            (Some("BEGIN"), Some("TRANSACTION")) => false,
            (Some("BEGIN"), next) => next.is_some() || !self.ends_statement(1),
            (Some("IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT" | "FOR"), _) => true,
            _ => false,
        };
        if !opens {
            if label.is_some() {
                return Err(self.expected("a block or loop after the label"));
            }
            return match self.creates_procedure() {
                true => self.create_procedure(),
                false => self.plain(),
            };
        }
        if self.depth >= DEPTH {
            let message = format!("blocks nest deeper than {DEPTH} levels");
            return Err(invalid(message, self.span()));
        }
        self.depth += 1;
        let kind = self.nested(label)?;
        self.depth -= 1;
        Ok(Statement {
            span: self.span_since(start),
            kind: Kind::Procedural(Box::new(kind)),
        })
    }

    fn nested(&mut self, label: Option<Name>) -> Result<Procedural, Error> {
        let word = self.word(0).unwrap_or_default().to_owned();
        self.at += 1;
        if label.is_some() && matches!(word.as_str(), "IF" | "CASE") {
            self.at -= 1;
            return Err(self.expected("a block or loop after the label"));
        }
        match word.as_str() {
            "BEGIN" => self.block(label, Declarations::First),
            "IF" => self.condition(),
            "CASE" => self.case(),
            _ => self.repetition(&word, label).map(Procedural::Loop),
        }
    }

    /// After `BEGIN`
    fn block(
        &mut self,
        label: Option<Name>,
        declarations: Declarations,
    ) -> Result<Procedural, Error> {
        self.enter(label.as_ref(), false)?;
        let body = self.list(declarations)?;
        let handler = match self.take_words(&["EXCEPTION"]) {
            true => {
                for word in ["WHEN", "ERROR", "THEN"] {
                    self.expect_word(word)?;
                }
                self.handlers += 1;
                let handler = self.list(Declarations::Never)?;
                self.handlers -= 1;
                Some(handler)
            }
            false => None,
        };
        self.expect_word("END")?;
        self.leave(label.as_ref())?;
        Ok(Procedural::Block {
            label,
            body,
            handler,
        })
    }

    /// After `IF`
    fn condition(&mut self) -> Result<Procedural, Error> {
        let mut branches = Vec::new();
        loop {
            let condition = self.expression_until("THEN")?;
            branches.push((condition, self.list(Declarations::Never)?));
            if !self.take_words(&["ELSEIF"]) {
                break;
            }
        }
        let otherwise = self.otherwise()?;
        self.expect_word("END")?;
        self.expect_word("IF")?;
        Ok(Procedural::If {
            branches,
            otherwise,
        })
    }

    /// After `CASE`
    fn case(&mut self) -> Result<Procedural, Error> {
        let operand = match self.word(0) {
            Some("WHEN") => {
                self.at += 1;
                None
            }
            _ => Some(self.expression_until("WHEN")?),
        };
        let mut branches = Vec::new();
        loop {
            let condition = self.expression_until("THEN")?;
            branches.push((condition, self.list(Declarations::Never)?));
            if !self.take_words(&["WHEN"]) {
                break;
            }
        }
        let otherwise = self.otherwise()?;
        self.expect_word("END")?;
        self.expect_word("CASE")?;
        Ok(Procedural::Case {
            operand,
            branches,
            otherwise,
        })
    }

    fn otherwise(&mut self) -> Result<Vec<Statement>, Error> {
        match self.take_words(&["ELSE"]) {
            true => self.list(Declarations::Never),
            false => Ok(Vec::new()),
        }
    }

    /// After `LOOP`, `WHILE`, `REPEAT` or `FOR`
    fn repetition(&mut self, word: &str, label: Option<Name>) -> Result<Loop, Error> {
        let mut kind = match word {
            "WHILE" => LoopKind::While(self.expression_until("DO")?),
            "FOR" => self.rows()?,
            _ => LoopKind::Forever,
        };
        self.enter(label.as_ref(), true)?;
        let body = self.list(Declarations::Never)?;
        if word == "REPEAT" {
            self.expect_word("UNTIL")?;
            kind = LoopKind::Until(self.expression_until("END")?);
        } else {
            self.expect_word("END")?;
        }
        self.expect_word(word)?;
        self.leave(label.as_ref())?;
        Ok(Loop { label, kind, body })
    }

    /// `name IN (query) DO`
    fn rows(&mut self) -> Result<LoopKind, Error> {
        let name = self.name()?;
        self.expect_word("IN")?;
        let end = self.keyword_from(self.at, "DO")?;
        let query = self.piece(end, |cursor| cursor.query())?;
        self.at += 1;
        Ok(LoopKind::Rows { name, query })
    }

    fn creates_procedure(&self) -> bool {
        let after = match (self.word(1), self.word(2)) {
            (Some("OR"), Some("REPLACE")) => 3,
            _ => 1,
        };
        self.word(0) == Some("CREATE") && self.word(after) == Some("PROCEDURE")
    }

    fn create_procedure(&mut self) -> Result<Statement, Error> {
        let start = self.at;
        let Ok(begin) = self.keyword_from(start, "BEGIN") else {
            // a procedure in another language
            return self.plain();
        };
        self.at = begin + 1;
        let (labels, handlers) = (
            std::mem::take(&mut self.labels),
            std::mem::take(&mut self.handlers),
        );
        self.depth += 1;
        let block = self.block(None, Declarations::Anywhere)?;
        self.depth -= 1;
        (self.labels, self.handlers) = (labels, handlers);
        let end = self.at;
        let body = Statement {
            span: self.span_since(begin),
            kind: Kind::Procedural(Box::new(block)),
        };
        self.at = start;
        let span = self.span_between(start, end);
        let create = self.piece(begin, |cursor| procedural::create(cursor, body))?;
        self.at = end;
        let kind = Kind::Procedural(Box::new(Procedural::CreateProcedure(Box::new(create))));
        Ok(Statement { span, kind })
    }

    /// A statement that holds no others, up to its semicolon
    fn plain(&mut self) -> Result<Statement, Error> {
        let rest = &self.tokens[self.at..];
        let length = rest
            .iter()
            .position(|token| token.token == Token::SemiColon)
            .unwrap_or(rest.len());
        let span = self.span_between(self.at, self.at + length);
        let kind = self.piece(self.at + length, super::statement)?;
        if let Kind::Procedural(one) = &kind {
            self.check_jump(one, &span)?;
        }
        Ok(Statement { span, kind })
    }

    /// `BREAK` and its kin need something to leave, `RAISE` alone something to raise again
    fn check_jump(&self, statement: &Procedural, span: &Range<usize>) -> Result<(), Error> {
        let (label, only_loops) = match statement {
            Procedural::Leave(label) => (label, label.is_none()),
            Procedural::Iterate(label) => (label, true),
            Procedural::Raise(None) if self.handlers == 0 => {
                let message = "RAISE without a message belongs into an exception handler";
                return Err(invalid(message, span.clone()));
            }
            _ => return Ok(()),
        };
        let fits = |around: &Label| {
            let named = label
                .as_ref()
                .is_none_or(|label| around.name.as_deref() == Some(&label.text.to_lowercase()));
            named && (around.is_loop || !only_loops)
        };
        if self.labels.iter().any(fits) {
            return Ok(());
        }
        let what = statement.what();
        Err(match label {
            None => invalid(
                format!("{what} belongs into the body of a loop"),
                span.clone(),
            ),
            Some(label) => invalid(
                format!("no loop `{}` around this {what}", label.text),
                label.span.clone(),
            ),
        })
    }

    fn enter(&mut self, label: Option<&Name>, is_loop: bool) -> Result<(), Error> {
        let name = label.map(|label| label.text.to_lowercase());
        if let Some(label) = label
            && self.labels.iter().any(|around| around.name == name)
        {
            let message = format!("the label `{}` is in use around this one", label.text);
            return Err(invalid(message, label.span.clone()));
        }
        self.labels.push(Label { name, is_loop });
        Ok(())
    }

    /// After `END` or `END LOOP`, where the label may stand again
    fn leave(&mut self, label: Option<&Name>) -> Result<(), Error> {
        self.labels.pop();
        if !matches!(self.peek(0), Some(Token::Word(_))) || self.word(0).is_some() {
            return Ok(());
        }
        let again = self.name()?;
        match label {
            Some(label) if label.text.to_lowercase() == again.text.to_lowercase() => Ok(()),
            Some(label) => Err(invalid(
                format!("expected the label `{}`", label.text),
                again.span,
            )),
            None => Err(invalid(
                format!("no label `{}` at the start", again.text),
                again.span,
            )),
        }
    }

    fn label(&mut self) -> Result<Option<Name>, Error> {
        let labelled =
            matches!(self.peek(0), Some(Token::Word(_))) && self.peek(1) == Some(&Token::Colon);
        if !labelled {
            return Ok(None);
        }
        let name = self.name()?;
        self.at += 1;
        Ok(Some(name))
    }
}

fn invalid(message: impl Into<String>, span: Range<usize>) -> Error {
    Error::new(code::SQL_SYNTAX, message, span)
}
