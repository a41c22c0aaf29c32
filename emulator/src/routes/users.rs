//! Creating, reading, changing and deleting users.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::metadata::How;
use crate::password::{self, HASHERS, Password};
use crate::store::Store;
use crate::store::identification::{Contact, Status, Wallet};
use crate::store::user::{LOCK_LIFE, Totp, Unique, User};
use crate::{totp, validate};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/users", create),
    Route::new("GET", "/v1/users/{user_id}", get),
    Route::new("PATCH", "/v1/users/{user_id}", update),
    Route::new("DELETE", "/v1/users/{user_id}", delete),
];

/// From this version on, updates of users and organizations leave metadata alone.
pub(crate) const METADATA_APART: &str = "2026-05-12";

/// The fields that creating and updating share, read but not yet applied.
struct Common {
    external_id: Patch<String>,
    first_name: Patch<String>,
    last_name: Patch<String>,
    locale: Patch<String>,
    username: Patch<String>,
    password: Option<Password>,
    totp_secret: Option<Vec<u8>>,
    backup_codes: Option<Vec<String>>,
    delete_self_enabled: Option<bool>,
    create_organization_enabled: Option<bool>,
    create_organizations_limit: Patch<i64>,
    legal_accepted_at: Patch<i64>,
    bypass_client_trust: Option<bool>,
    created_at: Option<i64>,
}

impl Common {
    fn read(form: &mut Form) -> Common {
        let bounded = |form: &mut Form, name: &str| {
            let value = form.text(name);
            if let Patch::Value(text) = &value
                && text.chars().count() > 256
            {
                form.fail(ErrorItem::too_long(name, 256));
            }
            value
        };
        let common = Common {
            external_id: bounded(form, "external_id"),
            first_name: bounded(form, "first_name"),
            last_name: bounded(form, "last_name"),
            locale: bounded(form, "locale"),
            username: read_username(form),
            password: read_password(form),
            totp_secret: read_totp(form),
            backup_codes: form.texts("backup_codes"),
            delete_self_enabled: form.boolean("delete_self_enabled"),
            create_organization_enabled: form.boolean("create_organization_enabled"),
            create_organizations_limit: form.integer("create_organizations_limit", 0, i64::from(i32::MAX)),
            legal_accepted_at: form.time("legal_accepted_at"),
            bypass_client_trust: form.boolean("bypass_client_trust"),
            created_at: form.time("created_at").value(),
        };
        form.boolean("skip_legal_checks");
        common
    }

    /// What others have already, as errors.
    fn check_free(&self, store: &Store, form: &mut Form, except: Option<&str>) {
        for (kind, value) in [(Unique::ExternalId, &self.external_id), (Unique::Username, &self.username)] {
            if let Patch::Value(value) = value
                && !value.is_empty()
                && let Err(item) = store.check_free(kind, value, except)
            {
                form.fail(item);
            }
        }
    }

    fn apply(self, store: &mut Store, user: &mut User, now: i64) {
        fn blank_is_null(patch: Patch<String>) -> Patch<String> {
            match patch {
                Patch::Value(text) if text.is_empty() => Patch::Null,
                other => other,
            }
        }
        let had_mfa = user.two_factor_enabled();
        blank_is_null(self.external_id).apply(&mut user.external_id);
        self.first_name.apply(&mut user.first_name);
        self.last_name.apply(&mut user.last_name);
        self.locale.apply(&mut user.locale);
        blank_is_null(self.username).apply(&mut user.username);
        if let Some(password) = self.password {
            user.password = Some(password);
            user.password_compromised = false;
            user.password_last_updated_at = Some(now);
        }
        if let Some(secret) = self.totp_secret {
            user.totp = Some(Totp { id: store.ids.id("totp_"), secret, verified: true, last_step: None });
        }
        if let Some(codes) = self.backup_codes {
            user.backup_codes = codes;
        }
        user.delete_self_enabled = self.delete_self_enabled.unwrap_or(user.delete_self_enabled);
        user.create_organization_enabled = self.create_organization_enabled.unwrap_or(user.create_organization_enabled);
        self.create_organizations_limit.apply(&mut user.create_organizations_limit);
        self.legal_accepted_at.apply(&mut user.legal_accepted_at);
        user.bypass_client_trust = self.bypass_client_trust.unwrap_or(user.bypass_client_trust);
        user.created_at = self.created_at.unwrap_or(user.created_at);
        user.note_mfa(had_mfa, now);
    }
}

fn read_username(form: &mut Form) -> Patch<String> {
    match form.text("username") {
        Patch::Value(text) if !text.is_empty() => match validate::username(&text) {
            Ok(name) => Patch::Value(name),
            Err(item) => {
                form.fail(item);
                Patch::Absent
            }
        },
        other => other,
    }
}

