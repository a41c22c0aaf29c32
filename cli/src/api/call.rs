//! One call, or a walk through all pages of a listing.

use std::path::Path;

use clerk_usher::args::Arguments;
use clerk_usher::catalogue::{Operation, Type};
use clerk_usher::{CallOptions, File, RawResponse};
use serde_json::value::RawValue;

use super::values::{self, Given, typed};
use super::walk;
use crate::failure::{Failure, Outcome};
use crate::json::pretty;
use crate::{client, input, output};

/// Calls an operation.
pub(super) async fn operation(
    operation: &'static Operation,
    arguments: &[String],
    body: Option<&Path>,
    all: bool,
    json: bool,
) -> Outcome {
    let (arguments, files) = gather(operation, values::named(operation, arguments)?, body).await?;
    let clerk = client::from_environment()?;
    if all {
        return walk::operation(&clerk, operation, arguments).await;
    }
    let answer = clerk.call(operation.name, &arguments, &files, &CallOptions::default()).await?;
    show(&answer, json)
}

/// The arguments of an operation: those of the body, then those that were typed.
async fn gather(
    operation: &Operation,
    given: Vec<Given>,
    body: Option<&Path>,
) -> Outcome<(Arguments, Vec<(String, File)>)> {
    let mut arguments = match body {
        Some(path) => Arguments::from_json(&input::text(path).await?)
            .map_err(|_| Failure::Usage("--body must be a JSON object of the operation's arguments".to_owned()))?,
        None => Arguments::default(),
    };
    let mut files = Vec::new();
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    for one in given {
        match one {
            Given::Json(name, value) => arguments.set(&name, &value)?,
            Given::File(name, path) => {
                let bytes = input::bytes(Path::new(&path)).await?;
                let filename = Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned());
                files.push((name, File::new(filename.unwrap_or_default(), bytes)));
            }
            Given::Text(name, text) => {
                // Of an argument that is not known the client says so.
                let kind = values::param(operation, &name).map_or(&Type::String, |param| &param.kind);
                let value = typed(&name, kind, &text)?;
                match (kind, lists.iter_mut().find(|(known, _)| *known == name)) {
                    (Type::Array(_), Some((_, list))) => list.push(value),
                    (Type::Array(_), None) => lists.push((name, vec![value])),
                    _ => arguments.set(&name, &raw(&value)?)?,
                }
            }
        }
    }
    for (name, list) in lists {
        arguments.set(&name, &raw(&format!("[{}]", list.join(",")))?)?;
    }
    Ok((arguments, files))
}

fn raw(json: &str) -> Outcome<Box<RawValue>> {
    RawValue::from_string(json.to_owned()).map_err(|error| Failure::Usage(format!("not JSON: {error}")))
}

/// Sends a request by method and path.
pub(super) async fn request(
    method: &str,
    path: &str,
    given: Vec<Given>,
    body: Option<&Path>,
    all: bool,
    json: bool,
) -> Outcome {
    // Documentation writes paths with their version, which the client adds.
    let path = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    if !path.starts_with('/') {
        return Err(Failure::Usage(format!("{method} needs a path, such as /users")));
    }
    let in_query = matches!(method, "GET" | "HEAD" | "DELETE");
    let (mut query, mut fields): (Vec<(String, String)>, Vec<String>) = (Vec::new(), Vec::new());
    for one in given {
        let (name, value) = match one {
            Given::Text(name, value) if in_query => {
                query.push((name, value));
                continue;
            }
            Given::Text(name, value) => (name, serde_json::Value::from(value).to_string()),
            Given::Json(name, value) if !in_query => (name, value.get().to_owned()),
            Given::Json(name, _) => {
                return Err(Failure::Usage(format!(
                    "`{name}`: {method} has a query, whose values are texts: {name}=…"
                )));
            }
            Given::File(name, _) => {
                return Err(Failure::Usage(format!("`{name}`: files are sent by operations, not by {method}")));
            }
        };
        fields.push(format!("{}:{value}", serde_json::Value::from(name)));
    }
    let body = match body {
        Some(_) if !fields.is_empty() => {
            return Err(Failure::Usage("give the body with --body or by its fields, not both".to_owned()));
        }
        Some(path) => Some(input::text(path).await?),
        None if fields.is_empty() => None,
        None => Some(format!("{{{}}}", fields.join(","))),
    };
    let clerk = client::from_environment()?;
    if all {
        return walk::path(&clerk, method, path, &query).await;
    }
    let answer = clerk.request(method, path, &query, body.as_deref(), &CallOptions::default()).await?;
    show(&answer, json)
}

/// Prints an answer: as it came for programs, laid out for people. One without a body prints nothing.
fn show(answer: &RawResponse, json: bool) -> Outcome {
    let text = String::from_utf8_lossy(&answer.body);
    match text.trim() {
        "" => Ok(()),
        text if json => output::line(text),
        text => output::line(&pretty(text)),
    }
}
