//! Forms: their fields, what was entered, and what is wrong with it.

use super::{Refusal, Visitor, notice};
use crate::api::Call;
use crate::errors::ErrorItem;
use crate::query::Query;
use http::header;
use maud::{Markup, Render, html};

/// What was wrong with a form, or with one of its fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// The name of the field; empty for the form as a whole.
    pub(crate) field: &'static str,
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn new(field: &'static str, text: impl Into<String>) -> Self {
        Problem { field, text: text.into() }
    }

    /// What the API would have said of the field.
    pub(crate) fn of(field: &'static str, item: &ErrorItem) -> Self {
        Problem::new(field, item.long_message.clone())
    }
}

/// The list above a form; each entry leads to its field.
pub(super) fn summary(problems: &[Problem]) -> Markup {
    html! {
        @if !problems.is_empty() {
            div.problems role="alert" aria-labelledby="problems-title" {
                h2 #problems-title { "There is a problem" }
                ul {
                    @for problem in problems {
                        li {
                            @if problem.field.is_empty() { (problem.text) }
                            @else { a href={ "#" (problem.field) } { (problem.text) } }
                        }
                    }
                }
            }
        }
    }
}

/// A labelled input.
#[derive(Default)]
pub(crate) struct Field<'a> {
    /// Also its id.
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    /// The input's type; empty is `text`.
    pub(crate) kind: &'a str,
    pub(crate) value: &'a str,
    /// The words of the HTML standard, such as `username` or `one-time-code`.
    pub(crate) autocomplete: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) optional: bool,
    /// Has the focus when the page opens, unless a field with a problem has it.
    pub(crate) first: bool,
    pub(crate) problems: &'a [Problem],
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let problem = self.problems.iter().find(|problem| problem.field == self.name);
        let leading = self.problems.iter().find(|problem| !problem.field.is_empty());
        let focused = leading.map_or(self.first, |leading| leading.field == self.name);
        let (hint_id, error_id) = (format!("{}-hint", self.name), format!("{}-error", self.name));
        let mut described = Vec::new();
        if !self.hint.is_empty() {
            described.push(hint_id.as_str());
        }
        if problem.is_some() {
            described.push(error_id.as_str());
        }
        let described = (!described.is_empty()).then(|| described.join(" "));
        let numeric = self.autocomplete == "one-time-code";
        html! {
            div.field {
                label for=(self.name) { (self.label) @if self.optional { span.optional { " (optional)" } } }
                @if !self.hint.is_empty() { p.hint id=(hint_id) { (self.hint) } }
                @if let Some(problem) = problem { p.error id=(error_id) { span.said { "Error: " } (problem.text) } }
                input id=(self.name) name=(self.name) type=(if self.kind.is_empty() { "text" } else { self.kind })
                    value=[(!self.value.is_empty()).then_some(self.value)]
                    autocomplete=(if self.autocomplete.is_empty() { "off" } else { self.autocomplete })
                    inputmode=[numeric.then_some("numeric")]
                    autocapitalize="none" spellcheck="false"
                    required[!self.optional] autofocus[focused]
                    aria-invalid=[problem.map(|_| "true")] aria-describedby=[described];
            }
        }
    }
}

/// A button that is a form of its own: one press, one POST.
#[derive(Default)]
pub(crate) struct Button<'a> {
    pub(crate) action: &'a str,
    /// Hidden fields.
    pub(crate) fields: &'a [(&'a str, &'a str)],
    pub(crate) label: Markup,
    /// How it looks: `plain`, `row` or empty for the main button of a page.
    pub(crate) look: &'a str,
}

impl Button<'_> {
    pub(crate) fn html(&self, visitor: &Visitor) -> Markup {
        html! {
            form method="post" action=(self.action) {
                (visitor.hidden())
                @for (name, value) in self.fields { input type="hidden" name=(name) value=(value); }
                button class=[(!self.look.is_empty()).then_some(self.look)] { (self.label) }
            }
        }
    }
}

impl Visitor {
    /// The field that every form needs.
    pub(crate) fn hidden(&self) -> Markup {
        html! { input type="hidden" name=(Self::FORM_TOKEN) value=(self.form_token); }
    }
}

/// What was entered into a form.
pub(crate) struct Values(Vec<(String, String)>);

impl Values {
    /// Reads a form that a page of ours sent.
    ///
    /// # Errors
    /// A page: the form is of another kind, or was made for another browser.
    pub(crate) fn read(call: &Call<'_>, visitor: &Visitor) -> Result<Self, Refusal> {
        let kind = call.header(&header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let text = "A form comes as application/x-www-form-urlencoded.";
            return Err(notice(415, "Not a form", text).into());
        }
        let values = Values(Query::decode(&String::from_utf8_lossy(&call.body)));
        visitor.check(values.get(Visitor::FORM_TOKEN))?;
        Ok(values)
    }

    /// The first value of a field, as it was entered; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}
