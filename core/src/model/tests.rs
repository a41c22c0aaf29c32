//! Whatever comes is read, and written as it came.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Datetime, Decimal, FreeForm, FromBody, Item, Nullable, Page, Timestamp, readers_agree};
use crate::generated::models::{
    EmailAddress, EmailAddressVerification, Jwks, NewInvitation, OrganizationMembership, Session, SessionStatus,
    SessionToken, User, UserId,
};

fn user() -> Value {
    json!({
        "id": "user_1", "object": "user", "first_name": "Ann", "last_name": null, "banned": false,
        "created_at": 1_700_000_000_123_i64, "lockout_expires_in_seconds": 0, "primary_email_address_id": "idn_1",
        "public_metadata": {"fooBar": 1, "foo_bar": {"a": [1.5, null]}}, "private_metadata": {},
        "email_addresses": [
            {"id": "idn_1", "object": "email_address", "email_address": "a@example.com", "linked_to": [],
             "verification": {"object": "verification_otp", "status": "verified", "strategy": "email_code",
                              "attempts": 1, "expire_at": 5}},
            {"id": "idn_2", "verification": {"object": "of_tomorrow", "key": 1}},
            {"id": "idn_3", "verification": {"status": "verified", "strategy": "admin", "attempts": null, "expire_at": null}},
        ],
        "organization_memberships": [], "field_of_tomorrow": {"x": [1, {"y": null}]},
    })
}

fn session() -> Value {
    json!({"id": "sess_1", "object": "session", "user_id": "user_1", "status": "active", "actor": {"sub": "user_2"},
           "tasks": [{"key": "choose-organization"}], "created_at": 1, "latest_activity": {"is_mobile": true}})
}

fn jwks() -> Value {
    json!({"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB", "x5t#S256": "t"}, {"kty": "of_tomorrow"}]})
}

/// Read from text and from a tree, and written: the same by value.
fn round_trip<T: serde::Serialize + for<'de> Deserialize<'de>>(value: &Value) -> Result<(), TestCaseError> {
    let text = value.to_string();
    let read: T = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert_eq!(&serde_json::to_value(&read).unwrap_or_default(), value);
    let from_tree: T = T::deserialize(value).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&serde_json::to_value(&from_tree).unwrap_or_default(), value);
    Ok(())
}

/// Every place in a value, as a list of steps.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |key: String, value: &Value| {
        let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(path.clone());
        places(value, &path, found);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| below(index.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| below(key.clone(), value)),
        _ => {}
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map: BTreeMap<String, Value>| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// One change: a place (by index, wrapped round), and what becomes of it.
fn change() -> impl Strategy<Value = (usize, u8, Value)> {
    (any::<usize>(), 0_u8..4, any_json())
}

