//! What a person sees in the browser: sign-in, sign-up, their account, their organizations, sign-out.

mod back;
mod first_factor;
mod organizations;
mod parts;
mod second_factor;
mod sign_in;
mod sign_out;
mod sign_up;
mod ticket;
mod user;

use crate::api::Route;

pub(super) const ROUTES: &[Route] = &[
    Route::public("GET", "/sign-in", sign_in::show),
    Route::public("POST", "/sign-in", sign_in::submit),
    // Where a sign-up page is that is told by the sign-in page alone.
    Route::public("GET", "/sign-in/create", sign_up::moved),
    Route::public("GET", first_factor::PATH, first_factor::show),
    Route::public("POST", first_factor::PATH, first_factor::submit),
    Route::public("GET", second_factor::PATH, second_factor::show),
    Route::public("POST", second_factor::PATH, second_factor::submit),
    Route::public("GET", "/sign-up", sign_up::show),
    Route::public("POST", "/sign-up", sign_up::submit),
    Route::public("GET", sign_up::VERIFY, sign_up::show_code),
    Route::public("POST", sign_up::VERIFY, sign_up::submit_code),
    Route::public("GET", "/user", user::show),
    Route::public("POST", "/user", user::submit),
    Route::public("GET", "/organizations", organizations::show),
    Route::public("POST", "/organizations", organizations::submit),
    Route::public("GET", "/sign-out", sign_out::show),
    Route::public("POST", "/sign-out", sign_out::submit),
    Route::public("GET", "/v1/tickets/accept", ticket::accept),
];
