//! Chains of operators nest as deep as they are long: a limit keeps every later step within its stack

use diagnostic::code;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Error;
use crate::lex::range_of;

/// The longest chain of operators without a comma between
const LONGEST: usize = 1_000;

/// An error when operators follow each other in a longer chain
pub fn check(tokens: &[TokenWithSpan]) -> Result<(), Error> {
    // Operators and set operations at each depth of brackets
    let mut counts = vec![(0_usize, 0_usize)];
    for token in tokens {
        let Some(last) = counts.last_mut() else {
            counts.push((0, 0));
            continue;
        };
        match &token.token {
            Token::LParen | Token::LBracket => counts.push((0, 0)),
            Token::RParen | Token::RBracket => {
                if counts.len() > 1 {
                    counts.pop();
                }
            }
            Token::Comma => last.0 = 0,
            Token::Word(word) => match word.keyword {
                Keyword::AND | Keyword::OR | Keyword::NOT | Keyword::IS => last.0 += 1,
                Keyword::LIKE | Keyword::IN | Keyword::BETWEEN | Keyword::JOIN => last.0 += 1,
                Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT => last.1 += 1,
                Keyword::SELECT | Keyword::FROM | Keyword::WHERE => last.0 = 0,
                _ => {}
            },
            Token::Number(..) | Token::SingleQuotedString(_) => {}
            _ => last.0 += 1,
        }
        let (operators, sets) = counts.last().copied().unwrap_or_default();
        if operators > LONGEST || sets > LONGEST {
            let span = range_of(token.span).unwrap_or(0..0);
            let message = "a chain of this many operators is not supported by the embedded engine";
            return Err(Error::new(code::SQL_UNSUPPORTED, message, span));
        }
    }
    Ok(())
}
