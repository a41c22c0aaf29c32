//! The instance and what can be set about it. Organizations and OAuth applications have their settings in other files.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::store::instance::Restrictions;
use crate::validate;
use bytes::Bytes;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/instance", get),
    Route::new("PATCH", "/v1/instance", update),
    Route::new("PATCH", "/v1/instance/restrictions", update_restrictions),
    Route::new("GET", "/v1/instance/protect", get_protect),
    Route::new("PATCH", "/v1/instance/protect", update_protect),
    Route::new("GET", "/v1/instance/communication", get_communication),
    Route::new("PATCH", "/v1/instance/communication", update_communication),
    Route::new("POST", "/v1/instance/change_domain", change_domain),
    Route::new("PATCH", "/v1/beta_features/instance_settings", update_beta),
    Route::new("PUT", "/v1/beta_features/domain", change_domain),
];

/// ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ \
    IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS \
    PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL \
    TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(json!({
        "object": "instance",
        "id": call.shared.instance_id,
        "environment_type": if call.shared.is_production() { "production" } else { "development" },
        "allowed_origins": call.store.settings().allowed_origins,
        "workspace_id": null,
    })))
}

/// Something in front of `://` and something behind it, without a path.
fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty()
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
            && !host.is_empty()
            && !host.contains(|c: char| c.is_whitespace() || "/?#".contains(c))
    })
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let test_mode = form.boolean("test_mode");
    let hibp = form.boolean("hibp");
    let support_email = form.text("support_email");
    let clerk_js_version = form.text("clerk_js_version");
    let development_origin = form.text("development_origin");
    let origins = form.texts("allowed_origins");
    let cookieless = form.boolean("cookieless_dev");
    let syncing = form.boolean("url_based_session_syncing");
    let preferred = form.choice("preferred_sign_in_strategy_when_password_required", &["password", "otp", ""]);
    if let Patch::Value(address) = &support_email
        && !address.is_empty()
        && let Err(item) = validate::email("support_email", address)
    {
        form.fail(item);
    }
    if origins.iter().flatten().any(|origin| !is_origin(origin)) {
        let rule = "allowed_origins must be valid origins, such as capacitor://localhost or http://localhost:3000.";
        form.fail(ErrorItem::coded("form_invalid_origin", "allowed_origins", "is invalid", rule));
    }
    form.finish()?;
    let settings = call.store.settings_mut();
    settings.test_mode = test_mode.or(settings.test_mode);
    settings.hibp = hibp.unwrap_or(settings.hibp);
    support_email.apply(&mut settings.support_email);
    clerk_js_version.apply(&mut settings.clerk_js_version);
    development_origin.apply(&mut settings.development_origin);
    settings.allowed_origins = origins.or(settings.allowed_origins.take());
    settings.url_based_session_syncing = syncing.or(cookieless).unwrap_or(settings.url_based_session_syncing);
    match preferred {
        Some("") => settings.preferred_sign_in_strategy = None,
        Some(strategy) => settings.preferred_sign_in_strategy = Some(strategy.into()),
        None => {}
    }
    Ok(Reply::Empty)
}

fn restrictions(restrictions: &Restrictions) -> Reply {
    Reply::Json(json!({
        "object": "instance_restrictions",
        "allowlist": restrictions.allowlist,
        "blocklist": restrictions.blocklist,
        "allowlist_blocklist_disabled_on_sign_in": restrictions.disabled_on_sign_in,
        "block_email_subaddresses": restrictions.block_email_subaddresses,
        "block_disposable_email_domains": restrictions.block_disposable_email_domains,
    }))
}

/// Sets what the body has and leaves the rest.
fn switch(form: &mut Form, name: &str, target: &mut bool) {
    *target = form.boolean(name).unwrap_or(*target);
}

fn update_restrictions(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let mut wanted = call.store.settings().restrictions.clone();
    switch(&mut form, "allowlist", &mut wanted.allowlist);
    switch(&mut form, "blocklist", &mut wanted.blocklist);
    switch(&mut form, "allowlist_blocklist_disabled_on_sign_in", &mut wanted.disabled_on_sign_in);
    switch(&mut form, "block_email_subaddresses", &mut wanted.block_email_subaddresses);
    switch(&mut form, "block_disposable_email_domains", &mut wanted.block_disposable_email_domains);
    form.finish()?;
    let settings = call.store.settings_mut();
    settings.restrictions = wanted;
    Ok(restrictions(&settings.restrictions))
}

