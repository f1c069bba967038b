//! Names, reserved words, and literals

use super::Layout;
use crate::javascript::frame::Mode;
use crate::javascript::token::{DECLARING, KEEPING, Kind, RESTRICTED};

/// What stands between a word and what is before it
#[derive(Clone, Copy, PartialEq)]
enum Lead {
    Nothing,
    Space,
    Newline,
}

impl Layout<'_> {
    pub(super) fn word(&mut self) {
        if self.is_plain_name() {
            self.tokens[self.at].kind = Kind::Word;
        }
        self.lead_in_of_word();
        if self.follows_do() {
            return;
        }
        self.follow_if();
        if self.frame().is_switch && self.token().is_one_of(&["case", "default"]) {
            self.case();
            return;
        }
        self.keep_newline_before_word();
        if self.token().is_reserved("function") {
            self.before_function();
            self.push();
            self.frame_mut().last_word = self.at;
            return;
        }
        self.before_word();
        if matches!(self.previous().kind, Kind::Word | Kind::Reserved) {
            self.output.space = true;
        }
        self.push();
        self.frame_mut().last_word = self.at;
        self.note_reserved();
    }

    /// Whether a reserved word means nothing where it stands
    fn is_plain_name(&self) -> bool {
        let token = self.token();
        if token.kind != Kind::Reserved {
            return false;
        }
        let object = self.frame().mode == Mode::Object;
        let before = |texts: &[&str]| self.ahead(0).is_some_and(|next| next.reads(texts));
        (token.reads(&["set", "get"]) && !object)
            || (token.text == "import" && before(&["(", "."]))
            || (token.reads(&["as", "from"]) && !self.frame().in_import)
            || (object && before(&[":"]))
    }

    fn lead_in_of_word(&mut self) {
        if self.begin_statement() {
            if self.last().is_one_of(&DECLARING) && self.token().kind == Kind::Word {
                self.frame_mut().declaration = true;
            }
            return;
        }
        let last = self.last();
        let goes_on = last.kind == Kind::Equals
            || (last.kind == Kind::Operator && !last.reads(&["--", "++"]));
        let breaks = self.token().newlines > 0 && !self.frame().mode.is_group() && !goes_on;
        self.lead_in(false);
        if breaks {
            self.newline(false, false);
        }
    }

    /// Writes the `while` of a `do`; anything else ends the `do`
    fn follows_do(&mut self) -> bool {
        if !self.frame().in_do || self.frame().in_do_while {
            return false;
        }
        if self.token().is_reserved("while") {
            self.output.space = true;
            self.push();
            self.output.space = true;
            self.frame_mut().in_do_while = true;
            return true;
        }
        self.newline(false, false);
        self.frame_mut().in_do = false;
        false
    }

    /// An `if` goes on with `else`, or has ended
    fn follow_if(&mut self) {
        if !self.frame().in_if {
            return;
        }
        if !self.frame().in_else && self.token().is_reserved("else") {
            self.frame_mut().in_else = true;
            return;
        }
        self.close_statements();
        self.frame_mut().in_if = false;
        self.frame_mut().in_else = false;
    }

    fn case(&mut self) {
        self.newline(false, false);
        if !self.frame().case_block && self.frame().case_body {
            self.shallower();
        }
        self.frame_mut().case_body = false;
        self.push();
        self.frame_mut().in_case = true;
    }

    fn keep_newline_before_word(&mut self) {
        if !self.last_is(&[Kind::Comma, Kind::OpenGroup, Kind::Equals, Kind::Operator]) {
            return;
        }
        let signed = self.last().reads(&["+", "-"])
            && self.before_last().text == ":"
            && self.parent().mode == Mode::Object;
        if !self.begins_property() && !signed {
            self.keep_newline(false);
        }
    }

    /// A blank line stands before a function that begins a line
    fn before_function(&mut self) {
        let last = self.last();
        let in_value = last.reads(&["(", "[", "{", ":", "=", ","]) || last.kind == Kind::Operator;
        let begins = last.reads(&["}", ";"]) || (self.output.at_line_start() && !in_value);
        if begins && !self.output.after_blank_line() && !self.token().commented {
            self.newline(false, false);
            self.newline(true, false);
        }
        let last = self.last();
        if matches!(last.kind, Kind::Reserved | Kind::Word) {
            let stays = last.is_one_of(&["get", "set", "new", "export"])
                || last.is_one_of(&RESTRICTED)
                || (last.is_reserved("default") && self.before_last().text == "export")
                || last.text == "declare";
            if stays {
                self.output.space = true;
            } else {
                self.newline(false, false);
            }
        } else if last.kind == Kind::Operator || last.text == "=" {
            self.output.space = true;
        } else {
            let mode = self.frame().mode;
            let argument = mode.is_group() || mode == Mode::Array;
            if self.frame().multiline || !argument {
                self.newline(false, false);
            }
        }
    }

    fn before_word(&mut self) {
        let lead = self.lead();
        let token = self.token();
        if token.is_one_of(&["else", "catch", "finally"]) {
            self.after_brace();
        } else if lead == Lead::Newline {
            self.break_before_word();
        } else if self.frame().multiline
            && self.frame().mode == Mode::Array
            && self.last().text == ","
            && self.before_last().text == "}"
        {
            self.newline(false, false);
        } else if lead == Lead::Space {
            self.output.space = true;
        }
    }

    fn lead(&mut self) -> Lead {
        let starts = self.begins_line() && self.last().text != ")";
        if self.last().kind == Kind::CloseGroup
            || (self.last().kind == Kind::CloseBlock
                && self
                    .token()
                    .is_one_of(&["else", "catch", "finally", "from"]))
        {
            self.output.space = true;
        }
        if starts {
            return if self.last().reads(&["else", "export"]) {
                Lead::Space
            } else {
                Lead::Newline
            };
        }
        let mode = self.frame().mode;
        match self.last().kind {
            Kind::CloseBlock
                if self
                    .token()
                    .is_one_of(&["else", "catch", "finally", "from"]) =>
            {
                Lead::Space
            }
            Kind::CloseBlock | Kind::Literal | Kind::OpenBlock | Kind::CloseGroup => Lead::Newline,
            Kind::Semicolon if mode == Mode::Block => Lead::Newline,
            Kind::Semicolon if mode.is_group() => Lead::Space,
            Kind::Reserved | Kind::Word => Lead::Space,
            _ if self.last().text == "*" && self.is_generator() => Lead::Space,
            _ => Lead::Nothing,
        }
    }

    /// `else`, `catch` and `finally` stand beside the brace before them
    fn after_brace(&mut self) {
        if self.last().kind == Kind::CloseBlock && self.former().mode == Mode::Block {
            self.output.trim_lines();
            if !self.output.ends_with("}") {
                self.newline(false, false);
            }
            self.output.space = true;
        } else {
            self.newline(false, false);
        }
    }

    fn break_before_word(&mut self) {
        let (token, last) = (self.token(), self.last());
        let declares = token.is_one_of(&DECLARING);
        if last.is_one_of(&KEEPING) || (last.text == "declare" && declares) {
            self.output.space = true;
        } else if last.kind != Kind::CloseGroup {
            let in_head = last.kind == Kind::OpenGroup && declares;
            if in_head || last.text == ":" {
                return;
            }
            if token.is_reserved("if") && self.previous().is_reserved("else") {
                self.output.space = true;
            } else {
                self.newline(false, false);
            }
        } else if self.begins_line() && last.text != ")" {
            self.newline(false, false);
        }
    }

    fn note_reserved(&mut self) {
        if self.token().kind != Kind::Reserved {
            return;
        }
        let text = self.token().text.clone();
        let frame = self.frame_mut();
        match text.as_ref() {
            "do" => frame.in_do = true,
            "if" => frame.in_if = true,
            "import" => frame.in_import = true,
            "from" => frame.in_import = false,
            _ => {}
        }
    }

    pub(super) fn literal(&mut self) {
        let template = self.token().text.starts_with('`') && self.token().newlines == 0;
        let tagged = template
            && self.token().blanks.is_empty()
            && (self.previous().text == ")" || self.last().kind == Kind::Word);
        if tagged {
            self.push();
            return;
        }
        if self.begin_statement() {
            self.output.space = true;
            self.push();
            return;
        }
        self.lead_in(false);
        match self.last().kind {
            Kind::Reserved | Kind::Word => self.output.space = true,
            Kind::Comma | Kind::OpenGroup | Kind::Equals | Kind::Operator => {
                if !self.begins_property() {
                    self.keep_newline(false);
                }
            }
            Kind::CloseGroup if template && self.previous().reads(&["]", ")"]) => {
                self.output.space = true;
            }
            _ => self.newline(false, false),
        }
        self.push();
    }
}