/// A new password, in plain or as a digest.
fn read_password(form: &mut Form) -> Option<Password> {
    let skip = form.boolean("skip_password_checks").unwrap_or(false);
    let plain = form.text("password").value();
    let digest = form.text("password_digest").value();
    let hasher_given = form.has("password_hasher");
    let hasher = form.choice("password_hasher", HASHERS);
    match (plain, digest) {
        (Some(_), Some(_)) => {
            form.fail(ErrorItem::excludes("password_digest", "password"));
            None
        }
        (Some(plain), None) => {
            if !skip && let Err(item) = password::check(&plain) {
                form.fail(item);
                return None;
            }
            Password::hash(&plain)
        }
        (None, Some(digest)) => {
            let Some(hasher) = hasher else {
                if !hasher_given {
                    form.fail(ErrorItem::needs("password_hasher", "password_digest"));
                }
                return None;
            };
            let password = Password::import(hasher, &digest);
            if password.is_none() {
                let text = format!("The given digest is not a valid {hasher} digest.");
                form.fail(ErrorItem::coded(
                    "form_password_digest_invalid_code",
                    "password_digest",
                    &text,
                    text.clone(),
                ));
            }
            password
        }
        (None, None) => {
            if hasher_given {
                form.fail(ErrorItem::needs("password_digest", "password_hasher"));
            }
            None
        }
    }
}

fn read_totp(form: &mut Form) -> Option<Vec<u8>> {
    let text = form.text("totp_secret").value()?;
    let secret = totp::decode_secret(&text);
    if secret.is_none() {
        form.fail(ErrorItem::coded(
            "invalid_totp_secret_code",
            "totp_secret",
            "invalid TOTP secret",
            "The TOTP secret is invalid, please provide a valid one base32 encoded",
        ));
    }
    secret
}

/// Email addresses or phone numbers with the parallel list of statuses.
fn read_contacts(
    form: &mut Form,
    store: &Store,
    kind: Unique,
    check: fn(&str, &str) -> Result<String, ErrorItem>,
) -> Vec<(String, Status)> {
    let name = kind.param();
    let values = form.texts(name).unwrap_or_default();
    let status_name = format!("{name}_identification_status");
    let statuses = form.texts(&status_name).unwrap_or_default();
    if !statuses.is_empty() && statuses.len() != values.len() {
        form.fail(ErrorItem::format(&status_name, &format!("must contain exactly one item per {name}.")));
    }
    let mut contacts: Vec<(String, Status)> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let status = match statuses.get(at).map_or("verified", String::as_str) {
            text @ ("verified" | "reserved") => Status::parse(text),
            other => {
                form.fail(ErrorItem::value(&status_name, other));
                Status::Verified
            }
        };
        match check(name, value).and_then(|value| store.check_free(kind, &value, None).map(|()| value)) {
            Ok(value) if contacts.iter().any(|(known, _)| *known == value) => form.fail(ErrorItem::taken(name)),
            Ok(value) => contacts.push((value, status)),
            Err(item) => form.fail(item),
        }
    }
    contacts
}

fn read_wallets(form: &mut Form, store: &Store) -> Vec<String> {
    let mut wallets: Vec<String> = Vec::new();
    for value in form.texts("web3_wallet").unwrap_or_default() {
        let checked = validate::wallet("web3_wallet", &value)
            .and_then(|wallet| store.check_free(Unique::Wallet, &wallet, None).map(|()| wallet));
        match checked {
            Ok(wallet) if wallets.contains(&wallet) => form.fail(ErrorItem::taken("web3_wallet")),
            Ok(wallet) => wallets.push(wallet),
            Err(item) => form.fail(item),
        }
    }
    wallets
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let form = call.form()?;
    let id = open(call, form)?;
    let user = call.store.user(&id)?;
    Ok(Reply::Json(call.render().user(user)))
}

