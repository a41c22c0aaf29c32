//! Ids and other made-up values. With a seed, the same calls make the same values.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The source of ids of one emulator.
#[derive(Debug)]
pub(crate) struct Ids(fastrand::Rng);

impl Ids {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Ids(seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed))
    }

    /// What the next ids depend on.
    pub(crate) fn state(&self) -> u64 {
        self.0.get_seed()
    }

    /// Ids as they were in this state.
    pub(crate) fn at(state: u64) -> Self {
        Ids(fastrand::Rng::with_seed(state))
    }

    /// Ids that go on from a kept state. Each start takes another branch: what was made after the state was kept last,
    /// such as the id of a token that is not stored, does not come again.
    pub(crate) fn resume(state: u64, starts: u64) -> Self {
        let branch = fastrand::Rng::with_seed(starts).u64(..);
        Ids(fastrand::Rng::with_seed(fastrand::Rng::with_seed(state).u64(..) ^ branch))
    }

    /// `prefix` (with its underscore) and 27 base-62 characters, such as `user_2xK…`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        // Real ids begin with their time; every one of the last years and the next ones begins with 2 or 3.
        format!("{prefix}2{}", self.text(26))
    }

    /// So many base-62 characters.
    pub(crate) fn text(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(ALPHABET[self.0.usize(0..ALPHABET.len())])).collect()
    }

    /// So many lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"0123456789abcdef"[self.0.usize(0..16)])).collect()
    }

    /// A one-time code of six digits.
    pub(crate) fn code(&mut self) -> String {
        format!("{:06}", self.0.u32(0..1_000_000))
    }

    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
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
        let mut ids: Vec<String> = (0..100).map(|starts| Ids::resume(7, starts).id("user_")).collect();
        ids.push(Ids::new(Some(7)).id("user_"));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 101);
        assert_eq!(Ids::resume(7, 1).id("user_"), Ids::resume(7, 1).id("user_"));
    }

    #[test]
    fn without_a_seed_ids_differ() {
        assert_ne!(Ids::new(None).id("org_"), Ids::new(None).id("org_"));
    }
}
