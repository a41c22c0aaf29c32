//! The instance as an OpenID provider: an app that signs people in *through* it goes this way. Discovery, the page on
//! which people agree, tokens, userinfo, introspection and revocation, for the instance's OAuth applications.

mod anew;
mod answer;
mod authorize;
mod claims;
mod client;
mod consent;
mod discovery;
mod error;
mod page;
mod params;
mod request;
mod token;
mod token_info;
mod userinfo;

use crate::api::Route;

pub(super) const ROUTES: &[Route] = &[
    Route::public("GET", "/.well-known/openid-configuration", discovery::get),
    Route::public("GET", "/.well-known/oauth-authorization-server", discovery::get),
    Route::public("OPTIONS", "/.well-known/openid-configuration", answer::preflight),
    Route::public("OPTIONS", "/.well-known/oauth-authorization-server", answer::preflight),
    Route::public("GET", "/oauth/authorize", authorize::get),
    Route::public("POST", "/oauth/authorize", authorize::post),
    Route::public("POST", "/oauth/consent", consent::decide),
    Route::public("POST", "/oauth/token", token::exchange),
    Route::public("OPTIONS", "/oauth/token", answer::preflight),
    Route::public("POST", "/oauth/token/revoke", token_info::revoke),
    Route::public("OPTIONS", "/oauth/token/revoke", answer::preflight),
    Route::public("POST", "/oauth/token_info", token_info::introspect),
    Route::public("GET", "/oauth/userinfo", userinfo::get),
    Route::public("POST", "/oauth/userinfo", userinfo::post),
    Route::public("OPTIONS", "/oauth/userinfo", answer::preflight),
];
