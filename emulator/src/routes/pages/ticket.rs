//! Tickets: what a sign-in token or an invitation puts into a link.

use super::back::{Back, Purpose};
use super::{sign_in, sign_up};
use crate::api::{Call, Reply};
use crate::errors::{ApiError, EmulatorError};
use crate::page::{Refusal, Visitor, check_way_back, notice, see_other, serve};
use crate::store::{Store, actor_token};
use crate::target::Target;

/// What a ticket stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ticket {
    /// The user, and the organization to start in.
    SignIn {
        user_id: String,
        organization_id: Option<String>,
    },
    /// Somebody acts as the user, and goes here then.
    Acting {
        user_id: String,
        redirect_url: Option<String>,
    },
    Invitation {
        id: String,
        email_address: String,
    },
    OrganizationInvitation {
        id: String,
        email_address: String,
        organization_id: String,
    },
}

/// The ticket in the link of an invitation.
fn is_in(url: &str, ticket: &str) -> bool {
    url.split_once("?ticket=").is_some_and(|(_, rest)| rest.split('&').next() == Some(ticket))
}

impl Store {
    /// What a ticket stands for.
    ///
    /// # Errors
    /// Why it opens nothing, in words.
    pub(super) fn ticket(&self, text: &str, now: i64) -> Result<Ticket, String> {
        let good = |status: &str, what: &str, ticket: Ticket| match status {
            "pending" => Ok(ticket),
            other => Err(format!("This {what} is {other}.")),
        };
        if let Some(token) = self.sign_in_tokens.values().find(|token| token.text_is(text)) {
            let status = if now >= token.expires_at { "expired" } else { &token.status };
            let (user_id, organization_id) = (token.user_id.clone(), token.organization_id.clone());
            return good(status, "sign-in token", Ticket::SignIn { user_id, organization_id });
        }
        if let Some((found, acting)) = self.acting_ticket(text) {
            return match found.refusal(now) {
                None => Ok(acting),
                Some(why) => Err(format!("This token opens no session: {why}.")),
            };
        }
        if let Some(found) = self.invitations.values().find(|invitation| is_in(&invitation.url, text)) {
            let (id, email_address) = (found.id.clone(), found.email_address.clone());
            return good(found.status(now), "invitation", Ticket::Invitation { id, email_address });
        }
        if let Some(found) = self.organization_invitations.values().find(|invitation| is_in(&invitation.url, text)) {
            let (id, email_address) = (found.id.clone(), found.email_address.clone());
            let organization_id = found.organization_id.clone();
            let ticket = Ticket::OrganizationInvitation { id, email_address, organization_id };
            return good(found.status(now), "invitation", ticket);
        }
        Err("Nobody has heard of this ticket.".to_owned())
    }
}

impl Store {
    /// The ticket of an actor token or of an agent's task.
    fn acting_ticket(&self, text: &str) -> Option<(&actor_token::Ticket, Ticket)> {
        if let Some(token) = self.actor_tokens.values().find(|token| token.ticket.token == text) {
            return Some((&token.ticket, Ticket::Acting { user_id: token.user_id.clone(), redirect_url: None }));
        }
        let task = self.agent_tasks.values().find(|task| task.ticket.token == text)?;
        let redirect_url = Some(task.redirect_url.clone());
        Some((&task.ticket, Ticket::Acting { user_id: task.user_id.clone(), redirect_url }))
    }
}

impl Ticket {
    /// Whether its user is there already.
    fn status(&self, store: &Store) -> &'static str {
        let known = match self {
            Ticket::SignIn { .. } | Ticket::Acting { .. } => true,
            Ticket::Invitation { .. } => false,
            Ticket::OrganizationInvitation { email_address, .. } => store.user_by_identifier(email_address).is_some(),
        };
        if known { "sign_in" } else { "sign_up" }
    }
}

fn refused(text: &str) -> Refusal {
    notice(400, "This link does not work", text).into()
}

/// Where the link of a ticket leads: to the application if it named a place, else to our own pages.
pub(super) fn accept(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let text = call.query.text("ticket").unwrap_or_default().to_owned();
        let ticket = call.store.ticket(&text, call.now).map_err(|why| refused(&why))?;
        let status = ticket.status(call.store);
        let asked = match &ticket {
            Ticket::Acting { redirect_url: Some(url), .. } => {
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.append_pair("__clerk_ticket", &text).append_pair("redirect_url", url);
                return Ok(see_other(format!("/sign-in?{}", query.finish()), visitor));
            }
            _ => call.query.text("redirect_url"),
        };
        let location = match asked {
            Some(url) => {
                let target = Target::parse(url).ok_or_else(|| refused("redirect_url must be an http or https URL."))?;
                check_way_back(call, &target.plain())?;
                let target = Target::parse(&target.with("__clerk_ticket", &text)).unwrap_or(target);
                target.with("__clerk_status", status)
            }
            None if status == "sign_in" => format!("/sign-in?__clerk_ticket={text}"),
            None => format!("/sign-up?__clerk_ticket={text}"),
        };
        Ok(see_other(location, visitor))
    })
}

/// Signs in with a ticket.
pub(super) fn sign_in(call: &mut Call<'_>, visitor: &Visitor, back: &Back, text: &str) -> Result<Reply, Refusal> {
    let now = call.now;
    match call.store.ticket(text, now).map_err(|why| refused(&why))? {
        Ticket::SignIn { user_id, organization_id } => {
            call.store.check_may_sign_in(&user_id, "", now).map_err(|item| refused(&item.long_message))?;
            if let Some(token) = call.store.sign_in_tokens.find_mut(|token| token.text_is(text)) {
                token.status = "accepted".into();
                token.updated_at = now;
            }
            Ok(sign_in::finish(call, visitor, back, &user_id, organization_id))
        }
        Ticket::OrganizationInvitation { id, email_address, organization_id } => {
            let user = call.store.user_by_identifier(&email_address).map(|user| user.id.clone());
            let Some(user_id) = user else { return Ok(see_other(sign_up::page(back, text), visitor)) };
            call.store.check_may_sign_in(&user_id, "", now).map_err(|item| refused(&item.long_message))?;
            join(call.store, &id, now)?;
            Ok(sign_in::finish(call, visitor, back, &user_id, Some(organization_id)))
        }
        Ticket::Acting { user_id, .. } => {
            call.store.check_may_sign_in(&user_id, "", now).map_err(|item| refused(&item.long_message))?;
            let session = call.store.accept_acting(text, &call.shared.url, now).map_err(|why| refused(&why))?;
            call.store.move_session_to(&visitor.browser, &session, now);
            Ok(back.go(call, visitor, Purpose::SignIn))
        }
        Ticket::Invitation { .. } => Ok(see_other(sign_up::page(back, text), visitor)),
    }
}

/// Makes the invited user a member.
pub(super) fn join(store: &mut Store, invitation_id: &str, now: i64) -> Result<(), Refusal> {
    store.accept_organization_invitation(invitation_id, now).map(|_| ()).map_err(|error| {
        let why = match error {
            EmulatorError::Argument(text) => text,
            other => other.to_string(),
        };
        refused(&why)
    })
}
