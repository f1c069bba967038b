//! Parentheses, brackets and braces

use super::Layout;
use crate::javascript::frame::Mode;
use crate::javascript::token::{Kind, LINE_STARTERS};

impl Layout<'_> {
    pub(super) fn open_group(&mut self) {
        if !self.begin_statement() {
            self.lead_in(false);
        }
        let bracket = self.token().text == "[";
        if bracket && (self.last().kind == Kind::Word || self.last().text == ")") {
            self.push();
            self.open(Mode::Group);
            self.deeper();
            return;
        }
        let mode = if bracket {
            self.space_before_bracket();
            Mode::Array
        } else {
            self.space_before_parenthesis()
        };
        if self.last().text == ";" || self.last().kind == Kind::OpenBlock {
            self.newline(false, false);
        } else if self.last_is(&[
            Kind::CloseGroup,
            Kind::OpenGroup,
            Kind::CloseBlock,
            Kind::Comma,
        ]) || self.last().text == "."
        {
            self.keep_newline(false);
        }
        self.push();
        self.open(mode);
        self.deeper();
    }

    fn space_before_bracket(&mut self) {
        if self.frame().mode == Mode::Array {
            let after_item = self.last().text == "," && self.before_last().reads(&["]", "}"]);
            if self.last().text == "[" || after_item {
                self.newline(false, false);
            }
        }
        if !self.last_is(&[
            Kind::OpenGroup,
            Kind::CloseGroup,
            Kind::Word,
            Kind::Operator,
            Kind::Dot,
        ]) {
            self.output.space = true;
        }
    }

    /// Gives what the parentheses are
    fn space_before_parenthesis(&mut self) -> Mode {
        let mut mode = Mode::Group;
        match self.last().kind {
            Kind::Reserved => mode = self.after_reserved(),
            Kind::Equals | Kind::Operator => {
                if !self.begins_property() {
                    self.keep_newline(false);
                }
            }
            Kind::Word => self.output.space = false,
            _ => self.keep_newline(false),
        }
        let function =
            self.last().kind == Kind::Reserved && matches!(self.last_word(), "function" | "typeof");
        if function || (self.last().text == "*" && self.is_generator()) {
            self.output.space = false;
        }
        mode
    }

    fn after_reserved(&mut self) -> Mode {
        let last = self.last();
        if last.text == "for" {
            self.output.space = true;
            return Mode::ForHead;
        }
        if last.reads(&["if", "while", "switch"]) {
            self.output.space = true;
            return Mode::Condition;
        }
        if matches!(self.last_word(), "await" | "async") {
            self.output.space = true;
        } else if last.text == "import" && self.token().blanks.is_empty() {
            self.output.space = false;
        } else if last.reads(&LINE_STARTERS) || last.text == "catch" {
            self.output.space = true;
        }
        Mode::Group
    }

    /// Whether the star before the token belongs to `function*`, `yield*` or a method
    pub(super) fn is_generator(&self) -> bool {
        self.before_last().reads(&["function", "yield"])
            || (self.frame().mode == Mode::Object && self.before_last().reads(&["{", ","]))
    }

    pub(super) fn close_group(&mut self) {
        self.close_statements();
        self.lead_in(false);
        if self.frame().multiline {
            let array = self.token().text == "]" && self.frame().mode == Mode::Array;
            self.keep_newline(array);
        }
        self.shallower();
        self.push();
        self.close();
        let closed = self.former().clone();
        self.outdent(&closed);
        if self.frame().in_do_while && closed.mode == Mode::Condition {
            if let Some(condition) = &mut self.closed {
                condition.mode = Mode::Group;
            }
            self.frame_mut().in_do = false;
            self.frame_mut().in_do_while = false;
        }
    }

    pub(super) fn open_block(&mut self) {
        self.lead_in(false);
        let mode = self.block_mode();
        let switch = self.is_switch_head();
        self.open(mode);
        self.frame_mut().is_switch = switch;
        let after_item = self.last().kind == Kind::Comma;
        if self.parent().mode == Mode::Array && after_item {
            self.output.space = true;
            self.keep_newline(false);
            let parent = self.frames.len() - 2;
            self.frames[parent].multiline |= self.frame().multiline;
            self.frame_mut().multiline = false;
        }
        match self.last().kind {
            Kind::Operator | Kind::OpenGroup => {}
            Kind::OpenBlock | Kind::Semicolon => self.newline(false, false),
            _ => self.output.space = true,
        }
        self.push();
        self.deeper();
        if !self.is_empty_block() {
            self.newline(false, false);
        }
    }

    fn is_switch_head(&self) -> bool {
        self.last_word() == "switch" && self.last().kind == Kind::CloseGroup
    }

    fn is_empty_block(&self) -> bool {
        self.ahead(0)
            .is_some_and(|next| !next.commented && next.text == "}")
    }

    /// What a brace opens, as far as the tokens around it tell
    fn block_mode(&self) -> Mode {
        if self.is_switch_head() || self.frame().case_body {
            return Mode::Block;
        }
        if let (Some(next), Some(second)) = (self.ahead(0), self.ahead(1)) {
            let pair = second.reads(&[":", ","]);
            let property = pair && matches!(next.kind, Kind::Literal | Kind::Word | Kind::Reserved);
            let accessor = next.reads(&["get", "set", "..."])
                && matches!(second.kind, Kind::Word | Kind::Reserved);
            if property || accessor {
                let class = self.before_last().reads(&["class", "interface"]) && !pair;
                return if class { Mode::Block } else { Mode::Object };
            }
        }
        let last = self.last();
        if last.kind == Kind::Operator && last.text == "=>" {
            return Mode::Block;
        }
        let value = matches!(
            last.kind,
            Kind::Equals | Kind::OpenGroup | Kind::Comma | Kind::Operator
        ) || last.is_one_of(&["return", "throw", "import", "default"]);
        if value { Mode::Object } else { Mode::Block }
    }

    pub(super) fn close_block(&mut self) {
        self.lead_in(false);
        self.close_statements();
        if self.last().kind != Kind::OpenBlock {
            self.newline(false, false);
        }
        self.close();
        self.push();
    }
}