fn get_protect(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let protect = &call.store.settings().protect;
    Ok(Reply::Json(json!({
        "object": "instance_protect",
        "rules_enabled": protect.rules_enabled,
        "specter_enabled": protect.specter_enabled,
        "checks_bypassed": false,
    })))
}

fn update_protect(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let mut wanted = call.store.settings().protect.clone();
    switch(&mut form, "rules_enabled", &mut wanted.rules_enabled);
    switch(&mut form, "specter_enabled", &mut wanted.specter_enabled);
    form.finish()?;
    call.store.settings_mut().protect = wanted;
    get_protect(call)
}

fn get_communication(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let codes = &call.store.settings().blocked_country_codes;
    Ok(Reply::Json(json!({ "object": "instance_communication", "blocked_country_codes": codes })))
}

/// The whole list at a time. Countries that nobody knows are left out without a word, as the API does.
fn update_communication(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    const PARAM: &str = "blocked_country_codes";
    let mut form = call.form()?;
    let codes = form.texts(PARAM);
    for (at, code) in codes.iter().flatten().enumerate() {
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            form.fail(ErrorItem::format(PARAM, "must be upper-case ISO 3166-1 alpha-2 country codes."));
            break;
        }
        if codes.iter().flatten().take(at).any(|other| other == code) {
            let long = format!("duplicate list items not allowed: {PARAM}");
            let message = "duplicate list items not allowed";
            form.fail(ErrorItem::coded("duplicate_list_items_not_allowed", PARAM, message, long));
            break;
        }
    }
    if codes.as_ref().is_some_and(|codes| codes.len() > 250) {
        form.fail(ErrorItem::too_many(PARAM, 250));
    }
    form.finish()?;
    if let Some(mut codes) = codes {
        codes.retain(|code| COUNTRIES.split_whitespace().any(|known| known == code));
        call.store.settings_mut().blocked_country_codes = codes;
    }
    get_communication(call)
}

/// Moves a production instance to another domain; nobody stays signed in.
fn change_domain(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let home_url = form.required_text("home_url");
    let is_secondary = form.boolean("is_secondary").unwrap_or(false);
    form.finish()?;
    if !call.shared.is_production() {
        return Err(ApiError::new(
            400,
            "domain_update_forbidden",
            "Domain update was forbidden",
            "Domain can be only updated for production instances",
        ));
    }
    let name = super::domains::host_of(&home_url)
        .ok_or_else(|| ErrorItem::format("home_url", "must be a valid url, such as https://www.example.com."))?;
    if call.store.domains.values().any(|domain| domain.is_satellite && domain.name.as_deref() == Some(&name)) {
        let long = format!("The {name} root domain is already in use by another application.");
        return Err(ErrorItem::coded("home_url_taken", "home_url", "Domain already in use", long).into());
    }
    if let Some(primary) = call.store.domains.find_mut(|domain| !domain.is_satellite) {
        primary.name = Some(name);
        primary.is_secondary = is_secondary;
        primary.updated_at = now;
    }
    call.store.sessions.change_all(|session| session.is_active(now), |session| session.end("ended", now));
    Ok(Reply::Full { status: 202, headers: Vec::new(), body: Bytes::new() })
}

fn update_beta(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let restricted = form.boolean("restricted_to_allowlist");
    let from = form.text("from_email_address");
    let progressive = form.boolean("progressive_sign_up");
    let test_mode = form.boolean("test_mode");
    if let Patch::Value(local) = &from
        && (local.is_empty() || !local.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        form.fail(ErrorItem::format("from_email_address", "must be a valid email address local part."));
    }
    form.finish()?;
    let settings = call.store.settings_mut();
    settings.restrictions.allowlist = restricted.unwrap_or(settings.restrictions.allowlist);
    from.apply(&mut settings.from_email_address);
    settings.progressive_sign_up = progressive.unwrap_or(settings.progressive_sign_up);
    settings.test_mode = test_mode.or(settings.test_mode);
    let body: Value = json!({
        "object": "instance_settings",
        "id": call.shared.instance_id,
        "restricted_to_allowlist": settings.restrictions.allowlist,
        "from_email_address": settings.from_email_address.as_deref().unwrap_or("noreply"),
        "progressive_sign_up": settings.progressive_sign_up,
        "enhanced_email_deliverability": false,
    });
    Ok(Reply::Json(body))
}
