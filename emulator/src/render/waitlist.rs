//! Who waits to be let in.

use super::Render;
use crate::store::waitlist::WaitlistEntry;
use serde_json::{Value, json};

impl Render<'_> {
    pub(crate) fn waitlist_entry(&self, entry: &WaitlistEntry) -> Value {
        let invitation = entry.invitation_id.as_ref().and_then(|id| self.store.invitations.get(id));
        let mut body = json!({
            "object": "waitlist_entry",
            "id": entry.id,
            "email_address": entry.email_address,
            "status": entry.status,
            "is_locked": false,
            "created_at": entry.created_at,
            "updated_at": entry.updated_at,
        });
        // By its description it is there or not, and never null.
        if let Some(invitation) = invitation {
            body["invitation"] = self.invitation(invitation);
        }
        body
    }
}
