//! Selectors as they are written: `+tag:staging, not type:view`

use std::sync::Arc;

use diagnostic::{Diagnostic, Location, code, did_you_mean};
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{alpha1, char, digit1, multispace0};
use nom::combinator::{opt, recognize};
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::expression::{Atom, Depth, Expression, Method, Reach, is_keyword, is_special};

/// How deep parentheses may stand in each other
const DEEPEST: usize = 100;

impl Expression {
    /// Reads a selector; `option` names it in messages, such as `--select`
    ///
    /// # Errors
    /// It does not parse, or names a method that there is not: with the place in the text
    pub fn parse(option: &str, text: &str) -> Result<Self, Diagnostic> {
        let source: Arc<str> = text.into();
        let reader = Reader {
            option,
            source: &source,
        };
        let fault = match reader.any(text, 0) {
            Ok((rest, found)) => match space(rest) {
                "" => return Ok(found),
                rest => Fault::expected(rest, "the end: this `)` has no `(`"),
            },
            Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => fault,
            Err(nom::Err::Incomplete(_)) => Fault::expected("", "more"),
        };
        Err(reader.diagnostic(&fault))
    }
}

/// What is wrong, and the text that is left there
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault<'a> {
    rest: &'a str,
    length: usize,
    message: String,
    help: Option<String>,
}

impl<'a> Fault<'a> {
    fn expected(rest: &'a str, what: &str) -> Self {
        let length = rest.chars().next().map_or(0, char::len_utf8);
        Self {
            rest,
            length,
            message: format!("expected {what}"),
            help: None,
        }
    }
}

impl<'a> ParseError<&'a str> for Fault<'a> {
    fn from_error_kind(rest: &'a str, _: ErrorKind) -> Self {
        Self::expected(rest, "a name or a method such as `tag:`")
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

type Parsed<'a, T> = IResult<&'a str, T, Fault<'a>>;

struct Reader<'a> {
    option: &'a str,
    source: &'a Arc<str>,
}

impl Reader<'_> {
    /// `a or b`, `a | b`, `a b`
    fn any<'a>(&self, text: &'a str, depth: usize) -> Parsed<'a, Expression> {
        if depth > DEEPEST {
            return fail(text, "fewer parentheses in each other");
        }
        let (mut rest, first) = self.all(space(text), depth)?;
        let mut parts = vec![first];
        loop {
            let after = space(rest);
            if after.is_empty() || after.starts_with(')') {
                break;
            }
            let (next, joined) = opt(joiner("or", '|')).parse(after)?;
            if joined.is_none() && after.len() == rest.len() && !after.starts_with('(') {
                return fail(after, "a space, `and`, `or` or `,`");
            }
            let (next, part) = self.all(space(next), depth)?;
            parts.push(part);
            rest = next;
        }
        Ok((rest, either(parts, Expression::Any)))
    }

    /// `a and b`, `a & b`, `a, b`
    fn all<'a>(&self, text: &'a str, depth: usize) -> Parsed<'a, Expression> {
        let (mut rest, first) = self.one(text, depth)?;
        let mut parts = vec![first];
        loop {
            let after = space(rest);
            let (comma, found) = opt(char(',')).parse(after)?;
            let (next, joined) = match found {
                Some(_) => (comma, true),
                None => {
                    let (next, word) = opt(joiner("and", '&')).parse(after)?;
                    (next, word.is_some())
                }
            };
            if !joined {
                break;
            }
            let (next, part) = self.one(space(next), depth)?;
            parts.push(part);
            rest = next;
        }
        Ok((rest, either(parts, Expression::All)))
    }

    /// `not a`, `!a`, or what the graph's operators stand around
    fn one<'a>(&self, text: &'a str, depth: usize) -> Parsed<'a, Expression> {
        if depth > DEEPEST {
            return fail(text, "fewer words `not`");
        }
        let (rest, negated) = opt(joiner("not", '!')).parse(text)?;
        if negated.is_some() {
            let (rest, inner) = self.one(space(rest), depth + 1)?;
            return Ok((rest, Expression::Not(Box::new(inner))));
        }
        let (rest, closure) = opt(char('@')).parse(text)?;
        if closure.is_some() {
            let (rest, inner) = self.operand(rest, depth)?;
            if rest.starts_with('+') {
                let mut fault = Fault::expected(rest, "no `+` after `@`");
                fault.help = Some("`@a` has all that depends on `a` already".to_owned());
                return Err(nom::Err::Failure(fault));
            }
            let found = Expression::Reach(Box::new(inner), Reach::Closure);
            return Ok((rest, found));
        }
        let (rest, dependencies) =
            opt(terminated(opt(digit1::<&str, Fault<'a>>), char('+'))).parse(text)?;
        let (rest, inner) = self.operand(rest, depth)?;
        let (rest, dependents) =
            opt(preceded(char('+'), opt(digit1::<&str, Fault<'a>>))).parse(rest)?;
        let reach = Reach::Steps {
            dependencies: dependencies
                .map(|steps| steps_of(text, steps))
                .transpose()?,
            dependents: dependents.map(|steps| steps_of(text, steps)).transpose()?,
        };
        let none = Reach::Steps {
            dependencies: None,
            dependents: None,
        };
        Ok(match reach == none {
            true => (rest, inner),
            false => (rest, Expression::Reach(Box::new(inner), reach)),
        })
    }

    /// `(…)`, `name` or `method:value`
    fn operand<'a>(&self, text: &'a str, depth: usize) -> Parsed<'a, Expression> {
        if let Some(inside) = text.strip_prefix('(') {
            let (rest, inner) = self.any(inside, depth + 1)?;
            return match space(rest).strip_prefix(')') {
                Some(rest) => Ok((rest, inner)),
                None => {
                    let mut fault = Fault::expected(text, "a `)` for this `(`");
                    fault.length = 1;
                    Err(nom::Err::Failure(fault))
                }
            };
        }
        let (after, method) =
            opt(terminated(recognize(alpha1::<&str, Fault<'a>>), char(':'))).parse(text)?;
        let (method, rest) = match method {
            Some(word) => (method_of(text, word)?, after),
            None => (Method::Name, text),
        };
        let (rest, value) = value(rest, method)?;
        let start = self.source.len() - text_length(self.source, text);
        let end = self.source.len() - text_length(self.source, rest);
        let place = Location::new(self.option, Arc::clone(self.source), start..end);
        let atom = Atom {
            method,
            value,
            place: Some(place),
        };
        Ok((rest, Expression::Atom(atom)))
    }

    fn diagnostic(&self, fault: &Fault<'_>) -> Diagnostic {
        let start = self.source.len() - text_length(self.source, fault.rest);
        let place = Location::new(
            self.option,
            Arc::clone(self.source),
            start..start + fault.length,
        );
        Diagnostic::error(code::SELECTOR_INVALID, fault.message.clone())
            .help(fault.help.clone().unwrap_or_else(|| {
                "a selector is such as `orders`, `+tag:daily` or `path:definitions/staging and not type:view`"
                    .to_owned()
            }))
            .at(place)
    }
}

/// What is left is always an end of the whole
fn text_length(source: &str, rest: &str) -> usize {
    rest.len().min(source.len())
}

fn space(text: &str) -> &str {
    let skipped: Parsed<'_, &str> = multispace0(text);
    skipped.map_or(text, |(rest, _)| rest)
}

fn fail<'a, T>(rest: &'a str, what: &str) -> Parsed<'a, T> {
    Err(nom::Err::Failure(Fault::expected(rest, what)))
}

fn either(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

/// A word that stands alone, or the sign that means the same
fn joiner<'a>(
    word: &'static str,
    sign: char,
) -> impl Parser<&'a str, Output = (), Error = Fault<'a>> {
    move |text: &'a str| {
        let signed: Parsed<'a, char> = char(sign)(text);
        if let Ok((rest, _)) = signed {
            return Ok((rest, ()));
        }
        let (rest, _): (&str, &str) = tag(word).parse(text)?;
        let alone = rest
            .chars()
            .next()
            .is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')' | '"' | '\''));
        match alone {
            true => Ok((rest, ())),
            false => Err(nom::Err::Error(Fault::expected(text, "a word"))),
        }
    }
}