/// Makes the user that a form asks for; the id.
pub(super) fn open(call: &mut Call<'_>, mut form: Form) -> Result<String, ApiError> {
    let now = call.now;
    let store = &mut *call.store;
    let emails = read_contacts(&mut form, store, Unique::Email, validate::email);
    let phones = read_contacts(&mut form, store, Unique::Phone, validate::phone);
    let wallets = read_wallets(&mut form, store);
    let common = Common::read(&mut form);
    common.check_free(store, &mut form, None);
    let change = form.metadata(true);
    let skip_user = form.boolean("skip_user_requirement").unwrap_or(false);
    form.boolean("skip_password_requirement");
    let banned = form.boolean("banned").unwrap_or(false);
    let locked = form.boolean("locked").unwrap_or(false);
    form.finish()?;

    let named = matches!(&common.username, Patch::Value(name) if !name.is_empty());
    if !skip_user && !named && emails.is_empty() && phones.is_empty() && wallets.is_empty() {
        return Err(no_identifier());
    }
    let mut user = User {
        id: store.ids.id("user_"),
        age: store.next_age(),
        delete_self_enabled: true,
        create_organization_enabled: true,
        banned,
        locked_until: locked.then_some(now + LOCK_LIFE),
        created_at: now,
        updated_at: now,
        ..User::default()
    };
    user.metadata.change(change, How::Replace)?;
    let mut contact = |(value, status)| Contact::new(store.ids.id("idn_"), value, status, now);
    user.emails = emails.into_iter().map(&mut contact).collect();
    user.phones = phones.into_iter().map(&mut contact).collect();
    for address in wallets {
        user.wallets.push(Wallet { id: store.ids.id("idn_"), address, created_at: now });
    }
    user.repair_primaries();
    common.apply(store, &mut user, now);
    let id = user.id.clone();
    store.users.insert(id.clone(), user);
    Ok(id)
}

fn no_identifier() -> ApiError {
    let names = ["email_address", "phone_number", "web3_wallet", "username"];
    let mut error = ApiError::new(
        422,
        "form_data_missing",
        "missing data",
        format!("{names:?} data doesn't match user requirements set for this instance"),
    );
    if let Some(item) = error.errors.first_mut() {
        item.meta.insert("param_names".to_owned(), names.as_slice().into());
    }
    error
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let user = call.store.user(&call.param("user_id"))?;
    Ok(Reply::Json(call.render().user(user)))
}

/// A primary contact has to be the user's own and verified.
fn read_primary(form: &mut Form, name: &str, contacts: &[(String, bool)]) -> Option<String> {
    let id = form.text(name).value()?;
    match contacts.iter().find(|(known, _)| *known == id) {
        None => form.fail(ErrorItem::missing_resource(name)),
        Some((_, false)) => form.fail(ErrorItem::format(name, "must be the id of a verified identification.")),
        Some((_, true)) => return Some(id),
    }
    None
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("user_id"), call.now);
    let with_metadata = call.is_before(METADATA_APART);
    let mut form = call.form()?;
    let mut user = call.store.user(&id)?.clone();
    let verified = |contacts: &[Contact]| -> Vec<(String, bool)> {
        contacts.iter().map(|contact| (contact.id.clone(), contact.is_verified())).collect()
    };
    let wallets: Vec<(String, bool)> = user.wallets.iter().map(|wallet| (wallet.id.clone(), true)).collect();
    let primary_email = read_primary(&mut form, "primary_email_address_id", &verified(&user.emails));
    let primary_phone = read_primary(&mut form, "primary_phone_number_id", &verified(&user.phones));
    let primary_wallet = read_primary(&mut form, "primary_web3_wallet_id", &wallets);
    let notify = form.boolean("notify_primary_email_address_changed").unwrap_or(false);
    let image_id = form.text("profile_image_id").value();
    let sign_out = form.boolean("sign_out_of_other_sessions").unwrap_or(false);
    let common = Common::read(&mut form);
    common.check_free(call.store, &mut form, Some(&id));
    let change = if with_metadata { form.metadata(true) } else { Default::default() };
    form.finish()?;
    user.metadata.change(change, How::Replace)?;
    if let Some(image) = image_id {
        if !call.store.images.contains_key(&image) {
            return Err(ApiError::new(404, "image_not_found", "Image not found", "Image not found"));
        }
        user.image_id = Some(image);
    }
    let old_email = user.primary_email().map(str::to_owned);
    user.primary_email_id = primary_email.or(user.primary_email_id);
    user.primary_phone_id = primary_phone.or(user.primary_phone_id);
    user.primary_wallet_id = primary_wallet.or(user.primary_wallet_id);
    let new_password = common.password.is_some();
    common.apply(call.store, &mut user, now);
    user.updated_at = now;
    if notify && old_email.as_deref() != user.primary_email() {
        call.store.tell_old_primary(old_email, now);
    }
    call.store.users.insert(id.clone(), user);
    if new_password && sign_out {
        call.store.revoke_sessions(&id, now);
    }
    get(call)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("user_id");
    let user = call.store.remove_user(&id).ok_or_else(|| ApiError::not_found("user", &id))?;
    let mut body = serde_json::json!({ "object": "user", "id": id, "deleted": true });
    if let Some(external_id) = user.external_id {
        body["external_id"] = external_id.into();
    }
    Ok(Reply::Json(body))
}
