//! Verifying session tokens and webhooks, beside a peer and the limit of the machine, all in one run: `cargo xtask bench`.
//!
//! The limit is what the cryptography alone takes: one RSA verification with a parsed key, one HMAC with a key made ready. Figures are medians over
//! rounds in which everyone takes a turn, so that a noisy machine is noisy for all; ratios are what counts.

// It prints figures; that is what it is for.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_usher::Clerk;
use clerk_usher::token::{Step, VerifyOptions};
use clerk_usher::webhook::Webhook;
use clerk_usher_emulator::Emulator;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

type Whatever = Box<dyn std::error::Error>;

/// A thing to measure: verifies one token, or says that it could not.
type Work<'a> = Box<dyn Fn(&str) -> Result<(), Whatever> + 'a>;

fn main() -> Result<(), Whatever> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let (rounds, count) = if has("--quick") { (3, 20) } else { (31, 500) };

    let emulator = Emulator::builder().seed(1).start()?;
    let pem = emulator.jwt_key()?;
    let tokens: Vec<String> = (0..count)
        .map(|number| {
            let arguments = json!({ "user_id": format!("user_{number}"), "expires_in_seconds": 86_400 });
            let answer: Value = serde_json::from_str(&emulator.control("mint_session_token", &arguments.to_string())?)?;
            Ok(answer["jwt"].as_str().unwrap_or_default().to_owned())
        })
        .collect::<Result<_, Whatever>>()?;

    show(&contenders(&pem)?, &tokens, rounds, has("--json"))?;
    // The same work for each turn: a delivery is its own text again and again.
    let body = delivery();
    let turns = vec![body.clone(); tokens.len()];
    show(&webhooks(&body)?, &turns, rounds, has("--json"))
}

/// Measures and shows all of them, the first being the limit.
fn show(
    contenders: &[(&'static str, Work<'static>)],
    texts: &[String],
    rounds: usize,
    json: bool,
) -> Result<(), Whatever> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((_, work), times) in contenders.iter().zip(&mut times) {
            let start = Instant::now();
            for text in texts {
                work(text)?;
            }
            times.push(start.elapsed().as_secs_f64() * 1e6 / texts.len() as f64);
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    for ((name, _), median) in contenders.iter().zip(&medians) {
        let ratio = medians[0] / median;
        if json {
            println!("{}", json!({ "name": name, "microseconds": median, "of_the_limit": ratio }));
        } else {
            println!(
                "{name:<46} {median:>8.1} µs   {ratio:>5.2} of the limit   {}",
                "█".repeat((ratio.min(1.5) * 30.0) as usize)
            );
        }
    }
    Ok(())
}

fn contenders(pem: &str) -> Result<Vec<(&'static str, Work<'static>)>, Whatever> {
    let der = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let der = base64::engine::general_purpose::STANDARD.decode(der)?;
    let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| "the key cannot be parsed")?;
    let raw: Work<'static> = Box::new(move |token| {
        let (signed, signature) = token.rsplit_once('.').ok_or("no token")?;
        let signature = URL_SAFE_NO_PAD.decode(signature)?;
        key.verify_sig(signed.as_bytes(), &signature).map_err(|_| "refused".into())
    });

    let ours = |remembered: u32| -> Result<Work<'static>, Whatever> {
        let clerk = Clerk::builder().jwt_key(pem).token_cache_entries(remembered).environment([]).build()?;
        let options = VerifyOptions::default();
        Ok(Box::new(move |token| match clerk.try_verify_token(token, &options) {
            Step::Done(verdict) => verdict.map(drop).map_err(Into::into),
            Step::NeedKeys(_) => Err("it wants keys".into()),
        }))
    };
    // Who remembers one token has forgotten each by its next turn: it is looked for, verified and kept.
    let (forgetful, new, seen) = (ours(0)?, ours(1)?, ours(10_000)?);

    let key = DecodingKey::from_rsa_pem(pem.as_bytes())?;
    let validation = Validation::new(Algorithm::RS256);
    let peer: Work<'static> =
        Box::new(move |token| jsonwebtoken::decode::<Value>(token, &key, &validation).map(drop).map_err(Into::into));
    Ok(vec![
        ("the limit: RSA alone, parsed key", raw),
        ("clerk-usher, verify_token, a new token", new),
        ("clerk-usher, verify_token, nothing remembered", forgetful),
        ("clerk-usher, verify_token, a token seen before", seen),
        ("jsonwebtoken, decode", peer),
    ])
}

/// The body of a delivery: a user with a good deal of metadata, 3.5 KB.
fn delivery() -> String {
    let note = "what a backend keeps about its users ".repeat(10);
    let addresses: Vec<Value> = (0..8)
        .map(|number| json!({ "id": format!("idn_{number}"), "object": "email_address", "email_address": "a@example.com",
            "verification": { "status": "verified", "strategy": "email_code", "attempts": 1, "expire_at": 1_700_000_000_000_i64 } }))
        .collect();
    let data = json!({ "id": "user_1", "object": "user", "first_name": "Ann", "email_addresses": addresses,
        "public_metadata": { "notes": [note, note, note, note, note] }, "created_at": 1_700_000_000_000_i64 });
    let body =
        json!({ "type": "user.created", "object": "event", "data": data, "timestamp": 1, "instance_id": "ins_1" });
    body.to_string()
}

/// Webhooks: the limit, then the verdict with and without reading the event.
fn webhooks(body: &str) -> Result<Vec<(&'static str, Work<'static>)>, Whatever> {
    let secret = b"a secret of the measurements";
    let text = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(secret));
    let webhook = Webhook::new(text)?.tolerance(std::time::Duration::from_secs(1 << 40));
    let headers = webhook.sign("msg_1", 1_700_000_000, body.as_bytes())?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let raw: Work<'static> = Box::new(move |body| {
        std::hint::black_box(hmac::sign(&key, body.as_bytes()));
        Ok(())
    });
    let (other, others) = (webhook.clone(), headers.clone());
    let verdict: Work<'static> =
        Box::new(move |body| webhook.verify_raw(&headers, body.as_bytes()).map(drop).map_err(Into::into));
    let event: Work<'static> =
        Box::new(move |body| other.verify(&others, body.as_bytes()).map(drop).map_err(Into::into));
    Ok(vec![
        ("the limit: HMAC alone, 3.5 KB", raw),
        ("clerk-usher, Webhook::verify_raw", verdict),
        ("clerk-usher, Webhook::verify", event),
    ])
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