fn steps_of<'a>(text: &'a str, steps: Option<&str>) -> Result<Depth, nom::Err<Fault<'a>>> {
    match steps.map(str::parse) {
        None => Ok(Depth::Whole),
        Some(Ok(steps)) => Ok(Depth::Steps(steps)),
        Some(Err(_)) => Err(nom::Err::Failure(Fault::expected(
            text,
            "a smaller number of steps",
        ))),
    }
}

fn method_of<'a>(text: &'a str, word: &str) -> Result<Method, nom::Err<Fault<'a>>> {
    let found = Method::WRITTEN.into_iter().find(|one| one.as_str() == word);
    found.ok_or_else(|| {
        let known = Method::WRITTEN.map(Method::as_str);
        nom::Err::Failure(Fault {
            rest: text,
            length: word.len(),
            message: format!("there is no method `{word}:`"),
            help: Some(match did_you_mean(word, known) {
                Some(help) => help,
                None => format!("methods are: {}:", known.join(":, ")),
            }),
        })
    })
}

/// In quotes, or up to the next space or sign
fn value(text: &str, method: Method) -> Parsed<'_, String> {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(text, quote),
        _ => {
            let (rest, word) = word(text)?;
            let message = match (word, method) {
                ("", Method::Name) if text.starts_with('+') || text.starts_with('@') => {
                    "a name or a method after the operator"
                }
                ("", Method::Name) => "a name or a method such as `tag:`",
                ("", _) => "what the method looks for, without a space",
                (word, Method::Name) if is_keyword(word) => {
                    let mut fault = Fault::expected(text, "a name or a method such as `tag:`");
                    fault.length = word.len();
                    fault.help = Some(format!(
                        "`{word}` joins selectors; an action of that name is written `\"{word}\"`"
                    ));
                    return Err(nom::Err::Failure(fault));
                }
                (word, _) => return Ok((rest, word.to_owned())),
            };
            fail(text, message)
        }
    }
}

/// Letters, digits and signs of globs; a comma in braces belongs to the glob
fn word(text: &str) -> Parsed<'_, &str> {
    let mut end = 0;
    loop {
        let (rest, _) = take_while(|sign| !is_special(sign) && sign != '{').parse(&text[end..])?;
        end = text.len() - rest.len();
        let braces: Parsed<'_, &str> = recognize((
            char('{'),
            take_while1(|sign| sign != '}' && (sign == ',' || !is_special(sign))),
            char('}'),
        ))
        .parse(rest);
        match braces {
            Ok((after, _)) => end = text.len() - after.len(),
            Err(_) if rest.starts_with('{') => end += 1,
            Err(_) => return Ok((rest, &text[..end])),
        }
    }
}

fn quoted(text: &str, quote: char) -> Parsed<'_, String> {
    let mut value = String::new();
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => value.extend(signs.next().map(|(_, sign)| sign)),
            sign if sign == quote => return Ok((&text[at + 1..], value)),
            sign => value.push(sign),
        }
    }
    let mut fault = Fault::expected(text, &format!("a `{quote}` that ends the text"));
    fault.length = text.len();
    Err(nom::Err::Failure(fault))
}
