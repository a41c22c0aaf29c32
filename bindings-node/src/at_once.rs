//! What nearly every request asks: whose token it is, who sent it, and whether a webhook holds, with nothing said about how. As
//! functions of one client or webhook, without what a method of a class costs each time: looking for the object, and whether it
//! is one.
//!
//! All `unsafe` of this crate that is written by hand is here. It comes to four things: a function's data is a client or webhook
//! of its own, which Node drops with the function; texts are written by Node into a buffer of this call, never beyond its end,
//! and looked at only as far as was written; bytes are looked at where they are, while their owner waits; no panic goes back into
//! Node. Whatever is unusual (a text that is too long, other values than these) is answered by null, as what takes the API, and a
//! panic by nothing: the methods of the class are asked then.

use std::ffi::{CStr, c_void};
use std::mem::{MaybeUninit, take};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::str::from_utf8;

use clerk_usher::Clerk;
use clerk_usher::auth::{AuthenticateOptions, LOOKED_AT, RequestParts};
use clerk_usher::token::VerifyOptions;
use clerk_usher::webhook::{self, Webhook};
use napi::bindgen_prelude::*;
use napi::{Env, JsError, sys};

use crate::client::{authenticated, verified};
use crate::webhook::verified as delivered;

/// As much as a Node server takes of headers.
const ROOM: usize = 16 * 1024;

/// A request whose connection was encrypted.
const ENCRYPTED: u32 = 1;
/// One whose address is what a client sent.
const SENT: u32 = 2;

type Ask = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// The functions of this client: what [`NativeClient`](crate::client::NativeClient) has for a token and for a request.
pub(crate) fn functions<'env>(env: &'env Env, clerk: &Clerk) -> Result<Vec<Function<'env>>> {
    Ok(vec![function(env, c"verifyToken", token, clerk)?, function(env, c"authenticateRequest", request, clerk)?])
}

/// The function of this webhook: what [`NativeWebhook`](crate::webhook::NativeWebhook) has for a delivery.
pub(crate) fn webhook<'env>(env: &'env Env, webhook: &Webhook) -> Result<Function<'env>> {
    function(env, c"verify", delivery, webhook)
}

/// Verifies a session token.
unsafe extern "C" fn token(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let answer = |clerk: &Clerk, [token]: [sys::napi_value; 1], texts: &mut Texts<'_>| match texts.read(token) {
        Some(Some(token)) => verified(clerk, token, &VerifyOptions::default(), false),
        _ => Ok(None),
    };
    // SAFETY: Node calls this for a function that was made above, of a client.
    unsafe { asked(env, info, answer) }
}

/// Authenticates a request: what it is, method and address, and then values of the headers that are looked at, in their order.
unsafe extern "C" fn request(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let answer = |clerk: &Clerk, values: [sys::napi_value; REQUEST], texts: &mut Texts<'_>| match parts(values, texts) {
        Some(parts) => authenticated(clerk, &parts, &AuthenticateOptions::default(), false),
        None => Ok(None),
    };
    // SAFETY: as above.
    unsafe { asked(env, info, answer) }
}

/// Verifies a webhook's delivery: its body, and then values of the headers that are looked at, in their order.
unsafe extern "C" fn delivery(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let answer = |webhook: &Webhook, [body, headers @ ..]: [sys::napi_value; DELIVERY], texts: &mut Texts<'_>| {
        let mut found = [("", ""); webhook::LOOKED_AT.len()];
        let given = texts.bytes(body).zip(texts.headers(webhook::LOOKED_AT, headers, &mut found));
        let Some((body, count)) = given else { return Ok(None) };
        delivered(webhook, found.get(..count).unwrap_or_default(), body).map(Some)
    };
    // SAFETY: as above, of a webhook.
    unsafe { asked(env, info, answer) }
}

/// How many values a delivery is.
const DELIVERY: usize = 1 + webhook::LOOKED_AT.len();
// As `verifier.ts` hands over.
const _: () = assert!(webhook::LOOKED_AT.len() == 6);

/// How many values a request is.
const REQUEST: usize = 3 + LOOKED_AT.len();
// `client.ts` hands over so many one by one; with another number of them every request would go the long way.
const _: () = assert!(LOOKED_AT.len() == 11);

fn parts<'a>(values: [sys::napi_value; REQUEST], texts: &mut Texts<'a>) -> Option<RequestParts<'a>> {
    let [kind, method, address, headers @ ..] = values;
    let kind = texts.number(kind)?;
    // Most come without their method, which is GET.
    let (method, address) = (texts.read(method)?.unwrap_or("GET"), texts.read(address)??);
    // What is no character says something else where it comes as JSON.
    if [method, address].iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
        return None;
    }
    let mut found = [("", ""); LOOKED_AT.len()];
    let count = texts.headers(LOOKED_AT, headers, &mut found)?;
    let parts =
        if kind & SENT == 0 { RequestParts::new(method, address) } else { RequestParts::received(method, address) };
    let scheme = if kind & ENCRYPTED == 0 { "" } else { "https" };
    Some(parts.with_scheme(scheme).with_headers(found.into_iter().take(count)))
}

