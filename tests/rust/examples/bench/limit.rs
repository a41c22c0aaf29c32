//! What the cryptography alone takes: one RSA verification with a parsed key, one HMAC with a key made ready; and what this
//! machine makes of a second thread.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::rounds::{Fixture, Whatever, Work, Works, keep, on_new, threads};

pub(crate) fn works(fixture: &'static Fixture) -> Result<Works, Whatever> {
    let der = fixture.pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(der)?)
        .map_err(|_| "the key cannot be parsed")?;
    let rsa = keep(move |token: &String| {
        let (signed, signature) = token.rsplit_once('.').ok_or("no token")?;
        let signature = URL_SAFE_NO_PAD.decode(signature)?;
        key.verify_sig(signed.as_bytes(), &signature).map_err(|_| "refused".into())
    });

    let secret = STANDARD.decode(fixture.webhook_secret.trim_start_matches("whsec_"))?;
    let key = keep(hmac::Key::new(hmac::HMAC_SHA256, &secret));
    let hmac: Work = Box::new(move |calls, _| {
        Ok(Box::new(move || {
            for _ in 0..calls {
                std::hint::black_box(hmac::sign(key, fixture.webhook_body.as_bytes()));
            }
            Ok(None)
        }))
    });
    let alone = on_new(fixture, str::to_owned, rsa);
    Ok(Works::from([("rsa", alone), ("hmac", hmac), ("threads", threads(fixture, rsa))]))
}
