//! A user of the API as the fields that would create it again.

use clerk_usher::generated::operations;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::rows::{CREATE, ID};
use crate::json::{compact, members};

/// The fields of an export, the id first: those of a new user that can be read of one that is there. Passwords and other
/// secrets cannot.
const FIELDS: [&str; 20] = [
    ID,
    "external_id",
    "username",
    "first_name",
    "last_name",
    "locale",
    "email_address",
    "email_address_identification_status",
    "phone_number",
    "phone_number_identification_status",
    "web3_wallet",
    "public_metadata",
    "private_metadata",
    "unsafe_metadata",
    "created_at",
    "legal_accepted_at",
    "banned",
    "delete_self_enabled",
    "create_organization_enabled",
    "create_organizations_limit",
];

/// The columns of a CSV file.
pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    FIELDS.into_iter().filter(|name| *name == ID || is_known(name))
}

fn is_known(name: &str) -> bool {
    operations::find(CREATE).is_some_and(|operation| operation.params.iter().any(|param| param.name == name))
}

/// One user: the JSON text of each field that there is something in, in the order of the columns.
pub(super) fn fields(user: &RawValue) -> Option<Vec<(&'static str, String)>> {
    let members = members(user.get())?;
    let raw = |name: &str| members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.get());
    let list =
        |name: &str| -> Vec<Value> { raw(name).and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default() };
    let contacts = |list_name: &str, field: &str, primary: &str| {
        let mut items = list(list_name);
        let primary = raw(primary).and_then(|id| serde_json::from_str::<Value>(id).ok()).unwrap_or_default();
        // The first of a new user is its primary one.
        items.sort_by_key(|item| item.get("id") != Some(&primary));
        let of = |item: &Value| Some((item.get(field)?.as_str()?.to_owned(), is_verified(item)));
        items.iter().filter_map(of).collect::<Vec<_>>()
    };
    let emails = contacts("email_addresses", "email_address", "primary_email_address_id");
    let phones = contacts("phone_numbers", "phone_number", "primary_phone_number_id");
    let wallets = contacts("web3_wallets", "web3_wallet", "primary_web3_wallet_id");
    let values = |contacts: &[(String, bool)]| {
        let values: Vec<&str> = contacts.iter().map(|(value, _)| value.as_str()).collect();
        (!values.is_empty()).then(|| json!(values).to_string())
    };
    let statuses = |contacts: &[(String, bool)]| {
        // Without a status it would be verified; who has not shown that an address is theirs would be given it.
        let status = |verified: bool| if verified { "verified" } else { "reserved" };
        let statuses: Vec<&str> = contacts.iter().map(|(_, verified)| status(*verified)).collect();
        contacts.iter().any(|(_, verified)| !verified).then(|| json!(statuses).to_string())
    };
    let field = |name: &'static str| {
        let json = match name {
            "email_address" => values(&emails),
            "email_address_identification_status" => statuses(&emails),
            "phone_number" => values(&phones),
            "phone_number_identification_status" => statuses(&phones),
            "web3_wallet" => values(&wallets),
            "public_metadata" | "private_metadata" | "unsafe_metadata" => {
                raw(name).map(compact).filter(|json| json != "{}")
            }
            "banned" => raw(name).filter(|json| *json == "true").map(str::to_owned),
            _ => raw(name).map(compact),
        };
        Some((name, json.filter(|json| json != "null")?))
    };
    Some(columns().filter_map(field).collect())
}

fn is_verified(contact: &Value) -> bool {
    contact.pointer("/verification/status").and_then(Value::as_str) == Some("verified")
}

#[cfg(test)]
mod tests {
    use super::fields;
    use serde_json::value::RawValue;

    #[test]
    fn who_has_not_verified_an_address_does_not_get_it_by_an_import() {
        let user = r#"{"id":"user_1","primary_email_address_id":"idn_2","first_name":null,"banned":false,
            "public_metadata":{"n": 1.50},"private_metadata":{},
            "email_addresses":[
                {"id":"idn_1","email_address":"a@example.com","verification":{"status":"unverified"}},
                {"id":"idn_2","email_address":"b@example.com","verification":{"status":"verified"}}]}"#;
        let raw = RawValue::from_string(user.to_owned()).unwrap();
        let fields: Vec<String> = fields(&raw).unwrap().iter().map(|(name, json)| format!("{name}={json}")).collect();
        assert_eq!(
            fields,
            [
                "id=\"user_1\"",
                "email_address=[\"b@example.com\",\"a@example.com\"]",
                "email_address_identification_status=[\"verified\",\"reserved\"]",
                "public_metadata={\"n\":1.50}",
            ]
        );
    }
}