/// A function of JavaScript with a client or a webhook of its own. It is the one that `ask` takes it for.
fn function<'env, D: Clone>(env: &'env Env, name: &CStr, ask: Ask, of: &D) -> Result<Function<'env>> {
    let data = Box::into_raw(Box::new(of.clone()));
    let mut function = null_mut();
    // SAFETY: all that is handed over lives: the data until the function is collected, or else for good.
    unsafe {
        let made = sys::napi_create_function(env.raw(), name.as_ptr(), -1, Some(ask), data.cast(), &mut function);
        napi::check_status!(made)?;
        let dropped =
            sys::napi_add_finalizer(env.raw(), function, data.cast(), Some(finalize::<D>), null_mut(), null_mut());
        napi::check_status!(dropped)?;
        Function::from_napi_value(env.raw(), function)
    }
}

/// Drops the data of a function that is gone.
unsafe extern "C" fn finalize<D>(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: it is what `function` boxed, and Node says so once.
    let data = unsafe { Box::from_raw(data.cast::<D>()) };
    drop(catch_unwind(AssertUnwindSafe(move || drop(data))));
}

/// What a call of such a function comes to; null where nothing is known.
///
/// # Safety
/// Only for a call of a function that [`function`] made of such data.
unsafe fn asked<D, const N: usize, T: ToNapiValue>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    answer: impl FnOnce(&D, [sys::napi_value; N], &mut Texts<'_>) -> Result<Option<T>>,
) -> sys::napi_value {
    let (mut count, mut values, mut data) = (N, [null_mut(); N], null_mut());
    // SAFETY: there is room for N values, and Node says how many were given.
    let got = unsafe { sys::napi_get_cb_info(env, info, &mut count, values.as_mut_ptr(), null_mut(), &mut data) };
    // SAFETY: the data is that of the function, which lives while it is called.
    let of = (got == sys::Status::napi_ok && count == N).then(|| unsafe { data.cast::<D>().as_ref() }).flatten();
    let mut room = [const { MaybeUninit::uninit() }; ROOM];
    let mut texts = Texts { env, room: &mut room };
    let told = catch_unwind(AssertUnwindSafe(|| {
        let told = of.map_or(Ok(None), |of| answer(of, values, &mut texts));
        // SAFETY: this is the environment that Node called with.
        told.and_then(|told| unsafe { Option::to_napi_value(env, told) })
    }));
    match told {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => {
            // SAFETY: as above.
            unsafe { JsError::from(error).throw_into(env) };
            null_mut()
        }
        Err(_) => null_mut(),
    }
}

/// The texts of one call.
struct Texts<'a> {
    env: sys::napi_env,
    /// What is left for them.
    room: &'a mut [MaybeUninit<u8>],
}

impl<'a> Texts<'a> {
    /// A text in one go, or that the value is none. Nothing if there is no room for it.
    fn read(&mut self, value: sys::napi_value) -> Option<Option<&'a str>> {
        let room = take(&mut self.room);
        let mut written = 0;
        // SAFETY: the value is of this call, and Node writes no more than there is room for, the zero at the end included.
        let got = unsafe {
            sys::napi_get_value_string_utf8(self.env, value, room.as_mut_ptr().cast(), room.len(), &mut written)
        };
        if got == sys::Status::napi_string_expected {
            self.room = room;
            return Some(None);
        }
        // Node leaves out a character that would not fit whole: 4 bytes at most, and the zero.
        if got != sys::Status::napi_ok || written + 5 > room.len() {
            return None;
        }
        let (text, rest) = room.split_at_mut_checked(written)?;
        self.room = rest;
        // SAFETY: so many bytes were written there.
        let text = unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len()) };
        from_utf8(text).ok().map(Some)
    }

    /// The values that are given of headers of these names. How many there are.
    fn headers<const N: usize>(
        &mut self,
        names: [&'static str; N],
        values: [sys::napi_value; N],
        found: &mut [(&'a str, &'a str); N],
    ) -> Option<usize> {
        let mut count = 0;
        for (name, value) in names.into_iter().zip(values) {
            if let Some(value) = self.read(value)? {
                *found.get_mut(count)? = (name, value);
                count += 1;
            }
        }
        Some(count)
    }

    /// The bytes of a `Uint8Array`, or nothing if the value is none.
    fn bytes(&self, value: sys::napi_value) -> Option<&'a [u8]> {
        let (mut kind, mut length, mut data) = (-1, 0, null_mut());
        // SAFETY: the value is of this call, and there is a place for each answer.
        let got = unsafe {
            let (buffer, offset) = (null_mut(), null_mut());
            sys::napi_get_typedarray_info(self.env, value, &mut kind, &mut length, &mut data, buffer, offset)
        };
        if got != sys::Status::napi_ok || kind != sys::TypedarrayType::uint8_array {
            return None;
        }
        if data.is_null() || length == 0 {
            return Some(&[]);
        }
        // SAFETY: so many bytes are there, and stay while JavaScript waits for this call, which is as long as this lives. Memory
        // that other threads may write is copied before (`webhook.ts`).
        Some(unsafe { std::slice::from_raw_parts(data.cast::<u8>().cast_const(), length) })
    }

    fn number(&self, value: sys::napi_value) -> Option<u32> {
        let mut number = 0;
        // SAFETY: the value is of this call, and there is a place for the number.
        let got = unsafe { sys::napi_get_value_uint32(self.env, value, &mut number) };
        (got == sys::Status::napi_ok).then_some(number)
    }
}
