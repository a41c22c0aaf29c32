//! Creating one user, once, whatever happens on the way.

use std::time::Duration;

use clerk_usher::args::Arguments;
use clerk_usher::error::ApiError;
use clerk_usher::{CallOptions, Clerk, Error};
use serde_json::Value;

use super::gate::Gate;
use super::lookup::Identity;
use super::rows::CREATE;
use crate::failure::Failure;

/// How often a call is tried whose answer was lost or a server's error.
const TRIES: u32 = 5;
/// The wait before the second try; it doubles.
const BACKOFF: Duration = Duration::from_millis(250);

/// What became of a line.
#[derive(Debug)]
pub(super) enum Became {
    /// Its user was created now.
    Created,
    /// Its user had been created by a call whose answer was lost.
    Found,
    /// It was refused, and nobody was created.
    Refused(Box<Error>),
    /// Nobody knows whether its user was created.
    Unknown(String),
    /// The same would become of every line, and the import ends. `certain`: nobody was created.
    Stop { failure: Failure, certain: bool },
}

/// Creates the user of a line. `in_doubt`: a run before may have created it already.
pub(super) async fn create(clerk: &Clerk, gate: &Gate, user: &Arguments, in_doubt: bool) -> Became {
    let identity = Identity::of(user);
    let mut doubt = in_doubt;
    let mut ever_in_doubt = in_doubt;
    let mut tries = 0;
    loop {
        gate.pass().await;
        if doubt {
            if identity.is_empty() {
                return Became::Unknown(
                    "it was sent, the answer was lost, and it has no identifier to look it up by".to_owned(),
                );
            }
            match identity.find(clerk).await {
                Ok(Some(_)) => return Became::Found,
                Ok(None) => doubt = false,
                Err(error) => match after(gate, error, &mut tries).await {
                    None | Some(Next::Again { .. }) => continue,
                    Some(Next::Stop(failure)) => return Became::Stop { failure, certain: false },
                    Some(Next::Refused(error) | Next::GivenUp(error)) => {
                        return Became::Unknown(format!("it was sent, and looking it up failed: {error}"));
                    }
                },
            }
        }
        let options = CallOptions::default().max_retries(0).timeout(Duration::from_secs(30));
        match clerk.call(CREATE, user, &[], &options).await {
            Ok(answer) => {
                gate.opened();
                let created: Option<Value> = serde_json::from_slice(&answer.body).ok();
                if created.as_ref().is_some_and(|user| user.get("id").is_some_and(Value::is_string)) {
                    return Became::Created;
                }
                (doubt, ever_in_doubt) = (true, true);
                tries += 1;
                if tries >= TRIES {
                    return Became::Unknown("the API's answers are no users".to_owned());
                }
            }
            Err(error) => match after(gate, error, &mut tries).await {
                Some(Next::Again { lost }) => {
                    doubt |= lost;
                    ever_in_doubt |= lost;
                }
                Some(Next::Stop(failure)) => return Became::Stop { failure, certain: !ever_in_doubt },
                // It may be refused because it is there: sent before, and answered to nobody.
                Some(Next::Refused(error)) if ever_in_doubt && !identity.is_empty() => {
                    return match identity.find(clerk).await {
                        Ok(Some(_)) => Became::Found,
                        Ok(None) => Became::Refused(error),
                        Err(_) => Became::Unknown(format!("it was sent before, and then refused: {error}")),
                    };
                }
                Some(Next::Refused(error)) => return Became::Refused(error),
                Some(Next::GivenUp(error)) => {
                    return Became::Unknown(format!("it was sent, and the answer was lost: {error}"));
                }
                None => {}
            },
        }
    }
}

/// What to do after an error.
enum Next {
    /// Try again; `lost`: the call may have had its effect.
    Again { lost: bool },
    /// The API knows what it refused.
    Refused(Box<Error>),
    /// It was tried often enough.
    GivenUp(Box<Error>),
    /// It would be the same with every other line.
    Stop(Failure),
}

/// Waits as the error wants; nothing to say of it is to try again.
async fn after(gate: &Gate, error: Error, tries: &mut u32) -> Option<Next> {
    let lost = match &error {
        Error::Api(api) if api.status == 429 => {
            gate.limited(api.retry_after);
            return None;
        }
        Error::Api(api) if is_everybodys(api) => return Some(Next::Stop(error.into())),
        Error::Api(api) if api.status < 500 && api.status != 408 => return Some(Next::Refused(Box::new(error))),
        Error::Api(_) | Error::Timeout(_) | Error::Decode(_) => true,
        Error::Connection(connection) => connection.sent,
        _ => return Some(Next::Refused(Box::new(error))),
    };
    *tries += 1;
    if *tries >= TRIES {
        return Some(if lost { Next::GivenUp(Box::new(error)) } else { Next::Stop(error.into()) });
    }
    tokio::time::sleep(BACKOFF * 2_u32.pow(*tries - 1)).await;
    Some(Next::Again { lost })
}

/// A key that does not hold, a plan that has no room: the next line would be answered the same.
fn is_everybodys(error: &ApiError) -> bool {
    matches!(error.status, 401..=403)
}