fn mutate(value: &mut Value, (index, how, new): &(usize, u8, Value)) {
    let mut all = Vec::new();
    places(value, "", &mut all);
    if all.is_empty() {
        return;
    }
    let path = &all[index % all.len()];
    let (parent, key) = path.rsplit_once('/').unwrap_or(("", ""));
    let key = key.replace("~1", "/").replace("~0", "~");
    match (how, value.pointer_mut(parent)) {
        (0, Some(Value::Object(fields))) => drop(fields.remove(&key)),
        (1, Some(Value::Object(fields))) => drop(fields.insert(format!("{key}_of_tomorrow"), new.clone())),
        (2, _) => {
            if let Some(place) = value.pointer_mut(path) {
                *place = Value::Null;
            }
        }
        _ => {
            if let Some(place) = value.pointer_mut(path) {
                *place = new.clone();
            }
        }
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"id\":",
    "\"first_name\":\"Ann\",",
    "\"banned\":true,",
    "\"created_at\":",
    "\"email_addresses\":[",
    "\"verification\":{\"object\":\"verification_otp\",",
    "\"object\":\"verification_admin\",",
    "\"status\":",
    "\"public_metadata\":",
    "\"unknown\":",
    "\"\\u0069d\":",
    "\"data\":[",
    "\"total_count\":",
    "\"keys\":[",
    "1",
    "0",
    "-",
    "-0",
    ".5",
    "e3",
    "1e999",
    "18446744073709551615",
    "9223372036854775808",
    "-9223372036854775808",
    "999999999999999999",
    "true",
    "false",
    "null",
    " ",
    "\n",
    "\\",
    "\\n",
    "\\ud83d\\ude00",
    "\\ud800",
    "\u{e9}",
    "\"a\"",
    "\"\\u0026\"",
    "{}",
    "[]",
];

/// What the API answers is read in one go, and not twice.
#[test]
fn answers_are_read_in_one_go() {
    let mut escaped = user();
    escaped["first_name"] = json!("A & \"B\" \u{1f600} \n");
    escaped["public_metadata"] = json!({"a\nb": [1.5, -2, 1e300, u64::MAX, "\\"], "nothing": null});
    for value in [user(), escaped] {
        for text in [value.to_string(), format!("{value:#}"), value.to_string().replace('&', "\\u0026")] {
            let found = super::read_all(&text, |reader| super::text_model::<User>(reader));
            assert_eq!(found.and_then(|user| serde_json::to_value(user).ok()), Some(value.clone()), "{text}");
        }
    }
}

#[test]
fn of_two_fields_of_one_name_the_last_holds() {
    let text =
        r#"{"verification":{"object":"verification_otp","status":"x","object":"verification_admin","strategy":"s"}}"#;
    let read = EmailAddress::from_body(&body(text)).unwrap_or_default();
    assert!(matches!(read.verification, Some(EmailAddressVerification::AdminVerification(_))), "{read:?}");
    let text =
        r#"{"first_name":null,"first_name":"Ann","last_name":"Lee","last_name":null,"username":null,"username":7}"#;
    let user = User::from_body(&body(text)).unwrap_or_default();
    assert_eq!((user.first_name.as_deref(), &user.last_name, &user.username), (Some("Ann"), &None, &None));
    assert!(user.other.get("first_name").is_none() && user.other.is_null("last_name"));
    assert_eq!(user.other.get("username"), Some(&json!(7)));
    assert_eq!(user.other.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["last_name", "username"]);
}

#[test]
fn many_unknown_fields_are_kept_like_few() {
    let names: Vec<String> = (0..40).map(|number| format!("field_{}", number * 7 % 40)).collect();
    let mut fields: Vec<String> = names.iter().map(|name| format!("\"{name}\":0")).collect();
    fields.extend(names.iter().map(|name| format!("\"{name}\":\"{name}\"")));
    let text = format!("{{{}}}", fields.join(","));
    assert!(readers_agree(&text));
    let mut user: User = read_text(&text);
    assert_eq!(serde_json::to_value(&user).ok(), serde_json::from_str(&text).ok());
    assert!(names.iter().all(|name| user.other.get(name) == Some(&json!(name))));
    let told: Vec<String> = user.other.iter().map(|(name, _)| name.to_owned()).collect();
    assert!(told.is_sorted() && told.len() == 40);
    user.other.insert("field_0", 1);
    assert_eq!((user.other.get("field_0"), user.other.get("none")), (Some(&json!(1)), None));
}

#[test]
fn a_null_is_equal_however_it_came() {
    let read = User::from_body(&body(r#"{"first_name":null}"#)).unwrap_or_default();
    let mut made = User::default();
    made.other.insert("first_name", Value::Null);
    assert_eq!(read, made);
    made.other.insert("first_name", 1);
    assert_ne!(read, made);
}

proptest! {
    #[test]
    fn any_change_of_an_answer_is_read_and_kept(changes in prop::collection::vec(change(), 0..6)) {
        for (index, mut value) in [user(), session(), jwks()].into_iter().enumerate() {
            changes.iter().for_each(|change| mutate(&mut value, change));
            match index {
                0 => round_trip::<User>(&value)?,
                1 => round_trip::<Session>(&value)?,
                _ => round_trip::<Jwks>(&value)?,
            }
        }
    }

    #[test]
    fn what_is_read_in_one_go_is_what_serde_json_reads(
        changes in prop::collection::vec(change(), 0..6),
        twice in any::<usize>(),
        pretty in any::<bool>(),
        cut in prop::option::of(any::<usize>()),
    ) {
        let event = json!({"data": user(), "object": "event", "timestamp": 1, "type": "user.created"});
        for mut value in [user(), session(), jwks(), json!([user(), user(), 5]), json!({"data": [user()], "total_count": 1}), event] {
            changes.iter().for_each(|change| mutate(&mut value, change));
            let mut text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert!(readers_agree(&text), "{}", text);
            // The same field twice, with another value.
            let places: Vec<usize> = text.match_indices("\":").map(|(place, _)| place).collect();
            if let Some(end) = places.get(twice % places.len().max(1)) {
                let start = text[..*end].rfind('"').unwrap_or(0);
                let again = format!("{}:7,", &text[start..=*end]);
                text.insert_str(start, &again);
                prop_assert!(readers_agree(&text), "{}", text);
            }
            if let Some(at) = cut {
                let at = (0..=at % (text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.truncate(at);
                prop_assert!(readers_agree(&text), "{}", text);
            }
        }
    }

    #[test]
    fn any_pieces_are_read_as_serde_json_reads_them(parts in prop::collection::vec(
        prop::sample::select(PIECES), 0..14,
    )) {
        let text = parts.concat();
        prop_assert!(readers_agree(&text), "{}", text);
        for text in [format!("{{{text}}}"), format!("[{{{text}}}]"), format!("{{\"data\":[{text}]}}"), format!("{{\"id\":{text}}}")] {
            prop_assert!(readers_agree(&text), "{}", text);
        }
    }

    #[test]
    fn any_array_is_a_page(items in prop::collection::vec(any_json(), 0..5)) {
        let page = Page::<User>::from_body(&body(Value::from(items.clone()).to_string())).map_err(TestCaseError::fail)?;
        prop_assert_eq!(serde_json::to_value(&page.data).unwrap_or_default(), Value::from(items));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let bytes = body(bytes);
        let _ = User::from_body(&bytes);
        let _ = Page::<Session>::from_body(&bytes);
    }
}

fn body(text: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(text.as_ref())
}

fn read<T: FromBody>(value: &Value) -> T {
    match T::from_body(&body(value.to_string())) {
        Ok(read) => read,
        Err(error) => panic!("{error}: {value}"),
    }
}

#[test]
fn fields_hold_what_fits() {
    let user: User = read(&user());
    assert_eq!(user.id, Some(UserId::from("user_1")));
    assert_eq!(user.first_name.as_deref(), Some("Ann"));
    assert_eq!(user.banned, Some(false));
    assert_eq!(user.lockout_expires_in_seconds, Some(0));
    assert!(user.last_name.is_none() && user.other.is_null("last_name"));
    assert!(user.username.is_none() && user.other.get("username").is_none());
    assert_eq!(user.created_at_time(), SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(1_700_000_000_123)));
    assert_eq!(user.other.get("field_of_tomorrow"), Some(&json!({"x": [1, {"y": null}]})));
    let addresses = user.email_addresses.unwrap_or_default();
    assert!(
        matches!(&addresses[0].verification, Some(EmailAddressVerification::OtpVerification(otp)) if otp.expire_at == Some(5))
    );
    assert!(matches!(&addresses[1].verification, Some(EmailAddressVerification::Unknown(_))));
    // Without a tag: the first member whose required fields are all there.
    assert!(matches!(&addresses[2].verification, Some(EmailAddressVerification::OtpVerification(_))));
}

#[test]
fn an_odd_value_costs_its_own_field_only() {
    let user: User = read(&json!({"id": 5, "first_name": {"a": 1}, "banned": "yes", "created_at": 1.5,
        "email_addresses": [3, {"id": "idn_1"}], "web3_wallets": "none", "last_name": "Lee"}));
    assert!(user.id.is_none() && user.first_name.is_none() && user.banned.is_none() && user.created_at.is_none());
    assert_eq!(user.other.get("id"), Some(&json!(5)));
    assert_eq!(user.last_name.as_deref(), Some("Lee"));
    let addresses = user.email_addresses.unwrap_or_default();
    assert_eq!(addresses[0].other.value(), Some(&json!(3)));
    assert_eq!(addresses[1].id.as_deref(), Some("idn_1"));
    assert_eq!(user.other.get("web3_wallets"), Some(&json!("none")));
}

#[test]
fn the_last_of_two_of_one_name_holds() {
    let first: User = read_text(r#"{"first_name": 5, "first_name": "Ann"}"#);
    assert_eq!(first.first_name.as_deref(), Some("Ann"));
    assert!(first.other.is_empty());
    let last: User = read_text(r#"{"first_name": "Ann", "first_name": null}"#);
    assert!(last.first_name.is_none() && last.other.is_null("first_name"));
}

fn read_text<T: FromBody>(text: &str) -> T {
    match T::from_body(&body(text)) {
        Ok(read) => read,
        Err(error) => panic!("{error}: {text}"),
    }
}

#[test]
fn enums_are_open() {
    let known: Session = read(&session());
    assert_eq!(known.status, Some(SessionStatus::Active));
    let unknown: Session = read(&json!({"status": "of_tomorrow"}));
    assert_eq!(unknown.status, Some(SessionStatus::Other("of_tomorrow".into())));
    assert_eq!(SessionStatus::from("active"), SessionStatus::Active);
}

#[test]
fn what_is_set_later_holds() {
    let mut user: User = read(&json!({"first_name": null, "last_name": 5}));
    user.first_name = Some("Bo".into());
    assert_eq!(serde_json::to_value(&user).unwrap_or_default(), json!({"first_name": "Bo", "last_name": 5}));
    let mut invitation = NewInvitation { email_address: Some("a@example.com".into()), ..NewInvitation::default() };
    invitation.other.insert("redirect_url", Value::Null);
    assert_eq!(
        serde_json::to_value(&invitation).unwrap_or_default(),
        json!({"email_address": "a@example.com", "redirect_url": null})
    );
}

#[test]
fn the_wrong_kind_at_the_top_is_an_error() {
    for text in ["", "x", "[]", "5", "null", "\"a\"", "{", "{} {}"] {
        assert!(User::from_body(&body(text)).is_err(), "{text}");
    }
    for text in ["", "5", "null", "\"a\"", "[", "[] []"] {
        assert!(Page::<User>::from_body(&body(text)).is_err(), "{text}");
    }
    let message = User::from_body(&body("[\"sk_test_secret\"]")).unwrap_err();
    assert!(message.contains("an array") && !message.contains("sk_test"), "{message}");
}

#[test]
fn a_page_comes_in_any_shape() {
    let item = json!({"id": "user_1"});
    let bare: Page<User> = read(&json!([item]));
    assert_eq!((bare.data.len(), bare.total_count), (1, None));
    assert_eq!(serde_json::to_value(&bare).unwrap_or_default(), json!({"data": [item]}));
    let page: Page<User> = read(&json!({"data": [item, 7], "total_count": 9, "more": true}));
    assert_eq!((page.data.len(), page.total_count), (2, Some(9)));
    assert_eq!(page.other.get("more"), Some(&json!(true)));
    assert_eq!(page.data[0].item_id(), Some("user_1"));
    assert_eq!(page.data[1].item_id(), None);
    let elsewhere: Page<User> = read(&json!({"m2m_tokens": [item], "total_count": 1}));
    assert_eq!(elsewhere.data.len(), 1);
    let empty: Page<User> = read(&json!({"data": null, "total_count": "many"}));
    assert!(empty.data.is_empty() && empty.total_count.is_none());
    assert_eq!(empty.other.get("total_count"), Some(&json!("many")));
}

#[test]
fn secrets_and_the_unknown_are_not_shown() {
    let token: SessionToken = read(&json!({"object": "token", "jwt": "eyJ.secret", "new_secret": "s3cret"}));
    let shown = format!("{token:?}");
    assert!(shown.contains("jwt: …") && shown.contains("new_secret"), "{shown}");
    assert!(!shown.contains("eyJ") && !shown.contains("s3cret"), "{shown}");
    let odd: SessionToken = read(&json!({"jwt": ["eyJ.secret"]}));
    assert!(!format!("{odd:?}").contains("eyJ"));
    let address: EmailAddress = read(&json!({"verification": {"object": "of_tomorrow", "token": "s3cret"}}));
    assert!(!format!("{address:?}").contains("s3cret"));
}

#[test]
fn free_form_objects_become_your_own_type() {
    #[derive(Deserialize, Default, PartialEq, Debug)]
    #[serde(default)]
    struct Plan {
        #[serde(rename = "fooBar")]
        foo_bar: i64,
    }
    let user: User = read(&user());
    assert_eq!(user.public_metadata.parse::<Plan>().ok(), Some(Plan { foo_bar: 1 }));
    assert_eq!(user.unsafe_metadata.parse::<Plan>().ok(), Some(Plan::default()));
    assert!(user.public_metadata.parse::<Vec<i64>>().is_err());
}

#[test]
fn ids_are_texts_of_their_own_type() {
    let membership: OrganizationMembership = read(&json!({"public_user_data": {"user_id": "user_1"}}));
    let data = membership.public_user_data.unwrap_or_default();
    let id = data.user_id.unwrap_or_else(|| UserId::new(""));
    assert!(id == "user_1" && id.starts_with("user_"));
    assert_eq!(String::from(&id), id.to_string());
    let mut names: BTreeMap<UserId, i32> = BTreeMap::new();
    names.insert(id, 1);
    assert_eq!(names.get("user_1"), Some(&1));
}

#[test]
fn arguments_take_what_is_at_hand() {
    fn text(value: impl Into<Nullable<String>>) -> Value {
        serde_json::to_value(value.into()).unwrap_or_default()
    }
    fn integer(value: impl Into<Nullable<i64>>) -> Value {
        serde_json::to_value(value.into()).unwrap_or_default()
    }
    fn boolean(value: impl Into<Nullable<bool>>) -> Value {
        serde_json::to_value(value.into()).unwrap_or_default()
    }
    fn status(value: impl Into<Nullable<SessionStatus>>) -> Value {
        serde_json::to_value(value.into()).unwrap_or_default()
    }
    fn texts(value: impl Into<Nullable<Vec<String>>>) -> Value {
        serde_json::to_value(value.into()).unwrap_or_default()
    }
    fn datetime(value: impl Into<Nullable<Datetime>>) -> Value {
        serde_json::to_value(value.into()).unwrap_or_default()
    }
    assert_eq!((text("Ann"), text(None), text(Some("Ann".to_owned()))), (json!("Ann"), json!(null), json!("Ann")));
    assert_eq!((text(String::new()), text(UserId::from("user_1"))), (json!(""), json!("user_1")));
    assert_eq!((integer(0), integer(None), integer(Some(5))), (json!(0), json!(null), json!(5)));
    assert_eq!((boolean(false), boolean(None)), (json!(false), json!(null)));
    assert_eq!(
        (status("active"), status(SessionStatus::Ended), status(None)),
        (json!("active"), json!("ended"), json!(null))
    );
    assert_eq!((texts(["a"]), texts(vec!["b"]), texts(None)), (json!(["a"]), json!(["b"]), json!(null)));
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(5);
    assert_eq!((datetime("2024-01-01T00:00:00Z"), datetime(time)), (json!("2024-01-01T00:00:00Z"), json!(5)));
    assert_eq!(Timestamp::from(SystemTime::UNIX_EPOCH - Duration::from_millis(5)), Timestamp(-5));
    assert_eq!(super::system_time(-5), SystemTime::UNIX_EPOCH.checked_sub(Duration::from_millis(5)));
    let decimal = |value: Decimal| serde_json::to_string(&value).unwrap_or_default();
    assert_eq!(
        (decimal(44.0.into()), decimal(44.into()), decimal(0.5.into())),
        ("44".into(), "44".into(), "0.5".into())
    );
}
