//! Chains of operators nest as deep as they are long: a limit keeps every later step within its stack

use diagnostic::code;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Error;
use crate::lex::range_of;

/// The longest chain of operators without a comma between
const LONGEST: usize = 1_000;

/// What follows each other between the same brackets, `CASE … END` among them
#[derive(Default, Clone, Copy)]
struct Chains {
    /// Operators that hold tighter than `AND`
    operators: usize,
    /// `AND`, `OR` and joins, each of which begins such operators anew
    links: usize,
    /// Set operations and pipe operators
    sets: usize,
}

impl Chains {
    fn link(&mut self) {
        self.operators = 0;
        self.links += 1;
    }

    /// A new operand or clause, within the same query or set operation
    fn begin(&mut self) {
        (self.operators, self.links) = (0, 0);
    }
}

/// An error when operators follow each other in a longer chain
pub fn check(tokens: &[TokenWithSpan]) -> Result<(), Error> {
    let mut around = Vec::new();
    let mut chains = Chains::default();
    let mut previous = &Token::EOF;
    for token in tokens {
        // a name behind a dot is no keyword
        let keyword = match &token.token {
            Token::Word(word) if *previous != Token::Period => word.keyword,
            _ => Keyword::NoKeyword,
        };
        match (&token.token, keyword) {
            (Token::LParen | Token::LBracket, _) | (_, Keyword::CASE) => {
                around.push(std::mem::take(&mut chains));
            }
            (Token::RParen | Token::RBracket, _) | (_, Keyword::END) => {
                chains = around.pop().unwrap_or(chains);
            }
            (Token::Comma, _) => chains.begin(),
            (_, Keyword::WHEN | Keyword::THEN | Keyword::ELSE) => chains.begin(),
            (_, Keyword::FROM) if is_distinct(previous) => chains.operators += 1,
            (_, Keyword::SELECT | Keyword::FROM | Keyword::WHERE) => chains.begin(),
            (_, Keyword::AND | Keyword::OR | Keyword::JOIN) => chains.link(),
            (_, Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT) => chains.sets += 1,
            (Token::VerticalBarRightAngleBracket, _) => chains.sets += 1,
            (_, Keyword::NOT | Keyword::IS | Keyword::LIKE) => chains.operators += 1,
            (_, Keyword::IN | Keyword::BETWEEN) => chains.operators += 1,
            (Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_), _) => {}
            // the parts of a name nest nothing, as the calls of a chain do
            (Token::Period, _) if matches!(previous, Token::Word(_)) => {}
            _ => chains.operators += 1,
        }
        previous = &token.token;
        if chains.operators + chains.links > LONGEST || chains.sets > LONGEST {
            let span = range_of(token.span).unwrap_or(0..0);
            let message = "a chain of this many operators is not supported by the embedded engine";
            return Err(Error::new(code::SQL_UNSUPPORTED, message, span));
        }
    }
    Ok(())
}

/// Whether `FROM` after this is part of `IS DISTINCT FROM`
fn is_distinct(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.keyword == Keyword::DISTINCT)
}
