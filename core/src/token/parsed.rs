//! A token taken apart.
//!
//! Nothing here says that it is genuine: [`super::DecodedToken`] is one that nobody looked at, [`super::Claims`] one that was
//! verified. Both are this, so that verifying copies nothing; and many are kept, so that it is small.

use super::decode::Header;
use super::json::{self, Place, Places};
use super::remembered::Remembered;
use super::rules::is_of_usual_type;
use std::borrow::Cow;
use std::sync::Arc;

/// The claims that something here reads, each with its place. They are found while the payload is checked, so none is
/// looked for twice.
fn place_of(name: &str) -> Option<usize> {
    Some(match name.as_bytes() {
        b"sub" => SUB,
        b"sid" => SID,
        b"iss" => ISS,
        b"azp" => AZP,
        b"exp" => EXP,
        b"nbf" => NBF,
        b"iat" => IAT,
        b"aud" => 7,
        b"v" => 8,
        b"sts" => 9,
        b"act" => 10,
        b"fva" => 11,
        b"fea" => 12,
        b"pla" => 13,
        b"o" => 14,
        b"org_id" => 15,
        b"org_slug" => 16,
        b"org_role" => 17,
        b"org_permissions" => 18,
        b"jti" => 19,
        b"scopes" => 20,
        _ => return None,
    })
}

const PLACES: usize = 21;
/// The places of what is read of every token.
const SUB: usize = 0;
const SID: usize = 1;
const ISS: usize = 2;
const AZP: usize = 3;
const EXP: usize = 4;
const NBF: usize = 5;
const IAT: usize = 6;

/// Where the known claims stand in a payload. Hardly any is longer than this can tell; of those each claim is looked for
/// when it is asked for.
type Index = Option<[(u16, u16); PLACES]>;

/// See the module's text. In this order: what is looked at to forget it stands together, as by then it is far away in memory.
#[repr(C)]
pub(crate) struct Parsed {
    /// What is noted when it has been verified.
    pub(super) remembered: Remembered,
    token: Box<str>,
    /// The payload, and those claims that stand there in another form than they have.
    text: String,
    header: Arc<Header>,
    exp: Seconds,
    nbf: Seconds,
    iat: Seconds,
    payload: Place,
    sub: Place,
    sid: Place,
    iss: Place,
    azp: Place,
    index: Index,
    plain: bool,
    usual_type: bool,
}

/// A time that may be none. Times are within ±2^53.
#[derive(Clone, Copy)]
struct Seconds(i64);

impl Seconds {
    fn new(seconds: Option<i64>) -> Self {
        Self(seconds.unwrap_or(i64::MIN))
    }

    fn get(self) -> Option<i64> {
        Some(self.0).filter(|seconds| *seconds != i64::MIN)
    }
}

impl Parsed {
    /// `None` if the payload is not a JSON object, or larger than 4 GiB. `plain` says whether the token is written as R-102
    /// has it.
    pub(crate) fn new(token: &str, payload: &str, header: Arc<Header>, plain: bool) -> Option<Self> {
        let places: Places<PLACES> = json::places(payload, place_of)?;
        let mut text = payload.to_owned();
        let mut string = |at: Place| -> Place {
            match at.of(payload).and_then(json::text) {
                Some(Cow::Borrowed(_)) => at.within_quotes(),
                Some(Cow::Owned(other)) => {
                    text.push_str(&other);
                    Place::new(text.len() - other.len(), text.len()).unwrap_or(Place::NONE)
                }
                None => Place::NONE,
            }
        };
        let [sub, sid, iss, azp] = [places[SUB], places[SID], places[ISS], places[AZP]].map(&mut string);
        let [exp, nbf, iat] =
            [places[EXP], places[NBF], places[IAT]].map(|at| Seconds::new(at.of(payload).and_then(json::integer)));
        let usual_type = is_of_usual_type(&header);
        Some(Self {
            remembered: Remembered::default(),
            token: token.into(),
            text,
            header,
            exp,
            nbf,
            iat,
            payload: Place::new(0, payload.len())?,
            sub,
            sid,
            iss,
            azp,
            index: index_of(&places),
            plain,
            usual_type,
        })
    }

    /// The token that says so.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The payload as the JSON text it is.
    pub(crate) fn payload(&self) -> &str {
        self.payload.of(&self.text).unwrap_or_default()
    }

    /// The token's header.
    pub(crate) fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// Whether the token is written without padding and has a signature, as a machine's JWT has to be.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether the token is of a type that counts where nothing else is said.
    pub(crate) fn is_of_usual_type(&self) -> bool {
        self.usual_type
    }

    /// The JSON text of any claim.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        let Some((place, index)) = place_of(name).zip(self.index.as_ref()) else {
            return json::member(self.payload(), name);
        };
        let (start, end) = *index.get(place)?;
        self.payload().get(usize::from(start)..usize::from(end))
    }

    pub(crate) fn sub(&self) -> Option<&str> {
        self.sub.of(&self.text)
    }

    pub(crate) fn sid(&self) -> Option<&str> {
        self.sid.of(&self.text)
    }

    pub(crate) fn iss(&self) -> Option<&str> {
        self.iss.of(&self.text)
    }

    pub(crate) fn azp(&self) -> Option<&str> {
        self.azp.of(&self.text)
    }

    /// A number within ±2^53, its fraction cut off; so are the others.
    pub(crate) fn exp(&self) -> Option<i64> {
        self.exp.get()
    }

    pub(crate) fn nbf(&self) -> Option<i64> {
        self.nbf.get()
    }

    pub(crate) fn iat(&self) -> Option<i64> {
        self.iat.get()
    }

    /// How much memory it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.token.len() + self.text.capacity() + self.header.size()
    }
}

/// The places in a smaller form, if they fit.
fn index_of(places: &Places<PLACES>) -> Index {
    let mut index = [(0, 0); PLACES];
    for (small, place) in index.iter_mut().zip(places) {
        *small = place.small()?;
    }
    Some(index)
}
