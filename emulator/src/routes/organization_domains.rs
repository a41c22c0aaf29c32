//! Domains of organizations.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::{Order, Page};
use crate::store::organization_domain::{ENROLLMENT_MODES, OrganizationDomain, is_common};
use crate::validate;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organizations/{organization_id}/domains", list),
    Route::new("POST", "/v1/organizations/{organization_id}/domains", create),
    Route::new("PATCH", "/v1/organizations/{organization_id}/domains/{domain_id}", update),
    Route::new("DELETE", "/v1/organizations/{organization_id}/domains/{domain_id}", delete),
    Route::new("POST", "/v1/organizations/{organization_id}/domains/{domain_id}/verify_ownership", verify_ownership),
    Route::new("GET", "/v1/organization_domains", list_all),
];

/// What both listings filter by.
struct Filter {
    verified: Option<bool>,
    wanted: Vec<&'static str>,
    unwanted: Vec<&'static str>,
}

impl Filter {
    fn read(call: &mut Call<'_>) -> Self {
        let verified = call.query.choice("verified", &["true", "false"]).map(|text| text == "true");
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for value in call.query.list("enrollment_mode").iter().flat_map(|values| values.split(',')) {
            let (list, name) = match value.strip_prefix('-') {
                Some(name) => (&mut unwanted, name),
                None => (&mut wanted, value),
            };
            match ENROLLMENT_MODES.iter().copied().find(|mode| *mode == name) {
                Some(mode) => list.push(mode),
                None => call.query.fail(ErrorItem::value("enrollment_mode", value)),
            }
        }
        Filter { verified, wanted, unwanted }
    }

    fn admits(&self, domain: &OrganizationDomain) -> bool {
        let mode = &*domain.enrollment_mode;
        self.verified.is_none_or(|verified| domain.verified == verified)
            && (self.wanted.is_empty() || self.wanted.contains(&mode))
            && !self.unwanted.contains(&mode)
    }
}

fn answer(call: &Call<'_>, mut found: Vec<&OrganizationDomain>, order: Order, page: Page) -> Reply {
    let key = |domain: &&OrganizationDomain| match order.field {
        "name" => (0, domain.name.clone()),
        _ => (domain.created_at, String::new()),
    };
    order.sort(&mut found, key, |domain| domain.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|domain| render.organization_domain(domain)).collect();
    Reply::list(items, total)
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let filter = Filter::read(call);
    let page = call.query.page();
    call.query.finish()?;
    let organization = call.store.organization(&call.param("organization_id"))?;
    let domains = call.store.organization_domains.values();
    let found = domains.filter(|domain| domain.organization_id == organization.id && filter.admits(domain)).collect();
    Ok(answer(call, found, Order::NEWEST, page))
}

fn list_all(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let filter = Filter::read(call);
    let organization = call.query.text("organization_id").map(str::to_owned);
    let names: Vec<String> = call.query.list("domains").iter().map(|name| name.to_lowercase()).collect();
    let needle = call.query.raw("query").map(|text| text.trim().to_owned());
    if needle.as_deref() == Some("") {
        call.query.fail(ErrorItem::format("query", "cannot be empty."));
    }
    let order = call.query.order(&["name", "created_at"], Order::NEWEST);
    let page = call.query.page();
    call.query.finish()?;
    let hit = |domain: &OrganizationDomain, needle: &str| {
        if needle.starts_with("org_") {
            domain.organization_id == needle
        } else {
            domain.name.contains(&needle.to_lowercase())
        }
    };
    let found = call
        .store
        .organization_domains
        .values()
        .filter(|domain| {
            filter.admits(domain)
                && organization.as_ref().is_none_or(|id| domain.organization_id == *id)
                && (names.is_empty() || names.contains(&domain.name))
                && needle.as_deref().is_none_or(|needle| hit(domain, needle))
        })
        .collect();
    Ok(answer(call, found, order, page))
}

/// The domain of the path.
fn find(call: &Call<'_>) -> Result<OrganizationDomain, ApiError> {
    let organization = call.store.organization(&call.param("organization_id"))?;
    call.store
        .organization_domains
        .get(&call.param("domain_id"))
        .filter(|domain| domain.organization_id == organization.id)
        .cloned()
        .ok_or_else(|| ApiError::new(404, "resource_not_found", "not found", "Organization domain not found"))
}

/// Keeps a new or changed domain and answers with it.
fn keep(call: &mut Call<'_>, mut domain: OrganizationDomain) -> Reply {
    domain.updated_at = call.now;
    call.store.organization_domains.insert(domain.id.clone(), domain.clone());
    Reply::Json(call.render().organization_domain(&domain))
}

/// An error if a domain is another's: one organization has it once, and only one can show that it is theirs.
fn check_free(call: &Call<'_>, domain: &OrganizationDomain) -> Result<(), ApiError> {
    let taken = call.store.organization_domains.values().any(|known| {
        known.id != domain.id
            && known.name == domain.name
            && (known.organization_id == domain.organization_id || (known.verified && domain.verified))
    });
    if !taken {
        return Ok(());
    }
    Err(ErrorItem::coded(
        "organization_domain_already_exists",
        "name",
        "organization domain already exists",
        "This domain is already used by another organization.",
    )
    .into())
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let mode = form.choice("enrollment_mode", ENROLLMENT_MODES).unwrap_or("manual_invitation");
    let verified = form.boolean("verified").unwrap_or(true);
    form.finish()?;
    let organization_id = call.store.organization(&call.param("organization_id"))?.id.clone();
    let name = validate::domain("name", &name)?;
    if is_common(&name) {
        return Err(ErrorItem::coded(
            "organization_domain_common",
            "name",
            "common email domain",
            "This is a common email provider domain. Please use a different one.",
        )
        .into());
    }
    let domain = OrganizationDomain {
        id: call.store.ids.id("orgdmn_"),
        age: call.store.next_age(),
        organization_id,
        name,
        enrollment_mode: mode.into(),
        verified,
        owned_at: None,
        created_at: now,
        updated_at: now,
    };
    check_free(call, &domain)?;
    Ok(keep(call, domain))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let mode = form.choice("enrollment_mode", ENROLLMENT_MODES);
    let verified = form.boolean("verified");
    form.finish()?;
    let mut domain = find(call)?;
    domain.verified = verified.unwrap_or(domain.verified);
    if let Some(mode) = mode {
        domain.enrollment_mode = mode.into();
    }
    check_free(call, &domain)?;
    Ok(keep(call, domain))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domain = find(call)?;
    call.store.organization_domains.remove(&domain.id);
    Ok(Reply::deleted("organization_domain", &domain.id))
}

/// The word of whoever has the secret key stands for a record in the DNS. Said twice it is still said once.
fn verify_ownership(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut domain = find(call)?;
    if domain.owned_at.is_some() {
        return Ok(Reply::Json(call.render().organization_domain(&domain)));
    }
    domain.owned_at = Some(call.now);
    Ok(keep(call, domain))
}
