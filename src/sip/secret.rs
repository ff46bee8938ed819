//! A password, looked for in what travels: as it is, and as devices disguise it without hiding it (Base64, hexadecimal,
//! percent signs).
//!
//! Must not know what a message is. Nothing here can show what it looks for.

/// A shorter password counts only where it stands alone: a part of a longer word may be so by chance.
const LONG: usize = 8;
/// One shorter than this is too common a word to be looked for.
const SHORTEST: usize = 4;

/// A password under the forms in which it may be seen.
#[derive(Clone)]
pub struct Secret {
    plain: Vec<u8>,
    /// Whatever stands before it and after it, these digits are among those of Base64.
    base64: Vec<Vec<u8>>,
    hex: Vec<u8>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// `None`: too short to be told from an ordinary word.
    pub fn new(password: &str) -> Option<Secret> {
        let plain = password.as_bytes().to_vec();
        let base64 = (0..3).map(|before| base64_core(&plain, before)).filter(|core| core.len() >= SHORTEST).collect();
        let hex = plain.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
        (plain.len() >= SHORTEST).then_some(Secret { plain, base64, hex })
    }

    /// The passwords of these accounts, each a name and its password. One that is in a name is no secret, and cannot be
    /// told from that.
    pub fn of<'a>(accounts: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Vec<Secret> {
        let is_named = |password: &str| accounts.clone().any(|(name, _)| name.contains(password));
        accounts.clone().filter(|(_, password)| !is_named(password)).filter_map(|(_, password)| Secret::new(password)).collect()
    }

    /// Whether it can be read in these bytes.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let is_long = self.plain.len() >= LONG;
        let stands = |bytes: &[u8], word: &[u8]| {
            bytes.windows(word.len()).enumerate().any(|(at, window)| {
                let end = at + word.len();
                let neighbours = [at.checked_sub(1).and_then(|before| bytes.get(before)), bytes.get(end)];
                window == word && (is_long || !neighbours.into_iter().flatten().any(u8::is_ascii_alphanumeric))
            })
        };
        let within = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        stands(bytes, &self.plain)
            || (bytes.contains(&b'%') && stands(&unescaped(bytes), &self.plain))
            || self.base64.iter().any(|core| within(bytes, core))
            || within(&bytes.to_ascii_lowercase(), &self.hex)
    }
}

/// The digits of Base64 that depend on `bytes` alone when so many stand before them.
fn base64_core(bytes: &[u8], before: usize) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |n: usize| bytes.get(n / 8).is_some_and(|byte| byte >> (7 - n % 8) & 1 == 1);
    // Digits begin at every sixth bit of the whole; the first that is wholly of these bytes begins so many bits on.
    let first = (6 - before * 8 % 6) % 6;
    let digits = (bytes.len() * 8).saturating_sub(first) / 6;
    let value = |digit: usize| (0..6).fold(0, |value, n| value << 1 | usize::from(bit(first + digit * 6 + n)));
    (0..digits).filter_map(|digit| DIGITS.get(value(digit)).copied()).collect()
}

/// Percent signs resolved (RFC 3986, 2.1).
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let code =
            after.get(..2).and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.filter(|_| *first == b'%') {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(password: &str, text: &str, expected: bool) {
        let secret = Secret::new(password).expect("long enough");
        assert_eq!(secret.is_in(text.as_bytes()), expected, "{password} in {text}");
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn a_password_is_found_under_every_thin_disguise() {
        let password = "piotrkowska";
        check(password, "X-Account: SOS-0417:piotrkowska", true);
        check(password, "x=piotrkowska2", true);
        // SOS-0417:piotrkowska, a:piotrkowska, ab:piotrkowska.
        for base64 in ["U09TLTA0MTc6cGlvdHJrb3dza2E=", "YTpwaW90cmtvd3NrYQ==", "YWI6cGlvdHJrb3dza2E="] {
            check(password, &format!("Authorization: Basic {base64}"), true);
        }
        check(password, "p=%70iotr%6Bowska", true);
        check(password, "p=70696F74726B6F77736B61", true);
        check(password, "realm=\"straz\", response=\"66de8a0c4a3b1cb2c3b27a2f60e8d2a5\"", false);
        check(password, "", false);
    }

    #[test]
    fn a_password_that_is_the_name_is_no_secret() {
        let of = |accounts: &[(&str, &str)]| Secret::of(accounts.iter().copied()).len();
        assert_eq!(of(&[("SOS-0417", "piotrkowska"), ("SOS-0418", "SOS-0418"), ("SOS-0419", "0417")]), 1);
    }

    #[test]
    fn a_short_password_counts_only_where_it_stands_alone() {
        check("twin", "X-Account: SOS-0417:twin", true);
        check("twin", "User-Agent: entwined", false);
        assert!(Secret::new("sos").is_none());
    }
}
