//! Ids and other made-up values. With a seed, the same calls make the same values.

use aws_lc_rs::{digest, rand};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The source of ids of one emulator, and of what nobody is to guess: without a seed it is the system's.
#[derive(Debug)]
pub(crate) enum Ids {
    /// The same calls make the same values.
    Seeded(fastrand::Rng),
    /// Nothing that is seen of it tells what else it made.
    Chance,
}

impl Ids {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        seed.map_or(Ids::Chance, |seed| Ids::Seeded(fastrand::Rng::with_seed(seed)))
    }

    /// What the next ids depend on; none where that is chance.
    pub(crate) fn state(&self) -> Option<u64> {
        match self {
            Ids::Seeded(random) => Some(random.get_seed()),
            Ids::Chance => None,
        }
    }

    /// Ids as they were in this state.
    pub(crate) fn at(state: u64) -> Self {
        Ids::new(Some(state))
    }

    /// Ids that go on from a kept state. Each start takes another branch: what was made after the state was kept last,
    /// such as the id of a token that is not stored, does not come again.
    pub(crate) fn resume(state: Option<u64>, starts: u64) -> Self {
        let Some(state) = state else { return Ids::Chance };
        let branch = fastrand::Rng::with_seed(starts).u64(..);
        Ids::new(Some(fastrand::Rng::with_seed(state).u64(..) ^ branch))
    }

    /// `prefix` (with its underscore) and 27 base-62 characters, such as `user_2xK…`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        // Real ids begin with their time; every one of the last years and the next ones begins with 2 or 3.
        format!("{prefix}2{}", self.text(26))
    }

    /// So many base-62 characters.
    pub(crate) fn text(&mut self, length: usize) -> String {
        self.letters(ALPHABET, length)
    }

    /// So many lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.letters(b"0123456789abcdef", length)
    }

    /// A one-time code of six digits.
    pub(crate) fn code(&mut self) -> String {
        match self {
            Ids::Seeded(random) => format!("{:06}", random.u32(0..1_000_000)),
            Ids::Chance => self.letters(b"0123456789", 6),
        }
    }

    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Ids::Seeded(random) => random.fill(&mut bytes),
            Ids::Chance => fill(&mut bytes),
        }
        bytes
    }

    fn letters(&mut self, alphabet: &[u8], length: usize) -> String {
        match self {
            Ids::Seeded(random) => (0..length).map(|_| char::from(alphabet[random.usize(0..alphabet.len())])).collect(),
            Ids::Chance => {
                // Bytes beyond the last whole alphabet would make its first letters likelier.
                let most = 256 - 256 % alphabet.len();
                let mut text = String::with_capacity(length);
                while text.len() < length {
                    let drawn = self.bytes::<64>();
                    let letters = drawn.iter().map(|byte| usize::from(*byte)).filter(|number| *number < most);
                    text.extend(letters.take(length - text.len()).map(|at| char::from(alphabet[at % alphabet.len()])));
                }
                text
            }
        }
    }
}

fn fill(bytes: &mut [u8]) {
    if rand::fill(bytes).is_err() {
        // The system has no chance to give, nor then to the keys of TLS. Ids are still to differ.
        fastrand::Rng::new().fill(bytes);
    }
}

/// An id that is the same for the same text, whatever the seed.
pub(crate) fn derived(prefix: &str, text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let letters = hash.as_ref().iter().take(26).filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()));
    let letters: String = letters.copied().map(char::from).collect();
    format!("{prefix}2{letters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_ids() {
        let (mut a, mut b) = (Ids::new(Some(7)), Ids::new(Some(7)));
        let id = a.id("user_");
        assert_eq!(id, b.id("user_"));
        assert_eq!(id.len(), 5 + 27);
        assert!(id[5..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(a.id("user_"), id);
    }

    #[test]
    fn each_start_goes_its_own_way() {
        let mut ids: Vec<String> = (0..100).map(|starts| Ids::resume(Some(7), starts).id("user_")).collect();
        ids.push(Ids::new(Some(7)).id("user_"));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 101);
        assert_eq!(Ids::resume(Some(7), 1).id("user_"), Ids::resume(Some(7), 1).id("user_"));
    }

    #[test]
    fn without_a_seed_they_are_the_systems() {
        let mut ids = Ids::new(None);
        assert!(matches!(ids, Ids::Chance) && ids.state().is_none());
        assert!(matches!(Ids::resume(None, 1), Ids::Chance), "after another start too");
        assert_ne!(ids.id("org_"), Ids::new(None).id("org_"));
        let text = ids.text(20_000);
        for letter in ALPHABET {
            let times = text.bytes().filter(|byte| byte == letter).count();
            assert!((200..460).contains(&times), "{times} times {}", char::from(*letter));
        }
        assert!(ids.code().len() == 6 && ids.hex(7).len() == 7);
    }
}
