//! Operators, commas, dots and semicolons

use super::Layout;
use crate::javascript::frame::Mode;
use crate::javascript::token::{KEEPING, Kind, LINE_STARTERS, is_binary};

impl Layout<'_> {
    pub(super) fn semicolon(&mut self) {
        if self.begin_statement() {
            self.output.space = false;
        } else {
            self.lead_in(false);
        }
        self.end_statements();
        self.frame_mut().in_import = false;
        self.push();
    }

    pub(super) fn equals(&mut self) {
        if !self.begin_statement() {
            self.lead_in(false);
        }
        if self.frame().declaration {
            self.frame_mut().assigned = true;
        }
        self.output.space = true;
        self.push();
        self.output.space = true;
    }

    pub(super) fn comma(&mut self) {
        self.lead_in(true);
        self.push();
        self.output.space = true;
        if self.frame().declaration {
            let in_group = self.parent().mode.is_group();
            if self.frame().assigned {
                self.frame_mut().assigned = false;
                if !in_group {
                    self.newline(false, true);
                }
            }
            return;
        }
        let statement = self.frame().mode == Mode::Statement;
        if self.frame().mode == Mode::Object || (statement && self.parent().mode == Mode::Object) {
            if statement {
                self.close();
            }
            self.newline(false, false);
        }
    }

    pub(super) fn dot(&mut self) {
        if !self.begin_statement() {
            self.lead_in(true);
        }
        let last = self.last();
        if !last.text.is_empty() && last.text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.output.space = true;
        }
        if self.last().is_one_of(&KEEPING) {
            self.output.space = false;
        } else {
            self.keep_newline(false);
        }
        self.push();
    }

    pub(super) fn operator(&mut self) {
        let generator = self.is_generator_star();
        let unary = self.is_sign();
        if !self.begin_statement() {
            self.lead_in(!generator);
        }
        let text = self.token().text.clone();
        let sign = matches!(text.as_ref(), "-" | "+");
        if (text == "*" && self.last().kind == Kind::Dot)
            || text == "::"
            || (sign && self.begins_property())
        {
            self.push();
            return;
        }
        if self.last().kind == Kind::Operator {
            self.keep_newline(false);
        }
        if text == ":" && self.frame().in_case {
            self.case_colon();
            return;
        }
        let in_ternary = self.count_ternary(&text);
        if !unary && !generator && is_binary(&text) {
            let other_colon = text == ":" && !in_ternary;
            self.output.space = !other_colon;
            self.push();
            if !other_colon {
                self.keep_newline(false);
            }
            self.output.space = true;
            return;
        }
        let (before, after) = if generator {
            self.keep_newline(false);
            let named = self
                .ahead(0)
                .is_some_and(|next| matches!(next.kind, Kind::Word | Kind::Reserved));
            (false, named)
        } else if text == "..." {
            self.keep_newline(false);
            (self.last().kind == Kind::OpenBlock, false)
        } else if unary || matches!(text.as_ref(), "--" | "++" | "!" | "~") {
            self.around_unary(&text)
        } else {
            (true, true)
        };
        self.output.space |= before;
        self.push();
        self.output.space = after;
    }

    fn is_generator_star(&self) -> bool {
        self.token().text == "*"
            && (self.last().is_one_of(&["function", "yield"])
                || self.last_is(&[
                    Kind::OpenBlock,
                    Kind::Comma,
                    Kind::CloseBlock,
                    Kind::Semicolon,
                ]))
    }

    fn is_sign(&self) -> bool {
        self.token().reads(&["-", "+"])
            && (self.last_is(&[
                Kind::OpenBlock,
                Kind::OpenGroup,
                Kind::Equals,
                Kind::Operator,
            ]) || self.last().reads(&LINE_STARTERS)
                || self.last().text == ",")
    }

    fn case_colon(&mut self) {
        self.push();
        let brace = self
            .ahead(0)
            .is_some_and(|next| next.kind == Kind::OpenBlock);
        let frame = self.frame_mut();
        frame.in_case = false;
        frame.case_body = true;
        if brace {
            frame.case_block = true;
            self.output.space = true;
        } else {
            self.deeper();
            self.newline(false, false);
            self.frame_mut().case_block = false;
        }
    }

    /// Whether a colon belongs to a question mark
    fn count_ternary(&mut self, text: &str) -> bool {
        let ternaries = &mut self.frame_mut().ternaries;
        match text {
            ":" if *ternaries > 0 => {
                *ternaries -= 1;
                true
            }
            "?" => {
                *ternaries += 1;
                false
            }
            _ => false,
        }
    }

    /// Whether spaces stand before and after an operator with one operand
    fn around_unary(&mut self, text: &str) -> (bool, bool) {
        if self.last_is(&[Kind::Comma, Kind::OpenGroup]) {
            self.keep_newline(false);
        }
        if self.token().newlines > 0 && matches!(text, "--" | "++" | "~") {
            let needed = self.last().is_one_of(&KEEPING);
            if needed && (self.former().in_if || self.former().in_else) {
                self.close();
            }
            self.newline(needed, true);
        }
        let mut before = self.last().text == ";" && self.frame().mode.is_group();
        let mut after = false;
        match self.last().kind {
            Kind::Reserved => before = true,
            Kind::CloseGroup => {
                before = !(self.last().text == "]" && matches!(text, "--" | "++"));
            }
            Kind::Operator => {
                before = matches!(text, "--" | "-" | "++" | "+")
                    && self.last().reads(&["--", "-", "++", "+"]);
                after = matches!(text, "-" | "+") && self.last().reads(&["--", "++"]);
            }
            _ => {}
        }
        let in_block = matches!(self.frame().mode, Mode::Block | Mode::Statement);
        if in_block && self.last().reads(&["{", ";"]) {
            self.newline(false, false);
        }
        (before, after)
    }
}
