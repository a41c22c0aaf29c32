//! All pages of a listing, an item a line.

use clerk_usher::args::Arguments;
use clerk_usher::catalogue::{Operation, Pages};
use clerk_usher::generated::operations::OPERATIONS;
use clerk_usher::page::Walk;
use clerk_usher::{Clerk, RawResponse};
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::json::{Listing, compact, listing};
use crate::{client, output};

/// How large pages are unless asked otherwise: the fewest requests.
const LIMIT: i64 = 100;

/// Walks an operation's listing.
pub(super) async fn operation(clerk: &Clerk, operation: &'static Operation, arguments: Arguments) -> Outcome {
    let mut walk = begin(operation, arguments)?;
    while let Some(arguments) = walk.arguments() {
        let answer = clerk.call(operation.name, arguments, &[], &client::patient()).await?;
        page(&mut walk, &answer)?;
    }
    Ok(())
}

/// Walks the listing at a path. How it continues is what the catalogue says of it.
pub(super) async fn path(clerk: &Clerk, method: &str, path: &str, query: &[(String, String)]) -> Outcome {
    let Some(operation) = OPERATIONS.iter().find(|operation| operation.method == method && matches(operation, path))
    else {
        return Err(Failure::Usage(format!("--all: {method} {path} is no listing that usher knows")));
    };
    // Only where it stands matters to the walk; the rest of the query stays what it is.
    let mut at = Arguments::default();
    let stands = |name: &str| matches!(name, "limit" | "offset" | "starting_after");
    for (name, value) in query.iter().filter(|(name, _)| stands(name)) {
        match value.parse::<i64>() {
            Ok(number) if name != "starting_after" => at.set(name, &number)?,
            _ => at.set(name, value)?,
        }
    }
    let mut walk = begin(operation, at)?;
    let rest: Vec<(String, String)> = query.iter().filter(|(name, _)| !stands(name)).cloned().collect();
    while let Some(arguments) = walk.arguments() {
        let at: serde_json::Map<String, Value> = serde_json::from_str(&arguments.to_json()).unwrap_or_default();
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let query: Vec<_> =
            rest.iter().cloned().chain(at.into_iter().map(|(name, value)| (name, text(value)))).collect();
        let answer = clerk.request(method, path, &query, None, &client::patient()).await?;
        page(&mut walk, &answer)?;
    }
    Ok(())
}

fn begin(operation: &'static Operation, mut arguments: Arguments) -> Outcome<Walk> {
    if operation.pages == Pages::None {
        return Err(Failure::Usage(format!("--all: {} is no listing with pages", operation.name)));
    }
    if arguments.get("limit").is_none() {
        arguments.set("limit", &LIMIT)?;
    }
    Ok(Walk::new(operation.name, arguments)?)
}

fn page(walk: &mut Walk, answer: &RawResponse) -> Outcome {
    let page = listing(&answer.body)?;
    let mut text = String::new();
    for item in &page.items {
        text.push_str(&compact(item.get()));
        text.push('\n');
    }
    output::print(&text)?;
    let (first, last) = (Listing::id(page.items.first()), Listing::id(page.items.last()));
    Ok(walk.advance(page.items.len(), page.total, first.as_deref(), last.as_deref())?)
}

/// Whether a path is one of an operation's template.
fn matches(operation: &Operation, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    let (mut template, mut segments) = (operation.path.split('/'), path.split('/'));
    loop {
        match (template.next(), segments.next()) {
            (None, None) => return true,
            (Some(name), Some(segment)) if name.starts_with('{') && !segment.is_empty() => {}
            (Some(name), Some(segment)) if name == segment => {}
            _ => return false,
        }
    }
}
