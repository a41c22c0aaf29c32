//! What a comparison found.

use std::fmt;

use serde_json::{Value, json};

use super::differences::Allowed;

/// One thing that the catalogue and the API description say differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The operation (`users.list`), model or union (`User`).
    pub at: String,
    /// Name of a field on the wire, or empty where the whole is meant.
    pub field: String,
    /// What of it: `missing` and `extra` (in the catalogue), `type`, `required`, `nullable`, `enum`, `bounds`, `default`,
    /// `deprecated`, `array`, `place`, `members`, `tag`, `open`; of an operation also `path`, `node`, `id`, `status`,
    /// `body`, `empty_body`, `other_fields`, `returns`, `pages`.
    pub what: &'static str,
    /// What the catalogue says.
    pub catalogue: String,
    /// What the description says.
    pub description: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, field, what, catalogue, description } = self;
        write!(f, "{at}")?;
        if !field.is_empty() {
            write!(f, ".{field}")?;
        }
        match *what {
            "missing" => write!(f, ": missing in the catalogue; described as {description}"),
            "extra" => write!(f, ": {catalogue} in the catalogue, not described"),
            _ => write!(f, ": {what}: {catalogue} in the catalogue, {description} in the description"),
        }
    }
}

/// What the comparison with one description found.
pub(super) struct Compared {
    pub(super) differences: Vec<Difference>,
    /// Fields that the catalogue has, and those that are described.
    pub(super) fields: (usize, usize),
}

/// What was found so far, held against what is allowed to differ.
pub(super) struct Reported {
    allowed: Vec<Allowed>,
    used: Vec<bool>,
    differences: Vec<Difference>,
    reasoned: Vec<(Difference, String)>,
}

impl Reported {
    pub(super) fn new(allowed: Vec<Allowed>) -> Self {
        Self { used: vec![false; allowed.len()], allowed, differences: Vec::new(), reasoned: Vec::new() }
    }

    /// Takes note of a comparison. Answers the fields that the catalogue has, and those that it ought to have.
    pub(super) fn add(&mut self, compared: Compared) -> (usize, usize) {
        let (covered, mut wanted) = compared.fields;
        for difference in compared.differences {
            let mut reason = None;
            for (index, entry) in self.allowed.iter().enumerate().filter(|(_, entry)| entry.matches(&difference)) {
                self.used[index] = true;
                reason = Some(entry.reason.clone());
            }
            match reason {
                Some(reason) => {
                    // What is left out with a reason is no field to be covered.
                    wanted -= usize::from(difference.what == "missing" && !difference.field.is_empty());
                    self.reasoned.push((difference, reason));
                }
                None => self.differences.push(difference),
            }
        }
        (covered, wanted)
    }

    pub(super) fn report(self, operations: (usize, usize), fields: (usize, usize), events: Option<Events>) -> Report {
        let stale = self.allowed.iter().zip(self.used).filter(|(_, used)| !used).map(|(entry, _)| entry.name());
        let stale = stale.collect();
        Report { operations, fields, events, differences: self.differences, reasoned: self.reasoned, stale }
    }
}

/// Events compared, and events there are; the same of their fields.
pub(super) type Events = ((usize, usize), (usize, usize));

/// What a comparison found.
#[derive(Debug)]
pub struct Report {
    /// Operations compared, and operations there are.
    pub operations: (usize, usize),
    /// Fields of the compared operations that the catalogue has, and those that are described and not left out with a
    /// reason.
    pub fields: (usize, usize),
    /// The events of webhooks, where they are described.
    pub events: Option<((usize, usize), (usize, usize))>,
    /// Differences that nobody has given a reason for.
    pub differences: Vec<Difference>,
    /// Differences with their reasons.
    pub reasoned: Vec<(Difference, String)>,
    /// Entries of the list of differences that no longer match anything, as `at.field: what`.
    pub stale: Vec<String>,
}

impl Report {
    /// Whether every difference has a reason, and every reason a difference.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.stale.is_empty()
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let one = |difference: &Difference, reason: Option<&String>| {
            json!({
                "at": difference.at, "field": difference.field, "what": difference.what,
                "catalogue": difference.catalogue, "description": difference.description, "reason": reason,
            })
        };
        json!({
            "operations": {"covered": self.operations.0, "total": self.operations.1},
            "fields": {"covered": self.fields.0, "total": self.fields.1},
            "events": self.events.map(|((covered, total), _)| json!({"covered": covered, "total": total})),
            "event_fields": self.events.map(|(_, (covered, total))| json!({"covered": covered, "total": total})),
            "differences": self.differences.iter().map(|difference| one(difference, None)).collect::<Vec<_>>(),
            "reasoned": self.reasoned.iter().map(|(difference, reason)| one(difference, Some(reason))).collect::<Vec<_>>(),
            "stale": self.stale,
            "clean": self.is_clean(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differences {
            writeln!(f, "{difference}")?;
        }
        for stale in &self.stale {
            writeln!(f, "differences.yaml: {stale} matches nothing: take it out")?;
        }
        if let Some(((events, all), (fields, described))) = self.events {
            writeln!(f, "{events} of {all} events, {fields} of {described} fields")?;
        }
        let ((operations, all), (fields, described)) = (self.operations, self.fields);
        let reasoned = self.reasoned.len();
        writeln!(f, "{operations} of {all} operations, {fields} of {described} fields, {reasoned} reasoned differences")
    }
}
