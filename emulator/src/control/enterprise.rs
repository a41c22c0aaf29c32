//! The commands about what only the dashboard can make.

use super::read;
use crate::errors::EmulatorError;
use crate::store::Store;
use crate::store::portal::AwsCredential;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAwsCredential {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    user_pool_ids: Vec<String>,
}

pub(super) fn add_aws_credential(store: &mut Store, arguments: &str, now: i64) -> Result<Value, EmulatorError> {
    let new = read::<NewAwsCredential>(arguments)?;
    let credential = AwsCredential {
        id: store.ids.id("aws_"),
        access_key_id: new.access_key_id,
        secret_access_key: new.secret_access_key,
        user_pool_ids: new.user_pool_ids,
        created_at: now,
        updated_at: now,
    };
    let id = credential.id.clone();
    store.aws_credentials.insert(id.clone(), credential);
    Ok(json!({ "id": id }))
}
