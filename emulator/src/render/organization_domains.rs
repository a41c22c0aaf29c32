//! Domains of organizations.

use super::Render;
use crate::store::organization_domain::OrganizationDomain;
use serde_json::{Value, json};

impl Render<'_> {
    pub(crate) fn organization_domain(&self, domain: &OrganizationDomain) -> Value {
        let verification = |strategy: &str, verified_at: Option<i64>| {
            json!({
                "status": "verified",
                "strategy": strategy,
                "attempts": null,
                "expire_at": null,
                "verified_at": verified_at,
            })
        };
        let affiliation = domain.verified.then(|| verification("admin", None));
        json!({
            "object": "organization_domain",
            "id": domain.id,
            "organization_id": domain.organization_id,
            "name": domain.name,
            "enrollment_mode": domain.enrollment_mode,
            "affiliation_email_address": null,
            "affiliation_verification": affiliation,
            "ownership_verification": domain.owned_at.map(|at| verification("manual_override", Some(at))),
            "verification": affiliation,
            "total_pending_invitations": self.store.pending_invitations_at(domain, self.now),
            // Suggestions are made to people who sign in at a browser: nobody waits for one here.
            "total_pending_suggestions": 0,
            "public_organization_data": self.public_organization(&domain.organization_id),
            "created_at": domain.created_at,
            "updated_at": domain.updated_at,
        })
    }
}
